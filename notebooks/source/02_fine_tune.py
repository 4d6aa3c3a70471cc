# %% [markdown]
# # 2. Fine-tune it
#
# **What does fine-tuning on your text change, and why not train from scratch?**
#
# After this notebook you can
#
# - say what OpenAI released of GPT-2, and what follows from it,
# - fine-tune a model on a text of your own,
# - compare what it writes, and its perplexity, before and after,
# - read a loss curve,
# - say what a gradient is, take a step against it by hand, and write the loop that trains a model,
# - explain why one does not train a model from scratch on a small text.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## What was released, and what was not
#
# The **weights** of a model are its parameters, with the values that training gave them. Which parts of GPT-2 are public?
#
# | what | released | where |
# |---|---|---|
# | the weights of 124M, 355M, 774M and 1558M | yes | in stages during 2019 ([Solaiman et al. 2019](https://arxiv.org/abs/1908.09203)) |
# | the code that runs the model | yes | [github.com/openai/gpt-2](https://github.com/openai/gpt-2) |
# | WebText, the text that it was trained on | no | 40 GB from eight million pages, to which posts on Reddit with at least three points linked ([Radford et al. 2019](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf)) |
# | the code that trained it | no | the paper describes the method only |
#
# So you cannot train GPT-2 again as OpenAI did: the text is missing. But OpenAI's weights are there, **pretrained** on WebText, and
# you can train them *further*, on a text of your own. That is **fine-tuning**. Others wrote the code for it; this course builds on
# [gpt-2-simple](https://github.com/minimaxir/gpt-2-simple).
#
# Why in stages? In February 2019 OpenAI published the smallest model only. It [kept back the others](https://openai.com/index/better-language-models/),
# which might be used for false news or spam. Some [defended that](https://thegradient.pub/openai-shouldnt-release-their-full-language-model/),
# others [called it hysteria](https://www.approximatelycorrect.com/2019/02/17/openai-trains-language-model-mass-hysteria-ensues/) about one more
# language model. In November the largest followed: there had been [no strong evidence of misuse](https://openai.com/index/gpt-2-1-5b-release/).
# Argue with a neighbour, each of you for one side: was it right to wait? And whose words does a model learn, and whose not, if the users of Reddit
# choose the pages?

# %% [markdown]
# ## The model
#
# `download` fetches a model once and checks it. The small ones come with the course and are only unpacked.

# %%
folder = lab.download(MODEL)
for file in sorted(folder.iterdir()):
    print(f"{file.stat().st_size:15,} bytes  {file.name}")

# %% [markdown]
# The one large file holds the weights. `encoder.json` and `vocab.bpe` hold the tokens, `hparams.json` the shape of the model.

# %% [markdown]
# ## Your text
#
# The course's text is the State of the Union speeches since 1947. **To use a text of yours**, put its file beside this notebook
# (in Colab: drag it to the *Files* panel on the left), write its name below, and run the cells from here on again.

# %%
YOUR_FILE = None  # for example "my_text.txt"

if YOUR_FILE:
    corpus = lab.Corpus.from_file(YOUR_FILE)
else:
    corpus = lab.presidential_speeches(since=1947)
splits = corpus.split(valid=0.1, test=0.1, seed=0)
if splits.note:
    print(splits.note)
splits.describe(MODEL)[["documents", "characters", "tokens"]]

# %% [markdown]
# The model learns from `train`, never from `valid` or `test`. Whole documents are kept back (or passages, if your text is a single
# file). They will show whether the model got better at texts of this kind, or only at those that it read.

# %% [markdown]
# ## Before
#
# What does the pretrained model make of the beginning of a speech? The text that you give it to continue is the **prefix**, and each
# text that it writes is a **sample**.

# %%
PREFIX = "My fellow Americans, tonight"
before = lab.load(MODEL)
texts_before = before.generate(PREFIX, nsamples=3, length=60, seed=1)
texts_before = [text.rpartition(" ")[0] for text in texts_before]  # end with a whole word
for text in texts_before:
    lab.course.show(text, label="before")

# %% [markdown]
# And how well does it predict the speeches that were kept back? **Perplexity** answers in one number. It is *e* to the power of
# the loss: with perplexity 40 the model is as unsure as if it chose each token among 40 equally probable ones. Lower is better.

# %%
unseen = splits.test.first(characters=100_000)
perplexity_before = lab.perplexity(before, unseen).perplexity
print(f"perplexity on unseen speeches: {perplexity_before:.1f}")

