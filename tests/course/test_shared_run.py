"""The run that several notebooks share is made once, and never mistaken for another."""

import pytest

import gpt2lab as lab
from gpt2lab.course import shared_run

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def brief(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shared_run, "STEPS", {True: 3})


@pytest.fixture(scope="module")
def splits(speeches, held_out):
    return lab.Splits(train=speeches, valid=held_out.first(4000), test=held_out)


def test_what_one_notebook_made_the_next_one_finds(splits, capsys):
    made = lab.course.fine_tuned(splits, "1M")
    assert "Fine-tuning 1M for 3 steps" in capsys.readouterr().out
    assert (
        made.folder.as_posix() == "checkpoint/speeches-1M" and made.history["valid_loss"].notna().sum() == 2
    )
    written = made.folder.joinpath("history.csv").read_bytes()
    found = lab.course.fine_tuned(splits, "1M")
    assert "Found the run speeches-1M: 3 steps" in capsys.readouterr().out
    assert found.folder == made.folder and found.folder.joinpath("history.csv").read_bytes() == written


def test_one_that_was_cut_off_goes_on(splits, capsys):
    lab.finetune(
        splits.train,
        "1M",
        valid=splits.valid,
        steps=3,
        learning_rate=1e-3,
        accumulate_gradients=1,
        sample_every=0,
        run_name="speeches-1M",
        callback=lambda row: row["step"] == 2,
    )
    assert lab.Run.open("speeches-1M").configuration["status"] == "stopped"
    run = lab.course.fine_tuned(splits, "1M")
    assert "Fine-tuning" in capsys.readouterr().out
    assert run.history["step"].tolist() == [0, 1, 2, 3] and run.configuration["status"] == "finished"


def test_a_run_on_another_text_is_kept_beside_it(splits, held_out, capsys):
    lab.course.fine_tuned(splits, "1M")
    mine = lab.Splits(train=held_out, valid=splits.valid, test=splits.test)
    made = lab.course.fine_tuned(mine, "1M")
    found = lab.course.fine_tuned(mine, "1M")
    assert made.folder == found.folder and made.name.startswith("speeches-1M-")
    lab.course.fine_tuned(splits, "1M")
    assert [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Fine-tuning",
        "Fine-tuning",
        "Found",
        "Found",
    ]
