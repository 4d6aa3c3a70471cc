# %% [markdown]
# # 6. Perplexity
#
# **How surprised is the model by text that it has never seen, before and after?**
#
# After this notebook you can
#
# - work out a perplexity by hand, for a sentence and for many documents,
# - say what a low perplexity proves, and what it does not,
# - give a perplexity with an interval that you have computed yourself, and say why it is over documents and not over tokens,
# - compare two models on the same documents,
# - choose a window and a stride, and say what they cost,
# - say what validation text is for, and what test text is for,
# - find out what a model lost of other kinds of text while it learned one.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## Which text surprises least?
#
# Here are four texts. The first is from a speech that the model has never seen. The second has the same words in another order. The third is
# about something else. The fourth was written by the model itself: at each step it took its most probable token.

# %%
import random
import textwrap

splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
base = lab.load(MODEL)

held_out = splits.test.documents[0].text
speech = held_out[held_out.index(". ", 3000) + 2 :][:1200]
speech = speech[: speech.rindex(".") + 1]  # whole sentences
words = speech.split()
random.Random(0).shuffle(words)
recipe = """Melt the butter in a pan and stir in the flour. Add the milk a little at a time,
and whisk until no lumps are left. Season with salt, pepper and a pinch of nutmeg. Cook the
macaroni in plenty of salted water, drain it, and mix it with the sauce and most of the
cheese. Fill a dish, scatter breadcrumbs over the top, and bake it for twenty-five minutes,
until it is brown and bubbling at the edges. Leave it to stand. Serve with a green salad."""
texts = {
    "a: a speech": speech,
    "b: its words, shuffled": " ".join(words),
    "c: a recipe": recipe.replace("\n", " "),
    "d: by the model": base.generate("My fellow Americans,", length=250, temperature=0)[0],
}
for name, text in texts.items():
    lab.course.show(textwrap.shorten(text, 240), label=name)

# %% [markdown]
# Predict: which of the four has the lowest perplexity?

# %%
# EXERCISE 06.1 (difficulty 1, 1 min, 0 points)
# "a": the speech    "b": the shuffled words    "c": the recipe    "d": what the model wrote
### BEGIN SOLUTION
prediction = "d"
### END SOLUTION

# %%
import pandas as pd

found = {name: lab.perplexity(base, text).perplexity for name, text in texts.items()}
by_text = pd.Series(found)
by_text.round(1).to_frame("perplexity")

# %%
# CHECK 06.1
lab.course.check("06.1", prediction, by_text)

# %% [markdown]
# So a low perplexity does not say that a text is good, or even that it makes sense. It says that *this model* expected it. A sentence that
# was said three times already is easy to predict. Words in order are easier than the same words shuffled. And text about subjects that the model read
# much about in training is easier than text about others.
#
# That is why perplexity is measured on text that *people* wrote: then it says something about the model.

# %% [markdown]
# ## By hand
#
# Where does the number come from? In [notebook 1](01_meet_gpt2.ipynb) you saw the surprise at each token, in nats. Here it is for one sentence.

# %%
import numpy as np

sentence = "The state of our Union is strong because our people are strong."
scores = base.score(sentence)
scores = scores.assign(probability=np.exp(-scores.nats))
scores[["token", "probability", "nats"]].round({"probability": 5, "nats": 2})

# %% [markdown]
# (`score` reads the sentence as a document of its own, after an *end-of-text* token. So even the first token has a probability: that of opening a
# document. `generate` and `next_tokens` take a text as it is and put nothing before it.)
#
# ### Exercise 06.2: the perplexity of a sentence
#
# The loss of the sentence is the mean of its nats, and the perplexity is *e* to the power of that. Compute it from `scores.nats`.
#
# <details><summary>Hint</summary>
#
# A column has `.mean()`, and `math.exp(1)` is *e*.
#
# </details>

# %%
# HIDDEN 06.2
import random
import textwrap

import numpy as np
import pandas as pd

from gpt2lab.course import scenes

