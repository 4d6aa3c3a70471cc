"""Tables of texts: a header, and a row per text with commas, tabs or semicolons between the cells."""

import contextlib
import csv
from pathlib import Path

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.plain_text import find_file, open_lines
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import ArgumentError, TextError

_LONGEST_NAME = 40  # characters of a column's name in a message


def from_csv(
    cls: type[CorpusT],
    path: str | Path,
    text: str = "text",
    author: str | None = "author",
    encoding: str = "utf-8",
    separator: str | None = None,
    quoted: bool = True,
    skip_blank: bool = False,
    links: bool = True,
    mentions: bool = True,
    html: bool = False,
) -> CorpusT:
    """Read a table with a header, one document per row. The file is read row by row, so that large ones
    fit into memory.

    Parameters
    ----------
    path : str or Path
        The file; a cell may hold commas and line ends if it is quoted. What is in a cell stays text,
        formulas of spreadsheets too.
    text : str, default "text"
        Column of the texts. A table with a single column needs no such name, as in gpt-2-simple.
    author : str or None, default "author"
        Column of the authors. Without a column ``author`` (or with None) there are no authors; another
        name must exist.
    encoding : str, default "utf-8"
        How the characters are stored.
    separator : str or None, optional
        What stands between two cells; by default a tab in a file named ``.tsv`` or ``.tab``, a comma in
        others.
    quoted : bool, default True
        Whether cells may stand in double quotes. False takes quotes for ordinary characters, as some
        ``.tsv`` files mean them.
    skip_blank : bool, default False
        Leave out rows without a text, and count them, instead of refusing the file.
    links, mentions : bool, default True
        Whether links, and names at the beginning of a text (``@ada @alan Yes!``), stay.
    html : bool, default False
        Whether the texts are HTML, to be made into plain text.

    Returns
    -------
    Corpus
        Each document is named by the file and the line on which its row begins. ``preparation`` says what
        was left out and changed.

    Raises
    ------
    TextError
        If the file cannot be read, is no proper table, or a text is missing; the message names the line.
    ArgumentError
        If there is no such column; the message lists the columns.
    """
    path = find_file(path)
    log = Log()
    skip_blank = yes_or_no("skip_blank", skip_blank)
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    blank = []
    authors = {}
    with _open_rows(path, _choose_separator(separator, path), quoted, encoding) as (header, rows):
        text = _choose_text_column(text, header)
        text_column = _find_column("text", text, header, path)
        if author == "author" and author not in header:
            author = None
        author_column = None if author is None else _find_column("author", author, header, path)
        for line, row in rows:
            log.read += 1
            place = f"{path.name}:{line}"
            if not row[text_column].strip() and not skip_blank:
                blank.append(line)
            cleaned = cleaner(row[text_column], place)
            if cleaned is not None:
                name = None if author_column is None else row[author_column].strip() or None
                # An author's name is kept in memory once.
                documents.append(Document(cleaned, authors.setdefault(name, name), place))
    if blank:
        raise TextError(
            f"{path} has no text in column {text!r} in {len(blank):,} of its {log.read:,} rows (the first at"
            f" line {blank[0]:,}); fill them in or delete them, or leave them out with skip_blank=True."
        )
    if not log.read:
        raise TextError(
            f"{path} has a header ({_list_names(header)}) and no rows; give a table with a row per text."
        )
    options = {
        "text": text,
        "author": author,
        "skip_blank": skip_blank,
        "links": links,
        "mentions": mentions,
        "html": html,
    }
    return cls(tuple(documents), (log.step("from_csv", path.name, options, len(documents)),))


@contextlib.contextmanager
def _open_rows(path, separator, quoted, encoding):
    """The header of a table, and an iterator over its rows: the line of the file on which each begins, and
    its cells.
    """
    # The usual limit of 131,072 characters is less than a long speech; no cell is longer than its file.
    limit = csv.field_size_limit(min(path.stat().st_size + 1, 2**31 - 1))
    try:
        with open_lines(path, encoding) as lines:
            quoting = csv.QUOTE_MINIMAL if yes_or_no("quoted", quoted) else csv.QUOTE_NONE
            found = _number_rows(csv.reader(lines, delimiter=separator, quoting=quoting, strict=True), path)
            _, header = next(found)
            header = [name.strip() for name in header]
            yield header, _check_lengths(found, header, path)
    finally:
        csv.field_size_limit(limit)


def _number_rows(reader, path):
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise TextError(
            f"{path} is not a proper table: {error}, in the row that begins at line {line:,}; "
            "put cells with commas, quotes or line ends in double quotes, and double the quotes in them "
            "(or, if its quotes are plain characters, pass quoted=False)."
        ) from error


def _check_lengths(rows, header, path):
    for line, row in rows:
        if len(row) != len(header):
            cells = pluralize(len(row), "cell")
            columns = pluralize(len(header), "column")
            raise TextError(
                f"{path} has {cells} at line {line:,} for {columns}; put cells with commas in double quotes."
            )
        yield line, row


def _choose_separator(separator, path):
    if separator is None:
        return "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        raise ArgumentError(f"separator={separator!r} is not one character; give for example ';' or '\\t'.")
    return separator


def _choose_text_column(text, header):
    """A table with a single column needs no name for it, unless it looks like one with other marks between
    its cells.
    """
    return (
        header[0]
        if text == "text" and "text" not in header and len(header) == 1 and not set(";\t") & set(header[0])
        else text
    )


def _find_column(argument, name, header, path):
    if name not in header:
        others = ((";", "semicolons"), ("\t", "tabs"), (",", "commas"))
        mark, word = next(
            ((mark, word) for mark, word in others if len(header) == 1 and mark in header[0]), ("", "")
        )
        remedy = (
            f"it looks separated by {word}: pass separator={mark!r}"
            if mark
            else f"give {argument}= one of them"
        )
        raise ArgumentError(
            f"{argument}={name!r} is no column of {path}; its columns are {_list_names(header)}: {remedy}."
        )
    return header.index(name)


def _list_names(header):
    names = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..." for name in header]
    return ", ".join(map(repr, names[:20])) + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")
