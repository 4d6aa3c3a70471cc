"""Figures of sampling sweeps: what each parameter does to the samples, and what quality costs in
diversity.
"""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.captions import DARK, MIDDLE, STYLES, CaptionedFigure
from gpt2lab.base.wording import join_words
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.sweep import GRID, HUMAN, SETTING, USUAL
from gpt2lab.measures.of_samples import BY_RATIO, TITLES, distance_to_human
from gpt2lab.plots.drawing import captioned_axes, check_table, label_point

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {"parameter", "value", *USUAL, "self_bleu", "perplexity"}
_SHORT = {"temperature": "T", "top_k": "k", "top_p": "p"}
_MARKERS = dict(zip(_SHORT, "os^"))
_COLOURS = dict(zip(_SHORT, (DARK, MIDDLE, STYLES[3][0])))
_NO_CUT = {name: USUAL[name] for name in ("top_k", "top_p")}


def _settings(table):
    """The rows of settings, and that of human text or None, if the table is one of `lab.sweep`."""
    check_table(
        table,
        _COLUMNS,
        "a sweep",
        "what lab.sweep(lm, …) returns",
        lambda table: (table["parameter"] != HUMAN).any(),
    )
    human = table[table["parameter"] == HUMAN]
    return table[table["parameter"] != HUMAN], human.iloc[0] if len(human) else None


def sweep(table: "pd.DataFrame", measures: Sequence[str] | None = None) -> CaptionedFigure:
    """What each parameter of sampling does to each measure, with human text as a line.

    Parameters
    ----------
    table : pandas.DataFrame
        From `lab.sweep`, each parameter varied alone.
    measures : sequence of str, optional
        Which columns to draw, from top to bottom, for example ``["dist_1", "self_bleu"]``, also columns of
        numbers that you have added to the table; all that `lab.sweep` measured if None.

    Returns
    -------
    CaptionedFigure
        A row a measure, a column a parameter. Values stand at equal distances, from those that hold most back
        to those that hold back nothing ("all": no cut).

    Raises
    ------
    ArgumentError
        If it is another table, or one of a grid of combinations, or has no such measure.
    """
    settings, human = _settings(table)
    if (settings["parameter"] == GRID).any():
        raise ArgumentError(
            "This sweep tried combinations, which have no one axis; give it to plots.quality_diversity, or"
            " sweep without grid=True."
        )
    measures = _measures(table, measures)
    parameters = [name for name in _SHORT if (settings["parameter"] == name).any()]
    columns = {name: _in_order(settings[settings["parameter"] == name], name) for name in parameters}
    figure = CaptionedFigure(width=1.5 + 2.4 * len(parameters), height=0.7 + 1.15 * len(measures))
    panels = figure.subplots(len(measures), len(parameters), squeeze=False, sharex="col", sharey="row")
    for row, measure in zip(panels, measures):
        if measure in BY_RATIO:
            row[0].set_yscale("log")
        for axes, (name, rows) in zip(row, columns.items()):
            _draw(axes, rows, name, measure, np.nan if human is None else human[measure])
            if human is not None:
                axes.axhline(human[measure], color="#000000", linestyle="--", linewidth=1.2, zorder=0)
        row[0].set_ylabel(_title(measure), fontsize=10)
        row[0].margins(y=0.3)
        # Nothing is copied, say: a line at 0, and no axis of its rounding errors
        if not table[measure].any():
            row[0].set_ylim(-0.02, 0.1)
        if human is not None and human[measure] == human[measure]:
            label_point(
                row[-1],
                "human",
                (1, human[measure]),
                (4, 0),
                xycoords=("axes fraction", "data"),
                fontsize=9,
                annotation_clip=False,
            )
    for axes, (name, rows) in zip(panels[-1], columns.items()):
        axes.set_xticks(range(len(rows)), [_value(name, value) for value in rows["value"]], fontsize=9)
        axes.set_xlabel(name, fontsize=10)
        beside = max(0.4, 0.1 * len(rows))
        axes.set_xlim(-beside, len(rows) - 1 + beside)
    figure.caption = " ".join(
        [
            *(_moves_in_words(rows, name, measures) for name, rows in columns.items()),
            _human_in_words(settings, human, measures),
        ]
    ).strip()
    return figure


def _measures(table, asked):
    there = [name for name in TITLES if name in table and table[name].notna().any()]
    if asked is None:
        return there
    asked = list(asked) if isinstance(asked, (list, tuple)) else [asked]
    unknown = [name for name in asked if name not in there and not _is_own(table, name)]
    if unknown or not asked or len(set(asked)) < len(asked):
        which = (
            f"measures has {unknown[0]!r}, which was not measured"
            if unknown
            else "measures is empty or names a measure twice"
        )
        raise ArgumentError(f"{which}; give a list of some of {', '.join(there)}.")
    return asked


