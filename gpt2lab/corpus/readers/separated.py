"""One file with many texts, parted by a mark."""

import re
from pathlib import Path

from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.plain_text import find_file, read_text
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import ArgumentError, TextError

_START = "<|startoftext|>"  # gpt-2-simple's own mark; GPT-2 knows none


def from_separated(
    cls: type[CorpusT],
    path: str | Path,
    separator: str = "<|endoftext|>",
    author: str | None = None,
    encoding: str = "utf-8",
    links: bool = True,
    mentions: bool = True,
    html: bool = False,
) -> CorpusT:
    """Read one file with many texts and a mark between them.

    Parameters
    ----------
    path : str or Path
        The file.
    separator : str, default ``<|endoftext|>``
        The mark, such as ``\\n\\n`` for blank lines or ``\\n====\\n``. White space around the texts goes,
        and so does a ``<|startoftext|>`` before them.
    author : str or None, optional
        What stands before each text, ``{author}`` for the name, such as ``\\{author}- ``, which
        `with_author_prefix` writes.
    encoding, links, mentions, html
        As in `from_csv`.

    Raises
    ------
    TextError
        If the file cannot be read or does not have the mark in it.
    ArgumentError
        If the mark is empty, or ``author`` does not say where the name ends.

    Examples
    --------
    >>> Corpus.from_separated("posts.txt", separator="\\n====\\n")  # doctest: +SKIP
    """
    if not isinstance(separator, str) or not separator:
        raise ArgumentError(
            f"separator={separator!r} is no text; give what stands between two documents, for example"
            " '<|endoftext|>'."
        )
    path = find_file(path)
    log = Log()
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    content = read_text(path, encoding)
    if separator not in content:
        raise TextError(
            f"{path} has no separator {separator!r}, so it would be one document; give what stands between"
            " its documents, or read it as one with Corpus.from_file."
        )
    by_author = _author_pattern(author)
    line = 1
    pieces = content.split(separator)
    for number, piece in enumerate(pieces, 1):
        text = piece.strip()
        writer = None
        # The line on which the text begins, once the white space before it is gone.
        place = f"{path.name}:{line + piece[: len(piece) - len(piece.lstrip())].count(chr(10))}"
        line += piece.count("\n") + separator.count("\n")
        if number == len(pieces) and not text:
            break  # the file ends with a separator
        log.read += 1
        if text.startswith(_START):
            log.count("changed", f"{_START} taken out", text, place)
            text = text.removeprefix(_START).strip()
        if by_author:
            found = by_author.match(text)
            writer, text = (found["author"].strip() or None, text[found.end() :]) if found else (None, text)
            if not found:
                log.count("noticed", "no author in front", text, place)
        cleaned = cleaner(text, place)
        if cleaned is not None:
            documents.append(Document(cleaned, writer, place))
    options = {"separator": separator, "author": author, "links": links, "mentions": mentions, "html": html}
    return cls(tuple(documents), (log.step("from_separated", path.name, options, len(documents)),))


def _author_pattern(template):
    """What finds the author in front of a text, from a template such as ``\\{author}- ``; None
    without one.
    """
    if template is None:
        return None
    before, field, after = template.partition("{author}") if isinstance(template, str) else ("", "", "")
    if not field or not after.strip():
        raise ArgumentError(
            f"author={template!r} does not say where the author ends; give what stands in front of each text,"
            " with {author} for the name and a mark after it, for example '\\\\{author}- '."
        )
    mark = after.rstrip()
    return re.compile(
        f"{re.escape(before.lstrip())}(?P<author>[^\n]*?){re.escape(mark)}(?:{re.escape(after.removeprefix(mark))})?"
    )
