"""The text of a piece of HTML, as a reader would see it."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol table blockquote pre section article header footer form dl".split()
)
_LINES = frozenset("li tr dt dd".split())
_UNSEEN = frozenset("script style title template noscript".split())
_NO_END = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SPACES = re.compile(r"[ \t\n\r\f]+")  # a space that does not break a line stays
# Classes that mail programs and Mastodon give to what they quote.
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "quote-inline")


def html_text(html, quotes=True):
    """Turn HTML into text.

    Paragraphs are parted by a blank line, lines end where ``<br>``, a list item or a row of a table ends;
    scripts, styles and titles are left out. HTML that is not well formed is read as far as it goes, as
    browsers do.

    Parameters
    ----------
    html : str
        A page or a piece of one.
    quotes : bool, default True
        Whether what stands in ``<blockquote>``, or is marked as a quotation by a mail program, stays.

    Returns
    -------
    str
        Without white space at its ends.
    """
    parser = _Reader(quotes)
    parser.feed(html)
    parser.close()
    return parser.text()


class _Reader(HTMLParser):
    def __init__(self, quotes):
        super().__init__(convert_charrefs=True)
        self._quotes = quotes
        self._pieces = []
        self._hidden = None  # the element that is not to be read
        self._depth = 0  # how many of its kind are open in it
        self._preformatted = 0  # depth of <pre>
        self._break = 0  # line ends due before the next word

    def parse_marked_section(self, i, report=1):
        """What begins with ``<![`` is a comment up to the next ``>``, as it is for browsers; Python's own
        reader fails on some of them.
        """
        return self.rawdata.find(">", i) + 1 or -1

    def handle_starttag(self, tag, attributes):
        classes = (dict(attributes).get("class") or "").split()
        quotation = not self._quotes and (tag == "blockquote" or any(name in classes for name in _QUOTES))
        if self._hidden:
            self._depth += tag == self._hidden
            return
        if tag in _UNSEEN or (quotation and tag not in _NO_END):
            self._hidden = tag
            self._depth = 1
        self._end_line(tag)
        self._preformatted += tag == "pre"

    def handle_startendtag(self, tag, attributes):
        if not self._hidden:
            self._end_line(tag)

    def handle_endtag(self, tag):
        if self._hidden:
            self._depth -= tag == self._hidden
            if not self._depth:
                self._hidden = None
                self._end_line(tag)
        elif tag not in _NO_END:
            self._preformatted -= tag == "pre" and self._preformatted > 0
            if tag in ("td", "th"):
                self.handle_data(" ")
            self._end_line(tag)

    def handle_data(self, text):
        if self._hidden:
            return
        if not self._preformatted:
            text = _SPACES.sub(" ", text)
            if self._break or not self._pieces or self._pieces[-1][-1] in " \n":
                text = text.lstrip(" ")
        if text:
            self._write(text)

    def _end_line(self, tag):
        if tag in ("br", "hr"):
            self._write("\n")
        else:
            self._break = max(self._break, 2 if tag in _PARAGRAPHS else tag in _LINES)

    def _write(self, text):
        if self._pieces and (self._break or text == "\n"):
            self._pieces[-1] = self._pieces[-1].rstrip(" ") or "\n"
            written = self._pieces[-1][-2:].count("\n") if self._pieces[-1].endswith("\n") else 0
            text = "\n" * (self._break - written) + text
        self._break = 0
        self._pieces.append(text)

    def text(self):
        """What was read so far."""
        return "".join(self._pieces).strip()