def _is_own(table, name):
    """Whether it is a measure that the reader has added: a column of numbers that no sweep has."""
    return (
        isinstance(name, str)
        and name in table
        and name not in {*SETTING, "words", "seconds", *TITLES}
        and table[name].dtype.kind in "iuf"
        and bool(table[name].notna().any())
    )


def _title(measure):
    return TITLES.get(measure, measure)


def _in_order(rows, name):
    """By value, no cut last: from what narrows most to what narrows nothing."""
    return rows.iloc[
        np.argsort(
            rows["value"].where(rows["value"] != _NO_CUT.get(name, -1), np.inf).to_numpy(float), kind="stable"
        )
    ]


def _draw(axes, rows, name, measure, line):
    axes.plot(
        range(len(rows)),
        rows[measure],
        color=_COLOURS[name],
        marker=_MARKERS[name],
        markersize=5,
        linewidth=1.6,
    )
    # Every value of few, the ends of many.
    for place, value in enumerate(rows[measure]):
        if value == value and (len(rows) <= 4 or place in (0, len(rows) - 1)):
            below = value < line  # on the side where the line of human text is not
            label_point(
                axes,
                _figures(value),
                (place, value),
                (0, -5 if below else 5),
                va="top" if below else "bottom",
                fontsize=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
            )
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)


def _figures(value):
    if value == 0 or value >= 10:
        return f"{value:,.0f}"
    return (
        f"{value:.1f}"
        if value >= 2
        else f"{value:.2f}"
        if value >= 0.095
        else f"{value:.3f}"
        if value >= 0.0005
        else "<0.001"
    )


def _value(name, value):
    return "all" if value == _NO_CUT.get(name) else f"{value:g}"


def _moves_in_words(rows, name, measures):
    first = rows.iloc[0]
    last = rows.iloc[-1]
    if len(rows) == 1:
        return (
            f"At {name} {_value(name, first['value'])}:"
            f" {join_words(f'{_title(each)} {_figures(first[each])}' for each in measures)}."
        )
    moves = join_words(
        (
            f"{_title(each)} from {_figures(first[each])} to {_figures(last[each])}"
            if _figures(first[each]) != _figures(last[each])
            else f"{_title(each)} {_figures(last[each])} at both"
        )
        for each in measures
    )
    return f"From {name} {_value(name, first['value'])} to {_value(name, last['value'])}: {moves}."


def _human_in_words(settings, human, measures):
    if human is None:
        return ""
    known = [each for each in measures if human[each] == human[each]]
    values = join_words(f"{_title(each)} {_figures(human[each])}" for each in known)
    found = {}
    for each in known:
        # With nothing copied anywhere, say, no setting is nearer than others
        if settings[each].nunique() > 1:
            found.setdefault(_label(_nearest(settings, human, each)), []).append(_title(each))
    nearest = (
        join_words(f"{label} ({', '.join(titles)})" for label, titles in found.items())
        if found
        else "none more than others"
    )
    return f"Human text (dashed) has {values}. Nearest to it, of the settings tried: {nearest}."


def _nearest(settings, human, measure):
    """The setting that is nearest to human text in a measure."""
    distance = distance_to_human(settings[measure], human[measure], measure)
    return settings.iloc[int(np.argmin(np.where(np.isnan(distance), np.inf, distance)))]


def _label(row):
    """The setting in few letters: ``T 0.5``, or of a combination ``T 0.7, k 40``."""
    if row["parameter"] != GRID:
        return f"{_SHORT[row['parameter']]} {_value(row['parameter'], row['value'])}"
    cuts = [f"{_SHORT[name]} {_value(name, row[name])}" for name in _NO_CUT if row[name] != _NO_CUT[name]]
    return ", ".join([f"T {row['temperature']:g}", *cuts])


