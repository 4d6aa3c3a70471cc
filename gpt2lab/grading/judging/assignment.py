"""What is graded in a notebook: each exercise with its blank, its solution, its hidden inputs, and what its
check looks at.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.building.publishing import set_up_cell
from gpt2lab.course.building.source import SourceError, read_source

_HEADING = re.compile(r"^#+ Exercise (\d\d\.\d+): *(.+)$", re.MULTILINE)
_MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """One exercise that is worth points.

    Attributes
    ----------
    label, title, grade_id : str
        For example ``"03.2"``, ``"when did it begin?"``, ``"exercise-03-2"``.
    kind : str
        'code' or 'markdown', that of the answer's cell. Answers in markdown are read by a person.
    points : float
    blank, solution : str
        Source of the answer's cell as students get it, and as the instructor wrote it, without markers.
    hidden : str
        Code that binds the hidden inputs, run before the answer.
    key : str
        Code for the trusted side alone, run after the solution.
    answer : str
        The expression whose value is the answer.
    context, named : tuple
        Expressions of what else the check is given: one each, and (name, expression) pairs.
    before_check : str
        Statements of the check cell before its call.
    names : tuple of str
        What the solution binds.
    """

    label: str
    title: str
    grade_id: str
    kind: str
    points: float
    blank: str
    solution: str
    hidden: str = ""
    key: str = ""
    answer: str = ""
    context: tuple = ()
    named: tuple = ()
    before_check: str = ""
    names: tuple = ()

    @property
    def written(self):
        """Whether the answer is prose."""
        return self.kind == "markdown" or '"""' in self.solution


@dataclass(frozen=True)
class Assignment:
    """A notebook as the grader sees it; ``setup`` is the code that every kernel begins with, ``given`` the
    cells of students that are no answers.
    """

    name: str
    setup: str
    exercises: tuple
    given: tuple = ()

    @property
    def number(self):
        return self.name[:2]

    def __getitem__(self, label):
        return next(exercise for exercise in self.exercises if exercise.label == label)


def read_assignment(course, name, points=None):
    """Read what is graded in a notebook.

    Parameters
    ----------
    course : str or Path
        The folder that holds ``source/``: the repository's ``notebooks``, or an instructor's private one.
    name : str
        Of the notebook, or its number: ``"03"``.
    points : dict of str to float, optional
        For some exercises other points than their anchors say.

    Returns
    -------
    Assignment
        Without the exercises that are worth nothing.

    Raises
    ------
    SourceError
        If there is no such notebook, or its source is malformed.
    """
    source = find_source(Path(course), str(name))
    cells = read_source(source)
    handed_out = compose(source, student=True).cells
    blanks = {cell.id: cell.source for cell in handed_out}
    by_kind = {
        kind: {getattr(cell, kind): cell for cell in cells if getattr(cell, kind)}
        for kind in ("check", "hidden", "key")
    }
    titles = dict(_HEADING.findall("\n".join(cell.source for cell in cells if cell.kind == "markdown")))
    exercises = []
    for cell in cells:
        worth = (points or {}).get(cell.exercise, cell.points)
        if cell.exercise and worth:
            exercises.append(_read_exercise(source, cell, worth, titles, blanks, by_kind))
    # As if the course were not published: where submissions are graded the package is there, and the line
    # that installs it is no plain Python.
    setup = (
        set_up_cell({"repository": ""}, source.name[:2], cells)
        if any(cell.is_setup for cell in cells)
        else ""
    )
    given = tuple(cell.source for cell in handed_out if not cell.id.startswith("exercise-"))
    return Assignment(source.stem, setup, tuple(exercises), given)


def find_source(course, name):
    """The path of a notebook's source, by its name or number."""
    stem = Path(name).stem
    sources = sorted((course / "source").glob("*.py"))
    found = [source for source in sources if stem in (source.stem, source.stem[:2])]
    if not found:
        raise SourceError(
            f"{course / 'source'}: no notebook {name!r} there"
            + (
                f"; there are {', '.join(source.stem for source in sources)}."
                if sources
                else "; give the folder that holds source/ with --course."
            )
        )
    return found[0]


def _read_exercise(source, cell, points, titles, blanks, by_kind):
    label = cell.exercise
    grade_id = f"exercise-{cell.exercise.replace('.', '-')}"
    for_grading = {
        kind: by_kind[kind][label].source if label in by_kind[kind] else "" for kind in ("hidden", "key")
    }
    solution = _MARKER.sub("", cell.source)
    made = {
        "label": label,
        "title": titles.get(label, f"Exercise {label}"),
        "grade_id": grade_id,
        "kind": cell.kind,
        "points": float(points),
    }
    made |= {"blank": blanks[grade_id], "solution": solution, **for_grading}
    if cell.kind == "code":
        made |= _read_check(source, by_kind["check"][label]) | {"names": bound_names(solution)}
    return Exercise(**made)


def _read_check(source, check):
    """The expressions that a check cell hands over, and what stands before its call."""
    statements = ast.parse(check.source).body
    call = statements[-1].value if statements and isinstance(statements[-1], ast.Expr) else None
    if not (isinstance(call, ast.Call) and len(call.args) > 1):
        raise SourceError(
            f"{source}:{check.line}: the check cell of {check.check} must end with its call,"
            f' check("{check.check}", answer, ...).'
        )
    _, answer, *context = map(ast.unparse, call.args)
    return {
        "answer": answer,
        "context": tuple(context),
        "named": tuple((keyword.arg, ast.unparse(keyword.value)) for keyword in call.keywords),
        "before_check": "\n".join(map(ast.unparse, statements[:-1])),
    }


def bound_names(code):
    """The names that code binds at its top level, in order."""
    names = []
    for statement in ast.parse(code).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.append(statement.name)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names += [
                node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
            ]
    return tuple(dict.fromkeys(names))
