"""The notebooks of this repository run, solved and unanswered.

Those of a name run in one worker, and in this order (tests/conftest.py): what the solved one has trained and
found out serves the other, and Colab's twin.
"""

import shutil

import kept_runs
import nbformat
import pytest
from nbval_runs import LONGEST, nbval
from places import NOTEBOOKS, SOURCES

from gpt2lab.course.building.executing import run_notebook

NAMES = [source.stem for source in SOURCES]
each_notebook = pytest.mark.parametrize("name", NAMES)
# These find nothing again but their run, and whether cells without answers run does not hang on the model.
NOTHING_IS_LEFT = ("06_perplexity", "07_overlap", "08_sampling")
pytestmark = [pytest.mark.notebook, pytest.mark.timeout(3 * LONGEST)]


@pytest.fixture
def as_a_student_goes_on(left_behind, tmp_path, name):
    """The notebook begins where it ended when it ran before: what is in its grids is not computed again."""
    if (left_behind / name).exists():
        shutil.copytree(left_behind / name, tmp_path, dirs_exist_ok=True)
    yield
    runs = shutil.ignore_patterns("checkpoint", "models")
    shutil.copytree(tmp_path, left_behind / name, dirs_exist_ok=True, ignore=runs)


@each_notebook
@pytest.mark.usefixtures("as_a_student_goes_on")
def test_nbval_reproduces_the_solved_notebook(name, tmp_path, runs_of_here):
    result = nbval(NOTEBOOKS / "solutions" / f"{name}.ipynb", tmp_path, **kept_runs.for_kernels(runs_of_here))
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


@each_notebook
@pytest.mark.usefixtures("as_a_student_goes_on")
def test_an_unanswered_notebook_runs_to_its_end(name, tmp_path, runs_of_here):
    unanswered = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    environment = kept_runs.for_kernels(runs_of_here)
    if name in NOTHING_IS_LEFT:
        environment |= {"GPT2LAB_MODEL": "1M"}
    notebook = run_notebook(unanswered, tmp_path, environment)
    for cell in notebook.cells:
        if cell.get("id", "").startswith("check-"):
            printed = "".join(output.get("text", "") for output in cell.outputs)
            assert " yet" in printed and "Right" not in printed, printed


def test_nbval_notices_a_wrong_answer(tmp_path):
    solved = nbformat.read(NOTEBOOKS / "solutions" / f"{NAMES[0]}.ipynb", as_version=4)
    answer = next(cell for cell in solved.cells if cell.id == "exercise-01-3")
    answer.source = answer.source.replace('"b"', '"c"')
    solved.cells = solved.cells[
        : 1 + next(i for i, cell in enumerate(solved.cells) if cell.id == "check-01-3")
    ]
    nbformat.write(solved, tmp_path / "wrong.ipynb")
    (tmp_path / "run").mkdir()
    result = nbval(tmp_path / "wrong.ipynb", tmp_path / "run")
    assert result.returncode == 1 and "1 failed" in result.stdout and "only" in result.stdout, result.stdout[
        -3000:
    ]
