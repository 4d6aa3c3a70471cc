"""How Sphinx builds the site; ``build.py`` has laid the pages out and starts it."""

import re
from pathlib import Path

project = "gpt2lab"
author = "The gpt2lab authors"
copyright = "The gpt2lab authors, MIT licence"
language = "en"
highlight_language = "text"  # of blocks that name none: commands mostly
root_doc = "index"

extensions = ["myst_parser"]
myst_heading_anchors = 3  # the same addresses as GitHub gives to headings
# Answers have %pip and ``...`` that no lexer of plain Python takes; a word in a fenced block that is no
# language is shown as text.
suppress_warnings = ["misc.highlighting_failure"]

html_title = "gpt2lab"
html_theme = "furo"
html_theme_options = {"navigation_with_keys": False}
html_favicon = "favicon.svg"  # without one a browser asks the server for it in vain
html_static_path = ["site.css", "on_disk.js"]
html_css_files = ["site.css"]
html_js_files = ["on_disk.js"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# What the theme writes, and what a screen reader or a keyboard needs instead.
MENDED = (
    # wider than a telephone it scrolls, and so must be reached with the keyboard
    ("<pre>", '<pre tabindex="0">'),
    ('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
    (r"<th(?: [^>]*)?>(?:<p></p>)?</th>", "<td></td>"),  # an empty head is no head
    ('<p class="caption" role="heading">', '<p class="caption">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
    ('<div id="search-results">', '<h1 class="visually-hidden">Search</h1><div id="search-results">'),
)


def setup(app):
    def mend(app, error):
        for page in Path(app.outdir).glob("*.html"):
            text = page.read_text(encoding="utf-8")
            for old, new in MENDED:
                text = re.sub(old, new, text)
            page.write_text(text, encoding="utf-8")

    app.connect("build-finished", mend)
