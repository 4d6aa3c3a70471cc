"""What a report looks like: pictures of its page, with words for who cannot see them."""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import join_words, pluralize
from gpt2lab.errors import ArgumentError, StorageError
from gpt2lab.report import printing

SMALLEST, LARGEST = 400, 2000  # pixels


@dataclass(frozen=True)
class PagePicture:
    """A part of a report as a browser shows it; in a notebook the picture, with its caption below.

    Attributes
    ----------
    png : bytes or None
        None where no browser could draw it.
    caption : str
        What is to be seen; without a picture, how to see it.
    width : int
        Pixels.
    """

    png: bytes | None
    caption: str
    width: int

    def __repr__(self):
        return self.caption

    def outputs(self) -> Iterator[tuple[dict, dict]]:
        """What a notebook stores: the picture with its alternative text, and the caption."""
        if self.png is not None:
            about = {"alt": self.caption, "width": self.width}
            picture = base64.b64encode(self.png).decode()
            yield {"image/png": picture, "text/plain": self.caption}, {"image/png": about}
        yield {"text/html": f"<p><em>{html.escape(self.caption)}</em></p>", "text/plain": self.caption}, {}

    def _ipython_display_(self):
        from IPython.display import display

        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)


def take_picture(page, question, width, height):
    """The PagePicture of ``report.html`` from a question on, or from its top."""
    width = whole_number("width", width, SMALLEST, LARGEST)
    height = whole_number("height", height, SMALLEST, LARGEST)
    try:
        content = Path(page).read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{page} cannot be read ({error}); make the report again.") from error
    caption = _describe_top(content) if question is None else _describe_question(content, question)
    chromium = printing.find_browser()
    if chromium is None:
        return PagePicture(
            None,
            f"No Chromium, Chrome or Edge was found here that could draw it: open {page} in your browser.",
            width,
        )
    anchor = "" if question is None else f"question-{question}"
    png = printing.draw_page(Path(page), chromium, anchor, width, height)
    if png is None:
        caption = f"{Path(chromium).name} drew no picture of it: open {page} in your browser."
    return PagePicture(png, caption, width)


def _describe_top(content):
    title = html.unescape(re.search(r"<title>(.*?)</title>", content, re.DOTALL)[1])
    questions = len(re.findall(r'<h3 id="question-', content))
    return (
        f"The top of the report “{title}”, as a browser shows it: what it is about, and the list of its"
        f" {pluralize(questions, 'question')}."
    )


def _describe_question(content, question):
    sections = dict(
        re.findall(r'<section aria-labelledby="question-([a-z0-9-]+)">(.*?)</section>', content, re.DOTALL)
    )
    if question not in sections:
        raise ArgumentError(
            f"question={question!r} is not in this report; give one of {join_words(map(repr, sections))}."
        )
    section = sections[question]
    heading = html.unescape(re.search(r"<h3[^>]*>(.*?)</h3>", section, re.DOTALL)[1])
    counted = {
        "figure": len(re.findall(r"<figure(?! class=.sample)", section)),
        "table": section.count("<table"),
        "sample": section.count('<figure class="sample"'),
    }
    parts = [pluralize(number, name) for name, number in counted.items() if number]
    words = "the words of its author" if 'class="answer"' in section else "a place for words"
    return (
        f"The report from “{heading}” on, as a browser shows it:"
        f" {join_words(['the question', *parts, words])}."
    )
