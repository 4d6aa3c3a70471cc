# %% [markdown]
# # 3. Watch the loss
#
# **When is the model learning, and when is it learning by heart?**
#
# After this notebook you can
#
# - read a training loss and a validation loss side by side,
# - say at which step a model began to learn by heart,
# - measure the gap between the two losses, and how much of what a model writes is copied,
# - stop a fine-tuning in time,
# - say why a loss near 0 is bad news, and why a learning rate should fall.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## A text that is too short
#
# Tutorials often end with "train until the loss is low". What happens if you do just that? Take a very short text, about half
# of a State of the Union speech, and let the model read it again and again.

# %%
speeches = lab.presidential_speeches(since=1993, until=2000)
splits = speeches.split(valid=0.15, test=0.15, seed=0)
short = splits.train.first(characters=25_000)

small = lab.models().bundled[MODEL]
STEPS = 160 if small else 200
LEARNING_RATE = 1e-3 if small else 2e-4
print(f"{short.characters:,} characters to learn from, {STEPS} steps")

# %% [markdown]
# The text is by one president. So is the text held back for validation, which the model never learns from.
#
# Predict: what will the validation loss do while the model reads the short text again and again?

# %%
# EXERCISE 03.1 (difficulty 1, 1 min, 0 points)
# "a": fall, as the training loss does    "b": fall a little or not at all, then rise
# "c": stay where it is
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown]
# Now run it. While the model learns you see the losses, the time that is left, and a *Stop* button. If you stop it before the end, what
# was learned is saved, and the cells below work with that.

# %%
settings = {"model_name": MODEL, "restore_from": "fresh", "accumulate_gradients": 1}
settings |= {"valid": splits.valid, "eval_every": 10}  # measured every ten steps
by_heart = lab.finetune(
    short,
    run_name="by_heart",
    steps=STEPS,
    learning_rate=LEARNING_RATE,
    warmup_steps=60,  # in which the learning rate rises to its full value
    decay="constant",  # and there it stays; more of that at the end
    sample_every=20,  # write a sample, and measure how much is copied
    sample_length=100,
    **settings,
)
lab.plots.loss(by_heart)

# %%
# CHECK 03.1
lab.course.check("03.1", prediction, by_heart)

# %% [markdown]
# The two curves part. The training loss says: better and better. The validation loss says: worse and worse. Both are right. The model
# gets better at *this* text and worse at *others* of its kind. That is **over-fitting**. (If your curves did not part, the model has not read the
# text often enough yet: run the cell again with more steps.)

# %% [markdown]
# ### Exercise 03.2: when did it begin?
#
# Over-fitting begins where the validation loss is lowest. At which step was that? `history` has a row for each step. Its validation loss is
# missing (NaN) where it was not measured.
#
# <details><summary>Hint</summary>
#
# `history["valid_loss"].idxmin()` is the row with the lowest value. `history.loc[row, "step"]` is its step.
#
# </details>

# %%
history = by_heart.history
history.dropna(subset="valid_loss")[["step", "epoch", "loss", "valid_loss"]].round(2)

# %%
# HIDDEN 03.2
from gpt2lab.course import scenes

speeches = scenes.corpus(rng)
splits = speeches.split(valid=0.15, test=0.15, seed=0)
short = splits.train.first(characters=3000)
small = lab.models().bundled[MODEL]
STEPS, LEARNING_RATE = 108, 1e-3
settings = {"model_name": MODEL, "restore_from": "fresh", "accumulate_gradients": 1}
settings |= {"valid": splits.valid, "eval_every": 2}
turn, losses = 2 * int(rng.integers(3, 51)), {"first": float(rng.uniform(3.6, 12)), "last": float(rng.uniform(0.1, 2))}
by_heart = scenes.run(rng, "by_heart", steps=STEPS, eval_every=2, turn=turn, **losses)
history = by_heart.history

# %%
# EXERCISE 03.2 (difficulty 1, 5 min, 1 point)
### BEGIN SOLUTION
best_step = history.loc[history["valid_loss"].idxmin(), "step"]
### END SOLUTION

