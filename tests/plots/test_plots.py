"""Figures say in words what they show, from their own data, and can be read without colour."""

import html
import io
import math
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.errors import ArgumentError
from gpt2lab.pretrained.catalog import CARDS


def history(losses, valid=None):
    steps = range(1, len(losses) + 1)
    rows = [{"step": 0, "loss": math.nan, "average_loss": math.nan, "valid_loss": valid[0]}] if valid else []
    measured = dict(zip(np.linspace(0, len(losses), len(valid)).astype(int), valid)) if valid else {}
    return pd.DataFrame(
        rows
        + [
            {"step": s, "loss": x, "average_loss": x, "valid_loss": measured.get(s, math.nan)}
            for s, x in zip(steps, losses)
        ]
    )


@pytest.fixture
def guesses():
    probability = np.array([0.5, 0.25, 0.15, 0.1])
    return pd.DataFrame(
        {
            "token": [" States", "$", "\n", " of"],
            "id": range(4),
            "probability": probability,
            "kept": [True, True, False, False],
            "sampled_probability": [2 / 3, 1 / 3, 0, 0],
        }
    )


@pytest.fixture
def compared():
    rng = np.random.default_rng(0)
    before, after, human, reference = (rng.zipf(shape, (20, 30)).tolist() for shape in (1.2, 1.5, 1.6, 1.6))
    return lab.compare_overlap(before, after, reference, human=human)


GROWTH = pd.DataFrame(
    {
        "set": ["one", "other"] * 3,
        "samples": [10, 10, 100, 100, 50, 50],
        "jaccard": [0.02, 0.03, 0.1, 0.15, 0.06, 0.08],
        "precision_2": [0.4] * 6,
    }
)
SAMPLE = (
    "We said: 漢字 🙂 \ue000 cost $5 or $10,\n\nand "
    + "four score and seven years ago our fathers brought forth a new nation " * 2
    + "x" * 100
)


@pytest.fixture
def spans():
    train = lab.Corpus(
        (lab.Document("It was four score and seven years ago our fathers brought forth on", name="1863"),)
    )
    return lab.copied_spans(SAMPLE, train)


def told(levels, texts=("one", "two words", "three words now")):
    """The perplexity of a model with a loss of so many nats per token on each text."""
    losses = iter(levels)
    return lab.perplexity(
        SimpleNamespace(
            token_losses=lambda texts, stride: [(None, np.full(len(text), next(losses))) for text in texts]
        ),
        list(texts),
    )


def figures(guesses, compared, spans):
    run = history([4.0, 3.5, 3.2, 3.0], [4.1, 3.6, 3.7])
    tokens = pd.DataFrame({"token": ["The", " cat"], "nats": [2.0, 5.5]})
    yield plots.loss(run)
    yield plots.losses({"fine-tuned": run, "from scratch": history([8.0, 7.0])})
    yield plots.next_tokens(guesses)
    yield plots.sampling_grid({"greedy": guesses, "top_k 2": guesses})
    yield plots.parameters("124M")
    yield plots.parameters(["1M", "3M"])
    yield plots.token_losses(tokens)
    yield plots.overlap(compared)
    yield plots.overlap_growth(GROWTH)
    yield plots.copied_spans(SAMPLE, spans)
    yield plots.perplexity(told([4.0, 3.9, 4.2]))
    yield plots.perplexity(lab.compare_perplexity(told([4.0, 3.9, 4.2]), told([3.7, 3.8, 4.0])))


def test_every_figure_has_a_caption_and_draws_without_warning(guesses, compared, spans, recwarn):
    for figure in figures(guesses, compared, spans):
        assert figure.caption.endswith(".") and len(figure.caption) > 40
        picture = Image.open(io.BytesIO(figure.png()))
        assert picture.text["Description"] == figure.caption
        assert len(np.unique(np.asarray(picture.convert("L")))) > 10  # something is drawn
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []


def test_axes_that_show_numbers_name_their_unit(guesses, compared, spans):
    for figure in figures(guesses, compared, spans):
        if not any(axes.axison for axes in figure.axes):
            continue  # a text and no numbers
        labels = [axis.get_label_text() for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)] + [
            figure.get_supxlabel(),
            figure.get_supylabel(),
        ]
        assert any("(" in label for label in labels), labels


