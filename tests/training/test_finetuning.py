"""What `finetune` promises: repeatable losses, the checkpoints asked for, a stop that saves, a refusal
before anything is written.
"""

import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from places import SUPPORT

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, CheckpointError, DivergenceError, StorageError, TextError
from gpt2lab.pretrained import catalog, checkpoints, tensor_bundle
from gpt2lab.training.loop import spread_windows

LOSSES = ["step", "tokens", "epoch", "loss", "average_loss", "valid_loss"]


@pytest.fixture
def finetune(models, speeches, tmp_path):
    """`finetune` of 1M for a few steps of one window, with no samples."""

    def call(dataset=speeches, steps=4, **changed):
        asked = {
            "model_name": "1M",
            "model_dir": models,
            "checkpoint_dir": tmp_path / "checkpoint",
            "accumulate_gradients": 1,
            "learning_rate": 1e-3,
            "sample_every": 0,
        } | changed
        return lab.finetune(dataset, steps=steps, **asked)

    return call


def weights_of(run, step=None):
    return tensor_bundle.read(run.folder / f"model-{step or run.checkpoints[-1]}")


def same(left, right):
    return set(left) == set(right) and all(np.array_equal(left[name], right[name]) for name in left)


# What a run leaves


def test_a_run_learns_its_text_and_says_how(run, small, speeches, held_out):
    history = run.history
    assert history["step"].tolist() == list(range(31))
    assert list(history.columns) == [
        "step",
        "seconds",
        "tokens",
        "epoch",
        "loss",
        "average_loss",
        "valid_loss",
    ]
    assert math.isnan(history["loss"][0]) and history["loss"][1:].notna().all()
    assert history["step"][history["valid_loss"].notna()].tolist() == [0, 10, 20, 30]
    assert history["tokens"].tolist() == [1024 * step for step in range(31)]
    assert history["epoch"].iloc[-1] == pytest.approx(30 * 1024 / run.configuration["text"]["tokens"])
    assert history["seconds"].is_monotonic_increasing
    assert history["valid_loss"].iloc[-1] < history["valid_loss"].iloc[0] - 0.05
    with run.load() as lm:
        assert lab.perplexity(lm, speeches).perplexity < 0.8 * lab.perplexity(small, speeches).perplexity
        assert lab.perplexity(lm, held_out).perplexity < 0.97 * lab.perplexity(small, held_out).perplexity


def test_the_average_loss_is_gpt_2_simples(run):
    losses, total, weight = run.history["loss"].dropna(), 0.0, 0.0
    for loss, average in zip(losses, run.history["average_loss"][1:]):
        total, weight = total * 0.99 + loss, weight * 0.99 + 1
        assert average == pytest.approx(total / weight, rel=1e-12)


def test_a_run_leaves_gpt_2_simples_files_and_its_own_beside_them(run):
    names = {path.name for path in run.folder.iterdir()}
    assert {
        "checkpoint",
        "counter",
        "encoder.json",
        "hparams.json",
        "vocab.bpe",
        "history.csv",
        "run.json",
    } <= names
    assert not [name for name in names if name.endswith(".tmp")]
    assert (run.folder / "counter").read_text() == "30\n"
    assert sorted(weights_of(run)) == sorted(tensor_bundle.read(run.folder / "model-10"))


def test_the_valid_loss_is_the_mean_loss_of_windows_spread_over_the_held_out_text(run, small, held_out):
    tokens = held_out.tokens(small._encoder)
    windows = spread_windows(tokens, 1024)
    assert len(windows) == len(tokens) // 1024
    expected = np.mean([small.window_losses(window) for window in windows])
    assert run.history["valid_loss"][0] == pytest.approx(expected, rel=1e-6)


def test_samples_are_written_while_it_trains(run):
    assert list(run.samples) == [15, 30]
    assert all(
        text.startswith("======== SAMPLE 1 ========\n") and len(text) > 50 for text in run.samples.values()
    )


