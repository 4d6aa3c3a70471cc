"""How surprised a model is by a text, and how much less than another model by the same documents."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.intervals import pooled_mean
from gpt2lab.measures.words import Texts

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("perplexity", "nats_per_token", "bits_per_byte")


class ScoringModel(Protocol):
    """What measures ask of a model, as `LanguageModel` answers it."""

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""

    def token_losses(self, texts: Sequence[str], stride: int | None = None) -> list[tuple]:
        """For each text its token ids, and the loss of each in nats."""


@dataclass(frozen=True, repr=False)
class Perplexity:
    """The mean surprise of a model at a text, in three units.

    Attributes
    ----------
    perplexity : float
        ``exp(nats_per_token)``: the model is as unsure as if it had to choose between that many equally
        likely tokens.
    nats_per_token : float
        Mean negative log probability of a token.
    bits_per_byte : float
        The same by bytes of UTF-8 and in bits: comparable between models with different vocabularies.
    tokens, bytes : int
        Size of the text.
    intervals : dict of str to (float, float)
        For each of the three measures the 95 % interval over documents: how far it may be off for all texts
        of which these documents are a sample. NaN for a single document.
    table : pandas.DataFrame
        A row per document: ``name``, ``author``, ``tokens``, ``bytes``, ``nats_per_token``, ``perplexity``,
        ``bits_per_byte``.
    stride : int or None
        That it was measured with.
    """

    perplexity: float
    nats_per_token: float
    bits_per_byte: float
    tokens: int
    bytes: int
    intervals: dict[str, tuple[float, float]] = field(compare=False)
    table: "pd.DataFrame" = field(compare=False)
    stride: int | None = field(compare=False, default=None)

    def __str__(self):
        """The measures with their intervals in words."""
        size = f"{self.tokens:,} tokens, {self.bytes:,} bytes"
        if len(self.table) < 2:
            return (
                f"perplexity {self.perplexity:.2f}, {self.nats_per_token:.4f} nats per token,"
                f" {self.bits_per_byte:.4f} bits per byte ({size}; one document has no interval)."
            )
        ends = {
            name: f"{low:.{digits}f} to {high:.{digits}f}"
            for (name, (low, high)), digits in zip(self.intervals.items(), (2, 4, 4))
        }
        return (
            f"perplexity {self.perplexity:.2f} ({ends['perplexity']}), {self.nats_per_token:.4f} nats per"
            f" token ({ends['nats_per_token']}), {self.bits_per_byte:.4f} bits per byte"
            f" ({ends['bits_per_byte']}); {size}; 95 % intervals over {len(self.table):,} documents."
        )

    def __repr__(self):
        low, high = self.intervals["perplexity"]
        return (
            f"Perplexity({self.perplexity:.4g} [{low:.4g}, {high:.4g}], {self.nats_per_token:.4f} nats per"
            f" token, {self.bits_per_byte:.4f} bits per byte, {self.tokens:,} tokens, {self.bytes:,} bytes,"
            f" documents: {len(self.table):,})"
        )


def perplexity(lm: ScoringModel, text_or_corpus: Texts, stride: int | None = None) -> Perplexity:
    """Perplexity of a model on a text or on all documents of a corpus.

    Each document is read from its beginning, after an end-of-text token; every token counts the same.

    Parameters
    ----------
    lm : LanguageModel
        Or anything with ``token_losses(texts, stride)`` or ``score(text)`` like it.
    text_or_corpus : str, list of str or Corpus
        The text itself; a file is read with `Corpus.from_file` first.
    stride : int, optional
        Tokens by which the window moves on; None reads windows that do not overlap. With a smaller stride
        each token has more text before it, so that the perplexity is usually a little lower, and it takes
        longer in proportion.

    Returns
    -------
    Perplexity
        Printed, it says the measures with their intervals.

    Raises
    ------
    TextError
        If there is nothing to score.

    Notes
    -----
    The intervals cover the choice of documents; the model is taken as given. Tokens of one document are not
    independent of each other: they share a subject and an author, so that intervals over tokens would be far
    too narrow. Documents are taken to be independent, which those of one author and year may not be either.
    Few documents, or one that outweighs the others, make an interval wide. Two models are compared on the
    same documents, by `compare_perplexity`, and not by whether their intervals overlap.

    References
    ----------
    Jelinek et al. (1977), "Perplexity: a measure of the difficulty of speech recognition tasks"; bits per
    byte as in Gao et al. (2020), "The Pile", section 3.1; the sliding window as in the guide "Perplexity of
    fixed-length models" of Hugging Face transformers; the intervals as in Bell and McCaffrey (2002), "Bias
    reduction in standard errors for linear regression with multi-stage samples".
    """
    import pandas as pd

    documents = _documents(text_or_corpus)
    names, authors, texts = zip(*documents)
    losses = _losses(lm, texts, stride)
    nats = np.array([np.sum(each, dtype=np.float64) for each in losses])
    tokens = np.array([len(each) for each in losses])
    size = np.array([len(text.encode("utf-8")) for text in texts])
    by_token = pooled_mean(nats, tokens)
    by_byte = pooled_mean(nats / math.log(2), size)
    found = {
        "perplexity": [exponential(value) for value in by_token],
        "nats_per_token": by_token,
        "bits_per_byte": by_byte,
    }
    table = pd.DataFrame(
        {
            "name": names,
            "author": authors,
            "tokens": tokens,
            "bytes": size,
            "nats_per_token": nats / tokens,
            "perplexity": [exponential(value) for value in nats / tokens],
            "bits_per_byte": nats / math.log(2) / size,
        }
    )
    # No model is less surprised than not at all.
    intervals = {
        name: (max(low, float(name == "perplexity")), high) for name, (_, low, high) in found.items()
    }
    return Perplexity(
        *(found[name][0] for name in MEASURES), int(tokens.sum()), int(size.sum()), intervals, table, stride
    )


def _losses(lm, texts, stride):
    if hasattr(lm, "token_losses"):
        return [nats for _, nats in lm.token_losses(list(texts), stride)]
    if not hasattr(lm, "score"):
        raise ArgumentError(f"A {type(lm).__name__} is no model; give for example lab.load('3M').")
    windows = {} if stride is None else {"stride": stride}
    return [np.asarray(lm.score(text, **windows)["nats"]) for text in texts]


def losses_after(lm, prefix, texts):
    """The losses of what follows a prefix in each text, given the prefix: list of arrays."""
    start = lm.encode(prefix)
    return [
        nats[_in_common(start, ids) :] for ids, nats in lm.token_losses([prefix + text for text in texts])
    ]


def perplexity_after(lm, prefix, texts):
    """Perplexity of a model at what follows a prefix in all texts together, given the prefix; NaN if nothing
    does.
    """
    losses = losses_after(lm, prefix, texts)
    tokens = sum(map(len, losses))
    nats = math.fsum(float(np.sum(each, dtype=np.float64)) for each in losses)
    return exponential(nats / tokens) if tokens else math.nan


def _in_common(start, ids):
    # A prefix that ends in a space has a token of its own there, which the word that follows takes in.
    return next(
        (place for place, (one, other) in enumerate(zip(start, ids)) if one != other),
        min(len(start), len(ids)),
    )


def exponential(nats):
    """``exp`` that ends at infinity: a model that diverged can be so wrong that its perplexity is beyond any
    float.
    """
    return math.exp(nats) if not nats >= 700 else math.inf


def _documents(text_or_corpus):
    """Name, author and text of each document, empty ones left out."""
    if hasattr(text_or_corpus, "documents"):
        documents = enumerate(text_or_corpus.documents, 1)
        found = [
            (document.name or f"text {number}", document.author, document.text)
            for number, document in documents
        ]
    else:
        texts = [text_or_corpus] if isinstance(text_or_corpus, str) else text_or_corpus
        if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
            raise ArgumentError(
                f"The text to score is of type {type(text_or_corpus).__name__}; give a string, a list of"
                " strings or a Corpus."
            )
        found = [(f"text {number}", None, text) for number, text in enumerate(texts, 1)]
    found = [document for document in found if document[2]]
    if not found:
        raise TextError("There is no text to score; give at least one that is not empty.")
    return found


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
    interval: tuple[float, float] = field(compare=False)
    bits_per_byte_ratio: float
    bits_per_byte_interval: tuple[float, float] = field(compare=False)
    fell: int
    before: Perplexity
    after: Perplexity
    table: "pd.DataFrame" = field(compare=False)

    def __repr__(self):
        return self.answer

    @property
    def row(self) -> dict:
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


def compare_perplexity(
    before: ScoringModel | Perplexity,
    after: ScoringModel | Perplexity,
    text_or_corpus: "Texts | None" = None,
    stride: int | None = None,
) -> PerplexityComparison:
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
    Perplexity fell from 43.1 to 36.5, by 15 % (95 % interval 12 to 18 %), and in 13 of 13 documents.
    """
    found = {
        name: _score(name, model, text_or_corpus, stride)
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


def _score(name, model, text_or_corpus, stride):
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
            "The two models cut the text into different tokens,"
            f" so that only bits per byte compare them. {by}"
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
