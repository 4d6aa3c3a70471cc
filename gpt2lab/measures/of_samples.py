"""The measures of a set of samples, in one table: what each is called, how it is computed and how it is read.

A sweep has a column for each, its figure a row, the report a place in its tables. A new measure is a function
and a line of ``MEASURES``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.copying import copied
from gpt2lab.measures.diversity import distinct, repetition, self_bleu, zipf
from gpt2lab.measures.perplexity import perplexity_after
from gpt2lab.measures.words import words


@dataclass(frozen=True)
class Measure:
    """A measure of a set of samples.

    Attributes
    ----------
    column : str
        Its name in tables.
    title : str
        Its name in figures, captions and the report.
    compute : callable
        Of ``(samples)``, a list of str, or of what ``needs`` says; returns a float. It may raise a TextError
        or an ArgumentError where too little was written to be measured.
    needs : str
        ``"train"``: it is computed of ``(samples, train)``, the text that the model learned from.
        ``"model"``: of ``(samples, lm, prefix)``, the model and what it continued.
    more_varied : str
        ``"higher"`` or ``"lower"`` if it is a measure of variety: where samples are more varied.
    by_ratio : bool
        Whether twice as much is as far as half as much: its axis is logarithmic.
    """

    column: str
    title: str
    compute: Callable
    needs: str = ""
    more_varied: str = ""
    by_ratio: bool = False


def _share_copied(samples, train):
    return float(copied(samples, train)["share_8"].mean())


def _perplexity(samples, lm, prefix):
    return perplexity_after(lm, prefix or "", [text for text in samples if text])


MEASURES = (
    Measure("dist_1", "dist-1", lambda samples: distinct(samples, 1), more_varied="higher"),
    Measure("dist_2", "dist-2", lambda samples: distinct(samples, 2), more_varied="higher"),
    Measure("self_bleu", "self-BLEU", self_bleu, more_varied="lower"),
    Measure("repetition", "repetition", repetition, more_varied="lower"),
    Measure("zipf", "Zipf", zipf),
    Measure("perplexity", "perplexity", _perplexity, needs="model", by_ratio=True),
    Measure("copied", "copied", _share_copied, needs="train"),
)
TITLES = {measure.column: measure.title for measure in MEASURES}
BY_RATIO = {measure.column for measure in MEASURES if measure.by_ratio}


def measure_samples(samples, train=None):
    """The measures of samples that need no model: dict of columns, with ``words``, how many a sample has on
    average. Those that need ``train`` are left out without it.
    """
    found = {"words": sum(len(words(text)) for text in samples) / len(samples)}
    for measure in MEASURES:
        if not measure.needs:
            found[measure.column] = _compute_or_nan(measure, samples)
        elif measure.needs == "train" and train is not None:
            found[measure.column] = measure.compute(samples, train)
    return found


def _compute_or_nan(measure, samples):
    try:
        return measure.compute(samples)
    except (TextError, ArgumentError):  # too little was written: what else was measured counts all the same
        return math.nan


def measure_with_model(samples, lm, prefix=None):
    """The measures of samples that a model is asked for, given the prefix that they continue: dict of
    columns.
    """
    return {
        measure.column: measure.compute(samples, lm, prefix)
        for measure in MEASURES
        if measure.needs == "model"
    }


def distance_to_human(values, human, column):
    """How far values of a measure are from that of human text: array."""
    values = np.asarray(values, float)
    return np.abs(np.log(values / human)) if column in BY_RATIO else np.abs(values - human)
