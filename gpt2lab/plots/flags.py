"""The figure of a fine-tuning under one flag after the other."""

from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.captions import DARK, LIGHT, MIDDLE, CaptionedFigure
from gpt2lab.experiments.flags import BASELINE
from gpt2lab.plots.drawing import check_table, label_point

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = """
    flag value steps epochs valid_loss_before valid_loss copied human_copied seconds saves
""".split()


def flags(table: "pd.DataFrame") -> CaptionedFigure:
    """What each flag does to the validation loss, to copying and to the time, with the same amount of
    reading.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.flags`.

    Returns
    -------
    CaptionedFigure
        A line a run, the one without flags at the top. On the left the loss on held-out text: thin bars go
        from before fine-tuning to after it. In the middle the share of what the model writes that stands in
        its text (circles), and that of held-out human text (diamonds). On the right the seconds. Dotted lines
        are the run without flags.

    Raises
    ------
    ArgumentError
        If it is another table.
    """
    check_table(
        table,
        _COLUMNS,
        "flags",
        "what lab.experiments.flags(…) returns",
        lambda table: (table["flag"] == BASELINE).any(),
    )
    figure = CaptionedFigure(width=9.4, height=1.2 + 0.42 * len(table))
    losses, copies, times = figure.subplots(1, 3, sharey=True, width_ratios=(3, 2, 2))
    places = np.arange(len(table))
    usual = table[table["flag"] == BASELINE].iloc[0]
    losses.hlines(places, table["valid_loss"], table["valid_loss_before"], color=LIGHT, linewidth=2)
    losses.plot(
        table["valid_loss_before"],
        places,
        "s",
        color=MIDDLE,
        markerfacecolor="white",
        markeredgewidth=1.8,
        markersize=7,
    )
    _mark_values(
        losses,
        table["valid_loss"],
        usual["valid_loss"],
        "validation loss (nats per token)",
        "{:.2f}",
        left=table["valid_loss"] < table["valid_loss_before"],
    )
    # To either side, for the two may be near each other
    fell = usual["valid_loss"] < usual["valid_loss_before"]
    for name, loss, color, left in (
        ("before", usual["valid_loss_before"], MIDDLE, not fell),
        ("after", usual["valid_loss"], DARK, fell),
    ):
        offset = (-2 if left else 2, 9)
        label_point(losses, name, (loss, 0), offset, ha="right" if left else "left", fontsize=9, color=color)
    _mark_values(copies, 100 * table["copied"], 100 * usual["copied"], "copied (% of the words)", "{:.0f} %")
    copies.plot(
        100 * table["human_copied"],
        places,
        "D",
        color="#000000",
        markersize=6,
        markeredgecolor="white",
        markeredgewidth=0.8,
    )
    # To the right of the dotted line, which would strike it through
    label_point(
        copies,
        "human",
        (100 * max(usual["copied"], usual["human_copied"]), 0),
        (3, 10),
        ha="left",
        fontsize=9,
        color="#000000",
    )
    copies.set_xlim(*_room(100 * table[["copied", "human_copied"]].to_numpy().max()))
    _mark_values(times, table["seconds"], usual["seconds"], "time (seconds)", "{:.0f}")
    times.set_xlim(0, 1.25 * table["seconds"].max())
    losses.set_yticks(places, [_name(row) for row in table.itertuples()])
    losses.set_ylim(len(table) - 0.5, -0.8)
    figure.caption = _caption(table, usual)
    return figure


def _mark_values(axes, values, usual, label, form, left=None):
    axes.axvline(usual, color=DARK, linestyle=":", linewidth=1.2)
    axes.plot(values, np.arange(len(values)), "o", color=DARK, markersize=8)
    for place, (value, before) in enumerate(zip(values, [False] * len(values) if left is None else left)):
        # The dotted line goes behind the number
        label_point(
            axes,
            form.format(value),
            (value, place),
            (-9 if before else 9, 0),
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
    axes.set_xlabel(label)
    axes.margins(x=0.28)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)


def _room(largest):
    """Limits of an axis of percent that have room for the numbers on the right of the marks."""
    largest = max(largest, 1)
    return -0.06 * largest, 1.4 * largest


def _name(row):
    if row.flag == BASELINE:
        return f"no flag: {row.steps} steps"
    what = {"accumulate_gradients": f": {row.steps} steps", "save_every": f": {row.saves} saves"}
    return f"{row.flag}={row.value:g}{what.get(row.flag, '')}"


def _caption(table, usual):
    parts = []
    share = f"{100 * usual['copied']:.0f} %"
    for row in table[table["flag"] != BASELINE].itertuples():
        copied = f"{100 * row.copied:.0f} %"
        parts.append(
            f"{_name(row)}: loss {row.valid_loss - usual['valid_loss']:+.2f},"
            + (f" {copied} copied," if copied != share else "")
            + f" {row.seconds / usual['seconds']:.2g} times the seconds"
        )
    return (
        f"Every run read {table['windows'].iloc[0]:,} windows. Without a flag the validation loss went from"
        f" {usual['valid_loss_before']:.2f} to {usual['valid_loss']:.2f} nats per token in"
        f" {usual['seconds']:.0f} seconds, and {share} of what the model writes is copied (of human text"
        f" {100 * usual['human_copied']:.0f} %). Compared with that, {'; '.join(parts)}."
    )
