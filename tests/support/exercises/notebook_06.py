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

_SIZES = np.random.default_rng(6).integers(200, 4000, (4, 20))
_LOSSES = 4 - _SIZES / 4000 + np.random.default_rng(7).normal(0, 0.3, _SIZES.shape)
CASES = list(zip((_SIZES * _LOSSES).tolist(), _SIZES.tolist()))


def trying(function):
    """What the notebook's `ends_of` makes of a bootstrap."""

    def ends_of(case, seed=0):
        nats, tokens = CASES[case]
        return function(np.array(nats), np.array(tokens), np.random.default_rng(seed))

    return ends_of


def interval(nats, tokens, rng):
    drawn = rng.integers(len(nats), size=(2000, len(nats)))
    return np.quantile(np.exp(nats[drawn].sum(1) / tokens[drawn].sum(1)), [0.025, 0.975])


_INTERVAL = """import math
def interval(nats, tokens, rng):
    perplexities = []
    for _ in range(2000):
        drawn = rng.integers(len(nats), size=len(nats))
        perplexities.append(math.exp(nats[drawn].sum() / tokens[drawn].sum()))
    return np.quantile(perplexities, [0.025, 0.975])"""


def _but(*changes):
    """The source of a bootstrap with some parts replaced: each old one is followed by its new one."""
    source = _INTERVAL
    for old, new in zip(changes[::2], changes[1::2]):
        assert old in source
        source = source.replace(old, new)
    return source


BITS = pd.DataFrame(
    {
        "pretrained": [1.5, 2.0, 4.0],
        "on speeches": [1.4, 2.1, 3.9],
        "on posts": [1.8, 1.5, 4.2],
        "on code": [1.75, 2.5, 2.6],
    },
    index=["speeches", "posts", "code"],
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
        (CASES,),
        trying(interval),
        [
            (trying(lambda nats, tokens, rng: 3.0), "two numbers"),
            (trying(lambda nats, tokens, rng: ["low", "high"]), "two numbers"),
            (trying(lambda nats, tokens, rng: interval(nats, tokens, rng)[::-1]), "lower end first"),
            (trying(lambda nats, tokens, rng: interval(nats, tokens, np.random.default_rng())), "same seed"),
            (trying(lambda nats, tokens, rng: interval(nats, tokens, np.random.default_rng(1))), "very same"),
            (trying(lambda nats, tokens, rng: interval(nats, tokens, rng) * 1.02), "end elsewhere"),
            (trying(lambda nats, tokens, rng: interval(nats, tokens)), "fails with TypeError"),
            (interval(*map(np.array, CASES[0]), np.random.default_rng(0)), "a function is asked for"),
        ],
    ),
    "06.5": (
        (COMPARED,),
        "b",
        [("a", "do overlap here"), ("c", "could be chance"), ("B and c", "one letter")],
    ),
    "06.6": (
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
                "by how much it fell",
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
    "06.7": (
        (BITS,),
        0.5,
        [
            (-0.5, "sign"),
            (-1.4, "largest fall"),
            (1.4, "largest fall"),
            (4.2, "largest number of the table"),
            (0.2, "largest number of each side"),
            (2.8, "one kind of text with another"),
            (0.25, "a share"),
            (0.9, "too large"),
            (BITS, "one number"),
        ],
    ),
}

ALIKE = {"06.5": ("b", " B "), "06.6": (FINDING, FINDING + " So there.")}

