"""The sampling explorer without a browser: its chart follows the sliders, its texts are the model's, and
mistakes are answered in words.
"""

import re
import threading

import ipywidgets
import pytest

import gpt2lab as lab
from benchmarks.explorer import latencies
from gpt2lab.errors import ArgumentError
from gpt2lab.widgets import sampling_explorer
from gpt2lab.widgets.next_tokens_chart import next_tokens_html
from gpt2lab.widgets.sampling_explorer import CUTS, ROWS, SETTINGS

PROMPT = "The state of the"


@pytest.fixture
def explorer(small):
    return sampling_explorer(small, PROMPT, length=5)


def write(explorer, **settings):
    for name, value in settings.items():
        explorer.controls[name].value = value
    explorer.write()
    explorer.wait()


def readable(html):
    return re.sub(r"<[^>]*>", " ", html)


def cells(html):
    """The rows of a table: lists of what is in their cells."""
    rows = re.findall(r"<tr.*?</tr>", html, flags=re.DOTALL)
    return [
        [
            readable(cell).strip()
            for cell in re.findall(r"<(?:th|td)[ >].*?</(?:th|td)>", row, flags=re.DOTALL)
        ]
        for row in rows
    ]


class Watched:
    """A model of which a test decides when a text is ready, or what goes wrong."""

    def __init__(self, lm):
        self._lm, self.asked, self.ready, self.failure = lm, [], threading.Event(), None

    def __getattr__(self, name):
        return getattr(self._lm, name)

    def generate(self, prefix, **settings):
        self.asked.append(settings["seed"])
        self.ready.wait(30)
        if self.failure:
            raise self.failure
        return [f" text of seed {settings['seed']}"]


def test_the_chart_follows_every_cut_and_the_prompt(small, explorer):
    seen = {explorer.chart.value}
    for name, value in (("temperature", 0.5), ("top_k", 10), ("top_p", 0.6), ("prompt", "We will")):
        explorer.controls[name].value = value
        expected = small.next_tokens(explorer.prompt, **{cut: explorer.settings[cut] for cut in CUTS})
        assert next_tokens_html(expected) in explorer.chart.value
        seen.add(explorer.chart.value)
    assert len(seen) == 5


def test_the_chart_says_in_numbers_and_words_what_survives(small):
    table = small.next_tokens(PROMPT, temperature=0.7, top_k=4)
    head, *rows = cells(next_tokens_html(table, top=6))
    assert head[0] == "token" and "model" in head[2] and "drawn" in head[3]
    assert [row[-1] for row in rows] == [f"{100 * p:.1f}" for p in table["sampled_probability"][:4]] + [
        "cut"
    ] * 3
    assert [row[2] for row in rows[:6]] == [f"{100 * p:.1f}" for p in table["probability"][:6]]
    assert rows[-1] == [
        f"the {len(table) - 6:,} other tokens together",
        f"{100 * table['probability'][6:].sum():.1f}",
        "cut",
    ]
    share = table["probability"][:4].sum()
    assert f"4 of {len(table):,} tokens can be drawn, to which the model gives {share:.1%}" in readable(
        next_tokens_html(table)
    )


def test_a_greedy_draw_is_as_open_as_among_one_token(small):
    assert "as open as a choice among 1.0 equally likely tokens" in next_tokens_html(
        small.next_tokens(PROMPT, temperature=0)
    )


def test_a_text_is_what_the_model_writes_with_these_settings(small, explorer):
    settings = {"temperature": 1.3, "top_k": 20, "top_p": 0.9, "length": 12, "seed": 3}
    write(explorer, **settings)
    (text,) = small.generate(PROMPT, include_prefix=False, **settings)
    newest = explorer.history.iloc[0]
    assert (
        newest["text"] == text and newest["prompt"] == PROMPT and newest[list(SETTINGS)].to_dict() == settings
    )
    assert (
        text.split()[0] in readable(explorer.text.value)
        and "top_k 20, top_p 0.9, length 12, seed 3" in explorer.text.value
    )


