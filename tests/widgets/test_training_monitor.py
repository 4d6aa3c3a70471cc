"""A run can be watched and stopped; what watches it never breaks it, and leaves a figure and a table."""

import io
import math
import re
import warnings
from types import SimpleNamespace

import pandas as pd
import pytest
from PIL import Image

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.base import captions, progress
from gpt2lab.errors import ArgumentError, DivergenceError
from gpt2lab.training.diagnosis import recent_means
from gpt2lab.widgets import TrainingMonitor, TrainingReport

SECONDS = 0.5  # a step of `rows`


def rows(steps, every=10, first=0):
    """The history of a run that learns by heart from step 30 on: a validation loss every so many steps."""
    measured = lambda step: math.nan if step % every else 4.0 + abs(step - 30) / 100  # noqa: E731
    losses = [
        {
            "loss": math.nan if step == 0 else 4.2 - step / 200,
            "average_loss": math.nan if step == 0 else 4.3 - step / 200,
            "step": step,
            "seconds": SECONDS * step,
            "tokens": 1024 * step,
            "epoch": step / 25,
            "valid_loss": measured(step),
        }
        for step in range(first, steps + 1)
    ]
    return losses


@pytest.fixture
def notebook(monkeypatch):
    """What a notebook shows, output by output: list of what was put there first and later on."""
    outputs = []

    def display(data, metadata=None, raw=False, display_id=None):
        outputs.append([(data, metadata)])
        place = outputs[-1]
        return SimpleNamespace(update=lambda data, metadata=None, raw=False: place.append((data, metadata)))

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(progress, "is_live", lambda: True)
    return outputs


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def monitor(notebook, clock):
    monitor = TrainingMonitor(clock=clock)
    monitor.begin("run1", 0, 100, [])
    yield monitor
    monitor.end("finished")


def words(monitor):
    return re.sub("<[^>]+>", "", monitor._status.value)


def test_the_status_line_says_how_far_how_good_and_how_long(monitor, clock):
    for row in rows(40):
        clock.now += 1
        monitor.step(row)
    assert (
        words(monitor)
        == "Step 40 of 100 · loss 4.00, mean of 10 4.02 · validation 4.10, lowest 4.00 at step 30 ·"
        " epoch 1.60 · 0.50 s a step · 30 s left"
    )


def test_a_run_that_goes_on_shows_what_was_there_already(monitor):
    monitor.begin("run1", 40, 100, rows(40))
    monitor.step(rows(41)[-1])
    assert words(monitor).startswith("Step 41 of 100") and "lowest 4.00 at step 30" in words(monitor)
    assert "in 41 steps" in monitor.static().figure.caption


def test_the_figure_is_a_picture_of_the_losses_and_the_output_below_says_so_in_words(monitor, notebook):
    monitor.step(rows(0)[0])
    assert monitor._figure.value == b""  # nothing was trained yet
    monitor.step(rows(1)[1])
    picture = Image.open(io.BytesIO(monitor._figure.value))
    assert picture.size == (640, 380)
    assert (
        notebook[1][-1][0]["text/plain"]
        == picture.text["Description"]
        == lab.plots.loss(monitor._history()).caption
    )


@pytest.mark.parametrize("cost", [0.0, 0.15, 2.0])
def test_figures_take_three_hundredths_of_the_time_at_most_and_come_once_a_second_at_most(
    monitor, clock, monkeypatch, cost
):
    drawn, written = [], []

    def png(figure, dpi=144):
        drawn.append(clock.now)
        clock.now += cost
        return b"picture"

    monkeypatch.setattr(captions.CaptionedFigure, "png", png)
    monitor._status.observe(lambda change: written.append(clock.now), "value")
    began = clock.now
    for row in rows(1000):
        clock.now += 0.05
        monitor.step(row)
    passed = clock.now - began
    assert len(drawn) <= passed + 1 and len(written) <= 4 * passed + 1
    assert monitor.drawing_seconds == pytest.approx(cost * len(drawn))
    assert monitor.drawing_seconds <= 0.03 * passed + cost  # the last one has to be paid for yet
    assert len(drawn) >= (0.8 * passed if cost == 0 else 0.02 * passed / cost)  # and it does move


