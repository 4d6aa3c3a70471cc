"""What was published on sampling from GPT-2, and which of it a sweep of one's own bears out."""

import math
from typing import TYPE_CHECKING

from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.sweep import HUMAN, USUAL
from gpt2lab.measures.of_samples import distance_to_human

if TYPE_CHECKING:
    import pandas as pd

# Holtzman et al. (2019), "The curious case of neural text degeneration", table 1: GPT-2 (774M), 5,000
# passages of up to 200 tokens, each after the beginning of a human one. Decoding: temperature, top_k, top_p;
# perplexity, self-BLEU-4, Zipf, % of the passages that end in a loop.
_TABLE = {
    "human": ((math.nan, None, math.nan), (12.38, 0.31, 0.93, 0.28)),
    "greedy": ((0.0, 0, 0.0), (1.50, 0.50, 1.00, 73.66)),
    "beam search, b=16": ((math.nan, None, math.nan), (1.48, 0.44, 0.94, 28.94)),
    "stochastic beam search, b=16": ((math.nan, None, math.nan), (19.20, 0.28, 0.91, 0.32)),
    "pure sampling": ((1.0, 0, 0.0), (22.73, 0.28, 0.93, 0.22)),
    "temperature 0.9": ((0.9, 0, 0.0), (10.25, 0.35, 0.96, 0.66)),
    "top_k 40": ((1.0, 40, 0.0), (6.88, 0.39, 0.96, 0.78)),
    "top_k 640": ((1.0, 640, 0.0), (13.82, 0.32, 0.96, 0.28)),
    "top_k 40, temperature 0.7": ((0.7, 40, 0.0), (3.48, 0.44, 1.00, 8.86)),
    "top_p 0.95": ((1.0, 0, 0.95), (13.13, 0.32, 0.95, 0.36)),
}
_MEASURES = ("perplexity", "self_bleu", "zipf", "repetition")
# What the table says, as comparisons that any sweep can make: in words, the measure, which one has more of
# it, which one less.
_MORE = (
    ("greedy decoding repeats more than pure sampling", "repetition", "greedy", "pure sampling"),
    ("a low temperature repeats more than pure sampling", "repetition", "temperature 0.9", "pure sampling"),
    ("a low temperature varies less than pure sampling", "self_bleu", "temperature 0.9", "pure sampling"),
    ("a low temperature leans more on frequent words", "zipf", "temperature 0.9", "pure sampling"),
    ("human text is more surprising than greedy text", "perplexity", "human", "greedy"),
    ("human text is more surprising than text of top_k", "perplexity", "human", "top_k 40"),
    ("text of top_k varies less than human text", "self_bleu", "top_k 40", "human"),
    ("human text varies less than pure sampling", "self_bleu", "human", "pure sampling"),
    ("pure sampling is more surprising than human text", "perplexity", "pure sampling", "human"),
)
# The same of distances from human text: in words, the measure, which one is nearer, which one farther.
_NEARER = (
    ("in variety top_p is more human than top_k", "self_bleu", "top_p 0.95", "top_k 40"),
    ("in variety top_p is more human than pure sampling", "self_bleu", "top_p 0.95", "pure sampling"),
    ("in surprise top_p is more human than top_k", "perplexity", "top_p 0.95", "top_k 40"),
    ("in surprise top_p is more human than pure sampling", "perplexity", "top_p 0.95", "pure sampling"),
)


def published_sampling() -> "pd.DataFrame":
    """The figures that Holtzman et al. published on text that GPT-2 wrote under ten ways of decoding.

    Returns
    -------
    pandas.DataFrame
        A row for each, first that of human text: ``temperature``, ``top_k`` and ``top_p`` (missing where they
        do not describe it), ``perplexity``, ``self_bleu``, ``zipf`` and ``repetition``. The last is the share
        of passages that end in a loop, a phrase said at least three times; `lab.repetition` is the share of
        4-grams that come again. So compare which is larger, not the values.

    References
    ----------
    Holtzman et al. (2019), "The curious case of neural text degeneration", table 1.

    Examples
    --------
    >>> float(published_sampling().loc["greedy", "repetition"])
    0.7366
    """
    import pandas as pd

    rows = [
        {**dict(zip(USUAL, cuts)), **dict(zip(_MEASURES, (*values, round(loops / 100, 4))))}
        for cuts, (*values, loops) in _TABLE.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(_TABLE, name="decoding")).astype({"top_k": "Int64"})


