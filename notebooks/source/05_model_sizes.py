# %% [markdown]
# # 5. Model sizes
#
# **What does a larger model do better, and what does that cost?**
#
# After this notebook you can
#
# - compare sizes fairly: the same text, the same steps, the same windows,
# - take a blind reading test, and say how much ten answers prove,
# - turn a loss in nats per token into bits per byte, and say when that is needed,
# - say what a larger model costs, in seconds and in memory,
# - describe in numbers how complex a text is, and read them beside those of human text,
# - draw the law by which the loss falls with the parameters, and hold it against published ones.
#
# TIME

# %%
# SETUP

# %% [markdown]
# ## Three sizes
#
# OpenAI released GPT-2 in four sizes, from 124M to 1558M, and this course adds three small ones. In either family each size has two or
# three times the parameters of the one before. Is the next size worth its time and memory? Here are those that you will compare.

# %%
parameters = lab.models()["parameters"]
SIZES = sorted([MODEL, OTHER_MODEL, THIRD_MODEL], key=parameters.get)
needed = lab.estimate(SIZES[-1], accumulate_gradients=1)
if not needed.fits:
    print(f"{SIZES.pop()} is left out. {needed.explanation}")
SMALLEST, LARGEST = SIZES[0], SIZES[-1]
times = parameters[LARGEST] / parameters[SMALLEST]
print(f"{LARGEST} has {times:.1f} times the parameters of {SMALLEST}.")
lab.models().loc[SIZES, ["parameters", "layers", "width", "heads", "vocabulary"]]

# %% [markdown]
# All will be fine-tuned on the State of the Union speeches, and then measured on speeches that they have never seen. Predict:
# *after* all are fine-tuned, by how much will the perplexity of the largest be below that of the smallest?

# %%
# EXERCISE 05.1 (difficulty 1, 1 min, 0 points)
# "a": hardly, by less than 10 %    "b": by 10 to 50 %    "c": by more than half
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown]
# ## The experiment
#
# A comparison is fair if only one thing differs. Here it is the size: text, number of steps and seed are the same, so all
# models read the same windows in the same order. (One thing more differs: each size has the learning rate that suits it, see `lab.models()`.)
# Each is fine-tuned in a process of its own, so that its memory can be measured. It takes a minute or two. The numbers have to wait: first
# you will read what the models write.

# %%
small = lab.models().bundled[MODEL]
STEPS = 100 if small else 200

splits = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0)
sizes = lab.experiments.model_sizes(
    SIZES,
    steps=STEPS,
    seeds=[2],
    splits=splits,
    test_characters=30_000,
    eval_every=STEPS,
    length=120,  # tokens of a sample
    folder="sizes",  # run this cell again, and the results are read from here
)

# %% [markdown]
# ## The blind reading test
#
# Before any number is shown, read. You will see ten pairs of texts. One text of each pair is by the smallest model, one by the largest.
# They begin alike, they are equally long, and which is which was drawn at random. Read both and say which is *more intelligible*:
# which one makes more sense? Perhaps neither makes much. If you cannot tell, say so.
#
# You are part of the experiment now, a **blind reading test**. Readers who know which model wrote a text tend to see in it what they expect of that
# model; drugs are tested blind for the same reason. So answer before you open the key, and do not change an answer once you have seen it.

# %%
blind = {SMALLEST: sizes.samples[SMALLEST], LARGEST: sizes.samples[LARGEST]}
panel = lab.widgets.reading_test(blind, pairs=10, seed=0)
panel

# %% [markdown]
# ### Exercise 05.2: your answers
#
# Give a letter for each pair, in order: `A`, `B`, or `-` where you cannot tell. If you used the buttons, `panel.answers` has them. There are no
# right or wrong answers, only honest ones. (Those of the solved notebook were written down before the key was looked at.)

# %%
# HIDDEN 05.2
import math

import pandas as pd

from gpt2lab.course import scenes

parameters = lab.models()["parameters"]
SIZES = sorted([MODEL, OTHER_MODEL, THIRD_MODEL], key=parameters.get)
SMALLEST, LARGEST = SIZES[0], SIZES[-1]
needed = lab.estimate(LARGEST, accumulate_gradients=1)
times = parameters[LARGEST] / parameters[SMALLEST]
small = lab.models().bundled[MODEL]
STEPS, BYTES = int(60 * 10 ** rng.random()), int(15_000 * 8 ** rng.random())
splits = scenes.corpus(rng).split(valid=0.15, test=0.15, seed=0)