splits = scenes.speeches(rng)
base, tuned = scenes.models(splits, MODEL)
held_out = splits.test.documents[0].text
speech = held_out[2000:3200]
words = speech.split()
recipe = "Boil the rice in salted water until it is soft. Fry the onions in butter, and mix both."
texts = {
    "a: a speech": speech,
    "b: its words, shuffled": " ".join(rng.permutation(words)),
    "c: a recipe": recipe,
    "d: by the model": base.generate("My fellow Americans,", length=60, temperature=0)[0],
}
by_text = pd.Series({name: lab.perplexity(base, text).perplexity for name, text in texts.items()})
subject, verb, place = (rng.choice(options) for options in (
    ["The Congress", "My administration", "Our Government", "The American people"],
    ["has the power to protect", "must not forget", "will provide more help for", "should defend"],
    ["the schools of every State.", "peace in the world.", "the farmers and the workers.", "the freedom of our children."],
))
sentence = f"{subject} {verb} {place}"
scores = base.score(sentence)
scores = scores.assign(probability=np.exp(-scores.nats))

# %%
# EXERCISE 06.2 (difficulty 1, 4 min, 1 point)
import math

### BEGIN SOLUTION
sentence_perplexity = math.exp(scores.nats.mean())
### END SOLUTION

# %%
# CHECK 06.2
lab.course.check("06.2", sentence_perplexity, scores.nats)

# %% [markdown]
# Why this mean? Turn each probability upside down: a token of probability 1/50 was chosen, so to speak, from 50 equally probable ones. For a whole
# sentence these numbers are *multiplied*, since every token has to be right. Perplexity is the one number that could replace each of them and give
# the same product: a mean of factors. The ordinary mean would not do, since a few rare tokens would decide it:

# %%
choices = 1 / scores.probability
print(f"of factors (perplexity): {choices.prod() ** (1 / len(choices)):10,.1f}")
print(f"ordinary mean:           {choices.mean():10,.1f}")
print(f"the rarest token alone:  {choices.max():10,.1f}")

# %% [markdown]
# Three fixed points to hold on to. What is the perplexity of a model for which every token is certain? Of one for which all tokens of the
# vocabulary are equally likely? And of one that gave a single token the probability 0?

# %%
vocabulary = base.hparams["n_vocab"]
fixed_points = {
    "each token certain": [1] * 10,
    "all equally likely": [1 / vocabulary] * 10,
    "one token impossible": [1] * 9 + [0],
}
with np.errstate(divide="ignore"):  # the logarithm of 0
    for name, probabilities in fixed_points.items():
        print(f"{name:>20}: {np.exp(-np.mean(np.log(probabilities))):,.0f}")

# %% [markdown]
# So a perplexity lies between 1 and infinity, and says among how many equally likely tokens the model is choosing. A model that guesses blindly
# has the size of its vocabulary, and only one that is often sure of a wrong token has more. A single token held to be impossible outweighs all
# others. GPT-2 gives every token a little, and so never gets that far.

# %% [markdown]
# ## Many documents
#
# One sentence says little. Here is every test speech, as the pretrained model reads it.

# %%
before_test = lab.perplexity(base, splits.test)
documents = before_test.table.set_index("name")[["tokens", "nats_per_token", "perplexity"]]
documents.round(2)

# %% [markdown]
# ### Exercise 06.3: all of them together
#
# What is the perplexity of *all* these speeches, if every token counts the same? Compute it from the columns `tokens` and `nats_per_token`.
#
# <details><summary>Hint 1</summary>
#
# How many nats has a whole document? How many have all together?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Multiply two columns, add up what you get, and divide by the number of all tokens. Then *e* to the power of that.
#
# </details>

# %%
# HIDDEN 06.3
import math

choices = np.exp(base.score(sentence).nats)
vocabulary, fixed_points = base.hparams["n_vocab"], {"each token certain": [1] * 3}
before_test = lab.perplexity(base, splits.test)
documents = before_test.table.set_index("name")[["tokens", "nats_per_token", "perplexity"]]

