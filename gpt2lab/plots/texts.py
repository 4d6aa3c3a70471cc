"""Figures of what samples have in common with texts that people wrote."""

import html
import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING

from gpt2lab.base.captions import DARK, MIDDLE, STYLES, CaptionedFigure
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.overlap import OverlapComparison
from gpt2lab.measures.words import words
from gpt2lab.plots.drawing import check_table, end_label, label_point

if TYPE_CHECKING:
    import pandas as pd

_TITLES = {
    "share_of_types": "types shared",
    "jaccard": "Jaccard",
    "precision_1": "1-grams",
    "precision_2": "2-grams",
    "precision_3": "3-grams",
    "precision_4": "4-grams",
}
_SETS = (STYLES[1], STYLES[0], *STYLES[2:])  # before and after as `overlap` has them
_MONOSPACED = ["DejaVu Sans Mono", "DejaVu Sans"]
_ADVANCE = 0.602  # width of a character of DejaVu Sans Mono, as a share of its size
_COLUMNS = 92  # characters a line
_POINTS = 5 / _ADVANCE  # their size: 5 points wide, a whole number of pixels when printed as PNG
_LINE = 2.1  # height of a line with room for an underline, likewise


def overlap(comparison: OverlapComparison) -> CaptionedFigure:
    """What two sets of samples have in common with a reference, with intervals, and the same for human text.

    Parameters
    ----------
    comparison : OverlapComparison
        From `compare_overlap`.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If it is something else.
    """
    if not all(hasattr(comparison, name) for name in ("before", "after", "human", "answer")):
        raise ArgumentError(
            f"A {type(comparison).__name__} is no comparison; give what lab.compare_overlap(before, after,"
            " reference) returns."
        )
    figure = CaptionedFigure(width=8.4, height=4.6)
    panels = figure.subplots(2, 3).flat
    sets = [*zip(comparison.names, (comparison.before, comparison.after), (MIDDLE, DARK), "so")]
    if comparison.human is not None:
        sets.append(("human", comparison.human, "#000000", "D"))
    for axes, (measure, title) in zip(panels, _TITLES.items()):
        for x, (name, found, colour, marker) in enumerate(sets):
            value, low, high = 100 * found.table.loc[measure]
            if found is comparison.human:
                axes.axhline(value, color=colour, linestyle=":", linewidth=1.2, zorder=0)
            reach = [[max(0, value - low)], [max(0, high - value)]]
            axes.errorbar(
                x, value, reach, color=colour, marker=marker, markersize=6, capsize=4, linewidth=1.8
            )
            label_point(
                axes,
                _figures(value),
                (x, value),
                (7, 0),
                fontsize=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )
        axes.set_title(title, fontsize=10)
        axes.set_xlim(-0.4, len(sets) - 0.2)
        axes.set_xticks(range(len(sets)), [textwrap.fill(name, 11) for name, *_ in sets], fontsize=8.5)
        axes.margins(y=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    figure.supylabel("in common with the reference (%)", fontsize=10)
    figure.caption = (
        f"{comparison.answer} Bars are 95 % intervals over samples. Types shared: share of the different"
        f" {comparison.before.unit} of the samples that the reference has. Jaccard: the same as a share of"
        " those in either. n-grams: share of the samples' n-grams that the reference has."
    )
    return figure


def overlap_growth(table: "pd.DataFrame") -> CaptionedFigure:
    """How overlap changes with the number of samples that are compared.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each set and number: ``set`` (its name, up to four), ``samples`` (how many), and a column
        for each measure, named as in the table of an `Overlap`, for example ``jaccard`` and ``precision_2``.

    Returns
    -------
    CaptionedFigure
        A panel a measure.

    Raises
    ------
    ArgumentError
        If it is another table.
    """
    columns = getattr(table, "columns", ())
    measures = [name for name in _TITLES if name in columns]
    if (
        not {"set", "samples"} <= set(columns)
        or not measures
        or not 1 <= table["set"].nunique() <= len(_SETS)
    ):
        raise ArgumentError(
            f"A {type(table).__name__} cannot be drawn; give a table with the columns set (up to {len(_SETS)}"
            " names), samples, and measures such as jaccard."
        )
    figure = CaptionedFigure(width=3.6 * len(measures), height=3.4)
    told = []
    for axes, measure in zip(figure.subplots(1, len(measures), squeeze=False).flat, measures):
        axes.set_title(_TITLES[measure], fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        ends = []
        for (name, rows), (colour, line), marker in zip(table.groupby("set", sort=False), _SETS, "soD^"):
            rows = rows.sort_values("samples")
            axes.plot(
                rows["samples"],
                100 * rows[measure],
                color=colour,
                linestyle=line,
                marker=marker,
                markersize=5,
                linewidth=1.6,
            )
            ends.append((name, rows["samples"].iloc[-1], 100 * rows[measure].iloc[-1], colour))
            told.append(
                f"{_TITLES[measure]} of {name} from {_figures(100 * rows[measure].iloc[0])} with"
                f" {pluralize(int(rows['samples'].iloc[0]), 'sample')} to {_figures(ends[-1][2])} with"
                f" {rows['samples'].iloc[-1]:,}"
            )
        axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
        taken = []
        for name, x, y, colour in ends:
            end_label(axes, name, x, y, colour, taken)
    figure.supxlabel("samples (number)", fontsize=10)
    figure.supylabel("in common with the reference (%)", fontsize=10)
    figure.caption = f"{'; '.join(told)}."
    return figure


class MarkedText(CaptionedFigure):
    """Made by `copied_spans`: a notebook shows it as text, with the stretches underlined; a page or a report
    takes it as a picture.

    Attributes
    ----------
    html : str
        The text as a piece of HTML.
    """

    html: str = ""

    def outputs(self):
        """What a notebook stores: the text, and the caption."""
        _, caption = super().outputs()
        yield {"text/html": self.html, "text/plain": self.caption}, {}
        yield caption


def copied_spans(sample: str, spans: "pd.DataFrame") -> MarkedText:
    """A sample with the stretches underlined and numbered that stand word for word in the training text.

    Parameters
    ----------
    sample : str
        The text.
    spans : pandas.DataFrame
        From `copied_spans` of the same sample.

    Returns
    -------
    MarkedText
        A CaptionedFigure, which a notebook shows as text.

    Raises
    ------
    ArgumentError
        If the spans are no such table, or of another sample.
    """
    columns = {"start", "end", "words", "span", "name", "position"}
    check_table(spans, columns, "spans", "what lab.copied_spans(sample, train) returns", lambda spans: True)
    spans = list(spans.itertuples(index=False))
    if (
        not isinstance(sample, str)
        or not sample.strip()
        or any(sample[span.start : span.end] != span.span for span in spans)
    ):
        raise ArgumentError("sample is not the text that the spans are from; give both of one sample.")
    lines = _lines(sample)
    sources = [
        f"{number}: {pluralize(span.words, 'word')}, in {span.name} from character {span.position:,}"
        for number, span in enumerate(spans, 1)
    ]
    notes = [line for source in sources for line in textwrap.wrap(source, _COLUMNS)]
    rows = len(lines) + len(notes) + bool(notes)
    line = _POINTS * _LINE / 72  # inches
    figure = MarkedText(width=(_COLUMNS + 2) * _POINTS * _ADVANCE / 72, height=(rows + 0.6) * line)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-1, _COLUMNS + 1), ylim=(rows, -0.6))
    axes.set_axis_off()
    for row, (start, end) in enumerate(lines):
        _write(axes, sample[start:end], row)
        for number, span in enumerate(spans, 1):
            left = max(start, span.start) - start
            right = min(end, span.end) - start
            if left < right:
                _underline(axes, left, right, row, number if span.start >= start else None)
    for row, note in enumerate(notes, len(lines) + 1):
        _write(axes, note, row)
    figure.caption = _caption(sample, spans)
    figure.html = _as_html(sample, spans, sources)
    return figure


