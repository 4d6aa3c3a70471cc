"""A student watches a run in JupyterLab, stops it, goes on working, saves, and opens the notebook again."""

import re

import pytest
from browser import OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """
import gpt2lab as lab
text, held_out = lab.presidential_speeches(since=1947).first(60_000), lab.presidential_speeches(since=1961, until=1962).first(6_000)
heard = []
def fine_tune(name, monitor=None):
    return lab.finetune(text, "1M", steps=5000, valid=held_out, eval_every=5, learning_rate=1e-3, accumulate_gradients=1, sample_every=3,
                        sample_length=20, run_name=name, model_dir={models!r}, monitor=monitor)
"""  # noqa: E501
STOPPED = (
    "print('then', run.configuration['status'], run.checkpoints[-1] == len(run.history) - 1 =="
    " run.history['step'].iloc[-1])"
)


STEP = re.compile(r"Step (\d+) of 5,000")


def learns(notebook, cell, seconds=120):
    """Wait until the monitor of a cell shows a sample and has moved its figure: the step that it is
    at then.
    """
    picture = notebook.cell(cell).locator("img")
    picture.first.wait_for(timeout=1000 * seconds)
    first = picture.first.get_attribute("src")
    notebook.wait_for(cell, "Sample after step", seconds)
    notebook.page.wait_for_function(
        "([image, first]) => image.src !== first",
        arg=[picture.first.element_handle(), first],
        timeout=1000 * seconds,
    )
    return int(STEP.search(notebook.text(cell))[1])


def test_a_run_is_watched_stopped_by_mouse_and_stays_in_the_notebook(open_notebook, jupyter_lab, models):
    watched = """monitor = lab.widgets.training_monitor()
run = fine_tune("mouse", monitor)"""
    notebook = open_notebook([SETUP.format(models=str(models)), watched, STOPPED])
    notebook.run_all()
    at = learns(notebook, 1)
    notebook.button("Stop and save").click()
    notebook.wait_for(1, "Stopped and saved", 120)
    notebook.wait_for(2, "then stopped True")
    step = int(re.search(r"step (\d+) of 5,000", notebook.text(1))[1])
    assert at <= step
    saved = notebook.save()
    picture, words, sample = saved.cells[1].outputs
    assert picture.data["image/png"] and f"in {step} steps" in picture.metadata["image/png"]["alt"]
    assert (
        "<table" in words.data["text/html"]
        and f"Stopped and saved · step {step} of 5,000" in words.data["text/plain"]
    )
    assert sample.data["text/plain"].startswith("Sample after step")
    notebook.page.goto("about:blank")
    jupyter_lab.end_kernels()
    again = OpenNotebook(notebook.page, jupyter_lab, notebook.path)  # as it is the next day
    again.wait_for(1, "Stopped and saved")
    assert again.cell(1).locator("img").bounding_box()["width"] > 500
    assert "rror displaying" not in again.text(1)
    assert again.cell(1).locator("table tbody tr").count() > 1


def test_stop_works_by_keyboard_and_so_does_the_interrupt_of_the_kernel(open_notebook, models):
    narrow = open_notebook(
        [
            SETUP.format(models=str(models)),
            'run = fine_tune("keyboard")',
            STOPPED,
            'run = fine_tune("interrupt")',
            STOPPED,
        ],
        width=700,
    )
    narrow.run_all()
    narrow.wait_for(1, STEP, 120)
    narrow.button("Stop and save").focus()
    narrow.page.keyboard.press("Enter")
    narrow.wait_for(1, "Stopped and saved", 120)
    narrow.wait_for(2, "then stopped True")
    narrow.wait_for(3, STEP)  # the next run has a monitor of its own
    narrow.interrupt()
    narrow.wait_for(3, "Stopped and saved", 120)
    narrow.run(4)  # an interrupt takes back what was to be executed after it
    narrow.wait_for(4, "then stopped True")
