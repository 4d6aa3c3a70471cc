"""What an instructor keeps and what students get: the private folder with its seed, the release without
anything of the answers.
"""

import io
import json
import re
import tomllib
import zipfile

import nbformat
import pytest
from click.testing import CliRunner
from leaks import leaks, lines_of, secret_lines
from places import NOTEBOOKS, SOURCES
from small_notebook import SOURCE

from gpt2lab import LabError
from gpt2lab.cli import main
from gpt2lab.course.building.instructor import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    add_seed,
    compose_for_nbgrader,
    write_private_folder,
)
from gpt2lab.course.building.notebooks import compose, format_notebook
from gpt2lab.course.building.release import write_release
from gpt2lab.course.checks.checking import find_check
from gpt2lab.grading.judging.assignment import read_assignment

GRADED = (
    SOURCE.replace("# # 7. A small notebook\n", "# # 7. A small notebook\n#\n# **Is it small?**\n")
    .replace('print("check", answer)  # stands for ', "")
    .replace('print("check", double(4))  # ', "")
    .replace(
        "# %%\n# EXERCISE 07.2",
        """\
# %%
# HIDDEN 07.2
base_value = rng.integers(3, 9)

# %%
# KEY 07.2
expected_of_the_key = 2 * base_value

# %%
# EXERCISE 07.2""",
    )
)


@pytest.fixture
def course(tmp_path):
    """A course of one small notebook with cells for grading; its folder."""
    folder = tmp_path / "notebooks"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "07_small.py").write_text(GRADED, encoding="utf-8")
    (folder / "course.toml").write_text('# Published\nrepository = ""\n')
    return folder


def seed_of(folder):
    return tomllib.loads((folder / "course.toml").read_text())["grading"]["seed"]


# --- the private folder


def test_the_private_folder_holds_all_that_is_needed(course, tmp_path):
    lines = write_private_folder(tmp_path / "private", course)
    found = sorted(
        path.relative_to(tmp_path / "private").as_posix()
        for path in (tmp_path / "private").rglob("*")
        if path.is_file()
    )
    assert found == [
        "course.toml",
        "nbgrader/nbgrader_config.py",
        "nbgrader/source/07_small/07_small.ipynb",
        "source/07_small.py",
    ]
    assert sorted(lines) == [str(tmp_path / "private" / path) for path in found]
    assert (tmp_path / "private" / "source" / "07_small.py").read_text() == GRADED
    assert (tmp_path / "private" / "course.toml").read_text().startswith('# Published\nrepository = ""\n')
    assert (tmp_path / "private").stat().st_mode & 0o077 == 0
    assert "grading" not in (course / "course.toml").read_text()


def test_each_course_has_a_seed_of_its_own_and_keeps_it(course, tmp_path):
    for name in ("one", "other"):
        write_private_folder(tmp_path / name, course)
    first = seed_of(tmp_path / "one")
    assert len(first) == 32 and first != seed_of(tmp_path / "other")
    write_private_folder(tmp_path / "one", course)
    assert seed_of(tmp_path / "one") == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        'branch = "x"',
        "[grading]\npoints = 3  # kept\n",
        "[grading] # here\n[grading.late]\nper_day = 1\n",
        "[grading.late]\nper_day = 1",
    ],
)
def test_a_seed_is_added_to_any_course_file_and_all_else_kept(text):
    changed = add_seed(text)
    before, after = tomllib.loads(text), tomllib.loads(changed)
    assert after["grading"].pop("seed") and {"grading": {}, **before} == after
    assert [line for line in changed.splitlines() if line and not line.startswith(("seed", "[grading]"))] == [
        line for line in text.splitlines() if line and not line.startswith("[grading]")
    ]


@pytest.mark.parametrize("text", ["grading = {points = 3}\n", "grading = 3\n"])
def test_a_course_file_without_place_for_a_seed_is_refused(course, tmp_path, text):
    (course / "course.toml").write_text(text)
    with pytest.raises(LabError, match=r"course.toml: .*\[grading\].*seed = "):
        write_private_folder(tmp_path / "private", course)


def test_what_an_instructor_changed_is_kept_and_used(course, tmp_path):
    private = tmp_path / "private"
    write_private_folder(private, course)
    changed = private / "source" / "07_small.py"
    changed.write_text(GRADED.replace("given = 20", "given = 30"))
    (private / "nbgrader" / "nbgrader_config.py").write_text("mine = True\n")
    (private / "course.toml").write_text("[grading]\nwritten = 'by hand'\n")  # no seed yet
    lines = write_private_folder(private, course)
    assert sum("kept, differs" in line for line in lines) == 2
    assert (
        "given = 30" in changed.read_text()
        and (private / "nbgrader" / "nbgrader_config.py").read_text() == "mine = True\n"
    )
    assert "by hand" in (private / "course.toml").read_text() and seed_of(private)
    assert "given = 30" in (private / "nbgrader" / "source" / "07_small" / "07_small.ipynb").read_text()
    # It can be its own source: without the public one, and for a release.
    assert [line.partition(":")[0] for line in write_private_folder(private, private) if "kept" in line] == [
        str(private / "nbgrader" / "nbgrader_config.py")
    ]
    write_release(tmp_path / "release", private)
    assert "given = 30" in (tmp_path / "release" / "07_small.ipynb").read_text()