# %%
# EXERCISE 06.3 (difficulty 2, 6 min, 1 point)
### BEGIN SOLUTION
nats = documents.nats_per_token * documents.tokens
pooled = math.exp(nats.sum() / documents.tokens.sum())
### END SOLUTION

# %%
# CHECK 06.3
lab.course.check("06.3", pooled, documents)

# %% [markdown]
# That is the **pooled perplexity**, and it is what `lab.perplexity` gives. The mean of the column `perplexity` is another number: in it a short
# speech counts as much as a long one, and it changes if somebody cuts a speech in two.
#
# ## How far may it be off?
#
# Other speeches would have given another number. How different? When you print the result, a 95 % interval says so:

# %%
lab.course.show(str(before_test))

# %%
lab.plots.perplexity(before_test)

# %% [markdown]
# The interval comes from how much the *documents* differ. There are thousands of times as many tokens, so an interval over tokens is far narrower.
# It would be right if the surprise of one token had nothing to do with that of the next. But then documents could hardly differ:

# %%
token_spread = base.score(held_out).nats.std()
reach = 1.96 * token_spread / np.sqrt(documents.tokens)  # of 95 % of such documents
away = (documents.nats_per_token - before_test.nats_per_token).abs()
within = (away < reach).sum()
print(f"documents within reach: {within} of {len(documents)}; it should be 95 %")

reach = 1.96 * token_spread / math.sqrt(before_test.tokens)  # of all together
loss = before_test.nats_per_token
print(f"over tokens:    {math.exp(loss - reach):.1f} to {math.exp(loss + reach):.1f}")
low, high = before_test.intervals["perplexity"]
print(f"over documents: {low:.1f} to {high:.1f}")

# %% [markdown]
# The tokens of a speech have an author, a time and a subject in common. A model that was surprised by the beginning is likely to be surprised by
# the end. So one more token of the same speech tells you little. What counts is how many *documents* there are, and that none of them outweighs the
# others.
#
# ### An interval of your own
#
# How can you know what other speeches would have given, if you have only these? Let these stand for all speeches, and draw from them: as many as
# there are, *with replacement*, so that some come twice or more and others not at all. That is one other choice of speeches that might have been
# made. Make it again and again, and look how far the perplexity moves. This is the **bootstrap**.
#
# `ends_of` tries a function that does so, on made-up sets of twenty documents.

# %%
from functools import partial

made_up = np.random.default_rng(6)
lengths = made_up.integers(200, 4000, (4, 20))  # tokens of each document
their_losses = 4 - lengths / 4000 + made_up.normal(0, 0.3, lengths.shape)
CASES = list(zip((lengths * their_losses).tolist(), lengths.tolist()))


def ends_of(function, case, seed=0):
    nats, tokens = CASES[case]
    return function(np.array(nats), np.array(tokens), np.random.default_rng(seed))


# %% [markdown]
# ### Exercise 06.4: write the bootstrap
#
# Write `interval(nats, tokens, rng)`. `nats` and `tokens` are arrays with an entry for each document: all its nats together, and how many tokens it
# has.
#
# 1. Draw as many documents as there are, with replacement.
# 2. Take the pooled perplexity of those that were drawn.
# 3. Do this 2,000 times. Between which two numbers does the middle 95 % of the perplexities lie? Return both, the lower one first.
#
# <details><summary>Hint 1</summary>
#
# `rng.integers(5, size=5)` draws five of the numbers 0 to 4. If `drawn` are such numbers, `nats[drawn]` are the nats of these documents.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Exercise 06.3 pools documents. Collect the 2,000 perplexities in a list.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `np.quantile(numbers, 0.1)` is the number below which a tenth of them lies. If the middle 95 % stay, how much is cut off at each end?
#
# </details>

# %%
# HIDDEN 06.4
from functools import partial

lengths = rng.integers(200, 4000, (4, 20))
their_losses = 4 - lengths / 4000 + rng.normal(0, 0.3, lengths.shape)
CASES = list(zip((lengths * their_losses).tolist(), lengths.tolist()))
made_up, within = np.random.default_rng(0), 4
token_spread = base.score(held_out).nats.std()
loss = before_test.nats_per_token


