# %% [markdown]
# # 7. Overlap
#
# **Do a hundred samples use the words of the test set? Is that what you expected?**
#
# After this notebook you can
#
# - count what two texts have in common: types, Jaccard similarity, clipped n-gram precision,
# - say which of these depend on how much text there is, and make a comparison fair,
# - read overlap beside that of human text, and tell a difference from chance,
# - see when a high overlap is no good sign,
# - answer the question above in your own words, with figures.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## A hundred samples
#
# Perplexity looks over the model's shoulder while it *reads*. This notebook looks at what it *writes*: a hundred texts by the pretrained
# model and a hundred by the fine-tuned one. They are compared with the test speeches, which neither has ever seen.
#
# If an earlier notebook has left the fine-tuned run on this disk, the next cell opens it.

# %%
splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
run = lab.course.fine_tuned(splits, MODEL)
pretrained, finetuned = lab.load(MODEL), run.load("best")

# %% [markdown]
# Before you look at any text: which samples will have more words in common with the test speeches? Choose a letter, and write down in one
# sentence why. You will need that sentence at the end.

# %%
# EXERCISE 07.1 (difficulty 1, 3 min, 0 points)
# "a": those of the pretrained model    "b": those of the fine-tuned model
# "c": the difference is too small to be told from chance
### BEGIN SOLUTION
prediction = "b"
because = "It has read speeches of the same kind, so it should have picked up their words."
### END SOLUTION

# %% [markdown]
# Now let both write. All settings are the same for both: 60 tokens a text, **temperature** 1 (the model's own probabilities), and an empty line
# to begin with. (A model that begins with nothing may end a text before its first word.)

# %%
settings = {"prefix": "\n", "nsamples": 100, "length": 60, "seed": 7}
samples = pretrained.generate(temperature=1.0, **settings)
samples_finetuned = finetuned.generate(temperature=1.0, **settings)

# %%
for name, texts in (("pretrained", samples), ("fine-tuned", samples_finetuned)):
    for text in texts[:2]:
        lab.course.show(text, label=name)

# %% [markdown]
# ## Tokens and types
#
# To compare texts, cut them into *tokens*: here words and punctuation marks. (The model's own tokens come later.) The different tokens of a text
# are its **types**. In the example *dog* is two tokens of one type.

# %%
tokens = lab.words("The cat saw the dog, and the dog saw the cat.")
print(tokens)
print(f"{len(tokens)} tokens, {len(set(tokens))} types: {sorted(set(tokens))}")

# %% [markdown]
# *The* and *the* are two types here: capitals count.
#
# **Jaccard similarity** says how much two sets of types have in common ([Jaccard 1912](https://doi.org/10.1111/j.1469-8137.1912.tb05611.x), who
# counted plants on alpine meadows): the types that *both* have, divided by the types that *at least one* has. Texts with the same types have 1,
# texts without a common type 0.
#
# ### Exercise 07.2: Jaccard by hand
#
# What is the Jaccard similarity of these two texts? Count by hand, then write the number or the fraction.
#
# - *the law of the land*
# - *the state of the union is the law*
#
# <details><summary>Hint</summary>
#
# Write both lists of types, each type once. Which stand in both lists? How many stand in one or the other, or both?
#
# </details>

# %%
# HIDDEN 07.2
from gpt2lab.course import scenes

splits = scenes.speeches(rng)
run = scenes.run(rng, f"speeches-{MODEL}", turn=100, rise=0)
pretrained, finetuned = scenes.models(splits, MODEL)
because = "It has read speeches of the same kind."
settings = {"prefix": "\n", "nsamples": 10, "length": 50, "seed": int(rng.integers(1000))}
samples = pretrained.generate(temperature=1.0, **settings)
samples_finetuned = finetuned.generate(temperature=1.0, **settings)
tokens = lab.words("The cat saw the dog, and the dog saw the cat.")

# %%
# EXERCISE 07.2 (difficulty 1, 4 min, 1 point)
### BEGIN SOLUTION
jaccard = 3 / 7  # the, law, of; and land, state, union, is
### END SOLUTION

