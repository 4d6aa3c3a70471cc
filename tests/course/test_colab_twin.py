"""Notebooks with the versions of Google Colab: see `colab_twin.Twin`. Where there is no Python 3.13 the twin
has the one that runs these tests.
"""

import json
import os
import re
import shutil
import subprocess
import tomllib
from datetime import date

import colab_twin
import kept_runs
import pytest
from nbval_runs import nbval
from packaging.requirements import Requirement
from places import NOTEBOOKS, SOURCES, SUPPORT

from gpt2lab.pretrained.catalog import bundled_names

# What notebooks trained and found out here serves the twin. But 1M is fine-tuned and measured in it too, from
# random weights and from pretrained ones, and 08 works out its sweep.
NOT_1M = shutil.ignore_patterns("1M-*", "notes", "ipython", "*.part", "*.lock")
TRAINS = "02_fine_tune"
FOUND = {"04_corpus_size": "grid", "05_model_sizes": "sizes", "10_report": "sampling"}
PATH, VERSION = colab_twin.python()
in_the_twin = pytest.mark.parametrize("twin", [f"Python {VERSION}"], indirect=True)


def test_the_list_names_one_version_each_and_its_date():
    text = colab_twin.VERSIONS.read_text()
    found = re.search(r"the commit of (\d+) August 2026, for Python ([\d.]+)\.", text)
    assert found and found[2] == colab_twin.COLABS_PYTHON and date(2026, 8, int(found[1]))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines) and len(colab_twin.pins()) == len(
        lines
    )


def test_what_colab_has_is_new_enough_for_the_package():
    asked = tomllib.loads((colab_twin.REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
    asked, pins = [Requirement(one) for one in asked], colab_twin.pins()
    there = {one.name: one.specifier.contains(pins[one.name]) for one in asked if one.name in pins}
    assert len(there) > 12 and {name for name, fits in there.items() if not fits} == set()


@pytest.fixture(scope="session")
def twin(request):
    """The `colab_twin.Twin` of this repository, with the package in it."""
    twin = colab_twin.Twin().make(request.config.session_folder)
    if VERSION != colab_twin.COLABS_PYTHON:
        print(
            f"Colab has Python {colab_twin.COLABS_PYTHON}; this machine has none, so the twin was made with"
            f" {VERSION}."
        )
    print(
        f"Colab's twin with {request.param}: {twin.seconds:.0f} s, {twin.megabytes():.0f} MB in"
        f" {twin.folder.name}."
    )
    return twin


@pytest.mark.colab
@pytest.mark.timeout(1800)  # with the making of the twin
@in_the_twin
def test_the_set_up_cell_leaves_alone_what_colab_has(twin):
    pins = colab_twin.pins()
    assert {name: twin.before[name] for name in pins} == pins
    assert {name: twin.after.get(name) for name in twin.before} == twin.before
    assert {"gpt2lab", "gpt-2-simple"} <= twin.after.keys() - twin.before.keys()


@pytest.mark.colab
@in_the_twin
def test_each_bundled_size_opens_in_colab_in_plain_gpt_2_simple_and_here(twin, tmp_path):
    done = subprocess.run(
        [twin.path, SUPPORT / "opens_everywhere.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=colab_twin.environment() | {"PYTHONSAFEPATH": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    written = json.loads(done.stdout.splitlines()[-1])
    assert list(written) == bundled_names()
    assert all(ours == theirs for ours, theirs in written.values())


@pytest.mark.colab
@pytest.mark.notebook
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [source.stem for source in SOURCES])
@in_the_twin
def test_the_notebook_gives_in_colab_what_it_gives_here(
    twin, name, tmp_path, left_behind, runs_of_here, runs_of_the_twin
):
    if (found := left_behind / name / FOUND.get(name, "nothing")).is_dir():
        shutil.copytree(found, tmp_path / found.name, ignore=NOT_1M)
    # Neither this repository's package nor a network.
    alone = {
        "PYTHONPATH": "",
        "PYTHONSAFEPATH": "1",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    runs = runs_of_here
    if name == TRAINS:  # and in the processes of 05
        runs = runs_of_the_twin
        shutil.copytree(runs_of_here, runs, ignore=NOT_1M, copy_function=os.link, dirs_exist_ok=True)
    alone |= kept_runs.for_kernels(runs)
    result = nbval(NOTEBOOKS / "solutions" / f"{name}.ipynb", tmp_path, python=twin.path, **alone)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
