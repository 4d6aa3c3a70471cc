# %% [markdown]
# # 8. Sampling
#
# **How do temperature, k and p trade sense against variety?**
#
# After this notebook you can
#
# - work out by hand what temperature, top-k and top-p do to the next token,
# - say why a model that always takes the likeliest token goes round in circles,
# - measure how varied a hundred samples are, and avoid the traps in that,
# - find the settings whose samples are most like human text, and say in what respect,
# - compare your figures with published ones, and say where they differ,
# - write a sampler of your own.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## One model, two writers
#
# Here are two texts by the same fine-tuned model. They have the same **prompt** (the prefix that a text begins with) and the same seed.

# %%
splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
run = lab.course.fine_tuned(splits, MODEL)
lm = run.load("best")

PROMPT = "This year we will"
for name, temperature in (("writer A", 0.3), ("writer B", 1.5)):
    text = lm.generate(PROMPT, length=60, temperature=temperature, seed=1)[0]
    lab.course.show(text, label=name)

# %% [markdown]
# One writer has little to say and says it again. The other knows many words, and does not know where to put them. You choose where between the two
# your model writes. The model stays as it is. What differs is how the next token is *drawn* from its guesses: the **sampling**.

# %% [markdown]
# ## The sliders
#
# Move a slider, and watch the chart. The outlines are the model's own probabilities, the bars are the probabilities with which a token is drawn. Then
# press *Write*.
#
# - `temperature` makes likely tokens likelier (below 1) or less likely (above 1).
# - `top_k` draws from the *k* likeliest tokens only. At first it is off.
# - `top_p` draws from the likeliest tokens that together have the probability *p*. At first it is off too, at 0.
#
# Find settings with which it writes nonsense, settings with which it repeats itself, and settings that you like. (Without a running kernel you see
# six settings side by side instead.)

# %%
SETTINGS = [{"temperature": 0.5}, {"temperature": 1.0}, {"temperature": 1.5}]
SETTINGS += [{"top_k": 5}, {"top_k": 25}, {"top_p": 0.3}]
explorer = lab.widgets.sampling_explorer(lm, prompt=PROMPT, twin=SETTINGS)
explorer

# %% [markdown]
# A table keeps the texts that you had the model write, and their settings. So you can go back to one that you liked. (After *Write*, run this cell
# again.)

# %%
columns = ["temperature", "top_k", "top_p", "seed", "text"]
explorer.history[columns].head() if len(explorer.history) else "Nothing written yet."

# %% [markdown]
# ## Temperature by hand
#
# The model gives each token a score, its **logit**. A **softmax** turns the scores into probabilities: *e* to the power of each, divided by the sum
# of all these powers. The temperature *T* divides the logits before that. For the probabilities this means: each is raised to the power of 1/*T*,
# and then all are divided by their sum, so that they make 100 % again.

# %% [markdown]
# ### Exercise 08.1: at half the temperature
#
# `p` has the probabilities of all tokens after *This year we will*, the likeliest first. How probable is the likeliest token at temperature
# 0.5?
#
# <details><summary>Hint 1</summary>
#
# What is 1/T? `p ** 2` squares every number of `p` at once.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The powers do not add up to 1. Divide the first, `powers[0]`, by `powers.sum()`. The chart for temperature 0.5 above has the answer, rounded.
#
# </details>

# %%
p = lm.next_tokens(PROMPT).probability

# %%
# HIDDEN 08.1
from gpt2lab.course import scenes

splits = scenes.speeches(rng)
run = scenes.run(rng, f"speeches-{MODEL}", turn=100, rise=0)
lm = scenes.models(splits, MODEL)[1]


PROMPT = "This year we will"
text = lm.generate(PROMPT, length=20, seed=1)[0]
SETTINGS = [{"temperature": 0.5}, {"top_k": 5}, {"top_p": 0.3}]
columns = ["temperature", "top_k", "top_p", "seed", "text"]
p = lm.next_tokens(PROMPT).probability

