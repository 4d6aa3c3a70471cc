import math
from types import SimpleNamespace

import numpy as np
import pandas as pd

TEXTS = pd.Series({"a: a speech": 43.8, "b: shuffled": 479.5, "c: a recipe": 85.9, "d: by the model": 4.7})
NATS = pd.Series([3.2, 4.1, 0.2, 1.5, 0.1, 7.4, 2.6])
LOSS, LOSSES = NATS.mean(), np.exp(NATS)
DOCUMENTS = pd.DataFrame({"tokens": [5000, 900, 11_000], "nats_per_token": [3.6, 4.4, 4.1]})
EACH = np.exp(DOCUMENTS.nats_per_token)
POOLED = (DOCUMENTS.tokens * DOCUMENTS.nats_per_token).sum() / DOCUMENTS.tokens.sum()
WIDE = [SimpleNamespace(intervals={"perplexity": ends}) for ends in ((44.8, 60.0), (36.2, 50.8))]
COMPARED = SimpleNamespace(before=WIDE[0], after=WIDE[1], interval=(0.77, 0.89))
FINDING = (
    "On the test speeches the perplexity fell from 55 to 46, and the interval of the ratio does not hold 1. "
    "The validation split had been used for the choice of the checkpoint."
)

EXERCISES = {
    "06.1": ((TEXTS,), "d", [("a", "foreseen"), ("b", "another place"), ("c", "recipe"), ("e", "one letter")]),
    "06.2": (
        (NATS,),
        math.exp(LOSS),
        [
            (LOSS, "mean loss in nats"),
            (NATS.sum(), "whole sentence"),
            (math.exp(NATS.sum()), "sum of the nats"),
            (LOSSES.mean(), "outweighs"),
            (math.exp(NATS.median()), "median"),
            (math.exp(-LOSS), "sign"),
            (1 / (1 / LOSSES).mean(), "ordinary mean"),
            (2**LOSS, "in bits"),
            (10**LOSS, "not to 10"),
            (5, "too small"),
            ("15.4", "without quotes"),
            (LOSSES, "one number"),
        ],
    ),
    "06.3": (
        (DOCUMENTS,),
        math.exp(POOLED),
        [
            (EACH.mean(), "a short speech counts as much"),
            (math.exp(DOCUMENTS.nats_per_token.mean()), "Each document counts the same"),
            ((EACH * DOCUMENTS.tokens).sum() / DOCUMENTS.tokens.sum(), "weighted perplexities"),
            (POOLED, "in nats a token"),
            (POOLED * DOCUMENTS.tokens.sum(), "Divide them"),
            (EACH.median(), "middle document"),
            (40, "too small"),
        ],
    ),
    "06.4": ((COMPARED,), "b", [("a", "do overlap here"), ("c", "could be chance"), ("B and c", "one letter")]),
    "06.5": (
        (),
        FINDING,
        [
            ("It fell.", "2 words"),
            ("I think that the model is so much better after it has read all of the speeches and it writes well", "name the perplexity"),
            ("The perplexity on the test split fell a lot and so I would say that fine-tuning has worked very well", "how sure"),
            ("The perplexity fell by 16 % on the test speeches with an interval of 12 to 20; that I report", "why it is the test split"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"06.4": ("b", " B "), "06.5": (FINDING, FINDING + " So there.")}
