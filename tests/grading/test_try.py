"""Before handing in a student sees what the grader will see: the same steps, on values that are public."""

import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from places import NOTEBOOKS

import gpt2lab as lab
from benchmarks.grading import submission
from gpt2lab.cli import main
from gpt2lab.course.building.notebooks import compose
from gpt2lab.errors import ArgumentError
from gpt2lab.grading import trying
from gpt2lab.grading.judging.assignment import read_assignment

runs_notebooks = pytest.mark.sandbox


@pytest.fixture(scope="module")
def assignment():
    return read_assignment(NOTEBOOKS, "03")


@pytest.fixture(scope="module")
def notebook(assignment):
    """A function that writes a student's notebook with these answers."""
    blank = compose(NOTEBOOKS / "source" / "03_watch_the_loss.py", student=True)

    def write(folder, name="03_watch_the_loss.ipynb", without=None, **answers):
        solved = {exercise.grade_id: exercise.solution for exercise in assignment.exercises}
        text = submission(blank, solved | {f"exercise-03-{key[1:]}": each for key, each in answers.items()})
        made = json.loads(text)
        made["cells"] = [cell for cell in made["cells"] if cell["id"] != without]
        (folder / name).write_text(json.dumps(made), encoding="utf-8")
        return folder / name

    return write


def trial(*arguments):
    return CliRunner().invoke(main, ["try", *map(str, arguments)])


@runs_notebooks
@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")
def test_a_student_sees_what_the_grader_sees_and_nothing_is_written(tmp_path, monkeypatch, notebook):
    monkeypatch.chdir(tmp_path)
    path = notebook(tmp_path, _2="# EXERCISE 03.2\nbest_step = 30")
    done = trial(path, "--page", "mine/feedback.html")
    said = " ".join(done.output.split())
    assert done.exit_code == 0, done.output  # all arrive, whatever the marks
    assert "You have 2 of 5 points so far. 03.5, worth 2 points, is not in this sum yet" in said
    assert "✗ 03.2 When did it begin?: not quite, 0 of 1 point You typed a value." in said
    assert "What to do next. Change your answer" in said and "nothing was handed in" in said
    assert "no sandbox" not in said
    page = Path("mine/feedback.html").read_text(encoding="utf-8")
    assert "2 of 5 points" in page and "best_step = 30" in page and "nothing was handed in" in page
    assert sorted(each.name for each in tmp_path.rglob("*")) == [
        "03_watch_the_loss.ipynb",
        "feedback.html",
        "mine",
    ]


@runs_notebooks
def test_without_a_sandbox_it_runs_as_the_notebook_does_and_a_lost_cell_is_no_success(
    tmp_path, monkeypatch, notebook
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    path = notebook(tmp_path, "final (2).ipynb", without="exercise-03-4")
    done = trial(path)
    said = " ".join(done.output.split())
    assert done.exit_code == 1 and "? 03.4 A loss near 0: not found, 0 of 1 point" in said, done.output
    assert "You have 2 of 5 points so far" in said and "There is no sandbox here" in said


@pytest.fixture
def jobs(monkeypatch, tmp_path):
    """What would be run, instead of running it."""
    seen = []
    monkeypatch.chdir(tmp_path)  # and back at the end
    monkeypatch.setattr(trying, "run_in_fresh_process", lambda function, **job: function(**job))
    monkeypatch.setattr(trying.bubblewrap, "check", lambda: None)
    monkeypatch.setattr(
        trying, "grade_submission", lambda **job: seen.append(job) or {"trouble": "it was not run"}
    )
    return seen


def test_the_secret_of_a_course_is_not_used_and_nobody_is_late(tmp_path, jobs, notebook):
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    (course / "course.toml").write_text(
        '[grading]\nseed = "a secret"\ntimezone = "UTC"\n[grading.due]\n"03" = 2020-01-01\n'
        '[grading.late]\nper_day = 0.5\n[grading.points]\n"03.2" = 7\n'
    )
    tried = lab.grading.try_out(notebook(tmp_path), course)
    assert [job["seed"] for job in jobs] == [trying.SEED]
    assert tried.result.points == 11 and tried.result.penalty == 0 and not tried.arrived
    assert "could not be graded" in repr(tried)


@pytest.mark.parametrize("name", ["03_watch_the_loss.ipynb", "hw 05 of week 3 (1).ipynb", "mine.ipynb"])
def test_which_notebook_it_is_is_told_by_its_exercises(tmp_path, jobs, notebook, name):
    assert lab.grading.try_out(notebook(tmp_path, name), NOTEBOOKS).result.notebook == "03_watch_the_loss"
    assert len(jobs[0]["answers"]) == 4


def test_the_course_is_looked_for_around_the_notebook_and_asked_for_where_it_is_not(
    tmp_path, monkeypatch, jobs, notebook
):
    monkeypatch.setattr(trying, "_PACKAGE", tmp_path / "gpt2lab")
    (tmp_path / "mine" / "work").mkdir(parents=True)
    path = notebook(tmp_path / "mine" / "work")
    with pytest.raises(ArgumentError, match="give their folder with course"):
        lab.grading.try_out(path)
    done = trial(path)
    assert done.exit_code == 2 and "--course" in done.output and "Traceback" not in done.output
    shutil.copytree(NOTEBOOKS / "source", tmp_path / "mine" / "notebooks" / "source")
    assert len(lab.grading.try_out(os.path.relpath(path)).result.exercises) == 4


def test_an_installed_package_brings_the_sources_along(tmp_path, monkeypatch, jobs, notebook):
    monkeypatch.setattr(trying, "_PACKAGE", tmp_path / "gpt2lab")
    shutil.copytree(NOTEBOOKS / "source", tmp_path / "gpt2lab" / "data" / "course" / "source")
    (tmp_path / "mine" / "work").mkdir(parents=True)
    assert len(lab.grading.try_out(notebook(tmp_path / "mine" / "work")).result.exercises) == 4


def test_in_colab_it_is_the_notebook_that_is_open(tmp_path, monkeypatch, jobs, notebook):
    with pytest.raises(ArgumentError, match="Which notebook"):
        lab.grading.try_out()
    shown = {"ipynb": json.loads(notebook(tmp_path).read_text("utf-8"))}
    colab = SimpleNamespace(
        _message=SimpleNamespace(blocking_request=lambda request, timeout_sec: shown.get("all", shown))
    )
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    assert len(lab.grading.try_out(course=NOTEBOOKS).result.exercises) == 4
    shown["all"] = None
    with pytest.raises(ArgumentError, match="did not hand over"):
        lab.grading.try_out(course=NOTEBOOKS)


def test_what_is_no_notebook_of_the_course_is_refused(tmp_path, jobs):
    with pytest.raises(ArgumentError, match="is no file; give the notebook"):
        lab.grading.try_out(tmp_path)
    (tmp_path / "letter.ipynb").write_text("Dear all")
    with pytest.raises(ArgumentError, match="holds no exercise of this course"):
        lab.grading.try_out(tmp_path / "letter.ipynb", NOTEBOOKS)
    assert not jobs