# %%
# EXERCISE 08.1 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
_powers = p ** (1 / 0.5)
at_half = _powers[0] / _powers.sum()
### END SOLUTION

# %%
# CHECK 08.1
lab.course.check("08.1", at_half, p)

# %% [markdown]
# Now let the temperature fall further, to 0.1, to 0.01. In the end only the likeliest token is left. To take it every time is **greedy decoding**,
# here `temperature=0`. Nothing is drawn by lot any more, and the seed has no effect. Does this give the best text?

# %%
greedy_text = lm.generate(PROMPT, length=100, temperature=0)[0]
lab.course.show(greedy_text, label="temperature 0")
print(f"{lab.repetition([greedy_text]):.0%} of its runs of four words were there before")

# %% [markdown]
# It goes round in circles. To see why, let the model read a sentence six times, and look at how much the sentence surprises it each time.

# %%
import numpy as np

sentence = " The state of the Union is strong."
nats = lm.score(6 * sentence).nats
for number, part in enumerate(np.array_split(nats, 6), start=1):
    print(f"time {number}: {part.mean():.2f} nats per token")

# %% [markdown]
# What was said once becomes likelier, and what was said twice likelier still. A writer that always takes the likeliest token hardly ever gets out
# of that. People write differently: they take a surprising word every now and then.

# %% [markdown]
# ## k and p by hand
#
# So draw the next token at random, but not from all tokens. Far down in the table are thousands that make no sense. Each is unlikely, but sooner or
# later one of them is drawn. **top-k** cuts off all but the *k* likeliest tokens. Here is what that means after two prompts, one where the model is
# sure and one where it is not.

# %%
SURE, OPEN = "The President of the United", PROMPT
for prompt in (SURE, OPEN):
    probability = lm.next_tokens(prompt).probability
    held = ", ".join(f"{k}: {probability[:k].sum():5.1%}" for k in (1, 5, 25, 50, 75))
    print(f"{prompt!r:30} held by the k likeliest, {held}")

# %% [markdown]
# A fixed *k* does not fit both. Where the model is sure, *k* lets in tokens that make no sense. Where the model is not sure, *k* cuts off most of
# those that do. So **top-p** does not fix how many tokens are kept, but how much probability: it keeps the fewest tokens, from the likeliest on,
# that together reach *p*. [Holtzman et al. 2019](https://arxiv.org/abs/1904.09751) call this set the **nucleus**.

# %% [markdown]
# ### Exercise 08.2: how many survive?
#
# How many tokens can be drawn with *p* = 0.9 after `SURE`, and how many after `OPEN`? The tables of probabilities begin with the likeliest
# token.
#
# <details><summary>Hint 1</summary>
#
# `sure.cumsum()` adds up from the first token on: its third number is the sum of the first three.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `(sure.cumsum() < 0.9).sum()` counts the sums that have not reached 0.9 yet. One token more reaches it.
#
# </details>

# %%
sure = lm.next_tokens(SURE).probability
open_ended = lm.next_tokens(OPEN).probability

# %%
# HIDDEN 08.2
import numpy as np

greedy_text = lm.generate(PROMPT, length=60, temperature=0)[0]
sentence = " We need the help of the Congress."
nats = lm.score(6 * sentence).nats
SURE, OPEN = scenes.sure_and_open(lm, rng)
sure = lm.next_tokens(SURE).probability
open_ended = lm.next_tokens(OPEN).probability

# %%
# EXERCISE 08.2 (difficulty 2, 6 min, 1 point)
### BEGIN SOLUTION
survive_sure = (sure.cumsum() < 0.9).sum() + 1
survive_open = (open_ended.cumsum() < 0.9).sum() + 1
### END SOLUTION

# %%
# CHECK 08.2
lab.course.check("08.2", (survive_sure, survive_open), sure, open_ended)

