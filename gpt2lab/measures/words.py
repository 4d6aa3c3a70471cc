"""What the measures count: words of texts, split in one way everywhere, or the tokens that they are given."""

import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import regex

from gpt2lab.errors import ArgumentError

if TYPE_CHECKING:
    from gpt2lab.corpus import Corpus

Texts: TypeAlias = "Corpus | str | Sequence[str]"
# Strings, which are split into words, or lists of tokens.
Samples: TypeAlias = "Corpus | Sequence[str] | Sequence[Sequence[int | str]]"

# `regex` rather than `re`: its \w takes in combining marks, without which Hindi or a decomposed é would fall
# to pieces.
WORD = regex.compile(r"\w+(?:['’\-]\w+|(?<=\d)[.,]\d\w*)*|[^\w\s]")


def words(text: str) -> list[str]:
    """Split a text into words and punctuation marks: what every measure here counts.

    A word is a run of letters, digits, underscores and combining marks. Apostrophes and hyphens inside it
    belong to it (``don't``, ``well-known``), as do points and commas between digits (``1,000.50``).
    Everything else that is no space is a word of one character. Capitals are kept, as BLEU keeps them:
    ``The`` and ``the`` are two words.

    Languages that put no spaces between words are not split here; give the measures tokens instead, for
    example ``[lm.encode(sample) for sample in samples]``.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> words("Don't pay $1,000.50, he said.")
    ["Don't", 'pay', '$', '1,000.50', ',', 'he', 'said', '.']
    """
    if not isinstance(text, str):
        raise ArgumentError(f"text={text!r} is of type {type(text).__name__}; give a string.")
    return WORD.findall(text)


@dataclass(frozen=True)
class Tokenized:
    """Texts cut into what is counted: ``texts`` is a list of lists, ``unit`` says of what, "words" or
    "tokens".
    """

    texts: list
    unit: str

    @property
    def lengths(self):
        """Tokens of each text: list of int."""
        return [len(text) for text in self.texts]


def tokenize_samples(samples, name="samples"):
    """Samples as lists of tokens: strings are split by `words`, lists of tokens (ids or strings) are taken as
    they are.

    Raises
    ------
    ArgumentError
        If there are none, or they are a single string, a mixture of strings and lists, or something else.
    """
    samples = _as_list(samples, name)
    if not samples:
        raise ArgumentError(
            f"{name} is empty; give at least one sample, for example {name}=lm.generate(nsamples=100)."
        )
    strings = [isinstance(sample, str) for sample in samples]
    if all(strings):
        return Tokenized([WORD.findall(sample) for sample in samples], "words")
    if any(strings):
        raise ArgumentError(
            f"{name} mixes strings and lists of tokens; give all as strings or all as lists of tokens."
        )
    return Tokenized([_tokens(sample, f"{name}[{i}]") for i, sample in enumerate(samples)], "tokens")


def tokenize_texts(texts, name="reference"):
    """The same for a text to compare with: a string, a Corpus, a list of strings or a list of lists of
    tokens.
    """
    return tokenize_samples([texts] if isinstance(texts, str) else texts, name)


def strings_of(texts, name, single=True):
    """The strings of a Corpus, a list of strings or (unless ``single`` is false) a string, empty ones
    included.

    Raises
    ------
    ArgumentError
        If there are none, or it is something else: where texts are compared by the character, tokens will not
        do.
    """
    texts = _as_list([texts] if single and isinstance(texts, str) else texts, name)
    if not texts:
        raise ArgumentError(f"{name} is empty; give at least one text.")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise ArgumentError(
                f"{name}[{i}] is of type {type(text).__name__}; give strings (lm.decode makes one of tokens)."
            )
    return texts


def _as_list(texts, name):
    if hasattr(texts, "documents"):
        return [document.text for document in texts.documents]
    if isinstance(texts, str):
        raise ArgumentError(f"{name} is a single string; put it into a list, {name}=[...].")
    if isinstance(texts, (bytes, Mapping)) or hasattr(texts, "columns") or not isinstance(texts, Iterable):
        raise ArgumentError(
            f"{name} is of type {type(texts).__name__}; give a list of strings or of lists of tokens."
        )
    return list(texts)


def _tokens(sample, name):
    if (
        isinstance(sample, (bytes, Mapping))
        or not isinstance(sample, Iterable)
        or getattr(sample, "ndim", 1) != 1
    ):
        raise ArgumentError(
            f"{name}={sample!r} is of type {type(sample).__name__}; give a string or a list of tokens."
        )
    tokens = sample.tolist() if hasattr(sample, "tolist") else list(sample)
    for kind in set(map(type, tokens)):
        if kind is bool or not issubclass(kind, (str, numbers.Integral)):
            raise ArgumentError(
                f"{name} holds a token of type {kind.__name__}; tokens are strings or whole numbers."
            )
    return tokens
