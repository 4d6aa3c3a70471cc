"""Figures say in words what they show, from their own data, and can be read without colour."""

import base64
import html
import io
import math

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gpt2lab import plots
from gpt2lab.catalog import CARDS
from gpt2lab.errors import ArgumentError


def history(losses, valid=None):
    steps = range(1, len(losses) + 1)
    rows = [{"step": 0, "loss": math.nan, "average_loss": math.nan, "valid_loss": valid[0]}] if valid else []
    measured = dict(zip(np.linspace(0, len(losses), len(valid)).astype(int), valid)) if valid else {}
    return pd.DataFrame(rows + [{"step": s, "loss": x, "average_loss": x, "valid_loss": measured.get(s, math.nan)} for s, x in zip(steps, losses)])


@pytest.fixture
def guesses():
    probability = np.array([0.5, 0.25, 0.15, 0.1])
    return pd.DataFrame({
        "token": [" States", "$", "\n", " of"], "id": range(4), "probability": probability, "kept": [True, True, False, False],
        "sampled_probability": [2 / 3, 1 / 3, 0, 0],
    })


def figures(guesses):
    run = history([4.0, 3.5, 3.2, 3.0], [4.1, 3.6, 3.7])
    tokens = pd.DataFrame({"token": ["The", " cat"], "nats": [2.0, 5.5]})
    yield plots.loss(run)
    yield plots.losses({"fine-tuned": run, "from scratch": history([8.0, 7.0])})
    yield plots.next_tokens(guesses)
    yield plots.parameters("124M")
    yield plots.parameters(["1M", "3M"])
    yield plots.token_losses(tokens)


def test_every_figure_has_a_caption_and_draws_without_warning(guesses, recwarn):
    for figure in figures(guesses):
        assert figure.caption.endswith(".") and len(figure.caption) > 40
        picture = Image.open(io.BytesIO(figure.png()))
        assert picture.text["Description"] == figure.caption
        assert len(np.unique(np.asarray(picture.convert("L")))) > 10  # something is drawn
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []


def test_axes_that_show_numbers_name_their_unit(guesses):
    for figure in figures(guesses):
        labels = [axis.get_label_text() for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
        assert any("(" in label for label in labels), labels


def test_a_notebook_gets_the_picture_with_alternative_text_and_the_caption_below(guesses, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata=None, raw=False: shown.append((data, metadata)))
    plots.next_tokens(guesses)._ipython_display_()
    (picture, about), (caption, _) = shown
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
    assert about["image/png"]["alt"].startswith("The 4 most likely") and about["image/png"]["alt"] in html.unescape(caption["text/html"])


def test_the_loss_caption_names_the_step_of_the_lowest_validation_loss():
    caption = plots.loss(history([4.0, 3.5, 3.2, 3.0], [4.1, 3.6, 3.7])).caption
    assert "lowest, 3.60, at step 2" in caption and "from 4.10 to 3.70" in caption


def test_a_run_without_validation_is_drawn_too():
    assert "validation" not in plots.loss(history([4.0, 3.0])).caption


def test_what_cannot_be_drawn_is_refused_with_a_reason():
    with pytest.raises(ArgumentError, match="no losses yet"):
        plots.loss(history([]).reindex(columns=["step", "loss", "average_loss", "valid_loss"]))
    with pytest.raises(ArgumentError, match="1 to 4"):
        plots.losses({})
    for wrong, words in ((lambda: plots.loss("run1"), "lab.Run.open"), (lambda: plots.losses([1]), "dictionary"),
                         (lambda: plots.next_tokens("The"), "lm.next_tokens"), (lambda: plots.parameters([]), "at least one")):
        with pytest.raises(ArgumentError, match=words):
            wrong()


def test_cut_tokens_are_marked_in_words_and_not_by_colour_alone(guesses):
    words = [text.get_text() for text in plots.next_tokens(guesses).axes[0].texts]
    assert sum("cut" in word for word in words) == 2


@pytest.mark.parametrize("name", CARDS)
def test_the_parts_of_a_model_add_up_to_its_parameters(name):
    assert sum(plots.parameter_parts(name).values()) == CARDS[name].parameters
