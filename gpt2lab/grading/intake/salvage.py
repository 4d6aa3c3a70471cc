"""Read the cells of whatever a student uploaded as a notebook, whole or damaged.

A notebook is not parsed as JSON but read through for strings and brackets: that takes little memory whatever
its outputs hold, cannot be nested too deeply, and reads a file that was cut off up to the cut.
"""

import codecs
import html
import json
import re
from dataclasses import dataclass

from gpt2lab.corpus.readers.decoding import clean, refuse_binary
from gpt2lab.corpus.readers.json_text import parse_json
from gpt2lab.errors import TextError
from gpt2lab.grading.intake.handed_in import LARGEST_NOTEBOOK
from gpt2lab.grading.intake.naming import clean_name

LONGEST_CELL = 200_000  # characters that are kept of one
MOST_CELLS = 10_000
_DEEPEST = 1_000  # brackets; no output of a notebook is nested so deeply
# Brackets and commas of a file that is parsed as JSON, only to say what is wrong with it: at most 30 MB
_MOST_PARSED = 300_000
_MOST_TOKENS = 1_500_000  # about three seconds
_STRING = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
_TOKEN = re.compile(_STRING.pattern + r'|["{}\[\]]')
_COLON = re.compile(r"\s*:")
_OPENING = {"}": "{", "]": "["}
_GRADE_ID = re.compile(r'"grade_id"\s*:\s*(' + _STRING.pattern + ")")
_CELL = re.compile(r'\{\s*"cell_type"\s*:')  # where brackets were lost before it
_LOOSE_CELL = re.compile(r'\{\s*"(?:cell_type|execution_count|attachments|metadata|id)"\s*:')
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
_EXERCISE = re.compile(r"EXERCISE\s{1,9}\d\d\.\d", re.IGNORECASE)
_SCRIPT_CELL = re.compile(r"^# ?(?:%%.*|In\[[\d ]*\]:.*|<(?:code|markdown)cell>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class StudentCell:
    """A cell as the student left it; every field is untrusted text."""

    kind: str
    source: str
    grade_id: str = ""
    cell_id: str = ""


def read_cells(content):
    """The cells of a file.

    Parameters
    ----------
    content : bytes
        A notebook of any version, a damaged one, a script, a web page, anything.

    Returns
    -------
    (list of StudentCell, list of str)
        The cells that are whole, and what was wrong with the file, in sentences. Never raises.
    """
    if not content.strip(b"\0 \t\r\n"):
        return [], ["The file is empty." if not content else "The file holds only blanks."]
    notes = []
    if len(content) > LARGEST_NOTEBOOK:
        notes.append(
            f"The file has {len(content) / 1e6:,.0f} MB; only the first {LARGEST_NOTEBOOK / 1e6:.0f} were"
            " read."
        )
    text = _decode(content[:LARGEST_NOTEBOOK], notes)
    cells = [] if _is_page(text) else list(_cells(text, 0, (), notes))
    if not cells and '"cell_type"' in text and (loose := _LOOSE_CELL.search(text)):
        cells = list(_cells(text, loose.start(), ("[cells",), notes))
    if cells or (re.match(r'\s*\{\s*"', text) and '"cells"' in text):
        return cells, notes + _find_damage(text)
    return _cells_of_text(content, text, notes)


def _decode(content, notes):
    """The text of a file; says so in the notes unless it is UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            break
    else:
        beginning = content[:2_000]
        wide = beginning.count(0) > len(beginning) / 4
        encoding = (
            ("utf-16-le" if beginning[1::2].count(0) > beginning[::2].count(0) else "utf-16-be")
            if wide
            else "utf-8"
        )
    if encoding != "utf-8":
        notes.append(f"The file is stored as {encoding.upper()[:6]}, not as UTF-8; it was read as such.")
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    lost = text.count("\ufffd")
    cut = lost and _ends_in_a_character(content, encoding)
    if encoding == "utf-8" and lost and not cut and lost > sum(map(text.count, "äöüéèàßçñ–—’“”…")):
        text = content.decode("cp1252", "replace")
        notes.append(
            "The file is not stored as UTF-8; it was read as Windows-1252, so that some letters may be wrong."
        )
    elif lost and not cut:
        notes.append(
            f"In the file {lost:,} characters cannot be read as {encoding.upper()[:6]}; they are shown as"
            " \ufffd."
        )
    if "\0" in text:
        notes.append(f"{text.count(chr(0)):,} NUL bytes were taken out of the file.")
        text = text.replace("\0", "")
    return text


def _ends_in_a_character(content, encoding):
    """Whether the only thing that cannot be read is a character at the end, which was cut in two, or the
    sign for such is in the text itself.
    """
    try:
        codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeError:
        return False
    return True


def _cells(text, place, inside, notes):
    """Each whole cell that is listed under "cells".

    ``stack`` holds the open brackets, "[cells" for a list of cells, and ``height`` how many there are of each
    kind; ``level`` is the size of the stack within the cell that is being read, 0 outside of one, and
    ``fields`` says where its values stand.
    """
    stack = list(inside)
    height = {"{": 0, "[": len(inside)}
    level = 0
    number = 0
    key = None
    held = None
    opened = 0
    fields = {}
    for _ in range(_MOST_TOKENS):
        if not (token := _TOKEN.search(text, place)):
            break
        start, place = token.span()
        sign = token[0]
        if sign == '"':  # a string without an end: go on in the next line
            place = text.find("\n", place) + 1 or len(text)
        elif sign[0] == '"':
            if not level or len(stack) == level:
                if _COLON.match(text, place):
                    key = _string(sign) if len(sign) < 100 else None
                elif key is not None:
                    fields[key], key = (start, place), None
        elif sign in "{[":
            if len(stack) == _DEEPEST:
                notes.append(
                    f"The file is nested more than {_DEEPEST:,} brackets deep; it was read up to there."
                )
                break
            lists_cells = sign == "[" and key == "cells" and not level
            if level and len(stack) == level:
                opened = start
                held = key
            elif not level and sign == "{" and (stack[-1:] == ["[cells"] or _CELL.match(text, start)):
                level = len(stack) + 1
                fields = {}
            stack.append("[cells" if lists_cells else sign)
            height[sign], key = height[sign] + 1, None
        elif height[_OPENING[sign]]:
            while (closed := stack.pop()[0]) != _OPENING[sign]:  # what was left open within
                height[closed] -= 1
            height[closed] -= 1
            if level and len(stack) == level and held is not None:
                fields[held], held = (opened, place), None
            elif level and len(stack) < level:
                yield _cell(text, fields)
                level = 0
                key = None
                held = None
                number = number + 1
                if number == MOST_CELLS:
                    notes.append(f"The file holds more than {MOST_CELLS:,} cells; the others were not read.")
                    return
    else:
        notes.append("The file holds so many brackets and strings that only its beginning was read.")
    if level and fields.keys() & {"source", "input"}:
        yield _cell(text, fields)


def _cell(text, fields):
    kind = _value(text, fields.get("cell_type")) or "code"
    kind = kind if kind in ("code", "markdown", "raw", "heading") else "nameless"
    metadata = _GRADE_ID.search(text, *fields["metadata"]) if "metadata" in fields else None
    source = _value(text, fields.get("source", fields.get("input")))  # "input" up to version 3 of the format
    return StudentCell(
        kind, source, _string(metadata[1])[:200] if metadata else "", _value(text, fields.get("id"))[:200]
    )


def _value(text, span):
    """A string, or a list of strings put together; empty for anything else."""
    if span is None or text[span[0]] not in '"[':
        return ""
    parts = []
    length = 0
    for part in _STRING.finditer(text, *span):
        parts.append(_string(part[0]))
        length += len(parts[-1])
        if length > LONGEST_CELL:
            break
    # Half of a pair of surrogates is no text
    return clean("".join(parts)[:LONGEST_CELL]).replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _string(literal):
    try:
        return json.loads(literal, strict=False)
    except ValueError:  # an escape that JSON does not have
        return literal[1:-1]


def _find_damage(text):
    """What is wrong with the JSON of a notebook whose cells were found all the same."""
    if _CONFLICT.search(text):
        return ["The file holds the marks of a merge conflict; both versions were read."]
    if sum(map(text.count, "{[,")) > _MOST_PARSED:
        return []
    try:
        parse_json(text, "The file")
    except TextError as error:
        return [f"{clean_name(str(error), 300)} What is whole in it was read."]
    return []


def _cells_of_text(content, text, notes):
    """The cells of what is no notebook, if there are exercises in it."""
    try:
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:2_000]
        refuse_binary("The file", content, "utf-16" if wide else "utf-8")  # NUL bytes have been named already
    except TextError as error:
        return [], [*notes, clean_name(str(error), 300)]
    if not _EXERCISE.search(text):
        what = "JSON, but" if _is_json(text) else "a web page," if _is_page(text) else "something else,"
        return [], [
            *notes,
            f"The file is no notebook: it is {what} without cells and without the name of an exercise.",
        ]
    if _is_page(text):
        pieces = [
            piece.partition("</pre>")[0].partition(">")[2]
            for piece in re.split(r"<pre(?=[\s>])", text, flags=re.IGNORECASE)[1:]
        ]
        sources = [html.unescape(re.sub(r"<[^<>]*>", "", piece)) for piece in pieces[:MOST_CELLS]]
        return [StudentCell("code", clean(source)[:LONGEST_CELL]) for source in sources], [
            *notes,
            "The file is a web page, not a notebook; its code was read.",
        ]
    return _cells_of_script(clean(text)), [
        *notes,
        "The file is a script or a plain text, not a notebook; it was read as such.",
    ]


def _is_page(text):
    return bool(re.match(r"\s*<(!doctype|html|head|body|div|pre|\?xml)", text[:1_000], re.IGNORECASE))


def _is_json(text):
    return (
        text.lstrip()[:1] in ("{", "[")
        and sum(map(text.count, "{[,")) <= _MOST_PARSED
        and not _find_damage(text)
    )


def _cells_of_script(text):
    starts = [(found.start(), found.end(), found[0]) for found in _SCRIPT_CELL.finditer(text)][:MOST_CELLS]
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    cells = [StudentCell("code", text[: starts[0][0] if starts else len(text)][:LONGEST_CELL])]
    for (_, start, mark), end in zip(starts, ends):
        source = text[start:end].strip("\n")[:LONGEST_CELL]
        markdown = "[markdown]" in mark or "<markdown" in mark
        cells.append(
            StudentCell(
                "markdown" if markdown else "code",
                re.sub("^# ?", "", source, flags=re.MULTILINE) if markdown else source,
            )
        )
    return cells
