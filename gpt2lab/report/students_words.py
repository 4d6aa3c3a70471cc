"""The student's Markdown as HTML in which nothing can run: instructors open it."""

import html
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from gpt2lab.base.pages import data_uri

_LINKS = ("http://", "https://", "mailto:")
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_LARGEST = 5_000_000  # bytes of a picture


def as_html(words, folder):
    """Basic Markdown (paragraphs, emphasis, lists, quotations, code, links, tables, pictures beside the
    report) as HTML.

    HTML in it is shown and not taken as such; a heading becomes a bold paragraph, since the report has its
    own; links lead to the web or to an address only; a picture has to lie in the folder of the report, and is
    put into the page.

    Parameters
    ----------
    words : str
    folder : Path
        Of the report.

    Returns
    -------
    str
    """
    return _parser(Path(folder).resolve())(words)


@lru_cache(maxsize=4)
def _parser(folder):
    import mistune

    class Safe(mistune.HTMLRenderer):
        """Every piece that could carry something else than text is written here, so that it does not depend
        on the version of the library.
        """

        def text(self, text):
            return html.escape(text, quote=False)

        def heading(self, text, level, **attributes):
            return f"<p><strong>{text}</strong></p>\n"

        def link(self, text, url, title=None):
            url = html.unescape(url).strip()  # some versions have escaped it already
            if not url.lower().startswith(_LINKS):
                return text
            return f'<a href="{html.escape(url)}" rel="noopener noreferrer">{text}</a>'

        def image(self, text, url, title=None):
            alt = re.sub(r"<[^>]*>", "", text) or "no description"
            alt = html.escape(html.unescape(alt))
            picture = _picture(folder, url)
            return f'<img src="{picture}" alt="{alt}">' if picture else f"(picture: {alt})"

        def codespan(self, text):
            return f"<code>{html.escape(html.unescape(text), quote=False)}</code>"

        def block_code(self, code, info=None):
            return f'<pre tabindex="0"><code>{html.escape(code, quote=False)}</code></pre>\n'

        def inline_html(self, html_text):
            return html.escape(html_text, quote=False)

        def block_html(self, html_text):
            return f"<p>{html.escape(html_text.strip(), quote=False)}</p>\n"

    parser = mistune.create_markdown(renderer=Safe(escape=True), plugins=["table", "strikethrough"])
    # Cells at the top head their columns for those who hear the table.
    parser.renderer.register(
        "table_cell",
        lambda self, text, align=None, head=False: (
            f'<th scope="col">{text}</th>' if head else f"<td>{text}</td>"
        ),
    )
    return parser


def _picture(folder, url):
    """A picture of the folder as a data URI; None if it is none, or lies elsewhere."""
    try:
        path = (folder / unquote(url)).resolve()
        if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    kind = next((kind for begin, kind in _PICTURES.items() if content.startswith(begin)), None)
    return kind and data_uri(content, kind)
