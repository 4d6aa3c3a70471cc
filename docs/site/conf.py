"""How Sphinx builds the site; ``build.py`` has laid the pages out and starts it."""

project = "gpt2lab"
author = "The gpt2lab authors"
copyright = "The gpt2lab authors, MIT licence"
language = "en"
root_doc = "index"

extensions = ["myst_parser"]
myst_heading_anchors = 3  # the same addresses as GitHub gives to headings
# Answers have %pip and ``...`` that no lexer of plain Python takes; a word in a fenced block that is no language is shown as text.
suppress_warnings = ["misc.highlighting_failure"]

html_title = "gpt2lab"
html_theme = "furo"
html_theme_options = {"navigation_with_keys": False}
html_static_path = ["site.css", "on_disk.js"]
html_css_files = ["site.css"]
html_js_files = ["on_disk.js"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
templates_path = []


def setup(app):
    """Whatever can be wider than a telephone scrolls by itself, and so must be reached with the keyboard."""

    def reachable(app, page, template, context, doctree):
        if "body" in context:
            context["body"] = context["body"].replace("<pre>", '<pre tabindex="0">')

    app.connect("html-page-context", reachable)
