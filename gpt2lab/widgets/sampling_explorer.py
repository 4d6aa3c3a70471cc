"""Sliders for temperature, top_k and top_p, and what they do to the next token and to a text."""

import threading
import time
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets

from gpt2lab.base import progress
from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError, LabError
from gpt2lab.plots import sampling_grid
from gpt2lab.widgets.next_tokens_chart import next_tokens_html
from gpt2lab.widgets.sampling_controls import CUTS, SETTINGS, arrange, make_button, make_controls

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.base.captions import CaptionedFigure
    from gpt2lab.language_model import LanguageModel

TWIN = (
    {"temperature": 0.5},
    {"temperature": 1.0},
    {"temperature": 1.5},
    {"top_k": 5},
    {"top_p": 0.3},
    {"temperature": 1.5, "top_k": 5},
)
ROWS = 20  # of the history that are shown; all are kept
_PAPER = "background:#ffffff;color:#111111;font-size:14px;line-height:1.45;padding:6px;overflow-wrap:anywhere"


def sampling_explorer(
    lm: "LanguageModel",
    prompt: str = "I went to the",
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 0.0,
    length: int = 60,
    seed: int = 0,
    twin: Sequence[dict[str, float]] = TWIN,
) -> "SamplingExplorer":
    """Try temperature, top_k and top_p with sliders: what they leave of the next tokens, and the text that
    comes of it.

    The chart follows the sliders and the prompt while they move; a text is written when the button is
    pressed, beside the chart and without holding it up. Each text goes into the history with its settings,
    which can be taken back.

    Parameters
    ----------
    lm : LanguageModel
    prompt : str
        What to begin with; empty for the start of a document.
    temperature, top_k, top_p, length, seed
        Where the sliders stand at first; as in `LanguageModel.generate`.
    twin : list of dict, optional
        Settings of the charts, one to nine, that are shown instead where no widget can be: in a saved
        notebook, in one that is graded.

    Returns
    -------
    SamplingExplorer
        Shown by a notebook when it is the last line of a cell.

    Raises
    ------
    ArgumentError
        If a value cannot work; it says which and what would be right.

    Examples
    --------
    >>> explorer = lab.widgets.sampling_explorer(lm, prompt="My fellow Americans,")  # doctest: +SKIP
    >>> explorer.history  # doctest: +SKIP
    """
    return SamplingExplorer(
        lm,
        prompt,
        {"temperature": temperature, "top_k": top_k, "top_p": top_p, "length": length, "seed": seed},
        twin,
    )


