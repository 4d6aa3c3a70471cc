"""One text of a corpus, and the prefix that names its author."""

import re
from dataclasses import dataclass, replace

from gpt2lab.errors import ArgumentError

TEMPLATE = "\\{author}- "  # what `Corpus.with_author_prefix` puts before a text: \\paulg- Startups are hard.


@dataclass(frozen=True, slots=True)  # slots: a table of a million posts makes a million of these
class Document:
    """One text: ``text``, its ``author`` (None if unknown), a ``name`` to find it again, and the ``group`` of
    documents, such as the messages of one president and year, that `Corpus.split` keeps together (empty: it
    stands alone).
    """

    text: str
    author: str | None = None
    name: str = ""
    group: str = ""

    def __post_init__(self):
        if not isinstance(self.text, str):
            raise ArgumentError(
                f"text={self.text!r} of document {self.name!r} is not a string; give the text itself."
            )

    def part(self, start: int, end: int) -> "Document":
        """The piece from one character to another, named after its place: ``1947-Truman [120:310]``."""
        return replace(self, text=self.text[start:end], name=f"{self.name} [{start}:{end}]")

    @property
    def whole(self) -> str:
        """The name of the document that this one is a part of, or its own."""
        return re.sub(r" \[\d+:\d+\]\Z", "", self.name)


def author_prefix(author: str, template: str = TEMPLATE) -> str:
    """What stands before the texts of an author.

    To have a model write such a text, give `LanguageModel.generate` the prefix without the space at its end:
    in the training text the space is one token with the word after it, and a model that is given it alone
    writes something that hardly ever began a text.

    Parameters
    ----------
    author : str
    template : str, default ``\\{author}- ``
        As in `Corpus.with_author_prefix`.

    Raises
    ------
    ArgumentError
        If the template lacks ``{author}``.

    Examples
    --------
    >>> lm.generate(author_prefix("paulg").rstrip(), include_prefix=False)  # doctest: +SKIP
    """
    if not isinstance(template, str) or "{author}" not in template:
        raise ArgumentError(f"template={template!r} lacks {{author}}; give for example '\\\\{{author}}- '.")
    return template.replace("{author}", author)
