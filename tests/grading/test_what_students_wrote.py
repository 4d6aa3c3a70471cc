"""Answers that the notebook's own check calls right, written by people who had read the notebooks and not the
grader: the grader calls them right too.

``tests/support/students`` has them by notebook: the exercise, and the edits that make the student's notebook
of the solved one. Here they are run without the sandbox.
"""

import copy
import json

import matplotlib
import pytest
from places import NOTEBOOKS, SUPPORT
from trial import Trial

from gpt2lab.course.checks.checking import find_check
from gpt2lab.grading.answers.finding import find_answers
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.judging.key import Key

WRITTEN = sorted((SUPPORT / "students").glob("*.json"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def edited(notebook, edits):
    """The file that a student hands in."""
    cells = copy.deepcopy(notebook["cells"])

    def place(cell_id):
        return next(number for number, cell in enumerate(cells) if cell["id"] == cell_id)

    for number, edit in enumerate(edits):
        kind = edit.get("kind", "code")
        of_code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        new = {"cell_type": kind, "id": f"own-{number}", "metadata": {}, "source": edit.get("source", "")}
        if "replace" in edit:
            old = cells[place(edit["replace"])]
            cells[place(edit["replace"])] = new | of_code | {"id": old["id"], "metadata": old["metadata"]}
        elif "above" in edit:
            cells.insert(place(edit["above"]), new | of_code)
        elif "move" in edit:
            moved = cells.pop(place(edit["move"]))
            cells.insert(place(edit["below"]) + 1, moved)
        elif "below" in edit:
            cells.insert(place(edit["below"]) + 1, new | of_code)
        else:
            cells.pop(place(edit["delete"]))
    return json.dumps(notebook | {"cells": cells}).encode()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_what_the_notebook_calls_right_the_grader_calls_right(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    solved = next((NOTEBOOKS / "solutions").glob(f"{path.stem}_*.ipynb"))
    notebook = json.loads(solved.read_text(encoding="utf-8"))
    assignment = read_assignment(NOTEBOOKS, solved.stem)
    trial = Trial(assignment, Key(assignment, "summer"), runs_by_name=True)
    lost = {}
    for written in json.loads(path.read_text(encoding="utf-8")):
        label = written["label"]
        found = find_answers(edited(notebook, written["edits"]), assignment.exercises, assignment.given)
        ways = [found.sources[label], *filter(None, [found.in_their_world.get(label)])]
        states = [getattr(trial.judge(label, source), "state", "failed") for source in ways]
        if find_check(label).best not in states and not find_check(label).in_words:  # a person reads it
            lost[written["name"]] = states, ways[0]
    assert not lost


def test_they_are_of_all_notebooks_and_many():
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in WRITTEN}
    assert len(written) == 10 and sum(map(len, written.values())) >= 400
