"""Notebooks are built from their sources, and a source that could not be graded is refused."""

import json
import re

import nbformat
import pytest
from small_notebook import SOURCE

from gpt2lab import LabError
from gpt2lab.course.building.notebooks import build, build_all, compose, find_stale
from gpt2lab.course.building.source import read_source


@pytest.fixture
def course(tmp_path):
    """A folder with one source; call it with (old, new) pairs to change the source first."""
    folder = tmp_path / "notebooks"
    (folder / "source").mkdir(parents=True)

    def write(*changes, name="07_small.py"):
        text = SOURCE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = folder / "source" / name
        path.write_text(text, encoding="utf-8")
        return path

    write.folder = folder
    return write


def cells(notebook):
    return {cell.id: cell for cell in notebook.cells}


def test_students_get_blanks_and_solvers_answers(course):
    student, solved = (cells(compose(course(), student=student)) for student in (True, False))
    assert (
        student["exercise-07-1"].source
        == "# EXERCISE 07.1 (difficulty 1, 2 min, 1 point)\ngiven = 20\nanswer = ...  # your answer"
    )
    assert student["exercise-07-2"].source.endswith("def double(x):\n    ...  # your answer")
    assert student["exercise-07-3"].source.endswith("\n*Your answer here.*")
    assert "_half + 1" in solved["exercise-07-1"].source and "2 * x" in solved["exercise-07-2"].source
    assert (
        "Because it is so." in solved["exercise-07-3"].source
        and "SOLUTION" not in solved["exercise-07-3"].source
    )
    assert "so." not in json.dumps(compose(course(), student=True))


