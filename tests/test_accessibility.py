"""Nothing is told by colour alone, every figure has words, every control has a name, every page can be found
one's way in without looking.
"""

import html
import inspect
import itertools
import re

import every_figure
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from places import REPOSITORY

import gpt2lab as lab
from gpt2lab import plots

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("*/README.md")])
NO_FIGURES = {"parameter_parts", "visible"}  # a dictionary and a string

# Pairs of colours that stand for something which is also said otherwise; what `told_by_colour` cannot see.
SAID_OTHERWISE = {
    "parameters": (
        "the parts stand in the same order in every bar, and those wide enough have their name inside; the"
        " others are too thin to be seen"
    )
}


# What a mark looks like when its colour is taken away.


def _hollow(colour):
    return str(colour) == "none" or to_hex(colour) == "#ffffff"


def marks(axes):
    """(look without colour, colour) of every line, set of points and bar; of bars the look is the pattern,
    and the words inside.
    """
    for line in axes.lines:
        marker, style = str(line.get_marker()), line.get_linestyle()
        if marker == "_" or not len(line.get_xdata()):
            continue  # the end of an error bar belongs to its line
        alone = style == "None"
        yield (
            ("line", style, marker, _hollow(line.get_markerfacecolor())),
            to_hex(line.get_markeredgecolor() if alone else line.get_color()),
        )
    for points in axes.collections:
        if isinstance(points, PathCollection) and len(points.get_edgecolor()):
            faces = points.get_facecolor()
            shape = points.get_paths()[0].vertices.round(3).tobytes()
            yield ("points", shape, not len(faces) or _hollow(faces[0])), to_hex(points.get_edgecolor()[0])
    for bar in axes.patches:
        red, green, blue, alpha = bar.get_facecolor()
        # as it is on white
        yield (
            ("bar", str(bar.get_hatch() or "")),
            to_hex([1 - alpha * (1 - part) for part in (red, green, blue)]),
        )


def told_by_colour(figure):
    """Pairs of colours in one pair of axes whose marks look the same without them, and which no label of the
    same colour names.
    """
    pairs = set()
    for axes in figure.axes:
        labelled = {to_hex(text.get_color()) for text in axes.texts if re.search(r"[^\W\d]", text.get_text())}
        found = {}
        for look, colour in marks(axes):
            found.setdefault(look, set()).add(colour)
        for colours in found.values():
            pairs |= {
                pair
                for pair in itertools.combinations(sorted(colours), 2)
                if not set(pair) <= labelled and _alike(*pair)
            }
    return pairs


def _alike(one, other):
    """Whether two colours are less than 3 : 1 apart in lightness, what WCAG 2 asks of graphical objects
    (success criterion 1.4.11).
    """
    lights = sorted(_luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05) < 3


def _luminance(colour):
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ (
        0.2126,
        0.7152,
        0.0722,
    )


@pytest.fixture(scope="module")
def figures():
    return every_figure.every_figure()


def test_every_function_of_plots_is_tried(figures):
    assert set(figures) == set(plots.__all__) - NO_FIGURES


def test_nothing_in_a_figure_is_told_by_colour_alone(figures):
    told = {
        name: pairs for name, drawn in figures.items() if (pairs := set().union(*map(told_by_colour, drawn)))
    }
    assert {name: pairs for name, pairs in told.items() if name not in SAID_OTHERWISE} == {}
    assert set(SAID_OTHERWISE) == set(told), "an exception that is not needed any more"


def test_lines_that_differ_in_colour_only_are_found():
    def drawn(*styles, names=()):
        figure = lab.plots.drawing.CaptionedFigure()
        axes = figure.add_subplot()
        for place, style in enumerate(styles):
            axes.plot([0, 1], [place, place], **style)
        for name, style in zip(names, styles):
            axes.annotate(name, (1, 0), color=style["color"])
        return told_by_colour(figure)

    blue, red = {"color": "#0072b2"}, {"color": "#d55e00"}
    assert drawn(blue, red) == {("#0072b2", "#d55e00")}
    assert drawn(blue, red, names=("1M",)) == {("#0072b2", "#d55e00")}
    assert drawn(blue, red, names=("1", "2")) == {("#0072b2", "#d55e00")}  # a value names nothing
    for other in ({"linestyle": "--"}, {"marker": "o"}, {"color": "#000000", "linestyle": ":"}):
        assert drawn(blue, red | other) == set()
    assert drawn(blue, red, names=("1M", "3M")) == set() == drawn(blue, blue)
    assert drawn({"color": "#000000"}, {"color": "#cccccc"}) == set()  # far apart in lightness


def test_bars_that_differ_in_colour_only_are_found():
    def drawn(**style):
        figure = lab.plots.drawing.CaptionedFigure()
        axes = figure.add_subplot()
        axes.bar([0], [1], color="#0072b2")
        axes.bar([1], [1], **{"color": "#d55e00"} | style)
        return told_by_colour(figure)

    assert drawn() == {("#0072b2", "#d55e00")} and drawn(hatch="//") == set() == drawn(color="#ffffff")


