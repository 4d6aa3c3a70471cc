"""nbgrader, where a course uses it: makes the assignments, validates the instructor's notebook, gives points
for right answers only.
"""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from leaks import leaks, lines_of
from places import NOTEBOOKS

from gpt2lab.course.building.instructor import write_private_folder
from gpt2lab.course.building.notebooks import compose

SOURCES = sorted((NOTEBOOKS / "source").glob("*.py"))
FIRST = SOURCES[0]

pytestmark = [pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder of nbgrader, with an assignment of every notebook."""
    folder = tmp_path_factory.mktemp("private") / "course"
    write_private_folder(folder, NOTEBOOKS)
    nbgrader(folder / "nbgrader", "generate_assignment", "--create", "--assignment=*")
    return folder / "nbgrader"


def nbgrader(course, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != "GPT2LAB_MODELS"} | {
        "GPT2LAB_MODEL": "1M",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def cells(notebook):
    return {cell.id: cell for cell in notebook.cells if cell.id.startswith(("exercise-", "check-"))}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_assignment_is_the_students_notebook(course, source):
    released = nbformat.read(course / "release" / source.stem / f"{source.stem}.ipynb", as_version=4)
    expected = compose(source, student=True)
    # Where an answer was nbgrader leaves an empty line.
    assert [lines(cell) for cell in released.cells] == [lines(cell) for cell in expected.cells]
    assert leaks(source, lines_of(released)) == []
    for one, other in zip(released.cells, expected.cells):
        mine, theirs = (cell.metadata.get("nbgrader", {}) for cell in (one, other))
        assert theirs.items() <= mine.items() and not one.get("outputs")


def test_the_assignments_were_made_without_running_them(course):
    assert sorted(path.name for path in course.iterdir()) == [
        "gradebook.db",
        "nbgrader_config.py",
        "release",
        "source",
    ]
    assert {
        path.suffix
        for folder in ("source", "release")
        for path in (course / folder).rglob("*")
        if path.is_file()
    } == {".ipynb", ".md"}


def test_the_instructors_notebook_passes_all_its_tests(course, tmp_path):
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    shutil.copy(course / "source" / FIRST.stem / f"{FIRST.stem}.ipynb", tmp_path)
    assert "Your notebook passes all the tests." in nbgrader(tmp_path, "validate", f"{FIRST.stem}.ipynb")


def submission(source, changes=()):
    """A student's notebook with the model answers but for some cells: id to source, None for a
    deleted cell.
    """
    notebook, solved, changes = (
        compose(source, student=True),
        cells(compose(source, student=False)),
        dict(changes),
    )
    notebook.cells = [cell for cell in notebook.cells if changes.get(cell.id, "") is not None]
    for cell in notebook.cells:
        cell.source = changes.get(
            cell.id, solved[cell.id].source if cell.id.startswith("exercise-") else cell.source
        )
    return notebook


def hand_in(course, source, notebooks):
    """Write the notebooks of students by name where nbgrader looks for them; return the folders."""
    folders = {student: course / "submitted" / student / source.stem for student in notebooks}
    for student, folder in folders.items():
        folder.mkdir(parents=True)
        nbformat.write(notebooks[student], folder / f"{source.stem}.ipynb")
    return folders


def points_of(course, source):
    """Points by cell, by student; None for what a person has to read."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {
            submitted.student.id: submitted.notebooks[0].grades
            for submitted in gradebook.assignment_submissions(source.stem)
        }
        return {
            student: {grade.name: grade.auto_score for grade in grades} for student, grades in found.items()
        }


def test_right_answers_get_all_points(course):
    hand_in(course, FIRST, {"ada": submission(FIRST)})
    nbgrader(course, "autograde", FIRST.stem, "--create")
    full = {
        cell.id: cell.metadata.nbgrader.points
        for cell in compose(FIRST, student=True).cells
        if cell.id.startswith("check-")
    }
    assert points_of(course, FIRST)["ada"] == full and full["check-01-1"] == 0