SOURCES = {
    "06.4": [
        (_but("[0.025, 0.975]", "[0.05, 0.95]"), "middle 90 %"),
        (
            _but(
                "np.quantile(perplexities, [0.025, 0.975])",
                "np.mean(perplexities) - np.std(perplexities), np.mean(perplexities) + np.std(perplexities)",
            ),
            "middle 68 %",
        ),
        (
            _but("np.quantile(perplexities, [0.025, 0.975])", "min(perplexities), max(perplexities)"),
            "smallest and the largest",
        ),
        (
            _but(
                "rng.integers(len(nats), size=len(nats))",
                "rng.choice(np.repeat(np.arange(len(nats)), tokens), tokens.sum())",
                "nats[drawn].sum() / tokens[drawn].sum()",
                "(nats / tokens)[drawn].mean()",
                "2000",
                "200",
            ),
            "resampled tokens",
        ),
        (_but(", size=len(nats)", ", size=1"), "a single document each"),
        (
            _but(
                "nats[drawn].sum() / tokens[drawn].sum()",
                "rng.choice(nats, len(nats)).sum() / rng.choice(tokens, len(nats)).sum()",
            ),
            "apart",
        ),
        (
            _but(
                "integers(len(nats), size=len(nats))", "choice(len(nats), len(nats), p=tokens / tokens.sum())"
            ),
            "long documents more often",
        ),
        (
            _but("math.exp(nats[drawn].sum() / tokens[drawn].sum())", "np.exp(nats / tokens)[drawn].mean()"),
            "mean of the documents' perplexities",
        ),
        (
            _but("nats[drawn].sum() / tokens[drawn].sum()", "(nats / tokens)[drawn].mean()"),
            "each document counts the same",
        ),
        (
            _but(
                "math.exp(nats[drawn].sum() / tokens[drawn].sum())", "nats[drawn].sum() / tokens[drawn].sum()"
            ),
            "loss",
        ),
        (_but("integers(len(nats), size=len(nats))", "permutation(len(nats))"), "with replacement"),
        (
            _but("rng.integers(len(nats), size=len(nats))", "np.random.randint(len(nats), size=len(nats))"),
            "The same seed",
        ),
        (
            _but("    perplexities = []", "    perplexities, rng = [], np.random.default_rng(0)"),
            "the very same ends",
        ),
        (
            _but("np.quantile(perplexities, [0.025, 0.975])", "np.quantile(perplexities, 0.025)"),
            "two numbers",
        ),
        (_but("return np", "ends = np"), "returns nothing"),
        (_but("(len(nats), size", "(nats, size"), "fails with"),
        ("interval = before_test.intervals['perplexity']", "fails with"),
    ],
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
    "06.5": [
        ("decides = 'a'", "that part cancels"),
        ("decides = 'c'", "could be chance"),
        ("decides = True", "one letter"),
    ],
    "06.6": [
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
            "by how much it fell",
        ),
        (
            (
                "finding = f'The perplexity is {on_test.ratio:.0%} of what it was, with an interval around"
                " it: that is what I report of the test'"
            ),
            "why it is the test split",
        ),
    ],
    "06.7": [
        ("largest_rise = bits.sub(bits['pretrained'], axis=0).min().min()", "largest fall"),
        ("largest_rise = -bits.sub(bits['pretrained'], axis=0).max().max()", "sign"),
        ("largest_rise = bits.max().max()", "largest number of the table"),
        ("largest_rise = bits.max().max() - bits.pretrained.max()", "largest number of each side"),
        ("largest_rise = bits.max().max() - bits.min().min()", "one kind of text with another"),
        ("largest_rise = bits.div(bits['pretrained'], axis=0).max().max() - 1", "a share"),
        ("largest_rise = 0.62", "is too"),
    ],
}
ALSO_RIGHT = {
    "06.4": [
        (
            "def interval(nats, tokens, rng):\n"
            "    drawn = rng.integers(0, len(nats), (2000, len(nats)))\n"
            "    found = np.exp(nats[drawn].sum(axis=1) / tokens[drawn].sum(axis=1))\n"
            "    return np.percentile(found, 2.5), np.percentile(found, 97.5)"
        ),
        (
            "import math\n"
            "def interval(nats, tokens, rng):\n"
            "    found = []\n"
            "    for _ in range(2000):\n"
            "        documents = rng.choice(list(zip(nats, tokens)), len(nats))\n"
            "        found.append(math.exp(sum(documents[:, 0]) / sum(documents[:, 1])))\n"
            "    found.sort()\n"
            "    return [found[50], found[-51]]"
        ),
        (
            "import math\n"
            "def interval(nats, tokens, rng):\n"
            "    found = pd.Series(dtype=float)\n"
            "    counts = rng.multinomial(len(nats), [1 / len(nats)] * len(nats), 1000)\n"
            "    losses = pd.Series(counts @ nats / (counts @ tokens))\n"
            "    return math.e ** losses.quantile([0.025, 0.975])"
        ),
    ],
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
    "06.5": ["decides = 'B'", "decides = '(b)'"],
    "06.6": [
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
    "06.7": [
        "largest_rise = float((bits.T - bits.pretrained).max(axis=None))",
        (
            "largest_rise = 0\n"
            "for name in bits.columns:\n"
            "    for kind in bits.index:\n"
            "        largest_rise = max(largest_rise, bits.loc[kind, name] - bits.loc[kind, 'pretrained'])"
        ),
        "largest_rise = (bits.to_numpy() - bits[['pretrained']].to_numpy()).max()",
    ],
}