@pytest.mark.slow
def test_held_out_text_without_words_costs_no_run(finetune):
    run = finetune(steps=20, valid=lab.Corpus((lab.Document(" \n" * 2000),)))
    last = run.record.iloc[-1]
    assert (
        run.configuration["status"] == "finished" and last["copied"] >= 0 and math.isnan(last["human_copied"])
    )


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [KeyboardInterrupt, RuntimeError("no room")])
def test_what_goes_wrong_while_copying_is_measured_costs_no_step(finetune, monkeypatch, tmp_path, trouble):
    def fail(*_):
        raise trouble

    monkeypatch.setattr("gpt2lab.training.loop.copying.copied_share", fail)
    with pytest.raises((KeyboardInterrupt, RuntimeError)):
        finetune(steps=20)
    run = lab.Run.open(checkpoint_dir=tmp_path / "checkpoint")
    assert (
        run.checkpoints == [20]
        and run.configuration["status"] == "finished"
        and run.history["step"].iloc[-1] == 20
    )


# The same seed, the same losses


@pytest.mark.slow
def test_the_same_seed_repeats_losses_and_weights_and_another_does_not(finetune):
    random.seed(5)
    np.random.seed(5)
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()
    first = finetune(run_name="first", seed=1, accumulate_gradients=2)
    assert random.getstate() == state and np.random.get_state()[1].tolist() == numpy_state
    random.seed(6)
    again = finetune(run_name="again", seed=1, accumulate_gradients=2)
    other = finetune(run_name="other", seed=2, accumulate_gradients=2)
    assert first.history[LOSSES].equals(again.history[LOSSES])
    assert same(weights_of(first), weights_of(again))
    assert not set(first.history["loss"]) & set(other.history["loss"])


# Which checkpoints there are


@pytest.mark.slow
def test_best_is_the_step_of_the_lowest_validation_loss(finetune, held_out):
    # At this rate the loss on this text first falls, then rises.
    other = lab.Corpus.from_texts([" ".join(str(number) for number in range(900))])
    run = finetune(steps=10, valid=other, eval_every=1, learning_rate=3e-4, decay="constant")
    measured = run.history.set_index("step")["valid_loss"]
    best = run.best_step
    assert best == measured.idxmin() == run.diagnosis().best_step
    assert 0 < best < 10  # else this would test little
    with run.load("best") as lm:
        windows = spread_windows(other.tokens(lm._encoder), 1024)
        assert np.mean([lm.window_losses(window) for window in windows]) == pytest.approx(
            measured.min(), rel=1e-5
        )
    assert set(run.checkpoints) == {best, 10}


@pytest.mark.slow
def test_patience_stops_a_run_that_no_longer_improves(finetune):
    other = lab.Corpus.from_texts([" ".join(str(number) for number in range(900))])
    run = finetune(steps=60, valid=other, eval_every=2, patience=3, learning_rate=1e-2)
    measured = run.history.dropna(subset=["valid_loss"])
    last = run.history["step"].iloc[-1]
    assert last < 60 and run.configuration["status"] == "finished" and run.checkpoints[-1] == last
    assert (measured["step"] > run.best_step).sum() == 3


