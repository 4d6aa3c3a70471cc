"""Two models on the same documents: how much less surprised the second one is."""

import math
from dataclasses import dataclass, field

from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.intervals import pooled_mean
from gpt2lab.measures.perplexity import Perplexity, exponential, perplexity


@dataclass(frozen=True, repr=False)
class PerplexityComparison:
    """Which of two models is less surprised by the same documents.

    Attributes
    ----------
    answer : str
        The result in words.
    ratio : float
        Perplexity after by that before: 0.9 is a fall by 10 %. NaN if the models cut the text into different
        tokens.
    interval : (float, float)
        Its 95 % interval over documents; NaN for a single document.
    bits_per_byte_ratio : float
        Bits per byte after by those before, whatever the tokens.
    bits_per_byte_interval : (float, float)
        The same for it.
    fell : int
        Documents by which the model after is less surprised than that before.
    before, after : Perplexity
        Each model by itself.
    table : pandas.DataFrame
        A row per document: ``name``, ``author``, ``tokens`` (of the model after), ``bytes``, ``before``,
        ``after`` (its perplexities), ``ratio``, ``bits_per_byte_before``, ``bits_per_byte_after``.
    """

    answer: str
    ratio: float
    interval: tuple = field(compare=False)
    bits_per_byte_ratio: float
    bits_per_byte_interval: tuple = field(compare=False)
    fell: int
    before: Perplexity
    after: Perplexity
    table: object = field(compare=False)

    def __repr__(self):
        return self.answer

    @property
    def row(self):
        """A row for a table of several texts: dict of documents, tokens, and before, after and ratio with
        the ends of their intervals.
        """
        found = {"documents": len(self.table), "tokens": self.after.tokens}
        for name, value, interval in (
            ("before", self.before.perplexity, self.before.intervals["perplexity"]),
            ("after", self.after.perplexity, self.after.intervals["perplexity"]),
            ("ratio", self.ratio, self.interval),
        ):
            found |= {name: value, f"{name}_low": interval[0], f"{name}_high": interval[1]}
        return found | {
            "fell": self.fell,
            "bits_per_byte_before": self.before.bits_per_byte,
            "bits_per_byte_after": self.after.bits_per_byte,
        }


def compare_perplexity(before, after, text_or_corpus=None, stride=None):
    """By how much one model is less surprised than another, on the same documents, and whether that is more
    than chance.

    Parameters
    ----------
    before, after : LanguageModel or Perplexity
        Two models, for example the pretrained one and the fine-tuned one; or what `perplexity` returned for
        them, so that nothing is scored twice.
    text_or_corpus : str, list of str or Corpus, optional
        As for `perplexity`; not needed if both were scored before.
    stride : int, optional
        As for `perplexity`. A result that was scored before must have had the same.

    Returns
    -------
    PerplexityComparison
        Printed, it answers in words.

    Raises
    ------
    ArgumentError
        If there is no text to score, or the two results are not of the same documents or have different
        strides.
    TextError
        If there is nothing to score.

    Notes
    -----
    Documents differ in how hard they are, for any model. What two models make of the *same* document differs
    far less, so that the interval of the ratio is much narrower than those of the two perplexities: it can
    leave no doubt where these overlap.

    Where the two models cut the text into different tokens, their perplexities cannot be compared. The answer
    is then about bits per byte.

    Examples
    --------
    >>> lab.compare_perplexity(base, tuned, splits.test)  # doctest: +SKIP
    Perplexity fell from 55.2 to 46.3, by 16 % (95 % interval 12 to 20 %), and in 13 of 13 documents.
    """
    found = {
        name: _scored(name, model, text_or_corpus, stride)
        for name, model in (("before", before), ("after", after))
    }
    before, after = found.values()
    if before.table[["name", "bytes"]].values.tolist() != after.table[["name", "bytes"]].values.tolist():
        raise ArgumentError(
            f"before is of {_about(before)} and after of {_about(after)}, not of the same; score one text"
            " with both models."
        )
    if before.stride != after.stride:
        raise ArgumentError(
            f"before was scored with stride={before.stride} and after with stride={after.stride}; score both"
            " with the same."
        )
    nats = [
        each.table["nats_per_token"].to_numpy() * each.table["tokens"].to_numpy() for each in (before, after)
    ]
    same_tokens = before.table["tokens"].equals(after.table["tokens"])
    log_ratio = pooled_mean(nats[1] - nats[0], after.table["tokens"]) if same_tokens else (math.nan,) * 3
    ratio, *interval = (exponential(value) for value in log_ratio)
    bits_ratio, low, high = pooled_mean(nats[1], nats[0])
    of_bits = (bits_ratio, max(low, 0.0), high)
    fell, rose = (int((sign * (nats[1] - nats[0]) > 0).sum()) for sign in (-1, 1))
    answer = _answer(before, after, (ratio, *interval) if same_tokens else of_bits, (fell, rose), same_tokens)
    table = _table(before.table, after.table, same_tokens)
    return PerplexityComparison(
        answer, ratio, tuple(interval), bits_ratio, of_bits[1:], fell, before, after, table
    )


def _scored(name, model, text_or_corpus, stride):
    if isinstance(model, Perplexity):
        return model
    if text_or_corpus is None:
        raise ArgumentError(
            f"{name} is a {type(model).__name__} and there is no text to score it on; give the documents as"
            " third argument."
        )
    return perplexity(model, text_or_corpus, stride)


def _about(found):
    return f"{pluralize(len(found.table), 'document')} of {found.bytes:,} bytes"


def _table(before, after, same_tokens):
    table = after[["name", "author", "tokens", "bytes"]].assign(
        before=before["perplexity"], after=after["perplexity"]
    )
    ratio = (
        [exponential(nats) for nats in after["nats_per_token"] - before["nats_per_token"]]
        if same_tokens
        else math.nan
    )
    return table.assign(
        ratio=ratio, bits_per_byte_before=before["bits_per_byte"], bits_per_byte_after=after["bits_per_byte"]
    )


def _answer(before, after, change, moved, same_tokens):
    ratio, low, high = change
    what, form = ("perplexity", ".1f") if same_tokens else ("bits_per_byte", ".3f")
    ends = f"from {getattr(before, what):{form}} to {getattr(after, what):{form}}"
    name = what.capitalize().replace("_", " ")
    direction, number = ("rose", moved[1]) if ratio > 1 else ("fell", moved[0])
    by = f"{name} {direction} {ends}, by {_percent(ratio, direction)} %"
    if not same_tokens:
        by = (
            "The two models cut the text into different tokens, so that only bits per byte compare them."
            f" {by}"
        )
    if len(after.table) < 2:
        return f"{by}, in a single document; whether it would do so in others, one cannot tell."
    near, far = sorted((_percent(low, direction), _percent(high, direction)), key=float)
    sentence = (
        f"{by} (95 % interval {near} to {far} %), and in {number:,} of"
        f" {pluralize(len(after.table), 'document')}."
    )
    return (
        sentence if low > 1 or high < 1 else f"{sentence} The interval holds 0, so chance may be the reason."
    )


def _percent(ratio, direction):
    """The change in percent, in the direction that the answer names; negative where an end of the interval
    lies beyond no change.
    """
    percent = 100 * (ratio - 1 if direction == "rose" else 1 - ratio)
    return f"{percent:.0f}" if abs(percent) >= 10 else f"{percent:.1f}"
