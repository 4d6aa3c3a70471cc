"""The sampling explorer and the token heat map as a student meets them, with ipywidgets 8 and with Colab's
7.7.
"""

import os
import re
import time

import browser
import classic_notebook
import nbformat
import pytest

from gpt2lab.plots.tokens import what_survives
from gpt2lab.widgets import token_heatmap

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The second model is slow, as a large one is: what a front end sends meanwhile may not pile up.
CELLS = (
    """\
import time
import gpt2lab as lab
import ipywidgets

lm = lab.load("1M", model_dir={models!r})
explorer = lab.widgets.sampling_explorer(lm, length=20)
explorer
""",
    """\
class Slow:
    asked = []

    def __getattr__(self, name):
        return getattr(lm, name)

    def next_tokens(self, text, **cuts):
        self.asked.append(cuts["temperature"])
        time.sleep(0.3)
        return lm.next_tokens(text, **cuts)

slow = lab.widgets.sampling_explorer(Slow(), temperature=0.5, twin=[{{"temperature": 1.5}}])
slow
""",
    """\
print("asked", len(Slow.asked), "at last", Slow.asked[-1], "with ipywidgets", ipywidgets.__version__)
print({{name: control.value for name, control in explorer.controls.items() if name in explorer.settings}}, list(explorer.history.text))
""",  # noqa: E501
)
PROMPT, PRESSES = "I went to the", 24


class Explorer:
    """One of the explorers on a page, whatever the version of ipywidgets; ``lm`` is the model that
    it shows.
    """

    def __init__(self, page, lm, number=0):
        self.page, self.lm, self.root = page, lm, page.locator(".gpt2lab-live").nth(number)
        self.root.wait_for(timeout=120_000)
        # of the last slider: all of them have been drawn
        self.root.locator(".widget-readout").nth(4).wait_for()
        self.chart, self.handles = (
            self.root.locator("table"),
            self.root.locator(".noUi-handle, .ui-slider-handle"),
        )

    def readouts(self):
        return self.root.locator(".widget-readout").all_inner_texts()

    def press(self, handle, key, times):
        """Move a slider with the keyboard, and wait for the chart to follow."""
        before = self.readouts()
        self.handles.nth(handle).focus()
        for _ in range(times):
            self.page.keyboard.press(key)
        self._follows(before)

    def drag(self, handle, pixels):
        """Move a slider with the mouse, and wait for the chart to follow."""
        before, box = self.readouts(), self.handles.nth(handle).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=10)
        self.page.mouse.up()
        self._follows(before)

    def write(self, number, key=None):
        """Press the button, with a key or with the mouse, and wait for the text of that number."""
        button = self.root.get_by_role("button", name="Write", exact=True)
        button.press(key) if key else button.click()
        self.root.get_by_text(f"No. {number}:").wait_for()

    def _follows(self, before):
        """Wait until the sliders stand elsewhere than before, and the chart is the one of where they stand.

        A front end keeps the end of a move back until the kernel has answered what came before: what is run
        meanwhile overtakes it.
        """
        end = time.monotonic() + 60
        while (
            not (shown := self.chart.locator("caption").inner_text().lower()).startswith(self._expected())
            or self.readouts() == before
        ):
            assert time.monotonic() < end, (
                f"The sliders stand at {self.readouts()}, the chart says {shown!r} and not"
                f" {self._expected()!r}."
            )
            self.page.wait_for_timeout(50)

    def _expected(self):
        temperature, top_k, top_p, *_ = self.readouts()
        cuts = {
            "temperature": float(temperature),
            "top_k": 0 if top_k == "off" else int(top_k.replace(",", "")),
            "top_p": float(top_p),
        }
        return what_survives(self.lm.next_tokens(PROMPT, **cuts)).lower()


def use(page, lm, twins):
    """What both versions must do; ``twins`` are the pictures that stand in for the widgets."""
    explorer = Explorer(page, lm)
    assert "cut" not in explorer.chart.inner_text()
    explorer.press(0, "ArrowLeft", 6)
    assert explorer.readouts()[0] == "0.70"
    explorer.drag(1, 40)
    explorer.chart.get_by_text("cut").first.wait_for()
    assert explorer.readouts()[1] != "off"
    explorer.write(1, "Enter")
    settings = explorer.readouts()
    explorer.press(0, "ArrowRight", 10)
    explorer.handles.nth(4).focus()
    page.keyboard.press("ArrowRight")  # the seed
    explorer.write(2)
    explorer.root.get_by_role("button", name="Use no. 1 again").press("Enter")
    temperature = explorer.root.locator(".widget-readout").first.element_handle()
    page.wait_for_function(
        "([readout, before]) => readout.innerText == before", arg=[temperature, settings[0]]
    )
    assert explorer.readouts() == settings
    slow = Explorer(page, lm, 1)
    slow.press(0, "ArrowRight", PRESSES)
    twins.nth(1).wait_for(state="attached")
    assert twins.count() == 2 and not twins.nth(0).is_visible() and not twins.nth(1).is_visible()
    return explorer