def sampling_orderings(table: "pd.DataFrame") -> "pd.DataFrame":
    """Which of the orderings that Holtzman et al. published hold in a sweep.

    In the place of each published setting stands the one of the sweep that is nearest to it, of the same
    kind: temperature 0.5 for 0.9, say.

    Parameters
    ----------
    table : pandas.DataFrame
        From `lab.sweep` with a ``reference``, or several of them with the same number and length of samples,
        below each other (``pandas.concat``).

    Returns
    -------
    pandas.DataFrame
        A row for each ordering that the settings of the table can decide: ``ordering`` in words, ``measure``,
        ``published`` and ``measured`` (the two numbers in the order of the words), and ``holds``. Nearer in
        perplexity is by the ratio, else by the difference.

    Raises
    ------
    ArgumentError
        If it is another table, or has no row of human text.

    References
    ----------
    Holtzman et al. (2019), as for `published_sampling`.

    Examples
    --------
    >>> table = lab.sweep(lm, temperature=[0, 0.5, 1], reference=splits.test)  # doctest: +SKIP
    >>> lab.experiments.sampling_orderings(table)[["ordering", "holds"]]  # doctest: +SKIP
    """
    import pandas as pd

    if (
        not {"parameter", *USUAL, *_MEASURES} <= set(getattr(table, "columns", ()))
        or not (table["parameter"] == HUMAN).any()
    ):
        raise ArgumentError(
            f"A {type(table).__name__} is no table of a sweep beside human text; give what lab.sweep(lm, …,"
            " reference=…) returns."
        )
    published = dict(published_sampling().iterrows())
    measured = _in_their_places(table, published)
    rows = []
    for nearer, orderings in ((False, _MORE), (True, _NEARER)):
        for words, measure, one, other in orderings:
            if one in measured and other in measured:
                known, found = (
                    [rows_of[name][measure] for name in (one, other, HUMAN)]
                    for rows_of in (published, measured)
                )
                first, second = distance_to_human(found[:2], found[2], measure) if nearer else found[:2]
                holds = bool(first < second) if nearer else bool(first > second)
                rows.append((words, measure, _in_figures(known, nearer), _in_figures(found, nearer), holds))
    return pd.DataFrame(rows, columns=["ordering", "measure", "published", "measured", "holds"])


def _in_their_places(table, published):
    """The row of the sweep that stands in the place of each published setting, where there is one: dict of
    name to row.
    """
    plain = table[(table["parameter"] != HUMAN) & (table["top_k"] == 0) & (table["top_p"] == 0)]
    uncut = table[(table["parameter"] != HUMAN) & (table["temperature"] == 1)]
    cut_by = {
        name: uncut[(uncut[name] > 0) & (uncut[other] == 0)]
        for name, other in (("top_k", "top_p"), ("top_p", "top_k"))
    }
    kinds = {
        HUMAN: (table[table["parameter"] == HUMAN], None),
        "greedy": (plain[plain["temperature"] == 0], None),
        "pure sampling": (plain[plain["temperature"] == 1], None),
        "temperature 0.9": (plain[plain["temperature"].between(0, 1, inclusive="neither")], "temperature"),
        "top_k 40": (cut_by["top_k"], "top_k"),
        "top_p 0.95": (cut_by["top_p"][cut_by["top_p"]["top_p"] < 1], "top_p"),
    }
    return {
        name: (
            rows.iloc[0]
            if by is None
            else rows.iloc[int((rows[by].astype(float) - float(published[name][by])).abs().argmin())]
        )
        for name, (rows, by) in kinds.items()
        if len(rows)
    }


def _in_figures(values, beside_human):
    one, other, human = (f"{value:.3g}" for value in values)
    return f"{one} and {other}" + (f", human {human}" if beside_human else "")
