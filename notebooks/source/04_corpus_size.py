# %% [markdown]
# # 4. How much text
#
# **How much text does a model of this size need?**
#
# After this notebook you can
#
# - relate the length of a text to the number of parameters and to the number of steps,
# - run a grid of fine-tunings, and resume it after an interruption,
# - recognise a text that is too short, by the losses and by what is copied,
# - derive a rule of thumb from measurements and test it where you have not measured,
# - say what the published scaling laws are about, and what they are not about.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## One question, many fine-tunings
#
# How much text do you need to fine-tune a model? One fine-tuning cannot answer that. You need several, in which only the length of the text
# differs: the same model, the same number of steps, the same test text. And to see whether the size of the model
# matters, you need them for several sizes. Such a set of fine-tunings is called a **grid**.

# %%
MODELS = [MODEL, OTHER_MODEL, THIRD_MODEL]
needed = lab.estimate(THIRD_MODEL, accumulate_gradients=1)
if not needed.fits:
    print(f"{MODELS.pop()} is left out. {needed.explanation}")

small = lab.models().bundled[MODEL]
STEPS = 20 if small else 100
LEARNING_RATE = 4e-4 if small else 1e-4  # low: in so few steps a high one does not settle
SIZES = [5_000, 12_000, 60_000] if small else [12_000, 50_000, 250_000]

splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
print(f"{len(SIZES)} lengths, {len(MODELS)} models:", end=" ")
print(f"{len(SIZES) * len(MODELS)} fine-tunings of {STEPS} steps")

# %% [markdown]
# What do these lengths mean? A page of a book has about 2,000 characters. Here is each length in pages, and in characters per parameter. Each text
# is the beginning of the next longer one, and all are speeches since 1947, so that they differ in length and in little else.

# %%
import pandas as pd

parameters = lab.models().loc[MODELS, "parameters"]
lengths = pd.Series(SIZES, index=pd.Index(SIZES, name="characters"))
table = pd.DataFrame({"pages": lengths / 2000})
for name in parameters.index:
    table[f"per parameter of {name}"] = (lengths / parameters[name]).round(4)
table

# %% [markdown]
# In every row each model has more parameters than the text has characters. It could simply store the text. Will it?
#
# Predict: the model learns from the *shortest* text, and is then measured on speeches that it never saw. Where will the loss on these
# *unseen* speeches end?

# %%
# EXERCISE 04.1 (difficulty 1, 2 min, 0 points)
# "a": lower than before fine-tuning    "b": about as before    "c": higher than before
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% [markdown]
# ## Equal steps
#
# Each step reads one window of 1,024 tokens, however long the text is. So all fine-tunings read the same number of tokens: the
# short texts again and again, the long ones in part.

# %% [markdown]
# ### Exercise 04.2: read once
#
# How long must a text be, in characters, so that `STEPS` steps read as many tokens as it has?
#
# <details><summary>Hint</summary>
#
# How many tokens do the steps read? And how many characters has a token of this text, on average?
#
# </details>

# %%
tokens, characters = splits.describe(MODEL).loc["train", ["tokens", "characters"]]
print(f"{characters:,.0f} characters for training, {tokens:,.0f} tokens")

# %%
# HIDDEN 04.2
import pandas as pd

from gpt2lab.course import scenes

MODELS = [MODEL, OTHER_MODEL, THIRD_MODEL]
small, LEARNING_RATE = lab.models().bundled[MODEL], 4e-4
needed = lab.estimate(THIRD_MODEL, accumulate_gradients=1)
STEPS = int(65 * 10 ** rng.random())  # more than those of the notebook
shortest = int(rng.integers(40, 48)) * 100
SIZES = [shortest * times for times in (1, 3, 15)]
splits = scenes.corpus(rng, documents=20, length=30).split(valid=0.1, test=0.1, seed=0)
folder = scenes.temporary_folder()
tokens, characters = splits.describe(MODEL, folder).loc["train", ["tokens", "characters"]]
parameters = lab.models().loc[MODELS, "parameters"]
lengths = pd.Series(SIZES, index=pd.Index(SIZES, name="characters"))
table = pd.DataFrame({"pages": lengths / 2000})
for name in parameters.index:
    table[f"per parameter of {name}"] = (lengths / parameters[name]).round(4)

# %%
# EXERCISE 04.2 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
read_once = STEPS * 1024 * characters / tokens
### END SOLUTION

# %%
# CHECK 04.2
lab.course.check("04.2", read_once, STEPS, tokens, characters)