# %%
# CHECK 07.2
lab.course.check("07.2", jaccard)

# %% [markdown]
# `lab.overlap` computes it for all samples together. The text that they are compared with is the **reference**, here the test speeches:

# %%
found = lab.overlap(samples_finetuned, splits.test)
print(f"{found.types:,} types in the samples")
print(f"{found.reference_types:,} types in the test speeches")
print(f"{found.shared_types:,} in both: Jaccard {found.jaccard:.3f}")

# %% [markdown]
# ## N-gram precision
#
# Sets forget how often a word is used, and in which order. Runs of *n* words, called **n-grams**, keep the order: for *n* = 1 they are words, for
# *n* = 2 pairs such as *the people*. **N-gram precision** is the share of the samples' n-grams that occur in the reference.
#
# There is a way to cheat. If the reference contains *the*, then *the the the the* has a precision of 1. So **clipped precision** counts an n-gram
# of a sample at most as often as it occurs in the reference ([Papineni et al. 2002](https://aclanthology.org/P02-1040/), for judging translations).
#
# ### Exercise 07.3: clipping by hand
#
# The sample is *the the the the*, the reference *the people and the law*. What is the clipped precision of its words?
#
# <details><summary>Hint</summary>
#
# How often does *the* occur in the reference? That many of the sample's four words count.
#
# </details>

# %%
# HIDDEN 07.3
found = lab.overlap(samples_finetuned, splits.test)

# %%
# EXERCISE 07.3 (difficulty 1, 3 min, 1 point)
### BEGIN SOLUTION
clipped = 2 / 4
### END SOLUTION

# %%
# CHECK 07.3
lab.course.check("07.3", clipped)

# %% [markdown]
# A translation is compared with a sentence or two. Your reference is many speeches long. Does clipping still stop the cheat?

# %%
cheat = ["the " * 60] * 2
found = lab.overlap(cheat, splits.test)
print(f"precision of 'the the the ...' against the test speeches: {found.precision[0]:.2f}")
print(f"repetition of 'the the the ...': {lab.repetition(cheat):.2f}")

# %% [markdown]
# It does not: in so long a reference *the* stands so often that nothing is clipped. Keep that in mind. Precision does not notice when a sample
# repeats itself; `repetition` (notebook 5) does.

# %% [markdown]
# ## Equal sizes
#
# Would half as many samples have given the same figures? To have something to compare with, take a third set: pieces of the *training* speeches,
# written by people, as many and as long as the samples.

# %%
import pandas as pd

human = lab.human_samples(splits.train, like=samples_finetuned)
sets = {"pretrained": samples, "fine-tuned": samples_finetuned, "human": human}

rows = []
for name, texts in sets.items():
    for number in (10, 25, 50, 75, 100):
        found = lab.overlap(texts[:number], splits.test)
        measured = {"jaccard": found.jaccard, "precision_2": found.precision[1]}
        rows.append({"set": name, "samples": number, **measured})
growth = pd.DataFrame(rows)
lab.plots.overlap_growth(growth)

# %% [markdown]
# ### Exercise 07.4: a friend's samples
#
# A friend has 100 samples of the pretrained model and stopped after 50 of the fine-tuned one. Which of the two measures may be compared?
#
# - **a** both
# - **b** only Jaccard
# - **c** only the precision of 2-grams
# - **d** neither
#
# <details><summary>Hint</summary>
#
# In which panel are the curves level? Read the fine-tuned model's at 50 and the pretrained model's at 100.
#
# </details>

# %%
# HIDDEN 07.4
import pandas as pd

cheat = ["the " * 60] * 2
human = lab.human_samples(splits.train, like=samples_finetuned)
sets = {"pretrained": samples, "fine-tuned": samples_finetuned, "human": human}
rows = []
for name, precision in zip(sets, rng.uniform(0.2, 0.4, 3)):
    for number in (10, 25, 50, 75, 100):
        measured = {"jaccard": 0.6 * precision * (number / 100) ** 0.4, "precision_2": precision * rng.uniform(0.99, 1.01)}
        rows.append({"set": name, "samples": number, **measured})
