"""A run as it lies on disk: its history, what the losses say, and which steps can be opened."""

import json
import math

import numpy as np
import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, CheckpointError
from gpt2lab.pretrained import tensor_bundle
from gpt2lab.training.run import COLUMNS, average_losses, read_history, write_history

# History


def test_a_history_is_read_as_it_was_written_to_the_last_digit(tmp_path):
    dice = np.random.default_rng(0)
    values = [
        (step, round(step / 7, 3), 1024 * step, step / 3, *dice.normal(size=2).tolist(), math.nan)
        for step in range(50)
    ]
    rows = [dict(zip(COLUMNS, row)) for row in values]
    rows[0]["loss"], rows[5]["valid_loss"], rows[6]["valid_loss"] = math.nan, 1 / 3, 5e-324
    write_history(tmp_path, rows)
    read = read_history(tmp_path)
    assert [[repr(value) for value in row.values()] for row in read] == [
        [repr(value) for value in row.values()] for row in rows
    ]


def test_a_history_from_before_learning_rates_were_recorded_opens_and_goes_on(tmp_path):
    early = [dict(zip(COLUMNS, (step, 0.0, 1024 * step, 0.1, 4.0, 4.0, math.nan))) for step in (1, 2)]
    write_history(tmp_path, early)
    assert list(lab.Run(tmp_path).history.columns) == list(COLUMNS)
    write_history(
        tmp_path,
        [
            *lab.Run(tmp_path).record.to_dict("records"),
            *({**early[1], "step": 3 + n, "learning_rate": 0.1 / (1 + n)} for n in (0, 1)),
        ],
    )
    later = lab.Run(tmp_path)
    assert list(later.history.columns) == list(COLUMNS)
    assert later.record["learning_rate"].isna().tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"step,loss\n1,2\n", b"HEADER\n1,2,3\n", b"HEADER\n1,2,3,4,five,6,7\n"]
)
def test_a_damaged_history_is_named(tmp_path, content):
    (tmp_path / "history.csv").write_bytes(content.replace(b"HEADER", ",".join(COLUMNS).encode()))
    with pytest.raises(CheckpointError, match="history.csv is damaged"):
        lab.Run(tmp_path).history


def test_a_damaged_record_of_the_settings_is_named(tmp_path):
    (tmp_path / "run.json").write_text('{"model_name": ')
    with pytest.raises(CheckpointError, match="run.json is damaged"):
        lab.Run(tmp_path)


def test_the_average_leaves_out_what_was_not_measured():
    assert average_losses([]) == []
    assert average_losses([2.0, 4.0]) == [2.0, pytest.approx((2 * 0.99 + 4) / 1.99)]
    averages = average_losses([math.nan, 2.0, math.nan, 4.0])
    assert math.isnan(averages[0]) and averages[1:] == [2.0, 2.0, pytest.approx((2 * 0.99 + 4) / 1.99)]


# On disk


def test_an_opened_run_is_the_one_that_finetune_returned(run):
    opened = lab.Run.open("speeches", run.folder.parent)
    assert opened.name == "speeches" and opened.configuration == run.configuration
    assert opened.history.equals(run.history) and opened.checkpoints == run.checkpoints == [10, 20, 30]
    assert repr(opened) == "Run('speeches', saved steps: 10, 20, 30)"


def test_the_record_says_what_was_asked_for_and_on_what(run, speeches):
    record = json.loads((run.folder / "run.json").read_text())
    assert record["status"] == "finished" and record["model_name"] == "1M" and record["target"] == 30
    assert record["settings"]["learning_rate"] == 5e-4 and record["settings"]["seed"] == 7
    assert (
        record["text"]["documents"] == len(speeches) and record["text"]["characters"] == speeches.characters
    )
    assert speeches.text[:30] not in (run.folder / "run.json").read_text()


@pytest.mark.parametrize(
    "checkpoint, step",
    [("latest", 30), (20, 20), ("20", 20), ("model-10", 10), (np.int64(10), 10), ("best", None)],
)
def test_any_saved_step_opens(run, checkpoint, step):
    step = step or run.best_step
    with run.load(checkpoint) as lm:
        assert lm.name == f"speeches, step {step}"
        saved = tensor_bundle.read(run.folder / f"model-{step}")
        assert all(np.array_equal(array, saved[name]) for name, array in lm.weights().items())


def test_a_run_without_validation_has_no_best_step(run, tmp_path):
    (tmp_path / "run1").mkdir()
    for name in ("hparams.json", "encoder.json", "vocab.bpe"):
        (tmp_path / "run1" / name).write_bytes((run.folder / name).read_bytes())
    opened = lab.Run.open("run1", tmp_path)
    assert (
        opened.best_step is None
        and opened.checkpoints == []
        and opened.samples == {}
        and opened.history.empty
    )
    assert list(opened.history.columns) == list(COLUMNS) and opened.diagnosis().verdict == "under-fitting"
    with pytest.raises(ArgumentError, match="valid="):
        opened.load("best")
    with pytest.raises(CheckpointError, match="no saved step yet"):
        opened.load()
    with pytest.raises(ArgumentError, match="nothing, since no step was saved yet"):
        opened.load(5)


def test_a_run_that_is_not_there_is_told_those_that_are(run, tmp_path):
    with pytest.raises(CheckpointError, match="run1 does not exist; the runs there are speeches"):
        lab.Run.open("run1", run.folder.parent)
    with pytest.raises(CheckpointError, match="there is no run yet"):
        lab.Run.open("run1", tmp_path)
    (tmp_path / "run1").mkdir()
    with pytest.raises(CheckpointError, match="has no hparams.json"):
        lab.Run.open("run1", tmp_path)
    for name in ("a/b", "", None):
        with pytest.raises(ArgumentError, match="run_name="):
            lab.Run.open(name, tmp_path)
    with pytest.raises(ArgumentError, match="checkpoint_dir=None"):
        lab.Run.open("run1", None)