def test_the_grader_reads_the_private_folder(course, tmp_path):
    write_private_folder(tmp_path / "private", course)
    assignment = read_assignment(tmp_path / "private", "07")
    assert [exercise.label for exercise in assignment.exercises] == [
        "07.1",
        "07.2",
        "07.3",
    ] and "base_value" in assignment["07.2"].hidden


@pytest.mark.parametrize("place", [".", "private", "source"])
def test_a_private_folder_does_not_lie_among_what_students_get(course, place):
    before = sorted(course.rglob("*"))
    with pytest.raises(LabError, match="choose a folder outside"):
        write_private_folder(course / place, course)
    assert sorted(course.rglob("*")) == before


# --- the notebooks for nbgrader


def test_answers_stand_below_their_blanks_and_between_their_marks(course):
    cells = {cell.id: cell.source for cell in compose_for_nbgrader(course / "source" / "07_small.py").cells}
    assert cells["exercise-07-1"].splitlines()[2:] == [
        "answer = ...  # your answer",
        "### BEGIN SOLUTION",
        "_half = given / 2",
        "answer = _half + 1",
        "### END SOLUTION",
    ]
    assert cells["exercise-07-2"].splitlines()[1:] == [
        "def double(x):",
        "    ...  # your answer",
        "    ### BEGIN SOLUTION",
        "    return 2 * x",
        "    ### END SOLUTION",
    ]
    assert cells["exercise-07-3"].splitlines()[1:] == [
        "### BEGIN SOLUTION",
        "Because it is so.",
        "### END SOLUTION",
    ]


def test_answers_run_as_they_stand_there(course):
    cells = {cell.id: cell.source for cell in compose_for_nbgrader(course / "source" / "07_small.py").cells}
    names = {}
    exec(cells["exercise-07-1"] + "\n" + cells["exercise-07-2"], names)
    assert names["answer"] == 11 and names["double"](4) == 8


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_check_that_is_worth_points_has_a_hidden_test_of_the_same_answer(source):
    checks = [cell for cell in compose_for_nbgrader(source).cells if cell.id.startswith("check-")]
    assert checks
    for cell in checks:
        visible, mark, hidden = cell.source.partition(BEGIN_HIDDEN)
        assert bool(mark) == bool(cell.metadata.nbgrader.points)
        if mark:
            assert hidden.endswith(END_HIDDEN)
            call = re.search(r"lab\.course\.check(\(.*\))", visible, re.DOTALL)[1]
            best = find_check(cell.id.removeprefix("check-").replace("-", ".")).best.replace(" ", "")
            assert re.sub(r"\s|'|\"", "", f"assertlab.course.judge{call}.state=={best}") == re.sub(
                r"\s|'|\"", "", hidden.removesuffix(END_HIDDEN)
            )


@pytest.mark.parametrize("answer, passes", [("b", True), ("a", False), (..., False), (7, False)])
def test_a_hidden_test_passes_for_a_right_answer_only(capsys, answer, passes):
    check = next(cell.source for cell in compose_for_nbgrader(SOURCES[0]).cells if cell.id == "check-01-3")
    import gpt2lab as lab

    def run():
        exec(check, {"lab": lab, "what_the_seed_changes": answer})

    if passes:
        run()
    else:
        with pytest.raises(AssertionError):
            run()
    assert capsys.readouterr().out.startswith("01.3")


def test_a_check_that_cannot_be_turned_into_a_test_is_refused(course):
    source = course / "source" / "07_small.py"
    source.write_text(
        GRADED.replace('lab.course.check("07.2", double)', 'print("07.2")  # check("07.2", double)')
    )
    with pytest.raises(LabError, match=r"07_small.py:\d+: the check cell of 07.2"):
        compose_for_nbgrader(source)