SMALL = """\
# %% [markdown]
# # 1. Without a model, so that a class is graded in seconds

# %%
import gpt2lab as lab

# %%
# EXERCISE 01.1 (difficulty 1, 1 min, 0 points)
### BEGIN SOLUTION
prediction = "a"
### END SOLUTION

# %%
# CHECK 01.1
lab.course.check("01.1", prediction, None)

# %%
# EXERCISE 01.3 (difficulty 1, 3 min, 1 point)
### BEGIN SOLUTION
what_the_seed_changes = "b"
### END SOLUTION

# %%
# CHECK 01.3
lab.course.check("01.3", what_the_seed_changes)

# %%
# EXERCISE 01.5 (difficulty 2, 6 min, 2 points)
def block_parameters(d):
    ### BEGIN SOLUTION
    return 12 * d**2 + 13 * d
    ### END SOLUTION

# %%
# CHECK 01.5
lab.course.check("01.5", block_parameters, widths=[1, 128, 768])

# %% [markdown]
# <!-- EXERCISE 01.7 (difficulty 3, 10 min, 3 points) -->
# ### BEGIN SOLUTION
# Because it is so.
# ### END SOLUTION
"""
ALL = {"check-01-1": 0, "check-01-3": 1, "check-01-5": 2, "exercise-01-7": None}
# What each student changed in an answered notebook (None: it was not answered), and the points.
CLASS = {
    # Deleting a check, writing into it what one would like to read, a wrong prediction and a warning change
    # nothing.
    "right": (
        {
            "exercise-01-1": "prediction = 'c'",
            "check-01-3": "print('01.3  Right.')",
            "exercise-01-5": (
                "import warnings\ndef block_parameters(d):\n    warnings.warn('odd')\n    return 12 * d**2 +"
                " 13 * d"
            ),
            "check-01-5": None,
        },
        ALL,
    ),
    "wrong": (
        {"exercise-01-3": "what_the_seed_changes = 'c'", "check-01-3": "pass"},
        ALL | {"check-01-3": 0},
    ),
    "failed": (
        {
            "exercise-01-3": "raise ValueError('I gave up')",
            "exercise-01-5": "def block_parameters(d):\n    return 12 * d**2",
        },
        ALL | {"check-01-3": 0, "check-01-5": 0},
    ),
    "blank": (None, dict.fromkeys(ALL, 0)),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A graded class: the course folder of nbgrader and the source."""
    folder = tmp_path_factory.mktemp("small") / "notebooks"
    source = folder / "source" / "01_small.py"
    source.parent.mkdir(parents=True)
    source.write_text(SMALL)
    write_private_folder(folder.parent / "private", folder)
    course = folder.parent / "private" / "nbgrader"
    nbgrader(course, "generate_assignment", "--create", source.stem)
    blank = nbformat.read(course / "release" / source.stem / f"{source.stem}.ipynb", as_version=4)
    folders = hand_in(
        course,
        source,
        {
            name: blank if changes is None else submission(source, changes)
            for name, (changes, _) in CLASS.items()
        },
    )
    (folders["right"] / "models" / "1M").mkdir(parents=True)
    (folders["right"] / "models" / "1M" / "weights").write_bytes(bytes(1000))
    nbgrader(course, "autograde", source.stem, "--create")
    return course, source


@pytest.mark.parametrize("student", CLASS)
def test_points_are_given_for_right_answers_only(small, student):
    assert points_of(*small)[student] == CLASS[student][1]


def test_what_a_notebook_left_beside_itself_is_not_copied(small):
    course, source = small
    assert (course / "submitted" / "right" / source.stem / "models").exists()
    assert {path.name for path in (course / "autograded" / "right" / source.stem).iterdir()} == {
        f"{source.stem}.ipynb"
    }


def test_feedback_and_a_table_of_points_come_out(small):
    course, source = small
    nbgrader(course, "generate_feedback", source.stem)
    page = (course / "feedback" / "failed" / source.stem / f"{source.stem}.html").read_text()
    assert re.search(r"counted\s+the\s+matrices\s+only", page)
    nbgrader(course, "export")
    rows = pd.read_csv(course / "grades.csv").set_index("student_id")
    assert rows.score.to_dict() == {"right": 3, "wrong": 2, "failed": 0, "blank": 0} and set(
        rows.max_score
    ) == {6}
