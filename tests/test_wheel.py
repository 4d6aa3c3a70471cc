"""What a stranger gets: a wheel, an empty environment, a folder outside the repository, and the demo."""

import csv
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY], check=True, capture_output=True)
    return next(folder.glob("gpt2lab-*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_the_bundled_models_and_nothing_of_the_workshop(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for size in ("1M", "3M"):
        assert {f"gpt2lab/data/models/{size}/{file}" for file in ("encoder.json", "hparams.json", "vocab.bpe", "weights.npz")} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gpt2lab"}
    assert wheel.stat().st_size < 12e6


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_demo_runs_from_the_wheel_in_an_empty_environment_and_lowers_the_perplexity_by_a_quarter(wheel, tmp_path):
    venv.create(tmp_path / "environment", with_pip=True)
    programs = tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True)
    work = tmp_path / "elsewhere"
    work.mkdir()
    result = subprocess.run([programs / "gpt2lab", "demo"], cwd=work, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.strip().splitlines()[-1].startswith("Perplexity on speeches that it never saw fell by")
    out = work / "demo"
    table = {row["text"]: row for row in csv.DictReader(open(out / "perplexity.csv"))}
    assert float(table["test"]["after"]) <= 0.75 * float(table["test"]["before"])
    assert float(table["valid"]["after"]) < float(table["valid"]["before"])
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert "| before | after |" in summary and "loss.png" in summary and "My fellow Americans," in summary
    assert {path.name for path in work.iterdir()} == {"demo", "models"}
