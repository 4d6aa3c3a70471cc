import math
from types import SimpleNamespace

import pandas as pd

TOKENS = 400_000
SCRATCH = SimpleNamespace(history=pd.DataFrame({"loss": [math.nan, 8.32, 7.0]}))
EXPLAINED = (
    "It must learn the language itself, words and grammar, from a short text, and trained longer it learns"
    " that by heart."
)

CASES = [
    ({"w1": 1.0, "w2": 0.5}, [{"w1": 2.0, "w2": 3.0, "y": 1.0}, {"w1": 1.0, "w2": 2.5, "y": 4.0}], 0.02),
    (
        {"a": 0.4, "b": -0.6, "c": 1.2},
        [{"a": 1.5, "b": 1.0, "c": 0.5, "y": 2.0}, {"a": 0.5, "b": 2.0, "c": 1.0, "y": 3.0}],
        0.05,
    ),
    ({"w": 0.3}, [{"w": 1.3, "y": 2.0}, {"w": 2.1, "y": 1.0}, {"w": 0.7, "y": 3.0}], 0.1),
]


def by_hand(example, weights):
    error = sum(weights[name] * example[name] for name in weights) - example["y"]
    return error**2, {name: 2 * error * example[name] for name in weights}


def looping(train):
    """What the notebook's `try_out` makes of a loop."""
    return lambda weights, windows, rate: train(by_hand, dict(weights), windows, rate)


def train(gradient, weights, windows, rate):
    losses = []
    for window in windows:
        loss, slopes = gradient(window, weights)
        losses.append(loss)
        for name in weights:
            weights[name] = weights[name] - rate * slopes[name]
    return weights, losses


_LOOP = """def train(gradient, weights, windows, rate):
    losses = []
    for window in windows:
        loss, slopes = gradient(window, weights)
        losses.append(loss)
        for name in weights:
            weights[name] = weights[name] - rate * slopes[name]
    return weights, losses"""


def _but(*changes):
    """The source of a loop with some parts replaced: each old one is followed by its new one."""
    source = _LOOP
    for old, new in zip(changes[::2], changes[1::2]):
        assert old in source
        source = source.replace(old, new)
    return source


EXERCISES = {
    "02.1": ((40.0, 24.0), "b", [("a", "40 %"), ("c", "40 %"), ("yes", "one letter")]),
    "02.2": (
        (30, 4, TOKENS),
        120 * 1024 / TOKENS,
        [
            (30 * 1024 / TOKENS, "BATCH_SIZE windows, not one"),
            (120 / TOKENS, "1,024"),
            (30 / TOKENS, "not one token"),
            (TOKENS / (120 * 1024), "round"),
            (120 * 1024, "how many tokens"),
            (0, "rounded down"),
            (30, "number of steps"),
            (120, "number of windows"),
        ],
    ),
    # error 2.5, slopes 10 and 15
    "02.3": (
        (1.0, 0.5, 2.0, 3.0, 1.0, 0.02),
        (0.8, 0.2),
        [
            ((1.2, 0.8), "step up"),
            ((0.8, 0.248), "moved w1 before"),
            ((0.9, 0.35), "brings a 2"),
            ((0.9, 0.4), "depends on its input"),
            ((-9.0, -14.5), "whole slope"),
            ((10.0, 15.0), "That is the gradient"),
            ((-0.2, -0.3), "how far they move"),
            ((0.2, 0.3), "how far they move"),
            ((1.0, 0.5), "before the step"),
            ((0.2, 0.8), "order"),
            ((0.7, 0.7), "Compute error first"),
            (0.8, "Two numbers"),
            ("0.8, 0.2", "Two numbers"),
            ((0.8, math.nan), "finite"),
        ],
    ),
    "02.4": (
        (SCRATCH, 4096),
        math.log(4096),
        [
            (12, "bits"),
            (4096, "perplexity"),
            (1 / 4096, "probability"),
            (-math.log(4096), "sign"),
            (math.log10(4096), "base 10"),
        ],
    ),
    "02.5": (
        (),
        EXPLAINED,
        [
            ("It is bad.", "3 words"),
            ("It would " * 20, "bring along"),
            ("the language is English and so on " * 4, "read many times"),
            (3, "three quotes"),
        ],
    ),
    "02.6": (
        (CASES,),
        looping(train),
        [
            (looping(lambda g, w, x, r: train(g, w, x, -r)), "along the gradient"),
            (looping(lambda g, w, x, r: train(g, w, x, 1)), "whole slopes"),
            (looping(lambda g, w, x, r: train(g, w, x, 0)), "no step has moved"),
            (looping(lambda g, w, x, r: train(g, w, x[:1], r)), "Only the first window"),
            (looping(lambda g, w, x, r: (train(g, w, x, r)[0], [])), "one for each window"),
            (looping(lambda g, w, x, r: (train(g, w, x, r)[0], [1.0] * len(x))), "not the losses"),
            (looping(lambda g, w, x, r: (train(g, w, x, r)[0], sum(train(g, w, x, r)[1]))), "one loss"),
            (looping(lambda g, w, x, r: train(g, w, x, r)[0]), "weights alone"),
            (looping(lambda g, w, x, r: train(g, w, x, r)[::-1]), "order"),
            (looping(lambda g, w, x, r: sum(train(g, w, x, r)[1])), "two things"),
            (looping(lambda g, w, x, r: (3, [1.0])), "dictionary"),
            (looping(lambda g, w, x, r: (dict.fromkeys(w, "a"), [1.0])), "numbers"),
            (looping(lambda g, w, x, r: train(lambda x: g(x, w), w, x, r)), "fails with TypeError"),
            (looping(lambda g, w, x, r: train(g, w, x, r / len(x))), "on paper"),
            (3, "a function is asked for"),
        ],
    ),
}