def ends_of(function, case, seed=0):
    nats, tokens = CASES[case]
    return function(np.array(nats), np.array(tokens), np.random.default_rng(seed))


# %%
# EXERCISE 06.4 (difficulty 3, 15 min, 3 points)
def interval(nats, tokens, rng):
    ### BEGIN SOLUTION
    perplexities = []
    for _ in range(2000):
        drawn = rng.integers(len(nats), size=len(nats))
        perplexities.append(math.exp(nats[drawn].sum() / tokens[drawn].sum()))
    return np.quantile(perplexities, [0.025, 0.975])
    ### END SOLUTION

# %%
# CHECK 06.4
lab.course.check("06.4", partial(ends_of, interval), cases=CASES)

# %% [markdown]
# Here is what yours says of the test speeches, beside the interval that `lab.perplexity` gives.

# %%
nats_of_each = (documents.nats_per_token * documents.tokens).to_numpy()
mine = interval(nats_of_each, documents.tokens.to_numpy(), np.random.default_rng(0))
both = {"yours": mine, "lab.perplexity": before_test.intervals["perplexity"]}
pd.DataFrame(both, index=["from", "to"]).astype(float).round(1)

# %% [markdown]
# `lab.perplexity` draws nothing. It works out by a formula how far the pooled mean may be off, and makes up for two things that the bootstrap leaves
# out. The documents lie nearer to their own mean than to that of all speeches. And how much speeches differ is itself only estimated, from a few.
# So with few documents the bootstrap is somewhat too narrow; with a hundred, the two hardly differ.

# %% [markdown]
# ## Before and after
#
# Now to the question of this notebook. The model is fine-tuned on the training split (or the run that another notebook left is opened). Then both
# models read a piece of a speech that neither has seen. Where did fine-tuning take surprise away, and where did it add some?

# %%
run = lab.course.fine_tuned(splits, MODEL)
tuned = run.load("best")
lab.widgets.token_heatmap({"before": base, "after": tuned}, speech, difference=True)

# %% [markdown]
# Most of the text is white: there it hardly matters which of the two reads. Below it are the five largest falls and the five largest rises. Read the
# falls: are they words and phrases of such speeches, or something else? Then the rises. All probabilities add up to 1, so what the model now gives
# to one token it has taken from others. (What each model by itself is surprised by is folded away below.)
#
# Here are all speeches of the **validation split**, before and after.

# %%
before_valid, after_valid = (lab.perplexity(lm, splits.valid) for lm in (base, tuned))
on_valid = lab.compare_perplexity(before_valid, after_valid)
lab.plots.perplexity(on_valid)

# %%
for name, found in (("before", before_valid), ("after", after_valid)):
    low, high = found.intervals["perplexity"]
    print(f"{name:>6}: {found.perplexity:.1f}, 95 % interval {low:.1f} to {high:.1f}")
low, high = on_valid.interval
print(f"after / before: {on_valid.ratio:.2f}, 95 % interval {low:.2f} to {high:.2f}")

# %% [markdown]
# ### Exercise 06.5: which of the three decides?
#
# There are only a few speeches, and some are much longer than others. So the intervals are wide, and those of *before* and *after* may overlap.
# Somebody says: "Then the fall may be chance." What decides whether it is?
#
# <details><summary>Hint</summary>
#
# Look at the figure. Is a speech that was hard before also hard after? What if you asked each speech by itself how much it fell?
#
# </details>

# %%
# HIDDEN 06.5
from gpt2lab.course import scenes

run = scenes.run(rng, f"speeches-{MODEL}", turn=100, rise=0)
before_valid, after_valid = (lab.perplexity(lm, splits.valid) for lm in (base, tuned))
on_valid = lab.compare_perplexity(before_valid, after_valid)
nats_of_each = (documents.nats_per_token * documents.tokens).to_numpy()
mine = before_test.intervals["perplexity"]
both = {"yours": mine, "lab.perplexity": mine}

