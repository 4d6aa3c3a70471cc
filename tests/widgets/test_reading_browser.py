"""The reading test as a student takes it: in JupyterLab, with the keyboard and with the mouse."""

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEST = """
import gpt2lab as lab
texts = {name: [f"My fellow Americans, {word} number {i} " + "and so on " * 25 for i in range(9)] for name, word in (("Xavier", "one"), ("Yvonne", "two"))}
panel = lab.widgets.reading_test(texts, seed=1, pairs=3)
panel
"""  # noqa: E501
RESULT = "print(panel.answers, panel.result.wins, panel.result.losses, panel.result.ties)"
KEY = ("is of Xavier", "is of Yvonne")


MODEL = "window.jupyterapp.shell.currentWidget.context.model"


def keys_in(notebook):
    """What of the key is anywhere in the page, seen or not: its own words, in the document and in the
    notebook that would be saved.
    """
    page = notebook.page.content() + json.dumps(
        notebook.page.evaluate(f"() => {MODEL}.toJSON()")["cells"][0]["outputs"]
    )
    return [words for words in KEY if words in page]


def tab_to(notebook, name, key="Tab"):
    """Press Tab (or Shift+Tab) until the button has the focus, as somebody without a mouse does."""
    for _ in range(12):
        if notebook.page.evaluate("() => document.activeElement.innerText") == name:
            return
        notebook.page.keyboard.press(key)
    raise AssertionError(
        f"{key} does not reach {name!r}, but"
        f" {notebook.page.evaluate('() => document.activeElement.outerHTML')}"
    )


def test_the_reading_test_is_taken_by_keyboard_then_saved_with_the_key(open_notebook):
    notebook = open_notebook([TEST, RESULT])
    notebook.run(0)
    notebook.wait_for(0, "Pair 1 of 3")
    notebook.cell(0).get_by_text("Pair 1 of 3").click()
    steps = (
        ("A is more intelligible", "Tab"),
        ("I cannot tell", "Tab"),
        ("B is more intelligible", "Shift+Tab"),
    )
    for number, (name, key) in enumerate(steps, 1):
        notebook.wait_for(0, f"Pair {number} of 3")
        tab_to(notebook, name, key)
        assert keys_in(notebook) == []
        notebook.page.keyboard.press("Enter")
    notebook.wait_for(0, "Once you have seen the result")
    assert keys_in(notebook) == []
    unfinished = json.dumps(notebook.save())
    # the twin is there, its key is not
    assert "and so on and so on" in unfinished and not any(words in unfinished for words in KEY)
    tab_to(notebook, "Show the result")
    notebook.page.keyboard.press("Enter")
    notebook.wait_for(0, "Could you tell?")
    notebook.cell(0).get_by_text("The key: who wrote what").click()
    notebook.wait_for(0, KEY[0])
    notebook.run(1)
    notebook.wait_for(1, r"A-B")
    saved = [
        output.data["text/html"]
        for output in notebook.save().cells[0].outputs
        if "text/html" in output.get("data", {})
    ]
    assert len(saved) == 1 and all(
        words in saved[0] for words in (*KEY, "Could you tell?", "<code>A-B</code>")
    )


def test_the_reading_test_is_taken_with_the_mouse_in_a_narrow_window_and_an_answer_is_taken_back(
    open_notebook,
):
    notebook = open_notebook([TEST, RESULT], width=700)
    notebook.run(0)
    for number, name in enumerate(
        (
            "I cannot tell",
            "Back",
            "B is more intelligible",
            "B is more intelligible",
            "A is more intelligible",
        )
    ):
        notebook.wait_for(0, f"Pair {(1, 2, 1, 2, 3)[number]} of 3")
        notebook.button(name).click()
    notebook.button("Show the result").click()
    notebook.wait_for(0, "Could you tell?")
    wide = notebook.page.evaluate(
        "() => { const box = document.querySelector('.gpt2lab-reading-test'); return box.scrollWidth -"
        " box.clientWidth }"
    )
    assert wide <= 1  # nothing runs out of the page sideways
    assert notebook.button("Back").count() == 0
    notebook.run(1)
    notebook.wait_for(1, "BBA")