# %% [markdown]
# ## How varied is a text?
#
# You have seen single texts. To judge a *setting*, you need many texts and a number. Two such numbers are in common use.
#
# - **dist-1** ([Li et al. 2016](https://arxiv.org/abs/1510.03055)): different words, divided by all words. Higher is more varied.
# - **self-BLEU** ([Zhu et al. 2018](https://arxiv.org/abs/1802.01886)): how much of each sample, in runs of one to four words, stands in the other
#   samples too. *Lower* is more varied.

# %% [markdown]
# ### Exercise 08.3: dist-1 by hand
#
# Compute dist-1 of these ten texts, all of them together. `lab.words(text)` is the list of a text's words.
#
# <details><summary>Hint</summary>
#
# Put the words of all texts into one list: `[word for text in texts for word in lab.words(text)]`. `set(…)` of a list keeps each word once.
#
# </details>

# %%
texts = lm.generate("\n", 10, length=60, temperature=1.0, seed=0, include_prefix=False)

# %%
# HIDDEN 08.3
seed = int(rng.integers(1000))
texts = lm.generate("\n", 8, length=50, temperature=1.0, seed=seed, include_prefix=False)

# %%
# EXERCISE 08.3 (difficulty 1, 5 min, 1 point)
### BEGIN SOLUTION
_words = [word for text in texts for word in lab.words(text)]
dist_1 = len(set(_words)) / len(_words)
### END SOLUTION

# %%
# CHECK 08.3
lab.course.check("08.3", dist_1, texts)

# %% [markdown]
# From now on `lab.distinct` and `lab.self_bleu` do this. But beware. Here are both measures of *human* text: of more and more pieces of the test
# speeches, each as long as those samples:

# %%
import pandas as pd

people = lab.human_samples(splits.test, like=10 * texts)
measured = {}
for n in (5, 10, 25, 50, 100):
    some = people[:n]
    measured[n] = {"dist_1": lab.distinct(some), "self_bleu": lab.self_bleu(some)}
pd.DataFrame(measured).T.rename_axis("pieces").round(3)

# %% [markdown]
# The speeches are the same all the time. But the more text there is, the more often a word comes again, and the more of each piece stands in some
# other piece too. So a value alone means nothing. **Compare equal numbers of samples of equal length**, and put human text beside them, as many pieces
# of the same length.

# %% [markdown]
# ## A hundred samples of each setting
#
# `lab.sweep` does that: 100 samples with each setting, one slider moved at a time, all measures, and human text in the last row. While one slider
# moves, the others cut nothing and the temperature is 1. (If you give none, `generate` takes 0.7, as gpt-2-simple does; here that would mix two
# effects.)
#
# Predict, before you run it: when the temperature rises from 0.3 to 1.5, what will the two measures do?

# %%
# EXERCISE 08.4 (difficulty 1, 1 min, 0 points)
# "a": both rise    "b": dist-1 rises, self-BLEU falls
# "c": dist-1 falls, self-BLEU rises    "d": both fall
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %%
settings = {"nsamples": 100, "length": 60, "seed": 0}
settings |= {"prefix": "\n"}  # an empty line; else many texts end at once
settings |= {"reference": splits.test, "folder": "sampling"}
table = lab.sweep(
    lm,
    temperature=[0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5],
    top_k=[5, 25, 50, 75],
    top_p=[0.5, 0.8, 0.9, 0.95],
    **settings,
)
columns = ["parameter", "value", "dist_1", "self_bleu", "repetition", "zipf", "perplexity"]
table[columns].round(3)

# %% [markdown]
# | column | what it counts |
# |---|---|
# | `repetition` | share of a sample's runs of four words that stood in it before |
# | `zipf` | how much the text leans on a few frequent words; higher is more |
# | `perplexity` | how much the samples surprise the model that wrote them; in the last row, how much human text does |

# %%
lab.plots.sweep(table, measures=["dist_1", "self_bleu"])

# %%
# CHECK 08.4
lab.course.check("08.4", prediction, table)