# %% [markdown]
# ## The grid
#
# One call runs the fine-tunings of one model and measures each. This takes half a minute: time to think about what you expect in the table.
# Its last column is about samples that the model wrote. Of their runs of eight words, called *8-grams*, `copied` is the share that stands word for word
# in the text that was trained on.

# %%
settings = {"splits": splits, "learning_rate": LEARNING_RATE, "folder": "grid"}
settings |= {"test_characters": 30_000, "eval_every": STEPS, "nsamples": 4, "length": 80}
columns = ["model_name", "characters", "epochs", "train_loss"]
columns += ["test_loss", "test_loss_before", "copied"]
table = lab.experiments.corpus_sizes([MODEL], SIZES, steps=STEPS, **settings)
table[columns].round(3)

# %% [markdown]
# Each result was stored in the folder `grid` as it came. Run the cell above again: nothing is repeated, the table is there at once. That is
# more than convenient. A grid of a large model takes hours, and machines stop: the same call goes on where it was interrupted. If you
# change a setting or the text, that is another fine-tuning, and it is run.
#
# So you may also ask for more later, here for all models. Only the others are fine-tuned now.

# %%
table = lab.experiments.corpus_sizes(MODELS, SIZES, steps=STEPS, **settings)
table[columns].round(3)

# %% [markdown]
# <details><summary>Two at a time, or on a cluster</summary>
#
# The fine-tunings of a grid do not depend on one another, so they can run side by side. In two processes on this machine:
#
# ```python
# with lab.experiments.processes(2) as executor:
#     table = lab.experiments.corpus_sizes(
#         MODELS, SIZES, steps=STEPS, executor=executor, **settings
#     )
# ```
#
# This is Python's own `ProcessPoolExecutor`, with the cores shared out. On many machines, with [Dask](https://distributed.dask.org):
#
# ```python
# from distributed import Client
#
# with Client("tcp://address-of-the-scheduler:8786") as client:
#     table = lab.experiments.corpus_sizes(
#         MODELS, SIZES, steps=STEPS, executor=client.get_executor(), **settings
#     )
# ```
#
# The texts travel with the jobs and the results come back, so the machines need no shared disk. The table is the same.
# With a single GPU, run one after the other: two fine-tunings at once would share its memory.
#
# </details>

# %%
lab.plots.corpus_sizes(table)

# %% [markdown]
# Read the figure from right to left.
#
# - *On the right* the text is read about once. Where the loss on the test text (filled) ends below the thin level line that says *before*,
#   what was learned holds for other speeches.
# - *On the left* the losses on the text trained on (hollow) and on the test text part. The shorter the text, the better the model knows it,
#   and the *worse* it is at others: in the end, worse than before. That is over-fitting, as in [notebook 3](03_watch_the_loss.ipynb).
# - *From model to model*: the larger it is, the wider the two losses part. More parameters have more room for a text that is too short.

# %%
# CHECK 04.1
lab.course.check("04.1", prediction, table)

# %% [markdown]
# And the samples? In the figure the dotted line, *people*, is for speeches that were held back, the marks are for what the models wrote. Here is a
# sample of the largest model, after the shortest text. Underlined are runs of only five words or more that it copied:

# %%
first = table[(table.model_name == MODELS[-1]) & (table.characters == SIZES[0])].iloc[0]
text = first["sample"]
lab.plots.copied_spans(text, lab.copied_spans(text, splits.train.first(SIZES[0]), least=5))

# %% [markdown]
# ## A rule of thumb
#
# Between the lengths where fine-tuning helped and those where it did harm there must be a limit. A rule of thumb says where. But in which
# unit? In epochs: "read a text at most so many times"? Or in length: "have at least so many characters for each parameter"?

# %% [markdown]
# ### Exercise 04.3: where is the limit?
#
# Say that a fine-tuning *helped* if its `test_loss` ended below its `test_loss_before`. From the whole table, find
#
# - `most_epochs`: the most epochs with which a fine-tuning still helped,
# - `fewest_epochs`: the fewest epochs with which one did not help.
#
# <details><summary>Hint 1</summary>
#
# `helped = table.test_loss < table.test_loss_before` is true or false for each row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `table[helped]` has the rows where it is true, `table[~helped]` the others. A column has `.max()` and `.min()`.
#
# </details>

