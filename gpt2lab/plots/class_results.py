"""The figure of what became of each exercise in a class."""

import textwrap

from matplotlib.patches import Patch

from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import captioned_axes

# What is shown together, its colour, that of the numbers on it, and a pattern that tells it apart when printed in grey.
GROUPS = {
    "right": (("right",), "#0072B2", "white", ""), "not quite": (("wrong",), "#E69F00", "black", ""),
    "error or stopped": (("failed", "stopped"), "#D55E00", "black", "////"), "no answer": (("unanswered", "missing"), "#FFFFFF", "black", ""),
    "not decided": (("by hand", "not graded"), "#CCCCCC", "black", "...."),
}


def class_results(table):
    """How many submissions have each exercise right, not quite, ended in an error, without an answer.

    Parameters
    ----------
    table : pandas.DataFrame
        A row an exercise, its label the index: ``title``, ``mean_share`` and the count of each state, as in `grading.summary.class_summary(…).exercises`.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If it is another table.
    """
    states = [state for states, *_ in GROUPS.values() for state in states]
    if not {"title", "mean_share", *states} <= set(getattr(table, "columns", ())) or table.empty:
        raise ArgumentError(f"A {type(table).__name__} is no table of a class; give the exercises of gpt2lab.grading.summary.class_summary(…).")
    counts = {group: table[list(states)].sum(axis=1) for group, (states, *_) in GROUPS.items()}
    counts = {group: count for group, count in counts.items() if count.any()}
    most = max(sum(counts.values()))
    figure, axes = captioned_axes("submissions (number)", "", width=7.6, height=1.35 + 0.46 * len(table))
    left = 0 * table["mean_share"].to_numpy()
    for group, count in counts.items():
        _, colour, ink, pattern = GROUPS[group]
        axes.barh(range(len(table)), count, left=left, color=colour, hatch=pattern, edgecolor="#333333", linewidth=0.8, height=0.66)
        for place, (value, start) in enumerate(zip(count, left)):
            if value > most / 60:
                background = {"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"} if pattern else None
                axes.annotate(f"{value:,.0f}", (start + value / 2, place), color=ink, ha="center", va="center", fontsize=10, bbox=background)
        left = left + count.to_numpy()
    axes.set_yticks(range(len(table)), [_name(label, title) for label, title in table["title"].items()], fontsize=10)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_xlim(0, most)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False)
    patches = [Patch(facecolor=GROUPS[group][1], edgecolor="#333333", hatch=GROUPS[group][3], label=group) for group in counts]
    axes.legend(handles=patches, ncols=len(patches), loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=10, handlelength=1.4, columnspacing=1.4)
    figure.caption = _in_words(table, counts, most)
    return figure


def _name(label, title):
    # A dollar sign would start a formula.
    return textwrap.shorten(f"{label} {title}", 36, placeholder=" …").replace("$", r"\$")


def _in_words(table, counts, most):
    rows = []
    for label, title in table["title"].items():
        found = ", ".join(f"{count[label]:,.0f} {group}" for group, count in counts.items() if count[label])
        rows.append(f"{label} {title}: {found}.")
    hardest = table["mean_share"].idxmin() if table["mean_share"].notna().any() else None
    if len(table) > 1 and hardest is not None:
        rows.append(f"Hardest was {hardest}, with {100 * table['mean_share'][hardest]:.0f} % of its points on average.")
    return f"What became of each exercise in {most:,.0f} {'submission' if most == 1 else 'submissions'}. {' '.join(rows)}"