# %% [markdown]
# The less you hold the model back, the more varied its texts are. The dashed line says how varied *people's* texts are. More variety than that is
# not better: you have read what comes of it.
#
# ### Exercise 08.5: nearest to people
#
# Which setting comes nearest to human text in variety, `dist_1`, and which in how surprising it is, `perplexity`? Give the numbers of the two rows
# (the first column of the table above, without a name). Will it be the same row?
#
# <details><summary>Hint 1</summary>
#
# Near means: a small difference, upwards or downwards. `.abs()` takes the sign away, and `.idxmin()` gives the row of the smallest number.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `(tried.dist_1 - human.dist_1).abs().idxmin()`
#
# </details>

# %%
tried = table[table.parameter != "human"]
human = table.iloc[-1]

# %%
# HIDDEN 08.5
import pandas as pd

people = lab.human_samples(splits.test, like=6 * [" ".join(40 * ["word"])])
measured = {n: {"dist_1": lab.distinct(people[:n]), "self_bleu": lab.self_bleu(people[:n])} for n in (2, 4)}
settings = {"nsamples": 100, "length": 60, "seed": 0, "prefix": "\n"}
settings |= {"reference": splits.test, "folder": "sampling"}
# The rows that are nearest in the notebook itself are not to be so again.
table = scenes.sweep(rng, not_nearest=(3, 4))
columns = ["parameter", "value", "dist_1", "self_bleu", "repetition", "zipf", "perplexity"]
tried = table[table.parameter != "human"]
human = table.iloc[-1]

# %%
# EXERCISE 08.5 (difficulty 2, 5 min, 2 points)
### BEGIN SOLUTION
by_dist_1 = (tried.dist_1 - human.dist_1).abs().idxmin()
by_perplexity = (tried.perplexity - human.perplexity).abs().idxmin()
### END SOLUTION

# %%
# CHECK 08.5
lab.course.check("08.5", (by_dist_1, by_perplexity), table)

# %% [markdown]
# ## What the sliders do to a text
#
# dist-1 says *that* texts are alike, not in what. People who try settings by hand notice three things. At a low temperature texts are *shorter*, and they
# are *built alike* ("We have …", "We have …"). With a low *k* they *keep to the topic*. Each can be counted:
#
# | column | what it counts |
# |---|---|
# | `sentence` | words in a sentence: all words and marks, divided by the ends of sentences. (Not the length of samples: most are cut off.) |
# | `opening` | share of the sentences that begin with one of the three commonest pairs of words |
# | `topic` | share of the words that are words of the topic |
#
# What is a word of the topic? Here it has five letters or more, and is over ten times as frequent in the training speeches as in the short posts that
# come with the course. That is a rule of thumb. So look at some of the words that it finds.

# %%
import re
from collections import Counter

speeches = Counter(lab.words(splits.train.text))
posts = Counter(lab.words(lab.short_posts().text))
often = 10 * speeches.total() / posts.total()  # there are more words in the speeches
topic = {
    word
    for word, n in speeches.items()
    if len(word) > 4 and n > often * max(1, posts[word])
}
print(f"{len(topic)} words, among them", *sorted(topic, key=speeches.get)[-12:])

# %%
def count_traits(samples):
    text = "\n".join(samples) + "\n"
    every = lab.words(text)
    openings = Counter(re.findall(r"[.!?] (\w+ \w+)", text))
    return {
        "sentence": len(every) / max(1, len(re.findall(r"[.!?]\s", text))),
        "opening": sum(n for _, n in openings.most_common(3)) / max(1, openings.total()),
        "topic": sum(word in topic for word in every) / len(every),
    }


texts_of = table.attrs["samples"]
traits = pd.DataFrame([count_traits(texts_of[row]) for row in table.index], table.index)
lab.plots.sweep(table.join(traits), measures=["sentence", "opening", "topic"])