growth = pd.DataFrame(rows)

# %%
# EXERCISE 07.4 (difficulty 2, 4 min, 1 point)
# "a", "b", "c" or "d"
### BEGIN SOLUTION
comparable = "c"
### END SOLUTION

# %%
# CHECK 07.4
lab.course.check("07.4", comparable, growth)

# %% [markdown]
# Sets of a hundred texts of 60 tokens need not have equally many *words*: a model that writes longer words writes fewer of them. `compare_overlap`
# cuts all sets to the same number of words.

# %% [markdown]
# ## Which one has more in common?

# %%
compared = lab.compare_overlap(
    samples,
    samples_finetuned,
    splits.test,
    human=splits.train,
    names=("pretrained", "fine-tuned"),
)
lab.plots.overlap(compared)

# %%
# CHECK 07.1
lab.course.check("07.1", prediction, compared)

# %% [markdown]
# Read each panel in two steps.
#
# 1. **Do the two models differ by more than chance?** Another hundred samples would give other figures. The bars say how far these may move. Where
#    the caption says *more than chance*, the interval of the difference leaves out 0.
# 2. **How far are they from the dotted line?** Nobody expects a text to use all the words of another. The yardstick is what other speeches have in
#    common with the test speeches. Below it, words or combinations are missing, or invented. *Above* it, the model says what everyone says:
#    commonplaces.
#
# Can you trust *more than chance*? Compare the fine-tuned model with itself: the first 50 samples with the other 50.

# %%
halves = lab.compare_overlap(
    samples_finetuned[:50],
    samples_finetuned[50:],
    splits.test,
    names=("first 50", "last 50"),
)
lab.course.show(halves.answer)

# %% [markdown]
# Such a comparison should find nothing. But by chance alone each measure finds something about once in 20 times, and there are six. So do not
# make much of one measure that stands alone.

# %% [markdown]
# ## The same by the model's tokens
#
# What counts as a token is a choice. Here are the same samples cut as the model cuts them.

# %%
def encoded(texts):
    return [finetuned.encode(text) for text in texts]


test_tokens = encoded(document.text for document in splits.test)
train_tokens = encoded(document.text for document in splits.train)
by_tokens = lab.compare_overlap(
    encoded(samples),
    encoded(samples_finetuned),
    test_tokens,
    human=train_tokens,
    names=("pretrained", "fine-tuned"),
)
names = {"before": "pretrained", "after": "fine-tuned"}
both = {"words": compared.table, "tokens": by_tokens.table}
table = pd.concat(both, axis=1).drop("shared_types")
table = table.drop(columns=["difference", "low", "high"], level=1)
table.rename(columns=names, level=1).replace(names).round(3)

# %%
vocabulary = lab.models().loc[MODEL, "vocabulary"]
seen = by_tokens.after.reference_types
print(f"{seen:,} of the model's {vocabulary:,} tokens stand in the test speeches.")

# %% [markdown]
# - **Precision of single tokens is higher** than that of words. A model can put together a word that does not exist, but only from tokens that do.
#   Words notice inventions, tokens do not.
# - **Jaccard of tokens says less** than that of words. The test speeches use up most of a small vocabulary. So nearly every token of a sample is
#   in both sets, and Jaccard only counts how *many* different ones it has. A model that writes all sorts of things can win, even if little of it
#   makes a speech. Does the column `more` (which model has more, by more than chance) say the same in both halves of your table?
#
# So name the unit in your answer. Words are the better one here: readers see words, and two models with different tokens can be compared by them.

# %% [markdown]
# ## A lower temperature
#
# A friend repeats your comparison and forgets one setting. The pretrained model writes with temperature 0.7, which gpt-2-simple takes if you do not
# choose one; the fine-tuned model writes with 1, as above. A lower temperature makes probable tokens still more probable (notebook 8
# is about that). The models are the same. Predict: what will your friend find?

