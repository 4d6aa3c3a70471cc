# %% [markdown]
# # 9. Your own dataset
#
# **Can a prefix make it write like one author?**
#
# After this notebook you can
#
# - make a corpus from what you have: posts, mail, tables, folders,
# - say what was left out of it, describe it, and write a data card,
# - put the author before each text, and ask the model for texts by one of them,
# - measure whether that works, in two independent ways, against the model before,
# - say why "it sounds like" is not enough,
# - ask all questions of this course again of another text, on one page.
#
# TIME
#
# *The prefix, or too little text?* and *A second dataset, all the way* stand by themselves: leave them for another day, if you like.

# %%
# SETUP

# %% [markdown]
# ## The question
#
# Somebody fine-tuned GPT-2 on the posts of several people. Before each post stood its author's name, as in `\paulg- Startups are hard.` Then they
# began a text with `\paulg- ` and let the model write on. The result often sounded nothing like Paul. Does such a prefix do anything at all?
#
# You will try it with five presidents. The fine-tuned model predicts each president's texts after each of the five prefixes. For how many
# presidents does it do that best after their *own* prefix?

# %%
# EXERCISE 09.1 (difficulty 1, 1 min, 0 points)
# "a": none or one, as by chance    "b": two or three    "c": four or five
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown]
# ## Raw posts
#
# First, how do texts of your own get in? This is what the archive of a social network looks like inside.

# %%
import json
from pathlib import Path

POSTS = [
    "Startups are hard, but you learn more in a year than in five elsewhere.",
    "RT @somebody: ten tips to get rich",
    "New essay: https://t.co/abc123",
    "Write to me at paul@example.com or call +1 555 010 9999 if you want to join.",
    "Most people do what they are told. Some do what they like.",
]
posts = json.dumps([{"tweet": {"full_text": text}} for text in POSTS])
Path("tweets.js").write_text("window.YTD.tweets.part0 = " + posts)

raw = lab.Corpus.from_tweets("tweets.js", author="paulg")
raw.preparation[["what", "why", "count", "example"]]

# %% [markdown]
# An importer turns it into a **corpus**, a collection of texts, and tells you what it left out and what it changed. Each of these is a decision,
# and you can decide otherwise. Retweets are other people's words: a model that learns them learns the wrong author.
#
# Addresses and telephone numbers are personal. A model may learn them by heart and tell them to anyone (notebook 3). Mask them *before* it
# reads them:

# %%
for document in raw.masked():
    print(f"{document.author}: {document.text}")

# %% [markdown]
# What looks like an address or a telephone number is found. A name, or *the red house by the church*, is not. You have to read your data.
#
# | you have | you write |
# |---|---|
# | a table, a column of texts, one of authors | `lab.Corpus.from_csv("posts.csv", text="text", author="author")` |
# | JSON Lines | `lab.Corpus.from_jsonl("posts.jsonl", text="text", author="author")` |
# | a folder for each author | `lab.Corpus.from_folders("authors")` |
# | an archive of X (Twitter) | `lab.Corpus.from_tweets("twitter-archive.zip")` |
# | an archive of Mastodon | `lab.Corpus.from_mastodon("archive.tar.gz")` |
# | a mailbox | `lab.Corpus.from_mbox("mail.mbox")` |
# | nothing yet | `lab.short_posts()`, 4,000 posts of a chat that come with the course |

# %% [markdown]
# ## Five voices
#
# For the experiment take five presidents, from the first to the 47th. All of them gave the same kind of speech.

# %%
AUTHORS = [
    "George Washington",
    "Ulysses S. Grant",
    "Theodore Roosevelt",
    "Harry S. Truman",
    "Donald J. Trump",
]
speeches = lab.presidential_speeches().select(lambda document: document.author in AUTHORS)
speeches.overview(lines=3)

# %% [markdown]
# They wrote very different amounts. Of each, keep back about a quarter of the speeches. Learn from at most 100,000 characters of the rest, and
# measure on at most 40,000 of those kept back. Then cut the speeches into sentences: each is a short text, like a post, with its author before it.

# %%
whole = speeches.split(valid=0, test=0.25, seed=0, each_author=True)
train = whole.train.first(100_000, each_author=True).pieces(of="sentences", least=40)
test = whole.test.first(40_000, each_author=True).pieces(of="sentences", least=40)
train = train.shuffled(seed=0)

for document in train.with_author_prefix().documents[:4]:
    print(document.text[:88])

# %% [markdown]
# ### Exercise 09.2: first cut, then split?
#
# The cell above splits the *speeches* and cuts them afterwards. A friend cuts first, and keeps back a quarter of the *sentences*, drawn at
# random. What happens to her figures?
#
# - **a** Nothing. A quarter is a quarter.
# - **b** Her model looks better than it is.
# - **c** Her model looks worse than it is.
#
# <details><summary>Hint</summary>
#
# What stands before and after one of her test sentences? Who has read that?
#
# </details>

