"""The notebooks of this repository: built from their sources, complete, readable. That they run is tried in
test_running_notebooks.py.
"""

import html
import itertools
import re

import nbformat
import pytest
from places import NOTEBOOKS, SOURCES

from gpt2lab.course.building.notebooks import find_stale
from gpt2lab.course.checks.checking import OPENINGS, find_check

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
        printed = " ".join("".join(output.text for output in cell.outputs).split())
        label = cell.id.removeprefix("check-").replace("-", ".")
        assert f"{label} {OPENINGS[find_check(label).best]}" in printed, printed


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
