"""A report as Markdown, in which the student writes."""

import re

from gpt2lab.report.answers import first_line, place
from gpt2lab.report.blocks import Missing, Picture, Samples, Table, Words


def markdown(report):
    """The text of ``report.md``.

    Parameters
    ----------
    report : Contents
    """
    by = [f"By {_plain(report.author)}."] if report.author else []
    lines = [first_line(report.names), f"# {_plain(report.title)}", *by, *map(_plain_words, report.about)]
    number = 0
    for title, sections in report.parts:
        lines.append(f"## {_plain(title)}")
        for section in sections:
            number += 1
            lines += [
                f"### {number}. {_plain(section.question.title)}",
                f"**Question.** {_plain(section.question.prompt)}",
            ]
            lines += [_written(block, report.figures) for block in section.numbered]
            lines += [place(section.question.name, report.answers[section.question.name])]
    lines += ["## How it was made", *(_written(block, report.figures) for block in report.made)]
    return "\n\n".join(lines) + "\n"


def _written(numbered, folder):
    number, block = numbered
    if isinstance(block, Words):
        return _plain_words(block.text)
    if isinstance(block, Missing):
        return f"*Not in this report:* {_plain_words(block.what)}. *To add it:* {_plain_words(block.how)}"
    if isinstance(block, Table):
        return _table(number, block)
    if isinstance(block, Picture):
        caption = _plain(block.figure.caption)
        return f"![{caption}]({folder}/{block.name}.png)\n\n**Figure {number}.** {caption}"
    if isinstance(block, Samples):
        return "\n\n".join(f"**{_plain(label)}**\n\n{_quoted(text)}" for label, text in block.texts)
    raise TypeError(type(block).__name__)


def _table(number, table):
    rows = [table.header, ("---",) * len(table.header), *table.rows]
    lines = [
        "| " + " | ".join(cell if cell == "---" else _plain(cell) for cell in row) + " |" for row in rows
    ]
    return f"**Table {number}.** {_plain(table.caption)}\n\n" + "\n".join(lines)


def _plain(text):
    """Text of which nothing is taken as Markdown, on one line."""
    return re.sub(r"([\\`*\[\]|~])", r"\\\1", _plain_words(text)).replace(" _", r" \_")


def _plain_words(text):
    """The same with ``**…**`` and backquotes left as they are."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")


def _quoted(text):
    """A text that a model wrote, line for line."""
    lines = [
        re.sub(r"^([#>+=-]|\d+[.)])", r"\\\1", _plain(line).replace("_", r"\_"))
        for line in text.strip().split("\n")
        if line.strip()
    ]
    return "\n".join(f"> {line}  " for line in lines or ["(nothing)"])
