"""A fine-tuning run while it goes on, with a button that stops it; afterwards a figure and a table in its
place.
"""

import contextlib
import html
import math
import threading
import time

import pandas as pd

from gpt2lab import plots
from gpt2lab.base import progress
from gpt2lab.errors import ArgumentError
from gpt2lab.training.diagnosis import steps_of_mean
from gpt2lab.training.run import COLUMNS, Run
from gpt2lab.widgets.clicks import hear_clicks
from gpt2lab.widgets.training_report import TrainingReport

SHARE = 0.03  # of the time that passes, at most, goes into figures
FIGURE_EVERY = 1.0  # seconds at least from one figure to the next
WORDS_EVERY = 0.25  # and from one status line
RECENT = 20  # steps whose time says how long the rest will take
ENDS = {
    "finished": "Finished",
    "stopped": "Stopped and saved",
    "out of patience": "Ended early, out of patience",
    "diverged": "Diverged",
    "failed": "Broken off by an error",
}


def training_monitor(run: Run | None = None) -> "TrainingMonitor | TrainingReport":
    """Watch a fine-tuning run.

    Parameters
    ----------
    run : Run, optional
        A run, to see how it went (or has gone so far); without one, a monitor for a run that is still to
        come.

    Returns
    -------
    TrainingMonitor or TrainingReport
        A monitor is given to `finetune` as ``monitor``, which makes one by itself in a notebook. A report is
        a figure and a table.

    Raises
    ------
    ArgumentError
        If it is no run, or nothing was trained yet.

    Examples
    --------
    >>> monitor = lab.widgets.training_monitor()  # doctest: +SKIP
    >>> run = lab.finetune("my_text.txt", monitor=monitor)  # doctest: +SKIP
    >>> monitor.static().table  # doctest: +SKIP
    """
    if run is None:
        return TrainingMonitor()
    if not isinstance(run, Run):
        raise ArgumentError(
            f"run is of type {type(run).__name__}; give a Run, for example lab.Run.open('run1'), or nothing"
            " for one to come."
        )
    return TrainingReport.of(run.history)


