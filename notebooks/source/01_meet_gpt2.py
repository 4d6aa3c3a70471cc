# %% [markdown]
# # 1. Meet GPT-2
#
# **What is GPT-2, what does it predict, and what is in 124M parameters?**
#
# After this notebook you can
#
# - say what GPT-2 computes from a text,
# - split a text into tokens as GPT-2 does, and say how the tokens were found,
# - write a text one token at a time, and say where chance comes in,
# - measure how surprised the model is by a sentence,
# - count the parameters of a GPT-2 of any size.
#
# TIME
#
# Run the check below each answer. It says what is wrong, and you may try again.

# %%
# SETUP

# %% [markdown]
# ## What comes next?
#
# Read this and stop where it stops: *The President of the United*.
#
# You know the next word without seeing it. Does the model?

# %%
lm = lab.load(MODEL)
lab.plots.next_tokens(lm.next_tokens("The President of the United"))

# %% [markdown]
# Each blue bar is a guess, and its length is the probability that the model gives to it. The last line has all other guesses together, so
# that the probabilities add up to 100 %. The sign ␣ is a space.
#
# Now a text that can go on in many ways: *She opened the door and*. Predict before you run it.

# %%
# EXERCISE 01.1 (difficulty 1, 1 min, 0 points)
# How probable is the model's best guess after "She opened the door and"?
# "a": more than 50 %    "b": between 10 and 50 %    "c": less than 10 %
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %%
guesses = lm.next_tokens("She opened the door and")
lab.plots.next_tokens(guesses)

# %%
# CHECK 01.1
lab.course.check("01.1", prediction, guesses)

# %% [markdown]
# The figure shows the top of a long table. How long is it?

# %%
print(f"{len(guesses):,} guesses; together {100 * guesses.probability.sum():.1f} %")

# %% [markdown]
# That is all GPT-2 does. Given a text, it returns a probability for each piece of text that could come next. A program that does
# this is a **language model**. OpenAI's GPT-2 learned to do it from the text of eight million web documents ([Radford et al.
# 2019](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf)).

# %% [markdown]
# ## What is a piece of text?
#
# Most guesses above begin with a space, and some may not be whole words. Look at how the model cuts up a text.

# %%
def pieces(text):
    return [lm.decode([number]) for number in lm.encode(text)]


print(pieces("The President spoke in Washington."))
for word in (" Washington", "Washington", "washington", "unconstitutionally"):
    print(pieces(word))

# %% [markdown]
# A piece is a **token**. `encode` turns a text into the numbers of its tokens, `decode` turns numbers back into text.
#
# - A space belongs to the token after it, so `" Washington"` and `"Washington"` are cut differently.
# - Strings that were frequent in the training text became one token. Rare words are pieced together from several.
#
# The tokens were found by **byte pair encoding** ([Sennrich et al. 2016](https://arxiv.org/abs/1508.07909)): begin with single
# bytes and, again and again, join the most frequent pair.

# %%
sentence = "The President spoke in Washington."
print(lm.encode(sentence))
print(lm.decode(lm.encode(sentence)) == sentence)

# %% [markdown]
# ### Exercise 01.2: how much text is a token?
#
# Compute the mean number of characters in a token of `paragraph`. Write an expression with the variables, not the number that
# comes out: when your work is graded, the cell with your answer is run with other values, here with another paragraph.
#
# <details><summary>Hint</summary>
#
# `len(paragraph)` counts characters. `lm.encode(paragraph)` is a list, and a list has a length too.
#
# </details>

# %%
paragraph = (
    "A language model does not see letters, and it does not see words. It sees tokens. "
    "Prices, limits and losses are all counted in tokens, so it helps to know how much "
    "text one of them holds."
)

# %%
# HIDDEN 01.2
from gpt2lab.course import scenes

lm = scenes.model(MODEL)
guesses = scenes.Lazy(lambda: lm.next_tokens("She opened the door and"))
sentence = scenes.sentences(rng, 1)[0]
common = "The people of the United States have to know what they pay for, and how much of it is left."
# Rare words take more tokens: how many there are decides, or one number would be right for many paragraphs.
rare = ["".join(map(str, rng.choice([*"bdfgkmptvxz0123456789"], 9))) for _ in range(int(150 ** rng.random()))]
paragraph = " ".join([common, *scenes.sentences(rng, int(rng.integers(1, 4))), *rare])


def pieces(text):
    return [lm.decode([number]) for number in lm.encode(text)]