def quality_diversity(table: "pd.DataFrame") -> CaptionedFigure:
    """The plane of quality and diversity: how likely the samples are to the model, against how much they have
    in common.

    Parameters
    ----------
    table : pandas.DataFrame
        From `lab.sweep`.

    Returns
    -------
    CaptionedFigure
        Perplexity of the samples (logarithmic) to the right, self-BLEU upwards (logarithmic too if it spans a
        decade): on the upper left safe and alike, on the lower right varied and unlikely. T is temperature, k
        is top_k, p is top_p; the diamond is human text.

    Raises
    ------
    ArgumentError
        If it is another table, or none of its settings wrote enough to be measured.

    References
    ----------
    Caccia et al. (2018), "Language GANs falling short".
    """
    settings, human = _settings(table)
    settings = settings[np.isfinite(settings["perplexity"]) & settings["self_bleu"].notna()]
    if settings.empty:
        raise ArgumentError(
            "No setting of this sweep has both a perplexity and a self-BLEU; sweep with a greater length."
        )
    figure, axes = captioned_axes(
        "perplexity of the samples (logarithmic, lower is more predictable)",
        "self-BLEU (lower is more varied)",
        width=7.2,
        height=4.6,
    )
    _logarithmic(axes, axes.xaxis, table["perplexity"])
    lowest = table["self_bleu"].min()
    highest = table["self_bleu"].max()
    if 0 < 10 * lowest < highest:
        _logarithmic(axes, axes.yaxis, table["self_bleu"])
        axes.set_ylabel("self-BLEU (logarithmic, lower is more varied)")
    marks = []
    for name, rows in settings.groupby("parameter", sort=False):
        colour = _COLOURS.get(name, DARK)
        marker = _MARKERS.get(name, "o")
        rows = _in_order(rows, name)
        axes.plot(
            rows["perplexity"],
            rows["self_bleu"],
            color=colour,
            marker=marker,
            markersize=7,
            linewidth=1.4 if name != GRID else 0,
        )
        marks += [(_label(row), row["perplexity"], row["self_bleu"], colour) for _, row in rows.iterrows()]
    if human is not None and np.isfinite(human["perplexity"]):
        axes.plot(human["perplexity"], human["self_bleu"], "D", color="#000000", markersize=9)
        marks.insert(0, ("human: nearer is better", human["perplexity"], human["self_bleu"], "#000000"))
    axes.margins(x=0.1, y=0.12)
    _scatter_labels(figure, axes, marks)
    figure.caption = _plane_in_words(settings, human)
    return figure


def _logarithmic(axes, axis, values):
    from matplotlib.ticker import LogLocator

    values = values[np.isfinite(values.to_numpy(float))]
    getattr(axes, f"set_{axis.axis_name}scale")("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if values.max() < 100 * values.min() else (1,)))
    axis.set_major_formatter("{x:,g}")
    axis.set_minor_locator(LogLocator(subs=()))


def _scatter_labels(figure, axes, marks):
    """Labels beside their marks, each on the side where it covers least of what is there already."""
    axes.autoscale_view()
    figure.canvas.draw()
    points = axes.transData.transform([(x, y) for _, x, y, _ in marks])
    scale = figure.dpi / 72
    taken = [(x - 5 * scale, y - 5 * scale, x + 5 * scale, y + 5 * scale) for x, y in points]
    for line in axes.lines:
        corners = (
            axes.transData.transform(line.get_xydata())
            if line.get_linestyle() != "None" and line.get_linewidth()
            else points[:0]
        )
        for one, other in itertools.pairwise(corners):
            taken += [(x - scale, y - scale, x + scale, y + scale) for x, y in np.linspace(one, other, 60)]
    sides = [
        (right * away, up * away)
        for away in (1, 2, 3)
        for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
    ]
    for (words, x, y, colour), (across, upwards) in zip(marks, points):
        wide = 5.6 * len(words) * scale
        high = 11 * scale
        boxes = []
        for right, up in sides:
            left = across + right * 8 * scale - wide * (1 - np.sign(right)) / 2
            low = upwards + up * 8 * scale - high * (1 - np.sign(up)) / 2
            boxes.append((left, low, left + wide, low + high))
        best = min(
            range(len(sides)),
            key=lambda side: (round(sum(_shared(boxes[side], other) for other in taken)), side),
        )
        taken.append(boxes[best])
        right, up = sides[best]
        label_point(
            axes,
            words,
            (x, y),
            (right * 8, up * 8),
            fontsize=9,
            color=colour,
            ha=_ALIGNED[np.sign(right)][0],
            va=_ALIGNED[np.sign(up)][1],
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6}
            if max(map(abs, sides[best])) > 1
            else None,
        )


_ALIGNED = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}


def _shared(one, other):
    """The area that two boxes have in common."""
    wide, high = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    return max(0, wide) * max(0, high)


def _plane_in_words(settings, human):
    safe, wild = (settings.loc[getattr(settings["perplexity"], which)()] for which in ("idxmin", "idxmax"))
    sentences = [
        f"The samples go from perplexity {_figures(safe['perplexity'])} and self-BLEU"
        f" {_figures(safe['self_bleu'])} ({_label(safe)}) to {_figures(wild['perplexity'])} and"
        f" {_figures(wild['self_bleu'])} ({_label(wild)})."
    ]
    if human is not None and np.isfinite(human["perplexity"]):
        sentences.append(
            f"Human text (diamond) has {_figures(human['perplexity'])} and {_figures(human['self_bleu'])};"
            f" nearest to it in perplexity is {_label(_nearest(settings, human, 'perplexity'))}, in self-BLEU"
            f" {_label(_nearest(settings, human, 'self_bleu'))}."
        )
    return " ".join(
        [*sentences, "T is temperature, k top_k, p top_p; to the lower right is more varied and less likely."]
    )
