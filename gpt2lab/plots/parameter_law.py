"""The figure of the law that several sizes follow, beside published ones."""

import math
from typing import TYPE_CHECKING

from gpt2lab.base.captions import STYLES, CaptionedFigure
from gpt2lab.base.wording import join_words
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.laws import HOFFMANN, HOFFMANN_FROM, KAPLAN, fit_power_law, loss_laws
from gpt2lab.experiments.seeds import over_seeds
from gpt2lab.plots.drawing import captioned_axes, check_table

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.experiments.model_sizes import ModelSizes

BEFORE, AFTER = "test_bits_per_byte_before", "test_bits_per_byte"
# Of the difference between the smallest and the largest size: a point farther off the line is not on it
_ON_THE_LINE = 0.1


def parameter_law(table: "ModelSizes | pd.DataFrame") -> CaptionedFigure:
    """The loss of several sizes against their parameters, with a line through them, beside published laws.

    On logarithmic axes a power law, loss = factor / parameters^exponent, is a straight line, and how steep it
    is says how much of the loss each doubling of the parameters takes away. That can be compared between laws
    that count their loss by other tokens and on other texts; how high they stand can hardly be.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.model_sizes`: its ``table``, of two sizes or more.

    Returns
    -------
    CaptionedFigure
        Parameters without embeddings against bits per byte on the test text, before fine-tuning (hollow) and
        after (filled; means over seeds), each with the line of least squares, and what the laws of
        `loss_laws` give for the same sizes.

    Raises
    ------
    ArgumentError
        If it is another table, or of one size only.

    References
    ----------
    Kaplan et al. (2020), "Scaling laws for neural language models"; Hoffmann et al. (2022), "Training
    compute-optimal large language models".
    """
    table = getattr(table, "table", table)
    source = "the table of what lab.experiments.model_sizes(…) returns"
    check_table(table, {"model_name", "parameters", "seed", BEFORE, AFTER}, "sizes", source)
    points = over_seeds(table.sort_values("parameters"), (BEFORE, AFTER), by=("model_name", "parameters"))
    if len(points) < 2:
        raise ArgumentError(
            f"The table has one size, {points['model_name'].iloc[0]}; give two or more, since one point"
            " makes no line."
        )
    laws = loss_laws(list(points["model_name"]))
    sizes = laws["without_embeddings"].to_numpy()
    lines = {
        "before fine-tuning": (points[BEFORE].to_numpy(), "s", "white"),
        "after fine-tuning": (points[AFTER].to_numpy(), "o", STYLES[0][0]),
        KAPLAN: (laws[KAPLAN].to_numpy(), "", ""),
        HOFFMANN: (laws[HOFFMANN].to_numpy(), "", ""),
    }
    fits = {name: fit_power_law(sizes, losses) for name, (losses, *_) in lines.items()}
    figure, axes = captioned_axes(
        "parameters without embeddings (million)",
        "loss on the test text\n(bits per byte)",
        width=7.6,
        height=4.2,
    )
    axes.set(xscale="log", yscale="log")
    looks = (STYLES[0], STYLES[0], STYLES[1], STYLES[3])
    ends = []
    for (name, (losses, marker, face)), (colour, style) in zip(lines.items(), looks):
        exponent, factor, _ = fits[name]
        if marker:
            axes.plot(sizes, losses, marker, color=colour, markerfacecolor=face, markersize=8, zorder=3)
            losses = factor / sizes**exponent
        axes.plot(sizes, losses, style, color=colour, linewidth=1.8)
        ends.append((f"{name}: {_percent(exponent)} a doubling", losses[-1], colour))
    _ticks(axes, sizes, laws.index)
    _end_labels(axes, sizes[-1], ends)
    figure.caption = _caption(points, laws, fits)
    return figure


def _ticks(axes, sizes, names):
    axes.set_xticks(sizes, [f"{_million(size)}\n{name}" for size, name in zip(sizes, names)])
    low, high = axes.get_ylim()
    steps = [step for step in (0.5, 0.2, 0.1, 0.05) if (high - low) / step <= 9]
    step = min(steps, default=0.5)
    marks = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    axes.minorticks_off()
    axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()


def _million(size):
    return f"{size / 1e6:.1f}" if size < 1e7 else f"{size / 1e6:,.0f}"


def _end_labels(axes, x, ends):
    """Names at the right ends of lines, none over another: places are chosen on an even scale, since the axis
    is logarithmic.
    """
    low, high = map(math.log, axes.get_ylim())
    apart = 0.075 * (high - low)
    at = -math.inf
    for words, y, colour in sorted(ends, key=lambda end: end[1]):
        at = max(math.log(y), at + apart)
        axes.annotate(
            words,
            (x, math.exp(at)),
            xytext=(10, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def _percent(exponent):
    """What a doubling of the parameters does to the loss, with its sign."""
    return f"{100 * (2**-exponent - 1):+.1f} %".replace("-", "−")


def _caption(points, laws, fits):
    first, last = points.iloc[0], points.iloc[-1]
    sentences = []
    for words, column in (("before fine-tuning", BEFORE), ("after fine-tuning", AFTER)):
        exponent, _, distance = fits[words]
        sentences.append(
            f"{words[0].upper()}{words[1:]} the loss goes from {first[column]:.2f} bits per byte with"
            f" {first['model_name']} to {last[column]:.2f} with {last['model_name']}: the line through the"
            f" {len(points)} sizes has the exponent {exponent:.3f}, {_percent(exponent)} with each doubling"
            f" of the parameters{_straight(points, column, distance)}."
        )
    sentences.append(
        "For the same sizes "
        + join_words(
            [
                f"{law} have {fits[law][0]:.3f}, {_percent(fits[law][0])} a doubling"
                for law in (KAPLAN, HOFFMANN)
            ]
        )
        + "."
    )
    if laws["parameters"].min() < HOFFMANN_FROM:
        sentences.append(
            f"{HOFFMANN} trained no model below {HOFFMANN_FROM / 1e6:.0f} million parameters: for smaller"
            " ones their law is a guess."
        )
    if laws["tokens_read"].isna().any():
        sentences.append(
            f"How much text {join_words(laws.index[laws['tokens_read'].isna()])} read was not published: what"
            f" {HOFFMANN} add for it is left out."
        )
    seeds = points["seeds"].max()
    return " ".join([*sentences, f"Means over {seeds} seeds."] if seeds > 1 else sentences)


def _straight(points, column, distance):
    if len(points) < 3:
        return ""
    difference = abs(1 - points[column].iloc[-1] / points[column].iloc[0])
    percent = f"{100 * distance:.1f} %"
    if distance < _ON_THE_LINE * difference:
        return f", and no point is more than {percent} off the line"
    return f", but a point is {percent} off the line"