# %% [markdown]
# Do the three hold for your model? Compare the lowest setting of a slider with *pure* sampling, which is temperature 1 with nothing cut. A difference
# can be chance. So it has to show in each quarter of the samples. By chance alone all four would agree with the claim once in sixteen times.

# %%
quarters = [
    pd.DataFrame([count_traits(texts_of[row][part::4]) for row in table.index], table.index)
    for part in range(4)
]
pure_row = tried.index[(tried.parameter == "temperature") & (tried.value == 1)][0]
for seen, trait, slider, sign in (
    ("shorter at a low temperature", "sentence", "temperature", -1),
    ("built alike at a low temperature", "opening", "temperature", 1),
    ("on the topic at a low k", "topic", "top_k", 1),
):
    row = tried.index[tried.parameter == slider][0]
    agree = sum(sign * (part[trait][row] - part[trait][pure_row]) > 0 for part in quarters)
    verdict = {0: "does not hold", 4: "holds"}.get(agree, "may be chance")
    value = f"{slider} {table.value[row]:g}"
    print(f"{seen}: {verdict}, in {agree} of 4 quarters", end=" ")
    print(f"({trait} {traits[trait][row]:.3g} at {value},", end=" ")
    print(f"{traits[trait][pure_row]:.3g} pure)")

# %% [markdown]
# Now look at the dashed lines, which are people. At which settings do the model's sentences begin in as many ways as theirs? At which does it keep to
# the topic as they do? If these settings lie far apart, no slider gives you both: what a lower temperature wins in one, it loses in the other.

# %% [markdown]
# ## Sense against variety
#
# Variety is only half of it. The other half is whether the text makes sense, and for that there is no formula. What can be measured is how *likely*
# the model finds a text: its perplexity. Very likely text tends to be dull, very unlikely text nonsense. Here are variety and likelihood at once.

# %%
lab.plots.quality_diversity(table)

# %% [markdown]
# The settings go from the upper left to the lower right: what you gain in variety, you pay for in likelihood. That is the trade. If one slider's points
# lie below those of another, it gives more variety at the same likelihood, and is the better bargain.
#
# Better is *nearer to the diamond*, not further to one side. The diamond need not lie among them. They show what this one model can write, and
# people are another writer: their text may surprise the model more than its own does, and still be no more varied.
#
# Now read one sample from each end. Then read three of the setting that is nearest to people in variety, and three by people. (Shown are
# the first that have more than 25 words. Most are cut off at the end, and those by people begin in the middle of a text, too.)

# %%
order = tried.perplexity.sort_values().index
nearest = (tried.dist_1 - human.dist_1).abs().idxmin()
for row, number in ((order[0], 1), (order[-1], 1), (nearest, 3), (table.index[-1], 3)):
    value = "" if row == table.index[-1] else f" {table.value[row]:g}"
    long = [sample for sample in table.attrs["samples"][row] if len(lab.words(sample)) > 25]
    for sample in long[:number]:
        lab.course.show(sample, label=f"{table.parameter[row]}{value}")

# %% [markdown]
# As varied as people is not as good as people. Variety also comes from words that do not exist. Count them: how many words of the samples stand in no
# training speech?

# %%
known = set(lab.words(splits.train.text))
unknown = {}
for row, samples in table.attrs["samples"].items():
    found = [word for sample in samples for word in lab.words(sample)]
    unknown[row] = sum(word not in known for word in found) / len(found)
unknown = pd.Series(unknown)
table[["parameter", "value", "dist_1"]].assign(unknown=unknown).round(3)

# %%
below = tried.index[unknown[tried.index] <= unknown.iloc[-1]]
print(f"{unknown[nearest]:.1%} of the words of the setting nearest in variety are unknown,")
print(f"{unknown.iloc[-1]:.1%} of those of people;", end=" ")
print(f"settings with no more than that: {len(below)} of {len(tried)}.")