# %%
# EXERCISE 01.2 (difficulty 1, 4 min, 1 point)
### BEGIN SOLUTION
characters_per_token = len(paragraph) / len(lm.encode(paragraph))
### END SOLUTION

# %%
# CHECK 01.2
lab.course.check("01.2", characters_per_token, lm, paragraph)

# %% [markdown]
# ## How does it write a page?
#
# The model guesses one token. To write, it takes a token, puts it at the end of the text, and guesses again.

# %%
beginning = "I went to the baker's house"
text = beginning
for _ in range(12):
    text = text + lm.next_tokens(text).token[0]
    print(text)

# %% [markdown]
# This loop always takes the best guess, and what it writes soon goes round in circles. `generate` does not: it draws a token at random,
# and a token with twice the probability is drawn twice as often. (`temperature=1.0` leaves the probabilities as they are; notebook 8
# changes it.) The **seed** fixes the draws.

# %%
for seed in (1, 1, 2):
    text = lm.generate(beginning, length=30, temperature=1.0, seed=seed)[0]
    lab.course.show(text, label=f"seed {seed}")

# %% [markdown]
# ### Exercise 01.3: where does chance come in?
#
# The same seed gave the same text, and another seed gave another text. What did the seed change?
#
# - **a** The model's probabilities: with another seed other tokens are likely.
# - **b** The token that is drawn at each step; the probabilities for a given text stay the same.
# - **c** The model itself, a little at each token that it writes.
#
# <details><summary>Hint</summary>
#
# `lm.next_tokens` takes no seed. Call it twice with the same text and compare.
#
# </details>

# %%
# HIDDEN 01.3
beginning = "The people of the United States"
text = "The people of the United States, and"

# %%
# EXERCISE 01.3 (difficulty 1, 3 min, 1 point)
# "a", "b" or "c"
### BEGIN SOLUTION
what_the_seed_changes = "b"
### END SOLUTION

# %%
# CHECK 01.3
lab.course.check("01.3", what_the_seed_changes)

# %% [markdown]
# ### How far does the sense go?
#
# Here are three longer texts. (With `temperature=0.8` probable tokens become a little more probable.) Read each until you lose the thread:
# after some words, after a sentence, after a small scene?

# %%
for text in lm.generate(beginning, nsamples=3, length=80, temperature=0.8, seed=1):
    lab.course.show(text, label="text")

# %% [markdown]
# Nobody taught the model about bakers, or how people in books talk. It learned only which token comes next.

# %% [markdown]
# ## How surprised is it?
#
# The table of guesses can also be read the other way round. Take a text that exists: how probable was each of its tokens to the
# model, just before it came?

# %%
import numpy as np

scores = lm.score("The President of the United States signed a banana.")
scores = scores.assign(probability=np.exp(-scores.nats))
scores[["token", "nats", "probability"]].round({"nats": 2, "probability": 5})

# %% [markdown]
# *States* was nearly certain, *signed* and *banana* were not. (A word that is cut into several tokens takes up several rows.
# The first token was guessed from nothing.)
#
# The column `nats` is the model's **surprise**: minus the natural logarithm of the probability, in **nats**. If the model gave the token a
# probability of 1, the surprise is 0 nats. Each further nat means a probability 2.7 times smaller. The mean over all tokens of a text is its
# **loss**, the number that training makes small.

# %%
lab.plots.token_losses(scores)

# %% [markdown]
# ### Exercise 01.4: surprise the model
#
# Change one word of `plain`, and only one, so that the loss of the sentence rises by at least half a nat per token.
#
# <details><summary>Hint</summary>
#
# Which word does the model expect most? Look at `lab.plots.token_losses(lm.score(plain))`. Put a word there that makes no sense.
#
# </details>

# %%
plain = "The Congress of the United States passed the law."

# %%
# HIDDEN 01.4
import numpy as np

# The same sentence: who answers types a sentence of their own, made from it.
plain = "The Congress of the United States passed the law."
scores = scenes.Lazy(lambda: lm.score("The President of the United States signed a banana."))

# %%
# EXERCISE 01.4 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
surprising = "The Congress of the United Bananas passed the law."
### END SOLUTION

# %%
# CHECK 01.4
lab.course.check("01.4", surprising, lm, plain)

# %% [markdown]
# ## What is in 124M parameters?
#
# A **parameter** is a number that training sets. The sizes of GPT-2 are named after the number of their parameters.

