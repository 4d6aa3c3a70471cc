"""The figure of several sizes that were fine-tuned in the same way."""

from typing import TYPE_CHECKING

from gpt2lab.base.captions import DARK, MIDDLE, CaptionedFigure
from gpt2lab.experiments.seeds import over_seeds
from gpt2lab.plots.drawing import check_table, label_point

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.experiments.model_sizes import ModelSizes

_MEASURED = ("test_loss_before", "test_loss", "seconds_a_step", "memory_MB", "memory_estimated_MB")


def model_sizes(table: "ModelSizes | pd.DataFrame") -> CaptionedFigure:
    """What more parameters bought, and what they cost: loss on the test text, time and memory.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.model_sizes`: its ``table``.

    Returns
    -------
    CaptionedFigure
        On the left the loss before (hollow) and after fine-tuning (filled), in the middle the seconds of a
        step, on the right the memory that was held at most (bars) and what `estimate` said of it (lines).
        Over several seeds these are means, and thin lines go from the lowest to the highest.

    Raises
    ------
    ArgumentError
        If it is another table.
    """
    table = getattr(table, "table", table)
    source = "the table of what lab.experiments.model_sizes(…) returns"
    check_table(table, {"model_name", "parameters", "seed", *_MEASURED}, "sizes", source)
    sizes = over_seeds(table.sort_values("parameters"), _MEASURED, by=("model_name", "parameters")).set_index(
        "model_name"
    )
    figure = CaptionedFigure(width=7.6, height=3.6)
    figure.get_layout_engine().set(wspace=0.06)
    losses, seconds, memory = figure.subplots(1, 3, width_ratios=(1.35, 1, 1))
    _losses(losses, sizes)
    _bars(seconds, sizes, "seconds_a_step", "time (seconds per step)", "{:.2g}")
    _bars(memory, sizes, "memory_MB", "memory (MB)", "{:,.0f}", above="memory_estimated_MB")
    for x, value in enumerate(sizes["memory_estimated_MB"]):
        (dashes,) = memory.plot(
            (x - 0.38, x + 0.38), (value, value), color="#000000", linestyle=(0, (2, 1.5)), linewidth=1.6
        )
    # The bars rise to the right, so there is room on the left.
    memory.legend([dashes], ["estimate"], loc="upper left", frameon=False, fontsize=10, borderpad=0)
    figure.caption = _caption(sizes)
    return figure


def _losses(axes, sizes):
    for x, (_, row) in enumerate(sizes.iterrows()):
        before = row["test_loss_before"]
        after = row["test_loss"]
        axes.annotate(
            "",
            (x, after),
            (x, before),
            arrowprops={"arrowstyle": "->", "color": "#555555", "linewidth": 1.4, "shrinkA": 7, "shrinkB": 7},
        )
        axes.plot((x, x), (row["test_loss_low"], row["test_loss_high"]), color=DARK, linewidth=1.2)
        axes.plot(x, before, "s", color=MIDDLE, markersize=9, markerfacecolor="white", markeredgewidth=1.8)
        axes.plot(x, after, "o", color=DARK, markersize=9)
        # Above the upper mark and below the lower one, where no other size has its mark.
        upper, lower = sorted((before, after), reverse=True)
        label_point(axes, f"{upper:.2f}", (x, upper), (0, 9), fontsize=11)
        label_point(axes, f"{lower:.2f}", (x, lower), (0, -9), fontsize=11, va="top")
    first = sizes.iloc[0]
    for column, words, colour in (("test_loss_before", "before", MIDDLE), ("test_loss", "after", DARK)):
        label_point(axes, words, (0, first[column]), (-10, 0), fontsize=11, color=colour)
    _names(axes, sizes, "loss on the test text (nats per token)")
    # Room for the words on the left
    axes.set_xlim(-0.1 - 0.38 * len(sizes), len(sizes) - 0.55)
    axes.margins(y=0.14)


def _bars(axes, sizes, column, label, form, above=None):
    """A bar a size, its value over it, and over what stands in the column ``above``."""
    axes.bar(range(len(sizes)), sizes[column], width=0.6, color="#56B4E9", edgecolor="#000000", linewidth=0.8)
    for x, (value, lowest, highest) in enumerate(
        zip(sizes[column], sizes[f"{column}_low"], sizes[f"{column}_high"])
    ):
        if highest > lowest:
            axes.plot((x, x), (lowest, highest), color="#000000", linewidth=1.4)
        if value == value:
            top = highest if above is None else max(highest, sizes[above].iloc[x])
            label_point(axes, form.format(value), (x, top), (0, 6), fontsize=11)
    _names(axes, sizes, label)
    axes.margins(y=0.18)
    axes.set_xlim(-0.6, len(sizes) - 0.4)
    axes.yaxis.set_major_formatter("{x:,g}")


def _names(axes, sizes, label):
    axes.set_xticks(range(len(sizes)), list(sizes.index), fontsize=11)
    axes.set_ylabel(label, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)


def _caption(sizes):
    sentences = [
        f"{name} ({row['parameters'] / 1e6:,.1f} million parameters): the loss on the test text goes from"
        f" {row['test_loss_before']:.2f} to {row['test_loss']:.2f} nats per token; a step takes"
        f" {row['seconds_a_step']:.2g} seconds{_memory_in_words(row)}."
        for name, row in sizes.iterrows()
    ]
    if len(sizes) > 1:
        small = sizes.iloc[0]
        large = sizes.iloc[-1]
        gain = small["test_loss"] - large["test_loss"]
        sentences.append(
            f"With {large['parameters'] / small['parameters']:.1f} times the parameters the loss is"
            f" {abs(gain):.2f} {'lower' if gain >= 0 else 'higher'} and a step takes"
            f" {large['seconds_a_step'] / small['seconds_a_step']:.1f} times as long."
        )
    seeds = sizes["seeds"].max()
    sentences += (
        [f"Means over {seeds} seeds; thin lines go from the lowest to the highest."] if seeds > 1 else []
    )
    return " ".join([*sentences, "Dashed: what lab.estimate says of the memory."])


def _memory_in_words(row):
    return (
        f", and training held {row['memory_MB']:,.0f} MB at most"
        if row["memory_MB"] == row["memory_MB"]
        else ""
    )
