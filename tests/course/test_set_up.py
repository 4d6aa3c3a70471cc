"""The set-up cell of the notebooks: what it installs in Colab, where runs are kept, which models it chooses
and how long it says that the notebook runs.
"""

import ast
import subprocess
import sys
import types
from pathlib import Path

import pytest
from click.testing import CliRunner
from places import NOTEBOOKS

import gpt2lab as lab
from gpt2lab import LabError
from gpt2lab.cli import main
from gpt2lab.course import drive, machine, running_times
from gpt2lab.course.building.publishing import set_up_cell
from gpt2lab.grading.judging.assignment import read_assignment

PUBLISHED = {"repository": "someone/course", "branch": "v1"}


@pytest.fixture
def colab(monkeypatch, tmp_path):
    """What stands in for Google Colab: its modules, and a Drive that appears where it is mounted."""
    colab, fake = types.ModuleType("google.colab"), types.ModuleType("google.colab.drive")
    fake.mounted = []

    def mount(mountpoint):
        (Path(mountpoint) / "MyDrive").mkdir(parents=True, exist_ok=True)
        fake.mounted.append(mountpoint)

    fake.mount, colab.drive = mount, fake
    for module in (colab, fake):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(drive, "_MOUNTED", tmp_path / "drive")
    monkeypatch.chdir(tmp_path)
    return fake


# --- the cell


def run_set_up(cell, monkeypatch, found):
    """The arguments of each %pip that a set-up cell runs where the package is there already (``found``) or
    not.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    asked = []
    shell = types.SimpleNamespace(run_line_magic=lambda magic, line: asked.append((magic, line)))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found or None)
    exec(TransformerManager().transform_cell(cell), {"get_ipython": lambda: shell})
    return asked


@pytest.mark.usefixtures("colab")
@pytest.mark.parametrize("found", [True, False])
def test_in_colab_it_installs_the_package_once(monkeypatch, found):
    asked = run_set_up(set_up_cell(PUBLISHED, "07"), monkeypatch, found)
    assert asked == ([] if found else [("pip", 'install -q "git+https://github.com/someone/course@v1"')])


def test_elsewhere_it_installs_nothing(monkeypatch):
    assert run_set_up(set_up_cell(PUBLISHED, "07"), monkeypatch, found=False) == []


def test_the_line_about_the_drive_is_a_line_of_code_when_its_mark_is_gone(colab):
    cell = set_up_cell({"repository": ""}, "07")
    exec(cell.replace("# lab.course", "lab.course"), {})
    assert colab.mounted and cell.count("# lab.course.keep_on_drive()") == 1


def test_a_published_course_can_be_graded(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "05_model_sizes.py").write_bytes(
        (NOTEBOOKS / "source" / "05_model_sizes.py").read_bytes()
    )
    (tmp_path / "course.toml").write_text('repository = "someone/course"\n')
    setup = read_assignment(tmp_path, "05").setup
    ast.parse(setup)
    assert "import gpt2lab as lab" in setup and 'model_names("05", 3)' in setup


# --- the Drive


def test_on_the_drive_what_a_session_leaves_is_there_for_the_next(colab, tmp_path, monkeypatch, capsys):
    lab.course.keep_on_drive()
    Path("checkpoint").mkdir()
    Path("checkpoint/step").write_text("10")
    monkeypatch.chdir(tmp_path)  # a new session begins on Colab's own disk
    lab.course.keep_on_drive()
    assert Path("checkpoint/step").read_text() == "10"
    assert Path.cwd() == tmp_path / "drive" / "MyDrive" / "gpt2lab"
    assert (
        colab.mounted == [str(tmp_path / "drive")] * 2
        and "'gpt2lab' of your Google Drive" in capsys.readouterr().out
    )


def test_outside_of_colab_it_says_so_and_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lab.course.keep_on_drive("anything")
    assert Path.cwd() == tmp_path and list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out.startswith("This is not Google Colab")


def test_a_refused_drive_is_an_error_that_says_what_to_do(colab, tmp_path):
    def refuse(mountpoint):
        raise ValueError("mount failed")

    colab.mount = refuse
    with pytest.raises(LabError, match="mount failed.*allow it"):
        lab.course.keep_on_drive()
    assert Path.cwd() == tmp_path


@pytest.mark.usefixtures("colab")
@pytest.mark.parametrize("folder", ["", " ", "/content", "../other"])
def test_only_a_folder_of_the_drive_will_do(folder):
    with pytest.raises(LabError, match="folder="):
        lab.course.keep_on_drive(folder)


# --- which models


def environment(monkeypatch, **values):
    for name in ("GPT2LAB_MODEL", "GPT2LAB_MODELS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("gpu, names", [(True, ("124M", "355M")), (False, ("3M", "1M"))])
def test_the_models_fit_the_machine(monkeypatch, capsys, gpu, names):
    environment(monkeypatch)
    monkeypatch.setattr(machine, "gpu_found", lambda: gpu)
    assert machine.model_names() == names
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    "values, names",
    [
        ({"GPT2LAB_MODEL": "1M"}, ("1M", "3M")),
        ({"GPT2LAB_MODEL": "345M"}, ("355M", "124M")),
        ({"GPT2LAB_MODELS": "124M, 3M"}, ("124M", "3M")),
        ({"GPT2LAB_MODELS": "124M,355M", "GPT2LAB_MODEL": "3M"}, ("3M", "355M")),
        ({"GPT2LAB_MODELS": "1M"}, ("1M", "3M")),
        ({"GPT2LAB_MODELS": "1M,10M,3M"}, ("1M", "10M")),
    ],
)
def test_the_environment_overrides_without_asking_for_a_gpu(monkeypatch, values, names):
    environment(monkeypatch, **values)
    monkeypatch.setattr(machine, "gpu_found", lambda: pytest.fail("asked"))
    assert machine.model_names() == names


@pytest.mark.parametrize("values", [{"GPT2LAB_MODEL": "3B"}, {"GPT2LAB_MODELS": "1M,3M,10M,124M"}])
def test_an_override_that_names_no_model_is_refused(monkeypatch, values):
    environment(monkeypatch, **values)
    with pytest.raises(LabError):
        machine.model_names()


@pytest.mark.parametrize(
    "notebook, values, names",
    [
        ("05", {}, ("3M", "1M", "10M")),
        ("01", {}, ("10M", "3M", "1M")),  # what only reads aloud takes the best
        ("05", {"GPT2LAB_MODEL": "1M"}, ("1M", "3M", "10M")),
        ("05", {"GPT2LAB_MODELS": "10M,3M,124M"}, ("10M", "3M", "124M")),
        ("05", {"GPT2LAB_MODEL": "355M"}, ("355M", "124M", "774M")),
    ],
)
def test_a_notebook_gets_as_many_sizes_as_it_needs(monkeypatch, capsys, notebook, values, names):
    environment(monkeypatch, **values)
    monkeypatch.setattr(machine, "gpu_found", lambda: False)
    assert machine.model_names(notebook, 3) == names
    assert f"the model {names[0]}, and {names[1]} and {names[2]} to compare" in capsys.readouterr().out


def test_a_source_that_names_a_third_model_gets_it_from_its_set_up_cell():
    class Cell:
        source = "lab.load(THIRD_MODEL)"

    assert "MODEL, OTHER_MODEL, THIRD_MODEL = " in set_up_cell({"repository": ""}, "07", [Cell])
    assert "MODEL, OTHER_MODEL = " in set_up_cell({"repository": ""}, "07")


def test_a_hidden_gpu_is_not_found(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not machine.gpu_found()


def test_set_up_does_not_start_tensorflow():
    code = "import sys, gpt2lab as lab; lab.course.model_names(); assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# --- how long it takes


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table of two notebooks in the place of the package's."""
    path = tmp_path / "running_times.csv"
    path.write_text("notebook,model,cores,seconds\n01,3M,2,58\n07,3M,2,61\n")
    monkeypatch.setattr(running_times, "TABLE", path)
    return path


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "notebook, model, words",
    [
        ("01", "3M", "From top to bottom it runs for about a minute on 2 cores."),
        ("07", "3M", "From top to bottom it runs for about 2 minutes on 2 cores."),
        (
            "07",
            "124M",
            (
                "With 3M it runs for about 2 minutes on 2 cores from top to bottom; with 124M that was not"
                " measured."
            ),
        ),
        ("09", "3M", ""),
    ],
)
def test_the_minutes_are_the_measured_ones(notebook, model, words):
    assert running_times.describe_running_time(notebook, model) == words