# %%
# HIDDEN 09.2
import json
from pathlib import Path

from gpt2lab.course import scenes

POSTS = ["Startups are hard.", "Write to me at paul@example.com.", "Some do what they like."]
posts = json.dumps([{"tweet": {"full_text": text}} for text in POSTS])
raw = lab.Corpus.from_texts(POSTS, authors=["paulg"] * len(POSTS))
AUTHORS = [
    "George Washington",
    "Ulysses S. Grant",
    "Theodore Roosevelt",
    "Harry S. Truman",
    "Donald J. Trump",
]
whole = scenes.speeches_of(AUTHORS, rng)
speeches = whole.train + whole.test
train, test = (part.pieces(of="sentences", least=40) for part in (whole.train, whole.test))

# %%
# EXERCISE 09.2 (difficulty 1, 3 min, 1 point)
# "a", "b" or "c"
### BEGIN SOLUTION
effect = "b"
### END SOLUTION

# %%
# CHECK 09.2
lab.course.check("09.2", effect)

# %% [markdown]
# How large is the dataset? A reader wants to know that first. The **data card** has these figures, and questions that only you can answer. Open
# `data_card.md` and look.

# %%
splits = lab.Splits(train=train, valid=lab.Corpus(), test=test)
splits.data_card("data_card.md")
table = splits.describe(MODEL)
table[["documents", "characters", "MB", "tokens", "tokens per parameter"]].round(3)

# %%
card = Path("data_card.md").read_text(encoding="utf-8")
print(card[card.index("## Source"):card.index("## Personal data")])

# %% [markdown]
# ## Fine-tune with a prefix
#
# Why were the sentences shuffled? A window has 1,024 tokens, which is about twenty sentences. If they were all by one author, the sentences before
# would give the author away, and there would be little to learn from the prefix. After shuffling, the prefix is the only clue before a sentence
# begins.

# %%
small = lab.models().bundled[MODEL]
STEPS = 300 if small else 400

run = lab.finetune(
    train.with_author_prefix(),
    model_name=MODEL,
    run_name="authors",
    restore_from="fresh",
    steps=STEPS,
    accumulate_gradients=1,
    sample_every=0,
)
base, tuned = lab.load(MODEL), run.load("latest")

# %% [markdown]
# ### Exercise 09.3: ask for a text
#
# Now have the model write as Theodore Roosevelt. In the training text his sentences look like `\Theodore Roosevelt- The canal`. Here is what the
# model expects next after two prefixes that differ by one space at the end.

# %%
import pandas as pd

with_space = tuned.next_tokens("\\Theodore Roosevelt- ").head(6)
without_space = tuned.next_tokens("\\Theodore Roosevelt-").head(6)
tables = {"with the space": with_space, "without": without_space}
pd.concat(tables, axis=1).loc[:, (slice(None), ["token", "probability"])].round(3)

# %% [markdown]
# Which prefix do you use to have a text written? Write it out.
#
# <details><summary>Hint 1</summary>
#
# Which of the two columns of tokens looks like beginnings of sentences?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `tuned.encode(text)` cuts a text into tokens, and `tuned.decode([id])` shows one. To which token does the space belong in
# `\Theodore Roosevelt- The canal`? In Python a backslash in quotes is written twice, or the quotes have an `r` before them: `r"\..."`.
#
# </details>

# %%
# HIDDEN 09.3
import pandas as pd

splits = lab.Splits(train=train, valid=lab.Corpus(), test=test)
table = splits.describe(MODEL)
card = "## Source"
small = lab.models().bundled[MODEL]
STEPS = 100
run = scenes.run(rng, "authors", turn=100, rise=0)
base, tuned = scenes.models_of_authors(splits, MODEL)
with_space = tuned.next_tokens("\\Theodore Roosevelt- ").head(6)
without_space = tuned.next_tokens("\\Theodore Roosevelt-").head(6)
tables = {"with the space": with_space, "without": without_space}

# %%
# EXERCISE 09.3 (difficulty 2, 4 min, 1 point)
### BEGIN SOLUTION
prefix = r"\Theodore Roosevelt-"
### END SOLUTION

# %%
# CHECK 09.3
lab.course.check("09.3", prefix, tuned)

# %% [markdown]
# `lab.author_prefix(name)` writes the prefix as it stands in the training text, and `.rstrip()` takes the space from its end. Here is one text for
# each author, the first that came. Each ends where the model ended it, or after 50 tokens.

# %%
NUMBER = 20
samples, samples_before = {}, {}
for author in AUTHORS:
    settings = {"nsamples": NUMBER, "length": 50, "temperature": 0.8, "seed": 9}
    settings |= {"prefix": lab.author_prefix(author).rstrip(), "include_prefix": False}
    samples[author] = tuned.generate(**settings)
    samples_before[author] = base.generate(**settings)
    lab.course.show(samples[author][0].strip(), label=author)

