"""The figure of perplexity by document: of one model, or of two on the same documents."""

import textwrap

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from gpt2lab.base.captions import DARK, MIDDLE, CaptionedFigure
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.perplexity import Perplexity, PerplexityComparison
from gpt2lab.plots.drawing import label_point

_NAMED = 40  # rows that have room for a name each
_ROW = 0.25  # inches
_HIGHEST = 10.0  # inches of all documents


def perplexity(found: Perplexity | PerplexityComparison) -> CaptionedFigure:
    """Perplexity of each document and of all together with its 95 % interval, of one model or before and
    after.

    Parameters
    ----------
    found : PerplexityComparison or Perplexity
        From `compare_perplexity` or `perplexity`.

    Returns
    -------
    CaptionedFigure
        A row per document on a logarithmic axis, the most surprising on top: the model before as a hollow
        square, the one after as a filled circle, the larger the more tokens the document has. The lowest rows
        are all documents together, with intervals. With more than 40 documents their names are left out.

    Raises
    ------
    ArgumentError
        If it is something else, or the two models cut the text into different tokens.
    """
    compared = hasattr(found, "before") and hasattr(found, "ratio")
    if not compared and not hasattr(found, "intervals"):
        raise ArgumentError(
            f"A {type(found).__name__} is no perplexity; give what lab.perplexity(…) or"
            " lab.compare_perplexity(…) returns."
        )
    if compared and found.ratio != found.ratio:
        raise ArgumentError(
            "The two models cut the text into different tokens, so their perplexities cannot be compared;"
            " compare bits_per_byte."
        )
    sets = (
        [("before", found.before, MIDDLE, "s"), ("after", found.after, DARK, "o")]
        if compared
        else [("", found, DARK, "o")]
    )
    tables = [each.table for _, each, *_ in sets]
    order = np.argsort(tables[0]["perplexity"].to_numpy(), kind="stable")
    values = np.array([table["perplexity"].to_numpy()[order] for table in tables])
    if not np.isfinite(values).all():
        raise ArgumentError(
            "The perplexity of a document is infinite and has no place on an axis; the model has diverged."
        )
    sizes = tables[0]["tokens"].to_numpy()[order]
    row = max(1, _ROW * len(order) / _HIGHEST)  # on the vertical axis, on which documents count from 0
    figure, axes = _axes(list(tables[0]["name"].to_numpy()[order]), values, row)
    if compared:
        axes.hlines(range(len(order)), *values, color="#888888", linewidth=1.2, zorder=1)
    for number, (label, each, colour, marker) in enumerate(sets):
        face = "white" if compared and not number else colour
        style = {"marker": marker, "edgecolors": colour, "facecolors": face, "linewidths": 1.5, "zorder": 3}
        axes.scatter(
            values[number], range(len(order)), s=(15 + 85 * sizes / sizes.max()) / min(row, 4), **style
        )
        _pooled(axes, each, -(1.4 + 0.95 * number) * row, label, style)
        if label:
            right = values[number, -1] > values[1 - number, -1] or (values[0, -1] == values[1, -1] and number)
            label_point(
                axes,
                label,
                (values[number, -1], len(order) - 1),
                (-4 if right else 4, 8),
                ha="left" if right else "right",
                color=colour,
                fontsize=10,
                annotation_clip=False,
            )
    figure.caption = _caption(found, compared)
    return figure


def _axes(names, values, row):
    """Axes with a row for each document, the first at the bottom, and room below for all of them together."""
    rows = len(names)
    figure = CaptionedFigure(width=7.2, height=1.1 + _ROW * (rows / row + 1 + len(values)))
    axes = figure.add_subplot(xlabel="perplexity (logarithmic)", xscale="log")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_ylim(-(1.1 + 0.95 * len(values)) * row, rows - 1 + 0.8 * row)
    axes.set_xlim(0.8 * values.min(), 1.25 * values.max())
    axes.tick_params(axis="y", length=0)
    if rows <= _NAMED:
        shown = [textwrap.shorten(str(name), 30, placeholder="…").replace("$", r"\$") for name in names]
        axes.set_yticks(range(rows), shown, fontsize=9)
        axes.hlines(
            range(rows), 0, 1, transform=axes.get_yaxis_transform(), color="#dddddd", linewidth=0.6, zorder=0
        )
    else:
        axes.set_yticks([])
        axes.set_ylabel(f"{rows:,} documents, from the least surprising up")
    axes.axhline(-0.7 * row, color="#888888", linewidth=0.8)
    low, high = axes.get_xlim()
    locator = MaxNLocator(7, steps=[1, 2, 5, 10]) if high < 8 * low else LogLocator(subs=(1, 2, 5))
    axes.set_xticks([tick for tick in locator.tick_values(low, high) if low <= tick <= high])
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.xaxis.set_minor_locator(NullLocator())
    return figure, axes


def _pooled(axes, each, y, label, style):
    """The row of all documents together: mark, interval and the words for it."""
    value = each.perplexity
    low, high = each.intervals["perplexity"]
    axes.hlines(y, low, high, color=style["edgecolors"], linewidth=2.2, zorder=2)
    axes.scatter(value, y, s=80, **style)
    words = f"all, {label}: {value:.1f}" if label else f"all: {value:.1f}"
    label_point(
        axes,
        words,
        (0, y),
        (-6, 0),
        xycoords=("axes fraction", "data"),
        fontsize=9,
        color=style["edgecolors"],
        annotation_clip=False,
    )


def _caption(found, compared):
    after = found.after if compared else found
    number = len(after.table)
    kinds = "the model before (squares) and after (circles)" if compared else "a model"
    sentences = [
        f"Perplexity of {kinds} on {pluralize(number, 'document')}, the larger the mark the more tokens a"
        " document has."
    ]
    if compared:
        sentences.append(found.answer)
        for name, each in (("before", found.before), ("after", found.after)):
            sentences.append(_interval_in_words(name.capitalize(), each))
    else:
        sentences.append(_interval_in_words("All together", after))
    least, most = (
        after.table.loc[getattr(after.table["perplexity"], which)()] for which in ("idxmin", "idxmax")
    )
    if number > 1:
        sentences.append(
            f"{'After, the' if compared else 'The'} least surprising is {least['name']} with"
            f" {least['perplexity']:.1f}, the most surprising {most['name']} with {most['perplexity']:.1f}."
        )
    return " ".join(sentence for sentence in sentences if sentence)


def _interval_in_words(name, each):
    low, high = each.intervals["perplexity"]
    if low != low:
        return "" if name != "All together" else f"It is {each.perplexity:.1f}; one document has no interval."
    return f"{name}: {each.perplexity:.1f}, 95 % interval over documents {low:.1f} to {high:.1f}."
