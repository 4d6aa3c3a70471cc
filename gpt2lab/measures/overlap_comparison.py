"""Which of two sets of samples has more in common with a text that the models have not seen."""

from dataclasses import dataclass, field

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import join_words
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.human import pieces
from gpt2lab.measures.intervals import difference_interval, quantiles
from gpt2lab.measures.overlap import ORDERS, Overlap, comparable, measured
from gpt2lab.measures.preference import two_names
from gpt2lab.measures.words import Tokenized, tokenized_samples

_NAMES = {
    "share_of_types": "share of types",
    "jaccard": "Jaccard similarity",
    **{f"precision_{n}": f"{n}-gram precision" for n in ORDERS},
}


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
    table: object = field(compare=False)
    before: Overlap
    after: Overlap
    human: Overlap | None
    names: tuple = ("before", "after")

    def __repr__(self):
        return self.answer


def compare_overlap(before, after, reference, human=None, seed=0, resamples=1000, names=("before", "after")):
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
        sets[name], compared = comparable(samples, reference, name)
        if len(sets[name].texts) < 2:
            raise ArgumentError(
                f"{name} has only one sample; give at least two, so that chance can be told from difference."
            )
    if human is not None:
        sets["human"] = tokenized_samples(pieces(human, sets["after"], seed, "human"), "human")
    size = min(sum(samples.lengths) for samples in sets.values())
    sets = {name: Tokenized(_cut(samples.texts, size), samples.unit) for name, samples in sets.items()}
    for name in ("before", "after"):
        if len(sets[name].texts) < 2:
            raise ArgumentError(
                f"{name} has only one sample within the {size:,} {compared.unit} of the smallest set, to"
                " which all are cut; give samples of about equal length."
            )
    found = {
        name: measured(samples, compared, seed + i, resamples)
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
            f"The measures disagree, each by more than chance: by {join_words(sides['after'])} {called['after']}"
            f" have more in common with the reference, by {join_words(sides['before'])} {called['before']}."
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
