"""A report as one HTML page, figures inside, that reaches for nothing outside itself and runs nothing."""

import html
import re
from pathlib import Path

from gpt2lab import __version__
from gpt2lab.captioned import data_uri
from gpt2lab.report.blocks import Missing, Picture, Samples, Table, Words
from gpt2lab.report.students_words import as_html

_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
SHORT = 15  # rows of a table that is printed on one page
# Whatever got into the page all the same could neither run nor call home.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


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
    title = html.escape(report.title)
    by = f'<p class="author">By {html.escape(report.author)}</p>' if report.author else ""
    contents, sections, number = [], [], 0
    for part, asked in report.parts:
        entries = []
        sections.append(f"<h2>{html.escape(part)}</h2>")
        for section in asked:
            number += 1
            question, anchor = section.question, f"question-{section.question.name}"
            heading = f"{number}. {html.escape(question.title)}"
            entries.append(f'<li><a href="#{anchor}">{heading}</a></li>')
            blocks = "\n".join(_written(block, pictures) for block in section.numbered)
            words = report.answers[question.name]
            sections.append(
                f'<section aria-labelledby="{anchor}">\n<h3 id="{anchor}">{heading}</h3>\n<p class="question">{html.escape(question.prompt)}</p>\n'
                f"{blocks}\n{_answer(question, words, folder)}\n</section>"
            )
        contents.append(f"<li>{html.escape(part)}<ul>{''.join(entries)}</ul></li>")
    contents.append('<li><a href="#how-it-was-made">How it was made</a></li>')
    made = "\n".join(_written(block, pictures) for block in report.made)
    about = "\n".join(f"<p>{_inline(words)}</p>" for words in report.about)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="gpt2lab {__version__}">
<title>{title}</title>
<style>
{_STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{by}
{about}
</header>
<nav aria-label="Contents">
<ul>
{chr(10).join(contents)}
</ul>
</nav>
<main>
{chr(10).join(sections)}
<section aria-labelledby="how-it-was-made">
<h2 id="how-it-was-made">How it was made</h2>
{made}
</section>
</main>
</body>
</html>
"""


def _answer(question, words, folder):
    if words:
        return f'<div class="answer">\n<p class="whose">In my own words</p>\n{as_html(words, folder)}</div>'
    return (f'<p class="unanswered">No words yet. Write them in report.md between <code>&lt;!-- ANSWER {question.name} --&gt;</code> and '
            f"<code>&lt;!-- END ANSWER {question.name} --&gt;</code>, and make the report again.</p>")


def _written(numbered, pictures):
    number, block = numbered
    if isinstance(block, Words):
        return f"<p>{_inline(block.text)}</p>"
    if isinstance(block, Missing):
        return f'<p class="missing"><em>Not in this report:</em> {_inline(block.what)}. <em>To add it:</em> {_inline(block.how)}</p>'
    if isinstance(block, Table):
        return _table(number, block)
    if isinstance(block, Picture):
        caption, width = html.escape(block.figure.caption), int(100 * block.figure.get_figwidth())
        height = int(100 * block.figure.get_figheight())
        return (f'<figure>\n<img src="{data_uri(pictures[block.name])}" alt="{caption}" width="{width}" height="{height}">\n'
                f"<figcaption><strong>Figure {number}.</strong> {caption}</figcaption>\n</figure>")
    if isinstance(block, Samples):
        return '<div class="samples">' + "".join(
            f'<figure class="sample"><figcaption>{html.escape(label)}</figcaption><blockquote>{_lines(text)}</blockquote></figure>'
            for label, text in block.texts
        ) + "</div>"
    raise TypeError(type(block).__name__)


def _table(number, table):
    kinds = [' class="number"' if _numeric([row[place] for row in table.rows]) else "" for place in range(len(table.header))]
    head = "".join(f'<th scope="col"{kind}>{html.escape(name)}</th>' for kind, name in zip(kinds, table.header))
    rows = "\n".join(
        f'<tr><th scope="row">{html.escape(first)}</th>' + "".join(f"<td{kind}>{html.escape(cell)}</td>" for kind, cell in zip(kinds[1:], cells)) + "</tr>"
        for first, *cells in table.rows
    )
    name, length = f"Table {number}", ' class="short"' if len(table.rows) <= SHORT else ""
    # A table that is wider than the screen scrolls by itself, with the keyboard too.
    return (f'<div class="wide" role="region" aria-label="{name}" tabindex="0"><table{length}>\n'
            f"<caption><strong>{name}.</strong> {html.escape(table.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>")


def _numeric(cells):
    return all(re.fullmatch(r"[-+]?[\d.,]+(e[-+]?\d+)?( ?%)?|–|nan|inf|", cell) for cell in cells)


def _inline(text):
    """``**…**`` and backquotes as HTML, all else as it is."""
    escaped = html.escape(text, quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escaped))


def _lines(text):
    lines = [html.escape(line, quote=False) for line in text.strip().split("\n") if line.strip()]
    return "<p>" + "<br>".join(lines or ["(nothing)"]) + "</p>"