def test_samples_are_shown_as_they_are(monitor):
    monitor.sample(20)
    assert "writing a sample" in words(monitor)
    monitor.sample(20, "<script>alert('&')</script>")
    assert (
        "&lt;script&gt;" in monitor._sample.value
        and "<script" not in monitor._sample.value
        and "step 20" in monitor._sample.value
    )


def test_the_button_has_a_name_and_asks_the_run_to_stop(monitor):
    button = monitor._button
    assert button.description == "Stop and save" and not monitor.stop_requested
    button.click()
    assert monitor.stop_requested and button.disabled and "Stopping" in button.description
    monitor.begin("run1", 0, 100, [])  # the next run is not stopped
    assert not monitor.stop_requested


def test_at_the_end_a_figure_and_a_table_stand_where_the_widgets_were(monitor, notebook):
    for row in rows(95):
        monitor.step(row)
    monitor.sample(90, "Fellow <citizens>")
    widgets = [monitor._button, *monitor._widgets]
    monitor.end("stopped")
    first, second, third = (output[-1] for output in notebook)
    report = monitor.static()
    assert first[0]["image/png"] and first[1]["image/png"]["alt"] == report.figure.caption
    assert "<table" in second[0]["text/html"] and second[0]["text/plain"] == repr(report)
    assert (
        "Fellow &lt;citizens&gt;" in third[0]["text/html"] and "Fellow <citizens>" in third[0]["text/plain"]
    )
    assert not any("widget-view" in kind for data, _ in (first, second, third) for kind in data)
    assert report.status.startswith("Stopped and saved · step 95 of 100") and all(
        widget.comm is None for widget in widgets
    )


def test_a_run_that_ends_before_its_first_step_leaves_a_sentence(monitor, notebook):
    monitor.end("failed")
    assert notebook[0][-1][0]["text/plain"] == "Nothing was trained."


@pytest.mark.parametrize("steps, every", [(7, 10), (11, 10), (100, 10), (400, 10), (1000, 7), (500, 1000)])
def test_the_table_has_at_most_twelve_steps_among_them_the_first_the_best_and_the_last(steps, every):
    history = pd.DataFrame(rows(steps, every))
    table = TrainingReport.of(history).table
    assert 2 <= len(table) <= 12 and table["step"].is_monotonic_increasing and table["step"].is_unique
    measured = history["valid_loss"].notna().sum() > 1
    assert table["step"].iloc[0] == (0 if measured else 1) and table["step"].iloc[-1] == steps
    if measured:
        assert table["validation loss"].min() == history["valid_loss"].min()
    history["recent"] = recent_means(history["loss"].dropna())[0]
    for row in table.to_dict("records"):
        there = history.set_index("step").loc[row["step"]]
        assert (
            row["recent mean"] == pytest.approx(there["recent"], nan_ok=True)
            and row["epoch"] == there["epoch"]
        )


def test_a_report_can_be_read_without_a_notebook():
    text = repr(TrainingReport.of(pd.DataFrame(rows(20))))
    assert "is lowest, 4.10, at step 20" in text and re.search(r"20 +0\.80 +4\.100 +4\.123 +4\.100", text)


def test_a_monitor_is_made_of_nothing_and_a_report_of_a_run_only(tmp_path):
    assert isinstance(lab.widgets.training_monitor(), lab.widgets.TrainingMonitor)
    with pytest.raises(ArgumentError, match="lab.Run.open"):
        lab.widgets.training_monitor("run1")
    with pytest.raises(ArgumentError, match="no losses yet"):
        lab.widgets.training_monitor().static()