# --- the release


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The release of the ten notebooks."""
    folder = tmp_path_factory.mktemp("students") / "release"
    write_release(folder, NOTEBOOKS)
    return folder


def lines_in(path):
    text = path.read_text(encoding="utf-8")
    return lines_of(json.loads(text)) if path.suffix == ".ipynb" else text.splitlines()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_nothing_of_the_answers_is_in_the_release(released, source):
    assert secret_lines(source)
    assert {path.name: leaks(source, lines_in(path)) for path in released.iterdir()} == {
        path.name: [] for path in released.iterdir()
    }


def test_nothing_for_grading_is_in_the_release_nor_in_any_notebook_for_nbgrader(course, tmp_path):
    source = course / "source" / "07_small.py"
    assert {
        "base_value = rng.integers(3, 9)",
        "expected_of_the_key = 2 * base_value",
        "return 2 * x",
        "Because it is so.",
    } <= secret_lines(source)
    write_release(tmp_path / "release", course)
    assert not [line for path in (tmp_path / "release").iterdir() for line in leaks(source, lines_in(path))]
    for_instructors = "\n".join(lines_of(compose_for_nbgrader(source)))
    assert "base_value" not in for_instructors and "expected_of_the_key" not in for_instructors


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_leak_would_be_found(source):
    solved = NOTEBOOKS / "solutions" / f"{source.stem}.ipynb"
    found = leaks(source, [line for line in lines_in(solved) if "SOLUTION" not in line])
    assert len(found) >= len(
        [cell for cell in compose_for_nbgrader(source).cells if cell.id.startswith("exercise-")]
    )


def test_the_release_has_each_students_notebook_and_a_page_about_them(released):
    assert sorted(path.name for path in released.iterdir()) == sorted(
        [*(f"{source.stem}.ipynb" for source in SOURCES), "README.md", "glossary.md"]
    )
    for source in SOURCES:
        name = f"{source.stem}.ipynb"
        assert (released / name).read_text(encoding="utf-8") == format_notebook(compose(source, student=True))
        assert f"]({name})" in (released / "README.md").read_text()


def test_what_the_release_links_to_is_in_it(released):
    for path in released.iterdir():
        text = "\n".join(lines_in(path))
        links = {
            link.partition("#")[0]
            for link in re.findall(r"\]\(([^()\s]+)\)", text)
            if not link.startswith("http")
        }
        assert {link for link in links if link and not (released / link).is_file()} == set(), path.name
    assert "](glossary.md#perplexity)" in "\n".join(lines_in(released / "02_fine_tune.ipynb"))


def test_nbgrader_gives_the_glossary_to_students_with_the_notebook(tmp_path):
    write_private_folder(tmp_path / "private", NOTEBOOKS, ["02"])
    # from the private sources, which have no repository around them
    write_private_folder(tmp_path / "again", tmp_path / "private", ["02"])
    for private in ("private", "again"):
        folder = tmp_path / private / "nbgrader" / "source" / "02_fine_tune"
        assert "](glossary.md#perplexity)" in "\n".join(lines_in(folder / "02_fine_tune.ipynb"))
        assert "## perplexity" in (folder / "glossary.md").read_text(encoding="utf-8")


def test_a_zip_holds_the_same_in_one_folder_and_the_same_bytes_each_time(course, tmp_path):
    write_release(tmp_path / "folder", course)
    assert write_release(tmp_path / "week 7.zip", course) == [str(tmp_path / "week 7.zip")]
    first = (tmp_path / "week 7.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"week 7/{path.name}": path.read_bytes() for path in (tmp_path / "folder").iterdir()
        }
    write_release(tmp_path / "week 7.zip", course)
    assert (tmp_path / "week 7.zip").read_bytes() == first


def test_a_published_course_says_what_to_install_and_opens_in_colab(course, tmp_path):
    (course / "course.toml").write_text('repository = "someone/course"\nbranch = "v1"\n')
    (course.parent / "environment.yml").write_text((NOTEBOOKS.parent / "environment.yml").read_text())
    write_release(tmp_path / "release", course)
    address = "gpt2lab[lab] @ git+https://github.com/someone/course@v1"
    assert (tmp_path / "release" / "requirements.txt").read_text() == address + "\n"
    assert f"- {address}\n" in (tmp_path / "release" / "environment.yml").read_text()
    readme = (tmp_path / "release" / "README.md").read_text()
    assert "[07 A small notebook](07_small.ipynb) | Is it small? | 20 |" in readme
    assert "github/someone/course/blob/v1/notebooks/07_small.ipynb" in readme and "solutions" not in readme


def test_a_release_goes_where_nothing_else_stands(course, tmp_path):
    folder = tmp_path / "release"
    write_release(folder, course)
    write_release(folder, course)  # over an earlier one
    (folder / "solutions").mkdir()
    with pytest.raises(LabError, match="'solutions'.*new folder"):
        write_release(folder, course)


# --- the command line


def test_the_command_line_writes_both_and_builds_nothing(course, tmp_path):
    before = sorted(course.rglob("*"))
    result = CliRunner().invoke(
        main,
        [
            "notebooks",
            "--folder",
            str(course),
            "--instructor",
            str(tmp_path / "private"),
            "--release",
            str(tmp_path / "bundle.zip"),
            "07",
        ],
    )
    assert result.exit_code == 0, result.output
    assert (
        result.output.splitlines()[-1] == str(tmp_path / "bundle.zip")
        and (tmp_path / "private" / "course.toml").is_file()
    )
    assert sorted(course.rglob("*")) == before


def test_a_mistake_is_said_in_one_sentence(course, tmp_path):
    result = CliRunner().invoke(main, ["notebooks", "--folder", str(course), "--instructor", str(course)])
    assert (
        result.exit_code == 2
        and "choose a folder outside" in result.output
        and "Traceback" not in result.output
    )
    assert (
        CliRunner()
        .invoke(main, ["notebooks", "--folder", str(course), "--release", str(tmp_path / "r"), "08"])
        .exit_code
        == 2
    )


def test_notebooks_for_nbgrader_are_valid(course):
    nbformat.validate(compose_for_nbgrader(course / "source" / "07_small.py"))