class SamplingExplorer:
    """Made by `sampling_explorer`.

    The chart is HTML, drawn within milliseconds; only the twin is a matplotlib figure. Sliders report while
    they move: a front end of ipywidgets sends the next value when the last one was answered and forgets those
    between, so that nothing stale piles up.

    Attributes
    ----------
    controls : dict of str to ipywidgets widget
        The prompt, the sliders and the button.
    widget : ipywidgets.VBox
        All of it.
    """

    def __init__(self, lm, prompt, settings, twin):
        _check(lm, prompt, settings)
        self._lm = lm
        self._records = []
        self._twin_settings = _check_twin(twin)
        self._asked = None
        self._worker = None
        self._lock = threading.Lock()
        self._taking_back = False
        self.controls = make_controls(lm, prompt, settings)
        self.chart = ipywidgets.HTML()
        self.text = ipywidgets.HTML()
        self.rows = ipywidgets.VBox()
        self.widget = arrange(self.controls, self.chart, self.text, self.rows)
        for name in ("prompt", *CUTS):
            self.controls[name].observe(self._draw, "value")
        self.controls["write"].on_click(lambda _: self.write())
        self._draw()

    def __repr__(self):
        where = "sliders in a running notebook; a figure stands in their place elsewhere"
        return f"SamplingExplorer({self._lm.name!r}, prompt={self.prompt!r}): {where}"

    @property
    def prompt(self) -> str:
        """What is in the box."""
        return self.controls["prompt"].value

    @property
    def settings(self) -> dict[str, float]:
        """Where the sliders stand: dict of temperature, top_k, top_p, length, seed."""
        return {name: self.controls[name].value for name in SETTINGS}

    @property
    def history(self) -> "pd.DataFrame":
        """What was tried, the newest first: DataFrame of number, prompt, the settings, text (without the
        prompt).
        """
        import pandas as pd

        return pd.DataFrame(self._records[::-1], columns=["number", "prompt", *SETTINGS, "text"])

    def write(self) -> None:
        """Write a text with the settings as they are now, in a thread of its own; of what is asked meanwhile
        the last is written next.
        """
        with self._lock:
            self._asked = {"prompt": self.prompt, **self.settings}
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, daemon=True)
                self._worker.start()

    def wait(self) -> None:
        """Wait until what was asked for is written."""
        worker = self._worker
        if worker is not None:
            worker.join()

    def take_back(self, number: int) -> None:
        """Set the prompt and the sliders to those of a text of the history.

        Parameters
        ----------
        number : int
            As the history counts, from 1.
        """
        record = self._records[
            whole_number("number", number, 1, len(self._records), "the texts written so far") - 1
        ]
        self._taking_back = True
        try:
            for name in ("prompt", *SETTINGS):
                self.controls[name].value = record[name]
        finally:
            self._taking_back = False
        self._draw()

    def twin(self) -> "CaptionedFigure":
        """The chart under the settings given as ``twin``: CaptionedFigure."""
        return sampling_grid(
            {
                _name_settings(settings): self._lm.next_tokens(self.prompt, **settings)
                for settings in self._twin_settings
            }
        )

    def _ipython_display_(self):
        from IPython.display import display

        if progress.is_live():
            # What is stored is a reference to the widget, dead without the kernel, and these words.
            view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
            display({"application/vnd.jupyter.widget-view+json": view, "text/plain": repr(self)}, raw=True)
        try:
            self.twin()._ipython_display_()
        except LabError as error:  # the model was closed
            display({"text/html": _message_html(error), "text/plain": str(error)}, raw=True)

    def _draw(self, _change=None):
        if self._taking_back:
            return
        try:
            table = self._lm.next_tokens(self.prompt, **{name: self.controls[name].value for name in CUTS})
            self.chart.value = next_tokens_html(table) + "".join(map(_message_html, self._notes()))
        except LabError as error:
            self.chart.value = _message_html(error)

    def _notes(self):
        prompt = self.prompt
        settings = self.settings
        if not prompt:
            yield "The prompt is empty: these are the tokens that begin a document."
        elif prompt.endswith(" "):
            yield (
                "The prompt ends with a space. Most tokens begin with theirs: leave it out, or the model is"
                " asked for something odd."
            )
        if len(prompt) * 4 > self._lm.window and (tokens := len(self._lm.encode(prompt))) > self._lm.window:
            yield f"The prompt has {tokens:,} tokens; the model sees the last {self._lm.window:,}."
        if settings["temperature"] == 0:
            yield "Temperature 0 always takes the most likely token, whatever top_k and top_p are."
        elif settings["top_k"] and settings["top_p"]:
            yield (
                "Both cuts are on: top_k first, then top_p of what it left. gpt-2-simple ignores top_k as"
                " soon as top_p is above 0."
            )

    def _work(self):
        while True:
            with self._lock:
                asked = self._asked
                self._asked = None
                if asked is None:
                    self._worker = None
                    return
            self._write(asked)

    def _write(self, asked):
        self.text.value = _message_html("Writing …")
        prompt = asked["prompt"]
        settings = {name: asked[name] for name in SETTINGS}
        start = time.perf_counter()
        try:
            with progress.silent():
                (text,) = self._lm.generate(prompt, include_prefix=False, **settings)
        except LabError as error:
            self.text.value = _message_html(str(error).replace("prefix", "prompt"))  # as it is called here
        except Exception as error:  # whatever it is, nobody sees a traceback of a thread
            self.text.value = _message_html(
                f"Writing failed ({type(error).__name__}: {error}); press the button again, or load the model"
                " anew."
            )
        else:
            self._records.append({"number": len(self._records) + 1, **asked, "text": text})
            self._show(self._records[-1], time.perf_counter() - start)

    def _show(self, record, seconds):
        number = record["number"]
        about = escape(f"No. {number}: {_name_settings(record)}; {seconds:.1f} s")
        self.text.value = (
            f'<div style="{_PAPER}" role="status">'
            f'<div style="color:#444444">{about}</div>{_text_html(record)}</div>'
        )
        button = make_button(
            f"Use no. {number} again",
            "Set the prompt and the sliders as they were for this text.",
            width="140px",
            flex="0 0 auto",
        )
        button.on_click(lambda _: self.take_back(number))
        words = ipywidgets.HTML(_row_html(record), layout={"flex": "1 1 300px", "min_width": "0"})
        rows = (ipywidgets.HBox([button, words]), *self.rows.children)
        self.rows.children = rows[:ROWS]
        for row in rows[ROWS:]:
            _close(row)


def _check(lm, prompt, settings):
    """Refuse before anything is shown what the model would refuse later."""
    if not all(hasattr(lm, name) for name in ("next_tokens", "generate", "window")):
        raise ArgumentError(f"lm is of type {type(lm).__name__}; give a model, for example lab.load('3M').")
    if not isinstance(prompt, str):
        raise ArgumentError(
            f"prompt={prompt!r} is not a string; give the text to begin with, '' for the start of a document."
        )
    whole_number(
        "length",
        settings["length"],
        1,
        lm.window - 1,
        f"the window of {lm.window:,} tokens less one to start from",
    )
    whole_number("seed", settings["seed"], 0, 2**53, "what a browser can count to")
    lm.next_tokens(prompt, **{name: settings[name] for name in CUTS})


def _check_twin(twin):
    twin = list(twin) if isinstance(twin, (list, tuple)) else None
    if (
        not twin
        or len(twin) > 9
        or any(not isinstance(settings, dict) or not set(settings) <= set(CUTS) for settings in twin)
    ):
        raise ArgumentError(
            "twin is no list of one to nine settings; give dictionaries of temperature, top_k and top_p, for"
            " example [{'top_k': 5}]."
        )
    return twin


def _name_settings(settings):
    words = [
        f"{name} {settings[name]:g}"
        for name in CUTS
        if (name == "temperature" and name in settings) or settings.get(name)
    ]
    words += [f"{name} {settings[name]}" for name in ("length", "seed") if name in settings]
    return ", ".join(words) or "no cuts"


def _message_html(words):
    return f'<div style="{_PAPER}" role="status">{escape(str(words))}</div>'


def _text_html(record):
    written = escape(record["text"]) or "<em>(nothing: the model ended the document at once)</em>"
    return (
        f'<div style="white-space:pre-wrap"><span style="color:#555555">{escape(record["prompt"])}</span>'
        f'<span style="font-weight:600">{written}</span></div>'
    )


def _row_html(record):
    summary = escape(f"{_name_settings(record)}: {_beginning(record)}")
    return (
        f'<details style="{_PAPER};padding:2px 6px">'
        f'<summary style="display:list-item;cursor:pointer">{summary}</summary>{_text_html(record)}</details>'
    )


def _beginning(record, characters=70):
    words = " ".join(record["text"].split())
    return words if len(words) <= characters else words[:characters].rsplit(" ", 1)[0] + " …"


def _close(row):
    for widget in (*row.children, row):
        widget.close()