def test_the_training_loss_is_drawn_as_a_mean_of_the_last_steps_which_begins_when_there_are_so_many():
    losses = [9.0, *np.linspace(5, 3, 59)]
    figure = plots.loss(history(losses))
    (mean,) = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    drawn = np.array(mean.get_ydata())
    assert np.isnan(drawn[:9]).all() and drawn[9] == pytest.approx(np.mean(losses[:10]))
    assert drawn[-1] == pytest.approx(np.mean(losses[-10:]))
    assert (
        f"as the mean of 10 steps, goes from {np.mean(losses[:10]):.2f} to {np.mean(losses[-10:]):.2f}"
        in figure.caption
    )
    assert "training, mean of 10" in [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("steps, size", [(1, 1), (3, 1), (10, 5), (19, 9), (20, 10), (300, 30)])
def test_the_mean_is_over_as_many_steps_as_a_diagnosis_judges_by_or_half_of_a_short_run(steps, size):
    assert f"as the mean of {size} step" in plots.loss(history([4.0] * steps)).caption


def test_losses_may_stand_beside_that_of_guessing():
    runs = {"random": history([8.4, 8.0, 7.5, 7.1]), "pretrained": history([4.0] * 4)}
    figure = plots.losses(runs, vocabulary=np.int64(4096))
    (line,) = [line for line in figure.axes[0].lines if line.get_linestyle() == ":"]
    assert list(line.get_ydata()) == pytest.approx([math.log(4096)] * 2)
    assert "ln(4,096) = 8.32" in figure.caption and "ln(" not in plots.losses(runs).caption
    with pytest.raises(ArgumentError, match="vocabulary"):
        plots.losses(runs, vocabulary=0)


def test_the_loss_caption_names_the_step_of_the_lowest_validation_loss():
    caption = plots.loss(history([4.0, 3.5, 3.2, 3.0], [4.1, 3.6, 3.7])).caption
    assert "lowest, 3.60, at step 2" in caption and "from 4.10 to 3.70" in caption


@pytest.mark.parametrize(
    "epochs, marked, words",
    [
        (0.9, [], ""),
        (3.5, [1, 2, 3], "after each pass"),
        (27.5, [5, 10, 15, 20, 25], "after every 5 passes"),
        (110, [20, 40, 60, 80, 100], "every 20 passes"),
    ],
)
def test_the_ends_of_epochs_are_marked_but_never_more_than_ten(epochs, marked, words):
    table = history([4.0 - step / 100 for step in range(100)], [4.0, 3.5])
    figure = plots.loss(table.assign(epoch=table["step"] * epochs / 100))
    lines = [line.get_xdata()[0] for line in figure.axes[0].lines if list(line.get_ydata()) == [0, 1]]
    assert lines == pytest.approx([100 * epoch / epochs for epoch in marked])
    assert [
        text.get_text().removeprefix("epoch ")
        for text in figure.axes[0].texts
        if text.get_text().removeprefix("epoch ").isdigit()
    ] == list(map(str, marked))
    assert words in figure.caption and ("vertical line" in figure.caption) == bool(marked)


def test_a_run_without_validation_is_drawn_too():
    assert "validation" not in plots.loss(history([4.0, 3.0])).caption


def test_what_cannot_be_drawn_is_refused_with_a_reason():
    with pytest.raises(ArgumentError, match="no losses yet"):
        plots.loss(history([]).reindex(columns=["step", "loss", "average_loss", "valid_loss"]))
    with pytest.raises(ArgumentError, match="1 to 4"):
        plots.losses({})
    for wrong, words in (
        (lambda: plots.loss("run1"), "lab.Run.open"),
        (lambda: plots.losses([1]), "dictionary"),
        (lambda: plots.overlap(0.5), "lab.compare_overlap"),
        (lambda: plots.copied_spans(SAMPLE, 5), "lab.copied_spans"),
        (lambda: plots.perplexity(46.3), "lab.compare_perplexity"),
        (lambda: plots.next_tokens("The"), "lm.next_tokens"),
        (lambda: plots.parameters([]), "at least one"),
    ):
        with pytest.raises(ArgumentError, match=words):
            wrong()


def test_cut_tokens_are_marked_in_words_and_not_by_colour_alone(guesses):
    words = [text.get_text() for text in plots.next_tokens(guesses).axes[0].texts]
    assert sum("cut" in word for word in words) == 2


def test_tokens_that_nobody_would_see_stand_together_as_all_others():
    tail = np.full(1000, 0.02 / 1000)
    table = pd.DataFrame({"token": [f" {number}" for number in range(1004)], "kept": True})
    table["probability"] = table["sampled_probability"] = np.concatenate([[0.95, 0.015, 0.01, 0.005], tail])
    figure = plots.next_tokens(table)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["␣0", "␣1", "␣2", "all 1,001 others"]
    assert "2.5 together" in [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) == 2 * 4


def test_others_that_would_dwarf_the_tokens_are_told_and_not_drawn():
    table = pd.DataFrame({"token": [f" {number}" for number in range(1000)], "kept": True})
    table["probability"] = table["sampled_probability"] = 0.001
    figure = plots.next_tokens(table, top=5)
    assert "99.5 together, too long to draw" in [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) == 2 * 5 and figure.axes[0].get_xlim()[1] < 1


def test_a_grid_compares_settings_on_one_scale_and_says_what_each_leaves(guesses):
    uncut = guesses.assign(kept=True, sampled_probability=guesses["probability"])
    figure = plots.sampling_grid({"temperature 1": uncut, "top_k 2": guesses}, top=3)
    assert [axes.get_title() for axes in figure.axes] == ["temperature 1", "top_k 2"]
    assert len({axes.get_xlim() for axes in figure.axes}) == 1 and max(figure.axes[0].get_xticks()) <= 100
    assert "The model's own draw is as open as a choice among 3.3 equally likely tokens" in figure.caption
    assert (
        "with temperature 1 of 3.3 (4 can be drawn), with top_k 2 of 1.9 (2 can be drawn)." in figure.caption
    )


def test_a_grid_of_different_prompts_is_refused(guesses):
    other = guesses.assign(probability=guesses["probability"].to_numpy()[::-1])
    for tables, words in (
        ({"a": guesses, "b": other}, "not of one prompt"),
        ({}, "one to nine"),
        ([guesses], "dictionary"),
        ({"a": 5}, "next_tokens"),
    ):
        with pytest.raises(ArgumentError, match=words):
            plots.sampling_grid(tables)


@pytest.mark.parametrize(
    "token, seen",
    [(" a", "␣a"), ("\n\t", "↵⇥"), ("", "(nothing)"), ("\x00\u202e", r"\x00\u202e"), ("é🙂", "é🙂")],
)
def test_a_token_can_be_read_whatever_is_in_it(token, seen):
    assert plots.visible(token) == seen


@pytest.mark.parametrize("name", CARDS)
def test_the_parts_of_a_model_add_up_to_its_parameters(name):
    assert sum(plots.parameter_parts(name).values()) == CARDS[name].parameters


def test_overlap_shows_every_set_and_a_line_for_people(compared):
    figure = plots.overlap(compared)
    assert compared.answer in figure.caption
    for axes in figure.axes:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["before", "after", "human"]
        human = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == ":"]
        assert len(human) == 1 and human[0] == pytest.approx(axes.lines[-3].get_ydata()[0])