def test_graded_cells_carry_nbgraders_schema_and_their_anchor(course):
    for notebook in (compose(course(), student=True), compose(course(), student=False)):
        found = cells(notebook)
        assert found["check-07-2"].metadata.nbgrader == {
            "grade": True,
            "grade_id": "check-07-2",
            "locked": True,
            "points": 2,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        assert found["exercise-07-2"].metadata.nbgrader == {
            "grade": False,
            "grade_id": "exercise-07-2",
            "locked": False,
            "points": 0,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
        by_hand = found["exercise-07-3"].metadata.nbgrader
        assert by_hand["grade"] and by_hand["solution"] and by_hand["points"] == 3
        assert found["check-07-1"].metadata.tags == ["nbval-check-output"]
        assert found["check-07-1"].source.startswith("# CHECK 07.1\n")
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor, notebook.metadata.kernelspec.name) == (
            4,
            5,
            "python3",
        )


def test_points_of_an_automatic_check_come_from_its_exercise(course):
    found = cells(compose(course(), student=True))
    assert [found[f"check-07-{k}"].metadata.nbgrader["points"] for k in (1, 2)] == [1, 2]


def test_the_same_source_gives_the_same_bytes(course):
    source = course()
    student, solved = build(source, execute=False)
    earlier = student.read_bytes(), solved.read_bytes()
    build(source, execute=False)
    assert (student.read_bytes(), solved.read_bytes()) == earlier
    assert (
        student == course.folder / "07_small.ipynb"
        and solved == course.folder / "solutions" / "07_small.ipynb"
    )


def test_colab_line_and_badge_appear_once_the_course_is_published(course):
    def student():
        return compose(course(), student=True)

    assert not re.search("google.colab|colab.research|mybinder|pip install", json.dumps(student()))
    (course.folder / "course.toml").write_text('repository = "someone/course"\nbranch = "v1"\n')
    title, setup = student().cells[0].source, student().cells[1].source
    assert title.startswith("# 7. A small notebook\n\n[![Open in Colab]")
    assert "github/someone/course/blob/v1/notebooks/07_small.ipynb" in title
    assert (
        "](https://mybinder.org/v2/gh/someone/course/v1?urlpath=lab/tree/notebooks/07_small.ipynb)" in title
    )
    assert "blob/v1/notebooks/solutions/07_small.ipynb" in compose(course(), student=False).cells[0].source
    assert (
        '%pip install -q "git+https://github.com/someone/course@v1"' in setup
        and "import gpt2lab as lab" in setup
    )


@pytest.mark.parametrize("toml", ['repository = "https://github.com/a/b"', "repository = "])
def test_a_bad_course_file_is_refused(course, toml):
    (course.folder / "course.toml").write_text(toml)
    with pytest.raises(LabError, match="course.toml"):
        compose(course(), student=True)


# One (change to the source, line of the message, words of the message) each.
MISTAKES = {
    "end without begin": ([("### BEGIN SOLUTION\n_half", "_half")], 12, "without a '### BEGIN"),
    "begin without end": (
        [("### END SOLUTION\n\n# %%\n# CHECK 07.1", "\n# %%\n# CHECK 07.1")],
        10,
        "without an '### END",
    ),
    "begin twice": ([("_half = given", "### BEGIN SOLUTION\n_half = given")], 11, "second '### BEGIN"),
    "marker misspelled": ([("### BEGIN SOLUTION", "## BEGIN SOLUTION")], 10, "the markers are"),
    "no answer": (
        [("### BEGIN SOLUTION\n_half", "_half"), ("### END SOLUTION\n", "")],
        7,
        "nothing would be left",
    ),
    "answer without exercise": (
        [("# EXERCISE 07.1 (difficulty 1, 2 min, 1 point)\n", "")],
        7,
        "without an EXERCISE line",
    ),
    "anchor malformed": ([("(difficulty 1, 2 min", "(difficulty 4, 2 min")], 8, "cannot read"),
    "anchor not first": ([("# EXERCISE 07.1", "x = 1\n# EXERCISE 07.1")], 9, "first of its cell"),
    "check malformed": ([("# CHECK 07.1", "# CHECK 7.1")], 16, "cannot read"),
    "exercise twice": ([("EXERCISE 07.2", "EXERCISE 07.1")], 19, "07.1 is there twice"),
    "check twice": ([("# CHECK 07.2\n", "# CHECK 07.1\n")], 26, "check of exercise 07.1 is there twice"),
    "check without exercise": ([("EXERCISE 07.2", "EXERCISE 07.4")], 26, "does not come before"),
    "exercise without check": ([("# CHECK 07.2\n", "")], 19, "no '# CHECK 07.2'"),
    "check of another": ([('check("07.2"', 'check("07.1"')], 26, 'must call check("07.2"'),
    "number of another notebook": ([("EXERCISE 07.1", "EXERCISE 08.1")], 8, "belongs to another notebook"),
    "answer no Python": ([("_half = given / 2", "half given")], 7, "no valid Python"),
    "hidden twice": (
        [("# %%\n# EXERCISE 07.1", "# %%\n# HIDDEN 07.1\n\n# %%\n# HIDDEN 07.1\n\n# %%\n# EXERCISE 07.1")],
        10,
        "HIDDEN cell of exercise 07.1 is there twice",
    ),
    "hidden after the answer": (
        [("# %%\n# CHECK 07.1", "# %%\n# HIDDEN 07.1\n\n# %%\n# CHECK 07.1")],
        15,
        "must stand before its answer",
    ),
    "key after the check": (
        [("# %%\n# EXERCISE 07.2", "# %%\n# KEY 07.1\n\n# %%\n# EXERCISE 07.2")],
        19,
        "must stand before its check",
    ),
    "hidden of no exercise": (
        [("# %%\n# EXERCISE 07.1", "# %%\n# HIDDEN 07.9\n\n# %%\n# EXERCISE 07.1")],
        7,
        "which there is not",
    ),
    "text before the first cell": (
        [("# %% [markdown]\n# # 7", "import os\n# %% [markdown]\n# # 7")],
        1,
        "before the first cell",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_malformed_source_is_refused_with_file_and_line(course, mistake):
    changes, line, words = MISTAKES[mistake]
    with pytest.raises(LabError, match=re.escape(words)) as caught:
        compose(course(*changes), student=True)
    assert re.match(rf".*07_small\.py:{line}: ", str(caught.value)), str(caught.value)


def test_cells_for_grading_are_in_no_notebook(course):
    plain = compose(course(), student=True), compose(course(), student=False)
    source = course(
        (
            "# %%\n# EXERCISE 07.1",
            "# %%\n# HIDDEN 07.1\ngiven = 5\n\n# %%\n# KEY 07.1\nexpected = 3\n\n# %%\n# EXERCISE 07.1",
        )
    )
    assert [cell.source for cell in read_source(source) if cell.for_grading_only] == [
        "# HIDDEN 07.1\ngiven = 5",
        "# KEY 07.1\nexpected = 3",
    ]
    assert (compose(source, student=True), compose(source, student=False)) == plain


def test_a_badly_named_or_empty_source_is_refused(course):
    with pytest.raises(LabError, match="NN_name.py"):
        read_source(course(name="small.py"))
    empty = course.folder / "source" / "08_empty.py"
    empty.write_text("")
    with pytest.raises(LabError, match="no cells"):
        read_source(empty)


def test_out_of_date_says_what_and_why(course):
    source, folder = course(), course.folder
    assert [line.split(": ")[1] for line in find_stale(folder)] == ["missing", "missing"]
    student, solved = build(source, execute=False)
    assert find_stale(folder) == [] == build_all(folder, check=True)

    # Outputs may differ between machines; answers and metadata may not.
    notebook = nbformat.read(solved, as_version=4)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text="other\n")]
    nbformat.write(notebook, solved)
    assert find_stale(folder) == []
    notebook.cells[2].metadata["nbgrader"]["points"] = 100
    nbformat.write(notebook, solved)
    assert [line.split(": ")[0] for line in find_stale(folder)] == [str(solved)]

    build(source, execute=False)
    student.write_text(student.read_text().replace("A small", "A tall"))
    (folder / "09_left_over.ipynb").write_text("{}")
    assert [line.split(": ")[1] for line in find_stale(folder)] == [
        "differs from 07_small.py",
        "has no source",
    ]
    solved.write_text("{ damaged")
    assert f"{solved}: differs from 07_small.py" in find_stale(folder)


@pytest.mark.parametrize("work", ["an output", "an answer", "an answer in words"])
def test_what_a_student_did_is_not_erased(course, work):
    student, _ = build(course(), execute=False)
    notebook = nbformat.read(student, as_version=4)
    if work == "an output":
        next(cell for cell in notebook.cells if cell.cell_type == "code").execution_count = 1
    else:
        anchor, blank = (
            ("# EXERCISE", "...  # your answer")
            if work == "an answer"
            else ("<!-- EXERCISE", "*Your answer here.*")
        )
        exercise = next(cell for cell in notebook.cells if cell.source.startswith(anchor))
        assert blank in exercise.source
        exercise.source = exercise.source.replace(blank, "11")
    nbformat.write(notebook, student)
    before = {path: path.read_bytes() for path in course.folder.rglob("*.ipynb")}
    for anew in (lambda: build(course(), execute=False), lambda: build_all(course.folder, execute=False)):
        with pytest.raises(LabError, match="07_small.ipynb has outputs or answers of yours"):
            anew()
    assert {path: path.read_bytes() for path in course.folder.rglob("*.ipynb")} == before
    assert find_stale(course.folder) == [f"{student}: has outputs or answers of yours"]
    student.unlink()
    assert str(student) in build_all(course.folder, execute=False)


def test_names_choose_notebooks(course):
    course()
    assert len(build_all(course.folder, execute=False, names=["07"])) == 2
    assert build_all(course.folder, check=True, names=["07_small"]) == []
    with pytest.raises(LabError, match="07_small"):
        build_all(course.folder, names=["08"])
    with pytest.raises(LabError, match="no notebook sources"):
        build_all(course.folder / "nothing")


def test_execution_stores_outputs_stably_and_leaves_no_files(course):
    source = course(
        (
            "# SETUP",
            (
                "import os\n"
                "import sys\n"
                "print('noise', file=sys.stderr)\n"
                "open('litter', 'w').close()\n"
                "os.environ['GPT2LAB_PROGRESS']"
            ),
        )
    )
    _, solved = build(source)
    first = solved.read_bytes()
    notebook = nbformat.reads(first.decode(), as_version=4)
    setup, check = notebook.cells[1], cells(notebook)["check-07-1"]
    assert [output.output_type for output in setup.outputs] == ["execute_result"] and setup.outputs[0].data[
        "text/plain"
    ] == "'0'"
    assert check.outputs[0].text == "check 11.0\n"
    assert all("execution" not in cell.metadata for cell in notebook.cells) and set(notebook.metadata) == {
        "kernelspec",
        "language_info",
    }
    build(source, execute=False)  # the code is the same, so the outputs stay
    assert solved.read_bytes() == first
    build(source)
    assert solved.read_bytes() == first
    assert not list(course.folder.parent.rglob("litter"))


def test_a_cell_that_fails_is_named_by_its_line(course):
    source = course(("# SETUP", "1 / 0"))
    with pytest.raises(LabError, match=r"07_small\.py:4: this cell fails: ZeroDivisionError") as caught:
        build(source)
    assert not (course.folder / "solutions").exists(), caught
