"""What `report` returns, and what a report holds before it is written as Markdown and as a page."""

import textwrap
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Report:
    """A written report.

    Attributes
    ----------
    folder : Path
    markdown, html : Path
        The report to write in, and the page made of it.
    pdf : Path or None
        None where no browser could print it.
    unanswered : tuple of str
        Questions without words of the student yet.
    """

    folder: Path
    markdown: Path
    html: Path
    pdf: Path | None
    unanswered: tuple[str, ...]

    def __repr__(self):
        files = ", ".join(path.name for path in (self.markdown, self.html, self.pdf) if path)
        still = "All questions have words."
        if self.unanswered:
            still = (
                f"Write your words in {self.markdown} and make the report again. None yet"
                f" on:\n{textwrap.fill(', '.join(self.unanswered), 80)}."
            )
        printed = (
            ""
            if self.pdf
            else " (no browser was found to print it; open report.html and print it from there)"
        )
        return f"The report is in {self.folder}: {files}{printed}.\n{still}"


@dataclass(frozen=True)
class Section:
    """A question with its evidence: ``numbered`` is a list of (number of the figure or table, block)."""

    question: object
    numbered: list


@dataclass(frozen=True)
class Contents:
    """All that a report holds, whatever it is written in."""

    title: str
    author: str | None
    about: tuple
    parts: tuple
    made: list
    names: tuple
    answers: dict
    figures: str = "figures"