def _as_html(sample, spans, sources):
    """The text on white, whatever the page's colours are; sizes and lines are the page's own."""
    pieces = []
    written = 0
    for number, span in enumerate(spans, 1):
        copied = html.escape(sample[span.start : span.end])
        line = f"text-decoration-line:underline;text-decoration-color:{MIDDLE};text-decoration-thickness:2px"
        pieces += [
            html.escape(sample[written : span.start]),
            f'<sup><b>{number}</b></sup><u style="{line};text-underline-offset:3px">{copied}</u>',
        ]
        written = span.end
    text = "".join([*pieces, html.escape(sample[written:])]).replace("\n", "<br>")
    paper = "background:#ffffff;color:#111111;padding:8px;line-height:1.6;overflow-wrap:anywhere"
    found = "".join(f"<br>{html.escape(source)}" for source in sources)
    return f'<div style="{paper}">{text}{"<br>" * bool(sources)}<small>{found}</small></div>'


def _figures(percent):
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 1 else f"{percent:.2f} %"


def _caption(sample, spans):
    total = len(words(sample))
    if not spans:
        return (
            f"A sample of {pluralize(total, 'word')}; no long stretch of it stands word for word in the"
            " training text."
        )
    known = sum(span.words for span in spans)
    longest = max(spans, key=lambda span: span.words)
    return (
        f"A sample of {pluralize(total, 'word')}. Underlined and numbered: what stands word for word in the"
        f" training text, {len(spans):,} {'stretch' if len(spans) == 1 else 'stretches'} of"
        f" {pluralize(known, 'word')} together, {known / total:.0%} of the sample. The longest:"
        f" {' '.join(longest.span.split())!r}."
    )


def _lines(text):
    """Where the lines of a text begin and end: at its own line ends, and between words where it is
    too wide.
    """
    found = []
    for paragraph in re.finditer(r"[^\n]+", text):
        start, end = paragraph.span()
        while end - start > _COLUMNS:
            space = text.rfind(" ", start, start + _COLUMNS + 1)
            cut = space if space > start else start + _COLUMNS
            found.append((start, cut))
            start = cut + (text[cut] == " ")
        if start < end:
            found.append((start, end))
    return found


def _write(axes, text, row):
    # Each word is put into its own place, and so is each character beyond ASCII: some are wider than the
    # column that they have.
    for piece in re.finditer(r"[!-~]+|[^ ]", text):
        shown = piece.group() if piece.group().isascii() or _has_glyph(piece.group()) else "□"
        axes.text(
            piece.start(),
            row,
            shown.replace("$", r"\$"),
            fontsize=_POINTS,
            fontfamily=_MONOSPACED,
            va="baseline",
        )


def _underline(axes, left, right, row, number):
    style = {"color": MIDDLE, "linewidth": 1.6, "solid_capstyle": "butt"}
    axes.plot((left, right - 0.25), (row + 0.17, row + 0.17), **style)
    if number is not None:  # where the stretch begins
        axes.plot((left, left), (row + 0.12, row + 0.48), **style)
        axes.text(left + 0.4, row + 0.24, number, fontsize=6.5, fontweight="bold", va="top")


@lru_cache(maxsize=1)
def _fonts():
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return [get_font(findfont(FontProperties(family=family))) for family in _MONOSPACED]


def _has_glyph(character):
    return any(font.get_char_index(ord(character)) for font in _fonts())