def test_overlap_without_people_has_no_line_for_them(compared):
    from dataclasses import replace

    assert not [
        line
        for line in plots.overlap(replace(compared, human=None)).axes[0].lines
        if line.get_linestyle() == ":"
    ]


def test_overlap_growth_is_drawn_in_the_order_of_numbers_and_told_from_its_ends():
    figure = plots.overlap_growth(GROWTH)
    jaccard, pairs = figure.axes
    assert (jaccard.get_title(), pairs.get_title()) == ("Jaccard", "2-grams")
    for line, values in zip(jaccard.lines, ([2, 6, 10], [3, 8, 15])):
        assert list(line.get_xdata()) == [10, 50, 100] and list(line.get_ydata()) == pytest.approx(values)
    assert [text.get_text() for text in jaccard.texts] == ["one", "other"]
    assert "Jaccard of other from 3.0 % with 10 samples to 15 % with 100;" in figure.caption
    for wrong in (5, GROWTH[["set", "samples"]], GROWTH.drop(columns="set"), GROWTH[:0]):
        with pytest.raises(ArgumentError, match="the columns set"):
            plots.overlap_growth(wrong)


def test_overlap_calls_the_sets_by_their_names(compared):
    from dataclasses import replace

    axes = plots.overlap(replace(compared, names=("pretrained", "fine-tuned, colder"))).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "pretrained",
        "fine-tuned,\ncolder",
        "human",
    ]


def test_a_notebook_shows_copied_spans_as_text(spans):
    figure = plots.copied_spans(SAMPLE, spans)
    text, caption = (data for data, _ in figure.outputs())
    shown = text["text/html"]
    assert "image/png" not in text and figure.caption in caption["text/plain"] == text["text/plain"]
    underlined = [html.unescape(found) for found in re.findall(r"<u[^>]*>(.*?)</u>", shown)]
    assert [found.replace("<br>", "\n") for found in underlined] == list(spans["span"])
    plain = re.sub(r"<sup>.*?</sup>|<small>.*</small>|<(?!br)[^>]+>", "", shown)
    assert html.unescape(plain.replace("<br>", "\n")).rstrip("\n") == SAMPLE.rstrip("\n")
    assert all(f"from character {place:,}" in shown for place in spans["position"])