# %%
lab.models()[["parameters", "layers", "width", "vocabulary", "window"]]

# %% [markdown]
# The **vocabulary** is all the tokens that a model knows, the **window** how many tokens it can read at once.
#
# OpenAI published four sizes, from 124M to 1558M. The three small ones come with this course. They have the same parts in the same
# order. They learned from far less text, old books and pages of the US government, and write worse, but they run on any laptop.
#
# Where do the parameters sit?

# %%
lab.plots.parameters("124M")

# %% [markdown]
# GPT-2 turns each token into a list of *d* numbers, its **embedding**. To it a second list is added, for the token's position in the
# window. *d* is the **width** of the model. The lists go through **blocks**, one after the other and all of the same shape ([Vaswani et al.
# 2017](https://arxiv.org/abs/1706.03762)). A block has two parts:
#
# 1. **Attention** mixes the lists of different tokens.
# 2. A **perceptron** reworks each list by itself.
#
# What they compute does not replace the lists. It is *added* to them, at the ⊕ of this drawing of the whole model. Before each of the two, a
# **layer norm** brings the numbers of a list to a common level and spread.
#
# ```text
#      The President of the United           the text
#                    │
#     [ 517, 3675, 281, 260, 3941 ]          its tokens, as the small sizes number them
#                    │
#  token embedding + position embedding      a list of d numbers for each token
#                    │
#  ╭─────────────────┼───────────────────╮
#  │                 ├── layer norm      │
#  │                 │       ↓           │
#  │                 ⊕ ←─ attention      │   a block: tokens take from those before
#  │                 │                   │
#  │                 ├── layer norm      │
#  │                 │       ↓           │
#  │                 ⊕ ←─ perceptron     │   each token by itself
#  ╰─────────────────┼───────────────────╯
#                    │                       as many blocks as the model has layers
#                layer norm
#                    │
#      token embedding, once more            how well does each token fit?
#                    │
#     one probability for each token         what comes next
# ```

# %% [markdown]
# How many numbers is each part made of?
#
# | part | its numbers | how many |
# |---|---|---|
# | token embedding | vocabulary × d | one |
# | position embedding | window × d | one |
# | layer norm | d + d | two in each block, and one after the last |
# | attention | d × 3d + 3d, and d × d + d | one in each block |
# | perceptron | d × 4d + 4d, and 4d × d + d | one in each block |
#
# Each matrix of a block comes with a bias, one number for each of its columns: d × 3d + 3d. The output uses the token embedding again,
# so it needs no parameters of its own.

# %% [markdown]
# ### Exercise 01.5: one block
#
# Write a function that counts the parameters of one block of width `d`: two layer norms, attention and perceptron.
#
# <details><summary>Hint</summary>
#
# Attention alone is `3*d*d + 3*d + d*d + d`. Multiply the other rows out in the same way and add up.
#
# </details>

# %%
# HIDDEN 01.5
widths = [int(width) for width in rng.choice(range(16, 400, 4), 3, replace=False)]

# %%
# EXERCISE 01.5 (difficulty 2, 6 min, 2 points)
def block_parameters(d):
    ### BEGIN SOLUTION
    return 12 * d**2 + 13 * d
    ### END SOLUTION

# %%
# CHECK 01.5
lab.course.check("01.5", block_parameters, widths=[10, 128, 768])

# %% [markdown]
# ### Exercise 01.6: the whole model
#
# Count the parameters of a GPT-2 of any `vocabulary`, `window`, width `d` and number of `layers` (blocks). Use `block_parameters`.
#
# <details><summary>Hint</summary>
#
# Two embeddings, the blocks, and one layer norm after the last block. `lab.models()` shows what you should get.
#
# </details>

# %%
# HIDDEN 01.6
sizes = [
    (int(rng.integers(2000, 9000)), int(rng.integers(100, 900)), int(rng.integers(16, 99)), layers)
    for layers in (2, 7)
]


def block_parameters(d):  # whose own is wrong may have this one right
    return 12 * d**2 + 13 * d


# %%
# EXERCISE 01.6 (difficulty 2, 6 min, 2 points)
def gpt2_parameters(vocabulary, window, d, layers):
    ### BEGIN SOLUTION
    return vocabulary * d + window * d + layers * block_parameters(d) + 2 * d
    ### END SOLUTION

# %%
# CHECK 01.6
lab.course.check("01.6", gpt2_parameters, sizes=list(lab.models().index))