# %% [markdown]
# Could you tell them apart without the names? Some, perhaps. But you know what you are looking for, and so you find it. Measure instead.
#
# ## First measurement: the matrix
#
# Take the sentences that were kept back. Put each author's prefix before each author's sentences, and ask how surprised the model is by the
# sentence. (The prefix itself is not counted.) A ring marks the lowest number of each row, a frame the author's own prefix. If a prefix says
# something about its author, the two coincide.

# %%
matrix = {
    "before": lab.author_matrix(base, test, AUTHORS, characters=10_000),
    "after": lab.author_matrix(tuned, test, AUTHORS, characters=10_000),
}
lab.plots.author_matrix(matrix["after"])

# %%
# CHECK 09.1
lab.course.check("09.1", prediction, matrix["after"])

# %% [markdown]
# Is that the work of fine-tuning? Ask the model as it was before:

# %%
lab.plots.author_matrix(matrix["before"])

# %% [markdown]
# The numbers are larger, but look at the columns: each has nearly one colour from top to bottom. Before fine-tuning the model has never seen such a
# prefix. To it a name is a few strange words. Some disturb it more than others, whatever comes after them, and one is the best for nearly
# everybody, its own author included. Fine-tuning has taught the model what such a prefix is. Compare the rings: how many have moved into the
# frames, or nearer?
#
# By how much does an author's own prefix help? Compare with a *typical* other prefix, the **geometric mean** of the other four. Here are the
# figures of one author:

# %%
row = matrix["after"].perplexity.loc[AUTHORS[-1]]
own, others = row[AUTHORS[-1]], row.drop(AUTHORS[-1])
print(f"{AUTHORS[-1]}: {own:.2f} after the author's own prefix; after the others:")
others.round(2)

# %% [markdown]
# ### Exercise 09.4: the gain
#
# By what share is `own` lower than the geometric mean of `others`? (The geometric mean of four numbers is the fourth root of their product:
# the right mean for perplexities, since they are exponentials of losses.) Write it as a number such as 0.02, not in per cent.
#
# <details><summary>Hint</summary>
#
# `math.exp` of the mean of the logarithms is the same: `math.exp(np.log(others).mean())`.
#
# </details>

# %%
# HIDDEN 09.4
NUMBER = 6
samples, samples_before = {}, {}
for author in AUTHORS:
    settings = {"nsamples": 3 * NUMBER, "length": 40, "temperature": 0.8, "seed": int(rng.integers(1000))}
    settings |= {"prefix": lab.author_prefix(author).rstrip(), "include_prefix": False}
    for texts, model in ((samples, tuned), (samples_before, base)):  # a single one may have two words
        parts = model.generate(**settings)
        texts[author] = ["".join(parts[3 * number : 3 * number + 3]) for number in range(NUMBER)]
matrix = {
    "before": lab.author_matrix(base, test, AUTHORS, characters=1500),
    "after": lab.author_matrix(tuned, test, AUTHORS, characters=1500),
}
row = matrix["after"].perplexity.loc[AUTHORS[-1]]
own, others = row[AUTHORS[-1]], row.drop(AUTHORS[-1])

# %%
# EXERCISE 09.4 (difficulty 2, 4 min, 1 point)
import math

import numpy as np

### BEGIN SOLUTION
gain = 1 - own / math.exp(np.log(others).mean())
### END SOLUTION

# %%
# CHECK 09.4
lab.course.check("09.4", gain, matrix["after"], AUTHORS[-1])

# %%
columns = ["documents", "own", "others", "gain", "low", "high", "rank"]
matrix["after"].table[columns].round(3)

# %%
lab.course.show(matrix["after"].answer)

# %% [markdown]
# But is it enough to be better than chance? The model had a gain *before* fine-tuning, too (it stands below the second figure), and that need not
# have been chance either. What fine-tuning taught is *after* minus *before*, on the same texts.
#
# How far may that be off? Make another collection out of yours: draw as many texts as there are, at random, and put each back before you draw the
# next. Some come twice, others not at all. Compute the difference for this collection, and do all that two thousand times. The middle 95 % of the
# differences is an interval. This is the bootstrap of [notebook 6](06_perplexity.ipynb).

