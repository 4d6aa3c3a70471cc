"""The figures of a grid of fine-tunings say from which length on it helped, and stand the laws beside it."""

import itertools
import math

import pandas as pd
import pytest

from gpt2lab import plots
from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import spread


@pytest.fixture
def table():
    rows = []
    for name, parameters, before in (("1M", 1_052_160, 4.0), ("3M", 3_209_088, 3.8)):
        for size, tokens, test, train in (
            (5_000, 1_350, 4.5, 1.5),
            (80_000, 21_600, 3.9, 3.3),
            (400_000, 108_000, 3.6, 3.5),
        ):
            for seed in (0, 1):
                rows.append(
                    {
                        "model_name": name,
                        "parameters": parameters,
                        "characters": size,
                        "seed": seed,
                        "tokens": tokens,
                        "epochs": 40_960 / tokens,
                        "train_loss": train + 0.1 * seed,
                        "test_loss": test + 0.1 * seed,
                        "test_loss_before": before,
                        "copied": 5_000 / size,
                        "copied_human": 0.01,
                    }
                )
    return pd.DataFrame(rows)


def test_the_figure_of_a_grid_says_from_which_length_on_fine_tuning_helped(table):
    caption = plots.corpus_sizes(table).caption
    assert (
        "1M: the loss on the test text is 4.00 nats per token before fine-tuning; it ends below that from"
        " 80,000 characters on" in caption
    )
    assert (
        "3M: the loss on the test text is 3.80 nats per token before fine-tuning; it ends below that from"
        " 400,000 characters on" in caption
    )
    assert (
        "from 4.55 to 3.65" in caption
        and "from 1.55 to 3.55" in caption
        and "100 % with 1M" in caption
        and "means over 2 seeds" in caption
    )
    never = plots.corpus_sizes(table[table["characters"] == 5_000]).caption
    assert "the longest text it does not end below" in never


def test_the_figure_of_the_laws_marks_what_fine_tuning_did(table):
    figure = plots.scaling_laws(table)
    kaplan = figure.axes[0].lines[0]
    filled, hollow = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert sorted(filled.get_ydata()) == [21_600, 108_000, 108_000] and sorted(hollow.get_ydata()) == [
        1_350,
        1_350,
        21_600,
    ]
    assert kaplan.get_xdata()[-1] == 10_269_760  # the next size, not the largest that there is
    (told,) = [text.get_text() for text in figure.axes[0].texts if "times as much" in text.get_text()]
    assert told == "150 times as much"
    assert "3 of 6 fine-tunings lowered the loss" in figure.caption
    assert dict(zip(kaplan.get_xdata(), kaplan.get_ydata()))[10_269_760] == pytest.approx(
        5e3 * 8_631_360**0.74
    )


def test_no_label_stands_on_another_though_three_models_do_alike(table):
    third = table[table["model_name"] == "3M"].assign(model_name="10M", parameters=10_269_760)
    figure = plots.corpus_sizes(pd.concat([table, third]))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for axes in figure.axes for text in axes.texts]
    assert len(boxes) == 3 * 4 + 1
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize(
    "heights, found",
    [([], []), ([3], [3]), ([0, 1, 2], [0, 1, 2]), ([2, 2], [1.5, 2.5]), ([1, 1.5, 4], [0.75, 1.75, 4])],
)
def test_labels_move_apart_as_little_as_they_must(heights, found):
    assert spread(heights, 1) == pytest.approx(found)
    raised = spread(heights, 1, 1.6)
    assert all(height >= 1.6 for height in raised)
    assert all(above - below >= 1 for below, above in itertools.pairwise(raised))


def test_samples_too_short_to_copy_are_said_to_be_so(table):
    table["copied"] = math.nan
    assert "too short" in plots.corpus_sizes(table).caption


@pytest.mark.parametrize("figure", [plots.corpus_sizes, plots.scaling_laws])
def test_figures_of_one_point_or_many_draw_without_warning_and_name_their_units(figure, table, recwarn):
    for shown in (table, table.head(1)):
        drawn = figure(shown)
        assert drawn.caption.endswith(".") and len(drawn.png()) > 10_000
        assert all("(" in axes.get_xlabel() and "(" in axes.get_ylabel() for axes in drawn.axes)
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("figure", [plots.corpus_sizes, plots.scaling_laws])
@pytest.mark.parametrize(
    "wrong", [None, pd.DataFrame({"step": [1]}), pd.DataFrame()], ids=["nothing", "another", "empty"]
)
def test_another_table_is_refused(figure, wrong):
    with pytest.raises(ArgumentError, match="corpus_sizes"):
        figure(wrong)


def test_more_models_than_can_be_told_apart_are_refused(table):
    many = pd.concat([table.assign(model_name=name) for name in ("1M", "3M", "124M", "355M", "774M")])
    with pytest.raises(ArgumentError, match="5 models"):
        plots.corpus_sizes(many)
