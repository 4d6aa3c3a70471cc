"""What `kept_runs` serves is what training would have left."""

import kept_runs
import pytest

import gpt2lab as lab
from gpt2lab.training import finetuning

SETTINGS = {"model_name": "1M", "steps": 3, "eval_every": 1, "accumulate_gradients": 1, "sample_length": 8}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    shelf = kept_runs.make_shelf(tmp_path / "shelves" / "shelf")
    monkeypatch.setenv(kept_runs.SHELF, str(shelf))
    monkeypatch.setattr(finetuning, "open_loop", finetuning.open_loop)  # put back after the test
    kept_runs.share()
    return shelf


@pytest.mark.slow
def test_a_run_is_trained_once_and_found_by_whoever_asks_for_the_same(
    shelf, tmp_path, models, speeches, held_out
):
    places = {"model_dir": models, "checkpoint_dir": tmp_path / "checkpoint"}
    asked = {"dataset": speeches, "valid": held_out, **SETTINGS, "sample_every": 2, **places}
    run, again = (lab.finetune(**asked, run_name=name) for name in ("first", "again"))
    assert kept_runs.counts(shelf.parent) == {"shelf": {"trained": 1, "found": 1}}
    files = {path.relative_to(run.folder) for path in run.folder.rglob("*")}
    assert {path.relative_to(again.folder) for path in again.folder.rglob("*")} == files
    assert again.history.equals(run.history) and again.samples == run.samples
    assert again.configuration["settings"] == run.configuration["settings"] | {"run_name": "again"}
    assert again.configuration["status"] == "finished" and again.checkpoints == run.checkpoints

    # another seed, another text, somebody who may stop it: another run
    for other in ({"seed": 1}, {"valid": speeches}, {"callback": bool}):
        lab.finetune(**asked | other | {"steps": 1}, run_name=next(iter(other)))
    # a run that goes on
    lab.finetune(**asked, run_name="again")
    assert kept_runs.counts(shelf.parent)["shelf"] == {"trained": 3, "found": 1}
