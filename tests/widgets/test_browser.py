"""The browser tests stand on this: cells run in JupyterLab, in order, buttons of widgets reach the kernel,
and Ctrl-S saves what is seen.
"""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUTTON = """
import ipywidgets
button, label = ipywidgets.Button(description="Count"), ipywidgets.Label("0 clicks")
def count(_):
    label.value = f"{int(label.value.split()[0]) + 1} clicks"
button.on_click(count)
ipywidgets.VBox([button, label])
"""


def test_cells_run_a_button_is_clicked_and_the_notebook_is_saved(open_notebook):
    notebook = open_notebook([BUTTON, "print(6 * 7)", "1 / 0", "print('never')"])
    notebook.run_all()
    notebook.wait_for(1, "42")
    notebook.wait_for(2, "ZeroDivisionError")
    notebook.button("Count").click()
    notebook.wait_for(0, "1 clicks")
    notebook.button("Count").focus()
    notebook.page.keyboard.press("Enter")
    notebook.wait_for(0, "2 clicks")
    notebook.wait_until_done(2)
    saved = notebook.save()
    assert saved.cells[1].outputs[0].text == "42\n"
    assert saved.cells[2].outputs[0].ename == "ZeroDivisionError" and saved.cells[3].outputs == []


def test_the_browser_reaches_nothing_but_this_machine(open_notebook):
    notebook = open_notebook(["1"])
    answer = notebook.page.evaluate(
        "() => fetch('https://example.org/').then(() => 'reached', () => 'not reached')"
    )
    assert answer == "not reached"