# %% [markdown]
# A person's unknown words are names and rare words. A weak model's are mostly made up: it begins a word and draws a wrong token to end it. Where its
# share is far above that of people, the model wants to be held back *more* than variety alone says: a lower temperature, a lower *p*. You pay for it
# in variety.

# %% [markdown]
# ## What was published
#
# [Holtzman et al. 2019](https://arxiv.org/abs/1904.09751) measured the same things on the 774M model, with 5,000 passages of up to 200 tokens, and
# proposed top-p. This is their Table 1.

# %%
published = lab.experiments.published_sampling()
published[["repetition", "zipf", "self_bleu", "perplexity"]]

# %% [markdown]
# Another model, other texts, longer passages, another measure of repetition (the share of passages that end in a loop): the *values* cannot agree
# with yours. The *orderings* can: which is larger than which. For those with greedy decoding you need one more setting.

# %%
greedy = lab.sweep(lm, temperature=[0], **settings)
both = pd.concat([greedy[greedy.parameter != "human"], table])
orderings = lab.experiments.sampling_orderings(both)  # a table, with the numbers of each
differ = orderings[~orderings.holds]
print(f"{orderings.holds.sum()} of {len(orderings)} published orderings hold for {MODEL}.")
for row in differ.itertuples():
    print(f"not: {row.ordering} ({row.measured})")

# %% [markdown]
# Where two of your numbers are close, chance may have ordered them. Another seed would tell.
#
# *Surprise* needs a closer look, since it depends on how well a model knows this kind of text. Divide the perplexity of human text by that of pure
# samples: how many times as surprising is it? Here is that before fine-tuning, after it, and in the published table.

# %%
pretrained = lab.load(MODEL)
before = lab.sweep(pretrained, temperature=[1.0], **settings)
for name, rows in (("before", before), ("after", table)):
    pure = rows[(rows.parameter == "temperature") & (rows.value == 1)].iloc[0]
    surprised = rows.iloc[-1].perplexity / pure.perplexity
    print(f"{name} fine-tuning: {surprised:.2f} times as surprising as pure samples")
in_2019 = published.perplexity["human"] / published.perplexity["pure sampling"]
print(f"published: {in_2019:.2f} times")

# %% [markdown]
# - *Well above 1*, the model does not know what these people will say. It has read other kinds of text.
# - *Near 1*, people surprise it as much as its own pure samples do. Cut anything off, and its samples are less surprising than human text. In *variety*
#   they may come nearer all the same.
# - *Well below 1*, its pure samples are full of tokens that people would not write. Cut these off, and the samples come nearer to human text in
#   surprise, too. That was the finding of 2019.
#
# So it is not enough to say that a setting is "like human text". Say in which measure.

# %% [markdown]
# ### Exercise 08.6: your setting
#
# You want this model to write a speech. Which setting do you take, and why? In three or four sentences: name the setting, give a figure from your
# table beside that of human text, and say what would go wrong on either side of it.
#
# <details><summary>Hint</summary>
#
# What does the text look like at temperature 0.5, and at 1.5? And what does no column of the table know about a text?
#
# </details>

# %%
# HIDDEN 08.6
tried = table[table.parameter != "human"]
human = table.iloc[-1]
order = tried.perplexity.sort_values().index
nearest = (tried.dist_1 - human.dist_1).abs().idxmin()
import re
from collections import Counter

speeches = posts = Counter(lab.words(splits.train.text))
often = 10 * speeches.total() / posts.total()
topic = {word for word, n in speeches.items() if n > often and len(word) > 4}


def count_traits(samples):
    return {"sentence": 20.0 + len(samples), "opening": 0.2, "topic": 0.05}


