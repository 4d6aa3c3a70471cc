"""The model answers of all notebooks written as students write them, over several cells, with helpers, drafts
and scratch: each is right, as it is in the notebook.

Nothing of it is run in the sandbox; `tests.grading.test_grading_own_cells` does that with a few.
"""

import ast
import json
from importlib import import_module

import pytest
from places import NOTEBOOKS
from trial import Trial

from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.checks.checking import find_check
from gpt2lab.grading.answers.finding import find_answers
from gpt2lab.grading.answers.names import bound_in
from gpt2lab.grading.answers.pieces import open_names
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.judging.key import Key

SOURCES = sorted((NOTEBOOKS / "source").glob("*.py"))


def _notebook(source):
    """Checks that ask a model take seconds of TensorFlow."""
    slow = getattr(import_module(f"exercises.notebook_{source.stem[:2]}"), "ASKS_A_MODEL", False)
    return pytest.param(source, id=source.stem[:2], marks=[pytest.mark.slow] if slow else [])


def variants(exercise):
    """(name, cells by where they stand) of the ways in which one answer may be written."""
    anchor, _, body = exercise.solution.partition("\n")
    statements = ast.parse(body).body
    name = open_names(exercise)[0]
    parts = list(map(ast.unparse, statements))
    yield "in the cell below", {"answer": exercise.blank, "below": [body]}
    yield "in the check's cell", {"answer": exercise.blank, "check": body}
    yield "in the cell above", {"above": [body], "answer": f"{anchor}\n{name} = {name}"}
    yield "begun above", {"above": parts[:-1], "answer": f"{anchor}\n{parts[-1]}"}
    yield "ended below", {"answer": f"{anchor}\n{parts[0]}", "below": parts[1:]}
    scratch = "\n".join(f"{each} = None" for each in sorted(bound_in(exercise.hidden) | {name}))
    playing = [scratch, f"{anchor}\n{name} = 'another'\nprint({name})"]
    yield "with scratch at the end", {"answer": exercise.solution, "end": playing}
    last = statements[-1]
    imports = [
        part for part, each in zip(parts, statements) if isinstance(each, (ast.Import, ast.ImportFrom))
    ]
    if not isinstance(last, ast.Assign) or len(parts) != len(imports) + 1:
        return
    value = ast.unparse(last.value)
    for kind, helper, use in (
        ("function", f"def my_own():\n    return {value}", "my_own()"),
        ("lambda", f"from functools import partial\nmy_own = partial(lambda: ({value}))", "my_own()"),
        ("constant", f"mine_own, *others = [{value}], 0", "mine_own[0]"),
        ("table", f"my_own = {{}}\nfor key in 'ab':\n    my_own[key] = {value}", "my_own['b']"),
        ("class", f"class MyOwn:\n    @staticmethod\n    def get():\n        return {value}", "MyOwn.get()"),
    ):
        yield (
            f"with a {kind} above",
            {
                "above": ["\n".join([*imports, helper])],
                "answer": f"{anchor}\n{name} = {use}",
                "end": ["my_own = mine_own = MyOwn = None"],
            },
        )
    if isinstance(last.value, ast.Constant) and exercise.written:
        yield "in Markdown", {"answer": exercise.blank, "words": last.value.value}


def write(cells, exercise, answer, above=(), below=(), check="", end=(), words=""):
    """A student's notebook, as a file."""
    made = []
    for cell in cells:
        if cell.id == exercise.grade_id:
            made += [*map(_code, above), dict(cell, source=answer), *map(_code, below)]
            made += [{"cell_type": "markdown", "metadata": {}, "source": words}] if words else []
        elif check and cell.source.startswith(f"# CHECK {exercise.label}\n"):
            first, _, call = cell.source.partition("\n")
            made.append(dict(cell, source=f"{first}\n{check}\n{call}"))
        else:
            made.append(dict(cell))
    made += map(_code, end)
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _code(source):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


@pytest.mark.parametrize("source", [_notebook(source) for source in SOURCES])
def test_an_honest_answer_is_right_however_it_is_written(source, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assignment = read_assignment(NOTEBOOKS, source.stem)
    cells = compose(source, student=True).cells
    trial = Trial(assignment, Key(assignment, "spring"))
    wrong = {}
    for exercise in assignment.exercises:
        for name, written in variants(exercise) if exercise.kind == "code" else ():
            content = write(cells, exercise, **written)
            found = find_answers(content, assignment.exercises, assignment.given).sources[exercise.label]
            verdict = trial.judge(exercise.label, found)
            if getattr(verdict, "state", "failed") != find_check(exercise.label).best:
                wrong[exercise.label, name] = found
    assert not wrong