# %%
of_texts = matrix["after"].texts  # lost: nats that others' prefixes cost a text
tokens = of_texts["tokens"].to_numpy()
lost = {name: found.texts["lost"].to_numpy() for name, found in matrix.items()}
dice = np.random.default_rng(0)
gains = {}
for author in [*AUTHORS, "all five"]:
    chosen = np.flatnonzero((of_texts["author"] == author) | (author == "all five"))
    drawn = np.vstack([chosen, dice.choice(chosen, size=(2000, len(chosen)))])
    own_gain = {
        name: 100 * (1 - np.exp(-nats[drawn].sum(axis=1) / tokens[drawn].sum(axis=1)))
        for name, nats in lost.items()
    }
    more = own_gain["after"] - own_gain["before"]  # first of the texts as they are
    gains[author] = {name: values[0] for name, values in own_gain.items()}
    gains[author] |= {"after - before": more[0]}
    gains[author] |= dict(zip(("low", "high"), np.quantile(more[1:], [0.025, 0.975])))
gains = pd.DataFrame(gains).T  # in per cent
gains.round(1)

# %%
total = gains.loc["all five"]
verdict = "it leaves out 0" if total.low > 0 or total.high < 0 else "it holds 0"
print(f"gain of the own prefix: {total.before:+.1f} % before, {total.after:+.1f} % after")
print(f"after minus before: {total['after - before']:+.1f} percentage points")
print(f"95 % interval {total.low:+.1f} to {total.high:+.1f}: {verdict}")

# %% [markdown]
# If the interval of *all five* lies above 0, fine-tuning has tied the prefix to the texts. If it holds 0, the gain may have been there before,
# whatever the interval of *after* alone says. A single author's row says less, for in *before* stands how much that name disturbed the model,
# whatever text came after it. In all five together much of this cancels, since each name is once the own one and four times another's.
# And all intervals are rather too narrow, since the sentences of one speech resemble each other.
#
# A few per cent, for a name. Compare that with what fine-tuning itself did to the same sentences:

# %%
before, after = (matrix[name].table["own"] for name in ("before", "after"))
print(f"perplexity, mean of five: {before.mean():.1f} before, {after.mean():.1f} after")

# %% [markdown]
# So most of what the model learned is about *all* of them together. That may be why `\paulg- ` sounded nothing like Paul.
#
# ## The prefix, or too little text?
#
# Whoever tried it with the posts had a doubt: does a prefix do so little, or had the model read too little by each author? Try it. The smallest
# model learns once from a tenth of the text and once from all of it, in equally many steps. Predict: what will ten times as much text do to the
# perplexity, and what to the gain of the prefix? (The two runs differ in one thing more: in equally many steps the tenth is read ten times as often.)

# %%
SMALLEST = "1M"  # a run takes seconds
with lab.load(SMALLEST) as lm:
    by_amount = {"nothing": lab.author_matrix(lm, test, AUTHORS, characters=6_000)}
times_read = {"nothing": 0.0}
for amount in (10_000, 100_000):
    read = whole.train.first(amount, each_author=True).pieces(of="sentences", least=40)
    part_run = lab.finetune(
        read.shuffled(seed=0).with_author_prefix(),
        model_name=SMALLEST,
        run_name=f"authors-{amount}",
        restore_from="fresh",
        steps=80,
        accumulate_gradients=1,
        sample_every=0,
    )
    with part_run.load("latest") as lm:
        by_amount[f"{amount:,}"] = lab.author_matrix(lm, test, AUTHORS, characters=6_000)
    times_read[f"{amount:,}"] = part_run.history["epoch"].iloc[-1]

# %%
of_amounts = pd.DataFrame(
    {
        name: {
            "times read": times_read[name],
            "perplexity": found.table["own"].mean(),
            "gain (%)": 100 * found.gain,
            "low": 100 * found.interval[0],
            "high": 100 * found.interval[1],
        }
        for name, found in by_amount.items()
    }
).T.rename_axis("characters by each author, at most")
of_amounts.round(1)

# %% [markdown]
# *perplexity* is the mean of the five after their own prefix, *low* to *high* the 95 % interval of the gain. To compare the two runs, use the
# bootstrap again, over the same texts:

# %%
def gains_of(found, drawn):
    """The gain in per cent, for each row of texts that were drawn."""
    nats, tokens = (found.texts[name].to_numpy()[drawn] for name in ("lost", "tokens"))
    return 100 * (1 - np.exp(-nats.sum(axis=1) / tokens.sum(axis=1)))


number = len(by_amount["nothing"].texts)
drawn = dice.choice(number, size=(2000, number))
more = gains_of(by_amount["100,000"], drawn) - gains_of(by_amount["10,000"], drawn)
low, high = np.quantile(more, [0.025, 0.975])
print(f"with ten times the text {np.median(more):+.1f} percentage points of gain,")
print(f"95 % interval {low:+.1f} to {high:+.1f}")

