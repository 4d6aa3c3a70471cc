"""Tables of texts: a header, and a row per text with commas, tabs or semicolons between the cells."""

import contextlib
import csv

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers import plain_text
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.step import Log
from gpt2lab.errors import ArgumentError, TextError

_LONGEST_NAME = 40  # characters of a column's name in a message


def read(path, text, author, separator, quoted, skip_blank, links, mentions, html, encoding):
    """The documents of a table, and the Step that made them; `Corpus.from_csv` says what the
    arguments are.
    """
    path = plain_text.existing_file(path)
    log = Log()
    skip_blank = yes_or_no("skip_blank", skip_blank)
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    blank = []
    authors = {}
    with _rows(path, _separator(separator, path), quoted, encoding) as (header, rows):
        text = _only_column(text, header)
        text_column = _column("text", text, header, path)
        if author == "author" and author not in header:
            author = None
        author_column = None if author is None else _column("author", author, header, path)
        for line, row in rows:
            log.read += 1
            place = f"{path.name}:{line}"
            if not row[text_column].strip() and not skip_blank:
                blank.append(line)
            cleaned = cleaner(row[text_column], place)
            if cleaned is not None:
                name = None if author_column is None else row[author_column].strip() or None
                # an author's name is kept once
                documents.append(Document(cleaned, authors.setdefault(name, name), place))
    if blank:
        raise TextError(
            f"{path} has no text in column {text!r} in {len(blank):,} of its {log.read:,} rows (the first at"
            f" line {blank[0]:,}); fill them in or delete them, or leave them out with skip_blank=True."
        )
    if not log.read:
        raise TextError(
            f"{path} has a header ({_in_words(header)}) and no rows; give a table with a row per text."
        )
    options = {
        "text": text,
        "author": author,
        "skip_blank": skip_blank,
        "links": links,
        "mentions": mentions,
        "html": html,
    }
    return tuple(documents), log.step("from_csv", path.name, options, len(documents))


@contextlib.contextmanager
def _rows(path, separator, quoted, encoding):
    """The header of a table, and an iterator over its rows: the line of the file on which each begins, and
    its cells.
    """
    # The usual limit of 131,072 characters is less than a long speech; no cell is longer than its file.
    limit = csv.field_size_limit(min(path.stat().st_size + 1, 2**31 - 1))
    try:
        with plain_text.open_lines(path, encoding) as lines:
            quoting = csv.QUOTE_MINIMAL if yes_or_no("quoted", quoted) else csv.QUOTE_NONE
            found = _numbered(csv.reader(lines, delimiter=separator, quoting=quoting, strict=True), path)
            _, header = next(found)
            header = [name.strip() for name in header]
            yield header, _of_one_length(found, header, path)
    finally:
        csv.field_size_limit(limit)


def _numbered(reader, path):
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


def _of_one_length(rows, header, path):
    for line, row in rows:
        if len(row) != len(header):
            cells = pluralize(len(row), "cell")
            columns = pluralize(len(header), "column")
            raise TextError(
                f"{path} has {cells} at line {line:,} for {columns}; put cells with commas in double quotes."
            )
        yield line, row


def _separator(separator, path):
    if separator is None:
        return "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        raise ArgumentError(f"separator={separator!r} is not one character; give for example ';' or '\\t'.")
    return separator


def _only_column(text, header):
    """A table with a single column needs no name for it, unless it looks like one with other marks between
    its cells.
    """
    return (
        header[0]
        if text == "text" and "text" not in header and len(header) == 1 and not set(";\t") & set(header[0])
        else text
    )


def _column(argument, name, header, path):
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
            f"{argument}={name!r} is no column of {path}; its columns are {_in_words(header)}: {remedy}."
        )
    return header.index(name)


def _in_words(header):
    names = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..." for name in header]
    return ", ".join(map(repr, names[:20])) + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")