@pytest.mark.slow
def test_max_checkpoints_counts_the_newest_and_overwrite_deletes_those_of_earlier_calls(finetune):
    assert finetune(steps=5, save_every=1, max_checkpoints=3).checkpoints == [3, 4, 5]
    run = finetune(steps=2, save_every=1, max_checkpoints=1)
    assert run.checkpoints == [3, 4, 5, 7]  # what earlier calls saved stays
    assert run.history["step"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert finetune(steps=1, overwrite=True).checkpoints == [8]
    assert [path.name for path in sorted(run.folder.glob("optimizer-*.index"))] == ["optimizer-8.index"]


@pytest.mark.slow
def test_a_run_in_two_calls_ends_like_one_in_a_single_call(finetune, held_out):
    shared = {"valid": held_out, "eval_every": 2, "decay": "constant"}  # else each call has its own schedule
    two, one = ({"run_name": name, **shared} for name in ("two", "one"))
    finetune(steps=2, **two)
    continued, single = finetune(steps=2, **two), finetune(steps=4, **one)
    assert continued.history[LOSSES].equals(single.history[LOSSES])
    assert same(weights_of(continued), weights_of(single))


@pytest.mark.slow
def test_restore_from_says_where_to_start(finetune, small, large, models, run, tmp_path, held_out):
    started = {}

    def first_loss(**asked):
        result = finetune(steps=1, run_name="run1", **asked)
        started[str(asked)] = result.history["loss"].dropna().iloc[-1]
        return started[str(asked)]

    fresh = first_loss(restore_from="fresh")
    assert first_loss(restore_from="fresh") == fresh  # over again, the same windows and weights
    assert lab.Run.open("run1", tmp_path / "checkpoint").history["step"].tolist() == [1]
    assert first_loss(restore_from="latest") != fresh
    assert lab.Run.open("run1", tmp_path / "checkpoint").history["step"].tolist() == [1, 2]
    assert first_loss(restore_from=run.folder) < fresh - 0.2
    assert first_loss(restore_from="scratch") == pytest.approx(math.log(4096), abs=0.1)
    assert lab.Run.open("run1", tmp_path / "checkpoint").checkpoints == [1]
    # Over again with another size: the folder then describes that one.
    finetune(steps=1, run_name="run1", restore_from="fresh", model_name="3M")
    with lab.load(run_name="run1", checkpoint_dir=tmp_path / "checkpoint") as lm:
        assert lm.parameters == large.parameters
    with pytest.raises(ArgumentError, match="model_name='1M' has another shape"):
        finetune(steps=1, run_name="run1")


@pytest.mark.slow
def test_when_nothing_was_better_than_the_start_the_best_is_what_the_run_started_from(finetune, run):
    other = lab.Corpus.from_texts([" ".join(str(number) for number in range(900))])
    with run.load() as lm:
        expected = lm.weights()
    worse = finetune(steps=2, restore_from=run.folder, valid=other, eval_every=1, learning_rate=0.05)
    assert worse.best_step == 0
    with worse.load("best") as lm:
        assert same(lm.weights(), expected)


# What moves


@pytest.mark.slow
def test_only_train_transformer_layers_leaves_the_embeddings_alone(finetune, small):
    before, after = small.weights(), weights_of(finetune(steps=2, only_train_transformer_layers=True))
    moved = {name for name in after if not np.array_equal(before[name], after[name])}
    assert moved and all("/h" in name for name in moved) and not moved & {"model/wte", "model/wpe"}


@pytest.mark.slow
def test_plain_gradient_descent_moves_the_weights_and_goes_on(finetune, small):
    run = finetune(steps=3, optimizer="sgd", learning_rate=0.1)
    assert not same(weights_of(run), small.weights())
    assert not list(run.folder.glob("optimizer-*"))
    assert finetune(steps=2, optimizer="sgd", learning_rate=0.1).history["step"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_adamw_is_adam_and_takes_a_part_of_the_matrices_away(finetune, small):
    started, rate, part = small.weights(), 1e-3, 0.5
    adam, adamw = (
        weights_of(finetune(steps=1, run_name=name, optimizer=name, learning_rate=rate, **more))
        for name, more in (("adam", {}), ("adamw", {"weight_decay": part}))
    )
    for name, before in started.items():
        taken = (
            rate * part * before if before.ndim > 1 and name.endswith(("/w", "wte", "wpe")) else 0 * before
        )
        np.testing.assert_allclose(adam[name] - adamw[name], taken, atol=2e-6 + 0.01 * np.abs(taken).max())


@pytest.mark.slow
def test_clip_norm_bounds_what_a_step_of_gradient_descent_moves(finetune, small):
    for accumulate_gradients in (1, 2):
        run = finetune(
            steps=1,
            run_name=f"clipped {accumulate_gradients}",
            optimizer="sgd",
            learning_rate=1.0,
            clip_norm=0.01,
            accumulate_gradients=accumulate_gradients,
        )
        before, after = small.weights(), weights_of(run)
        moved = math.sqrt(sum(np.square(after[name].astype(float) - before[name]).sum() for name in before))
        # The norm is that of the average over the batches; like gpt-2-simple, a step moves by their sum.
        assert moved == pytest.approx(0.01 * accumulate_gradients, rel=0.01)


@pytest.mark.slow
def test_warmup_and_decay_move_the_learning_rate_and_the_record_says_how(finetune):
    run = finetune(steps=4, optimizer="sgd", warmup_steps=1, decay="linear", learning_rate=0.3)
    assert run.record["learning_rate"].tolist() == pytest.approx([0.15, 0.3, 0.2, 0.1])
    # Each later call has a schedule of its own.
    assert finetune(steps=2, optimizer="sgd", learning_rate=0.3, decay="linear").record[
        "learning_rate"
    ].tolist()[4:] == pytest.approx([0.3, 0.15])
    one = finetune(steps=1, run_name="half", optimizer="sgd", learning_rate=0.15)
    assert one.history["loss"][0] == run.history["loss"][0]
    again = finetune(steps=1, run_name="half", optimizer="sgd", learning_rate=1.0)
    assert again.history["loss"][1] == run.history["loss"][1]  # the first step did move by half the rate


@pytest.mark.slow
def test_a_callback_sees_each_row_and_may_stop_and_the_same_call_goes_on(finetune):
    rows = []
    stopped = finetune(steps=6, run_name="stopped", callback=lambda row: rows.append(row) or row["step"] == 2)
    assert [row["step"] for row in rows] == [1, 2] and [row["loss"] for row in rows] == stopped.history[
        "loss"
    ].tolist()
    assert stopped.configuration["status"] == "stopped" and stopped.checkpoints == [2]
    finished, whole = finetune(steps=6, run_name="stopped"), finetune(steps=6, run_name="whole")
    assert finished.configuration["status"] == "finished"
    assert finished.history[LOSSES].equals(whole.history[LOSSES]) and same(
        weights_of(finished), weights_of(whole)
    )


@pytest.mark.slow
def test_another_text_completes_no_run_that_was_cut_off_and_a_finished_one_says_so(
    finetune, speeches, held_out
):
    finetune(steps=4, callback=lambda row: row["step"] == 2)
    with pytest.raises(ArgumentError, match="'run1' was cut off .* another text .* restore_from='fresh'"):
        finetune(held_out + held_out, steps=4)
    with pytest.raises(ArgumentError, match="steps=1 is too few: run1 was stopped at step 2"):
        finetune(steps=1)
    finetune(steps=4)
    with pytest.warns(UserWarning, match="run1 goes on with another text than before"):
        assert finetune(held_out + held_out, steps=1).checkpoints[-1] == 5


@pytest.mark.slow
def test_a_seed_repeats_its_losses_with_several_windows_at_once_too(finetune):
    # Of the bundled sizes 3M did not: the shapes of a model decide how TensorFlow computes.
    runs = [
        finetune(steps=3, model_name="3M", batch_size=4, run_name=name, restore_from="fresh")
        for name in ("first", "second", "third")
    ]
    assert len({tuple(run.history["loss"]) for run in runs}) == 1


@pytest.mark.slow
def test_a_call_that_was_cut_off_is_completed_with_another_schedule_only_when_told(finetune):
    finetune(steps=12, callback=lambda row: row["step"] == 2)
    with pytest.warns(
        UserWarning, match="run1 was cut off .* decay='constant', but it began with .*'cosine'"
    ):
        rates = finetune(steps=12, decay="constant").record["learning_rate"].tolist()
    assert rates[-1] == 1e-3
    # A call that goes on where one had ended has a schedule of its own, and that needs no warning.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert finetune(steps=10).record["learning_rate"].iloc[-1] < 2e-4


@pytest.mark.slow
@pytest.mark.parametrize("name", catalog.bundled_names())
def test_a_beginner_gets_the_rate_of_the_size_a_warm_up_and_half_a_cosine(finetune, name):
    rate = catalog.find_card(name).learning_rate
    rates = finetune(steps=10, model_name=name, learning_rate=None).record["learning_rate"]
    assert rates[0] == rate / 2 and rates[1] == rate and rates[9] < 0.15 * rate
    assert rates[1:].is_monotonic_decreasing
    constant = finetune(
        steps=2, model_name=name, learning_rate=None, decay="constant", run_name="constant"
    ).record
    assert constant["learning_rate"].tolist() == [rate, rate]


@pytest.mark.slow
def test_starting_over_leaves_no_samples_of_the_run_before(finetune):
    assert list(finetune(steps=1, sample_every=1, sample_length=4).samples) == [1]
    assert finetune(steps=1, restore_from="fresh").samples == {}


def test_a_callback_that_fails_costs_no_step(finetune, tmp_path):
    def fail(row):
        if row["step"] == 2:
            raise RuntimeError("a mistake in the callback")

    with pytest.raises(RuntimeError, match="a mistake in the callback"):
        finetune(run_name="failed", callback=fail)
    assert lab.Run.open("failed", tmp_path / "checkpoint").checkpoints == [2]


# Divergence


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_losses_that_are_no_numbers_stop_the_run_and_keep_the_last_good_checkpoint(
    finetune, tmp_path, optimizer
):
    good = finetune(steps=2, optimizer=optimizer)
    kept = weights_of(good)
    with pytest.raises(
        DivergenceError, match="lower learning_rate=1e\\+18.*step 2 is the last good checkpoint"
    ):
        finetune(steps=20, optimizer=optimizer, learning_rate=1e18)
    run = lab.Run.open("run1", tmp_path / "checkpoint")
    assert run.configuration["status"] == "diverged" and run.checkpoints == [2]
    assert run.history["step"].tolist() == [1, 2] and run.history["loss"].notna().all()
    assert same(weights_of(run), kept)
    with run.load() as lm:
        assert lm.generate(length=3)
    # with a lower rate it goes on
    assert finetune(steps=1, optimizer=optimizer).history["loss"].notna().all()


@pytest.mark.slow
def test_a_run_that_diverges_at_once_says_that_nothing_was_saved_and_can_be_started_again(finetune, tmp_path):
    with pytest.raises(DivergenceError, match="lower learning_rate=1e\\+18.*nothing was saved"):
        finetune(steps=20, learning_rate=1e18)
    assert lab.Run.open("run1", tmp_path / "checkpoint").configuration["status"] == "diverged"
    assert finetune(steps=1).history["step"].tolist() == [1]


# Bad input

NAN, INFINITY = float("nan"), float("inf")
REFUSED = [
    ({"model_name": "2M"}, ArgumentError, "model_name='2M' is unknown"),
    ({"model_name": None}, ArgumentError, "model_name=None"),
    ({"model_name": ["1M"]}, ArgumentError, "model_name="),
    ({"dataset": "nowhere.txt"}, TextError, "nowhere.txt"),
    ({"dataset": "empty.txt"}, TextError, "empty.txt"),
    ({"dataset": "short.txt"}, TextError, "too short.*characters or more"),
    ({"dataset": "utf16.txt"}, TextError, "utf16.txt"),
    ({"dataset": "latin1.txt"}, TextError, "latin1.txt.*byte"),
    ({"dataset": "binary.txt"}, TextError, "binary.txt"),
    ({"dataset": "no texts"}, TextError, "no texts"),
    ({"dataset": None}, ArgumentError, "dataset is of type NoneType"),
    ({"dataset": 5}, ArgumentError, "dataset is of type int"),
    ({"dataset": lab.Corpus()}, TextError, "too short"),
    ({"valid": "nowhere.txt"}, TextError, "nowhere.txt"),
    ({"valid": 0.1}, ArgumentError, "valid is of type float"),
    ({"valid": lab.Corpus()}, TextError, "valid has no text"),
    ({"steps": 0}, ArgumentError, "steps=0 is below 1"),
    ({"steps": -1}, ArgumentError, "steps=-1 is below 1"),
    ({"steps": 1.5}, ArgumentError, "steps=1.5"),
    ({"steps": None}, ArgumentError, "steps=None"),
    ({"steps": "10"}, ArgumentError, "steps='10'"),
    ({"steps": True}, ArgumentError, "steps=True"),
    ({"learning_rate": 0}, ArgumentError, "learning_rate=0.*above 0"),
    ({"learning_rate": -1e-3}, ArgumentError, "learning_rate=-0.001"),
    ({"learning_rate": NAN}, ArgumentError, "learning_rate=nan"),
    ({"learning_rate": INFINITY}, ArgumentError, "learning_rate=inf"),
    ({"learning_rate": "1e-3"}, ArgumentError, "learning_rate='1e-3'"),
    ({"learning_rate": 10**400}, ArgumentError, "learning_rate=1000"),
    ({"batch_size": 0}, ArgumentError, "batch_size=0"),
    ({"accumulate_gradients": 0}, ArgumentError, "accumulate_gradients=0"),
    ({"eval_every": 0}, ArgumentError, "eval_every=0"),
    ({"patience": 0}, ArgumentError, "patience=0"),
    ({"save_every": 0}, ArgumentError, "save_every=0"),
    ({"print_every": 0}, ArgumentError, "print_every=0"),
    ({"max_checkpoints": 0}, ArgumentError, "max_checkpoints=0"),
    ({"sample_every": -1}, ArgumentError, "sample_every=-1"),
    ({"sample_length": 1024}, ArgumentError, "sample_length=1024.*1,023"),
    ({"sample_num": 0}, ArgumentError, "sample_num=0"),
    ({"seed": -1}, ArgumentError, "seed=-1"),
    ({"seed": 2**64}, ArgumentError, "seed="),
    ({"seed": None}, ArgumentError, "seed=None"),
    ({"optimizer": "lion"}, ArgumentError, "optimizer='lion'.*'adam', 'adamw', 'sgd'"),
    ({"weight_decay": -0.1}, ArgumentError, "weight_decay=-0.1.*0 or more"),
    (
        {"weight_decay": 0.1},
        ArgumentError,
        "weight_decay=0.1 has no effect with optimizer='adam'; give optimizer='adamw'",
    ),
    ({"weight_decay": 0.1, "optimizer": "sgd"}, ArgumentError, "weight_decay=0.1.*'sgd'"),
    ({"clip_norm": 0}, ArgumentError, "clip_norm=0.*above 0"),
    ({"clip_norm": "1"}, ArgumentError, "clip_norm='1'"),
    ({"warmup_steps": -1}, ArgumentError, "warmup_steps=-1"),
    ({"warmup_steps": 2}, ArgumentError, "warmup_steps=2 is above 1 .*steps=2 less one"),
    ({"decay": "square"}, ArgumentError, "decay='square'.*'cosine', 'linear', 'constant'"),
    ({"decay": None}, ArgumentError, "decay=None"),
    ({"recompute": "yes"}, ArgumentError, "recompute='yes'.*True nor False"),
    ({"precision": "float16"}, ArgumentError, "precision='float16'.*'float32', 'bfloat16'"),
    ({"overwrite": "no"}, ArgumentError, "overwrite='no'.*True nor False"),
    ({"only_train_transformer_layers": None}, ArgumentError, "only_train_transformer_layers=None"),
    ({"callback": 3}, ArgumentError, "callback=3"),
    ({"patience": 2}, ArgumentError, "patience=2 needs a validation loss"),
    ({"run_name": "a/b"}, ArgumentError, "run_name='a/b' cannot name a folder"),
    ({"run_name": "a\\b"}, ArgumentError, "run_name="),
    ({"run_name": ".."}, ArgumentError, r"run_name='\.\.'"),
    ({"run_name": ""}, ArgumentError, "run_name=''"),
    ({"run_name": None}, ArgumentError, "run_name=None"),
    ({"restore_from": "newest"}, ArgumentError, "restore_from='newest'.*'latest', 'fresh', 'scratch'"),
    ({"restore_from": "no texts"}, CheckpointError, "hparams.json is missing"),
    ({"restore_from": "unfinished"}, CheckpointError, "unfinished holds no saved step"),
    ({"restore_from": "broken"}, CheckpointError, r"broken/model-3\.data.* is damaged|model-3"),
    ({"restore_from": "larger"}, ArgumentError, "model_name='1M' has another shape than the model in larger"),
    ({"checkpoint_dir": None}, ArgumentError, "checkpoint_dir=None"),
    ({"checkpoint_dir": ""}, ArgumentError, "checkpoint_dir=''"),
    ({"checkpoint_dir": "short.txt"}, StorageError, "short.txt.*a file stands where a folder is needed"),
    ({"model_dir": None}, ArgumentError, "model_dir=None"),
    ({"model_dir": "short.txt"}, StorageError, "short.txt"),
]


def what_is_said():
    """Try all of `REFUSED` in this folder and print, as JSON, what each says; to be called in a process of
    its own.
    """
    said = []
    for changed, _, _ in REFUSED:
        before = sorted(Path().rglob("*"))
        try:
            lab.finetune(**{"dataset": "long.txt", "model_name": "1M", "steps": 2} | changed)
            kind, words = "nothing", ""
        except Exception as error:
            kind, words = type(error).__name__, str(error)
        written = [
            str(path)
            for path in sorted(Path().rglob("*"))
            if path not in before and path.parts[0] != "models"
        ]
        said.append([kind, words, written, "tensorflow" in sys.modules])
    print(json.dumps(said))


@pytest.fixture(scope="module")
def said(models, run, tmp_path_factory):
    """What `what_is_said` prints, in a folder with every file that it needs."""
    folder = tmp_path_factory.mktemp("refused")
    (folder / "models").symlink_to(models)
    (folder / "long.txt").write_text("The state of the Union is strong. " * 300)
    (folder / "empty.txt").write_text("")
    (folder / "short.txt").write_text("Too short to learn from. " * 5)
    (folder / "utf16.txt").write_bytes(("The state of the Union. " * 300).encode("utf-16"))
    (folder / "latin1.txt").write_bytes(("Café. " * 2000).encode("latin-1"))
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 100)
    (folder / "no texts").mkdir()
    (folder / "larger").mkdir()
    for name in ("unfinished", "broken", "larger"):
        checkpoints.start_folder(folder / name, models / ("3M" if name == "larger" else "1M"))
    weights = weights_of(run)
    checkpoints.save(folder / "broken", 3, weights, {}, ())
    content = bytearray((folder / "broken" / "model-3.data-00000-of-00001").read_bytes())
    content[5000] ^= 1
    (folder / "broken" / "model-3.data-00000-of-00001").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", "import test_finetuning; test_finetuning.what_is_said()"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(SUPPORT)])},
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=lambda number: str(REFUSED[number][0]))
def test_a_bad_value_is_refused_before_tensorflow_starts_and_before_anything_is_written(said, number):
    changed, kind, words = REFUSED[number]
    found, sentence, written, tensorflow_started = said[number]
    assert found == kind.__name__, sentence
    assert re.search(words, sentence), sentence
    assert sentence.endswith((".", "?")) and "\n" not in sentence
    assert written == [] and not tensorflow_started


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused_in_a_sentence(finetune, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="No permission.*locked"):
        finetune(checkpoint_dir=tmp_path / "locked")


def test_a_folder_in_the_way_of_a_file_is_refused_in_a_sentence(finetune, tmp_path):
    (tmp_path / "checkpoint" / "run1" / "hparams.json").mkdir(parents=True)
    with pytest.raises(StorageError, match="hparams.json"):
        finetune()


@pytest.mark.slow
@pytest.mark.parametrize(
    "harm, words", [("missing", "model-10.index is missing"), ("cut", "model-10.data-00000-of-00001")]
)
def test_a_run_whose_newest_weights_are_damaged_is_not_trained_over(finetune, run, tmp_path, harm, words):
    folder = shutil.copytree(run.folder, tmp_path / "checkpoint" / "run1")
    (folder / "checkpoint").write_text('model_checkpoint_path: "model-10"\n')
    if harm == "missing":
        (folder / "model-10.index").unlink()
    else:
        data = folder / "model-10.data-00000-of-00001"
        data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=words):
        finetune()
    assert (folder / "checkpoint").read_text() == 'model_checkpoint_path: "model-10"\n'