# %%
# HIDDEN 04.3
def grid(sizes, limits):
    """A table as of `corpus_sizes`, in which each model was helped from its limit among the sizes on."""
    rows = []
    for (name, number), limit in zip(parameters.sort_values().items(), limits):
        before = 6.2 - 0.14 * float(numpy.log(number))
        for at, size in enumerate(sizes):
            epochs = STEPS * 1024 * 3.6 / size
            change = float(rng.uniform(0.02, 0.04)) * (at - limit + 0.5) * (1 if at >= limit else 8)
            row = {"model_name": name, "parameters": number, "characters": size, "seed": 0, "tokens": round(size / 3.6)}
            row |= {"tokens_per_parameter": size / 3.6 / number, "characters_per_parameter": size / number}
            row |= {"epochs": epochs, "train_loss": before - 0.3 * epochs**0.5, "valid_loss": before - change}
            row |= {"test_loss": before - change, "test_loss_before": before, "verdict": "fitting" if at >= limit else "over-fitting"}
            row |= {"copied": max(0.0, 0.1 - 0.03 * at), "copied_human": 0.0, "sample": scenes.sentences(rng, 1)[0], "seconds": 9.0}
            rows.append(row)
    return pd.DataFrame(rows)


# Each model has a limit of its own, so that the rows of one model alone do not tell those of all.
shortest = int(rng.integers(20, 60)) * 100
SIZES = [shortest * times for times in (1, 2, 5, 13, 40, 110, 300)]
STEPS = int(rng.integers(30, 90))
smaller_limit = int(rng.integers(2, 4))
table = grid(SIZES, (smaller_limit, smaller_limit + 1, smaller_limit + 2))
settings = {"splits": splits, "learning_rate": LEARNING_RATE, "folder": "grid"}
settings |= {"test_characters": 30_000, "eval_every": STEPS, "nsamples": 4, "length": 80}
columns = ["model_name", "characters", "epochs", "train_loss"]
columns += ["test_loss", "test_loss_before", "copied"]
first = table[(table.model_name == MODELS[-1]) & (table.characters == SIZES[0])].iloc[0]
text = first["sample"]

# %%
# EXERCISE 04.3 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
_helped = table.test_loss < table.test_loss_before
most_epochs = table[_helped].epochs.max()
fewest_epochs = table[~_helped].epochs.min()
### END SOLUTION

# %%
# CHECK 04.3
lab.course.check("04.3", (most_epochs, fewest_epochs), table)

# %% [markdown]
# The same limit in characters per parameter:

# %%
helped = table.test_loss < table.test_loss_before
enough = table[helped].characters_per_parameter.min()
too_few = table[~helped].characters_per_parameter.max()
print(f"{enough:.3f} characters per parameter: the fewest with which it helped")
print(f"{too_few:.3f} characters per parameter: the most with which it did not")

# %% [markdown]
# If the second figure is above the first, there is a grey zone: between them it helped one model and did harm to another. In this unit the
# models have no common limit. Only above the zone were all of them helped, and below it none.

# %% [markdown]
# ### Exercise 04.4: test the rules where you have not measured
#
# You have two rules from one grid, and the grid cannot say which of them counts. All its fine-tunings took the same number of steps, so a
# longer text was always read fewer times. You need a point where the rules disagree. Here is one: with five times the steps, a text that
# helped is read as often as one that did not.

# %%
smaller = parameters.idxmin()
of_smaller = table[table.model_name == smaller].set_index("characters", drop=False)
point = of_smaller.loc[SIZES[2]]
print(f"{5 * STEPS} steps of {smaller} on {SIZES[2]:,} characters:")
print(f"{5 * point.epochs:.1f} epochs,")
print(f"{point.characters_per_parameter:.3f} characters per parameter")

# %% [markdown]
# Compare the epochs with your two limits, and the characters per parameter with the two figures above. What does each rule say of the new point:
# `"a"`, fine-tuning will help, or `"b"`, it will not?

# %%
# HIDDEN 04.4
# As in the notebook the point is read as often as a text that did harm, or a little more, and is as long as one that
# helped.
shortest = int(rng.integers(40, 60)) * 100
SIZES = [shortest * times for times in (1, 3, 14)]
table = grid(SIZES, (2, 2, 2))
helped = table.test_loss < table.test_loss_before
most_epochs, fewest_epochs = table[helped].epochs.max(), table[~helped].epochs.min()
enough = table[helped].characters_per_parameter.min()
too_few = table[~helped].characters_per_parameter.max()
smaller = parameters.idxmin()
of_smaller = table[table.model_name == smaller].set_index("characters", drop=False)
point = of_smaller.loc[SIZES[2]]

# %%
# EXERCISE 04.4 (difficulty 2, 5 min, 2 points)
# "a": it will help    "b": it will not
### BEGIN SOLUTION
by_epochs = "b"
by_characters = "a"
### END SOLUTION