# %%
colder = pretrained.generate(temperature=0.7, **settings)
colder_finetuned = finetuned.generate(temperature=0.7, **settings)
friend = lab.compare_overlap(
    colder,
    samples_finetuned,
    splits.test,
    human=splits.train,
    names=("colder pretrained", "fine-tuned"),
)
lab.plots.overlap(friend)

# %% [markdown]
# Compare with the figure before: the models are the same, one setting changed. In which measures did that turn the result round?

# %% [markdown]
# ### Exercise 07.5: your table
#
# Make a DataFrame `mine` with a row for each of the five sets below and the columns `jaccard`, `precision_2` and `distinct_1`
# (`lab.distinct(texts)`: different words, divided by all words). If you like, add columns or rows of your own.
#
# <details><summary>Hint 1</summary>
#
# The cell that made `growth` is nearly what you need. Instead of counting numbers, go through the sets.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Python counts from 0: `found.precision[0]` is that of single words. `pd.DataFrame(rows).set_index("set")` turns the names into row labels.
#
# </details>

# %%
sets = {
    "pretrained": samples,
    "fine-tuned": samples_finetuned,
    "pretrained, colder": colder,
    "fine-tuned, colder": colder_finetuned,
    "human": human,
}

# %%
# HIDDEN 07.5
def encoded(texts):
    return [finetuned.encode(text) for text in texts]


compared = lab.compare_overlap(
    samples, samples_finetuned, splits.test, human=splits.train, names=("pretrained", "fine-tuned")
)
halves = lab.compare_overlap(samples_finetuned[:5], samples_finetuned[5:], splits.test)
test_tokens = encoded(document.text for document in splits.test)
train_tokens = encoded(document.text for document in splits.train)
by_tokens = lab.compare_overlap(
    encoded(samples), encoded(samples_finetuned), test_tokens, human=train_tokens, names=("pretrained", "fine-tuned")
)
names = {"before": "pretrained", "after": "fine-tuned"}
both = {"words": compared.table, "tokens": by_tokens.table}
table = pd.concat(both, axis=1)
vocabulary = lab.models().loc[MODEL, "vocabulary"]
seen = by_tokens.after.reference_types
colder = pretrained.generate(temperature=0.7, **settings)
colder_finetuned = finetuned.generate(temperature=0.7, **settings)
friend = lab.compare_overlap(
    colder, samples_finetuned, splits.test, human=splits.train, names=("colder pretrained", "fine-tuned")
)
sets = {
    "pretrained": samples,
    "fine-tuned": samples_finetuned,
    "pretrained, colder": colder,
    "fine-tuned, colder": colder_finetuned,
    "human": human,
}

# %%
# EXERCISE 07.5 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
_rows = []
for _name, _texts in sets.items():
    _found = lab.overlap(_texts, splits.test)
    _measured = {"jaccard": _found.jaccard, "precision_2": _found.precision[1]}
    _rows.append({"set": _name, **_measured, "distinct_1": lab.distinct(_texts)})
mine = pd.DataFrame(_rows).set_index("set")
### END SOLUTION

# %%
# CHECK 07.5
lab.course.check("07.5", mine, sets, splits.test)

# %%
mine.round(3) if isinstance(mine, pd.DataFrame) else "no table yet"

# %% [markdown]
# Look at what the lower temperature does to each column, in both models: more pairs in common, fewer different words. A cold model keeps to *of
# the*, *in the*, *the United States*. Every speech contains these, so more of what it says is in the test speeches, but it says less. Do its pairs
# come close to the human row, or even above it? That would be no sign of quality: look at its `distinct_1` beside that of people.
#
# So precision alone rewards the commonplace and Jaccard alone rewards variety. If you compare models, hold the temperature fixed, or the
# result says more about the temperature than about the models.