def test_the_history_is_newest_first_and_its_settings_can_be_taken_back(explorer):
    write(explorer, temperature=0.5, seed=1)
    first = explorer.settings
    write(explorer, temperature=1.5, seed=2, top_k=5, prompt="We")
    assert list(explorer.history["number"]) == [2, 1] and list(explorer.history["seed"]) == [2, 1]
    buttons = [row.children[0] for row in explorer.rows.children]
    assert [button.description for button in buttons] == ["Use no. 2 again", "Use no. 1 again"]
    drawn = []
    explorer.chart.observe(drawn.append, "value")
    buttons[1].click()
    assert explorer.settings == first and explorer.prompt == PROMPT
    assert len(drawn) == 1  # not once a slider


def test_the_heading_of_the_history_waits_for_a_first_text(explorer):
    heading = next(
        child for child in explorer.widget.children if "What was tried" in getattr(child, "value", "")
    )
    assert heading.layout.display == "none"
    write(explorer)
    assert heading.layout.display is None


def test_a_long_history_is_kept_but_not_all_of_it_shown(small):
    watched = Watched(small)
    watched.ready.set()
    explorer = sampling_explorer(watched, PROMPT)
    for seed in range(ROWS + 3):
        write(explorer, seed=seed)
    assert len(explorer.history) == ROWS + 3 and len(explorer.rows.children) == ROWS
    assert f"no. {ROWS + 3}" in explorer.rows.children[0].children[0].description
    with pytest.raises(ArgumentError, match=f"number={ROWS + 4} is above"):
        explorer.take_back(ROWS + 4)


def test_the_chart_moves_while_a_text_is_written_and_the_last_wish_counts(small):
    watched = Watched(small)
    explorer = sampling_explorer(watched, PROMPT)
    explorer.write()
    before = explorer.chart.value
    explorer.controls["temperature"].value = 0.3
    assert explorer.chart.value != before and len(explorer.history) == 0
    for seed in (1, 2, 3):
        explorer.controls["seed"].value = seed
        explorer.write()
    watched.ready.set()
    explorer.wait()
    assert watched.asked == [0, 3] and list(explorer.history["seed"]) == [3, 0]


def test_mistakes_are_answered_in_words(small, models):
    explorer = sampling_explorer(small, PROMPT)
    write(explorer, prompt="word " * 1500)
    assert (
        "prompt has 1,5" in explorer.text.value and "window" in explorer.text.value and explorer.history.empty
    )
    assert "the model sees the last 1,024" in explorer.chart.value
    explorer.controls["prompt"].value = ""
    assert "begin a document" in explorer.chart.value
    explorer.controls["prompt"].value = "half \ud83d"
    assert "surrogate" in explorer.chart.value
    with lab.load("1M", model_dir=models) as closed:
        explorer = sampling_explorer(closed, PROMPT)
    explorer.controls["top_k"].value = 5
    write(explorer)
    assert "was closed" in explorer.chart.value and "was closed" in explorer.text.value


def test_what_nobody_foresaw_is_said_too_and_the_next_text_is_written(small):
    watched = Watched(small)
    watched.ready.set()
    explorer = sampling_explorer(watched, PROMPT)
    watched.failure = RuntimeError("<out of luck>")
    write(explorer)
    assert (
        "RuntimeError: &lt;out of luck&gt;" in explorer.text.value and "Traceback" not in explorer.text.value
    )
    watched.failure = None
    write(explorer)
    assert len(explorer.history) == 1


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"top_k": 10, "top_p": 0.5}, "top_k first, then top_p"),
        ({"temperature": 0.0, "top_k": 10}, "Temperature 0 always takes the most likely token"),
        ({"prompt": "The state of "}, "ends with a space"),
    ],
)
def test_what_is_easily_misunderstood_is_explained(explorer, settings, words):
    assert words not in explorer.chart.value
    for name, value in settings.items():
        explorer.controls[name].value = value
    assert words in explorer.chart.value


