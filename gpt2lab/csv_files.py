"""Read tables of texts: files with commas between the cells and a header."""

import csv
import io

from gpt2lab import text_files
from gpt2lab.errors import ArgumentError, TextError


def read_table(path, encoding="utf-8"):
    """Read a table whole.

    Returns
    -------
    header : list of str
        Names of the columns.
    rows : list of (int, list of str)
        Line of the file on which each row begins, and its cells, as many as there are columns.

    Raises
    ------
    TextError
        If the file cannot be read, its quotes do not match, a row is longer or shorter than the header, or there are no rows.
    """
    content = text_files.read_text(path, encoding)
    # The usual limit of 131,072 characters is less than a long speech.
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(content) + 1))
    try:
        reader, line, rows = csv.reader(io.StringIO(content, newline=""), strict=True), 1, []
        for row in reader:
            if row:
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TextError(f"{path} is not a proper table: {error}, in the row that begins at line {line:,}; "
                        "put cells with commas, quotes or line ends in double quotes, and double the quotes in them.") from error
    finally:
        csv.field_size_limit(limit)
    (_, header), *rows = rows
    for number, row in rows:
        if len(row) != len(header):
            cells, columns = text_files.counted(len(row), "cell"), text_files.counted(len(header), "column")
            raise TextError(f"{path} has {cells} at line {number:,} for {columns}; "
                            "put cells with commas in double quotes.")
    if not rows:
        raise TextError(f"{path} has a header ({', '.join(header)}) and no rows; give a table with a row per text.")
    return [name.strip() for name in header], rows


def column(argument, name, header, path):
    """Position of the column ``name``; ``argument`` is how the caller calls it.

    Raises
    ------
    ArgumentError
        If there is no such column; the message lists those that are there.
    """
    if name not in header:
        others = ((";", "semicolons"), ("\t", "tabs"))
        separated = next((word for mark, word in others if len(header) == 1 and mark in header[0]), None)
        remedy = f"it looks separated by {separated}: save it with commas" if separated else f"give {argument}= one of them"
        columns = ", ".join(map(repr, header))
        raise ArgumentError(f"{argument}={name!r} is no column of {path}; its columns are {columns}: {remedy}.")
    return header.index(name)