def check_what_the_kernel_knows(printed, version):
    asked, last, used = re.search(r"asked (\d+) at last ([\d.]+) with ipywidgets ([\d.]+)", printed).groups()
    assert used.startswith(version)
    # the end of the move, without most of the way
    assert float(last) == pytest.approx(0.5 + 0.05 * PRESSES) and int(asked) < PRESSES / 2
    assert "'temperature': 0.7" in printed and "'seed': 0" in printed


def cells(models):
    return [cell.format(models=str(models)) for cell in CELLS]


def test_the_explorer_in_jupyterlab(open_notebook, jupyter_lab, chromium, models, small):
    notebook = open_notebook(cells(models), width=900)
    notebook.run(0)
    notebook.wait_until_done(0, 120)
    notebook.run(1)
    explorer = use(notebook.page, small, notebook.page.locator(".jp-OutputArea-output img"))
    notebook.page.set_viewport_size({"width": 700, "height": 900})
    notebook.page.wait_for_function(
        "root => root.scrollWidth <= root.clientWidth", arg=explorer.root.element_handle()
    )
    notebook.run(2)
    notebook.wait_for(2, "at last")
    check_what_the_kernel_knows(notebook.text(2), "8.")
    saved = notebook.save()
    widget, picture, caption = (output.data for output in saved.cells[0].outputs)
    assert (
        "figure stands in their place" in widget["text/plain"]
        and "application/vnd.jupyter.widget-view+json" in widget
    )
    assert "image/png" in picture and "with temperature 0.5 of" in caption["text/plain"]

    jupyter_lab.end_kernels()
    later = chromium.new_page(viewport={"width": 900, "height": 900})
    reopened = browser.OpenNotebook(later, jupyter_lab, notebook.path)
    twin = reopened.cell(0).locator("img")
    twin.wait_for()
    reopened.wait_for(0, "with temperature 0.5 of")
    later.close()


def test_the_explorer_with_the_versions_of_colab(tmp_path_factory, chromium, models, small):
    reason = classic_notebook.missing()
    if reason:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("classic")
    try:
        python = classic_notebook.make_environment(folder / "environment")
    except RuntimeError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    with classic_notebook.ClassicServer(folder, python) as server:
        page = server.open(
            chromium.new_page(viewport={"width": 900, "height": 900}),
            server.write("explorer.ipynb", cells(models)),
        )
        Explorer(page, small, 1)
        use(page, small, page.locator(".output_area img"))
        page.evaluate("() => Jupyter.notebook.execute_cells([2])")
        page.get_by_text(re.compile(r"asked \d+ at last")).wait_for()
        check_what_the_kernel_knows(page.locator(".output_stdout").last.inner_text(), "7.7.1")
        page.close()


def test_a_heat_map_keeps_its_colours_in_a_notebook_that_is_not_trusted(small, jupyter_lab, chromium):
    heatmap = token_heatmap(small, "The state of the Union")
    path = jupyter_lab.write("heatmap.ipynb", ["heatmap"])
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", heatmap._repr_mimebundle_())]
    nbformat.write(notebook, path)
    page = chromium.new_page()
    opened = browser.OpenNotebook(page, jupyter_lab, path)
    tokens = opened.cell(0).locator("span[title*=nats]")
    for number, style in enumerate(
        re.findall(r'<span style="background-color:(#\w{6});[^"]*" title', heatmap.html)
    ):
        red, green, blue = (int(style[start : start + 2], 16) for start in (1, 3, 5))
        assert (
            tokens.nth(number).evaluate("token => getComputedStyle(token).backgroundColor")
            == f"rgb({red}, {green}, {blue})"
        )
    opened.cell(0).locator("summary").press("Enter")  # all losses, without a mouse
    opened.cell(0).get_by_text("Loss (nats)", exact=True).wait_for()
    page.close()
    jupyter_lab.end_kernels()
