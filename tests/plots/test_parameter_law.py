"""The figure of the law says how steep the line of the sizes is, whether they lie on it, and how steep others
are.
"""

import pandas as pd
import pytest

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.laws import KAPLAN, loss_laws

NAMES = ("1M", "3M", "10M")


def table(names=NAMES, exponent=0.05, middle=1.0, seeds=(0,)):
    """Sizes whose loss falls with this exponent, the second off the line by a factor."""
    inner = loss_laws(names)["without_embeddings"]
    rows = [
        {
            "model_name": name,
            "parameters": lab.models().loc[name, "parameters"],
            "seed": seed,
            "test_bits_per_byte_before": 3.2 * size**-exponent,
            "test_bits_per_byte": (middle if number == 1 else 1.0) * 3.0 * size**-exponent + 0.01 * seed,
        }
        for number, (name, size) in enumerate(inner.items())
        for seed in seeds
    ]
    return pd.DataFrame(rows)


def test_the_caption_says_how_steep_each_line_is():
    caption = plots.parameter_law(table()).caption
    # 1 - 2^-0.05 = 3.4 %, 1 - 2^-0.076 = 5.1 %
    assert caption.count("exponent 0.050, −3.4 % with each doubling of the parameters") == 2
    assert caption.count("no point is more than 0.0 % off the line") == 2
    assert f"{KAPLAN} have 0.076, −5.1 % a doubling" in caption
    assert f"{3.0 * 396_000**-0.05:.2f} bits per byte with 1M" in caption


def test_a_size_off_the_line_is_said_to_be_off_it_and_two_sizes_are_always_on_it():
    caption = plots.parameter_law(table(middle=1.05)).caption
    assert "but a point is 3." in caption and "no point is more than 0.0 %" in caption
    two = plots.parameter_law(table(("3M", "10M"))).caption
    assert "off the line" not in two and "through the 2 sizes" in two


def test_a_loss_that_rises_with_the_size_is_said_to_rise():
    assert "exponent -0.050, +3.5 % with each doubling" in plots.parameter_law(table(exponent=-0.05)).caption


def test_what_is_not_known_of_the_text_and_what_was_never_trained_is_said():
    small, large = (plots.parameter_law(table(names)).caption for names in (NAMES, ("124M", "355M", "774M")))
    assert "no model below 70 million" in small and "not published" not in small
    assert "How much text 124M, 355M and 774M read was not published" in large and "below" not in large


def test_points_are_means_over_seeds_in_any_order_of_the_table():
    found = plots.parameter_law(table(seeds=(0, 1)).iloc[::-1])
    assert found.caption.endswith("Means over 2 seeds.")
    filled = [line for line in found.axes[0].lines if line.get_marker() == "o"]
    mean = 3.0 * loss_laws(NAMES)["without_embeddings"] ** -0.05 + 0.005
    assert list(filled[0].get_ydata()) == pytest.approx(list(mean))


def test_it_draws_without_warning_and_names_its_units(recwarn):
    for names in (NAMES, ("124M", "355M", "774M"), ("1M", "1558M")):
        figure = plots.parameter_law(table(names))
        assert figure.caption.endswith(".") and len(figure.png()) > 10_000
        (axes,) = figure.axes
        assert "(million)" in axes.get_xlabel() and "(bits per byte)" in axes.get_ylabel()
        assert len(axes.get_yticks()) > 2
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize(
    "wrong, word",
    [
        (None, "model_sizes"),
        (pd.DataFrame(), "model_sizes"),
        (table().drop(columns="seed"), "model_sizes"),
        (table(("3M",)), "one size, 3M"),
        (table().replace("3M", "3X"), "did you mean|unknown"),
    ],
)
def test_another_table_is_refused(wrong, word):
    with pytest.raises(ArgumentError, match=word):
        plots.parameter_law(wrong)
