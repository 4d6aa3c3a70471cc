# %% [markdown]
# # 10. Report
#
# **What did you find?**
#
# After this notebook you can
#
# - say what the flags of a fine-tuning do, from an experiment in which only one changes at a time, and which differences may be chance,
# - write a report in which every claim has a figure, and every figure says how it was made,
# - say why nobody should choose the samples that a report shows,
# - go on from here with a text of your own.
#
# TIME
#
# Most of that time is for writing.

# %%
# SETUP

# %% [markdown]
# ## One last experiment: the flags
#
# A fine-tuning has settings, also called **flags**. One of the tutorials that this course follows changed three of them, and said that it was
# unclear what one of them had done:
#
# - `save_every`: after how many steps the model is saved,
# - `accumulate_gradients`: how many windows are read before the weights move once,
# - epochs: how many times the text is read.
#
# It left alone the one that usually matters most, the learning rate. Here a tenth of the usual one and ten times as much stand beside the others.
# Another tutorial doubled the epochs, and found that its model then "modelled the fine-tuning dataset too closely".
#
# To find out what a flag does, change it alone, and keep everything else as it is: the text, the learning rate, and how *much* is read. Every run
# below reads 80 windows. With 5 windows per step that makes 16 steps. For more epochs, the text is cut shorter: a
# text of two or three windows, read 80 windows long, is read 30 times.
#
# In every run the learning rate first rises and then falls to a tenth: in 80 steps slowly, in 16 quickly.
#
# Predict: what does `accumulate_gradients=5` do to the validation loss, if the same windows are read in a fifth of the steps?

# %%
# EXERCISE 10.1 (difficulty 1, 2 min, 0 points)
# "a": it ends lower: each step is surer    "b": it ends higher: there are fewer steps
# "c": it ends the same: the same windows were read
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %%
SMALLEST = lab.models().parameters[[MODEL, OTHER_MODEL]].idxmin()

rate = lab.models()["learning rate"][SMALLEST]
splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
same = {"windows": 80, "splits": splits}
same["folder"] = "flags"  # run this cell again, and the results are read from here
flags = lab.experiments.flags(
    SMALLEST,
    accumulate_gradients=[5],
    epochs=[30, 60],
    save_every=[10],
    learning_rates=[rate / 10, 10 * rate],
    **same,
)
lab.plots.flags(flags)

# %%
# CHECK 10.1
lab.course.check("10.1", prediction, flags)

# %%
columns = ["flag", "value", "steps", "epochs", "valid_loss", "written_MB", "seconds"]
flags[columns].round({"epochs": 1, "valid_loss": 3, "written_MB": 0, "seconds": 1})

# %% [markdown]
# ### Exercise 10.2: more than chance?
#
# Each row was measured once. Two runs in which *nothing* differs but the seed do not end at the same loss either: they read other windows. So the
# run without a flag is made twice more, with other seeds:

# %%
import statistics

alike = [float(flags.valid_loss[0])]
for seed in (1, 2):
    again = lab.experiments.flags(
        SMALLEST, seed=seed, accumulate_gradients=[], epochs=[], save_every=[], **same
    )
    alike.append(float(again.valid_loss[0]))
print("no flag, three seeds:", *(round(loss, 3) for loss in alike))

# %% [markdown]
# How far does one loss stray by chance? The **standard deviation** of the three says it, `statistics.stdev(alike)`: the root of the mean of their
# squared distances from their mean. (The sum is divided by 2, not 3, since the mean was taken from the same three.) How large a *difference* does
# chance make, if both of two losses stray, each for itself?
#
# And for each row of `flags` but the first: how many times as large as that is the difference of its validation loss from the loss of the first row?
# Make `times`, a list or a column with one number a row, in their order. (The sign does not matter.)
#
# <details><summary>Hint</summary>
#
# What adds up is not the standard deviations but their squares, the variances. So the variance of a difference of two such losses is twice that of
# one. And the standard deviation of the difference?
#
# </details>

# %%
# HIDDEN 10.2
import statistics

from gpt2lab.course import scenes

SMALLEST = lab.models().parameters[[MODEL, OTHER_MODEL]].idxmin()
rate = lab.models()["learning rate"][SMALLEST]
splits = scenes.speeches(rng)
same = {"windows": 80, "splits": splits, "folder": "flags"}
flags = scenes.flags(rng)
columns = ["flag", "value", "steps", "epochs", "valid_loss", "written_MB", "seconds"]
strayed = rng.uniform(0.01, 0.03)
again = flags[:1].assign(valid_loss=flags.valid_loss[0] + strayed)
alike = [flags.valid_loss[0], flags.valid_loss[0] + rng.uniform(0.8, 0.9) * strayed]
alike = [*map(float, alike), float(again.valid_loss[0])]

# %%
# EXERCISE 10.2 (difficulty 3, 10 min, 2 points)
### BEGIN SOLUTION
_by_chance = 2**0.5 * statistics.stdev(alike)
times = (flags.valid_loss[1:] - flags.valid_loss[0]).abs() / _by_chance
print(flags[["flag", "value"]][1:].assign(times=times.round(1)))
### END SOLUTION

