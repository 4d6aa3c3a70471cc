import math
from types import SimpleNamespace

import numpy as np
import pandas as pd

TEXTS = pd.Series({"a: a speech": 30.0, "b: shuffled": 1388, "c: a recipe": 57.0, "d: by the model": 3.2})
NATS = pd.Series([3.2, 4.1, 0.2, 1.5, 0.1, 7.4, 2.6])
LOSS, LOSSES = NATS.mean(), np.exp(NATS)
DOCUMENTS = pd.DataFrame({"tokens": [5000, 900, 11_000], "nats_per_token": [3.6, 4.4, 4.1]})
EACH = np.exp(DOCUMENTS.nats_per_token)
POOLED = (DOCUMENTS.tokens * DOCUMENTS.nats_per_token).sum() / DOCUMENTS.tokens.sum()
WIDE = [SimpleNamespace(intervals={"perplexity": ends}) for ends in ((44.8, 60.0), (36.2, 50.8))]
COMPARED = SimpleNamespace(before=WIDE[0], after=WIDE[1], interval=(0.77, 0.89))
FINDING = (
    "On the test speeches the perplexity fell from 43 to 36, and the interval of the ratio does not hold 1. "
    "The validation split had been used for the choice of the checkpoint."
)

EXERCISES = {
    "06.1": (
        (TEXTS,),
        "d",
        [("a", "foreseen"), ("b", "another place"), ("c", "recipe"), ("e", "one letter")],
    ),
    "06.2": (
        (NATS,),
        math.exp(LOSS),
        [
            (LOSS, "mean loss in nats"),
            (NATS.sum(), "whole sentence"),
            (math.exp(NATS.sum()), "sum of the nats"),
            (LOSSES.mean(), "few rare tokens"),
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
            (POOLED, "in nats per token"),
            (POOLED * DOCUMENTS.tokens.sum(), "Divide them"),
            (EACH.median(), "middle document"),
            (40, "too small"),
        ],
    ),
    "06.4": (
        (COMPARED,),
        "b",
        [("a", "do overlap here"), ("c", "could be chance"), ("B and c", "one letter")],
    ),
    "06.5": (
        (),
        FINDING,
        [
            ("It fell.", "2 words"),
            (
                (
                    "I think that the model is so much better after it has read all of the speeches and it"
                    " writes well"
                ),
                "name the perplexity",
            ),
            (
                (
                    "The perplexity on the test split fell a lot and so I would say that fine-tuning has"
                    " worked very well"
                ),
                "how sure",
            ),
            (
                (
                    "The perplexity fell by 16 % on the test speeches with an interval of 12 to 20; that I"
                    " report"
                ),
                "why it is the test split",
            ),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"06.4": ("b", " B "), "06.5": (FINDING, FINDING + " So there.")}

SOURCES = {
    "06.2": [
        ("sentence_perplexity = scores.nats.mean()", "mean loss in nats"),
        ("sentence_perplexity = scores['nats'].sum()", "whole sentence"),
        ("import math\nsentence_perplexity = math.exp(scores.nats.sum())", "sum of the nats"),
        ("sentence_perplexity = choices = (1 / scores.probability).mean()", "few rare tokens"),
        ("sentence_perplexity = 2 ** scores.nats.mean()", "in bits"),
        ("import math\nsentence_perplexity = math.exp(-scores.nats.mean())", "sign"),
        ("sentence_perplexity = 89.3", "is too"),  # what came out in the notebook
    ],
    "06.3": [
        ("pooled = documents.perplexity.mean()", "a short speech counts as much"),
        ("import math\npooled = math.exp(documents.nats_per_token.mean())", "Each document counts the same"),
        (
            "pooled = (documents.perplexity * documents.tokens).sum() / documents.tokens.sum()",
            "weighted perplexities",
        ),
        (
            "pooled = (documents.nats_per_token * documents.tokens).sum() / documents.tokens.sum()",
            "in nats per token",
        ),
        ("pooled = documents.perplexity.median()", "middle document"),
        ("pooled = 43.08", "is too"),
    ],
    "06.4": [
        ("decides = 'a'", "that part cancels"),
        ("decides = 'c'", "could be chance"),
        ("decides = True", "one letter"),
    ],
    "06.5": [
        ("finding = 'It fell.'", "2 words"),
        (
            (
                "finding = 'I think that it is so much better after it has read all of the speeches, and that"
                " it writes well.'"
            ),
            "name the perplexity",
        ),
        (
            (
                "finding = 'The perplexity on the test split fell a lot and so I would say that fine-tuning"
                " has worked very well'"
            ),
            "how sure",
        ),
        (
            (
                "finding = f'The perplexity is {on_test.ratio:.0%} of what it was, with an interval around"
                " it: that is what I report of the test'"
            ),
            "why it is the test split",
        ),
    ],
}
ALSO_RIGHT = {
    "06.2": [
        "sentence_perplexity = np.exp(scores.nats).prod() ** (1 / len(scores))",
        "sentence_perplexity = np.exp(np.mean(scores['nats']))",
        "sentence_perplexity = choices = (1 / scores.probability).prod() ** (1 / len(scores))",
        "sentence_perplexity = lab.perplexity(base, sentence).perplexity",
        "sentence_perplexity = float(2 ** (base.score(sentence).nats / np.log(2)).mean())",
    ],
    "06.3": [
        "pooled = before_test.perplexity",
        "pooled = np.exp(np.average(documents['nats_per_token'], weights=documents['tokens']))",
        (
            "total = 0\n"
            "for _, row in documents.iterrows():\n"
            "    total += row.tokens * row.nats_per_token\n"
            "pooled = math.e ** (total / documents.tokens.sum())"
        ),
        "pooled = lab.perplexity(base, splits.test).perplexity",
    ],
    "06.4": ["decides = 'B'", "decides = '(b)'"],
    "06.5": [
        (
            "finding = f'The perplexity on the test speeches fell to {on_test.ratio:.0%} (interval"
            " {on_test.interval[0]:.2f} to {on_test.interval[1]:.2f}). '\\\n"
            "    f'It fell in {on_test.fell} of them. The validation split had been used to choose"
            " {tuned.name}.'"
        ),
        (
            'finding = f\'\'\'Perplexity went from {yours.loc["before", "speeches, test"]:.1f} to'
            ' {yours.loc["after", "speeches, test"]:.1f}; the interval\n'
            "of the ratio does not hold 1. We chose the checkpoint on the other split, so its number is a"
            " little too good.'''"
        ),
    ],
}
UNBOUND = {
    **dict.fromkeys(
        ("name", "text", "stride", "size", "cut", "found", "lm", "document", "comparison", "probabilities"),
        "of a loop",
    ),
    **dict.fromkeys(("reach", "away", "low", "high", "time", "start", "seconds"), "only printed"),
}