ALIKE = {"02.5": (EXPLAINED, EXPLAINED + " So there.")}

SOURCES = {
    "02.2": [
        ("epochs = 0.128", "too small"),
        ("epochs = 100 * 1024 / 799_663", "too small"),
        ("epochs = training_tokens / (STEPS * BATCH_SIZE * 1024)", "Turn the fraction round"),
        ("epochs = STEPS * 1024 / training_tokens", "BATCH_SIZE windows, not one"),
        ("epochs = STEPS * BATCH_SIZE / training_tokens", "1,024 tokens, not one"),
        ("epochs = STEPS / training_tokens", "not one token"),
        ("epochs = STEPS * BATCH_SIZE * 1024", "how many tokens were read"),
        ("epochs = training_tokens / 1024", "how many windows"),
        ("epochs = STEPS", "number of steps"),
        ("epochs = STEPS * BATCH_SIZE", "number of windows"),
        ("epochs = STEPS * BATCH_SIZE * 1024 // training_tokens", "rounded down"),
        ("epochs = STEPS * BATCH_SIZE * 1024 / splits.describe(MODEL).loc['total', 'tokens']", "too small"),
        ("epochs = STEPS * BATCH_SIZE * 1024 / splits.train.characters", "too small"),
        ("epochs = STEPS * BATCH_SIZE * 1024 / splits.describe(MODEL)['tokens']", "one number is asked for"),
    ],
    "02.3": [
        ("moved = (0.8, 0.2)", "Compute error first"),
        (
            "error = w1 * x1 + w2 * x2 - y\nmoved = w1 + 2 * rate * error * x1, w2 + 2 * rate * error * x2",
            "step up",
        ),
        (
            (
                "w1 = w1 - 2 * rate * (w1 * x1 + w2 * x2 - y) * x1\n"
                "w2 = w2 - 2 * rate * (w1 * x1 + w2 * x2 - y) * x2\nmoved = w1, w2"
            ),
            "moved w1 before",
        ),
        (
            "error = w1 * x1 + w2 * x2 - y\nmoved = w1 - rate * error * x1, w2 - rate * error * x2",
            "brings a 2",
        ),
        ("error = w1 * x1 + w2 * x2 - y\nmoved = w1 - 2 * rate * error, w2 - 2 * rate * error", "its input"),
        ("error = w1 * x1 + w2 * x2 - y\nmoved = w1 - 2 * error * x1, w2 - 2 * error * x2", "whole slope"),
        ("error = w1 * x1 + w2 * x2 - y\nmoved = 2 * error * x1, 2 * error * x2", "That is the gradient"),
        ("error = w1 * x1 + w2 * x2 - y\nmoved = -2 * rate * error * x1, -2 * rate * error * x2", "how far"),
        ("moved = w1, w2", "before the step"),
        ("moved = w1 - rate * 2 * (w1 * x1 + w2 * x2 - y) * x1", "Two numbers"),
    ],
    "02.4": [
        ("first_loss = 8.317766166719343", "too small"),
        ("first_loss = math.log(4096)", "too small"),
        ("first_loss = math.log2(vocabulary)", "in bits"),
        ("first_loss = math.log10(vocabulary)", "base 10"),
        ("first_loss = -math.log(vocabulary)", "sign"),
        ("first_loss = vocabulary", "perplexity"),
        ("first_loss = 1 / vocabulary", "probability of a token"),
        ("first_loss = math.exp(-1 / vocabulary)", "not the exponential"),
        ("first_loss = math.log(1 / vocabulary)", "sign"),
        ("first_loss = math.log", "function"),
    ],
    "02.5": [
        ('explanation = "It is bad."', "3 words"),
        ("explanation = 'It would ' * 20", "bring along"),
        ("explanation = 'the language is English and so on ' * 4", "read many times"),
        (
            (
                "explanation = 'It has to learn the words and the grammar first, and when it trains for"
                " longer it will not overfit on such a text.'"
            ),
            "Which of your claims",
        ),
        ("explanation = 3", "three quotes"),
    ],
    "02.6": [
        (_but("- rate", "+ rate"), "along the gradient"),
        (_but("rate * slopes", "slopes"), "whole slopes"),
        (_but("weights[name] - rate", "-rate"), "in the place of the weight"),
        (_but("weights[name] = weights[name]", "moved = weights[name]"), "no step has moved"),
        (_but("    return", "        return"), "Only the first window"),
        (
            _but(
                "losses = []",
                "losses, moved = [], {}",
                "weights[name] =",
                "moved[name] =",
                "return weights",
                "return moved",
            ),
            "begins at the first weights",
        ),
        (
            _but("losses = []", "losses, first = [], dict(weights)", "window, weights", "window, first"),
            "belong to the first weights",
        ),
        (_but("* slopes[name]", "* gradient(window, weights)[1][name]"), "again after each weight"),
        (_but("return weights", "return slopes"), "the gradient in the place"),
        (
            _but("            weights[name] =", "            pass\n        weights[name] ="),
            "Only the last weight",
        ),
        (_but("slopes[name]", "slopes[name]\n            break"), "Only the first weight"),
        (_but("return weights, losses", "return losses, weights"), "order"),
        (_but("return weights, losses", "return weights"), "weights alone"),
        (_but("return weights, losses", "return weights, loss"), "one loss"),
        (_but("losses.append(loss)", ""), "one for each window"),
        (
            _but(
                "        losses.append(loss)\n",
                "",
                "    return",
                "        losses.append(gradient(window, weights)[0])\n    return",
            ),
            "after each step",
        ),
        (_but("window, weights", "window"), "fails with TypeError"),
        (_but("loss, slopes = gradient", "slopes = gradient"), "fails with"),
        (_but("    return weights, losses", ""), "returns nothing"),
    ],
}

