"""The cells of a notebook as pieces: whose answer each is, whose check it calls, and whether it is as it was
handed out.
"""

import re
from dataclasses import dataclass

_ANCHOR_LINES = 5
_LONGEST_LINE = 500  # characters of a line that patterns look at: some take quadratic time
ANCHOR = re.compile(
    r"\s*(?:#+|<!--|//)\s*EXERCISE\s*[:.#]?\s*(\d{1,2})\s*[.,_-]\s*(\d{1,3})(?!\d)", re.IGNORECASE
)
# In Markdown "### Exercise 03.2: the gap" is the heading that stands above the answer.
_ANCHOR_IN_MARKDOWN = re.compile(
    r"\s*(?:<!--|#)\s*EXERCISE\s*(\d{1,2})\s*[.,]\s*(\d{1,3})(?!\d)\s*(?:-->|\()", re.IGNORECASE
)
_CHECK = re.compile(r"\s*#+\s*CHECK\s+(\d{1,2})\.(\d{1,3})\s*$", re.IGNORECASE)
_CALL = re.compile(r"^[ \t]*lab\.course\.check\((?:\s*[\"'](\d{1,2})\.(\d{1,3})[\"'])?", re.MULTILINE)
_LATER_ANCHOR = re.compile(r"# EXERCISE (\d\d)\.(\d{1,3}) \(")
_PLACEHOLDER = re.compile(
    r"(?P<name>[^\W\d]\w*) *= *\.\.\.(?: *#.*)?|\.\.\.(?: *#.*)?|\*Your answer here\.\*"
)
_DEFINED = re.compile(r"(?:async +)?(?:def|class) +(?P<name>[^\W\d]\w*)")


@dataclass(frozen=True)
class Piece:
    """A cell, or the part of one that begins with an anchor.

    Attributes
    ----------
    kind, source : str
    label : str or None
        Of the exercise that it answers; None if it is nobody's, '' if it is of no exercise that is looked
        for.
    how : str
        How that is known.
    checks : str
        Label of the exercise whose check it calls.
    given : bool
        Whether it is as it was handed out.
    """

    kind: str
    source: str
    label: str | None = None
    how: str = ""
    checks: str = ""
    given: bool = False


def find_pieces(cells, exercises, given, notes):
    """The cells as pieces; ``given`` are sources of cells that were handed out, and what is told to the
    instructor is added to ``notes``.
    """
    by_id = {exercise.grade_id: exercise.label for exercise in exercises}
    labels = {exercise.label for exercise in exercises}
    handed_out = set(map(same, given))
    pieces = []
    for cell in cells:
        first, *more = _part(cell)
        by_metadata = by_id.get(cell.grade_id) or by_id.get(cell.cell_id)
        anchored = find_anchor(cell.kind, first)
        unchanged = same(first) in handed_out
        if anchored and by_metadata and anchored != by_metadata:
            notes.append(
                f"{by_metadata}: a cell has its id but says that it is {anchored}; what it says counts."
            )
        if anchored:
            label = anchored if anchored in labels else ""
            how = "grade_id" if anchored == by_metadata else "anchor"
        else:
            is_other = (
                unchanged
                or re.fullmatch(r"(check|exercise)-\d\d-\d+", cell.grade_id or cell.cell_id)
                or _CHECK.match(first.lstrip())
                or _CALL.search(first)
            )
            label = by_metadata or ("" if is_other else None)
            how = "grade_id"
        pieces.append(Piece(cell.kind, first, label, how, _checked(first), unchanged))
        for part in more:
            later = _LATER_ANCHOR.match(part)
            label = _label(later) if later else ""
            pieces.append(
                Piece(
                    cell.kind,
                    part,
                    label if label in labels else "",
                    "anchor",
                    _checked(part),
                    same(part) in handed_out,
                )
            )
            if label in labels:
                notes.append(f"{label}: stands in one cell with another answer; they were parted.")
    return pieces


def _part(cell):
    """The source of a cell, parted where the first line of another exercise or check stands in it."""
    parts = [[]]
    current = None
    for line in cell.source.split("\n"):
        found = _LATER_ANCHOR.match(line) or _CHECK.match(line) if line.startswith("#") else None
        if (
            found
            and any(each.strip() for each in parts[-1])
            and (line.upper().lstrip("# ").startswith("CHECK") or _label(found) != current)
        ):
            parts.append([])
        if found or (current is None and (found := ANCHOR.match(line))):
            current = _label(found)
        parts[-1].append(line)
    return ["\n".join(part) for part in parts]


def find_anchor(kind, source):
    """The label that one of the first lines names; None if none does."""
    lines = [line for line in source[:5_000].split("\n") if line.strip()][:_ANCHOR_LINES]
    anchor = _ANCHOR_IN_MARKDOWN if kind == "markdown" else ANCHOR
    return next((_label(found) for found in map(anchor.match, lines) if found), None)


def _checked(source):
    """The label of the exercise whose check a source calls, '' if it calls none."""
    found = _CHECK.match(source.lstrip().partition("\n")[0]) or _CALL.search(source)
    return _label(found) if found and found[1] else ""


def _label(found):
    return f"{int(found[1]):02d}.{int(found[2])}"


def is_blank(source, exercise):
    """Whether nothing was written: every line of code stands in the cell that was handed out."""
    return set(code_lines(source)) <= set(code_lines(exercise.blank))


def code_lines(source):
    """The lines that are no comments, without what is one."""
    return [line for line in map(_without_comment, source.split("\n")) if line]


def _without_comment(line):
    line = line[:_LONGEST_LINE].strip()
    return (
        ""
        if line.startswith(("#", "<!--"))
        else re.sub(r"\s+", " ", re.sub(r"\s#[^\"']*$", "", line)).strip()
    )


def same(source):
    """A source as it is compared: without what is invisible."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def open_names(exercise):
    """The names that the blank leaves open: those given ``...``, else those of the functions whose body it
    is.
    """
    lines = [line.strip() for line in exercise.blank.split("\n")]
    placed = [found["name"] for found in map(_PLACEHOLDER.fullmatch, lines) if found and found["name"]]
    return placed or [found["name"] for found in map(_DEFINED.match, lines) if found]


def binds(source, names):
    """Whether a source gives each of the names something else than ``...``."""
    return names and all(gives(source, name, r"(?!\s*\.\.\.\s*(?:#|$))") for name in names)


def gives(source, name, but=""):
    """Whether a line of a source gives a name a value, and not ``but``."""
    name = re.escape(name)
    binding = re.compile(
        rf"\s*(?:(?:async +)?(?:def|class) +{name}\b|\(?[^#=(]*?\b{name}\b[^#=(]*=(?!=){but})"
    )
    return any(binding.match(line[:_LONGEST_LINE]) for line in source.split("\n"))
