"""The benchmark's arithmetic, and that its command runs to a complete table."""

import importlib.util
import json
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from places import REPOSITORY

import gpt2lab as lab
from benchmarks import intervals, limits, machine, work
from benchmarks import settings as tried
from benchmarks.contestants import training_batch
from benchmarks.contestants.windows import padded_batches
from benchmarks.measuring import agreement, finish, summary
from benchmarks.table import insert, markdown, seconds
from benchmarks.targets import targets
from gpt2lab.pretrained.catalog import bundled_names, find_card
from gpt2lab.training.settings import Settings

MACHINE = {"float32": 200e9, "bfloat16": 400e9, "read": 30e9}


def result(*times, peak=1e9, **answer):
    return {"seconds": list(times), "peak_bytes": peak, "answer": answer, "versions": {}}


def row_of(key, model):
    return next(row for row in work.rows() if row.key == key and row.model == model)


def finished(key, model, **times):
    """A row with given seconds, or (seconds, bytes), by contestant."""
    figures = {}
    for name, value in times.items():
        taken, peak = value if isinstance(value, tuple) else (value, 1e9)
        figures[name.replace("_", "-")] = summary([result(taken, peak=peak)], {})
    return finish(row_of(key, model), {"contestants": figures, "agreement": None}, MACHINE)


def test_a_figure_is_the_median_of_rounds_that_are_medians_of_their_repetitions():
    figures = summary([result(1, 9, 2), result(5, 5, 5, peak=2e9), result(3, 3, 100)], {})
    assert figures["rounds"] == [2, 5, 3] and figures["seconds"] == 3 and figures["peak_bytes"] == 2e9


def test_a_contestant_that_could_not_says_why():
    assert summary([{"unavailable": "no such thing"}], {}) == {"unavailable": "no such thing"}


def test_ratios_are_the_peers_times_over_ours():
    row = finished("generate-20", "124M", gpt2lab=0.5, gpt_2_simple=5.0, transformers=0.25)
    assert row["times_as_fast_as"] == {"gpt-2-simple": 10, "transformers": 0.5}


def test_the_largest_difference_counts():
    assert agreement(
        {"gpt2lab": {"loss": 2.0}, "transformers": {"loss": 2.2}, "gpt-2-simple": {"loss": 2.0}}
    ) == pytest.approx(0.1)
    assert (
        agreement(
            {
                "gpt2lab": {"log_probabilities": [-1.0, -2.0]},
                "transformers": {"log_probabilities": [-1.0, -2.5]},
            }
        )
        == 0.5
    )
    assert agreement({"gpt2lab": {"tokens": 1}, "transformers": {"tokens": 1}}) is None


def test_a_single_sample_cannot_be_faster_than_its_weights_are_read():
    taken, what = limits.floor(row_of("generate-100", "124M"), MACHINE)
    assert what == "reading weights"
    assert taken == pytest.approx(100 * 4 * (124_439_808 - 1024 * 768) / 30e9)


def test_a_training_step_takes_six_operations_a_weight_and_token_and_attention():
    taken, what = limits.floor(row_of("train", "124M"), MACHINE)
    assert what == "arithmetic"
    weights = 124_439_808 - 1024 * 768
    assert taken == pytest.approx((6 * weights * 1024 + 12 * 12 * 768 * 1024 * 1025 / 2) / 200e9)
    assert limits.floor(row_of("train-recompute", "124M"), MACHINE)[0] == pytest.approx(taken * 4 / 3)
    assert limits.floor(row_of("train-half", "124M"), MACHINE)[0] == pytest.approx(taken / 2)


def test_weights_in_the_caches_are_limited_by_arithmetic_alone():
    assert limits.floor(row_of("generate-100", "3M"), MACHINE)[1] == "arithmetic"


def test_the_machine_is_as_fast_as_its_fastest_library():
    product = ("product", {"precision": "float32"})
    found = machine.best(
        [(*product, result(2.0, 1.0)), (*product, result(0.5)), ("read", {}, {"unavailable": "no"})]
    )
    assert found == {"float32": 2 * machine.SIDE**3 / 0.5, "bfloat16": None, "read": None}


def test_targets_are_met_at_their_border_and_missed_beyond():
    def met(what, *rows):
        return next(each.met for each in targets(list(rows), MACHINE) if each.what.startswith(what))

    twenty = "20 tokens"
    assert met(twenty, finished("generate-20", "124M", gpt2lab=1.0, gpt_2_simple=4.0)) is True
    assert met(twenty, finished("generate-20", "124M", gpt2lab=1.0, gpt_2_simple=3.9)) is False
    assert met(twenty) is None
    both = "100 samples of 100 tokens, 124M"
    assert (
        met(both, finished("generate-many", "124M", gpt2lab=1.0, gpt_2_simple=5.0, transformers=1.4)) is False
    )
    # one of two peers is no answer
    assert met(both, finished("generate-many", "124M", gpt2lab=1.0, gpt_2_simple=5.0)) is None
    step = finished("train", "124M", gpt2lab=(1.0, 6e9), gpt_2_simple=(1.0, 10e9), transformers=(1.0, 1e9))
    assert met("peak memory of that step, 124M", step) is True
    again = finished("train-recompute", "124M", gpt2lab=(1.0, 3.6e9))
    assert met("peak memory of that step, recomputed", step, again) is False
    assert met("355M", finished("train", "355M", gpt2lab=(9.0, 9.9e9))) is True


