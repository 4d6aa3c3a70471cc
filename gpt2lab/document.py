"""One text of a corpus."""

from dataclasses import dataclass

from gpt2lab.errors import ArgumentError


@dataclass(frozen=True, slots=True)  # slots: a table of a million posts makes a million of these
class Document:
    """One text: ``text``, its ``author`` (None if unknown) and a ``name`` to find it again."""

    text: str
    author: str | None = None
    name: str = ""

    def __post_init__(self):
        if not isinstance(self.text, str):
            raise ArgumentError(f"text={self.text!r} of document {self.name!r} is not a string; give the text itself.")
