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
    by = [f"By {_escape(report.author)}."] if report.author else []
    lines = [first_line(report.names), f"# {_escape(report.title)}", *by, *map(_one_line, report.about)]
    number = 0
    for title, sections in report.parts:
        lines.append(f"## {_escape(title)}")
        for section in sections:
            number += 1
            lines += [
                f"### {number}. {_escape(section.question.title)}",
                f"**Question.** {_escape(section.question.prompt)}",
            ]
            lines += [_markdown_of(block, report.figures) for block in section.numbered]
            lines += [place(section.question.name, report.answers[section.question.name])]
    lines += ["## How it was made", *(_markdown_of(block, report.figures) for block in report.made)]
    return "\n\n".join(lines) + "\n"


def _markdown_of(numbered, folder):
    number, block = numbered
    if isinstance(block, Words):
        return _one_line(block.text)
    if isinstance(block, Missing):
        return f"*Not in this report:* {_one_line(block.what)}. *To add it:* {_one_line(block.how)}"
    if isinstance(block, Table):
        return _table(number, block)
    if isinstance(block, Picture):
        caption = _escape(block.figure.caption)
        return f"![{caption}]({folder}/{block.name}.png)\n\n**Figure {number}.** {caption}"
    if isinstance(block, Samples):
        return "\n\n".join(f"**{_escape(label)}**\n\n{_quote(text)}" for label, text in block.texts)
    raise TypeError(type(block).__name__)


def _table(number, table):
    rows = [table.header, ("---",) * len(table.header), *table.rows]
    lines = [
        "| " + " | ".join(cell if cell == "---" else _escape(cell) for cell in row) + " |" for row in rows
    ]
    return f"**Table {number}.** {_escape(table.caption)}\n\n" + "\n".join(lines)


def _escape(text):
    """Text of which nothing is taken as Markdown, on one line."""
    return re.sub(r"([\\`*\[\]|~])", r"\\\1", _one_line(text)).replace(" _", r" \_")


def _one_line(text):
    """The same with ``**…**`` and backquotes left as they are."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")


def _quote(text):
    """A text that a model wrote, line for line."""
    lines = [
        re.sub(r"^([#>+=-]|\d+[.)])", r"\\\1", _escape(line).replace("_", r"\_"))
        for line in text.strip().split("\n")
        if line.strip()
    ]
    return "\n".join(f"> {line}  " for line in lines or ["(nothing)"])
