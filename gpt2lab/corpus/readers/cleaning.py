"""Take out of texts what the files they come from add to them."""

import re

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.personal_data import find_links
from gpt2lab.corpus.readers.decoding import clean
from gpt2lab.corpus.readers.html_text import html_text

_MENTIONS = re.compile(r"\s*(?:\.?@[\w.-]+(?:@[\w.-]+\w)?(?:\s+|$))+")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class Cleaner:
    """Cleans texts one by one and counts what it did.

    Parameters
    ----------
    log : Log
        Where it is counted.
    links, mentions : bool, default True
        Whether links, and the names at the beginning of an answer (``@ada @alan Yes!``), stay.
    html : bool, default False
        Whether the texts are HTML, of which the text is wanted.
    """

    def __init__(self, log, links=True, mentions=True, html=False):
        self._log = log
        self._links = yes_or_no("links", links)
        self._mentions = yes_or_no("mentions", mentions)
        self._html = yes_or_no("html", html)

    def __call__(self, text, place, answer=True):
        """The cleaned text, or None if nothing is left of it.

        Parameters
        ----------
        text : str
            As it stands in the file.
        place : str
            Where that is, for the log.
        answer : bool, default True
            Whether it answers somebody, so that names at its beginning are addresses.
        """
        before = text
        text = self._count_change(
            "half a character, a lone surrogate, replaced by U+FFFD",
            _HALF_CHARACTER.sub("\ufffd", clean(text)),
            text,
            place,
        )
        if self._html:
            text = self._count_change(
                "HTML made into text", html_text(text), text, place, count=bool(_TAG.search(text))
            )
        if answer and not self._mentions:
            text = self._count_change(
                "names addressed at the beginning taken out", text[self._end_of_mentions(text) :], text, place
            )
        if not self._links:
            text = self._count_change("links taken out", _remove_links(text), text, place)
        if not text.strip():
            self._log.count(
                "left out", "nothing left after cleaning" if before.strip() else "no text", before, place
            )
            return None
        return text

    def _end_of_mentions(self, text):
        names = _MENTIONS.match(text)
        return names.end() if names else 0

    def _count_change(self, why, new, old, place, count=True):
        if new != old and count and clean(old) != new:
            self._log.count("changed", why, old, place)
        return new


def _remove_links(text):
    links = find_links(text)
    if not links:
        return text
    kept = []
    at = 0
    for start, end in [*links, (len(text), len(text))]:
        piece = text[at:start]
        # No two spaces where the link was
        kept.append(piece.lstrip(" \t") if not kept or kept[-1][-1:] in " \t" else piece)
        if not kept[-1] and len(kept) > 1:
            kept.pop()
        at = end
    return "\n".join(line.rstrip(" \t") for line in "".join(kept).split("\n")).strip()