# %%
# EXERCISE 06.5 (difficulty 2, 3 min, 1 point)
# "a": whether the intervals before and after overlap
# "b": whether the interval of after / before holds 1
# "c": whether the perplexity after is below the one before
### BEGIN SOLUTION
decides = "b"
### END SOLUTION

# %%
# CHECK 06.5
lab.course.check("06.5", decides, on_valid)

# %% [markdown]
# ## How much does it read before it guesses?
#
# A model with a window of 1,024 tokens cannot read a whole speech at once. `lab.perplexity` cuts it into windows, and the first token of each is
# guessed with nothing before it but the last token of the window before. How much does that matter? Here is the beginning of one speech, cut into
# pieces that are scored one by one, each as if it were a document.

# %%
import time

beginning = max((document.text for document in splits.test), key=len)[:24_000]
pieces = {}
for size in (50, 200, 800, 3200, len(beginning)):
    cut = [beginning[start : start + size] for start in range(0, len(beginning), size)]
    pieces[size] = lab.perplexity(base, cut).bits_per_byte
pd.Series(pieces).rename_axis("characters a piece").round(3).to_frame("bits per byte")

# %% [markdown]
# (In bits per byte, since short pieces cut words apart and so have more tokens; see [notebook 5](05_model_sizes.ipynb).) The first few words help
# most, and each further stretch of text helps less. Where the column stops falling, the model makes no use of what lies further back.
#
# The remedy for the beginnings of windows is to let windows overlap. The window moves on by fewer tokens than it is long; their number is the
# **stride**. Only the tokens that it reaches for the first time are scored. So each token has more before it, and much is read several times.