# %%
# KEY 04.4
longer = of_smaller.loc[[SIZES[2]]].assign(epochs=5 * point.epochs)

# %%
longer = lab.experiments.corpus_sizes([smaller], [SIZES[2]], steps=5 * STEPS, **settings)
longer[columns].round(3)

# %%
# CHECK 04.4
lab.course.check("04.4", (by_epochs, by_characters), table, longer)

# %%
new = longer.iloc[0]
short = of_smaller.loc[SIZES[1]]
print(f"loss on the test text before: {new.test_loss_before:.2f}")
for name, row in {"the new point": new, "in the grid": short}.items():
    text = f"{row.characters:,} characters, {row.epochs:.1f} epochs"
    print(f"{name} ({text}): {row.test_loss:.2f}")
verdict = "characters" if new.test_loss < new.test_loss_before else "epochs"
print(f"At this point the rule in {verdict} was right.")

# %% [markdown]
# Both texts were read equally often, the longer one in five times the steps. Which of them ended lower? More of what a longer text teaches holds
# for other speeches too. But no text can be read for ever without harm, so neither rule holds everywhere. Say in which range a rule of thumb was
# tested. Outside of it, measure the loss on text that was held back.

# %% [markdown]
# ## What the published laws say, and about what
#
# Others have asked how much text a model of *N* parameters needs, with far larger grids. What they found are **scaling laws**:
#
# - [Kaplan et al. 2020](https://arxiv.org/abs/2001.08361): at least 5,000 *N*<sup>0.74</sup> tokens, or the model over-fits (*N* without the embeddings).
# - [Hoffmann et al. 2022](https://arxiv.org/abs/2203.15556): about 20 tokens per parameter make the best use of a given amount of computing.
# - [Muennighoff et al. 2023](https://arxiv.org/abs/2305.16264): reading a text up to 4 times is almost as good as reading as much new text. So a
#   quarter of Hoffmann's amount may do.
#
# How many million tokens is that for your models?

# %%
laws = lab.experiments.scaling_laws(MODELS)
(laws / 1e6).round(1).rename_axis("millions")

# %%
lab.plots.scaling_laws(table)

# %% [markdown]
# Your points lie far below all the lines. Yet where they are filled, fine-tuning helped.

# %% [markdown]
# ### Exercise 04.5: no contradiction
#
# In two or three sentences: why do these laws not contradict what you measured, and what would you expect of the same steps on the same
# text from *random* weights?
#
# <details><summary>Hint</summary>
#
# What are the laws about, fine-tuning or pretraining? Remember what random weights learned in notebook 2.
#
# </details>

# %%
# HIDDEN 04.5
longer = of_smaller.loc[[SIZES[2]]].assign(epochs=5 * point.epochs)
new, short, verdict = longer.iloc[0], of_smaller.loc[SIZES[1]], "characters"
laws = lab.experiments.scaling_laws(MODELS)

# %%
# EXERCISE 04.5 (difficulty 3, 6 min, 2 points)
### BEGIN SOLUTION
explanation = """
The laws say how much text a model needs to learn a language from nothing. The pretrained
model has read such an amount before and knows English already; the speeches only add what
is particular to them. From random weights the same steps would teach hardly more than which
words are frequent.
"""
### END SOLUTION

# %%
# CHECK 04.5
lab.course.check("04.5", explanation)

# %% [markdown]
# ## Change one thing
#
# Predict, then run the grid again with one change. What is already in the folder is not run again.
#
# - One more length, between the shortest that helped and the longest that did not: your two limits move closer together.
# - `seeds=(0, 1)`: every fine-tuning twice, with other windows. Are the differences between the models larger than those between the seeds?
# - Half the learning rate: does the limit move?
#
# ## Summary
#
# - With equal steps a short text is read many times. The model then learns that text, and gets worse at others.
# - Both count: how long a text is, and how often it is read. The larger model learns a short text by heart sooner.
# - A rule of thumb has to be tested on a point that it was not made from. It holds near such points only.
# - Scaling laws are about pretraining. Fine-tuning needs far less text, since the model already knows the language.
#
# ## To read
#
# - N. Muennighoff et al. 2023, [Scaling data-constrained language models](https://arxiv.org/abs/2305.16264): what repeated text is worth.
# - J. Hoffmann et al. 2022, [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556): 20 tokens per parameter.
# - J. Kaplan et al. 2020, [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361): the first of these laws, on GPT-2's kind of model.
