"""Read the source of a notebook (jupytext percent format) and refuse what could not be graded.

An exercise is two cells. The answer begins with its anchor, which stays in the student's cell because Colab
can drop metadata::

    # %%
    # EXERCISE 01.2 (difficulty 2, 5 min, 2 points)
    ### BEGIN SOLUTION
    tokens = len(lm.encode(sentence))
    ### END SOLUTION

    # %%
    # CHECK 01.2
    lab.course.check("01.2", tokens)

An answer in words may be a markdown cell whose first line is ``<!-- EXERCISE 01.2 (...) -->``; it needs no
check cell.

Two more kinds of cell are for grading alone, and in no notebook: ``# HIDDEN 01.2`` binds the names that the
answer uses to other values, and ``# KEY 01.2`` what its check needs besides and the answer must not see. Both
stand before the check and may use ``rng``.
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from gpt2lab.errors import LabError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
SETUP = "# SETUP"
BLANK = "...  # your answer"
BLANK_IN_WORDS = "*Your answer here.*"
_EXERCISE = re.compile(
    r"(?:#|<!--) EXERCISE (\d\d\.\d+) \(difficulty ([1-3]), (\d+) min, (\d+) points?\)(?: -->)?"
)
_CHECK = re.compile(r"# (CHECK|HIDDEN|KEY) (\d\d\.\d+)")
_CALL = re.compile(r"\bcheck\(\s*[\"']([\d.]+)[\"']")
_ANCHOR = re.compile(r"(?:#|<!--)\s*(EXERCISE|CHECK|HIDDEN|KEY)\b")


class SourceError(LabError, ValueError):
    """The source of a notebook cannot be built; the message begins with its file and line."""


@dataclass
class Cell:
    """One cell of a source.

    ``line`` is that of its ``# %%`` marker; ``exercise`` is the exercise that it answers, ``check`` the one
    that it checks, ``hidden`` and ``key`` the one that it is for at grading.
    """

    kind: str
    source: str
    metadata: dict
    line: int
    exercise: str | None = None
    check: str | None = None
    hidden: str | None = None
    key: str | None = None
    difficulty: int = 0
    minutes: int = 0
    points: int = 0
    # (number in the file, text) of each line, for messages
    lines: list = field(default_factory=list, repr=False)

    @property
    def is_setup(self):
        return self.kind == "code" and self.source.strip() == SETUP

    @property
    def for_grading_only(self):
        return bool(self.hidden or self.key)


def read_source(path):
    """The cells of a notebook's source, checked.

    Parameters
    ----------
    path : str or Path
        ``NN_name.py``; its exercises are numbered ``NN.1``, ``NN.2`` ...

    Returns
    -------
    list of Cell

    Raises
    ------
    SourceError
        If solution markers do not pair up, an anchor is misspelled, an exercise is numbered twice or has no
        check, and so on.
    """
    import jupytext

    path = Path(path)
    if not re.match(r"\d\d_\w+\.py$", path.name):
        raise SourceError(
            f"{path}: the name of a notebook's source is NN_name.py, for example 01_meet_gpt2.py."
        )
    text = path.read_text(encoding="utf-8")
    raw = _split_cells(path, text)
    parsed = jupytext.reads(text, fmt="py:percent").cells
    if len(parsed) != len(raw):
        raise SourceError(
            f"{path}:1: {len(raw)} cell markers but {len(parsed)} cells; leave out the YAML header of"
            " jupytext."
        )
    cells = []
    for (line, lines), cell in zip(raw, parsed):
        cells.append(Cell(cell.cell_type, cell.source, _keep_metadata(cell.metadata), line, lines=lines))
        _read_anchor(path, cells[-1])
        _check_markers(path, cells[-1])
    _check_exercises(path, cells)
    return cells


def _keep_metadata(metadata):
    return {key: value for key, value in metadata.items() if key != "lines_to_next_cell"}


def _split_cells(path, text):
    """(line of the marker, numbered lines) of each cell; markdown lines without their ``# ``."""
    cells = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# %%"):
            cells.append((number, []))
            markdown = "[markdown]" in line
        elif cells:
            cells[-1][1].append((number, re.sub("^# ?", "", line) if markdown else line))
        elif line.strip():
            raise SourceError(
                f"{path}:{number}: text before the first cell; a source begins with '# %% [markdown]'."
            )
    if not cells:
        raise SourceError(f"{path}:1: no cells; a source begins with '# %% [markdown]'.")
    return cells