def test_every_figure_has_a_caption_and_its_picture_alternative_text(figures):
    for name, figure in ((name, figure) for name, drawn in figures.items() for figure in drawn):
        assert figure.caption.endswith((".", "?")) and len(figure.caption) > 40, name
        (picture, about), (caption, _) = figure.outputs()
        assert figure.caption == caption["text/plain"] == picture["text/plain"]
        # A marked text is shown as text.
        assert "text/html" in picture or about["image/png"]["alt"] == figure.caption
        assert figure.caption in html.unescape(caption["text/html"])


# Widgets


def walk(widget):
    """A widget and all in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def unnamed(widget):
    """The controls within a widget that a screen reader could not name."""
    import ipywidgets

    for part in walk(widget):
        if isinstance(part, ipywidgets.Image):
            # can have no alternative text; the monitor, which has the only one, writes the caption below it
            # (test_training_monitor.py)
            continue
        if isinstance(part, ipywidgets.HTML):
            if re.search(
                r"<(input|select|textarea|button)(?![^>]*aria-label)|<img(?![^>]*alt=)|<(?:div|section)[^>]*tabindex(?![^>]*aria-label)",
                part.value,
            ):
                yield part
        elif (
            isinstance(part, ipywidgets.DOMWidget)
            and not isinstance(part, ipywidgets.Box)
            and not getattr(part, "description", "").strip()
        ):
            yield part


def test_a_control_without_a_name_is_found():
    import ipywidgets

    box = ipywidgets.VBox(
        [
            ipywidgets.IntSlider(),
            ipywidgets.HTML("<button>x</button>"),
            ipywidgets.HTML("<b>words</b>"),
            ipywidgets.Button(description="Stop"),
        ]
    )
    assert list(unnamed(box)) == [box.children[0], box.children[1]]


def test_every_control_of_the_reading_test_has_a_name():
    from gpt2lab.widgets.reading_test import _make_buttons

    samples = {
        name: [f"{name} wrote {number} words about the state" for number in range(3)]
        for name in ("one", "other")
    }
    assert list(unnamed(_make_buttons(lab.widgets.reading_test(samples, pairs=3)))) == []


@pytest.mark.slow
def test_every_control_of_the_sampling_explorer_has_a_name(small):
    explorer = lab.widgets.sampling_explorer(small)
    explorer.write()
    explorer.wait()
    assert list(unnamed(explorer.widget)) == []


def test_every_control_of_the_training_monitor_has_a_name():
    monitor = lab.widgets.TrainingMonitor()
    monitor._build("run1")
    parts = list(itertools.chain.from_iterable(map(walk, monitor._widgets)))
    assert any(type(part).__name__ == "Button" for part in parts)
    assert [part for widget in monitor._widgets for part in unnamed(widget)] == []


def test_every_public_widget_is_tried():
    # The heat map is HTML that a test of its own reads; it has no control.
    assert {name for name in lab.widgets.__all__ if inspect.isfunction(getattr(lab.widgets, name))} == {
        "reading_test",
        "sampling_explorer",
        "training_monitor",
        "token_heatmap",
    }
    assert not re.search(
        r"<(input|select|textarea|button)",
        (REPOSITORY / "gpt2lab" / "widgets" / "token_heatmap.py").read_text(encoding="utf-8"),
    )


# Pages


def plain(page):
    """A page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_a_page_can_be_read_aloud(page):
    text = plain(page)
    levels = [len(hashes) for hashes in re.findall(r"^(#{1,6}) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert links_that_say_nothing(text) == [] and tables_without_a_header(text) == []
    assert all(len(words) >= 15 for words in re.findall(r"!\[([^\]]*)\]\((?!https://img)", text)), (
        "a picture without alternative text"
    )


def links_that_say_nothing(text):
    return [
        words
        for words in re.findall(r"(?<!!)\[([^\]]*)\]\(", text)
        if words.strip(" *`_").lower()
        in ("", "here", "this", "link", "click here", "this page", "more", "read more")
    ]


def tables_without_a_header(text):
    """The first lines of tables whose second line is no rule, or whose header is empty."""
    found = []
    for table in re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE):
        first, *rest = table.splitlines()
        if not rest or not re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", rest[0].strip()) or not first.strip("| \t"):
            found.append(first)
    return found


def test_what_says_nothing_is_found():
    assert links_that_say_nothing("see [here](a) and [the table](b), [`this`](c)") == ["here", "`this`"]
    assert tables_without_a_header(
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n\n| 1 | 2 |\n| 3 | 4 |\n\n| | |\n|-|-|\n"
    ) == ["| 1 | 2 |", "| | |"]


@pytest.mark.parametrize(
    "source", sorted((REPOSITORY / "notebooks" / "source").glob("*.py")), ids=lambda source: source.stem
)
def test_notebooks_have_links_that_say_where_they_lead_and_tables_with_headers(source):
    text = "\n".join(
        line[2:] if line.startswith("# ") else "" for line in source.read_text(encoding="utf-8").splitlines()
    )
    assert links_that_say_nothing(text) == [] and tables_without_a_header(text) == []
