"""A list of strings."""

import re
from collections.abc import Iterable, Sequence

from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.decoding import clean
from gpt2lab.corpus.step import CorpusT
from gpt2lab.errors import ArgumentError, TextError


def from_texts(
    cls: type[CorpusT], texts: Sequence[str], authors: Sequence[str | None] | None = None
) -> CorpusT:
    """Make a corpus of strings.

    Parameters
    ----------
    texts : list of str
        The documents.
    authors : list of str or None, optional
        Author of each document, None where unknown.

    Raises
    ------
    ArgumentError
        If ``texts`` is a single string or holds something else than strings, or the numbers of texts and
        authors differ.
    TextError
        If a text is empty.
    """
    texts = _check_list("texts", texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise ArgumentError(
                f"texts[{i}]={text!r} is of type {type(text).__name__}; give a list of strings."
            )
        if not clean(text).strip():
            raise TextError(f"texts[{i}]={text!r} is empty; leave it out or give a text.")
        if re.search("[\ud800-\udfff]", text):
            raise TextError(
                f"texts[{i}] holds half a character (a lone surrogate), which no file can store; "
                "decode the text again, as UTF-8."
            )
    authors = [None] * len(texts) if authors is None else _check_list("authors", authors)
    if len(authors) != len(texts):
        raise ArgumentError(
            f"authors has {len(authors):,} entries for {len(texts):,} texts; give one per text."
        )
    for i, author in enumerate(authors):
        if author is not None and not isinstance(author, str):
            raise ArgumentError(
                f"authors[{i}]={author!r} is of type {type(author).__name__}; "
                "give a string, or None where unknown."
            )
    return cls(
        tuple(
            Document(clean(text), author, f"text {i}")
            for i, (text, author) in enumerate(zip(texts, authors), 1)
        )
    )


def _check_list(name, values):
    if isinstance(values, (str, bytes)):
        raise ArgumentError(
            f"{name} is a single string; put it into a list, {name}=[...] (Corpus.from_file reads a file)."
        )
    if not isinstance(values, Iterable):
        raise ArgumentError(f"{name}={values!r} is not a list; give a list of strings.")
    return list(values)
