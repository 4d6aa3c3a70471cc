import math
from types import SimpleNamespace

import pandas as pd

TOKENS = 400_000
SCRATCH = SimpleNamespace(history=pd.DataFrame({"loss": [math.nan, 8.32, 7.0]}))
EXPLAINED = (
    "It must learn the language itself, words and grammar, from a short text, and trained longer it learns"
    " that by heart."
)

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
        ("epochs = STEPS * BATCH_SIZE * 1024 / splits.describe(MODEL)['tokens']", "several entries"),
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
            "Look again",
        ),
        ("explanation = 3", "three quotes"),
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
}
