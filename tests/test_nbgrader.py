"""nbgrader, where a course uses it: makes the assignments, validates the instructor's notebook, gives points for right answers only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from leaks import leaks, lines_of

from gpt2lab.course.instructor import write_private_folder
from gpt2lab.course.notebooks import compose

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted((FOLDER / "source").glob("*.py"))
FIRST = SOURCES[0]

pytestmark = [pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder of nbgrader, with an assignment of every notebook."""
    folder = tmp_path_factory.mktemp("private") / "course"
    write_private_folder(folder, FOLDER)
    nbgrader(folder / "nbgrader", "generate_assignment", "--create", "--assignment=*")
    return folder / "nbgrader"


def nbgrader(course, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != "GPT2LAB_MODELS"} | {"GPT2LAB_MODEL": "1M", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
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
    # nbgrader leaves an empty line where an answer was.
    assert [lines(cell) for cell in released.cells] == [lines(cell) for cell in expected.cells]
    assert leaks(source, lines_of(released)) == []
    for one, other in zip(released.cells, expected.cells):
        mine, theirs = (cell.metadata.get("nbgrader", {}) for cell in (one, other))
        assert theirs.items() <= mine.items() and not one.get("outputs")


def test_the_assignments_were_made_without_running_them(course):
    assert sorted(path.name for path in course.iterdir()) == ["gradebook.db", "nbgrader_config.py", "release", "source"]
    assert {path.suffix for folder in ("source", "release") for path in (course / folder).rglob("*") if path.is_file()} == {".ipynb"}


def test_the_instructors_notebook_passes_all_its_tests(course, tmp_path):
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    shutil.copy(course / "source" / FIRST.stem / f"{FIRST.stem}.ipynb", tmp_path)
    assert "Your notebook passes all the tests." in nbgrader(tmp_path, "validate", f"{FIRST.stem}.ipynb")


def submission(changes):
    """A student's notebook with all the model answers but for some cells, id to source, None for a deleted cell."""
    notebook, solved = compose(FIRST, student=True), cells(compose(FIRST, student=False))
    notebook.cells = [cell for cell in notebook.cells if changes.get(cell.id, "") is not None]
    for cell in notebook.cells:
        cell.source = changes.get(cell.id, solved[cell.id].source if cell.id.startswith("exercise-") else cell.source)
    return notebook


def test_points_are_given_for_right_answers_only(course):
    blank = cells(compose(FIRST, student=True))
    submissions = {
        # Deleting a check, or writing into it what one would like to read, changes nothing.
        "right": submission({"check-01-2": None, "check-01-3": "print('01.3  Right.')"}),
        "mixed": submission({
            "exercise-01-1": "prediction = 'a'",
            "exercise-01-2": blank["exercise-01-2"].source,
            "exercise-01-3": "what_the_seed_changes = 'c'",
            "exercise-01-4": "raise ValueError('I gave up')",
            "exercise-01-6": blank["exercise-01-6"].source,
            "check-01-3": "print('01.3  Right.')",
        }),
    }
    for student, notebook in submissions.items():
        path = course / "submitted" / student / FIRST.stem / f"{FIRST.stem}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    nbgrader(course, "autograde", FIRST.stem, "--create")
    scores = points_of(course)
    full = {cell.id: cell.metadata.nbgrader.points for cell in blank.values() if cell.id.startswith("check-")}
    assert scores["right"] == full and full["check-01-1"] == 0
    assert scores["mixed"] == dict.fromkeys(full, 0) | {"check-01-5": full["check-01-5"]}


def points_of(course):
    """Points by check, by student."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {submitted.student.id: submitted.notebooks[0].grades for submitted in gradebook.assignment_submissions(FIRST.stem)}
        return {student: {grade.name: grade.auto_score for grade in grades} for student, grades in found.items()}