# %% [markdown]
# Predict: by how much will fine-tuning lower this number, on speeches that the model never learns from?

# %%
# EXERCISE 02.1 (difficulty 1, 1 min, 0 points)
# "a": hardly, by less than 5 %    "b": by 5 to 50 %    "c": by more than half
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown]
# ## Fine-tune
#
# One **step** shows the model a few windows of 1,024 tokens and measures the loss on them. Then it moves every parameter a little, so
# that this loss falls. The number of windows is the batch size. The **learning rate** says how far the parameters move.
#
# The tutorial that this notebook follows, *Fine-tuning the GPT-2 model*, takes 300 steps of one window, with 124M on a GPU. Without a
# GPU you take fewer steps with a small model. Four windows a step make up for some of that.

# %%
small = lab.models().bundled[MODEL]
STEPS = 60 if small else 300
BATCH_SIZE = 4 if small else 1  # windows a step
print(f"{STEPS} steps of {MODEL}, each of {BATCH_SIZE * 1024:,} tokens")

# %% [markdown]
# The learning rate changes on the way. Its plan is called the **schedule**. Over the first tenth of the steps the rate rises, which is the
# **warm-up**; then it falls along half a cosine to a tenth of its highest value. You need not choose that value: `finetune` takes what
# was found best for the size of the model (`lab.models()` lists it).

# %%
run = lab.finetune(
    splits.train,
    model_name=MODEL,
    run_name="speeches",
    restore_from="fresh",  # begin with the pretrained weights each time this cell runs
    steps=STEPS,
    batch_size=BATCH_SIZE,
    accumulate_gradients=1,  # one batch a step
    valid=splits.valid,
    eval_every=STEPS // 6,
    sample_every=0,
    save_every=STEPS // 3,
    max_checkpoints=6,  # keep what the model was on its way
)
lab.plots.loss(run)

# %% [markdown]
# The loss of single steps jumps, because some windows are harder than others. Two lines are worth reading:
#
# - the **validation loss**, measured on text that the model does not learn from,
# - the **training loss**, the loss on the windows that the model learns from. The dots are its single steps, the line is the mean of the
#   last few.
#
# Here is the validation loss beside the learning rate.

# %%
measured = run.record.dropna(subset=["valid_loss"])
measured.set_index("step")[["learning_rate", "valid_loss"]].round(5)

# %% [markdown]
# A small model may even get worse at first: large steps shake what it knew. Then the loss falls, and it flattens at the end, where the steps
# are small. What if the rate stayed high? [Notebook 3](03_watch_the_loss.ipynb) tries it.

# %%
diagnosis = run.diagnosis()
lab.course.show(diagnosis.explanation, label=diagnosis.verdict)

# %% [markdown]
# ### Exercise 02.2: how often did it read the text?
#
# Each step read `BATCH_SIZE` windows of 1,024 tokens. How many times did the run go through the training text? One such pass is called
# an **epoch**.
#
# <details><summary>Hint</summary>
#
# `training_tokens` is the length of the training text. How many tokens did one step read, and how many did all steps together?
#
# </details>

# %%
training_tokens = splits.describe(MODEL).loc["train", "tokens"]
print(f"{training_tokens:,} tokens")

# %%
# HIDDEN 02.2
from gpt2lab.course import scenes

YOUR_FILE, PREFIX = None, "My fellow Americans, tonight"
folder = lab.download(MODEL, scenes.temporary_folder())
corpus = scenes.corpus(rng, documents=20, length=30)
splits = corpus.split(valid=0.1, test=0.1, seed=0)
training_tokens = splits.describe(MODEL, folder.parent).loc["train", "tokens"]
# Between two whole epochs, and so many that who rounds down, or counts the whole corpus, is far off.
small, BATCH_SIZE = True, int(rng.integers(2, 5))
in_a_step = BATCH_SIZE * 1024 / training_tokens
fewest = int(1.5 * 5 ** rng.random() / in_a_step)
STEPS = next(steps for steps in range(fewest, 10 * fewest + 10) if 0.4 < steps * in_a_step % 1 < 0.6)
run = scenes.run(
    rng, "speeches", steps=STEPS, turn=20, rise=-0.1, last=3, text_tokens=training_tokens, batch_size=BATCH_SIZE
)
measured, diagnosis = run.record.dropna(subset=["valid_loss"]), run.diagnosis()
before = scenes.model(MODEL, folder.parent)
texts_before, unseen = scenes.sentences(rng, 3), splits.test.first(characters=2000)
text, perplexity_before = texts_before[0], float(rng.uniform(40, 50))

