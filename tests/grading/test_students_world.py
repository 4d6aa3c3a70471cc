"""An answer runs in the world of the student's notebook: every name that the cells above it bind is there."""

import contextlib
import io
import json

import matplotlib
import pytest
from test_hidden_inputs import ASSIGNMENTS, NOTEBOOKS, _exercises, trial

from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.building.source import read_source
from gpt2lab.grading.answers.finding import find_answers
from gpt2lab.grading.answers.names import bound_in

# What cannot be had without the weights of a run, or changes a table that the hidden inputs bind.
UNBOUND = {
    "02.5": {"start", "one_run"},
    "02.6": {"change"},
    "03.4": {"model"},
    "03.5": {"model"},
    **dict.fromkeys(("05.3", "05.4", "05.5"), {"reason"}),  # of an except clause, which unbinds it
    **dict.fromkeys(("09.5", "09.6", "09.7", "09.8"), {"chosen", "own_gain"}),
    **dict.fromkeys(("08.6", "08.7"), {"sample"}),  # of a loop over long samples, of which the scene has none
}
# What trains a model, or asks one, on the way: seconds to half a minute.
LONG = {
    "01.3": {"_", "seed"},
    "02.4": {"change"},
    "02.5": {"change"},
    **dict.fromkeys(("10.2", "10.3", "10.4"), {"seed"}),
} | dict.fromkeys(("09.5", "09.6", "09.7", "09.8"), {"amount", "lm", "part_run", "read"})


def names_above(source, label):
    """The names that the cells above an exercise bind, loops and predictions too."""
    names = set()
    for cell in read_source(source):
        if cell.exercise == label:
            return names
        if cell.kind == "code" and not cell.for_grading_only and not cell.is_setup:
            names |= bound_in(cell.source)
    raise AssertionError(f"no exercise {label}")


def source_that_reads(name, cells, assignment, exercise):
    """What is run for an answer that reads a name, in a notebook that is otherwise as it was handed out."""
    reads = f"{exercise.blank.partition(chr(10))[0]}\nread = {name}\n"
    cells = [dict(cell, source=reads if cell.id == exercise.grade_id else cell.source) for cell in cells]
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = find_answers(content, assignment.exercises, assignment.given)
    theirs = name == "prediction"
    assert any("of the student's" in note for note in found.notes) == theirs, found.notes
    return found.sources[exercise.label]


@pytest.mark.parametrize("name, label", _exercises())
def test_every_name_that_the_cells_above_bind_is_there(name, label, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    source = next((NOTEBOOKS / "source").glob(f"{name}.py"))
    assignment, cells = ASSIGNMENTS[name], compose(source, student=True).cells
    world = trial(name).before(label)
    absent = {}
    for each in sorted(names_above(source, label) - set(world) - LONG.get(label, set())):
        namespace = dict(world)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(source_that_reads(each, cells, assignment, assignment[label]), namespace)
        except Exception as error:
            absent[each] = error
    assert set(absent) == UNBOUND.get(label, set()), absent


@pytest.mark.parametrize("label", LONG)
def test_what_takes_long_goes_along_too(label):
    source = next((NOTEBOOKS / "source").glob(f"{label[:2]}_*.py"))
    assignment, cells = ASSIGNMENTS[source.stem], compose(source, student=True).cells
    for each in LONG[label]:
        assert each in bound_in(source_that_reads(each, cells, assignment, assignment[label]))