def row(name, loss, seconds):
    """What `model_sizes` would say of a model; the tokens are shorter than those of the notebook's text."""
    before, a_byte = loss + 0.15, 10_000 / BYTES / math.log(2)
    made = {"model_name": name, "parameters": parameters[name], "seed": 2, "test_tokens": 10_000, "test_bytes": BYTES}
    made |= {"test_loss_before": before, "test_loss": loss, "test_bits_per_byte_before": before * a_byte}
    made |= {"test_perplexity_before": math.exp(before), "test_perplexity": math.exp(loss)}
    made |= {"test_bits_per_byte": loss * a_byte, "train_loss": loss - 0.2, "valid_loss": loss, "verdict": "fitting"}
    memory = 800 + 80 * parameters[name] / 1e6
    made |= {"seconds": STEPS * seconds, "seconds_a_step": seconds, "memory_MB": memory, "memory_above_MB": memory - 500}
    return made | {"memory_estimated_MB": memory * 1.02}


nats, a_step = float(rng.uniform(4.6, 5.2)), float(rng.uniform(0.21, 0.25))
slower = [1, float(rng.uniform(2.4, 2.8)), float(rng.uniform(7.2, 7.6))]
rows = [row(name, nats + more, a_step * factor) for name, more, factor in zip(SIZES, (0.6, 0.3, 0.0), slower)]
names = ["sentence_words", "word_letters", "distinct_2", "repetition_4", "known_words", "known_3grams"]
described = [
    [19.0, 4.0, 0.74, 0.003, 0.94, 0.44],
    [32.1, 4.5, 0.72, 0.001, 0.97, 0.46],
    [24.6, 4.4, 0.76, 0.001, 0.98, 0.51],
    [17.7, 4.8, 0.88, 0.010, 0.99, 0.43],
]
values = dict(zip([*SIZES, "human"], described))
complexity = pd.DataFrame.from_dict(values, orient="index", columns=names).rename_axis("model_name")
samples = {
    name: ["My fellow Americans, " + " ".join(scenes.sentences(rng, 3)) for _ in range(20)] for name in SIZES
}
sizes = lab.experiments.ModelSizes(pd.DataFrame(rows), samples, complexity)
blind = {SMALLEST: sizes.samples[SMALLEST], LARGEST: sizes.samples[LARGEST]}
# Who read with the buttons may have written panel.answers: that they did read is taken on trust.
panel = scenes.Lazy(lambda: scenes.answered(lab.widgets.reading_test(blind, pairs=10, seed=0), "AB-BABBA-A"))

# %%
# EXERCISE 05.2 (difficulty 1, 10 min, 1 point)
### BEGIN SOLUTION
answers = "BABABAABAB"
### END SOLUTION

# %%
# CHECK 05.2
lab.course.check("05.2", answers, panel)

# %% [markdown]
# What do your answers say? The share of pairs in which you preferred the largest model comes with an **interval**. If you read thousands of
# such pairs, the share would settle at some value. Intervals made in this way contain that value 19 times out of 20. The share also comes
# with *p*: how often would a coin, tossed for each pair, give answers at least as one-sided? Pairs where you could not tell are left out.

# %%
try:
    result = panel.score(answers)
    lab.course.show(result.explanation)
    print(f"\n{result.numbers}\n\n{panel.test.key_in_words()}")
except lab.LabError as reason:
    print("No result yet:", reason)

# %% [markdown]
# Note how wide the interval is. With ten pairs it takes nine that agree to rule chance out. What if your whole class put its answers together?
# (Each of you would have to read other texts: the same ten pairs, read by thirty people, are still ten pairs.)

# %%
for wins, pairs in ((7, 10), (70, 100), (210, 300)):
    pooled = lab.preference(wins, pairs - wins, names=(LARGEST, SMALLEST))
    print(f"{wins:3} of {pairs:3}: {pooled.numbers}")

# %% [markdown]
# ## What the numbers say
#
# Now the table: the loss on unseen speeches before fine-tuning and after, and what each step took.

# %%
table = sizes.table.set_index("model_name")
columns = ["test_loss_before", "test_loss", "test_perplexity_before", "test_perplexity"]
table[columns + ["seconds_a_step", "memory_MB"]].T.round(2)

# %%
lab.plots.model_sizes(sizes.table)

# %% [markdown]
# Compare the hollow square of each size with the filled circle of the one before it: what one knew *before* its first step, and what
# the smaller one knew after its last. If the square is still the lower of the two, fine-tuning has not made up for the size.

# %%
# CHECK 05.1
after = table.test_perplexity
lab.course.check("05.1", prediction, after[SMALLEST], after[LARGEST])