# %% [markdown]
# If the interval lies above 0, too little text was part of the reason, and more may help further. If it holds 0, ten times as much text did nothing
# for the prefix that these sentences could show. (Below 0, it even made the prefix matter less.) Look at the perplexity then: where more text
# lowered it, what the model gained was again about all five together.
#
# Do not make more of it than it is: one seed, five authors, the smallest model.
#
# ## A voice, or a century?
#
# Washington and Trump differ in more than their voice: in subjects, in the words of their time. Which of the *wrong* prefixes fits best? If a
# prefix stood for a voice alone, the best of the wrong ones could belong to any president. If it stands for a time, it belongs to one who
# spoke a few years before or after.

# %%
perplexity = matrix["after"].perplexity
rows = []
for place, author in enumerate(AUTHORS):
    wrong = perplexity.loc[author].drop(author)
    nearest, farthest = AUTHORS.index(wrong.idxmin()), AUTHORS.index(wrong.idxmax())
    best, worst = abs(nearest - place), abs(farthest - place)
    rows.append({"texts by": author, "best wrong prefix": AUTHORS[nearest]})
    rows[-1] |= {"places away": best}
    rows[-1] |= {"worst prefix": AUTHORS[farthest], "away": worst}
pd.DataFrame(rows).set_index("texts by")

# %% [markdown]
# The authors stand in order of time. If the best wrong prefix is mostly a place or two away and the worst one far, then the prefix says *when* as
# much as *who*. (Among five authors a place or two is not far, so chance does that often: read both columns.) To find a voice you would need authors
# of one time who write about the same things. (If one name is the worst for nearly everybody, that is about the name, not about its time.)
#
# ## Second measurement: a reader that never tires
#
# The matrix is about texts that people wrote. What about those that the model wrote? From the sentences that were kept back, a **classifier**
# learns how each author writes. Then it guesses which author's prefix each generated text was written after. It does not know the model, and the
# model has not seen the classifier's examples.

# %%
guessed = {
    "before": lab.guess_authors(samples_before, test),
    "after": lab.guess_authors(samples, test),
}
for name, result in guessed.items():
    lab.course.show(result.answer, label=name)

# %%
confusion = guessed["after"].confusion
confusion

# %% [markdown]
# Each row is the author whose prefix was given, each column the author whom the classifier guessed. Keep the last sentence above in mind: not even
# human text is always given to the right author. If the share of right guesses is near chance, you would hardly notice the prefix when reading,
# whatever the matrix says. If it is well above chance and below that of human text, the prefix works a little.
#
# ### Exercise 09.5: who carries the result?
#
# A hit is a text that was given to the author for whom it was written. Do all five authors have about as many, or does one of them carry the
# result? Compute from `confusion` what share of *all hits* belongs to the author who has the most. (If all had the same number, it would be 0.2.)
#
# <details><summary>Hint</summary>
#
# The hits stand on the diagonal: `np.diag(confusion)`.
#
# </details>

# %%
# HIDDEN 09.5
columns = ["documents", "own", "others", "gain", "low", "high", "rank"]
before, after = (matrix[name].table["own"] for name in ("before", "after"))
SMALLEST = "1M"
by_amount = dict.fromkeys(("nothing", "10,000", "100,000"), matrix["after"])
times_read = dict.fromkeys(by_amount, 1.0)
of_amounts = matrix["after"].table


def gains_of(found, drawn):
    return drawn


low = high = 0.0
perplexity = matrix["after"].perplexity
rows = [{"texts by": author, "best wrong prefix": perplexity.loc[author].drop(author).idxmin()} for author in AUTHORS]
of_texts = matrix["after"].texts
tokens = of_texts["tokens"].to_numpy()
lost = {name: found.texts["lost"].to_numpy() for name, found in matrix.items()}
dice = np.random.default_rng(int(rng.integers(1000)))
total = pd.Series({"before": -0.4, "after": 2.2, "after - before": 2.6, "low": 1.9, "high": 3.3})
gains = pd.DataFrame({"all five": total}).T
verdict = "it leaves out 0"
guessed = {
    "before": scenes.guesses(rng, AUTHORS, 100, right=0.2),
    "after": scenes.guesses(rng, AUTHORS, 100, right=float(rng.uniform(0.1, 0.7)), common=AUTHORS[int(rng.integers(5))]),
}
confusion = guessed["after"].confusion

# %%
# EXERCISE 09.5 (difficulty 2, 4 min, 1 point)
### BEGIN SOLUTION
_hits = np.diag(confusion)
share = _hits.max() / _hits.sum()
### END SOLUTION

# %%
# CHECK 09.5
lab.course.check("09.5", share, confusion)

# %% [markdown]
# Does that author's prefix work best, or is the name only guessed more often than others? A name that is guessed often hits often, whatever was
# written. *By chance* is how many hits as many guesses of that name would have if they were dealt out blindly.

