from types import SimpleNamespace

import numpy as np
import pandas as pd

NAMES = ["Ann", "Bob", "Cid", "Dan", "Eve"]
PERPLEXITY = pd.DataFrame(50.0 + 2 * (1 - np.eye(5)) + np.arange(5) / 10, index=NAMES, columns=NAMES)
OWN, OTHERS = PERPLEXITY.loc["Eve", "Eve"], PERPLEXITY.loc["Eve"].drop("Eve")
TYPICAL = float(np.exp(np.log(OTHERS).mean()))
GAIN = 1 - OWN / TYPICAL


def matrix(first):
    """A matrix in which the own prefix is the best for so many authors."""
    table = pd.DataFrame({"rank": [1] * first + [2] * (5 - first), "gain": [0.0] * 4 + [GAIN]}, index=NAMES)
    return SimpleNamespace(perplexity=PERPLEXITY, table=table, gain=0.02)


MODEL = SimpleNamespace(encode=list, decode="".join)
EXPLAINED = (
    "The own prefix lowers the perplexity by 2 %, and the classifier finds the right author of 45 of 100 texts, which chance would not. "
    "But these authors lived in different centuries."
)

EXERCISES = {
    "09.1": ((matrix(4),), "c", [("a", "4 of 5"), ("b", "4 of 5"), ("d", "one letter")]),
    "09.2": ((), "b", [("a", "between sentences"), ("c", "before and after"), (2, "letter")]),
    "09.3": (
        (MODEL,),
        "\\Theodore Roosevelt-",
        [
            ("\\Theodore Roosevelt- ", "belongs to the word"),
            ("\\Theodore Roosevelt-  ", "belongs to the word"),
            ("Theodore Roosevelt-", "backslash"),
            ("\\theodore roosevelt-", "written as"),
            ("\\\\Theodore Roosevelt-", "two backslashes"),
            ("\\Roosevelt-", "The name is"),
            ("\\Theodore Roosevelt- The", "Only the prefix"),
            ("\\Theodore Roosevelt:", "character by character"),
            (5, "quotes"),
        ],
    ),
    "09.4": (
        (matrix(4), "Eve"),
        GAIN,
        [
            (100 * GAIN, "per cent"),
            (OWN / TYPICAL, "what is left"),
            (TYPICAL / OWN, "round"),
            (TYPICAL - OWN, "difference of perplexities"),
            (TYPICAL, "geometric mean of the others"),
            (1 - OWN / PERPLEXITY.loc["Eve"].mean(), "Leave the own prefix out"),
            (-GAIN, "sign"),
            (0.5, "too large"),
        ],
    ),
    "09.5": (
        (),
        EXPLAINED,
        [
            ("It does.", "2 words"),
            ("The classifier finds the right author of 45 of 100 texts, and they are of another century, so I think it works", "first measurement"),
            ("The perplexity is lower by 2 % after the own prefix, in five centuries, and so I think that it works a little", "second measurement"),
            ("The perplexity is lower and the classifier is better than by chance, though the centuries differ, so I think it works", "figure"),
            ("The perplexity is 2 % lower and the classifier finds 45 of 100, so I think that the prefix makes a voice", "differ"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"09.5": (EXPLAINED, EXPLAINED + " So there.")}
