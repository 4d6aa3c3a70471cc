"""The panel of the reading test hides the key until the last answer is in; its twin stands alone."""

import re

import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError
from gpt2lab.widgets.reading_test import ReadingPanel, _make_buttons


def texts(writer, number=12, words=20):
    return [f"My fellow Americans, {writer} {i} " + "word " * (words + i % 5) for i in range(number)]


SAMPLES = {"1M": texts("first"), "3M": texts("second")}


@pytest.fixture
def panel():
    return lab.widgets.reading_test(SAMPLES, seed=5, pairs=4)


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def test_the_widget_says_nothing_of_the_key_before_the_result_and_goes_back_one_step(panel):
    box = _make_buttons(panel)
    buttons = {button.description: button for button in walk(box) if type(button).__name__ == "Button"}

    def page():
        return " ".join(
            str(getattr(widget, name, ""))
            for widget in walk(box)
            for name in ("value", "description", "tooltip", "_dom_classes")
        )

    def visible():
        return {name for name, button in buttons.items() if button.layout.display != "none"}

    assert buttons["Back"].disabled
    for letter in (
        "A is more intelligible",
        "Back",
        "I cannot tell",
        "B is more intelligible",
        "I cannot tell",
    ):
        buttons[letter].click()
    assert panel.answers == "-B-" and "Pair 4 of 4" in page()
    buttons["A is more intelligible"].click()
    assert panel.result is None and visible() == {"Show the result", "Back"}
    assert not re.search(r"\b[13]M\b", page())
    buttons["Show the result"].click()
    assert (
        panel.result == panel.score("-B-A")
        and panel.result.explanation in page().replace("&quot;", '"')
        and visible() == set()
    )
    panel.back(), panel.answer("B")
    assert panel.answers == "-B-A"


def test_the_result_needs_all_answers(panel):
    panel.answer("A")
    panel.finish()
    assert panel.result is None
    with pytest.raises(ArgumentError, match="letter='C'"):
        panel.answer("C")


def test_where_nobody_sees_widgets_the_twin_stands_alone(panel, monkeypatch, capsys):
    monkeypatch.setenv("GPT2LAB_PROGRESS", "0")
    twin = panel._twin(unfolded=True)
    shown, folded = twin["text/html"].split("<details>")
    assert shown.count("<tr>") == 5 and "A is of" not in shown and folded.count("A is of") == 4
    assert "A is of" not in twin["text/plain"] and "score(" in twin["text/plain"]
    panel._ipython_display_()
    assert "Pair 4" in capsys.readouterr().out


def test_beside_the_buttons_the_twin_keeps_the_key_until_the_end(panel):
    assert "key" not in panel._twin(unfolded=False)["text/html"]
    for letter in "ABAB":
        panel.answer(letter)
    assert "A is of" not in panel._twin(unfolded=False)["text/html"]
    panel.finish()
    finished = panel._twin(unfolded=False)["text/html"]
    assert (
        "Could you tell?" in finished and finished.count("A is of") == 4 and "<code>ABAB</code>" in finished
    )


def test_what_a_text_holds_is_shown_and_not_obeyed():
    wild = [f"<script>alert({i})</script> & $x$\n\n\nnext" for i in range(2)]
    test = lab.ReadingTest.draw({"<b>1M</b>": wild, "3M": wild}, 2)
    html = ReadingPanel(test)._twin(unfolded=True)["text/html"]
    assert (
        "<script" not in html
        and "<b>" not in html
        and "&lt;script&gt;" in html
        and "$" not in html
        and "<br>next" in html
    )