texts_of = table.attrs["samples"]
traits = pd.DataFrame([count_traits(texts_of[row]) for row in table.index], table.index)
quarters = 4 * [traits]
pure_row = tried.index[(tried.parameter == "temperature") & (tried.value == 1)][0]
known = set(lab.words(splits.train.text))
samples = long = table.attrs["samples"][nearest]
found = [word for sample in samples for word in lab.words(sample)]
unknown = pd.Series(rng.uniform(0.02, 0.2, len(table)), table.index)
below = tried.index[unknown[tried.index] <= unknown.iloc[-1]]
published = lab.experiments.published_sampling()
greedy = table[table.parameter == "temperature"].head(1).assign(value=0.0, temperature=0.0, repetition=0.6)
both = pd.concat([greedy, table])
orderings = lab.experiments.sampling_orderings(both)
differ = orderings[~orderings.holds]
pretrained = scenes.models(splits, MODEL)[0]
before = rows = table
in_2019 = published.perplexity["human"] / published.perplexity["pure sampling"]
pure = rows[(rows.parameter == "temperature") & (rows.value == 1)].iloc[0]
surprised = human.perplexity / pure.perplexity

# %%
# EXERCISE 08.6 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
explanation = f"""
I take {table.parameter[nearest]} {table.value[nearest]:g}: its dist-1 is {table.dist_1[nearest]:.2f},
that of human text {human.dist_1:.2f}. But {unknown[nearest]:.1%} of its words stand in no training
speech, {unknown.iloc[-1]:.1%} of people's. With a much lower p or temperature
the samples resemble each other and repeat phrases. With temperature 1.5 they are more varied than people are, but the
words no longer make sense together. None of the measures knows whether a sentence is true
or makes sense, so I would also read some samples.
"""
### END SOLUTION

# %%
# CHECK 08.6
lab.course.check("08.6", explanation)

# %% [markdown]
# ## Your own sampler
#
# All of this is a few lines of code. You will write them as a function that draws one token, a *sampler*. `draws` calls a sampler a thousand times, with
# the same probabilities.

# %%
from functools import partial


def draws(sampler, probabilities, temperature, top_p, n=1000):
    rng = np.random.default_rng(0)
    return [sampler(np.array(probabilities), temperature, top_p, rng) for _ in range(n)]


CASES = [
    ([0.12, 0.38, 0.05, 0.25, 0.20], 0.5, 0.75),
    ([0.12, 0.38, 0.05, 0.25, 0.20], 2.0, 0.8),
    ([0.05, 0.09, 0.32, 0.11, 0.16, 0.27], 1.0, 0.5),
    ([0.02, 0.90, 0.05, 0.03], 1.0, 0.5),
]

# %% [markdown]
# ### Exercise 08.7: write a sampler
#
# Write `sample_token(probabilities, temperature, top_p, rng)`. It returns the number of the token that was drawn, its place in `probabilities`, an
# array in any order that adds up to 1. As in `lm.generate`, the temperature comes first and the cut after it:
#
# 1. Raise all to the power of 1/*T*, and divide by their sum.
# 2. Find the nucleus: the likeliest tokens, as few as reach `top_p` together.
# 3. Divide the probabilities of the nucleus by their sum.
# 4. Draw one of its tokens with `rng.choice`.
#
# <details><summary>Hint 1</summary>
#
# `order = np.argsort(-p)` has the numbers of the tokens, the likeliest first. So `p[order]` are their probabilities, from the largest on.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Exercise 08.2 counts the tokens of a nucleus. If there are `k`, their numbers are `order[:k]`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `rng.choice(numbers, p=shares)` draws one of `numbers`. It wants shares that add up to 1.
#
# </details>

# %%
# HIDDEN 08.7
from functools import partial

cases = []
for falling, temperature, top_p in (
    ([0.38, 0.25, 0.2, 0.12, 0.05], 0.5, 0.75),
    ([0.38, 0.25, 0.2, 0.12, 0.05], 2.0, 0.8),
    ([0.32, 0.27, 0.16, 0.11, 0.09, 0.05], 1.0, 0.5),
    ([0.9, 0.05, 0.03, 0.02], 1.0, 0.5),
):
    mixed = rng.permutation(falling) * rng.uniform(0.99, 1.01, len(falling))
    cases.append(((mixed / mixed.sum()).tolist(), temperature, top_p))