# %%
rows, nats_of = [], {}
for stride in (base.window - 1, base.window // 2, base.window // 4):
    start = time.perf_counter()
    nats_of[stride] = base.score(beginning, stride=stride).nats
    seconds = time.perf_counter() - start
    rows.append((stride, base.window - stride, math.exp(nats_of[stride].mean()), seconds))
columns = ["stride", "tokens before, at least", "perplexity", "seconds"]
pd.DataFrame(rows, columns=columns).set_index("stride").round(2)

# %% [markdown]
# A shorter stride takes more seconds. By how much does the perplexity fall for them? To see where it comes from, look at the same tokens by their place
# in a window of the longest stride: the first of a window had nearly nothing before them, the last had a thousand tokens.

# %%
longest, shortest = max(nats_of), min(nats_of)
losses = pd.DataFrame({"no overlap": nats_of[longest], "overlap": nats_of[shortest]})
losses["place"] = pd.cut(np.arange(len(losses)) % longest + 1, [0, 16, 64, 256, longest])
later = losses[longest:].groupby("place", observed=True)  # all windows but the first
by_place = later.mean()
by_place["fall"] = by_place["no overlap"] - by_place["overlap"]
by_place.assign(share=later.size() / later.size().sum()).round(3)

# %% [markdown]
# *overlap* has the same tokens with at least three quarters of a window before them. *fall* is what that saves, in nats a token. *share* says how
# many of all tokens stand at such places. Where *fall* is near 0, the tokens before were enough already: text farther back than
# that is of hardly any use to the model. If only the first rows fall, and few tokens stand there, a shorter stride cannot change much. A
# model that makes use of distant text would fall in the last row too.
#
# Whatever it gains, two perplexities that were measured with different strides cannot be compared. (This notebook takes windows that do not
# overlap, on both sides of every comparison.)

# %% [markdown]
# ## Validation and test
#
# Why are there two splits that the model never learns from? Because *you* learn from one of them. By the loss on the validation split
# `run.load("best")` chose a **checkpoint**, the weights as they were saved at one step. Maybe you also stopped by it, or kept a learning rate.
# If you choose the best of many by a number, you also choose the luckiest: next time its number will probably be a little worse. The **test split**
# is measured once, at the end, when you have nothing left to choose.
#
# One of the tutorials that this course follows speaks of "fine-tuning to the test set". Had the model learned from that text, its perplexity there
# would say how well it remembers, not how well it reads what is new. Had only its settings been chosen by it, the number would be somewhat too
# good. What is probably meant is the *training* set, since that is what weights are fitted to. It is a slip of the pen, but one to avoid: who
# reads it cannot tell what the numbers are worth.

# %%
on_test = lab.compare_perplexity(before_test, lab.perplexity(tuned, splits.test))
lab.course.show(on_valid.answer, label="validation")
lab.course.show(on_test.answer, label="test")
lab.plots.perplexity(on_test)

# %% [markdown]
# ## Your table
#
# One of the tutorials that this course follows, *Fine-tuning GPT-2 for natural language generation*, ends with a table of perplexities. Here are
# its numbers: 355M after 3000 steps on presidential speeches, and a model after 200 steps on tweets.

# %%
theirs = pd.DataFrame(
    {"before": [27.07, 23.51, 111.17, 111.77], "after": [19.99, 18.39, 26.26, 26.51]},
    index=["speeches, validation", "speeches, test", "tweets, validation", "tweets, test"],
)
theirs["ratio"] = (theirs.after / theirs.before).round(2)
theirs

# %% [markdown]
# You have no tweets, but 4,000 short posts of a chat come with the course. Fine-tune the pretrained model on them; it takes less than a minute.

# %%
posts = lab.short_posts().split(valid=0.1, test=0.1, seed=0)
settings = {"steps": 60, "batch_size": 2, "accumulate_gradients": 1, "sample_every": 0}
settings |= {"restore_from": "fresh", "eval_every": 5}
small_valid = posts.valid.first(20_000)
posts_run = lab.finetune(
    posts.train, MODEL, run_name="posts", valid=small_valid, **settings
)
with posts_run.load("best") as tuned_on_posts:
    on_posts = lab.compare_perplexity(base, tuned_on_posts, posts.test)

# %% [markdown]
# And here is your table. It has what is missing above: intervals, the number of documents, and bits per byte.

# %%
print(tuned.name)
found = {"speeches, validation": on_valid, "speeches, test": on_test}
found["posts, test"] = on_posts
yours = pd.DataFrame({name: comparison.row for name, comparison in found.items()})
yours.map(lambda number: f"{number:,.2f}".removesuffix(".00"))

# %% [markdown]
# Three things to notice before you compare.
#
# - *Levels* cannot be compared between models with different tokens ([notebook 5](05_model_sizes.ipynb)), nor between texts. Ratios suffer less
#   from this. Still, their run on the speeches had 3000 steps, and yours far fewer.
# - On the tweets the perplexity fell to a quarter, and on your posts it fell far more than on the speeches. The pretrained models knew little of
#   what such a text looks like: how people chat, how long a post is, how it ends. Such habits are learned in a few steps. Speeches are prose,
#   which the models had read before.
# - A fall in perplexity looks larger than the same fall in bits per byte, since perplexity is *e* to the power of the loss. Look at both.
#
# ### Exercise 06.6: your finding
#
# Answer in two or three sentences. By how much did the perplexity fall on text that the model has never seen? How sure is that? And why do you report
# the test split?
#
# <details><summary>Hint</summary>
#
# A number without its interval is half a finding. And say what the validation split had been used for.
#
# </details>

# %%
# HIDDEN 06.6
beginning = max((document.text for document in splits.test), key=len)
pieces, rows = {50: 3.1, 200: 2.9}, [(1023, 1, 540.0, 0.1)]
longest, shortest = 1023, 256
nats_of = {stride: base.score(held_out).nats for stride in (longest, shortest)}
losses = pd.DataFrame({"no overlap": nats_of[longest], "overlap": nats_of[shortest]})
by_place = losses.assign(place=1).groupby("place").mean()
later = losses.assign(place=1).groupby("place")
columns = ["stride", "tokens before, at least", "perplexity", "seconds"]
on_test = lab.compare_perplexity(before_test, lab.perplexity(tuned, splits.test))
theirs = pd.DataFrame({"before": [27.07], "after": [19.99], "ratio": [0.74]}, index=["speeches, test"])
posts, tuned_on_posts, on_posts, found = splits, tuned, on_test, {"posts, test": on_test}
posts_run = scenes.run(rng, "posts", steps=60, turn=60, rise=0)
settings = {"steps": 60, "batch_size": 2, "accumulate_gradients": 1, "sample_every": 0}
small_valid = posts.valid
yours = pd.DataFrame({"speeches, validation": on_valid.row, "speeches, test": on_test.row, "posts, test": on_test.row})

# %%
# EXERCISE 06.6 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
low, high = on_test.interval
finding = f"""
On the test speeches the perplexity fell to {on_test.ratio:.0%} of what it was, and it fell in
{on_test.fell} of {len(on_test.table)} of them. The 95 % interval of this ratio, over documents, is
{low:.0%} to {high:.0%}: if it does not hold 100 %, this is more than chance. The validation split had
already been used to choose the checkpoint, so its number may be a little too good; the test
split was used for nothing.
"""
### END SOLUTION

# %%
# CHECK 06.6
lab.course.check("06.6", finding)

# %% [markdown]
# ## What was gained, and what was lost
#
# After fine-tuning a model writes more like its training text. But it has no more weights than before: does learning one kind of text cost it
# another? Take three kinds that are far apart: speeches, posts, and code, here files of Python's own library. What do you expect: does the model
# that learned from posts read speeches better or worse than the pretrained one?

# %%
import sysconfig
from pathlib import Path

library = Path(sysconfig.get_paths()["stdlib"])
files = "argparse ast bdb calendar configparser csv dataclasses difflib fractions ftplib"
files += " functools heapq inspect mailbox optparse pickle random shutil smtplib"
files += " statistics tarfile textwrap"
sources = [(library / f"{name}.py").read_text(encoding="utf-8") for name in files.split()]
code = lab.Corpus.from_texts(sources).split(valid=0.1, test=0.1, seed=0)

# %%
small_valid = code.valid.first(20_000)
code_run = lab.finetune(code.train, MODEL, run_name="code", valid=small_valid, **settings)
models = {"pretrained": base, "on speeches": tuned}
models |= {"on posts": posts_run.load("best"), "on code": code_run.load("best")}
kinds = {"speeches": splits.test, "posts": posts.test, "code": code.test}
bits = pd.DataFrame(index=list(kinds), columns=list(models), dtype=float)
for name, lm in models.items():
    for kind, unseen in kinds.items():
        bits.loc[kind, name] = lab.perplexity(lm, unseen.first(20_000)).bits_per_byte
bits.round(2)

# %% [markdown]
# Each row is a kind of text that none of the models has learned from, each column a model. (In bits per byte, since the kinds have tokens of different
# lengths.) Compare each number with that of the pretrained model in the same row. Where it fell, that kind was learned. Where it rose, something was
# lost: **catastrophic forgetting**.
#
# ### Exercise 06.7: what was forgotten most
#
# Where in the table did a number rise most above that of the pretrained model in its row, and by how many bits per byte? Compute this rise from
# `bits`.
#
# <details><summary>Hint</summary>
#
# `bits.sub(column, axis=0)` subtracts a column from all columns. `.max()` of a table has a number for each column, and `.max().max()` is one number.
#
# </details>

# %%
# HIDDEN 06.7
import sysconfig
from pathlib import Path

library, files, sources, code = Path("."), "", [], splits
posts_run = code_run = scenes.run(rng, "code", steps=60, turn=60, rise=0)
models = {"pretrained": base, "on speeches": tuned, "on posts": tuned, "on code": tuned}
kinds = {"speeches": splits.test, "posts": posts.test, "code": code.test}
small_valid = code.valid
bits = pd.DataFrame(
    [
        [1.5, 1.4, 1.5 + rng.uniform(0.3, 0.4), 1.5 + rng.uniform(0.2, 0.29)],
        [2.0, 2.0 + rng.uniform(0.01, 0.1), 1.5, 2.0 + 0.45 * 6 ** rng.random()],
        [4.0, 4.0 - rng.uniform(0.01, 0.05), 4.0 + rng.uniform(0.1, 0.2), 4 - rng.uniform(1.2, 1.4)],
    ],
    index=list(kinds),
    columns=list(models),
)

# %%
# EXERCISE 06.7 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
largest_rise = bits.sub(bits["pretrained"], axis=0).max().max()
### END SOLUTION

# %%
# CHECK 06.7
lab.course.check("06.7", largest_rise, bits)

# %% [markdown]
# And how fast is a kind of text learned? Each run measured its validation loss again and again. After how much reading was half of its fall
# reached, and nine tenths? (In windows, since a step of the run on speeches reads one and a step of the others two. That run also measured less
# often and had another learning rate, so look only for large differences.)

# %%
reached = {}
for kind, done in {"speeches": run, "posts": posts_run, "code": code_run}.items():
    valid = done.history.dropna(subset="valid_loss").set_index("tokens").valid_loss
    falls = valid.iloc[0] - valid
    windows = [(falls >= part * falls.max()).idxmax() // base.window for part in (0.5, 0.9)]
    reached[kind] = [round(falls.max(), 2), *windows]
columns = ["fall, nats a token", "windows to half of it", "windows to nine tenths"]
pd.DataFrame.from_dict(reached, orient="index", columns=columns)

# %% [markdown]
# Which kind began highest, which fell most, and which fell fastest? The farther a text is from what the model has read in pretraining, the more
# there is to learn from it. Was more forgotten of the rest, too? Where half of the fall came early, the model probably learned first what all
# texts of that kind have in common: its signs, its short lines, where a text ends. So ask a fine-tuned model for the kind of text that it learned,
# and choose for fine-tuning the kind of text that you want to read.

# %% [markdown]
# ## Change one thing
#
# Predict, then run again with one change.
#
# - Another time: `lab.presidential_speeches(until=1860).first(100_000)`. Has fine-tuning on modern speeches helped with old ones?
# - Another model: `lab.compare_perplexity(lab.load(OTHER_MODEL), base, splits.test.first(100_000))`. What does it answer if the two cut text into
#   different tokens, as 3M and 124M do?
# - A text that the model learned from: `splits.train.first(100_000)`. How much lower is the perplexity after fine-tuning there?
# - The letter z five hundred times, `"z" * 500`. A large model soon sees what is going on. Does yours?
# - Text d from above, read by the fine-tuned model. And a text that the fine-tuned model wrote, read by the pretrained one.
#
# ## Summary
#
# - Perplexity is *e* to the power of the mean surprise: among how many equally likely tokens the model was, so to speak, choosing.
# - It is pooled over tokens. Its interval is over documents, since the tokens of a document are not independent. The bootstrap finds one without a
#   formula.
# - Two models are compared on the same documents, by the interval of the ratio. That is much narrower than the two intervals side by side suggest.
# - A perplexity depends on the window, the stride and the tokens. Between models with different tokens, compare bits per byte.
# - Validation text is for choosing, test text for reporting.
# - What a model learns of one kind of text it may pay for with another.
# - A low perplexity says that the model expected the text, not that the text is good.
#
# ## To read
#
# - F. Jelinek et al. 1977, [Perplexity: a measure of the difficulty of speech recognition tasks](https://doi.org/10.1121/1.2016299): where the word comes from.
# - A. Radford et al. 2019, [Language models are unsupervised multitask learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf): Table 3 has the perplexities of all four sizes.
# - Hugging Face, [Perplexity of fixed-length models](https://huggingface.co/docs/transformers/perplexity): windows and strides. Here a text is read after an end-of-text token, there with nothing before it; otherwise the numbers agree.
# - A. Holtzman et al. 2019, [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751): why the most probable text is a dull one.
# - B. Efron 1979, [Bootstrap methods: another look at the jackknife](https://doi.org/10.1214/aos/1176344552): an interval without a formula.
# - M. McCloskey and N. Cohen 1989, [Catastrophic interference in connectionist networks](https://doi.org/10.1016/S0079-7421(08)60536-8): forgetting, before there were language models.
# - R. Dror et al. 2018, [The hitchhiker's guide to testing statistical significance in natural language processing](https://aclanthology.org/P18-1128/).
