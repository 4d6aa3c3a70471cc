"""What a stranger gets: a wheel, an environment with nothing but what it asks for, a folder outside the
repository, and the demo.
"""

import csv
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from places import REPOSITORY

from gpt2lab.grading.sandbox.bubblewrap import HIDDEN
from gpt2lab.pretrained.catalog import bundled_names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("gpt2lab-*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_the_bundled_models_and_nothing_of_the_workshop(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for size in bundled_names():
        assert {
            f"gpt2lab/data/models/{size}/{file}"
            for file in ("encoder.json", "hparams.json", "vocab.bpe", "weights.npz")
        } <= set(names)
    assert "gpt2lab/data/posts.txt" in names and "gpt2lab/data/course/source/03_watch_the_loss.py" in names
    assert "data/course" in HIDDEN  # from kernels: the solutions stand there
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gpt2lab"}
    models = sum(
        path.stat().st_size for path in (REPOSITORY / "data" / "models").rglob("*") if path.is_file()
    )
    assert wheel.stat().st_size < min(models + 4e6, 40e6)


def required(requirements, extras=("",), found=None):
    """The distributions that these requirements name, and those that these need in turn, by name and
    extras.
    """
    found = {} if found is None else found
    for text in requirements or ():
        requirement = Requirement(text)
        key = (requirement.name, *sorted(requirement.extras))
        if key not in found and (
            requirement.marker is None
            or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
        ):
            found[key] = distribution(requirement.name)
            required(found[key].requires, requirement.extras or ("",), found)
    return found


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The wheel in a virtual environment with what it asks for and nothing else of what is installed here.

    What it asks for is linked from here, where pip put it by the same list: to unpack TensorFlow once more
    takes minutes.
    """
    folder = tmp_path_factory.mktemp("stranger")
    venv.create(folder, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": folder}))
    information = next(path for path in zipfile.Path(wheel).iterdir() if path.name.endswith(".dist-info"))
    for package in required(PathDistribution(information).requires).values():
        for name in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(package.locate_file(name))
    pip = [sys.executable, "-m", "pip", "--python", folder]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True, capture_output=True
    )
    subprocess.run([*pip, "check"], check=True, capture_output=True)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
@pytest.mark.timeout(2400)  # two trainings of 10M
def test_the_demo_runs_from_the_wheel_in_an_empty_environment_and_lowers_the_perplexity_as_it_promises(
    environment, tmp_path
):
    here = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [environment / "bin" / "python", "-c", "import gpt2lab; print(gpt2lab.__file__)"]
    assert (
        str(environment)
        in subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True).stdout
    )
    result = subprocess.run(
        [environment / "bin" / "gpt2lab", "demo"], cwd=tmp_path, env=here, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert (
        result.stdout.strip().splitlines()[-1].startswith("Perplexity on speeches that it never saw fell by")
    )
    out = tmp_path / "demo"
    table = {
        (row["corpus"], row["text"]): float(row["after"]) / float(row["before"])
        for row in csv.DictReader(open(out / "perplexity.csv"))
    }
    assert max(table["speeches", "test"], table["speeches", "valid"]) < 0.85
    assert max(table["posts", "test"], table["posts", "valid"]) < 0.5
    for figure in ("loss.png", "loss-posts.png"):
        assert (out / figure).read_bytes().startswith(b"\x89PNG")
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert "| before | after |" in summary and "loss.png" in summary and "My fellow Americans," in summary
    assert {path.name for path in tmp_path.iterdir()} == {"demo", "models"}
