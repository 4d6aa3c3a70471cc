"""What `report` returns, and what a report holds before it is written as Markdown and as a page."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.report.picture import PagePicture, take_picture


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

    def picture(self, question: str | None = None, width: int = 720, height: int = 1000) -> PagePicture:
        """What the report looks like, as a picture for a notebook; if no browser can draw it, how to see it.

        Parameters
        ----------
        question : str, optional
            The name of a question, such as ``"loss"``: the picture begins with its heading. With None it
            begins at the top.
        width, height : int, default 720 and 1000
            Of the picture, in pixels, from 400 to 2,000.

        Returns
        -------
        PagePicture

        Raises
        ------
        ArgumentError
            If the report has no such question, or a size cannot be.
        StorageError
            If the page is not there any more.
        """
        return take_picture(self.html, question, width, height)

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