def test_every_row_of_the_table_says_who_is_missing_and_why():
    for row in [*work.rows(), *work.rows(quick=True)]:
        assert {*row.contestants, *row.absent} == {"gpt2lab", "gpt-2-simple", "transformers"}, row.key
    keys = [(row.key, row.model) for row in work.rows()]
    assert len(keys) == len(set(keys))


def test_windows_score_every_token_but_the_first_once():
    tokens = list(range(1, 5001))
    for stride in (512, 1023):
        found = [
            int(token)
            for batch, scored in padded_batches(tokens, 1024, stride, 3)
            for token in batch[:, 1:][scored]
        ]
        assert sorted(found) == tokens[1:]


def test_all_contestants_train_on_the_same_tokens():
    assert (training_batch(3, 2, 4096) == training_batch(3, 2, 4096)).all()
    assert (training_batch(3, 2, 4096) != training_batch(4, 2, 4096)).any()


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.34, "12.3 s"), (0.5, "500 ms"), (0.0123, "12.3 ms"), (0.00002, "20 µs"), (None, "-")],
)
def test_times_read_in_their_unit(value, text):
    assert seconds(value) == text


def test_the_table_goes_between_its_marks_and_nowhere_else():
    text = "a\n<!-- begin results -->\nold\n<!-- end results -->\nb"
    assert insert(text, "results", "new \\1") == "a\n<!-- begin results -->\nnew \\1\n<!-- end results -->\nb"
    with pytest.raises(ValueError, match="begin other"):
        insert(text, "other", "new")


@pytest.mark.slow
def test_the_command_runs_to_a_complete_table(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks",
            "--quick",
            "--models",
            "3M",
            "--rounds",
            "1",
            "--cache",
            str(tmp_path / "cache"),
            "--only",
            "generate-100,score,train,next-tokens",
            "--out",
            str(tmp_path / "out"),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["machine"]["float32"] > 1e9 and results["machine"]["read"] > 1e8
    installed = {"gpt2lab", "gpt-2-simple"} | (
        {"transformers"} if importlib.util.find_spec("transformers") else set()
    )
    assert [row["key"] for row in results["rows"]] == ["generate-100", "score", "train", "next-tokens"]
    for row in results["rows"]:
        for name in installed & set(row_of(row["key"], "3M").contestants):
            figures = row["contestants"][name]
            assert math.isfinite(figures["seconds"]) and figures["peak_bytes"] > 1e8, (
                row["key"],
                name,
                figures,
            )
    agreements = {row["key"]: row["agreement"] for row in results["rows"]}
    assert agreements["score"] < 1e-4 and agreements["train"] < 1e-4
    table = (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    assert table == markdown(results)
    assert "next tokens after a changed" in table and "GFLOP/s" in table and str(REPOSITORY) not in table


@pytest.mark.slow
def test_the_profile_shares_out_the_whole_time(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks",
            "profile",
            "--task",
            "train",
            "--model",
            "3M",
            "--cache",
            str(tmp_path),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    shares = [
        float(line.split("|")[2].strip().rstrip("%"))
        for line in done.stdout.splitlines()
        if line.count("%") == 1 and line.startswith("|")
    ]
    assert sum(shares) == pytest.approx(100, abs=1) and "MatMul" in done.stdout


def test_self_bleu_is_measured_beside_nltk():
    pytest.importorskip("nltk")
    command = [
        sys.executable,
        "-m",
        "benchmarks.diversity",
        "--samples",
        "50",
        "--length",
        "20",
        "--hypotheses",
        "3",
    ]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    figures = re.findall(r"^ +([\d.]+) s", printed, flags=re.MULTILINE)
    assert len(figures) == 2 and float(figures[1]) > float(figures[0]) and "50 pieces of 20 words" in printed
    assert float(re.search(r"differ by (\S+) on 9 pieces", printed).group(1)) < 1e-9


def test_coverage_is_the_share_of_intervals_that_hold_the_mean():
    rng = np.random.default_rng(0)
    pool = rng.integers(0, 200, (400, 30)).tolist()
    held = intervals.coverage(pool, rng.integers(0, 150, (20, 100)).tolist(), number=20, draws=60)
    assert held["held"].between(0.85, 1).all()
    assert held.loc["precision_1", "value"] == pytest.approx(np.mean(np.array(pool) < 150), abs=0.01)


def test_the_rates_that_finetune_begins_with_are_the_best_that_were_measured():
    results = tried.stored()
    assert set(results["model"]) == set(bundled_names())
    usual = results[
        (results["decay"] == "cosine") & (results["warmup_steps"] > 0) & (results["batch_size"] == 4)
    ]
    medians = usual[usual["optimizer"] == "adam"].groupby(["model", "learning_rate"])["perplexity"].median()
    for name in bundled_names():
        assert medians[name].idxmin() == find_card(name).learning_rate
        constant = results[(results["model"] == name) & (results["decay"] == "constant")]
        assert medians[name].min() < constant["perplexity"].median()


def test_the_page_has_the_table_of_settings_that_is_stored():
    page = (REPOSITORY / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert tried.table(tried.stored()) in page


def test_every_setting_that_is_tried_is_one_of_finetunes():
    for name, grid in tried.GRID.items():
        for settings in grid:
            Settings(lab.Corpus(), name, tried.WINDOWS // settings["batch_size"], **settings)
