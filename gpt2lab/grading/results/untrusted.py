"""Text from a submission, made harmless for where it is shown: a page, a terminal, a cell of a
spreadsheet.
"""

import html
import re
import unicodedata

LONGEST = 4_000  # characters of a source on a page, and
MOST_LINES = 200  # its lines
NAME = 120  # characters of a name
# A joiner between letters of other scripts, or of an emoji, is part of how they are written.
_JOINER = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_MARKS = 4  # combining marks on one letter; more of them climb over the lines above


def one_line(text, longest):
    """A text as one line: what has no shape (control characters, line ends, characters that turn the
    direction of writing, halves of characters) becomes a space, spaces that follow one another become one,
    and what is longer is cut and ends in an ellipsis.
    """
    shown = "".join(
        character if shaped else " " for character, shaped in _characters(str(text)[: 4 * longest + 100])
    )
    return _cut(" ".join(shown.split()), longest)


def name_of(student):
    """A student's name as one line; never empty."""
    return one_line(student, NAME) or "(no name)"


def as_html(text):
    """A text for a page, cut to `LONGEST` characters and `MOST_LINES` lines; what has no shape is shown by
    its code, as in ``\\x1b``.
    """
    text = str(text).replace("\r\n", "\n")
    lines = text[:LONGEST].split("\n")
    shown = "\n".join(lines[:MOST_LINES])
    left = len(text) - len(shown)
    return "".join(_piece(character, shaped) for character, shaped in _characters(shown)) + (
        f'\n<span class="cut">… {left:,} more characters</span>' if left else ""
    )


def _piece(character, shaped):
    if shaped or character in "\n\t":
        return html.escape(character)
    return f'<span class="code">{ascii(character)[1:-1]}</span>'


def _characters(text):
    """Each character, and whether it has a shape of its own and keeps to its place."""
    joiners = {match.start() for match in _JOINER.finditer(text)}
    marks = 0
    for place, character in enumerate(text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        yield character, (character.isprintable() or place in joiners) and marks <= _MARKS


def _cut(text, longest):
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


# What a spreadsheet takes as the beginning of a formula: also as full-width or small form, also after spaces,
# quotes or brackets of quotation, and after a character that some countries separate cells with, where a file
# with commas is opened as one with semicolons.
_FORMULA = re.compile(r"(^|[;,|:])(?=[\s\"'`´‘’‚“”„«»‹›＂＇]*([=+\-@−]|[＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌]))")


def spreadsheet_cell(text, longest=2_000):
    """A text for a cell of a spreadsheet: one line, and with an apostrophe before whatever would begin a
    formula.
    """
    return _cut(_FORMULA.sub(r"\1'", one_line(text, longest)), longest)