# %%
# CHECK 10.2
lab.course.check("10.2", times, flags, alike)

# %% [markdown]
# By chance alone, a difference of more than twice its standard deviation comes about once in twenty. (Three seeds only say roughly how large that is.)
# So which of your numbers are far above 2, and which flags are they? Two flags need a closer look.
#
# The row of `save_every` ends at the very loss of the first: saving does not change what the model learns, only what is lost if the machine stops. On
# average that is half of the steps between two saves. Often means safe, and the column `written_MB` says what it costs.
#
# The rows of `epochs` read the same few windows again and again. Has the model learned them by heart? Two things would say so: the validation loss
# ends *above* where it was before the first step, and the model copies. `copied` is the share of what it writes that stands in its text in stretches
# of eight words or more. `human_copied` is the same for human text that it never saw, so that is what chance and common phrases make.

# %%
columns = ["value", "valid_loss_before", "valid_loss", "copied", "human_copied"]
repeated = flags[flags.flag.isin(["none", "epochs"])]
repeated[columns].round(2)

# %%
longest = repeated.index[-1]
sample = flags.attrs["samples"][longest][0]  # the first of the eight that were counted
lab.plots.copied_spans(sample, lab.copied_spans(sample, splits.train))

# %% [markdown]
# Compare the two rows of `epochs`: what does doubling them do to the loss, and what to copying? In the training loss alone both would look like a
# success; [notebook 3](03_watch_the_loss.ipynb) shows how to see in time that they are none.
#
# And the others? With more windows per step the direction of each step is surer, but there are fewer steps. At the same learning rate, fewer
# steps mean less learning. (With a higher rate, or on a large GPU that reads five windows as quickly as one, it is another matter.) With a tenth of
# the learning rate the weights get a tenth as far in as many steps. With ten times as much a step may undo what the one before had learned. Which
# of the two does more harm here?

# %% [markdown]
# ## The report
#
# A report says what was asked, what was done, what was found, and how sure that is. `lab.report` does the part that a machine can do: it asks the
# questions of the two tutorials that this course follows (those of notebooks 2 and 6), and puts the figures and tables that answer each beside it. It
# notes every setting, version and seed. What they *mean* is for you to say.
#
# It needs the run and the texts. What was measured once is kept, and not measured again.

# %%
run = lab.course.fine_tuned(splits, MODEL)

with run.load("best") as tuned:
    sweep = lab.sweep(
        tuned,
        temperature=[0.5, 1.0, 1.5],
        reference=splits.test,
        nsamples=100,
        length=60,
        prefix="\n",  # an empty line: with nothing to begin with, many texts end at once
        folder="sampling",
    )

# %%
settings = {
    "train": splits.train,
    "valid": splits.valid.first(100_000),
    "test": splits.test.first(100_000),
    "length": 60,
    "temperature": 1.0,
    "prefix": "\n",
    "sweep": sweep,
    "evidence": {"flags": [lab.plots.flags(flags)]},
    "title": f"Fine-tuning {MODEL} on the State of the Union",
}
report = lab.report(run, **settings)
report

# %% [markdown]
# Open `report/report.html` in your browser. (In Colab: the folder symbol on the left, then the three dots beside the file, *Download*.) Go through it
# once before you write a word. These are its questions:

# %%
text = report.markdown.read_text(encoding="utf-8")
print("\n".join(line for line in text.splitlines() if line.startswith("#")))

# %% [markdown]
# ### Exercise 10.3: whose choice?
#
# The report shows three samples of each model, drawn at random from the hundred, and says so. In her report a friend shows the three best. "They
# *are* by the model," she says. What is wrong with that?
#
# - **a** Nothing, if she says that they are the best.
# - **b** They show what the best of a hundred is like, and that hardly depends on the model: anybody's best three look good.
# - **c** Three are too few. With ten chosen ones it would be right.
#
# <details><summary>Hint</summary>
#
# What would the three best of the model *before* fine-tuning look like? Would a reader see the difference?
#
# </details>

# %%
# HIDDEN 10.3
columns = ["value", "valid_loss_before", "valid_loss", "copied", "human_copied"]
repeated = flags[flags.flag.isin(["none", "epochs"])]
longest = repeated.index[-1]
sample = flags.attrs["samples"][longest][0]
run = scenes.run(rng, f"speeches-{MODEL}", turn=100, rise=0)
tuned = scenes.models(splits, MODEL)[1]
sweep = scenes.sweep(rng)
settings = {"train": splits.train, "valid": splits.valid, "test": splits.test, "length": 60, "temperature": 1.0, "prefix": "\n", "sweep": sweep}
report = scenes.report()
text = report.markdown.read_text(encoding="utf-8")

# %%
# EXERCISE 10.3 (difficulty 1, 3 min, 1 point)
# "a", "b" or "c"
### BEGIN SOLUTION
whose_choice = "b"
### END SOLUTION

# %%
# CHECK 10.3
lab.course.check("10.3", whose_choice)