# %% [markdown]
# Your formula holds for all sizes. Do their parameters sit in the same places?

# %%
small = lab.models().query("bundled").index
lab.plots.parameters([*small, "124M"])

# %% [markdown]
# The embeddings grow with d, each block with d², and larger models have more blocks. So from size to size the blocks take a larger share.
# 124M seems to break the rule, because its vocabulary is twelve times as large. With that vocabulary, the token embedding of each small
# model would be larger than all the rest of it.

# %% [markdown]
# ## Who made the vocabulary?
#
# Nobody: it was counted out of a text before the model was trained. Byte pair encoding needs the text only as a table: each word, and how often
# it comes. Every word begins as single letters. Then:
#
# 1. Count the pairs of neighbours, in each word by itself. A pair counts as often as its word comes.
# 2. Join the most frequent pair into one token, wherever it stands. That is a *merge*.
# 3. Go back to 1.
#
# The vocabulary of 124M is 256 bytes, 50,000 merges and one token that ends a text.

# %%
words = {"state": 7, "rest": 9, "east": 2, "stone": 4, "those": 2, "there": 4}


def join(parts, pair):
    """The parts of a word, once a pair is joined wherever it stands."""
    done = []
    for part in parts:
        if done and (done[-1], part) == pair:
            done[-1] = done[-1] + part
        else:
            done.append(part)
    return done


print(join(["s", "t", "a", "t", "e"], ("a", "t")))

# %% [markdown]
# ### Exercise 01.7: three merges
#
# Which three pairs of `words` are joined first? Make the list `merges` of three pairs such as `("a", "t")`. There is no tie for
# the first place.
#
# <details><summary>Hint 1</summary>
#
# Begin with `parts = {word: list(word) for word in words}`. Then repeat three times: count, choose, join every word.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `zip(parts[word], parts[word][1:])` goes through the pairs of a word. Add `words[word]` for each to `counts[pair]`, where `counts = Counter()` (`from
# collections import Counter`).
#
# </details>
# <details><summary>Hint 3</summary>
#
# `max(counts, key=counts.get)` is the pair with the largest count.
#
# </details>

# %%
# HIDDEN 01.7
alphabet = "abcdefghijklmnopqrstuvwxyz"
letters = dict(zip(alphabet, map(str, rng.permutation(list(alphabet)))))
words = {"done": 7, "rest": 7, "hers": 6, "east": 4, "she": 4, "taste": 8}
words = {"".join(map(letters.get, word)): count for word, count in words.items()}
small = lab.models().query("bundled").index


def join(parts, pair):
    done = []
    for part in parts:
        if done and (done[-1], part) == pair:
            done[-1] = done[-1] + part
        else:
            done.append(part)
    return done


# %%
# EXERCISE 01.7 (difficulty 3, 12 min, 2 points)
### BEGIN SOLUTION
from collections import Counter

_parts = {word: list(word) for word in words}
merges = []
for _ in range(3):
    _counts = Counter()
    for _word, _count in words.items():
        for _pair in zip(_parts[_word], _parts[_word][1:]):
            _counts[_pair] += _count
    _best = max(_counts, key=_counts.get)
    merges.append(_best)
    _parts = {_word: join(_parts[_word], _best) for _word in words}
### END SOLUTION

# %%
# CHECK 01.7
lab.course.check("01.7", merges, words)

# %% [markdown]
# ## Summary
#
# - GPT-2 is a language model: from a text it computes a probability for each token that could come next.
# - A token is a frequent string, made by joining the most frequent pair again and again. A space belongs to the token after it, and a rare word is
#   several tokens.
# - Text is written one token at a time. Chance is in the drawing, not in the model, so the same seed gives the same text.
# - Surprise is minus the logarithm of a token's probability; its mean is the loss.
# - Nearly all parameters are in two embeddings and in the blocks. A block has 12 d² + 13 d. 1M and 1558M are built to the same plan.
#
# Next: [2. Fine-tune it](02_fine_tune.ipynb) changes these parameters with a text of your own.
#
# ## To read
#
# - A. Radford et al. 2019, [Language models are unsupervised multitask learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf): GPT-2.
# - A. Vaswani et al. 2017, [Attention is all you need](https://arxiv.org/abs/1706.03762): the block.
# - R. Sennrich et al. 2016, [Neural machine translation of rare words with subword units](https://arxiv.org/abs/1508.07909): the tokens.