class Failing:
    """A monitor that fails at one of the things that it is told."""

    stop_requested = False

    def __init__(self, at):
        self.at, self.told = at, []

    def __getattr__(self, name):
        def tell(*news):
            self.told.append(name)
            if name == self.at:
                raise RuntimeError("the comm is closed")

        if name not in progress.MONITOR:
            raise AttributeError(name)
        return tell


@pytest.mark.parametrize("at", ["begin", "step", "sample", "end"])
def test_a_monitor_that_fails_is_replaced_by_a_bar_and_said_once(at, monkeypatch):
    bars, real = [], progress.bar
    monkeypatch.setattr(
        progress, "bar", lambda *arguments, **how: bars.append(bar := real(*arguments, **how)) or bar
    )
    monitor = Failing(at)
    with pytest.warns(
        UserWarning, match=r"failed \(RuntimeError: the comm is closed\); the training goes on"
    ) as said:
        with progress.watch(monitor) as watcher:
            watcher.begin("run1", 0, 5, [])
            for row in rows(5):
                watcher.step(row)
                watcher.sample(row["step"], "text")
            watcher.end("finished")
    assert len(said) == 1 and monitor.told[-1] == at and len(bars) == 1
    assert bars[0].n == 5 or bars[0].disable


@pytest.mark.parametrize(
    "error, status", [(DivergenceError("inf"), "diverged"), (ValueError("else"), "failed")]
)
def test_a_monitor_is_told_of_a_run_that_fails(error, status):
    ends = []
    monitor = Failing(None)
    monitor.end = ends.append
    with pytest.raises(type(error)), progress.watch(monitor):
        raise error
    assert ends == [status]


def test_a_drawing_error_closes_the_monitor_and_not_the_run(notebook, monkeypatch):
    monitor = TrainingMonitor()
    with progress.watch(monitor) as watcher:
        watcher.begin("run1", 0, 5, [])
        button = monitor._button
        monkeypatch.setattr(plots, "loss", lambda history: 1 / 0)
        with pytest.warns(UserWarning, match="ZeroDivisionError"):
            watcher.step(rows(1)[1])
        assert button.comm is None and all(
            "widget-view" not in kind for output in notebook for kind in output[-1][0]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            watcher.step(rows(2)[2])
            watcher.end("finished")


def test_within_the_monitor_no_other_bars_are_shown_and_after_it_they_are(notebook, monkeypatch):
    monkeypatch.setattr(progress, "_in_jupyter", lambda: True)
    monkeypatch.delenv("GPT2LAB_PROGRESS", raising=False)
    monitor = TrainingMonitor()
    monitor.begin("run1", 0, 5, [])
    assert not progress.is_shown()
    monitor.end("finished")
    assert progress.is_shown()


@pytest.mark.slow
def test_a_run_is_the_same_whoever_watches_it_and_stops_at_the_step_at_which_it_is_asked_to(
    models, speeches, tmp_path
):
    asked = {
        "model_name": "1M",
        "steps": 4,
        "accumulate_gradients": 1,
        "sample_every": 2,
        "sample_length": 5,
        "model_dir": models,
        "checkpoint_dir": tmp_path,
    }
    monitor = lab.widgets.training_monitor()
    with pytest.warns(UserWarning, match="the training goes on"):
        broken = lab.finetune(speeches, run_name="broken", monitor=Failing("step"), **asked)
    stopped = lab.finetune(
        speeches,
        run_name="stopped",
        monitor=monitor,
        callback=lambda row: row["step"] == 3 and monitor.stop(),
        **asked,
    )
    losses = stopped.history["loss"].tolist()
    assert len(broken.history) == 4 and losses == broken.history["loss"].tolist()[:3]
    assert stopped.configuration["status"] == "stopped" and stopped.checkpoints == [3]
    assert (
        monitor.static().table["training loss"].tolist()
        == lab.widgets.training_monitor(stopped).table["training loss"].tolist()
        == losses
    )
    with pytest.raises(ArgumentError, match="monitor='yes' cannot watch"):
        lab.finetune(speeches, monitor="yes", **asked)