# %% [markdown]
# ## Your words
#
# Here are some of the numbers that you need for the exercise below:

# %%
history = run.history
first, last = history.loss[1:11].mean(), history.loss[-10:].mean()
print(f"training loss: first ten steps {first:.2f}, last ten {last:.2f}")
lab.course.show(run.diagnosis().explanation)

# %% [markdown]
# ### Exercise 10.4: three claims
#
# Answer three of the questions, in a dictionary: `claims = {"loss": "…", "flags": "…", "findings": "…"}`. Two or three sentences each, and in each at
# least one number from the report. A good sentence says what was compared with what, by how much it differed, and how sure that is.
#
# <details><summary>Hint</summary>
#
# "The model got better" is not a claim that anybody can check. "Perplexity on unseen speeches fell from … to …" is.
#
# </details>

# %%
# HIDDEN 10.4
history = run.history
first, last = history.loss[1:11].mean(), history.loss[-10:].mean()

# %%
# EXERCISE 10.4 (difficulty 2, 25 min, 3 points)
### BEGIN SOLUTION
_five, _seeds = flags.valid_loss[1], f"{min(alike):.3f} to {max(alike):.3f}"
_best, _steps = run.best_step, history.step.iloc[-1]
_before, _after = history.valid_loss.iloc[0], history.valid_loss.min()
_cold, _hot = sweep.dist_1[0], sweep.dist_1[2]
claims = {
    "loss": f"""
The training loss fell from {first:.2f} (mean of ten steps) to {last:.2f} nats per token.
The validation loss was lowest at step {_best} of {_steps}. The learning rate ended with the
run, so the curves do not say whether more steps would help.
""",
    "flags": f"""
With 5 windows per step the validation loss ended at {_five:.3f}, in a fifth of the steps.
With one window it ended at {_seeds} for three seeds, which says what chance does.
Saving every 10 steps changed nothing but what was written to disk.
""",
    "findings": f"""
In {_best} steps the validation loss fell from {_before:.2f} to {_after:.2f} nats per token, on
speeches that the model never learned from. I was surprised how much the temperature
does: at 0.5 dist-1 is {_cold:.2f}, at 1.5 it is {_hot:.2f}, and the weights are the same.
""",
}
### END SOLUTION

# %%
# CHECK 10.4
lab.course.check("10.4", claims)

# %%
mine = claims if isinstance(claims, dict) and ... not in claims.values() else None
report = lab.report(run, answers=mine, **settings)
print("no words yet on:", ", ".join(report.unanswered) or "nothing")

# %% [markdown]
# Write the rest in `report/report.md`, between the marks, and run the cell above again. Whatever is measured again, your words are kept.
#
# Two pages of it, as a browser shows them: the top, and the question on the loss with your words.

# %%
report.picture()

# %%
report.picture("loss")

# %% [markdown]
# ## How well did you foresee it?
#
# Each notebook asks for a guess. The checks have written down what you guessed and what came out, for all notebooks that ran in this folder.
# (In the solved notebook only this one has run.)

# %%
lab.course.predictions()

# %% [markdown]
# A surprise is worth more than a guess that came true: it shows where your picture of the model was wrong. Which of your guesses would be different
# today?
#
# ## Change one thing
#
# - Your own author experiment belongs in the report: run [notebook 9](09_your_own_dataset.ipynb), and give
#   `"author": [lab.plots.author_matrix(matrix)]` as further evidence.
# - A question of your own: `questions={"poems": "Do the samples rhyme?"}`.
# - Another run, on your own text: `lab.report("my_run", folder="my_report", …)`.
# - A flag that is not in the table: `decay`. What does `lab.experiments.flags(…, decay="constant")`, a rate that stays as it is, say about all the
#   others?
# - A guess of your own, before you look: `lab.course.predict("twice the text", perplexity="down")`, and then
#   `lab.course.outcome("twice the text", perplexity=(before, after))`, with the two numbers that you measured.
#
# ## Summary
#
# - Change one flag at a time, with the same amount of reading: then a difference comes from the flag, if it is clearly larger than what another
#   seed makes.
# - `save_every` is about safety, `accumulate_gradients` about how often the weights move, epochs about how often the same is read.
# - A claim is a comparison with a number and a doubt. A report that says how each number was made can be checked and repeated.
# - A sample that was picked because it is good shows what its reader likes, not what the model usually writes. Show the first that come.
#
# This is the last notebook. You have fine-tuned a model, watched it learn and over-fit, measured what it knows and what it writes, and tried to
# give it a voice. What would you like to know that no notebook asked?
#
# ## To read
#
# - J. Dodge et al. 2019, [Show your work: improved reporting of experimental results](https://arxiv.org/abs/1909.03004): what a result without its settings is worth.
# - J. Pineau et al. 2021, [Improving reproducibility in machine learning research](https://arxiv.org/abs/2003.12206): the checklist.
# - M. Mitchell et al. 2019, [Model cards for model reporting](https://arxiv.org/abs/1810.03993): what to say about a model that you pass on.
