"""What every figure starts from: the table that it takes, axes with a caption, labels beside points."""

import itertools
import math

from gpt2lab.base.captions import CaptionedFigure
from gpt2lab.errors import ArgumentError

# Where a label stands from the end of a line (points of type).
SIDES = {"right": (9, 0), "left": (-9, 0)}


def check_table(table, columns, what, source, usable=len):
    """Refuse what is no table with these columns that is ``usable``; unless told otherwise, that has rows.

    Raises
    ------
    ArgumentError
    """
    if not set(columns) <= set(getattr(table, "columns", ())) or not usable(table):
        raise ArgumentError(f"A {type(table).__name__} is no table of {what}; give {source}.")


def captioned_axes(xlabel, ylabel, **size):
    """A figure of one pair of axes: CaptionedFigure and Axes."""
    figure = CaptionedFigure(**size)
    axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def end_label(axes, text, x, y, colour, taken, side="right"):
    """Write a label at the end of a line, or left of its beginning: moved where another one stands, and never
    over the axis below.
    """
    low, high = axes.get_ylim()
    apart = 0.065 * (high - low)
    heights = (y + sign * apart * quarter / 4 for quarter in itertools.count() for sign in (1, -1))
    y = next(
        height
        for height in heights
        if height >= low + apart / 2 and all(abs(height - other) >= apart for other in taken)
    )
    taken.append(y)
    label_point(axes, text, (x, y), SIDES[side], color=colour, annotation_clip=False)


def spread(heights, apart, least=-math.inf):
    """Heights of labels, from the lowest up, moved as little as it takes to stand ``apart`` or more, and none
    below ``least``: those that are too near share the way, so that none goes far from what it names.
    """
    groups = []  # of labels that stand close: the height at which their middle would like to be, and how many
    for height in heights:
        groups.append((height, 1))
        while len(groups) > 1:
            (below, fewer), (above, more) = groups[-2:]
            if above - below >= apart * (fewer + more) / 2:
                break
            groups[-2:] = [((fewer * below + more * above) / (fewer + more), fewer + more)]
    apart_now = [
        middle + apart * (place - (size - 1) / 2) for middle, size in groups for place in range(size)
    ]
    return [max(height, least + apart * place) for place, height in enumerate(apart_now)]


def label_point(axes, text, point, offset, **style):
    """Write beside a point, that many points of type to the right and up: level with it to either side, in
    the middle above or below.
    """
    right, up = offset
    place = {"va": "center", "ha": "left" if right > 0 else "right"} if not up else {}
    if not right:
        place = {"ha": "center"}
    axes.annotate(text, point, xytext=offset, textcoords="offset points", **place | style)