# %% [markdown]
# ### Exercise 05.3: bits per byte
#
# Loss and perplexity count by the *token*. That is fair between two models that cut text into the same tokens. But a model with a smaller
# vocabulary cuts the same text into more tokens. They are shorter and easier to guess, so its loss per token looks better than it is.
# **Bits per byte** do not have this fault: they share out the surprise of the whole text, in bits, over its bytes.
#
# The largest model had a loss of `nats` nats per token, on a text of `tokens` tokens and `text_bytes` bytes. How many bits per byte is that?
#
# <details><summary>Hint 1</summary>
#
# How many nats does the whole text have? And each byte of it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A bit is the surprise at the toss of a coin, `math.log(2)` = 0.69 nats. So there are more bits than nats.
#
# </details>

# %%
import math

nats, tokens, text_bytes = table.loc[LARGEST, ["test_loss", "test_tokens", "test_bytes"]]
print(f"{nats:.2f} nats per token, {tokens:,.0f} tokens, {text_bytes:,.0f} bytes")

# %%
# HIDDEN 05.3
result = pooled = lab.preference(6, 3, names=(LARGEST, SMALLEST))
table = sizes.table.set_index("model_name")
columns = ["test_loss_before", "test_loss", "test_perplexity_before", "test_perplexity"]
after = table.test_perplexity
nats, tokens, text_bytes = table.loc[LARGEST, ["test_loss", "test_tokens", "test_bytes"]]

# %%
# EXERCISE 05.3 (difficulty 2, 5 min, 1 point)
### BEGIN SOLUTION
bits_a_byte = nats * tokens / text_bytes / math.log(2)
### END SOLUTION

# %%
# CHECK 05.3
lab.course.check("05.3", bits_a_byte, nats, tokens, text_bytes)

# %%
table[["test_tokens", "test_loss", "test_bits_per_byte"]].round(3)

# %% [markdown]
# ## What it costs
#
# The *time* of a step grows roughly with the number of parameters: nearly every parameter takes part in a multiplication for each token,
# forwards and backwards. (If something else ran meanwhile, one of the times may be too long.) The *memory* grows with the parameters too,
# but it does not begin at 0: Python and TensorFlow need much in any case. The dashed lines in the figure are what `lab.estimate` says
# beforehand, so that a crash need not tell you. They may be off by a tenth; leave some room. Here is such an estimate. You need not know all its
# names: which line is the largest?

# %%
lab.estimate(LARGEST, accumulate_gradients=1)

# %% [markdown]
# ### Exercise 05.4: the same time
#
# Equal steps are one kind of fairness. Equal *time* is another, and often it is time that you are short of. How many steps could the smallest
# model have taken in the time in which the largest one took its `STEPS`?
#
# <details><summary>Hint</summary>
#
# How long did the largest one take for all its steps? `seconds[LARGEST]` is the time of one.
#
# </details>

# %%
seconds = table.seconds_a_step
seconds.round(2)

# %%
# HIDDEN 05.4
seconds = table.seconds_a_step

# %%
# EXERCISE 05.4 (difficulty 1, 3 min, 1 point)
### BEGIN SOLUTION
equal_time_steps = STEPS * seconds[LARGEST] / seconds[SMALLEST]
### END SOLUTION

# %%
# CHECK 05.4
lab.course.check("05.4", equal_time_steps, STEPS, seconds[SMALLEST], seconds[LARGEST])

# %% [markdown]
# ## How complex are the texts?
#
# Each model wrote 20 texts that begin with *My fellow Americans,*. The rows below describe what comes after that. The last row
# describes pieces of the test speeches, cut to the same lengths.

# %%
sizes.complexity.round(3)

# %% [markdown]
# | column | what it counts | far from human if |
# |---|---|---|
# | `sentence_words` | words in a sentence, on average | the model rambles, or stammers |
# | `word_letters` | letters in a word, on average | it keeps to short words |
# | `distinct_2` | different pairs of words, divided by the number of words | it says the same again and again, across its texts |
# | `repetition_4` | share of a text's runs of four words that came before in it | it runs in circles within a text |
# | `known_words` | share of words that stand in the training speeches | it invents words |
# | `known_3grams` | share of runs of three words that stand there | it puts words in an order that nobody uses |
#
# No figure is good because it is high: **nearer to the human row is better**. People say things that they have not said before. So even
# in the human row not all words are known, and by no means all runs of three words. A model with a *higher* share than people has kept to
# the commonest phrases. Which size is the nearest to people?

