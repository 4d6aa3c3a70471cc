"""What every figure starts from: axes with a caption, and labels that do not hide one another."""

import itertools

from gpt2lab.base.captions import CaptionedFigure


def captioned_axes(xlabel, ylabel, **size):
    """A figure of one pair of axes: CaptionedFigure and Axes."""
    figure = CaptionedFigure(**size)
    axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def end_label(axes, text, x, y, colour, taken, side="right"):
    """Write a label at the end of a line, or left of its beginning, moved up where another one stands."""
    low, high = axes.get_ylim()
    apart = 0.065 * (high - low)
    moves = (sign * apart * quarter / 4 for quarter in itertools.count() for sign in (1, -1))
    y = next(y + move for move in moves if all(abs(y + move - other) >= apart for other in taken))
    taken.append(y)
    apart, aligned = (9, "left") if side == "right" else (-9, "right")
    axes.annotate(
        text,
        (x, y),
        xytext=(apart, 0),
        textcoords="offset points",
        color=colour,
        ha=aligned,
        va="center",
        annotation_clip=False,
    )
