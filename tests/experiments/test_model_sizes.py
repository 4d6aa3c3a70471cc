"""Sizes are compared on the same text and steps, with memory that is measured, and go on where they
stopped.
"""

import math

import pandas as pd
import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.model_sizes import compare_complexity
from gpt2lab.measures.complexity import NAMES


@pytest.fixture(scope="module")
def splits():
    speeches = lab.presidential_speeches(since=1947, until=1961)
    return speeches.split(valid=0.1, test=0.1, seed=0)


@pytest.fixture(scope="module")
def arguments(models, splits, tmp_path_factory):
    return {
        "model_names": ("3M", "1M"),
        "steps": 4,
        "learning_rate": 2e-4,
        "splits": splits,
        "test_characters": 4000,
        "nsamples": 4,
        "length": 30,
        "model_dir": models,
        "folder": tmp_path_factory.mktemp("sizes"),
    }


@pytest.fixture(scope="module")
def found(arguments):
    return lab.experiments.model_sizes(**arguments)


@pytest.mark.slow
def test_the_figures_of_a_size_are_those_of_a_fine_tuning_by_hand(found, splits, small, models, tmp_path):
    run = lab.finetune(
        splits.train,
        "1M",
        4,
        splits.valid,
        seed=0,
        learning_rate=2e-4,
        accumulate_gradients=1,
        sample_every=0,
        model_dir=models,
        checkpoint_dir=tmp_path,
    )
    row = found.table.set_index("model_name").loc["1M"]
    test = splits.test.first(4000)
    with run.load() as tuned:
        for when, measured in (("_before", lab.perplexity(small, test)), ("", lab.perplexity(tuned, test))):
            assert row[f"test_loss{when}"] == pytest.approx(measured.nats_per_token, rel=1e-5)
            assert row[f"test_perplexity{when}"] == pytest.approx(measured.perplexity, rel=1e-4)
            assert row[f"test_bits_per_byte{when}"] == pytest.approx(measured.bits_per_byte, rel=1e-5)
        assert (row["test_tokens"], row["test_bytes"]) == (measured.tokens, measured.bytes)
        assert row["valid_loss"] == pytest.approx(run.history["valid_loss"].iloc[-1], rel=1e-5)
        assert found.samples["1M"] == tuned.generate("My fellow Americans,", nsamples=4, length=30, seed=0)


@pytest.mark.slow
def test_a_row_a_size_with_the_larger_below_and_times_of_a_step(found):
    table = found.table.set_index("model_name")
    assert list(table.index) == ["1M", "3M"] and list(table["parameters"]) == [1_052_160, 3_207_744]
    assert table.loc["3M", "test_loss"] < table.loc["1M", "test_loss"]
    assert (table["seconds_a_step"] * 2 < table["seconds"]).all() and (table["seconds_a_step"] > 0).all()


@pytest.mark.slow
def test_the_memory_is_near_the_estimate_and_that_of_each_size_alone(found):
    table = found.table.set_index("model_name")
    # The estimate promises 20 %
    assert (table["memory_MB"] / table["memory_estimated_MB"]).between(0.75, 1.25).all()
    assert table.loc["3M", "memory_above_MB"] > 1.3 * table.loc["1M", "memory_above_MB"] > 0


@pytest.mark.slow
def test_samples_go_into_a_reading_test_and_are_measured_beside_human_text(found):
    assert list(found.samples) == ["1M", "3M"] and list(found.complexity.index) == ["1M", "3M", "human"]
    assert all(text.startswith("My fellow Americans,") for texts in found.samples.values() for text in texts)
    assert tuple(found.complexity.columns) == NAMES
    # Its pieces are not from the text that the models learned from
    assert found.complexity.loc["human", "known_words"] < 1
    test = lab.widgets.reading_test(found.samples, pairs=4).test
    assert test.names == ("1M", "3M")


@pytest.mark.slow
def test_the_same_call_trains_nothing_again(found, arguments, monkeypatch):
    monkeypatch.setattr(
        "gpt2lab.base.fresh_process.subprocess.run", lambda *_, **__: pytest.fail("trained again")
    )
    again = lab.experiments.model_sizes(**arguments)
    pd.testing.assert_frame_equal(again.table, found.table)
    assert again.samples == found.samples


@pytest.mark.slow
def test_the_figure_says_what_the_table_says(found):
    figure = lab.plots.model_sizes(found.table)
    small, large = found.table.to_dict("records")
    for row in (small, large):
        assert (
            f"from {row['test_loss_before']:.2f} to {row['test_loss']:.2f}" in figure.caption
            and f"{row['memory_MB']:,.0f} MB" in figure.caption
        )
    assert f"the loss is {small['test_loss'] - large['test_loss']:.2f} lower" in figure.caption
    assert len(figure.png()) > 10_000


def test_a_model_that_wrote_nothing_has_no_complexity_and_stops_nothing(splits):
    found = compare_complexity(
        {"1M": ["My fellow Americans,"], "3M": ["My fellow Americans, we must act now and we shall"]},
        "My fellow Americans,",
        splits,
    )
    assert found.loc["1M"].isna().all() and found.loc[["3M", "human"], "word_letters"].notna().all()


@pytest.mark.parametrize(
    "wrong, word",
    [
        ({"model_names": "1M"}, "single value"),
        ({"model_names": ("2M", "3M")}, "2M"),
        ({"model_names": ("124M", "117M")}, "twice"),
        ({"seeds": ()}, "empty"),
        ({"steps": 0}, "steps"),
        ({"splits": "text"}, "splits"),
        ({"temperature": -1}, "temperature"),
        ({"nsamples": 0}, "nsamples"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"length": 1024}, "length=1,024"),
        ({"prefix": "The state of the Union " * 40, "length": 1000}, "exceed the window of 1M"),
        ({"prefix": 3}, "prefix=3"),
        ({"run_name": "mine"}, "run_name"),
        ({"executor": 3}, "executor"),
    ],
)
def test_bad_values_are_refused_before_anything_starts(wrong, word, splits, models, tmp_path, monkeypatch):
    monkeypatch.setattr("gpt2lab.base.fresh_process.subprocess.run", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(lab.LabError, match=word):
        lab.experiments.model_sizes(**{"splits": splits, "model_dir": models, "folder": tmp_path} | wrong)


def row(**changed):
    plain = {
        "model_name": "1M",
        "parameters": 1e6,
        "seed": 0,
        "test_loss_before": 4.0,
        "test_loss": 3.5,
        "seconds_a_step": 0.1,
        "memory_MB": 800.0,
        "memory_estimated_MB": 850.0,
    }
    return plain | changed


def test_the_figure_takes_means_over_seeds_and_does_without_memory():
    table = pd.DataFrame(
        [
            row(),
            row(seed=1, test_loss=3.7),
            row(model_name="3M", parameters=3e6, test_loss=3.9, memory_MB=math.nan),
        ]
    )
    caption = lab.plots.model_sizes(table).caption
    assert (
        "from 4.00 to 3.60" in caption
        and "0.30 higher" in caption
        and "Means over 2 seeds" in caption
        and "nan" not in caption
    )


@pytest.mark.parametrize(
    "table",
    [None, pd.DataFrame(), pd.DataFrame([row()]).drop(columns="memory_MB"), pd.DataFrame([row()])[:0]],
)
def test_another_table_has_no_figure(table):
    with pytest.raises(ArgumentError, match="model_sizes"):
        lab.plots.model_sizes(table)