# %%
# CHECK 03.2
lab.course.check("03.2", best_step, by_heart)

# %% [markdown]
# The validation loss was measured every ten steps, on a few thousand tokens. So the true turning point may lie ten steps or so from your
# answer. The training loss shows nothing there: it goes on falling.

# %% [markdown]
# ### Exercise 03.3: the gap
#
# How far apart are the two losses at the end? Their difference is the **generalisation gap**: validation loss less training loss. Take the
# last validation loss, and the mean of the last `LAST` training losses, since single losses jump.
#
# <details><summary>Hint</summary>
#
# `history["loss"].tail(LAST).mean()` is the second number. `history["valid_loss"].dropna()` keeps the values that were measured, and
# `.iloc[-1]` takes the last of them.
#
# </details>

# %%
LAST = max(10, history["loss"].count() // 10)

# %%
# HIDDEN 03.3
LAST = max(10, history["loss"].count() // 10)

# %%
# EXERCISE 03.3 (difficulty 2, 6 min, 1 point)
### BEGIN SOLUTION
gap = history["valid_loss"].dropna().iloc[-1] - history["loss"].tail(LAST).mean()
### END SOLUTION

# %%
# CHECK 03.3
lab.course.check("03.3", gap, by_heart)

# %% [markdown]
# A gap of 0 would mean that what was learned holds for other text just as well. `diagnosis` measures the gap as you did, and says how far
# chance may have moved it (the *standard error*). It also says how much of what the model writes is copied from the training text. Presidents
# repeat themselves too, and each other. So beside it stands the same share of **human text** that was held back.

# %%
diagnosis = by_heart.diagnosis()
lab.course.show(diagnosis.explanation, label=diagnosis.verdict)
print(f"gap: {diagnosis.gap:.2f} nats per token, standard error {diagnosis.gap_error:.2f}")

# %% [markdown]
# ## What "by heart" looks like
#
# Here is what the model writes now. Runs of eight words or more that stand word for word in its training text are underlined.

# %%
with by_heart.load("latest") as model:
    samples = model.generate(nsamples=8, length=100, seed=1)
most_copied = samples[lab.copied(samples, short)["share_8"].idxmax()]
lab.plots.copied_spans(most_copied, lab.copied_spans(most_copied, short))

# %% [markdown]
# Of eight samples, this is the one that copied most. Look at all of them before you judge. The second column counts runs of exactly eight
# words: a copied stretch of eight words has one, a stretch of ten has three. So it is lower than the share of the words that are underlined.

# %%
copying = lab.copied(samples, short)[["words", "share_8"]]
copying.columns = ["longest copied span (words)", "share of 8-word sequences copied"]
copying.round(2)

# %% [markdown]
# When did the copying begin?

# %%
lab.plots.copying(by_heart)

# %% [markdown]
# Compare this with the figure of the losses: for how many steps had the validation loss been rising before much was copied? A model can get worse
# at new text long before it repeats whole sentences of the old.

# %% [markdown]
# ### Exercise 03.4: a loss near 0
#
# Another sign of learning by heart is the training loss itself. It is minus the natural logarithm of the probability that the model gave
# to the right token, averaged over the tokens. Say the training loss is `low`, 0.1 nats per token. What probability, from 0 to 1, did the
# model give to the right token, on (geometric) average?
#
# <details><summary>Hint</summary>
#
# Solve `low = -math.log(probability)`. The inverse of the logarithm is `math.exp`.
#
# </details>

# %%
import math

low = 0.1

# %%
# HIDDEN 03.4
import math

low = float(rng.uniform(0.15, 1.1))
diagnosis = by_heart.diagnosis()
samples = [*scenes.sentences(rng, 7), short.text[:200]]
most_copied = samples[-1]
copying = lab.copied(samples, short)[["words", "share_8"]]
copying.columns = ["longest copied span (words)", "share of 8-word sequences copied"]

# %%
# EXERCISE 03.4 (difficulty 1, 4 min, 1 point)
### BEGIN SOLUTION
probability = math.exp(-low)
### END SOLUTION

# %%
# CHECK 03.4
lab.course.check("03.4", probability, low)

# %% [markdown]
# Nobody can foresee a speech as well as that. A model that can has read it before. For comparison, here is the same average of the pretrained
# model on text that it never read:

# %%
print(f"{math.exp(-history['valid_loss'].iloc[0]):.3f}")

# %% [markdown]
# ## Stop in time
#
# The first remedy costs nothing: stop where the validation loss is lowest. You cannot know that step beforehand. But you can stop when
# the validation loss has found no new lowest value for a while. How many measurements you are prepared to wait is the **patience**. Also take a
# quarter of the learning rate: less changes between two measurements, so they do not miss the lowest point by much.

# %%
in_time = lab.finetune(
    short,
    run_name="in_time",
    steps=STEPS,
    learning_rate=LEARNING_RATE / 4,
    warmup_steps=10,
    decay="constant",
    sample_every=0,
    patience=3,  # stop after three measurements without a new lowest validation loss
    **settings,
)
last = in_time.history["step"].iloc[-1]
print(f"stopped after {last} of {STEPS} steps, lowest at {in_time.best_step}")
lab.plots.loss(in_time)

# %% [markdown]
# Whenever the validation loss is the lowest so far, the model is saved. `load("best")` opens the last one saved in this way. Is it worth
# having? Measure it on text that had no part in any of this, `splits.test`.

# %%
unseen = splits.test.first(characters=30_000)
models = {
    "pretrained": lab.load(MODEL),
    "stopped in time": in_time.load("best"),
    "learned by heart": by_heart.load("latest"),
}
for name, model in models.items():
    print(f"{name:>16}: perplexity {lab.perplexity(model, unseen).perplexity:6.1f}")

# %% [markdown]
# Stopping in time does not turn so short a text into a good teacher. It keeps the little that holds for other speeches too, and avoids
# the damage. How much text it takes to learn more is the question of the next notebook.

# %% [markdown]
# ### Exercise 03.5: advise a friend
#
# A friend fine-tuned GPT-2 on their diary. "The loss is 0.05," they write, "nearly perfect." In two or three sentences: what has happened, how
# could your friend have noticed, and what should they do?
#
# <details><summary>Hint</summary>
#
# Which loss is 0.05, and which one did your friend not measure?
#
# </details>

# %%
# HIDDEN 03.5
in_time = scenes.run(rng, "in_time", steps=50, turn=20, last=3.2)
last = in_time.history["step"].iloc[-1]
unseen = splits.test.first(characters=2000)
pretrained = scenes.model(MODEL)
models = {"pretrained": pretrained, "stopped in time": pretrained, "learned by heart": pretrained}

# %%
# EXERCISE 03.5 (difficulty 2, 6 min, 2 points)
### BEGIN SOLUTION
advice = """
The model has learned the diary by heart: a loss near 0 on text that it has read again
and again says nothing about other text. With some pages held back as validation text
you would have seen the validation loss rise. Stop where it is lowest, or use more text.
"""
### END SOLUTION

# %%
# CHECK 03.5
lab.course.check("03.5", advice)

# %% [markdown]
# ## Let the rate fall
#
# So far the learning rate rose and then stayed where it was, so that a curve that turned did so because of the text. That is not the best
# way to learn. Left alone, `finetune` lets the rate *rise* over the first tenth of the steps and then *fall* along half a cosine to a tenth.
# What is that good for? Give the model all the training speeches, in 60 steps about once. Do it twice, with the same windows and the same
# highest rate: once the rate stays there, once it falls.
#
# Predict: which of the two has the lower validation loss half-way, and which at the end?

# %%
import pandas as pd

ways = {"it stays": "constant", "it falls": "cosine"}
columns = {}
for name, decay in ways.items():
    run = lab.finetune(
        splits.train,
        run_name=decay,
        decay=decay,
        steps=60,
        warmup_steps=6,
        sample_every=0,
        **settings,
    )
    record = run.record.set_index("step")
    columns[name, "learning rate"] = record["learning_rate"]
    columns[name, "validation loss"] = record["valid_loss"]
pd.DataFrame(columns).dropna(subset=[("it falls", "validation loss")]).round(4)

# %% [markdown]
# While the two rates are about the same, so are the losses. (If both rise at first, large steps have shaken what the model knew.) Then one rate
# falls. Its steps become the smaller ones, and its loss the lower one.
#
# Why? Think of a valley in fog. The gradient says which way is down for *one* window. For all text that is only roughly the way down, and the
# next window says something else. Large steps bring the model into the valley soon. But there they throw it from side to side, and the larger
# they are, the higher above the bottom it stays. When the steps shrink, it settles. A run with a constant rate could learn more from the same
# text, but it cannot keep still.
#
# Two things to remember:
#
# - A rate that falls has to know its last step. While you look for that step, as in *Stop in time*, keep the rate constant.
# - At the end of a falling rate every curve flattens, because the steps are small. That does not say that more steps would be of no use.

# %% [markdown]
# ## Three curves that you will meet
#
# These losses are made up, in three typical shapes. Which model goes on learning, which learns by heart, and which cannot keep
# still? What would you do next with each of them?

# %%
import numpy as np

steps = np.arange(1, 201)
draw = np.random.default_rng(0)
falling, waves = np.exp(-steps / 50), np.sin(steps / 9) + np.sin(steps / 4)
made_up = {  # training loss, validation loss, how much single steps jump
    "A": (0.3 + 3.6 * falling, 3.4 + 0.7 * falling**2 + steps / 200, 0.08),
    "B": (3.8 + 0.2 * waves, 3.9 + 0.2 * waves, 0.3),
    "C": (3.3 + 0.7 * falling, 3.45 + 0.6 * falling, 0.08),
}
for name, (training, validation, jumps) in made_up.items():
    table = pd.DataFrame({"step": steps, "loss": training + jumps * draw.normal(size=200)})
    table["valid_loss"] = np.where(steps % 20 == 0, validation, np.nan)
    print("curves", name)
    display(lab.plots.loss(table))

# %% [markdown]
# - **A** over-fits. Take the model of the step in the ring, stop earlier next time, or find more text.
# - **B** is erratic: neither loss settles. Its steps are too long for what one window can say. Take a lower learning rate, or more windows a step.
# - **C** is healthy: both losses fall, and the gap stays small. Go on while the validation loss falls.

# %% [markdown]
# ## Change one thing
#
# Pick one, predict, then run it and compare.
#
# - A learning rate of 0.1, with `warmup_steps=STEPS - 1`: it rises at every step. At which rate does the run get out of hand, and what does the
#   diagnosis call that?
# - `patience=1`, or `patience=6`. What do you win and lose?
# - Twice as much text: does the turning point come twice as late?
# - `decay="linear"` in *Let the rate fall*: does it matter *how* it falls?
#
# ## Summary
#
# - The training loss says how well the model predicts text that it has read. Only the validation loss says how well it predicts other text.
# - Over-fitting begins where the validation loss is lowest. From there on it rises, while the training loss goes on falling.
# - A training loss near 0 means that the text is known by heart. Copied sentences show it too, but late.
# - Stop when the validation loss has found no new lowest value for a while, and take the model of the best step.
# - A learning rate that falls lets the weights settle: the same steps end at a lower loss.
#
# ## To read
#
# - L. Prechelt 1998, [Early stopping, but when?](https://doi.org/10.1007/3-540-49430-8_3): how long to wait.
# - N. Carlini et al. 2021, [Extracting training data from large language models](https://arxiv.org/abs/2012.07805): what GPT-2 itself knows by heart.
# - I. Loshchilov and F. Hutter 2017, [SGDR: stochastic gradient descent with warm restarts](https://arxiv.org/abs/1608.03983): the cosine.
# - A. Radford et al. 2019, [Language models are unsupervised multitask learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf), section 4: did GPT-2 memorise its test sets?