ALSO_RIGHT = {
    "02.2": [
        "tokens_read = 1024 * BATCH_SIZE * STEPS\nepochs = tokens_read / training_tokens",
        "epochs = run.history['epoch'].iloc[-1]",
        "import numpy as np\nepochs = np.float64(STEPS * BATCH_SIZE) / (training_tokens / 1024)",
        "epochs = STEPS * BATCH_SIZE * 1024 / splits.describe(MODEL)['tokens']['train']",
    ],
    "02.3": [
        (
            "slopes = [2 * (w1 * x1 + w2 * x2 - y) * x for x in (x1, x2)]\n"
            "moved = [w1 - rate * slopes[0], w2 - rate * slopes[1]]"
        ),
        (
            "import numpy as np\nw, x = np.array([w1, w2]), np.array([x1, x2])\n"
            "moved = w - rate * 2 * (w @ x - y) * x"
        ),
        (
            "error = lambda a, b: (a * x1 + b * x2 - y) ** 2\n"
            "moved = (w1 - rate * (error(w1 + 1e-5, w2) - error(w1, w2)) / 1e-5, "
            "w2 - rate * (error(w1, w2 + 1e-5) - error(w1, w2)) / 1e-5)"
        ),
    ],
    "02.4": [
        "first_loss = -math.log(1 / vocabulary)",
        "import numpy as np\nfirst_loss = np.log(vocabulary)",
        "first_loss = math.log(lab.models().loc['1M', 'vocabulary'])",
        "first_loss = round(math.log(vocabulary), 2)",
    ],
    "02.5": [
        (
            "explanation = f'The speeches would have to teach it English. They are short ({megabytes:.1f}"
            " MB), so with more steps than {STEPS} it would memorise them; perplexity fell from"
            " {perplexity_before:.0f} to {perplexity_after:.0f} for the pretrained one.'"
        ),
        (
            "explanation = 'Training from scratch would need far more text, since all knowledge of how"
            " texts are built is missing. If we train longer, '\\\n"
            "    'the loss on these speeches drops, and the loss on others does not drop any more.'"
        ),
    ],
    "02.6": [
        _but("weights[name] = weights[name] - rate", "weights[name] -= rate"),
        _but(
            "for name in weights:\n            weights[name] = weights[name] - rate * slopes[name]",
            "weights = {name: weights[name] - rate * slopes[name] for name in weights}",
        ),
        (
            "def train(gradient, weights, windows, rate):\n"
            "    weights, losses = dict(weights), []\n"
            "    for number in range(len(windows)):\n"
            "        found = gradient(windows[number], weights)\n"
            "        losses += [float(found[0])]\n"
            "        weights.update({name: weights[name] - step * rate for name, step in found[1].items()})\n"
            "    return [weights, tuple(losses)]"
        ),
        (
            "def train(gradient, weights, windows, rate):\n"
            "    import numpy as np\n"
            "    weights = {name: np.array(weight) for name, weight in weights.items()}\n"
            "    losses = np.zeros(len(windows))\n"
            "    for number, window in enumerate(windows):\n"
            "        losses[number], slopes = gradient(window, weights)\n"
            "        for name, weight in weights.items():\n"
            "            weight -= rate * slopes[name]\n"
            "    return weights, losses"
        ),
    ],
}