# %%
by_author = pd.DataFrame({"texts": confusion.sum(axis=1), "guessed": confusion.sum()})
found = guessed["after"].table
right = found[found.author == found.guess].groupby("author").size()
by_author["hits"] = right.reindex(by_author.index, fill_value=0)
by_author["by chance"] = by_author.texts * by_author.guessed / by_author.texts.sum()
most = by_author["hits"].idxmax()
rest = by_author.drop(most).sum()
print(f"without {most}: {rest.hits:.0f} hits in {rest.texts:.0f} texts,")
print(f"by chance {rest['by chance']:.1f}")
by_author.round(1)

# %% [markdown]
# If the hits of the others are hardly more than by chance, say so: then the prefix works for one author, and the figure for all five speaks of
# that one.
#
# And how much of it is the work of fine-tuning? The two intervals above, before and after, do not decide it, as in [notebook 6](06_perplexity.ipynb).
# Compare in pairs: the first text for Washington before with the first one after, and so on. A pair in which both are hits, or neither is, says
# nothing about a difference. Of the others, do more speak for *after* than the toss of a coin would give?

# %%
hit = {name: found.table.author == found.table.guess for name, found in guessed.items()}
only_after = int((hit["after"] & ~hit["before"]).sum())
only_before = int((hit["before"] & ~hit["after"]).sum())
alike = len(hit["after"]) - only_after - only_before
paired = lab.preference(only_after, only_before, alike, names=("after", "before"))
print(f"a hit only after: {only_after}, only before: {only_before}, no difference: {alike}")
print(paired.numbers)

# %% [markdown]
# It is the test of your blind reading in [notebook 5](05_model_sizes.ipynb); for two shares of the same pairs it is called McNemar's test. If the
# interval holds 50 %, these texts do not show that fine-tuning made the authors easier to find. That is no proof that it did not: more texts
# for each author may show it.
#
# ### Exercise 09.6: your answer
#
# In three or four sentences: can a prefix make this model write like one author? Name a figure from each measurement, and compare with the model
# before fine-tuning. What could explain the figures, other than the author's voice?
#
# <details><summary>Hint</summary>
#
# The matrix says how much a prefix helps to predict; the classifier, how often it shows in what is written. Which of the two would you notice
# when reading?
#
# </details>

# %%
# HIDDEN 09.6
by_author = pd.DataFrame({"texts": confusion.sum(axis=1), "guessed": confusion.sum()})
found = guessed["after"].table
right = found[found.author == found.guess].groupby("author").size()
by_author["hits"] = right.reindex(by_author.index, fill_value=0)
by_author["by chance"] = by_author.texts * by_author.guessed / by_author.texts.sum()
most = by_author["hits"].idxmax()
rest = by_author.drop(most).sum()
hit = {name: found.table.author == found.table.guess for name, found in guessed.items()}
only_after, only_before, alike = 51, 31, 118
paired = lab.preference(only_after, only_before, alike, names=("after", "before"))

# %%
# EXERCISE 09.6 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
answer = f"""
A little, at most. The author's own prefix lowers the perplexity by {total.after:.1f} % ({total.before:.1f} % before fine-tuning;
the interval of the difference is {total.low:.1f} to {total.high:.1f}).
The classifier gives {guessed["after"].right} of {guessed["after"].texts} generated texts to the right author and {guessed["before"].right} before
(paired, p = {paired.p_value:.2g}), by chance about {guessed["after"].chance:.0%}; {share:.0%} of the hits are those of {most}.
But much of that may be the century and its subjects rather than a voice: these five never
lived at the same time.
"""
### END SOLUTION

# %%
# CHECK 09.6
lab.course.check("09.6", answer)

# %% [markdown]
# ## What is wrong with them?
#
# Is it as good as you hoped? Read ten texts, and write down what is wrong with each. Five are from before fine-tuning and five from after, and
# you do not know which. (That a text breaks off after 50 tokens is no error. Whether it was copied no reader can see;
# [notebook 3](03_watch_the_loss.ipynb) measures that.)

# %%
import random

KINDS = {
    "r": "repeats itself",
    "b": "broken or invented words",
    "l": "loses its subject",
    "a": "not like this author",
    "f": "states a fact that is none",
}
sources = {"before": samples_before, "after": samples}
mixed = [(name, author) for name in sources for author in AUTHORS]
random.Random(9).shuffle(mixed)
for number, (name, author) in enumerate(mixed, 1):
    lab.course.show(sources[name][author][1].strip(), label=f"{number}, for {author}")
for letter, kind in KINDS.items():
    print(f"{letter}: {kind}")

# %% [markdown]
# ### Exercise 09.7: count the errors
#
# Write a list with one entry for each text, in their order: the letters of all that is wrong with it, such as `"rl"`, or `"-"` if nothing is.

# %%
# HIDDEN 09.7
import random

KINDS = {"r": "repeats itself", "b": "broken words", "l": "lost", "a": "another author", "f": "no fact"}
sources = {"before": samples_before, "after": samples}
mixed = [(name, author) for name in sources for author in AUTHORS]

