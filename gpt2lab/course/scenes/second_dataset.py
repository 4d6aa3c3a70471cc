"""What another kind of text might have given, made up for the hidden inputs: the three tables of a dataset
that was fine-tuned on.
"""

import math

import pandas as pd

from gpt2lab.experiments.sweep import HUMAN
from gpt2lab.measures.overlap import MEASURES as SHARES
from gpt2lab.measures.overlap import ORDERS, Overlap, OverlapComparison
from gpt2lab.measures.perplexity import MEASURES, Perplexity, PerplexityComparison

_DOCUMENTS, _TOKENS, _BYTES = 40, 6000, 25_000


def second_dataset(rng):
    """What `lab.compare_perplexity`, `lab.compare_overlap` and `lab.sweep` might have returned for it.

    The figures before and after differ, but by no more than chance; self-BLEU does not fall at each step of
    the temperature. Whether people share more pairs than the model, and whether samples are about as long as
    human text, is drawn by lot.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    (PerplexityComparison, OverlapComparison, pandas.DataFrame)
    """
    people_share_more, as_long = rng.integers(0, 2, 2).astype(bool)
    return _perplexity(rng), _overlap(rng, people_share_more), _by_temperature(rng, as_long)


def _perplexity(rng):
    before = rng.uniform(60, 70)
    ratio = rng.uniform(0.93, 0.97)
    bits = 1 + math.log(ratio) / math.log(before)  # of a byte, after by before
    ends = ((ratio - 0.2, ratio + 0.2), (bits - 0.05, bits + 0.05))
    both = [_one(value, value / before) for value in (before, ratio * before)]
    table = (
        both[1]
        .table[["name", "author", "tokens", "bytes"]]
        .assign(before=before, after=ratio * before, ratio=ratio)
    )
    return PerplexityComparison(
        "The perplexity may have fallen by chance.", ratio, ends[0], bits, ends[1], 25, *both, table
    )


def _one(perplexity, spread):
    values = (perplexity, math.log(perplexity), _TOKENS * math.log2(perplexity) / _BYTES)
    table = pd.DataFrame({"name": [f"post {number}" for number in range(_DOCUMENTS)], "author": None})
    table = table.assign(tokens=_TOKENS // _DOCUMENTS, bytes=_BYTES // _DOCUMENTS)
    table = table.assign(**dict(zip(MEASURES, values, strict=True)))
    intervals = {
        name: (value * (1 - spread / 20), value * (1 + spread / 20))
        for name, value in zip(MEASURES, values, strict=True)
    }
    return Perplexity(*values, _TOKENS, _BYTES, intervals, table)


def _overlap(rng, people_share_more):
    before = rng.uniform(0.2, 0.25)
    after = before + rng.uniform(0.03, 0.05)
    human = after + 0.1 if people_share_more else after - 0.01
    row = {"before": before, "after": after, "difference": after - before}
    row |= {"low": -0.02, "high": 0.1, "more": "", "human": human}
    table = pd.DataFrame(dict.fromkeys(("jaccard", "precision_1", "precision_2"), row)).T
    return OverlapComparison(
        "The difference may be chance.", table.infer_objects(), *map(_shared, (before, after, human))
    )


def _shared(share):
    types = 900
    intervals = dict.fromkeys(SHARES, (share - 0.05, share + 0.05))
    intervals["shared_types"] = tuple(round(types * end) for end in intervals["shared_types"])
    sizes = (60, 1500, types, _TOKENS, types)
    return Overlap(round(types * share), share, share, (share,) * len(ORDERS), intervals, *sizes, "words")


def _by_temperature(rng, as_long):
    words = rng.uniform(20, 30)
    shares = (0.8, 1.1, 1.25) if as_long else (0.5, 1.0, 1.5)
    dist_1 = rng.uniform(0.1, 0.15)
    rows = [
        {"parameter": "temperature", "value": value, "words": share * words, "dist_1": more + dist_1}
        for value, share, more in zip((0.5, 1.0, 1.5), shares, (0.0, 0.1, 0.2))
    ]
    rows.append({"parameter": HUMAN, "words": words, "dist_1": dist_1 + 0.12})
    table = pd.DataFrame(rows).assign(
        self_bleu=[0.3, 0.35, 0.1, 0.2], repetition=0.01, perplexity=[8.0, 40.0, 400.0, 38.0]
    )
    table.attrs["samples"] = {
        row: [f"Sample {number} of row {row}." for number in range(3)] for row in table.index
    }
    return table