CASES = cases


def draws(sampler, probabilities, temperature, top_p, n=1000):
    rng = np.random.default_rng(0)
    return [sampler(np.array(probabilities), temperature, top_p, rng) for _ in range(n)]


# %%
# EXERCISE 08.7 (difficulty 3, 15 min, 3 points)
def sample_token(probabilities, temperature, top_p, rng):
    ### BEGIN SOLUTION
    p = probabilities ** (1 / temperature)
    p = p / p.sum()
    order = np.argsort(-p)
    k = (p[order].cumsum() < top_p).sum() + 1
    nucleus = order[:k]
    return rng.choice(nucleus, p=p[nucleus] / p[nucleus].sum())
    ### END SOLUTION

# %%
# CHECK 08.7
lab.course.check("08.7", partial(draws, sample_token), cases=CASES)

# %% [markdown]
# Does yours draw what the library draws? Here are the likeliest tokens after `PROMPT`, with the probability that `lm.next_tokens` says they have
# and how often yours came.

# %%
guesses = lm.next_tokens(PROMPT, temperature=0.8, top_p=0.9)
mine = pd.Series(draws(sample_token, lm.next_tokens(PROMPT).probability, 0.8, 0.9))
guesses = guesses.assign(yours=mine.value_counts(normalize=True).reindex(guesses.index))
guesses[["token", "sampled_probability", "yours"]].head(6).fillna(0).round(3)

# %% [markdown]
# And it can write. The model guesses, your function draws, thirty times.

# %%
rng = np.random.default_rng(1)
text = PROMPT
for _ in range(30):
    guesses = lm.next_tokens(text)
    drawn = sample_token(guesses.probability.to_numpy(), 0.8, 0.9, rng)
    if drawn is None:  # there is no sampler yet
        break
    text = text + guesses.token[drawn]
lab.course.show(text, label="drawn by your sampler")

# %% [markdown]
# ## Change one thing
#
# Predict, then run again with one change. What is in the folder already is not sampled again.
#
# - Two at a time: `lab.sweep(lm, temperature=[0.7, 1.0], top_k=[40, 0], grid=True, **settings)`, and draw it with `lab.plots.quality_diversity`.
#   (In gpt-2-simple a `top_p` above 0 silently turns `top_k` off; here both apply.)
# - The model before fine-tuning, `pretrained`: is it more or less varied at the same temperature?
# - `settings["prefix"] = "My fellow Americans,"`: the samples begin alike. Are they less varied?
# - `settings["seed"] = 1`: which rows of your table change places, and do as many published orderings hold?
#
# ## Summary
#
# - The model gives probabilities; sampling decides what is made of them. Temperature sharpens or flattens, top-k and top-p cut.
# - Always taking the likeliest token ends in a loop, since what was said before becomes likelier.
# - top-k keeps a number of tokens, top-p a share of the probability: few tokens where the model is sure, many where it is not.
# - dist-1 and self-BLEU depend on how much text there is: equal numbers, equal lengths, and human text beside them.
# - A slider changes more than variety: count how long sentences are, how they begin, and how many words keep to the topic.
# - Variety is paid for in likelihood. The aim is not the most variety, but as much as people have.
# - Part of a weak model's variety is words that do not exist. Count them too, and hold it back more.
#
# ## To read
#
# - A. Holtzman et al. 2019, [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751): loops, top-p, and Table 1.
# - M. Caccia et al. 2018, [Language GANs falling short](https://arxiv.org/abs/1811.02549): the plane of quality and diversity.
# - A. Fan et al. 2018, [Hierarchical neural story generation](https://arxiv.org/abs/1805.04833): top-k.
# - J. Li et al. 2016, [A diversity-promoting objective function](https://arxiv.org/abs/1510.03055): dist-1. Y. Zhu et al. 2018, [Texygen](https://arxiv.org/abs/1802.01886): self-BLEU.