# %%
# EXERCISE 09.7 (difficulty 1, 8 min, 1 point)
### BEGIN SOLUTION
# What one reader marked in these ten. Yours are of the texts that you read.
marks = ["l", "bl", "la", "bl", "bla", "bl", "bla", "bla", "b", "l"]
### END SOLUTION

# %%
# CHECK 09.7
lab.course.check("09.7", marks, KINDS, mixed)

# %%
friend = None  # the same list by somebody else, if there is one

answered = isinstance(marks, (list, tuple)) and len(marks) == len(mixed)
mine = marks if answered else [""] * len(mixed)
table = pd.DataFrame(0, index=list(KINDS.values()), columns=list(sources))
both = either = 0
for place, (name, author) in enumerate(mixed):
    for letter, kind in KINDS.items():
        table.loc[kind, name] += letter in mine[place]
        if friend:
            both += letter in mine[place] and letter in friend[place]
            either += letter in mine[place] or letter in friend[place]
if friend:
    print(f"of {either} marks that one of you made, both of you made {both}")
table

# %% [markdown]
# Which kinds did fine-tuning take away, and which did it leave? With five texts a side a difference of one or two is chance. And have somebody
# else read the same texts: where two readers hardly agree, a count says as much about the reader as about the model.

# %% [markdown]
# ## A second dataset, all the way
#
# Here is the course on one page. Notebooks 6 to 8 asked three questions about the speeches. Is the model less surprised by text that it has not
# read? Does it write what people write? At which temperature is it as varied as they are? Ask all three about another kind of text, the short
# posts. First split, then fine-tune:

# %%
posts = lab.short_posts().split(valid=0.1, test=0.1, seed=0)
posts_run = lab.finetune(
    posts.train,
    model_name=MODEL,
    run_name="posts",
    restore_from="fresh",
    steps=60,
    batch_size=2,
    accumulate_gradients=1,
    sample_every=0,
    valid=posts.valid,
)
on_posts = posts_run.load("best")

# %% [markdown]
# *Is it less surprised?* The perplexity of the test posts, before and after ([notebook 6](06_perplexity.ipynb)):

# %%
surprise = lab.compare_perplexity(base, on_posts, posts.test)
print(surprise.answer)
pd.Series(surprise.row).round(2)

# %% [markdown]
# *Does it write what people write?* The overlap of a hundred samples with the test posts, beside that of other posts by people
# ([notebook 7](07_overlap.ipynb)):

# %%
settings = {"prefix": "\n", "nsamples": 100, "length": 60}
untuned_posts = base.generate(temperature=1.0, seed=7, **settings)
tuned_posts = on_posts.generate(temperature=1.0, seed=7, **settings)
shared = lab.compare_overlap(untuned_posts, tuned_posts, posts.test, human=posts.train)
shared.table.round(3)

# %% [markdown]
# *How varied is it?* A hundred samples at each of three temperatures, and people in the last row ([notebook 8](08_sampling.ipynb)):

# %%
by_temperature = lab.sweep(
    on_posts, temperature=[0.5, 1.0, 1.5], seed=0, reference=posts.test, **settings
)
columns = ["parameter", "value", "words", "dist_1", "self_bleu", "repetition", "perplexity"]
by_temperature[columns].round(3)

# %% [markdown]
# And *is it as good as you hoped?* Here are the samples that came first at each temperature, three of each, and three pieces of what people wrote:

# %%
for row, texts in by_temperature.attrs["samples"].items():
    value = by_temperature.value[row]
    label = "people" if by_temperature.parameter[row] == "human" else f"temperature {value}"
    for text in texts[:3]:
        lab.course.show(text.strip(), label=label)

# %% [markdown]
# ### Exercise 09.8: which findings hold?
#
# Six findings about the speeches. Which of them hold for the posts, too?

# %%
FINDINGS = [
    "the perplexity falls by more than chance: the interval of the ratio lies below 1",
    "it falls by less than half",
    "after fine-tuning more pairs of words are shared (precision_2), by more than chance",
    "people share more pairs than the fine-tuned model",
    "with each higher temperature dist-1 rises and self-BLEU falls",
    "at each temperature samples have as many words as human text, within a third of it",
]
for place, finding in enumerate(FINDINGS, 1):
    print(f"{place}. {finding}")

