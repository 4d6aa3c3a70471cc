"""Each flag is tried alone, with the same amount of reading, and what it does is measured."""

import numpy as np
import pandas as pd
import pytest

import gpt2lab as lab
from gpt2lab.course import scenes
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.copying import copied_share
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.pretrained.download import download_vocabulary
from gpt2lab.pretrained.encoder import load_encoder


@pytest.fixture(scope="module")
def splits(speeches, held_out):
    return lab.Splits(train=speeches, valid=held_out.first(4000), test=held_out)


def small_flags(splits, models, folder, **changed):
    asked = {"windows": 12, "accumulate_gradients": (4,), "epochs": (6,), "save_every": (3,)}
    asked |= {"learning_rates": (1e-5,)}
    asked |= {"learning_rate": 3e-4} | changed  # for so few steps
    return lab.experiments.flags("1M", splits=splits, folder=folder, model_dir=models, **asked)


@pytest.fixture(scope="module")
def table(splits, models, tmp_path_factory):
    return small_flags(splits, models, tmp_path_factory.mktemp("flags"))


@pytest.mark.slow
def test_every_run_reads_as_much_and_one_flag_differs(table):
    assert (
        table["flag"].tolist() == ["none", "accumulate_gradients", "epochs", "save_every", "learning_rate"]
        and (table["windows"] == 12).all()
    )
    assert table["steps"].tolist() == [12, 3, 12, 12, 12] and table["saves"].tolist() == [1, 1, 1, 4, 1]
    usual, accumulated, repeated, saved, _ = (row for _, row in table.iterrows())
    assert repeated["epochs"] == pytest.approx(6, rel=0.1) and 1 > usual["epochs"] == pytest.approx(
        accumulated["epochs"]
    )
    # Weights and two moments of 1M
    assert saved["written_MB"] == pytest.approx(4 * usual["written_MB"]) and usual["written_MB"] > 10


@pytest.mark.slow
def test_saving_changes_nothing_and_fewer_steps_learn_less(table):
    usual, accumulated, repeated, saved, slow = (row for _, row in table.iterrows())
    assert saved["valid_loss"] == usual["valid_loss"] < usual["valid_loss_before"]
    assert usual["valid_loss"] < slow["valid_loss"] < slow["valid_loss_before"] + 0.01
    assert accumulated["valid_loss"] > usual["valid_loss"]
    assert (
        table["copied"].between(0, 1).all()
        and table["human_copied"].between(0, 1).all()
        and (table["seconds"] > 0).all()
    )


@pytest.mark.slow
def test_what_was_written_after_many_epochs_can_be_read(table, splits, models):
    """They are the texts on which copying was measured, not others like them."""
    (row,) = table.attrs["samples"]
    samples = table.attrs["samples"][row]
    assert table["flag"][row] == "epochs" and len(samples) == 8
    tokens = len(splits.train.tokens(load_encoder(download_vocabulary("1M", models))))
    read = splits.train.first(round(12 * find_card("1M").n_ctx / 6 / tokens * splits.train.characters))
    assert copied_share(samples, read) == table["copied"][row]


@pytest.mark.slow
def test_the_figure_says_what_the_table_says(table):
    figure = lab.plots.flags(table)
    assert (
        "Every run read 12 windows" in figure.caption
        and "accumulate_gradients=4: 3 steps: loss +" in figure.caption
    )
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [
        "no flag: 12 steps",
        "accumulate_gradients=4: 3 steps",
        "epochs=6",
        "save_every=3: 4 saves",
        "learning_rate=1e-05",
    ]
    for wrong in (None, pd.DataFrame(), table.iloc[1:]):
        with pytest.raises(ArgumentError, match="lab.experiments.flags"):
            lab.plots.flags(wrong)


@pytest.mark.parametrize("after", [3.5, 3.98, 4.0, 4.02, 4.5])
def test_before_and_after_are_told_apart_however_near(after):
    """The first row is what the others are compared with."""
    table = scenes.flags(np.random.default_rng(0)).assign(valid_loss_before=4.0)
    table.loc[0, "valid_loss"] = after
    figure = lab.plots.flags(table)
    figure.draw_without_rendering()
    before, after = (
        text.get_window_extent()
        for name in ("before", "after")
        for text in figure.axes[0].texts
        if text.get_text() == name
    )
    assert not before.overlaps(after)


@pytest.mark.parametrize(
    "changed, error, message",
    [
        (
            {"accumulate_gradients": (5,)},
            ArgumentError,
            "windows=12 is no multiple of accumulate_gradients=5",
        ),
        ({"accumulate_gradients": 4}, ArgumentError, "put it into a list"),
        ({"epochs": (0.1,)}, ArgumentError, "fewer than the whole text takes"),
        ({"epochs": (13,)}, TextError, "too short"),
        ({"save_every": (13,)}, ArgumentError, "save_every=13"),
        ({"windows": 0}, ArgumentError, "windows=0"),
        ({"eval_every": 5}, ArgumentError, "eval_every is decided"),
        ({"sample_every": 5}, ArgumentError, "sample_every"),
        ({"learning_rate": -1}, ArgumentError, "learning_rate"),
        ({"learning_rates": (0,)}, ArgumentError, "learning_rates"),
        ({"learning_rates": 1e-3}, ArgumentError, "put it into a list"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(
    splits, models, tmp_path, changed, error, message
):
    with pytest.raises(error, match=message):
        small_flags(splits, models, tmp_path, **changed)
    assert not list(tmp_path.rglob("*.json"))
