import math
from types import SimpleNamespace

import pandas as pd

TOKENS = 400_000
SCRATCH = SimpleNamespace(history=pd.DataFrame({"loss": [math.nan, 8.32, 7.0]}))
EXPLAINED = "It must learn the language itself, words and grammar, from a short text, and trained longer it learns that by heart."

EXERCISES = {
    "02.1": ((50.0, 30.0), "b", [("a", "40 %"), ("c", "40 %"), ("yes", "one letter")]),
    "02.2": (
        (120, TOKENS),
        120 * 1024 / TOKENS,
        [
            (120 / TOKENS, "1,024"),
            (TOKENS / (120 * 1024), "round"),
            (120 * 1024, "how many tokens"),
            (0, "rounded down"),
            (120, "number of steps"),
        ],
    ),
    "02.3": ((), "b", [("a", "learning rate"), ("c", "opposite")]),
    "02.4": (
        (SCRATCH, 4096),
        math.log(4096),
        [(12, "bits"), (4096, "perplexity"), (1 / 4096, "probability"), (-math.log(4096), "sign"), (math.log10(4096), "base 10")],
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
