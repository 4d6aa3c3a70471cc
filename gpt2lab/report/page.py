"""A report as one HTML page, figures inside, that reaches for nothing outside itself and runs nothing."""

import html
import re

from gpt2lab.base.pages import html_figure, html_page, html_table
from gpt2lab.report.blocks import Missing, Picture, Samples, Table, Words
from gpt2lab.report.students_words import as_html


def page(report, pictures, folder):
    """The text of ``report.html``.

    Parameters
    ----------
    report : Contents
    pictures : dict of str to bytes
        PNG by name.
    folder : Path
        Of the report, where the student's pictures are.
    """
    by = f'<p class="author">By {html.escape(report.author)}</p>' if report.author else ""
    contents = []
    sections = []
    number = 0
    for part, asked in report.parts:
        entries = []
        sections.append(f"<h2>{html.escape(part)}</h2>")
        for section in asked:
            number += 1
            question = section.question
            anchor = f"question-{section.question.name}"
            heading = f"{number}. {html.escape(question.title)}"
            entries.append(f'<li><a href="#{anchor}">{heading}</a></li>')
            blocks = "\n".join(_html_of(block, pictures) for block in section.numbered)
            words = report.answers[question.name]
            sections.append(
                f'<section aria-labelledby="{anchor}">\n<h3 id="{anchor}">{heading}</h3>\n'
                f'<p class="question">{html.escape(question.prompt)}</p>\n'
                f"{blocks}\n{_answer(question, words, folder)}\n</section>"
            )
        contents.append(f"<li>{html.escape(part)}<ul>{''.join(entries)}</ul></li>")
    contents.append('<li><a href="#how-it-was-made">How it was made</a></li>')
    made = "\n".join(_html_of(block, pictures) for block in report.made)
    about = "\n".join(f"<p>{_inline(words)}</p>" for words in report.about)
    sections.append(
        '<section aria-labelledby="how-it-was-made">\n<h2 id="how-it-was-made">How it was made</h2>\n'
        f"{made}\n</section>"
    )
    return html_page(report.title, f"{by}\n{about}", "\n".join(sections), contents="\n".join(contents))


def _answer(question, words, folder):
    if words:
        return f'<div class="answer">\n<p class="whose">In my own words</p>\n{as_html(words, folder)}</div>'
    return (
        '<p class="unanswered">No words yet. Write them in report.md between <code>&lt;!-- ANSWER'
        f" {question.name} --&gt;</code> and <code>&lt;!-- END ANSWER {question.name} --&gt;</code>, and make"
        " the report again.</p>"
    )


def _html_of(numbered, pictures):
    number, block = numbered
    if isinstance(block, Words):
        return f"<p>{_inline(block.text)}</p>"
    if isinstance(block, Missing):
        return (
            f'<p class="missing"><em>Not in this report:</em> {_inline(block.what)}. <em>To add it:</em>'
            f" {_inline(block.how)}</p>"
        )
    if isinstance(block, Table):
        return html_table(block, f"Table {number}")
    if isinstance(block, Picture):
        return html_figure(block.figure, f"Figure {number}", pictures[block.name])
    if isinstance(block, Samples):
        return (
            '<div class="samples">'
            + "".join(
                f'<figure class="sample"><figcaption>{html.escape(label)}</figcaption>'
                f"<blockquote>{_lines(text)}</blockquote></figure>"
                for label, text in block.texts
            )
            + "</div>"
        )
    raise TypeError(type(block).__name__)


def _inline(text):
    """``**…**`` and backquotes as HTML, all else as it is."""
    escaped = html.escape(text, quote=False)
    return re.sub(
        r"`([^`]+)`", r"<code>\1</code>", re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escaped)
    )


def _lines(text):
    lines = [html.escape(line, quote=False) for line in text.strip().split("\n") if line.strip()]
    return "<p>" + "<br>".join(lines or ["(nothing)"]) + "</p>"