def test_prompts_and_texts_are_no_html(small):
    watched = Watched(small)
    watched.generate = lambda prefix, **_: ["<script>alert(1)</script> & so on"]
    explorer = sampling_explorer(watched, "<b>bold</b> & ")
    write(explorer)
    for html in (explorer.text.value, explorer.rows.children[0].children[1].value):
        assert "&lt;b&gt;bold&lt;/b&gt; &amp;" in html and "<script" not in html


def test_sliders_begin_where_they_are_told_and_reach_the_whole_vocabulary(small):
    settings = {"temperature": 3.0, "top_k": 33, "top_p": 0.25, "length": 400, "seed": 12345}
    explorer = sampling_explorer(small, PROMPT, **settings)
    assert explorer.settings == settings
    values = [value for _, value in explorer.controls["top_k"].options]
    assert values == sorted(values) and {0, 25, 33, 50, 75, small.hparams["n_vocab"]} <= set(values)


def test_every_control_has_a_label_and_an_explanation(explorer):
    for name, control in explorer.controls.items():
        assert control.description.lower() == name
        assert getattr(control, "tooltip", None) or control.description_tooltip


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"lm": "3M"}, "lab.load"),
        ({"prompt": None}, "prompt=None"),
        ({"temperature": -1}, "temperature=-1"),
        ({"top_k": 10**6}, "the vocabulary"),
        ({"top_p": 1.5}, "from 0 to 1"),
        ({"length": 0}, "length=0"),
        ({"length": 5000}, "window"),
        ({"seed": 0.5}, "seed=0.5"),
        ({"twin": []}, "one to nine"),
        ({"twin": [{"seed": 1}]}, "temperature, top_k and top_p"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(small, wrong, words):
    with pytest.raises(ArgumentError, match=words):
        sampling_explorer(**({"lm": small} | wrong))


# What a notebook shows and stores


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata=None, raw=False: shown.append(data))
    return shown


def test_where_no_widget_can_be_seen_a_grid_of_charts_is_stored_alone(explorer, displayed):
    explorer._ipython_display_()
    picture, caption = displayed
    assert (
        "image/png" in picture
        and "under 6 settings" in caption["text/plain"]
        and "(5 can be drawn)" in caption["text/plain"]
    )


def test_in_a_notebook_the_widget_comes_first_and_the_grid_is_stored_too(explorer, displayed, monkeypatch):
    monkeypatch.setattr("gpt2lab.base.progress.is_live", lambda: True)
    explorer._ipython_display_()
    widget, picture, _ = displayed
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert "figure stands in their place" in widget["text/plain"] and "image/png" in picture


def test_the_twin_is_of_the_settings_asked_for(small):
    figure = sampling_explorer(small, PROMPT, twin=[{"temperature": 0}, {"top_k": 25, "top_p": 0.5}]).twin()
    assert [axes.get_title() for axes in figure.axes] == ["temperature 0", "top_k 25, top_p 0.5"]


def test_a_closed_model_leaves_a_sentence_in_the_place_of_the_grid(models, displayed):
    with lab.load("1M", model_dir=models) as closed:
        explorer = sampling_explorer(closed, PROMPT)
    explorer._ipython_display_()
    assert "was closed" in displayed[0]["text/plain"]


def test_only_core_widgets_are_used(explorer):
    def all_of(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from all_of(child)

    assert {widget._model_module for widget in all_of(explorer.widget)} == {"@jupyter-widgets/controls"}
    assert all(isinstance(widget, ipywidgets.Widget) for widget in all_of(explorer.widget))


def test_the_benchmark_measures_every_kind_of_change(small, monkeypatch):
    monkeypatch.setattr("benchmarks.explorer.MOVES", 3)
    measured = latencies(small)
    assert len(measured) == 3 and all(
        len(milliseconds) == 3 and (milliseconds > 0).all() for milliseconds in measured.values()
    )