# %% [markdown]
# ## Is it only copying?
#
# There is one more way to have much in common with speeches: to have learned some by heart. Then long runs of its words would stand in the
# *training* text. How long is the longest such run of any sample, and of a typical one? And what share of all its runs of 5 and of 8 words
# stands there?

# %%
unread = lab.human_samples(splits.test, like=samples_finetuned)
copied = {
    "fine-tuned": lab.copied(samples_finetuned, splits.train),
    "human": lab.copied(unread, splits.train),
}
rows = {
    name: {
        "longest (words)": table.words.max(),
        "typical (words)": table.words.median(),
        "5-grams (%)": 100 * table.share_5.mean(),
        "8-grams (%)": 100 * table.share_8.mean(),
    }
    for name, table in copied.items()
}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# Compare with the human row again. It is pieces of the *test* speeches. Their authors did not copy, but all presidents greet the same people and
# thank the same guests. A model that copies lies far above them (notebook 3 has one). Here is the sample with the longest copy:

# %%
text = samples_finetuned[copied["fine-tuned"].words.idxmax()]
lab.plots.copied_spans(text, lab.copied_spans(text, splits.train, least=4))

# %% [markdown]
# ## Is that what you expected?

# %%
print("You wrote:", because if isinstance(because, str) else "nothing yet", end="\n\n")
lab.course.show(compared.answer)

# %% [markdown]
# ### Exercise 07.6: your answer
#
# In three or four sentences: which of the two models has more in common with the test speeches, and by how much? How far is it from human text? Is
# that what you expected, and why did it come out so?
#
# <details><summary>Hint</summary>
#
# Name a measure and its figures. *Why* is about what the model learned from, and about what your first sentence left out.
#
# </details>

# %%
# HIDDEN 07.6
unread = lab.human_samples(splits.test, like=samples_finetuned)
copied = {
    "fine-tuned": lab.copied(samples_finetuned, splits.train),
    "human": lab.copied(unread, splits.train),
}
text = samples_finetuned[copied["fine-tuned"].words.idxmax()]

# %%
# EXERCISE 07.6 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
_pairs = compared.table.loc["precision_2"]
answer = f"""
The fine-tuned model has more in common with the test speeches: {_pairs.after:.0%} of its pairs of
words stand there, against {_pairs.before:.0%} of the pretrained model's. I expected that,
since it has read other speeches of the same kind. But people have {_pairs.human:.0%}, and it is
still far from that, since it puts words together that nobody says. I had not expected that
the temperature changes the precision by more than the fine-tuning does.
"""
### END SOLUTION

# %%
# CHECK 07.6
lab.course.check("07.6", answer)

# %% [markdown]
# ## Change one thing
#
# Predict, then run again with one change.
#
# - `temperature=0.5` or `1.5` for both models: which measures move, and do the models change places?
# - Another prefix, for example `"My fellow Americans,"`, for both models. How much of the difference does it take away?
# - The other reference: `splits.train` in the place of `splits.test`. If the fine-tuned model gains much more there, it may have learned some by
#   heart.
# - Another split: `seed=1` (this fine-tunes again). The intervals above are about the choice of the samples. How far do the figures move with the
#   choice of the test speeches?
#
# ## Summary
#
# - Types shared and Jaccard compare sets of words; n-gram precision also sees how often and in which order they come.
# - Types and Jaccard grow with the amount of text: compare equal amounts. Precision hardly does.
# - An overlap means something only beside the same figure for human text. Below that, something is missing; above it, the model repeats
#   commonplaces.
# - A difference counts if it is more than chance, and if nothing else differed. The same model, colder, has a higher precision.
# - A high overlap with the test speeches is not copying. Look for copying in the training text.
#
# ## To read
#
# - K. Papineni et al. 2002, [BLEU: a method for automatic evaluation of machine translation](https://aclanthology.org/P02-1040/): clipped precision, and why.
# - A. Holtzman et al. 2020, [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751): what the most probable text is like.
# - P. Jaccard 1912, [The distribution of the flora in the alpine zone](https://doi.org/10.1111/j.1469-8137.1912.tb05611.x): the first use of the measure.
