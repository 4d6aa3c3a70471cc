"""What samples have in common with a text that the model has not seen, and which of two sets has more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import join_words
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.human import cut_pieces
from gpt2lab.measures.intervals import difference_interval, quantiles, resample_influences, share_interval
from gpt2lab.measures.ngrams import NGrams
from gpt2lab.measures.preference import two_names
from gpt2lab.measures.words import Samples, Tokenized, tokenize_samples, tokenize_texts

if TYPE_CHECKING:
    import pandas as pd

ORDERS = (1, 2, 3, 4)
MEASURES = ("shared_types", "share_of_types", "jaccard", *(f"precision_{n}" for n in ORDERS))

_NAMES = {
    "share_of_types": "share of types",
    "jaccard": "Jaccard similarity",
    **{f"precision_{n}": f"{n}-gram precision" for n in ORDERS},
}


@dataclass(frozen=True, repr=False)
class Overlap:
    """What samples have in common with a reference. Types are different words, or different tokens.

    Attributes
    ----------
    shared_types : int
        Types of the samples that stand in the reference.
    share_of_types : float
        The same as a share of the samples' types.
    jaccard : float
        The same as a share of the types that stand in either.
    precision : tuple of float
        For n = 1 to 4: the share of the samples' n-grams that stand in the reference, none counted more often
        than it stands there. NaN where no sample is as long as n.
    intervals : dict of str to (float, float)
        For each measure (`table` lists them) the 95 % interval over samples; NaN where fewer than two samples
        are long enough.
    samples, tokens, types, reference_tokens, reference_types : int
        Sizes of what was compared.
    unit : str
        What the tokens are: "words" or "tokens".
    """

    shared_types: int
    share_of_types: float
    jaccard: float
    precision: tuple[float, ...]
    intervals: dict[str, tuple[float, float]] = field(compare=False)
    samples: int
    tokens: int
    types: int
    reference_tokens: int
    reference_types: int
    unit: str

    @property
    def table(self) -> "pd.DataFrame":
        """DataFrame: a row per measure with its value and the limits of its interval."""
        import pandas as pd

        values = (self.shared_types, self.share_of_types, self.jaccard, *self.precision)
        rows = [(value, *self.intervals[name]) for name, value in zip(MEASURES, values)]
        return pd.DataFrame(
            rows, index=pd.Index(MEASURES, name="measure"), columns=["value", "low", "high"], dtype=float
        )

    def __repr__(self):
        low, high = self.intervals["jaccard"]
        precision = ", ".join(f"{value:.3f}" for value in self.precision)
        return (
            f"Overlap({self.samples:,} samples of {self.tokens:,} {self.unit}: {self.shared_types:,} of"
            f" {self.types:,} types shared, jaccard {self.jaccard:.3f} [{low:.3f},"
            f" {high:.3f}], precision {precision})"
        )


def overlap(samples: Samples, reference: "Samples | str", seed: int = 0, resamples: int = 1000) -> Overlap:
    """What samples have in common with a reference, for example with the test split.

    Shared types, their share of the samples' types, Jaccard similarity of the two sets of types, and clipped
    n-gram precision.

    Parameters
    ----------
    samples : list of str, list of list, or Corpus
        Strings are split by `words`; lists of tokens (ids or strings) are taken as they are. Empty samples
        count nothing.
    reference : Corpus, str, list of str, or list of list of tokens
        The text to compare with; tokens if the samples are tokens. To count by the model's tokens:
        ``lab.overlap([lm.encode(sample) for sample in samples], [lm.encode(document.text) for document in
        splits.test])``.
    seed : int, default 0
        Of the bootstrap, from which the intervals of types and Jaccard are.
    resamples : int, default 1000
        How many times it draws samples with replacement.

    Returns
    -------
    Overlap

    Raises
    ------
    ArgumentError
        If there are no samples, one side is text and the other tokens, or either is neither.
    TextError
        If the samples or the reference have no words.

    Notes
    -----
    - Clipped precision is that of corpus BLEU, each sample with the whole reference as its one reference: in
      each sample an n-gram counts at most as often as it stands in the reference. With a long reference this
      hardly ever binds, so that it does not punish a sample that repeats itself: see `repetition`. No n-gram
      runs over the end of a sample or a document.
    - Types and Jaccard depend on how much text there is on either side, since more text has more types.
      Compare two sets of samples with `compare_overlap`, which cuts them to equal size.
    - The intervals cover the choice of samples; the reference is taken as given. A plain bootstrap fails for
      types: a resample holds some samples twice and about 37 % not at all, so that it has fewer types than
      the whole. So the influence of each sample, from leaving it out, is resampled instead. That fails for
      precision where few n-grams match: without a match it has no width. So precision has Wilson's interval,
      with as many trials as the spread between samples makes of the n-grams.
    - How often these 95 % intervals hold the true value was tried on pieces of the speeches and texts of 3M
      (``python -m benchmarks.intervals``): for precision in about 95 of 100 cases, with 20 samples of 60
      tokens as with 100, and with a reference so short that hardly a 4-gram matches; for types and Jaccard in
      about 96 with 100 samples, and in 92 with 20.

    References
    ----------
    Jaccard (1912), "The distribution of the flora in the alpine zone"; clipped precision: Papineni et al.
    (2002), "BLEU: a method for automatic evaluation of machine translation"; Efron (1979), "Bootstrap
    methods: another look at the jackknife"; Wilson (1927), "Probable inference, the law of succession, and
    statistical inference".

    Examples
    --------
    >>> found = overlap(["the cat sat", "the cat ran"], "the cat and the dog")
    >>> found.shared_types, found.share_of_types, found.jaccard
    (2, 0.5, 0.3333333333333333)
    >>> found.precision[1]  # "the cat" twice, of four pairs
    0.5
    """
    seed = whole_number("seed", seed, 0)
    resamples = whole_number("resamples", resamples, 2)
    samples, reference = _tokenize_both(samples, reference)
    return _measure(samples, reference, seed, resamples)[0]


def _tokenize_both(samples, reference, name="samples"):
    """Samples and reference as lists of tokens, refused unless both are text or both are tokens and neither
    is empty.
    """
    samples = tokenize_samples(samples, name)
    reference = tokenize_texts(reference)
    if samples.unit != reference.unit:
        raise ArgumentError(
            f"{name} has {samples.unit} and reference has {reference.unit}; give both as strings or both as"
            " lists of tokens."
        )
    for what, tokenized in ((name, samples), ("reference", reference)):
        if not any(tokenized.texts):
            raise TextError(f"{what} has no {tokenized.unit}; give text that is not empty.")
    return samples, reference


def _measure(samples, reference, seed, resamples):
    """An Overlap, and the measures of types of every resample as an array (resamples, measures)."""
    ngrams = NGrams(samples.texts + reference.texts)
    number = len(samples.texts)
    types, shared, reference_types = _types(ngrams, number)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Row 0: all samples. Row i + 1: all but sample i.
        values = np.column_stack([shared, shared / types, shared / (types + reference_types - shared)])
        drawn = resample_influences(values[0], values[1:], seed, resamples)
    limits = [*np.clip(quantiles(drawn), 0, [reference_types, 1, 1]).T.tolist()]
    precision = []
    for n in ORDERS:
        matches, sizes = _matches(ngrams, number, n)
        precision.append(float(matches.sum() / sizes.sum()) if sizes.any() else np.nan)
        limits.append(share_interval(matches, sizes))
    found = Overlap(
        int(shared[0]),
        float(values[0, 1]),
        float(values[0, 2]),
        tuple(precision),
        {name: tuple(limit) for name, limit in zip(MEASURES, limits)},
        number,
        sum(samples.lengths),
        int(types[0]),
        sum(reference.lengths),
        reference_types,
        samples.unit,
    )
    return found, drawn


def _types(ngrams, number):
    """Types of all samples and of all but each one, those of them that the reference has, and how many types
    that has.
    """
    kinds, text, _ = ngrams.counts(1)
    sample = text < number
    in_samples, in_reference = (
        np.bincount(kinds[where], minlength=kinds.max() + 1) for where in (sample, ~sample)
    )
    kinds = kinds[sample]
    text = text[sample]
    only_here = in_samples[kinds] == 1
    found = []
    for where, total in (
        (only_here, in_samples > 0),
        (only_here & (in_reference[kinds] > 0), (in_samples > 0) & (in_reference > 0)),
    ):
        found.append(total.sum() - np.append(0, np.bincount(text[where], minlength=number)))
    return *found, int((in_reference > 0).sum())


def _matches(ngrams, number, n):
    """Clipped matches and n-grams of each sample."""
    grams, text, count = ngrams.counts(n)
    sample = text < number
    in_reference = np.bincount(grams[~sample], count[~sample], minlength=grams.max(initial=-1) + 1)
    clipped = np.minimum(count[sample], in_reference[grams[sample]])
    return np.bincount(text[sample], clipped, minlength=number), np.maximum(
        ngrams.lengths[:number] - n + 1, 0
    )


@dataclass(frozen=True, repr=False)
class OverlapComparison:
    """Which of two sets of samples has more in common with a reference.

    Attributes
    ----------
    answer : str
        The result in words.
    table : pandas.DataFrame
        A row per measure: ``before``, ``after``, ``difference`` (after less before) with its 95 % interval
        ``low`` to ``high``, ``more`` ("before", "after", or "" where the interval holds 0 and chance may be
        the reason), and ``human``.
    before, after, human : Overlap
        Each set by itself, cut to equal size; human is None if it was not given.
    names : tuple of str
        What the first two are called in the answer and in figures.
    """

    answer: str
    table: "pd.DataFrame" = field(compare=False)
    before: Overlap
    after: Overlap
    human: Overlap | None
    names: tuple[str, str] = ("before", "after")

    def __repr__(self):
        return self.answer


def compare_overlap(
    before: Samples,
    after: Samples,
    reference: "Samples | str",
    human: "Samples | str | None" = None,
    seed: int = 0,
    resamples: int = 1000,
    names: Sequence[str] = ("before", "after"),
) -> OverlapComparison:
    """Which of two sets of samples has more in common with a reference, by how much, and whether it is more
    than chance.

    Both sets, and the human text, are cut to the number of words of the smallest: samples are kept from the
    first one on until that number is reached, the last one cut short. Differences have intervals from both
    sets, taken as independent.

    Parameters
    ----------
    before, after : list of str or list of list
        Samples, for example from the pretrained and from the fine-tuned model. Take as many of each, of equal
        length.
    reference : Corpus, str, list of str, or list of list of tokens
        The text to compare with, usually the test split.
    human : Corpus, str, list of str, or list of list of tokens, optional
        Human text that is not the reference, usually the training split: pieces of it (`human_samples`) show
        how much two human texts of this kind have in common. A model that has more, repeats commonplaces.
    seed, resamples : int
        As for `overlap`.
    names : tuple of str, default ("before", "after")
        What the two are called in the answer and in figures, for example ("pretrained", "fine-tuned").

    Returns
    -------
    OverlapComparison
        Printed, it answers in words.

    Notes
    -----
    The measures need not agree, and the answer says so when they do not. Jaccard rewards variety: samples
    drawn at a high temperature meet more of the reference's types by chance. Precision rewards ordinary
    words: samples that use nothing else score high.

    Raises
    ------
    ArgumentError, TextError
        As `overlap`; also if before or after has a single sample, or is cut to one, which has no interval, or
        names are not two different strings.
    """
    seed = whole_number("seed", seed, 0)
    resamples = whole_number("resamples", resamples, 2)
    names = two_names(names)
    sets = {}
    for name, samples in (("before", before), ("after", after)):
        sets[name], compared = _tokenize_both(samples, reference, name)
        if len(sets[name].texts) < 2:
            raise ArgumentError(
                f"{name} has only one sample; give at least two, so that chance can be told from difference."
            )
    if human is not None:
        sets["human"] = tokenize_samples(cut_pieces(human, sets["after"], seed, "human"), "human")
    size = min(sum(samples.lengths) for samples in sets.values())
    sets = {name: Tokenized(_cut(samples.texts, size), samples.unit) for name, samples in sets.items()}
    for name in ("before", "after"):
        if len(sets[name].texts) < 2:
            raise ArgumentError(
                f"{name} has only one sample within the {size:,} {compared.unit} of the smallest set, to"
                " which all are cut; give samples of about equal length."
            )
    found = {
        name: _measure(samples, compared, seed + i, resamples)
        for i, (name, samples) in enumerate(sets.items())
    }
    table = _differences(found)
    overlaps = {name: value for name, (value, _) in found.items()}
    return OverlapComparison(
        _answer(table, overlaps, names),
        table,
        overlaps["before"],
        overlaps["after"],
        overlaps.get("human"),
        names,
    )


def _cut(texts, size):
    kept = []
    for text in texts:
        kept.append(text[:size])
        size -= len(kept[-1])
        if not size:
            break
    return kept


def _differences(found):
    import pandas as pd

    overlaps, drawn = zip(found["before"], found["after"])
    table = pd.DataFrame({name: value.table["value"] for name, (value, _) in found.items()})
    table["difference"] = table["after"] - table["before"]
    types = quantiles(drawn[1] - drawn[0]).T
    shares = [difference_interval(*(each.table.loc[f"precision_{n}"] for each in overlaps)) for n in ORDERS]
    table[["low", "high"]] = np.concatenate([types, shares])
    table["more"] = np.select([table["low"] > 0, table["high"] < 0], ["after", "before"], "")
    return table[
        [
            "before",
            "after",
            "difference",
            "low",
            "high",
            "more",
            *(name for name in ("human",) if name in table),
        ]
    ]


def _answer(table, overlaps, names):
    shares = table.drop("shared_types")
    sides = {
        side: [_NAMES[measure] for measure in shares.index[shares["more"] == side]]
        for side in ("after", "before")
    }
    called = {
        side: f"the samples {name}" if name == side else f"the {name} samples"
        for side, name in zip(("before", "after"), names)
    }
    told = [side for side, measures in sides.items() if measures]
    if not told:
        sentences = ["Which samples have more in common with the reference cannot be told from chance."]
    elif len(told) == 1:
        sentences = [
            f"{_capital(called[told[0]])} have more in common with the reference, and by more than chance "
            f"(in {len(sides[told[0]])} of {len(shares)} measures; none says the opposite)."
        ]
    else:  # Jaccard and the types shared depend on variety, precision on how ordinary the words are
        sentences = [
            f"The measures disagree, each by more than chance: by {join_words(sides['after'])}"
            f" {called['after']} have more in common with the reference, by {join_words(sides['before'])}"
            f" {called['before']}."
        ]
    for measure in ("jaccard", "precision_2"):
        row = table.loc[measure]
        human = f"; human text {row['human']:.3f}" if "human" in table else ""
        sentences.append(
            f"{_capital(_NAMES[measure])}: {row['after']:.3f} {names[1]} against {row['before']:.3f}"
            f" {names[0]}, a difference of {row['difference']:+.3f} (95 % interval {row['low']:+.3f} to"
            f" {row['high']:+.3f}){human}."
        )
    first = overlaps["before"]
    return " ".join([*sentences, f"Each set has {first.tokens:,} {first.unit}."])


def _capital(text):
    return text[:1].upper() + text[1:]
