"""The notebooks of this repository: built from their sources, running, readable."""

import html
import itertools
import re
import shutil

import nbformat
import pytest
from nbval_runs import LONGEST, nbval
from places import NOTEBOOKS, SOURCES

from gpt2lab.course.building.executing import run_notebook
from gpt2lab.course.building.notebooks import find_stale

NAMES = [source.stem for source in SOURCES]


def read(name, solved=False):
    return nbformat.read(NOTEBOOKS / ("solutions" if solved else "") / f"{name}.ipynb", as_version=4)


def prose(name):
    """The markdown of a student's notebook without its code blocks."""
    text = "\n\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def test_the_notebooks_are_what_their_sources_say():
    assert find_stale(NOTEBOOKS) == []


@pytest.mark.parametrize("name", NAMES)
def test_students_get_neither_answers_nor_outputs(name):
    for cell in read(name).cells:
        assert "SOLUTION" not in cell.source
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


@pytest.mark.parametrize("name", NAMES)
def test_solved_notebooks_are_complete_and_quiet(name):
    for cell in read(name, solved=True).cells:
        if cell.cell_type == "code":
            assert cell.execution_count, f"not run: {cell.source[:60]!r}"
            assert [
                output.get("name")
                for output in cell.outputs
                if output.output_type == "error" or output.get("name") == "stderr"
            ] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_model_answer_is_right(name):
    checks = [cell for cell in read(name, solved=True).cells if cell.get("id", "").startswith("check-")]
    assert checks
    for cell in checks:
        printed = "".join(output.text for output in cell.outputs)
        assert "  Right. " in printed, printed


@pytest.mark.parametrize("name", NAMES)
def test_the_set_up_cell_printed_what_it_prints_now(name, monkeypatch, capsys):
    for variable in ("GPT2LAB_MODEL", "GPT2LAB_MODELS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    cell = next(cell for cell in read(name, solved=True).cells if cell.cell_type == "code")
    exec(cell.source, {})
    assert "".join(output.text for output in cell.outputs) == capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_no_path_of_the_building_machine_is_left_in(name):
    for text in (NOTEBOOKS / f"{name}.ipynb", NOTEBOOKS / "solutions" / f"{name}.ipynb"):
        assert not re.search(r"(?<![\w.:/])/(tmp|work|home|root|Users)/", text.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_headings_begin_at_one_and_skip_no_level(name):
    levels = [len(hashes) for hashes in re.findall(r"^(#{1,6}) ", prose(name), flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_links_between_notebooks_lead_to_notebooks(name):
    assert set(re.findall(r"\]\((\w+)\.ipynb\)", prose(name))) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_in_outputs_have_alternative_text(name):
    for cell in read(name, solved=True).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown = "".join(data.get("text/html", ""))
            described = re.search(r'<img [^>]*alt="[^"]{20,}"', shown) or output.get("metadata", {}).get(
                "image/png", {}
            ).get("alt")
            if "image/png" in data or "<img" in shown:
                assert described, f"no alternative text: {cell.source[:60]!r}"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_picture_shows_can_be_read_beside_it(name):
    for cell in read(name, solved=True).cells:
        outputs = cell.get("outputs", [])
        beside = html.unescape(
            " ".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
        )
        for output in outputs:
            if "image/png" in output.get("data", {}):
                assert output.metadata["image/png"]["alt"] in beside, f"no caption: {cell.source[:60]!r}"


@pytest.mark.parametrize("name", NAMES)
def test_tables_in_outputs_have_a_row_of_headers(name):
    for cell in read(name, solved=True).cells:
        for output in cell.get("outputs", []):
            for table in re.findall(
                r"<table.*?</table>", "".join(output.get("data", {}).get("text/html", "")), flags=re.DOTALL
            ):
                assert "<th" in table, f"no header: {cell.source[:60]!r}"


@pytest.mark.parametrize("name", NAMES)
def test_code_is_no_wider_than_a_page(name):
    long = [
        line
        for cell in read(name).cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if len(line) > 92
    ]
    assert long == []


@pytest.fixture(scope="session")
def earlier(tmp_path_factory):
    """What notebooks have left behind: a folder each, and the checkpoints of the run that several of them
    share.
    """
    folder = tmp_path_factory.mktemp("earlier")
    (folder / "shared").mkdir()
    return folder


@pytest.fixture
def as_a_student_goes_on(earlier, tmp_path, name):
    """The notebook begins where it ended when it ran before, or with the run that another one made: what is
    there is not computed again.
    """
    if (earlier / name).exists():
        shutil.copytree(earlier / name, tmp_path, dirs_exist_ok=True)
    shutil.copytree(earlier / "shared", tmp_path / "checkpoint", dirs_exist_ok=True)
    yield
    for made in (tmp_path / "checkpoint").glob("speeches-*"):
        shutil.copytree(made, earlier / "shared" / made.name, dirs_exist_ok=True)
    shutil.copytree(tmp_path, earlier / name, dirs_exist_ok=True)


@pytest.mark.notebook
@pytest.mark.usefixtures("as_a_student_goes_on")
@pytest.mark.timeout(3 * LONGEST)
@pytest.mark.parametrize("name", NAMES)
def test_nbval_reproduces_the_solved_notebook(name, tmp_path):
    result = nbval(NOTEBOOKS / "solutions" / f"{name}.ipynb", tmp_path)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


@pytest.mark.notebook
def test_nbval_notices_a_wrong_answer(tmp_path):
    solved = read(NAMES[0], solved=True)
    answer = next(cell for cell in solved.cells if cell.id == "exercise-01-3")
    answer.source = answer.source.replace('"b"', '"c"')
    nbformat.write(solved, tmp_path / "wrong.ipynb")
    (tmp_path / "run").mkdir()
    result = nbval(tmp_path / "wrong.ipynb", tmp_path / "run")
    assert result.returncode == 1 and "1 failed" in result.stdout and "only" in result.stdout, result.stdout[
        -3000:
    ]


@pytest.mark.notebook
@pytest.mark.usefixtures("as_a_student_goes_on")
@pytest.mark.timeout(3 * LONGEST)
@pytest.mark.parametrize("name", NAMES)
def test_an_unanswered_notebook_runs_to_its_end(name, tmp_path):
    notebook = run_notebook(hurried(read(name)), tmp_path)
    for cell in notebook.cells:
        if cell.get("id", "").startswith("check-"):
            printed = "".join(output.get("text", "") for output in cell.outputs)
            assert " yet" in printed and "Right" not in printed, printed


def hurried(notebook):
    """The notebook, with few steps where it fine-tunes from the beginning each time that it runs.

    `test_nbval_reproduces_the_solved_notebook` has taken all of them, and whether cells without answers run
    does not hang on how much was learned.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(
        'restore_from="fresh"' in cell.source or '"restore_from": "fresh"' in cell.source for cell in code
    ):
        for cell in code:
            cell.source = re.sub(r"^STEPS = .*", "STEPS = 20", cell.source, flags=re.MULTILINE)
            cell.source = re.sub(r"\bwarmup_steps=\d+", "warmup_steps=5", cell.source)
    return notebook
