"""Colours for numbers: a few shades that keep apart in grey and under colour-blindness, each with the ink
that can be read on it.
"""

from bisect import bisect_right
from dataclasses import dataclass

INKS = ("#000000", "#FFFFFF")


@dataclass(frozen=True)
class Shades:
    """Ranges of a number and their colours.

    Attributes
    ----------
    edges : tuple of float
        Where one range ends and the next begins, rising.
    colours : tuple of str
        One more than edges, as ``#RRGGBB``.
    """

    edges: tuple[float, ...]
    colours: tuple[str, ...]

    def place(self, value):
        """The number of the range that a value is in."""
        return bisect_right(self.edges, value)

    def style(self, place):
        """Background and ink of a range, as CSS."""
        colour = self.colours[place]
        return f"background-color:{colour};color:{max(INKS, key=lambda ink: contrast(ink, colour))}"

    def label(self, place):
        """A range in words."""
        low = (None, *self.edges)[place]
        high = (*self.edges, None)[place]
        if low is None:
            return f"below {high:g}"
        return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


# Each darker than the one before, so that grey keeps the order. Blue alone has it for every eye.
LOSS = Shades(
    (1, 2, 4, 6, 8, 10), ("#FFFFFF", "#E0ECF5", "#BFD9EB", "#94C1DF", "#5FA3CE", "#2E7CB2", "#0A4878")
)
# White is wide, so that most of a text stays white and what changed is seen. In grey the two ends look alike:
# whoever uses these marks one side in another way too.
CHANGE = Shades(
    (-4, -2, -1, 1, 2, 4), ("#4C97C8", "#94C1DF", "#CFE2F0", "#FFFFFF", "#FAD8C4", "#F0A778", "#DD6E1A")
)


def contrast(one, other):
    """The contrast of two colours by the Web Content Accessibility Guidelines 2: from 1 to 21; text should
    have 4.5.
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour):
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