def _read_anchor(path, cell):
    for position, (number, text) in enumerate((number, text) for number, text in cell.lines if text.strip()):
        if not _ANCHOR.match(text):
            continue
        exercise = _EXERCISE.fullmatch(text)
        check = _CHECK.fullmatch(text)
        if not (exercise or check):
            raise SourceError(
                f"{path}:{number}: cannot read {text!r}; write '# EXERCISE 01.2 (difficulty 2, 5 min, 2"
                " points)' with a difficulty of 1 to 3, or '# CHECK 01.2', '# HIDDEN 01.2', '# KEY 01.2'."
            )
        if position:
            raise SourceError(
                f"{path}:{number}: an EXERCISE, CHECK, HIDDEN or KEY line must be the first of its cell, and"
                " the only one."
            )
        label = exercise[1] if exercise else check[2]
        if label[:2] != path.name[:2]:
            raise SourceError(
                f"{path}:{number}: exercise {label} belongs to another notebook; here they begin with"
                f" {path.name[:2]}."
            )
        if exercise:
            cell.exercise, cell.difficulty, cell.minutes, cell.points = (
                label,
                *(int(exercise[group]) for group in (2, 3, 4)),
            )
        else:
            setattr(cell, check[1].lower(), label)


def _check_markers(path, cell):
    opened = None
    answers = 0
    for number, text in cell.lines:
        marker = text.strip()
        if marker == BEGIN:
            if opened:
                raise SourceError(f"{path}:{number}: a second {BEGIN!r} before the {END!r} of line {opened}.")
            opened = number
        elif marker == END:
            if not opened:
                raise SourceError(f"{path}:{number}: {END!r} without a {BEGIN!r} before it.")
            opened = None
            answers = answers + 1
        elif re.search(r"(BEGIN|END) SOLUTION", text):
            raise SourceError(
                f"{path}:{number}: cannot read {marker!r}; the markers are {BEGIN!r} and {END!r}."
            )
    if opened:
        raise SourceError(f"{path}:{opened}: {BEGIN!r} without an {END!r} in its cell.")
    if answers and not cell.exercise:
        raise SourceError(f"{path}:{cell.line}: an answer in a cell without an EXERCISE line.")
    if cell.exercise and not answers:
        raise SourceError(
            f"{path}:{cell.line}: exercise {cell.exercise} has no {BEGIN!r} ... {END!r}, so nothing would be"
            " left to answer."
        )


def _check_exercises(path, cells):
    found = {"exercise": {}, "check": {}, "hidden": {}, "key": {}}
    answered = found["exercise"]
    checked = found["check"]
    for cell in cells:
        what = next((kind for kind in found if getattr(cell, kind)), None)
        if what is None:
            continue
        label = getattr(cell, what)
        seen = found[what]
        if label in seen:
            called = {"exercise": "exercise", "check": "the check of exercise"}.get(
                what, f"the {what.upper()} cell of exercise"
            )
            raise SourceError(
                f"{path}:{cell.line}: {called} {label} is there twice, first in line {seen[label].line}."
            )
        seen[label] = cell
        if what == "hidden" and label in answered:
            raise SourceError(
                f"{path}:{cell.line}: the HIDDEN cell of exercise {label} must stand before its answer, which"
                f" is in line {answered[label].line}."
            )
        if cell.for_grading_only and label in checked:
            raise SourceError(
                f"{path}:{cell.line}: the {what.upper()} cell of exercise {label} must stand before its"
                f" check, in line {checked[label].line}."
            )
        if cell.check:
            if cell.check not in answered:
                raise SourceError(
                    f"{path}:{cell.line}: a check of exercise {cell.check}, which does not come before it."
                )
            cell.points = answered[cell.check].points  # they are earned where the answer is checked
            if _CALL.findall(cell.source) != [cell.check]:
                raise SourceError(
                    f'{path}:{cell.line}: the check cell of {cell.check} must call check("{cell.check}", ...)'
                    " once."
                )
    for what in ("hidden", "key"):
        for label, cell in found[what].items():
            if label not in answered:
                raise SourceError(
                    f"{path}:{cell.line}: a {what.upper()} cell of exercise {label}, which there is not."
                )
    for label, cell in answered.items():
        if cell.kind == "code" and label not in checked:
            raise SourceError(f"{path}:{cell.line}: exercise {label} has no '# CHECK {label}' cell after it.")


def remove_answers(path, cell):
    """The source of a cell without its answers: each name that one gave a value becomes ``name = ...  # your
    answer``.
    """
    kept = []
    answer = []
    inside = False
    for text in cell.source.splitlines():
        if text.strip() == BEGIN:
            inside = True
            answer = []
        elif text.strip() == END:
            inside = False
            kept += _blank_lines(path, cell, answer)
        else:
            (answer if inside else kept).append(text)
    return "\n".join(kept)


def _blank_lines(path, cell, answer):
    if cell.kind == "markdown":
        return [BLANK_IN_WORDS]
    indent = min((re.match(" *", line)[0] for line in answer if line.strip()), key=len, default="")
    try:
        body = ast.parse("\n".join(line[len(indent) :] for line in answer)).body
    except SyntaxError as error:
        raise SourceError(
            f"{path}:{cell.line}: the answer of exercise {cell.exercise} is no valid Python: {error.msg}."
        ) from None
    targets = [
        target for part in body if isinstance(part, ast.Assign) for target in part.targets if not indent
    ]
    names = dict.fromkeys(
        target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("_")
    )
    return [f"{indent}{name} = {BLANK}" for name in names] or [f"{indent}{BLANK}"]