def test_html_in_a_sample_stays_text():
    sample = "<script>alert(1)</script> & more of the same words as in the text"
    assert "<script>" not in plots.copied_spans(sample, lab.copied_spans(sample, sample)).html


def test_copied_spans_are_underlined_where_they_stand_and_numbered(spans):
    figure = plots.copied_spans(SAMPLE, spans)
    (axes,) = figure.axes
    written = {
        (text.get_position()[1], round(text.get_position()[0])): text.get_text() for text in axes.texts
    }
    numbers = [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]
    assert numbers == ["1", "2"]
    lines = [line for line in axes.lines if line.get_xdata()[0] != line.get_xdata()[1]]
    underlined = []
    for line in lines:
        row, (left, right) = math.floor(line.get_ydata()[0]), line.get_xdata()
        underlined += [word for (y, x), word in sorted(written.items()) if y == row and left <= x < right]
    assert underlined == "four score and seven years ago our fathers brought forth".split() * 2
    assert (
        "2 stretches of 20 words together" in figure.caption and "The longest: 'four score" in figure.caption
    )
    notes = " ".join(text.get_text() for text in axes.texts)
    assert "1: 10 words, in 1863 from character 7" in notes.replace("  ", " ")


def test_a_sample_with_nothing_copied_is_shown_as_it_is():
    figure = plots.copied_spans("Nothing to see", lab.copied_spans("Nothing to see", "else"))
    assert (
        figure.caption
        == "A sample of 3 words; no long stretch of it stands word for word in the training text."
        and not figure.axes[0].lines
    )


def test_spans_of_another_sample_are_refused(spans):
    with pytest.raises(ArgumentError, match="both of one sample"):
        plots.copied_spans("Another sample altogether", spans)


def test_perplexity_has_a_row_for_each_document_and_one_for_all_with_its_interval():
    found = lab.compare_perplexity(told([4.0, 3.9, 4.2]), told([3.7, 3.8, 4.3]))
    figure = plots.perplexity(found)
    (axes,) = figure.axes
    # The most surprising before is on top
    assert [label.get_text() for label in axes.get_yticklabels()] == ["text 2", "text 1", "text 3"]
    dots = [scatter.get_offsets().tolist() for scatter in axes.collections if len(scatter.get_offsets()) == 3]
    assert np.allclose(
        dots,
        [
            [[math.exp(3.9), 0], [math.exp(4), 1], [math.exp(4.2), 2]],
            [[math.exp(3.8), 0], [math.exp(3.7), 1], [math.exp(4.3), 2]],
        ],
    )
    words = [text.get_text() for text in axes.texts]
    assert words == [
        f"all, before: {found.before.perplexity:.1f}",
        "before",
        f"all, after: {found.after.perplexity:.1f}",
        "after",
    ]
    low, high = found.after.intervals["perplexity"]
    assert found.answer in figure.caption and f"{low:.1f} to {high:.1f}" in figure.caption
    assert f"the most surprising text 3 with {math.exp(4.3):.1f}." in figure.caption


def test_perplexity_of_many_documents_fits_a_page_without_names():
    figure = plots.perplexity(told(np.linspace(3, 5, 500), [f"text {number}" for number in range(500)]))
    assert (
        figure.get_figheight() < 12
        and not figure.axes[0].get_yticklabels()
        and "500 documents" in figure.axes[0].get_ylabel()
    )


def test_perplexity_of_one_document_has_no_interval():
    figure = plots.perplexity(told([4.0], ["one"]))
    assert (
        figure.caption.endswith("It is 54.6; one document has no interval.")
        and "1 document," in figure.caption
    )


def test_perplexities_that_do_not_belong_on_one_axis_are_refused():
    coarse = told([4.0, 4.1], ["a", "b"])
    fine = lab.perplexity(
        SimpleNamespace(token_losses=lambda texts, stride: [(None, np.ones(2))] * 2), ["a", "b"]
    )
    for found, words in (
        (lab.compare_perplexity(coarse, fine), "different tokens"),
        (told([4.0, 1e4], ["a", "b"]), "infinite"),
    ):
        with pytest.raises(ArgumentError, match=words):
            plots.perplexity(found)
