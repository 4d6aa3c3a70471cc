"""What a report is made of, whatever it is written in: words, tables, figures and samples."""

import math
from dataclasses import dataclass

from gpt2lab.errors import ArgumentError


@dataclass(frozen=True)
class Words:
    """A paragraph. ``**…**`` and backquotes are taken as in Markdown; nothing else is."""

    text: str


@dataclass(frozen=True)
class Missing:
    """What the report lacks, and how to add it."""

    what: str
    how: str


@dataclass(frozen=True)
class Table:
    """A table: what it shows, the names of the columns, and rows of strings that begin with what the
    row is.
    """

    caption: str
    header: tuple
    rows: tuple


@dataclass(frozen=True)
class Picture:
    """A CaptionedFigure and the name of its file, without the suffix."""

    name: str
    figure: object


@dataclass(frozen=True)
class Samples:
    """Texts that a model wrote, each with a label; none is Markdown."""

    texts: tuple


def table_of(frame, caption, forms=None, first="", names=None):
    """A Table of a DataFrame, whose index becomes the first column.

    Parameters
    ----------
    frame : pandas.DataFrame
    caption : str
    forms : dict of str to str, optional
        How columns are written, as in ``{"share": "{:.1%}"}``; numbers are written with four digits
        otherwise.
    first : str
        Heading of the first column.
    names : dict of str to str, optional
        Headings of the other columns.
    """
    names = names or {}
    forms = [(forms or {}).get(column) for column in frame.columns]
    rows = tuple(
        (format_value(label), *map(format_value, values, forms))
        for label, values in zip(frame.index, frame.itertuples(index=False))
    )
    return Table(caption, (first, *(names.get(column, str(column)) for column in frame.columns)), rows)


def format_value(value, form=None):
    """A value as a table shows it; a dash where there is none."""
    if value is None or type(value).__name__ == "NAType" or value != value:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)):
        return " to ".join(format_value(each, form) for each in value)
    if form:
        return form.format(value)
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}" if math.isfinite(value) else str(value)


def blocks_of(name, given):
    """The blocks of what a student has put under a question: figures, tables, words, results with an answer.

    Raises
    ------
    ArgumentError
        If something is none of these.
    """
    if isinstance(given, dict):
        raise ArgumentError(f"evidence[{name!r}] is a dictionary; give a list of figures, tables and texts.")
    items = list(given) if isinstance(given, (list, tuple)) else [given]
    return [block for number, item in enumerate(items, 1) for block in _blocks(item, name, number)]


def _blocks(item, name, number):
    import pandas as pd

    if isinstance(item, str):
        return [Words(" ".join(paragraph.split())) for paragraph in item.split("\n\n") if paragraph.strip()]
    if isinstance(item, pd.DataFrame):
        return [
            table_of(
                item,
                str(item.attrs.get("caption", f"Added by the author of the report ({name}).")),
                first=str(item.index.name or ""),
            )
        ]
    if hasattr(item, "savefig") and hasattr(item, "png"):
        return [Picture(f"{name}-{number}", item)]
    if isinstance(getattr(item, "answer", None), str):
        return [Words(item.answer)]
    raise ArgumentError(
        f"evidence[{name!r}] has a {type(item).__name__}; give figures of lab.plots, tables (DataFrame),"
        " texts or results that have an answer."
    )