# %%
distance = (sizes.complexity.drop("human") - sizes.complexity.loc["human"]).abs()
distance.idxmin().to_frame("nearest to people").T

# %% [markdown]
# Does the largest model win most of the columns? If not, do not be quick to explain it away. A lower loss says that a model expects people's
# text better. It does not say that what the model writes by itself is built like people's text: a model that is sure of common phrases repeats
# them. And none of the columns knows whether a text makes sense. For that, somebody has to read it, as you did.

# %% [markdown]
# ## The law
#
# How does the loss fall as models grow? Two well-known papers give a law, in nats per token:
#
# | law | loss | with |
# |---|---|---|
# | Kaplan et al. 2020 | `(8.8e13 / N) ** 0.076` | `N`: parameters without the embeddings |
# | Hoffmann et al. 2022 | `1.69 + 406.4 / N ** 0.34 + 410.7 / D ** 0.28` | `N`: all parameters; `D`: tokens read in pretraining |
#
# On logarithmic axes a power of `N` is a straight line. Do your sizes make one too?

# %%
lab.plots.parameter_law(sizes.table)

# %% [markdown]
# Each law counts in tokens of its own, so the figure turns all of them into bits per byte. That moves a line up or down and does not tilt it. And
# the texts were others. So compare how *steep* the lines are, not how high.
#
# If the points lie on one line, these models have a law of their own. If it is less steep than the others, that may be for want of text. All
# sizes of a family read the same in pretraining, those of this course 20 million tokens, 20 to 26 times over. Kaplan's line is for models
# that never run out of new text, and the larger a model, the more it makes of that.
#
# Now compare your own two lines. If the one after fine-tuning is the steeper, the larger sizes have gained more.

# %% [markdown]
# ### Exercise 05.5: do they agree?
#
# In two or three sentences: what did the numbers say about the sizes, what did your reading say, and do the two agree? If they do not,
# or if you could not tell, why might that be?
#
# <details><summary>Hint</summary>
#
# Name one number from the tables. A loss is a mean over thousands of tokens. How many answers did you give?
#
# </details>

# %%
# HIDDEN 05.5
distance = (sizes.complexity.drop("human") - sizes.complexity.loc["human"]).abs()

# %%
# EXERCISE 05.5 (difficulty 2, 8 min, 2 points)
### BEGIN SOLUTION
_reading = "agrees" if result.wins > result.losses else "does not agree"
_columns = (distance.idxmin() == LARGEST).sum()
explanation = f"""
The larger a model, the lower its loss on unseen speeches: {table.test_loss[SMALLEST]:.2f} nats per
token with {SMALLEST}, {table.test_loss[LARGEST]:.2f} with {LARGEST}. My reading {_reading}: I preferred
{LARGEST} in {result.wins} pairs of {result.wins + result.losses} (p = {result.p_value:.2g}). But on complexity it is
the nearest to people in {_columns} of {distance.shape[1]} columns: to expect people's text is not
yet to write like people.
"""
### END SOLUTION

# %%
# CHECK 05.5
lab.course.check("05.5", explanation)

# %% [markdown]
# ## Change one thing
#
# Predict, then run it again with one change.
#
# - Neighbours: take the last two of `SIZES` for `blind`, which are less far apart. Can you still tell?
# - People for an opponent: `blind = {LARGEST: sizes.samples[LARGEST], "people": lab.human_samples(splits.test, like=sizes.samples[LARGEST])}`.
#   How many pairs do you need now?
# - `temperature=0.5` in the experiment: the texts get safer. Which columns move away from the human row, and which towards it?
#
# ## Summary
#
# - A comparison is fair if only one thing differs, and is measured on text that no model has seen.
# - The larger a model, the better it is, before the first step and after the last, and the longer each of its steps takes.
# - On logarithmic axes the loss of a family of models falls along a straight line. How steep it is depends on the text too.
# - Between models with different tokens, compare bits per byte.
# - Numbers about texts mean something only beside the same numbers for human text. Nearer is better, not higher.
# - A blind test says what a reader notices, with an interval. Ten answers rule out chance only if nearly all agree.
#
# ## To read
#
# - A. Radford et al. 2019, [Language models are unsupervised multitask learners](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf): Table 3 has the perplexities of all four sizes.
# - J. Kaplan et al. 2020, [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361): how the loss falls as models grow.
# - J. Hoffmann et al. 2022, [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556): how it falls as models and texts grow.
# - E. Clark et al. 2021, [All that's "human" is not gold](https://arxiv.org/abs/2107.00061): readers without training cannot tell GPT-3 from people.