@pytest.mark.usefixtures("table")
def test_the_set_up_prints_the_minutes(monkeypatch, capsys):
    monkeypatch.setenv("GPT2LAB_MODELS", "3M,1M")
    exec(set_up_cell({"repository": ""}, "07"), {})
    first, second = capsys.readouterr().out.splitlines()
    assert "3M, and 1M to compare" in first and "about 2 minutes" in second


def test_all_notebooks_were_measured_or_none():
    measured = {
        source.stem
        for source in (NOTEBOOKS / "source").glob("*.py")
        if running_times.describe_running_time(source.name[:2], "3M")
    }
    assert measured == (
        {source.stem for source in (NOTEBOOKS / "source").glob("*.py")}
        if running_times.TABLE.is_file()
        else set()
    )


@pytest.mark.slow
def test_the_command_measures_and_keeps_what_it_did_not_run(table, tmp_path):
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    (tmp_path / "notebooks" / "source" / "07_short.py").write_text(
        "# %% [markdown]\n# # 7. Short\n\n# %%\nimport time\n\ntime.sleep(2)\n"
    )
    done = CliRunner().invoke(main, ["notebooks", "--times", "--folder", str(tmp_path / "notebooks"), "07"])
    assert done.exit_code == 0 and done.output.startswith("07_short: "), done.output
    _, first, second = table.read_text().splitlines()
    assert first == "01,3M,2,58"
    number, model, _, seconds = second.split(",")
    assert (number, model) == ("07", "3M") and int(seconds) >= 2
    assert sorted(path.name for path in (tmp_path / "notebooks").iterdir()) == ["source"]


# --- texts


def test_a_text_is_shown_in_lines_with_its_label(capsys):
    lab.course.show("word " * 40, label="writer a")
    lab.course.show("word " * 40)
    with_label, without = capsys.readouterr().out.split("\n\n")
    assert (
        with_label.startswith("WRITER A: word word")
        and without.startswith("word word")
        and without.endswith("word\n")
    )
    assert max(map(len, [*with_label.splitlines(), *without.splitlines()])) <= 88
