"""The figure of what became of each exercise in a class."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

from gpt2lab.base.captions import CaptionedFigure
from gpt2lab.plots.drawing import check_table, label_point

if TYPE_CHECKING:
    import pandas as pd

# What is shown together, its colour, that of the numbers on it, and a pattern that tells it apart when
# printed in grey.
GROUPS = {
    "right": (("right",), "#0072B2", "white", ""),
    "not quite": (("wrong",), "#E69F00", "black", "\\\\"),
    "error or stopped": (("failed", "stopped"), "#D55E00", "black", "////"),
    "points by hand": (("read",), "#56B4E9", "black", "xx"),
    "no answer": (("unanswered", "missing"), "#FFFFFF", "black", ""),
    "not decided": (("by hand", "not graded"), "#CCCCCC", "black", "...."),
}


def class_results(table: "pd.DataFrame", distribution: "pd.DataFrame | None" = None) -> CaptionedFigure:
    """How many submissions have each exercise right, not quite, ended in an error, without an answer.

    Parameters
    ----------
    table : pandas.DataFrame
        A row an exercise, its label the index: ``title``, ``mean_share`` and the count of each state, as in
        `grading.results.summary.class_summary(…).exercises`.
    distribution : pandas.DataFrame, optional
        Submissions by their share of the points, drawn below: ``from_per_cent``, ``to_per_cent``,
        ``submissions``, as in its ``distribution``.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If it is another table.
    """
    states = [state for states, *_ in GROUPS.values() for state in states]
    source = "the exercises of gpt2lab.grading.results.summary.class_summary(…)"
    check_table(table, {"title", "mean_share", *states}, "a class", source)
    counts = {group: table[list(states)].sum(axis=1) for group, (states, *_) in GROUPS.items()}
    counts = {group: count for group, count in counts.items() if count.any()}
    rows = 0.85 + 0.46 * len(table)
    below = 0 if distribution is None else 2.2
    figure = CaptionedFigure(width=7.6, height=0.5 + rows + below)
    axes = figure.subplots(2, 1, height_ratios=(rows, below)) if below else [figure.subplots()]
    _exercises(axes[0], table, counts)
    if below:
        _totals(axes[1], distribution)
    patches = [
        Patch(facecolor=GROUPS[group][1], edgecolor="#333333", hatch=GROUPS[group][3], label=group)
        for group in counts
    ]
    figure.legend(
        handles=patches,
        ncols=len(patches),
        loc="outside upper center",
        frameon=False,
        fontsize=10,
        handlelength=1.4,
        columnspacing=1.4,
    )
    figure.caption = " ".join(
        filter(None, (_caption(table, counts), _totals_in_words(distribution) if below else ""))
    )
    return figure


def _exercises(axes, table, counts):
    most = max(sum(counts.values()))
    left = np.zeros(len(table))
    for group, count in counts.items():
        _, colour, ink, pattern = GROUPS[group]
        axes.barh(
            range(len(table)),
            count,
            left=left,
            color=colour,
            hatch=pattern,
            edgecolor="#333333",
            linewidth=0.8,
            height=0.66,
        )
        for place, (value, start) in enumerate(zip(count, left)):
            if value > most / 60:  # no room for a number otherwise
                background = (
                    {"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"}
                    if pattern
                    else None
                )
                axes.annotate(
                    f"{value:,.0f}",
                    (start + value / 2, place),
                    color=ink,
                    ha="center",
                    va="center",
                    fontsize=10,
                    bbox=background,
                )
        left = left + count.to_numpy()
    axes.set_yticks(
        range(len(table)), [_name(label, title) for label, title in table["title"].items()], fontsize=10
    )
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_xlim(0, most)
    axes.set_xlabel("submissions (number)")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)


def _totals(axes, distribution):
    low, high, count = (
        distribution[column].to_numpy() for column in ("from_per_cent", "to_per_cent", "submissions")
    )
    axes.bar(low, count, width=high - low, align="edge", color="#56B4E9", edgecolor="#333333", linewidth=0.8)
    for place, value in zip((low + high) / 2, count):
        if value:
            label_point(axes, f"{value:,.0f}", (place, value), (0, 3), fontsize=10)
    axes.set_xticks([*low, high[-1]])
    axes.set_xlim(low[0], high[-1])
    axes.margins(y=0.2)
    axes.set_xlabel("share of all points, after penalties (%)")
    axes.set_ylabel("submissions\n(number)")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)


def _name(label, title):
    # A dollar sign would start a formula.
    return textwrap.shorten(f"{label} {title}", 36, placeholder=" …").replace("$", r"\$")


def _caption(table, counts):
    rows = []
    most = max(sum(counts.values()))
    for label, title in table["title"].items():
        found = ", ".join(f"{count[label]:,.0f} {group}" for group, count in counts.items() if count[label])
        rows.append(f"{label} {title}: {found}.")
    if table["mean_share"].nunique() > 1:
        hardest = table["mean_share"].idxmin()
        rows.append(
            f"Hardest was {hardest},"
            f" with {100 * table['mean_share'][hardest]:.0f} % of its points on average."
        )
    return (
        f"What became of each exercise in {most:,.0f} {'submission' if most == 1 else 'submissions'}."
        f" {' '.join(rows)}"
    )


def _totals_in_words(distribution):
    fullest = distribution.loc[distribution["submissions"].idxmax()]
    if not fullest["submissions"]:
        return ""
    return (
        f"Below: the share of all points, after penalties; most submissions, {fullest['submissions']:,.0f},"
        f" have {fullest['from_per_cent']:.0f} to {fullest['to_per_cent']:.0f} %."
    )
