"""Terms of the course: where a notebook sets one in bold for the first time in the course, the built
notebook links it to the glossary.
"""

import re
from pathlib import Path

from gpt2lab.course.building.source import SourceError

GLOSSARY = "glossary.md"
_ENTRY = re.compile(r"^## (.+)\n\n((?:.+\n?)+)", re.MULTILINE)
_WHERE = re.compile(r"\]\((\w+)\.ipynb\)\s*$")
_BOLD = re.compile(r"\*\*([^*\[\]`]+)\*\*")
_SENTENCE = "A new term is in bold where it comes first, with a link to the [glossary]({address})."


def find_glossary(folder):
    """The glossary beside the notebooks of a course, None if there is none."""
    path = Path(folder) / GLOSSARY
    return path if path.is_file() else None


def read_entries(text):
    """The terms of a glossary: of each its explanation and the stem of the notebook that introduces it.

    Raises
    ------
    SourceError
        If an entry does not end with a link to its notebook.
    """
    found = {}
    for term, explanation in _ENTRY.findall(text):
        where = _WHERE.search(explanation)
        if not where:
            raise SourceError(
                f"{GLOSSARY}: the entry {term!r} does not end with a link to the notebook that introduces it."
            )
        found[term] = " ".join(explanation.split()), where[1]
    return found


def find_term(words, terms):
    """The term among ``terms`` that these words are, in any case and in the singular or plural; None if they
    are none.
    """
    names = {name.casefold(): name for name in terms}
    words = " ".join(words.split()).casefold()
    return names.get(words) or names.get(words.removesuffix("s"))


def anchor(term):
    """What GitHub and Jupyter call the heading of a term in an address."""
    return re.sub(r"[^\w-]", "", term.casefold().replace(" ", "-"))


def keep_links(text, stems):
    """The text of a glossary for a folder that holds it and, of the notebooks, only ``stems``: the names of
    others are plain words.
    """
    return re.sub(
        r"\[([^\[\]]*)\]\((\w+)\.ipynb\)", lambda found: found[0] if found[2] in stems else found[1], text
    )


class Linked:
    """Markdown of one notebook, cell by cell, in which the first mention in bold of each of its terms becomes
    a link.

    Parameters
    ----------
    glossary : Path or None
        None links nothing.
    stem : str
        The notebook, such as ``"03_watch_the_loss"``.
    address : str
        Where the links lead.
    """

    def __init__(self, glossary, stem, address):
        found = read_entries(glossary.read_text(encoding="utf-8")) if glossary else {}
        self.terms = {term for term, (_, notebook) in found.items() if notebook == stem}
        self.address = address
        self.sentence = _SENTENCE.format(address=address) if found else ""

    def __call__(self, text):
        return _BOLD.sub(self._link, text)

    def _link(self, found):
        term = find_term(found[1], self.terms)
        if term is None:
            return found[0]
        self.terms.remove(term)
        return f"**[{found[1]}]({self.address}#{anchor(term)})**"
