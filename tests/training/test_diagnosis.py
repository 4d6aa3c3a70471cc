"""What the losses of a run say, on made-up curves and on real runs."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gpt2lab as lab
from gpt2lab.errors import DivergenceError
from gpt2lab.training.diagnosis import diagnose
from gpt2lab.training.run import COLUMNS, average_losses

STEPS = range(101)
HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.csv"))


def history(loss, valid=None, every=10, spread=(0.0,)):
    """A record of 100 steps from two functions of the step; the windows of held-out text differ from their
    mean by ``spread``.
    """
    losses = [math.nan] + [loss(step) for step in STEPS[1:]]
    measured = [valid is not None and step % every == 0 for step in STEPS]
    return pd.DataFrame(
        {
            "step": STEPS,
            "loss": losses,
            "average_loss": average_losses(losses),
            "valid_loss": [valid(step) if there else math.nan for step, there in zip(STEPS, measured)],
            "valid_windows": [
                tuple(valid(step) + by for by in spread) if there else ()
                for step, there in zip(STEPS, measured)
            ],
        }
    )


def falling(step):
    return 5 - 0.02 * step


def levelling(step):
    return 3 + 2 * math.exp(-step / 10)


def rising(step):
    return 4 + ((step - 30) / 50) ** 2


def test_a_validation_loss_that_rises_again_is_over_fitting():
    found = diagnose(history(falling, rising))
    assert (found.verdict, found.best_step) == ("over-fitting", 30)
    assert found.gap == pytest.approx(rising(100) - falling(95.5))
    assert "step 30" in found.explanation and "run.load('best')" in found.explanation


@pytest.mark.parametrize("valid", [None, levelling, rising])
def test_a_training_loss_near_0_is_over_fitting_whatever_the_validation_loss(valid):
    found = diagnose(history(lambda step: 5 * math.exp(-step / 15), valid))
    assert found.verdict == "over-fitting" and "by heart" in found.explanation


@pytest.mark.parametrize("valid", [None, falling])
def test_a_loss_that_is_still_falling_is_under_fitting(valid):
    found = diagnose(history(falling, valid))
    assert found.verdict == "under-fitting" and "more steps" in found.explanation
    assert found.best_step == (100 if valid else None)


def test_a_run_that_was_validated_only_at_its_end_has_a_verdict():
    record = history(falling, falling, every=2)
    record.loc[record["step"] < 90, "valid_loss"] = math.nan
    assert diagnose(record).verdict == "under-fitting"


def test_losses_that_have_levelled_off_are_fitting():
    found = diagnose(history(levelling, lambda step: levelling(step) + 0.1))
    assert found.verdict == "fitting" and found.best_step == 100 and found.gap == pytest.approx(0.1, abs=0.01)
    found = diagnose(history(levelling))
    assert found.verdict == "fitting" and found.best_step is None and math.isnan(found.gap)
    assert "valid=" in found.explanation


def test_a_rise_of_one_percent_is_noise():
    assert diagnose(history(levelling, lambda step: 4 if step == 50 else 4.05)).verdict == "fitting"
    assert diagnose(history(levelling, lambda step: 4 if step == 50 else 4.07)).verdict == "over-fitting"


def test_a_rise_that_the_windows_do_not_agree_on_is_noise():
    record = history(levelling, lambda step: 4 if step == 50 else 4.1, spread=(-0.5, 0.0, 0.5))
    assert diagnose(record).verdict == "over-fitting"  # they differ from one another, but all rise alike
    end = record["valid_windows"].iloc[-1]
    record.at[100, "valid_windows"] = (end[0] + 0.5, end[1], end[2] - 0.5)
    assert diagnose(record).verdict == "fitting"


def test_the_error_of_the_gap_is_that_of_the_windows_and_of_the_last_steps():
    dice = np.random.default_rng(0)
    noise = dict(zip(STEPS, dice.normal(0, 0.2, 101)))
    spread = (-0.3, 0.1, 0.2)
    found = diagnose(history(lambda step: 3 + noise[step], lambda step: 3.2, spread=spread))
    by_hand = math.sqrt(
        np.var(spread, ddof=1) / 3 + np.var([noise[step] for step in range(91, 101)], ddof=1) / 10
    )
    assert found.gap_error == pytest.approx(by_hand)
    assert math.isnan(diagnose(history(levelling, levelling)).gap_error)  # of one window
    # of an early version
    assert math.isnan(diagnose(history(levelling, levelling).drop(columns="valid_windows")).gap_error)


def test_losses_that_rise_are_a_learning_rate_and_no_over_fitting():
    for loss in (lambda step: 4 + step / 50, lambda step: 4 + ((step - 40) / 40) ** 2):
        found = diagnose(history(loss, lambda step: loss(step) + 0.1))
        assert (
            found.verdict == "diverging"
            and "Lower the learning rate" in found.explanation
            and "diverges" in found.explanation
        )


def test_a_run_that_was_out_of_hand_at_once_diverged():
    def loss(step):
        return 3.8 if step < 2 else 6.4

    assert diagnose(history(loss)).verdict != "diverging"  # nothing says where it began
    found = diagnose(history(loss, loss, spread=(-0.2, 0.0, 0.2)))
    assert found.verdict == "diverging" and "from 3.80 to 6.40" in found.explanation


def test_losses_that_jump_about_do_not_diverge():
    dice = np.random.default_rng(0)
    for _ in range(200):
        # a little more than that of single windows of the speeches
        noise = dict(zip(STEPS, dice.normal(0, 0.25, 101)))
        assert diagnose(history(lambda step: 3 + noise[step])).verdict in ("fitting", "under-fitting")


def test_what_is_copied_at_the_end_is_said_beside_what_people_repeat():
    record = history(falling, rising).assign(copied=math.nan, human_copied=math.nan)
    assert math.isnan(diagnose(record).copied) and "word for word" not in diagnose(record).explanation
    record.loc[100, ["copied", "human_copied"]] = 0.25, 0.02
    found = diagnose(record)
    assert (found.copied, found.human_copied) == (0.25, 0.02)
    assert (
        "25% of what it writes stands word for word in the training text (of the"
        " validation text, which people wrote, 2%)" in found.explanation
    )
    record.loc[100, "human_copied"] = math.nan
    assert "training text." in diagnose(record).explanation
    # it says nothing of a later step
    assert math.isnan(diagnose(pd.concat([record, record.tail(1).assign(step=101, copied=math.nan)])).copied)


def test_a_run_that_has_not_begun_says_so():
    empty = pd.DataFrame(columns=COLUMNS)
    assert diagnose(empty).verdict == "under-fitting" and "Nothing was trained" in diagnose(empty).explanation
    assert "Nothing was trained" in diagnose(history(falling).head(1)).explanation


@pytest.mark.parametrize("length", range(1, 30))
def test_a_run_of_any_length_has_a_verdict_in_two_sentences(length):
    for loss in (falling, levelling, rising):
        for valid in (None, falling, rising):
            found = diagnose(history(loss, valid, every=3).head(length + 1))
            assert found.verdict in ("under-fitting", "fitting", "over-fitting", "diverging")
            assert found.explanation.endswith(".") and "nan" not in found.explanation


def test_a_run_diagnoses_itself(run):
    found = run.diagnosis()
    assert found == diagnose(run.record)
    assert 0 <= found.copied <= 1 and 0 <= found.human_copied <= 1 and found.gap_error > 0


def test_a_run_whose_loss_was_no_number_any_more_diverged(models, speeches, tmp_path):
    with pytest.raises(DivergenceError):
        lab.finetune(
            speeches,
            "1M",
            steps=30,
            learning_rate=1e4,
            accumulate_gradients=1,
            model_dir=models,
            checkpoint_dir=tmp_path,
        )
    found = lab.Run.open("run1", tmp_path).diagnosis()
    assert found.verdict == "diverging" and "Lower the learning rate" in found.explanation


# Runs of 3M on the speeches since 1947, made by benchmarks/verdicts.py.

VERDICTS = {
    "short": "over-fitting",
    "short-warm": "over-fitting",
    "short-falling": "over-fitting",
    "whole": "fitting",
    "whole-falling": "fitting",
    "whole-usual": "fitting",
    "rising-rate": "diverging",
}


def stored(path):
    record = pd.read_csv(path, keep_default_na=True)
    record["valid_windows"] = [
        tuple(map(float, str(losses).split())) if isinstance(losses, str) else ()
        for losses in record["valid_windows"]
    ]
    return record


def test_there_are_ten_runs_of_each_kind_that_matters():
    kinds = [path.stem.rpartition("-")[0] for path in HISTORIES]
    assert (
        kinds.count("short") >= 10
        and kinds.count("whole") >= 10
        and {"short-warm", "rising-rate"} <= set(kinds) <= set(VERDICTS)
    )


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_real_runs_are_diagnosed_rightly(path):
    found = diagnose(stored(path))
    assert found.verdict == VERDICTS[path.stem.rpartition("-")[0]], found.explanation


@pytest.mark.parametrize(
    "path", [path for path in HISTORIES if path.stem.startswith("short")], ids=lambda path: path.stem
)
def test_the_best_step_is_found_with_few_measurements_too(path):
    """Measured every 20 steps, the usual, the validation loss at the best step is at most 1 % above that of
    a run measured every 5.
    """
    record = stored(path)
    dense = record.set_index("step")["valid_loss"]
    sparse = record.assign(valid_loss=record["valid_loss"].where(record["step"] % 20 == 0))
    found = diagnose(sparse)
    assert found.verdict == "over-fitting" and dense[found.best_step] <= 1.01 * dense.min()


def test_copying_rises_with_the_training():
    runs = [
        stored(path).dropna(subset=["copied"])
        for path in HISTORIES
        if path.stem.startswith("short-") and "warm" not in path.stem
    ]
    early, late = (np.array([run["copied"].iloc[place] for run in runs]) for place in (0, -1))
    assert (late >= early).all() and late.mean() > early.mean() + 0.01
