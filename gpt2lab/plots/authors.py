"""The figure of an author matrix: which prefix suits whose texts."""

from collections.abc import Mapping

import numpy as np

from gpt2lab.base.captions import CaptionedFigure
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.author_prefix import AuthorMatrix

_BETTER = "#0072B2"  # than the mean of its row
_MEAN = "#FFFFFF"
_WORSE = "#D55E00"


def author_matrix(matrices: AuthorMatrix | Mapping[str, AuthorMatrix]) -> CaptionedFigure:
    """Which prefix suits whose texts, one panel a model.

    Parameters
    ----------
    matrices : AuthorMatrix or dict of str to AuthorMatrix
        From `lab.author_matrix`; several, such as ``{"before": …, "after": …}``, stand side by side in the
        same colours.

    Returns
    -------
    CaptionedFigure
        Rows are the authors of the texts, columns the authors in the prefix. Each number says by how many per
        cent the perplexity is above (orange) or below (blue) the mean of its row, since rows differ in how
        hard they are. The diagonal, where both are the same, is framed; a ring marks the best prefix of a
        row.

    Raises
    ------
    ArgumentError
        If it is something else, or the panels are not about the same authors.
    """
    panels = dict(matrices) if isinstance(matrices, dict) else {"": matrices}
    if not panels or not all(
        hasattr(each, "perplexity") and hasattr(each, "gain") for each in panels.values()
    ):
        raise ArgumentError(
            f"matrices is of type {type(matrices).__name__}; give what lab.author_matrix(…) returns, or a"
            " dict of name to that."
        )
    names = list(next(iter(panels.values())).perplexity.index)
    if any(list(each.perplexity.index) != names for each in panels.values()):
        raise ArgumentError(
            "The matrices are not about the same authors in the same order; give authors=[…] to"
            " lab.author_matrix."
        )
    off = {name: _percent_off(each.perplexity) for name, each in panels.items()}
    most = max(0.5, *(np.abs(values).max() for values in off.values()))
    side = 0.55 + 0.46 * len(names)
    figure = CaptionedFigure(width=max(4.2, 1.3 + side * len(panels)), height=1.5 + 0.42 * len(names))
    for place, (axes, (name, values)) in enumerate(
        zip(np.atleast_1d(figure.subplots(1, len(panels), sharey=True)), off.items())
    ):
        _panel(axes, values, names, most)
        axes.set_title(name, fontsize=11)
        if not place:
            axes.set_ylabel("texts by")
    figure.supxlabel("prefix", fontsize=10)
    figure.caption = _caption(panels, len(names))
    return figure


def _percent_off(perplexity):
    """By how many per cent each perplexity is off the (geometric) mean of its row."""
    logs = np.log(perplexity.to_numpy())
    return 100 * np.expm1(logs - logs.mean(axis=1, keepdims=True))


def _panel(axes, values, names, most):
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    axes.imshow(
        values,
        cmap=LinearSegmentedColormap.from_list("fit", [_BETTER, _MEAN, _WORSE]),
        vmin=-1.6 * most,
        vmax=1.6 * most,
        aspect="auto",
    )
    for row, column in np.ndindex(values.shape):
        axes.text(
            column,
            row,
            f"{values[row, column]:+.1f}".replace("-0.0", "+0.0"),
            ha="center",
            va="center",
            fontsize=8.5,
        )
        if row == column:
            axes.add_patch(
                Rectangle(
                    (column - 0.47, row - 0.47), 0.94, 0.94, fill=False, edgecolor="#000000", linewidth=1.6
                )
            )
    for row, column in enumerate(values.argmin(axis=1)):
        axes.plot(
            column,
            row,
            "o",
            markersize=24,
            markerfacecolor="none",
            markeredgecolor="#000000",
            markeredgewidth=1,
            linestyle="none",
        )
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _caption(panels, number):
    parts = []
    for name, matrix in panels.items():
        first = int((matrix.table["rank"] == 1).sum())
        low, high = matrix.interval
        label = f"{name}: " if name else ""
        parts.append(
            f"{label}the author's own prefix is the best for {first} of {number} authors; after it the"
            f" perplexity is {100 * abs(matrix.gain):.1f} % {'lower' if matrix.gain >= 0 else 'higher'} than"
            f" after others' (95 % interval of the gain {100 * low:+.1f} to {100 * high:+.1f} %)"
        )
    return (
        "Perplexity of each author's texts (rows) after each author's prefix (columns), in per cent above or"
        " below the mean of its row; frames mark the own prefix, rings the best one."
        f" {'. '.join(part[0].upper() + part[1:] for part in parts)}."
    )