# %% [markdown]
# Decide it from the tables, and let Python do so: make a list of six, each `True` or `False`, in this order. Before you run it, say to yourself
# which you expect to fail.
#
# <details><summary>Hint 1</summary>
#
# `surprise.row["ratio_high"] < 1` is `True` or `False` already. The second wants `"ratio"`: half is left if it is 0.5.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `pairs = shared.table.loc["precision_2"]` is a row. Its `difference` may be chance if `low` to `high` holds 0.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `tried = by_temperature[by_temperature.parameter == "temperature"]` has the three settings, and `people = by_temperature.iloc[-1]` is human text.
# A column knows whether it rises or falls: `.is_monotonic_increasing`, `.is_monotonic_decreasing`.
#
# </details>
# <details><summary>Hint 4</summary>
#
# `tried.words / people.words` are the shares of the last finding. Whether all of `shares` lie between two bounds says `shares.between(2 / 3, 4 / 3).all()`.
#
# </details>

# %%
# HIDDEN 09.8
friend, answered, mine, both, either = None, True, marks, 0, 0
table = pd.DataFrame(0, index=list(KINDS.values()), columns=list(sources))
posts, posts_run, on_posts = splits, run, tuned
settings = {"prefix": "\n", "nsamples": 100, "length": 60}
untuned_posts, tuned_posts = samples_before[AUTHORS[0]], samples[AUTHORS[0]]
surprise, shared, by_temperature = scenes.second_dataset(rng)
columns = ["parameter", "value", "words", "dist_1", "self_bleu", "repetition", "perplexity"]
FINDINGS = ["perplexity", "less than half", "pairs", "people's pairs", "variety", "length"]

# %%
# EXERCISE 09.8 (difficulty 3, 12 min, 3 points)
### BEGIN SOLUTION
_pairs = shared.table.loc["precision_2"]
_tried = by_temperature[by_temperature.parameter == "temperature"].sort_values("value")
_people = by_temperature.iloc[-1]
holds = [
    surprise.row["ratio_high"] < 1,
    0.5 < surprise.row["ratio"] < 1,
    _pairs.low > 0,
    _pairs.human > _pairs.after,
    _tried.dist_1.is_monotonic_increasing and _tried.self_bleu.is_monotonic_decreasing,
    (_tried.words / _people.words).between(2 / 3, 4 / 3).all(),
]
### END SOLUTION

# %%
# CHECK 09.8
lab.course.check("09.8", holds, surprise.row, shared.table, by_temperature)

# %%
answered = isinstance(holds, (list, tuple)) and len(holds) == len(FINDINGS)
for finding, is_so in zip(FINDINGS, holds if answered else []):
    print("holds" if is_so else "fails", finding, sep="   ")

# %% [markdown]
# If the second failed: a chat is farther from what the model had read before than a speech is, so there was more to learn.
#
# If the last failed: a speech never ends within 60 tokens, a post does, and the temperature decides when. Then two things change at once, and the
# figures of *variety* are not quite fair: texts with more words have a lower dist-1 for that alone. Notebook 8 could not see this.
#
# That is why a finding is asked again of another text. What holds for both may be about the model. What does not is about the text. Now do it with
# yours: only the first line of this section changes, and the data card comes first.

# %% [markdown]
# ## Change one thing
#
# Predict, then run again with one change.
#
# - Authors of one time: Carter, Reagan, Clinton, Bush, Obama. Is the framed number still the lowest in each row?
# - Not shuffled: leave out `.shuffled(seed=0)`. Is the prefix still learned?
# - Another template, `"{author} says: "`, in `with_author_prefix`, `author_prefix` and `author_matrix`. Does it matter?
# - `STEPS` twice or half as many: which grows first, the fall of the perplexity or the gain of the prefix?
# - The tenth and the whole again with `seed=1` in `shuffled` and in `finetune`: does the interval stay on its side of 0?
# - Your own texts, from one of the importers above, in the place of `posts`. Fill in the data card before you train.
#
# ## Summary
#
# - An importer makes decisions. It has to report them, and you have to check them.
# - Split first, by whole documents; cut afterwards. Mask what is personal before the model reads it.
# - A prefix is a few tokens like any others. The model uses it only if it helps to predict, and if nothing else gives the author away.
# - "Sounds like" is tested with texts that were kept back, against other prefixes, against the model before, against chance, and against people.
# - One author may carry a result. Look at each one, and beside the hits at how often a name was guessed at all.
# - What a prefix carries may be a subject or a century. Only authors of one time, on the same subjects, can show a voice.
# - A finding about one text is about that text until it has been asked again of another.
#
# ## To read
#
# - N. Keskar et al. 2019, [CTRL: a conditional transformer language model for controllable generation](https://arxiv.org/abs/1909.05858): a code before each text, on purpose and from the start.
# - T. Gebru et al. 2021, [Datasheets for datasets](https://arxiv.org/abs/1803.09010): what a data card should say, and why.
# - E. Stamatatos 2009, [A survey of modern authorship attribution methods](https://doi.org/10.1002/asi.21001): how classifiers tell authors apart.
# - N. Carlini et al. 2021, [Extracting training data from large language models](https://arxiv.org/abs/2012.07805): telephone numbers that GPT-2 learned by heart.
