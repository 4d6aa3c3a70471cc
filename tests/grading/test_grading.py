"""A class graded as an instructor does it: found, run in the sandbox under nbval, judged outside, written
down, gone on with.
"""

import csv
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from places import NOTEBOOKS

from benchmarks.grading import a_class, submission, wrong_marks
from gpt2lab.cli import main
from gpt2lab.course.building.notebooks import compose
from gpt2lab.errors import ArgumentError
from gpt2lab.grading.batch import grade
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.sandbox.bubblewrap import SandboxError

SOURCE = NOTEBOOKS / "source" / "03_watch_the_loss.py"
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def assignment():
    return read_assignment(NOTEBOOKS, "03")


@pytest.fixture(scope="module")
def notebook():
    return compose(SOURCE, student=True)


@pytest.fixture(scope="module")
def small_class(tmp_path_factory, assignment, notebook):
    """Ada knows everything, Bo nothing, Cy typed a number, Di's file was cut off, Eve handed in another
    notebook.
    """
    folder = tmp_path_factory.mktemp("class")
    solved = {exercise.grade_id: exercise.solution for exercise in assignment.exercises}
    typed = solved | {"exercise-03-2": "# EXERCISE 03.2\nbest_step = 30"}
    texts = {
        "ada": submission(notebook, solved),
        "bo": submission(notebook, {}),
        "cy": submission(notebook, typed),
    }
    texts["di"] = texts["ada"][: texts["ada"].index("# EXERCISE 03.4")]
    texts["eve"] = json.dumps(json.loads((NOTEBOOKS / "05_model_sizes.ipynb").read_text(encoding="utf-8")))
    for student, text in texts.items():
        (folder / f"{student}.ipynb").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    """Where this module's gradings have their temporary files, and nobody else."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def graded(small_class, tmp_path_factory, temporary):
    return grade("03", small_class, tmp_path_factory.mktemp("out") / "grades", NOTEBOOKS)


def grade_03(*options):
    """What the command line makes of a class that did notebook 03."""
    return CliRunner().invoke(main, ["grade", "03", *map(str, options)])


def points(graded):
    return {result.student: result.earned for result in graded.results}


def test_a_class_gets_the_points_that_its_answers_deserve(graded):
    assert points(graded) == {"ada": 3, "bo": 0, "cy": 2, "di": 2, "eve": 0}


def test_a_number_that_was_read_off_is_wrong_on_other_inputs_and_nothing_hidden_is_said(graded):
    exercise = next(result for result in graded.results if result.student == "cy").exercises[0]
    assert exercise.state == "wrong" and exercise.earned == 0 and "You typed a value" in exercise.reason
    assert not any(character.isdigit() for character in exercise.reason)


def test_what_is_damaged_is_graded_as_far_as_it_goes_with_a_note(graded):
    di, eve = (next(result for result in graded.results if result.student == name) for name in ("di", "eve"))
    assert [exercise.state for exercise in di.exercises] == [
        "right",
        "right",
        "missing",
        "missing",
    ] and "cut off" in di.notes[0]
    assert {exercise.state for exercise in eve.exercises} == {"missing"} and eve.notes
    assert (
        "file is damaged" in di.exercises[-1].reason
        and "No notebook of this assignment" in eve.exercises[0].reason
    )


def test_gradebook_feedback_report_and_summary_are_written(graded):
    rows = list(csv.DictReader((graded.folder / "gradebook.csv").open(encoding="utf-8-sig")))
    assert [(row["student"], row["total"], row["run in"]) for row in rows][:3] == [
        ("ada", "3 + 2 to be read", "sandbox"),
        ("bo", "0", "sandbox"),
        ("cy", "2 + 2 to be read", "sandbox"),
    ]
    assert {path.stem for path in (graded.folder / "feedback").glob("*.html")} == set(points(graded))
    report = json.loads((graded.folder / "report.json").read_text())
    assert len(report["results"]) == 5 and "seed" not in report["settings"]
    assert "03.2" in (graded.folder / "summary.html").read_text(encoding="utf-8")


def test_the_same_call_goes_on_with_what_is_missing(graded, small_class, monkeypatch, tmp_path):
    from gpt2lab.grading.judging import jobs

    def not_again(**_):
        raise AssertionError("graded again")

    monkeypatch.setattr(jobs, "grade_answers", not_again)
    again = grade("03", small_class, graded.folder, NOTEBOOKS)
    assert points(again) == points(graded)
    # Nor if an exercise is worth more.
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    (course / "course.toml").write_text('[grading.points]\n"03.2" = 3\n')
    assert points(grade("03", small_class, graded.folder, course))["ada"] == points(graded)["ada"] + 2
    # Bo hands in what Ada did: her result serves, and nothing is run.
    shutil.copy(small_class / "ada.ipynb", small_class / "fay.ipynb")
    try:
        assert points(grade("03", small_class, graded.folder, NOTEBOOKS, only=["fay"]))["fay"] == 3
    finally:
        (small_class / "fay.ipynb").unlink()


def test_another_seed_or_other_points_are_not_served_with_earlier_results(graded, small_class, tmp_path):
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    (course / "course.toml").write_text(
        '[grading]\nseed = "another"\nwritten = "check"\n[grading.points]\n"03.2" = 4\n'
    )
    ada = grade("03", small_class, graded.folder, course, only=["ada"]).results[0]
    assert [(exercise.state, exercise.earned, exercise.points) for exercise in ada.exercises] == [
        ("right", 4, 4),
        ("right", 1, 1),
        ("right", 1, 1),
        ("right", 2, 2),
    ]


def test_late_points_are_taken_off_and_an_extension_gives_them_back(graded, small_class, tmp_path):
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    text = (
        '[grading]\ntimezone = "UTC"\n[grading.due]\n"03" = 2020-01-01\n[grading.late]\nper_day ='
        ' 0.1\nat_most = 0.4\n[grading.extensions]\n"03" = { cy = 2099-01-01 }\n'
    )
    (course / "course.toml").write_text(text)
    assert points(grade("03", small_class, graded.folder, course)) == {
        "ada": 1,
        "bo": 0,
        "cy": 2,
        "di": 0,
        "eve": 0,
    }


def test_a_trial_runs_and_writes_nothing(small_class, tmp_path):
    done = grade_03(small_class, "--out", tmp_path / "grades", "--course", NOTEBOOKS, "--dry-run")
    lines = {line.split()[0]: line for line in done.output.splitlines() if " of 4 answers" in line}
    assert done.exit_code == 0 and "nothing was run" in done.output
    assert {student: line.split()[1] for student, line in lines.items()} == {
        "ada": "4",
        "bo": "0",
        "cy": "4",
        "di": "2",
        "eve": "0",
    }
    assert "file is empty" not in done.output  # of who handed in another notebook
    assert not (tmp_path / "grades").exists()


def test_notes_in_the_terminal_are_one_line_each(small_class, tmp_path):
    shutil.copytree(small_class, tmp_path / "class")
    (tmp_path / "class" / "roster.csv").touch()
    done = grade_03(tmp_path / "class", "--course", NOTEBOOKS, "--dry-run")
    assert (
        f"Note: {tmp_path / 'class'}: passed over, as nobody's notebook: roster.csv.\n" in done.output
        and "UserWarning" not in done.output
    )


def test_the_grades_of_another_notebook_are_not_overwritten(graded, small_class, tmp_path):
    with pytest.raises(
        ArgumentError, match="holds the grades of 03_watch_the_loss, which would be lost; choose"
    ):
        grade("05", small_class, graded.folder, NOTEBOOKS)
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "ada.html").touch()
    with pytest.raises(ArgumentError, match="holds a folder feedback of something else"):
        grade("03", small_class, tmp_path, NOTEBOOKS)
    (tmp_path / "report.json").write_text("[3]")
    with pytest.raises(ArgumentError, match="choose another folder"):
        grade("03", small_class, tmp_path, NOTEBOOKS)
    assert (tmp_path / "feedback" / "ada.html").exists()


def test_one_student_alone_takes_nobody_out_of_the_gradebook(graded, small_class):
    assert points(grade("03", small_class, graded.folder, NOTEBOOKS, only=["ada"])) == points(graded)


def test_who_is_not_graded_yet_is_named(graded, small_class, tmp_path, monkeypatch):
    from gpt2lab.grading import batch

    monkeypatch.setattr(batch, "run_all", lambda jobs, chosen, *_: {})
    with pytest.warns(
        UserWarning,
        match=(
            "Not in the gradebook, as not graded yet or changed since: bo, cy, di and eve; the same command"
            " without --only"
        ),
    ):
        assert set(points(grade("03", small_class, tmp_path / "grades", NOTEBOOKS, only=["ada"]))) == {"ada"}


def test_whoever_is_asked_for_must_be_there(small_class, tmp_path):
    with pytest.raises(ArgumentError, match="did you mean 'ada'"):
        grade("03", small_class, tmp_path / "grades", NOTEBOOKS, only=["adda"])


def test_without_bubblewrap_it_refuses_and_says_what_to_do(small_class, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = grade_03(small_class, "--out", tmp_path / "grades", "--course", NOTEBOOKS)
    assert done.exit_code and "apt install bubblewrap" in done.output and "--trust" in done.output
    assert not (tmp_path / "grades").exists()
    with pytest.raises(SandboxError):
        grade("03", small_class, tmp_path / "grades", NOTEBOOKS)


def test_trusted_submissions_get_the_same_points_and_the_gradebook_says_how(small_class, tmp_path):
    done = grade_03(
        small_class, "--out", tmp_path / "grades", "--course", NOTEBOOKS, "--trust", "--only", "cy"
    )
    assert done.exit_code == 0, done.output
    row = next(csv.DictReader((tmp_path / "grades" / "gradebook.csv").open(encoding="utf-8-sig")))
    assert (row["student"], row["total"], row["run in"]) == ("cy", "2 + 2 to be read", "no sandbox (--trust)")
    assert "without a sandbox" in done.output


def test_a_dask_cluster_gives_the_same_points(graded, small_class, tmp_path):
    from distributed import Client

    with Client(n_workers=1, threads_per_worker=2, dashboard_address=None, processes=True) as client:
        assert points(grade("03", small_class, tmp_path / "grades", NOTEBOOKS, executor=client)) == points(
            graded
        )


def test_hostile_and_damaged_submissions_change_nobody_elses_marks(tmp_path):
    (tmp_path / "submissions").mkdir()
    expected = a_class("03", 18, tmp_path / "submissions")
    graded = grade("03", tmp_path / "submissions", tmp_path / "grades", NOTEBOOKS)
    assert wrong_marks(graded, expected) == []
    assert len(graded.results) == len(expected)


def test_an_assignment_whose_own_solution_is_wrong_is_refused_before_anybody_is_graded(small_class, tmp_path):
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    source = course / "source" / SOURCE.name
    source.write_text(
        source.read_text(encoding="utf-8").replace('["valid_loss"].idxmin()', '["valid_loss"].idxmax()'),
        encoding="utf-8",
    )
    done = grade_03(small_class, "--out", tmp_path / "grades", "--course", course)
    assert (
        done.exit_code
        and "its own solution of exercise 03.2 is not right" in done.output
        and "Traceback" not in done.output
    )
    assert not (tmp_path / "grades" / "gradebook.csv").exists()


def test_nothing_is_left_running_or_lying_about(graded, temporary):
    assert not [*temporary.glob("gpt2lab-*/in/notebook.ipynb")]
    assert not [
        path for path in Path("/proc").glob("[0-9]*/cmdline") if str(temporary).encode() in _read(path)
    ]


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