class TrainingMonitor:
    """The live monitor of a fine-tuning run; it has what `progress.TrainingBar` has.

    In a notebook it shows the losses as a figure, a status line, a Stop button and the newest sample; when
    the run has ended, the last figure and a table take their place, and stay in the saved notebook. Elsewhere
    a bar stands in for it.

    Attributes
    ----------
    stop_requested : bool
        Whether Stop was pressed.
    drawing_seconds : float
        What the figures took so far.
    """

    def __init__(self, clock=time.perf_counter):
        self._clock = clock
        self._asked = threading.Event()
        self._open = contextlib.ExitStack()
        self._rows = []
        self._target = 0
        self._ended = None
        self._button = None
        self.drawing_seconds = 0.0

    @property
    def stop_requested(self) -> bool:
        return self._asked.is_set()

    def stop(self, *_) -> None:
        """Ask the run to end after the step under way, as the button does."""
        self._asked.set()
        if self._button is not None:
            self._button.disabled = True
            self._button.description = "Stopping after this step …"

    def begin(self, name: str, first: int, target: int, rows: list[dict]) -> None:
        """The run begins."""
        self._target = target
        self._rows = list(rows)
        self._ended = None
        self._newest = (0, "")
        self._outputs = []
        self.drawing_seconds = self._next_figure = self._next_words = 0.0
        self._asked.clear()
        self._bar = None if progress.is_live() else progress.TrainingBar()
        if self._bar is not None:
            self._bar.begin(name, first, target, rows)
            return
        with self._closed_by_an_error():
            self._build(name)
            self._show()
            self._poll = self._open.enter_context(hear_clicks(self._button))
            self._open.enter_context(progress.silent())  # bars of what happens within a step

    def step(self, row: dict) -> None:
        """There is a new row of the history."""
        self._rows.append(row)
        if self._bar is not None:
            self._bar.step(row)
            return
        with self._closed_by_an_error():
            self._poll()
            self._update()

    def sample(self, step: int, text: str | None = None) -> None:
        """The model writes a text, or has written it."""
        if self._bar is not None:
            return
        if text is None:
            self._status.value = _status_html(f"{self._status_line()} · writing a sample …")
        else:
            self._newest = step, text.strip()
            self._sample.value = _sample_html(*self._newest)

    def end(self, status: str) -> None:
        """The run is over."""
        self._ended = status
        if self._bar is not None:
            self._bar.end(status)
            return
        with self._closed_by_an_error():
            self._leave()
        self._close()

    def static(self) -> TrainingReport:
        """The figure and the table of the run so far.

        Returns
        -------
        TrainingReport

        Raises
        ------
        ArgumentError
            If nothing was trained yet.
        """
        return TrainingReport.of(self._history(), self._status_line() if self._ended else "")

    def __repr__(self):
        return f"TrainingMonitor({self._status_line()})"

    def _history(self):
        return pd.DataFrame(self._rows, columns=list(COLUMNS))

    def _build(self, name):
        from ipywidgets import HTML, Box, Button, Image, Layout, VBox

        self._button = Button(
            description="Stop and save",
            icon="stop",
            layout=Layout(width="auto", min_width="12em", flex="0 0 auto"),
            tooltip="End after the step under way; all that was learned is saved",
        )
        self._button.on_click(self.stop)
        self._status = HTML(
            _status_html(f"{name}: waiting for the first step …"), layout=Layout(margin="2px 2px 2px 12px")
        )
        self._figure = Image(format="png", layout=Layout(width="640px", max_width="100%", display="none"))
        self._sample = HTML(layout=Layout(max_width="800px"))
        row = Box([self._button, self._status], layout=Layout(display="flex", align_items="center"))
        self._widgets = [
            row,
            self._figure,
            VBox([row, self._figure], layout=Layout(align_items="flex-start")),
            self._sample,
        ]

    def _show(self):
        from IPython.display import display

        # The first figure of a process takes far longer than those that follow, and would keep them waiting.
        plots.loss(
            pd.DataFrame(
                {"step": [0, 1], "loss": 1.0, "average_loss": 1.0, "valid_loss": 1.0, "epoch": [0, 1]}
            )
        ).png(dpi=100)
        # Between the widgets stands in words what the figure shows: a notebook that is saved while the run
        # goes on keeps that, but no widget.
        shown = _view_output(self._widgets[-2]), _caption_output(""), _view_output(self._sample)
        self._outputs = [display(data, display_id=True, raw=True) for data in shown]

    def _update(self):
        now = self._clock()
        if now >= self._next_words:
            self._status.value = _status_html(self._status_line())
            self._next_words = now + WORDS_EVERY
        if now >= self._next_figure and not math.isnan(self._rows[-1]["loss"]):
            figure = plots.loss(self._history())
            self._figure.value = figure.png(dpi=100)
            self._figure.layout.display = None
            self._outputs[1].update(_caption_output(figure.caption), raw=True)
            took = self._clock() - now
            self.drawing_seconds += took
            self._next_figure = now + max(FIGURE_EVERY, took / SHARE)

    def _leave(self):
        """Put what stays where the widget was."""
        if all(math.isnan(row["loss"]) for row in self._rows):
            # not one step was taken
            outputs = (_caption_output(self._status_line()), {}), (_caption_output(""), {})
        else:
            outputs = self.static().outputs()
        step, text = self._newest
        sample = (
            {"text/html": _sample_html(step, text), "text/plain": f"Sample after step {step:,}:\n{text}"}
            if text
            else _caption_output("")
        )
        outputs = *outputs, (sample, {})
        for handle, (data, metadata) in zip(self._outputs, outputs):
            handle.update(data, metadata=metadata, raw=True)

    @contextlib.contextmanager
    def _closed_by_an_error(self):
        try:
            yield
        except Exception:
            with contextlib.suppress(Exception):
                self._close()  # a button that nobody listens to is worse than none
                for handle in self._outputs:
                    handle.update(_caption_output(""), raw=True)
            raise

    def _close(self):
        self._open.close()
        self._button, widgets = None, [self._button, self._status, *self._widgets]
        for widget in widgets:
            if widget is not None:
                widget.close()

    def _status_line(self):
        """The status line."""
        if not self._rows:
            return "Nothing was trained."
        last = self._rows[-1]
        words = [f"{'step' if self._ended else 'Step'} {last['step']:,} of {self._target:,}"]
        if not math.isnan(last["loss"]):
            size = steps_of_mean(len(self._rows) - math.isnan(self._rows[0]["loss"]))
            mean = sum(row["loss"] for row in self._rows[-size:]) / size
            words.append(f"loss {last['loss']:.2f}, mean of {size} {mean:.2f}")
        measured = [row for row in self._rows if not math.isnan(row["valid_loss"])]
        if measured:
            best = min(measured, key=lambda row: row["valid_loss"])
            words.append(
                f"validation {measured[-1]['valid_loss']:.2f}, lowest {best['valid_loss']:.2f} at step"
                f" {best['step']:,}"
            )
        words.append(f"epoch {last['epoch']:.2f}")
        pace = self._pace()
        if pace:
            words.append(f"{pace:.2f} s a step" if pace < 10 else f"{pace:.0f} s a step")
        if self._ended:
            words.insert(0, ENDS.get(self._ended, self._ended))
        elif pace:
            words.append(f"{_duration(pace * (self._target - last['step']))} left")
        return " · ".join(words)

    def _pace(self):
        """Seconds per step of late, with all that is done between steps; 0 while nobody knows."""
        recent = [row for row in self._rows if not math.isnan(row["loss"])][-RECENT - 1 :]
        if len(recent) < 2:
            return 0.0
        first, *_, last = recent
        return (last["seconds"] - first["seconds"]) / (last["step"] - first["step"])


def _view_output(widget):
    # As ipywidgets shows a widget, whose version 7 however would not let what is shown be replaced.
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {
        "application/vnd.jupyter.widget-view+json": view,
        "text/plain": "The live monitor of a run that was going on when this was saved.",
    }


def _status_html(words):
    return f"<div style='line-height: 1.5; min-height: 3em'>{html.escape(words)}</div>"


def _caption_output(words):
    return {"text/html": f"<p><em>{html.escape(words)}</em></p>" if words else "", "text/plain": words}


def _sample_html(step, text):
    name = f"Sample after step {step:,}"
    style = (
        "max-height: 9em; overflow: auto; white-space: pre-wrap; line-height: 1.4; padding: 4px 8px;"
        " border: 1px solid #999999"
    )
    return (
        f"<p>{name}:</p><div tabindex='0' role='region' aria-label='{name}' style='{style}'>"
        f"{html.escape(text)}</div>"
    )


def _duration(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
