"""A page of HTML that holds all that it shows: it reaches for nothing outside itself and runs nothing."""

import base64
import html
import re
from pathlib import Path

from gpt2lab.base.version import __version__

_STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")
_NUMBER = re.compile(r"[-+]?[\d.,]+(e[-+]?\d+)?( ?%)?|–|nan|inf|")
SHORT = 15  # rows of a table that is printed on one page
# Whatever got into the page all the same could neither run nor call home.
_POLICY = "default-src 'none'; {pictures}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_page(title, header, main, contents="", style="", pictures=True):
    """The text of a page.

    Parameters
    ----------
    title : str
        Plain text; the title of the window and the first heading.
    header, main : str
        HTML, below the first heading and below the contents.
    contents : str, optional
        Items (``<li>``) of a list of links to the parts of the page.
    style : str, optional
        CSS, besides that of every page.
    pictures : bool, default True
        Whether the page may show pictures, which are always inside it.

    Returns
    -------
    str
    """
    title = html.escape(title)
    navigation = f'<nav aria-label="Contents">\n<ul>\n{contents}\n</ul>\n</nav>\n' if contents else ""
    policy = _POLICY.format(pictures="img-src data:; " if pictures else "")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="gpt2lab {__version__}">
<title>{title}</title>
<style>
{_STYLE}{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{header}
</header>
{navigation}<main>
{main}
</main>
</body>
</html>
"""


def data_uri(content, kind="image/png"):
    """A picture (bytes) as an address that holds the picture itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def html_table(table, name):
    """A `report.blocks.Table` as HTML; ``name`` ("Table 3") stands before its caption."""
    # The first column says what a row is, even if it is a number.
    kinds = [""]
    for place in range(1, len(table.header)):
        numbers = all(_NUMBER.fullmatch(row[place]) for row in table.rows)
        kinds.append(' class="number"' if numbers else "")
    head = "".join(
        f'<th scope="col"{kind}>{html.escape(title)}</th>' for kind, title in zip(kinds, table.header)
    )
    rows = "\n".join(
        f'<tr><th scope="row">{html.escape(first)}</th>'
        + "".join(f"<td{kind}>{html.escape(cell)}</td>" for kind, cell in zip(kinds[1:], cells))
        + "</tr>"
        for first, *cells in table.rows
    )
    length = ' class="short"' if len(table.rows) <= SHORT else ""
    # A table that is wider than the screen scrolls by itself, with the keyboard too.
    return f"""\
<div class="wide" role="region" aria-label="{name}" tabindex="0"><table{length}>
<caption><strong>{name}.</strong> {html.escape(table.caption)}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table></div>"""


def html_figure(figure, name, png=None):
    """A `CaptionedFigure` as HTML, its caption also its alternative text; ``png`` (bytes) if it has been
    drawn already.
    """
    caption = html.escape(figure.caption)
    width = int(100 * figure.get_figwidth())
    height = int(100 * figure.get_figheight())
    return (
        f'<figure>\n<img src="{data_uri(png or figure.png())}" alt="{caption}" width="{width}"'
        f' height="{height}">\n<figcaption><strong>{name}.</strong> {caption}</figcaption>\n</figure>'
    )