# %%
# EXERCISE 02.2 (difficulty 1, 4 min, 1 point)
### BEGIN SOLUTION
epochs = STEPS * BATCH_SIZE * 1024 / training_tokens
### END SOLUTION

# %%
# CHECK 02.2
lab.course.check("02.2", epochs, STEPS, BATCH_SIZE, training_tokens)

# %% [markdown]
# ## While it learned
#
# The run kept the model as it was at some steps. Let each of them continue the same prefix, with the same seed. What do you expect to change
# first: what it writes about, or its grammar?

# %%
lab.course.show(texts_before[0], label="before the first step")
for step in (STEPS // 3, 2 * STEPS // 3, STEPS):
    with run.load(step) as model:
        text = model.generate(PREFIX, length=60, seed=1)[0].rpartition(" ")[0]
    lab.course.show(text, label=f"after {step} steps")

# %% [markdown]
# The words of the new text come early. Grammar takes longer, and a short run may even hurt it for a while.
#
# ## After
#
# Two more samples, with the same prefix and the same seed.

# %%
after = run.load("latest")
texts_after = after.generate(PREFIX, nsamples=3, length=60, seed=1)
texts_after = [text.rpartition(" ")[0] for text in texts_after]
for text_before, text_after in list(zip(texts_before, texts_after))[1:]:
    lab.course.show(text_before, label="before")
    lab.course.show(text_after, label="after")

# %%
perplexity_after = lab.perplexity(after, unseen).perplexity
print(f"perplexity before: {perplexity_before:.1f}")
print(f"perplexity after:  {perplexity_after:.1f}")

# %%
# CHECK 02.1
lab.course.check("02.1", prediction, perplexity_before, perplexity_after)

# %% [markdown]
# Read the samples once more. What changed: the words, the topic, the form? What is no better than before?

# %% [markdown]
# ## How does a step know where to go?
#
# A step moves every parameter so that the loss falls. Up or down, and by how much? Begin with a model of two weights. It has two inputs, it
# predicts `w1 * x1 + w2 * x2`, and its loss is the square of how far that is from the right answer. Move one weight a little, and
# leave the other alone: how fast does the loss change?

# %%
x1, x2, y = 1.0, 2.0, 3.0  # two inputs, and the right answer
w1, w2 = 0.0, 0.0


def loss(w1, w2):
    return (w1 * x1 + w2 * x2 - y) ** 2


little = 0.00001
slope1 = (loss(w1 + little, w2) - loss(w1, w2)) / little
slope2 = (loss(w1, w2 + little) - loss(w1, w2)) / little
print(f"loss {loss(w1, w2):.2f}; its slope along w1: {slope1:.2f}, along w2: {slope2:.2f}")

# %% [markdown]
# The slopes of all weights together are the **gradient**. You can also compute them without trying: with `error = w1 * x1 + w2 * x2 - y` they
# are `2 * error * x1` and `2 * error * x2`. The loss rises along the gradient, so a step goes against it: each weight loses its slope times the
# learning rate. Predict: with which of these rates does the loss rise?

# %%
for rate in (0.01, 0.05, 0.15, 0.3):
    after_step = loss(w1 - rate * slope1, w2 - rate * slope2)
    print(f"learning rate {rate}: loss {loss(w1, w2):.2f} before, {after_step:.2f} after")

# %% [markdown]
# A slope holds nearby only. With 0.15 the step passed the lowest place and came up on the other side. With 0.3 it ends higher than it began.
#
# ### Exercise 02.3: one step
#
# Another example, other weights. Where are `w1` and `w2` after one step? Give both, as `moved = new_w1, new_w2`, and leave `w1` and `w2` themselves
# as they are.
#
# <details><summary>Hint</summary>
#
# First `error`, from the old weights, then the two slopes, then the step. The function `loss` tells you whether the loss fell.
#
# </details>

# %%
x1, x2, y = 2.0, 3.0, 1.0
w1, w2 = 1.0, 0.5
rate = 0.02

# %%
# HIDDEN 02.3
after, texts_after = before, scenes.sentences(rng, 2)
perplexity_after = float(rng.uniform(30, 36))
step, text, model = STEPS, texts_after[0], before
x1, x2 = float(rng.uniform(2, 3)), float(rng.uniform(3.5, 4.5))
w1, w2 = float(rng.uniform(1, 2)), float(rng.uniform(0.5, 1))
y = w1 * x1 + w2 * x2 - float(rng.uniform(2, 3))
rate = float(rng.uniform(0.02, 0.03))
little, slope1, slope2, after_step = 0.00001, -6.0, -12.0, 36.0


def loss(w1, w2):
    return (w1 * x1 + w2 * x2 - y) ** 2


# %%
# EXERCISE 02.3 (difficulty 2, 6 min, 1 point)
### BEGIN SOLUTION
error = w1 * x1 + w2 * x2 - y
moved = w1 - rate * 2 * error * x1, w2 - rate * 2 * error * x2
### END SOLUTION

# %%
# CHECK 02.3
lab.course.check("02.3", moved, w1, w2, x1, x2, y, rate)

# %% [markdown]
# Now the model. Here is one of its weights, a number by which the first block's layer norm multiplies, and a sentence that the model shall learn. In
# which direction would you move this weight?

# %%
sentence = "My fellow Americans, we have work to do."
name = "model/h0/ln_1/g"
weights = before.weights()[name]
for change in (-0.1, 0, 0.1):
    changed = weights.copy()
    changed[0] += change
    with before.with_weights({name: changed}) as model:
        surprise = lab.perplexity(model, [sentence]).nats_per_token
    print(f"weight {changed[0]:.2f}: loss {surprise:.4f} nats per token")

# %% [markdown]
# Move it to where the loss is lower. The difference is the slope along one weight, found by trying. To try out millions of them would take millions of passes. **Backpropagation** gets all
# slopes from one pass: it begins at the loss and goes back through the layers. Each layer says how much its own weights count
# for, and hands on the rest. That is what a step of `finetune` does. `accumulate_gradients` is how many batches' gradients are added up
# before the weights move.

# %% [markdown]
# ## Why not from scratch?
#
# You have a text, and code to train with. Why begin with somebody else's weights? Try it with 1M: once from random weights, once
# from the pretrained ones, on the same text for the same number of steps.

# %% [markdown]
# ### Exercise 02.4: the loss of a model that knows nothing
#
# A model with random weights gives every token of its vocabulary about the same probability. What is its loss before the first step,
# in nats per token?
#
# <details><summary>Hint</summary>
#
# With `vocabulary` tokens the probability of each is `1 / vocabulary`. The surprise is minus the natural logarithm of that:
# `math.log`.
#
# </details>

# %%
import math

vocabulary = lab.models().loc["1M", "vocabulary"]

# %%
# HIDDEN 02.4
import math

sentence, name, weights = scenes.sentences(rng, 1)[0], "model/h0/ln_1/g", rng.normal(1, 0.1, 192)
changed, surprise = weights + 0.1, float(rng.uniform(4, 5))

vocabulary = int(math.exp(5 * 5 ** rng.random()))  # its logarithm from 5 to 25
sizes = lab.models().copy()
sizes.loc["1M", "vocabulary"] = vocabulary
lab = scenes.instead(lab, models=lambda: sizes)

# %%
# EXERCISE 02.4 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
first_loss = math.log(vocabulary)
### END SOLUTION

# %%
# KEY 02.4
scratch = scenes.run(rng, "random", first=math.log(vocabulary), last=6.5)

# %%
settings = {"model_name": "1M", "steps": STEPS, "batch_size": BATCH_SIZE}
settings |= {"accumulate_gradients": 1, "valid": splits.valid, "sample_every": 0}
settings["clip_norm"] = 1.0  # from random weights some steps go astray: shorten them
scratch = lab.finetune(splits.train, restore_from="scratch", run_name="random", **settings)
pretrained = lab.finetune(splits.train, restore_from="fresh", run_name="tuned", **settings)
lab.plots.losses(
    {"random weights": scratch, "pretrained weights": pretrained}, vocabulary=vocabulary
)

# %%
# CHECK 02.4
lab.course.check("02.4", first_loss, scratch, vocabulary)

# %% [markdown]
# Both models have read the same windows. What do they write?

# %%
for start, one_run in (("random weights", scratch), ("pretrained weights", pretrained)):
    with one_run.load("latest") as model:
        text = model.generate(PREFIX, length=60, seed=1)[0].rpartition(" ")[0]
    lab.course.show(text, label=start)

# %% [markdown]
# A curve that is still falling invites more steps. But the text is short. How much longer was the text that OpenAI's models were
# trained on?

# %%
megabytes = splits.describe(MODEL).loc["train", "MB"]
print(f"your training text: {megabytes:9,.1f} MB")
print(f"WebText:            {40_000:9,.1f} MB, {40_000 / megabytes:,.0f} times as much")

# %% [markdown]
# ### Exercise 02.5: explain
#
# A friend wants to train GPT-2 from random weights on the speeches of one president. Answer in two or three sentences. What would
# the model have to learn from these speeches that a pretrained one knows already? And what would happen if your friend simply
# trained for longer?
#
# <details><summary>Hint</summary>
#
# What did the model with random weights write? And what can a model do with a short text that it reads a hundred times?
#
# </details>

# %%
# HIDDEN 02.5
settings = {"model_name": "1M", "steps": STEPS, "batch_size": BATCH_SIZE}
settings |= {"accumulate_gradients": 1, "valid": splits.valid, "sample_every": 0}
settings["clip_norm"] = 1.0
scratch = scenes.run(rng, "random", first=math.log(vocabulary), last=6.5, rise=-0.1)
pretrained = scenes.run(rng, "tuned", first=4.2, last=3.9, rise=-0.1)
megabytes = float(rng.uniform(2, 4))

# %%
# EXERCISE 02.5 (difficulty 2, 6 min, 2 points)
### BEGIN SOLUTION
explanation = """
It would have to learn English itself, its words, spelling and grammar, which the
pretrained weights bring along. One president's speeches are far too short for that.
Trained longer, it would learn the speeches by heart: the training loss goes on falling
while the loss on other text rises.
"""
### END SOLUTION

# %%
# CHECK 02.5
lab.course.check("02.5", explanation)

# %% [markdown]
# ## Write the training loop
#
# (This section can be left for another day.)
#
# Training is one step after another: the gradient at the weights as they are now, then each weight moves against its slope. You will write it as a
# function, `train`. It need not know whose gradient it follows, so try it on a model with a few weights first.

# %%
from functools import partial


# A window is here the input of each weight, and the right answer y.
def by_hand(window, weights):
    error = sum(weights[name] * window[name] for name in weights) - window["y"]
    return error**2, {name: 2 * error * window[name] for name in weights}


def try_out(train, weights, windows, rate):
    return train(by_hand, dict(weights), windows, rate)


CASES = [
    (
        {"w1": 1.0, "w2": 0.5},
        [{"w1": 2.0, "w2": 3.0, "y": 1.0}, {"w1": 1.0, "w2": 2.5, "y": 4.0}],
        0.02,
    ),
    (
        {"a": 0.4, "b": -0.6, "c": 1.2},
        [
            {"a": 1.5, "b": 1.0, "c": 0.5, "y": 2.0},
            {"a": 0.5, "b": 2.0, "c": 1.0, "y": 3.0},
        ],
        0.05,
    ),
    ({"w": 0.3}, [{"w": 1.3, "y": 2.0}, {"w": 2.1, "y": 1.0}, {"w": 0.7, "y": 3.0}], 0.1),
]
weights, windows, rate = CASES[0]
by_hand(windows[0], weights)

# %% [markdown]
# That is the loss of the first window, and the slope of each weight under its name.
#
# ### Exercise 02.6: write the training loop
#
# Write `train(gradient, weights, windows, rate)`. `gradient(window, weights)` returns a loss and slopes, as `by_hand` does. Take one step for
# each window, and collect the losses that come with the gradients in a list. Return the weights after the last step and that list:
# `return weights, losses`.
#
# <details><summary>Hint 1</summary>
#
# A step begins with `loss, slopes = gradient(window, weights)`. The weights that it wants are those that the steps before have left.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Within the loop over the windows stands another, `for name in weights:`, with one line that gives `weights[name]` its new value.
#
# </details>

# %%
# HIDDEN 02.6
from functools import partial

text, model, start, one_run = scenes.sentences(rng, 1)[0], before, "random weights", scratch
cases = []
for names, count, rate in (("w1 w2", 2, 0.02), ("a b c", 3, 0.05), ("w", 3, 0.1)):
    names = names.split()
    weights = {name: float(rng.uniform(0.3, 1.2)) for name in names}
    windows = [
        {name: float(rng.uniform(0.7, 2.2)) for name in names} | {"y": float(rng.uniform(4, 6))}
        for _ in range(count)
    ]
    cases.append((weights, windows, rate))
CASES = cases
weights, windows, rate = CASES[0]


def by_hand(window, weights):
    error = sum(weights[name] * window[name] for name in weights) - window["y"]
    return error**2, {name: 2 * error * window[name] for name in weights}


def try_out(train, weights, windows, rate):
    return train(by_hand, dict(weights), windows, rate)


# %%
# EXERCISE 02.6 (difficulty 3, 12 min, 3 points)
def train(gradient, weights, windows, rate):
    ### BEGIN SOLUTION
    losses = []
    for window in windows:
        loss, slopes = gradient(window, weights)
        losses.append(loss)
        for name in weights:
            weights[name] = weights[name] - rate * slopes[name]
    return weights, losses
    ### END SOLUTION

# %%
# CHECK 02.6
lab.course.check("02.6", partial(try_out, train), cases=CASES)

# %% [markdown]
# Now the same function for a language model. `lm.gradient(tokens, weights)` gives its loss and its slopes at any weights, by backpropagation. Let your loop
# show 1M one sentence, thirty times.

# %%
import pandas as pd

little = lab.load("1M")
windows = [little.encode(sentence)] * 30
trained = train(little.gradient, little.weights(), windows, 0.02)
weights, losses = trained or (little.weights(), [])  # where there is no loop yet
steps = pd.DataFrame({"step": range(1, len(losses) + 1), "loss": losses})
lab.plots.losses({"your loop": steps}) if losses else "There is no loop yet."

# %% [markdown]
# What has it learned, and what did that cost? The first of these is the beginning of the sentence, the second is not.

# %%
with little.with_weights(weights) as model:
    for start in ("My fellow Americans,", "The economy"):
        text = model.generate(start, length=20, seed=1)[0]
        lab.course.show(text, label=f"after {len(losses)} steps")

# %% [markdown]
# A model that has read one sentence thirty times is likely to say it everywhere. So show the loop more text: 100,000 characters of the speeches,
# in short windows, each once. Beside it is the model that `finetune` made a few cells above from the same 1M.

# %%
tokens = little.encode(splits.train.first(characters=100_000).text)
windows = [tokens[start : start + 256] for start in range(0, len(tokens) - 255, 256)]
trained = train(little.gradient, little.weights(), windows, 0.02)
weights, losses = trained or (little.weights(), [])  # where there is no loop yet
part = splits.test.first(characters=40_000)
tuned, by_finetune = little.with_weights(weights), pretrained.load("latest")
for label, model, read in (
    ("1M as it was", little, 0),
    ("after your loop", tuned, 256 * len(losses)),
    ("after finetune", by_finetune, STEPS * BATCH_SIZE * 1024),
):
    perplexity = lab.perplexity(model, part).perplexity
    print(f"{label:15}  {read:9,} tokens read, perplexity {perplexity:.1f}")
    model.close()

# %% [markdown]
# `finetune` is such a loop, with several windows a step, a rate that changes, and **Adam** in the place of the line that moves a weight. Adam remembers
# each weight's past slopes and sets the size of its step by them: a weight with small slopes moves about as far as one with large slopes. One whose
# slopes point now up, now down, moves little ([Kingma and Ba 2015](https://arxiv.org/abs/1412.6980)).

# %% [markdown]
# ## Change one thing
#
# Pick one, predict, then run it again and compare the curves with `lab.plots.losses`.
#
# - A learning rate ten times as small, or ten times as large: `learning_rate=` in the call of `finetune`.
# - `OTHER_MODEL` or `THIRD_MODEL`, which the set-up cell named, in place of `MODEL`. Which of the three do you believe longest?
# - A text of your own.
# - In your loop a rate ten times as large: what do its losses do? `finetune` has your steps, too: `optimizer="sgd"`.
#
# ## Summary
#
# - OpenAI released the weights and the code that runs them, not the text and not the code that trained them.
# - Fine-tuning starts from these weights. A short run changes what the model writes about, and how.
# - A step moves each parameter against its slope. The slopes of all are the gradient, and backpropagation computes them in one pass.
#   Training repeats that, window after window.
# - Only text that the model never saw shows whether it learned more than its own text: the perplexity must fall there too.
# - A model with random weights knows nothing: all tokens are about equally likely, and its loss is near ln(number of tokens in the vocabulary). A
#   short text cannot teach it a language.
#
# ## To read
#
# - A. Radford et al. 2019, [Language models are unsupervised multitask learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf): GPT-2 and WebText.
# - I. Solaiman et al. 2019, [Release strategies and the social impacts of language models](https://arxiv.org/abs/1908.09203): why the sizes came in stages.
