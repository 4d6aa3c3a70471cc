"""The source of a small notebook: two exercises in code and one in words."""

SOURCE = """\
# %% [markdown]
# # 7. A small notebook

# %%
# SETUP

# %%
# EXERCISE 07.1 (difficulty 1, 2 min, 1 point)
given = 20
### BEGIN SOLUTION
_half = given / 2
answer = _half + 1
### END SOLUTION

# %%
# CHECK 07.1
print("check", answer)  # stands for lab.course.check("07.1", answer)

# %%
# EXERCISE 07.2 (difficulty 2, 5 min, 2 points)
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %%
# CHECK 07.2
print("check", double(4))  # lab.course.check("07.2", double)

# %% [markdown]
# <!-- EXERCISE 07.3 (difficulty 3, 10 min, 3 points) -->
# ### BEGIN SOLUTION
# Because it is so.
# ### END SOLUTION
"""
