"""How surprised a model is by a text."""

import math
from dataclasses import dataclass

import numpy as np

from gpt2lab.errors import ArgumentError, TextError


@dataclass(frozen=True)
class Perplexity:
    """The mean surprise of a model at a text, in three units.

    Attributes
    ----------
    perplexity : float
        ``exp(nats_per_token)``: the model is as unsure as if it had to choose between that many equally likely tokens.
    nats_per_token : float
        Mean negative log probability of a token.
    bits_per_byte : float
        The same by bytes of UTF-8 and in bits: comparable between models with different vocabularies.
    tokens, bytes : int
        Size of the text.
    """

    perplexity: float
    nats_per_token: float
    bits_per_byte: float
    tokens: int
    bytes: int


def perplexity(lm, text_or_corpus, stride=None):
    """Perplexity of a model on a text or on all documents of a corpus.

    Each document is read from its beginning, after an end-of-text token; every token counts the same.

    Parameters
    ----------
    lm : LanguageModel
        Or anything with ``token_losses(texts, stride)`` or ``score(text)`` like it.
    text_or_corpus : str, list of str or Corpus
        The text itself; a file is read with `Corpus.from_file` first.
    stride : int, optional
        Tokens by which the window moves on; None reads windows that do not overlap. With a smaller stride each token has more text
        before it, so that the perplexity is a little lower, and it takes longer in proportion.

    Returns
    -------
    Perplexity

    Raises
    ------
    TextError
        If there is nothing to score.

    References
    ----------
    Jelinek et al. (1977), "Perplexity: a measure of the difficulty of speech recognition tasks"; bits per byte as in Gao et al. (2020),
    "The Pile", section 3.1; the sliding window as in the guide "Perplexity of fixed-length models" of Hugging Face transformers.
    """
    texts = texts_of(text_or_corpus)
    if hasattr(lm, "token_losses"):
        losses = [nats for _, nats in lm.token_losses(texts, stride)]
    else:
        windows = {} if stride is None else {"stride": stride}
        losses = [np.asarray(lm.score(text, **windows)["nats"]) for text in texts]
    tokens, size = sum(map(len, losses)), sum(len(text.encode("utf-8")) for text in texts)
    nats = math.fsum(float(np.sum(each, dtype=np.float64)) for each in losses)
    # A model that diverged can be so wrong that the perplexity is beyond any float.
    value = math.exp(nats / tokens) if nats / tokens < 700 else math.inf
    return Perplexity(value, nats / tokens, nats / math.log(2) / size, tokens, size)


def texts_of(text_or_corpus):
    """The texts of a string, a list of strings or a Corpus, empty ones left out."""
    if isinstance(text_or_corpus, str):
        texts = [text_or_corpus]
    elif isinstance(text_or_corpus, (list, tuple)) and all(isinstance(text, str) for text in text_or_corpus):
        texts = list(text_or_corpus)
    elif hasattr(text_or_corpus, "documents"):
        texts = [document.text for document in text_or_corpus.documents]
    else:
        raise ArgumentError(f"The text to score is of type {type(text_or_corpus).__name__}; give a string, a list of strings or a Corpus.")
    texts = [text for text in texts if text]
    if not texts:
        raise TextError("There is no text to score; give at least one that is not empty.")
    return texts
