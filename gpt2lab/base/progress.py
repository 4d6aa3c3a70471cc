"""One way to show that something is being done."""

import contextlib
import contextvars
import importlib.util
import math
import os
import sys
import warnings

from gpt2lab.errors import DivergenceError

_silent = contextvars.ContextVar("silent", default=False)  # of this thread only
# what a monitor has to have; `TrainingBar` says what each is
MONITOR = ("begin", "step", "sample", "end", "stop_requested")


def bar(total=None, desc=None, unit="it", **kw):
    """A ``tqdm`` bar in a notebook or a terminal, a silent one elsewhere (a log file, a test, a pipe).

    Parameters
    ----------
    total : int, optional
        How many units there are to do.
    desc : str, optional
        What is being done.
    unit : str, default "it"
        What is counted, for example ``"step"`` or ``"B"``.
    **kw
        Everything else that ``tqdm.auto.tqdm`` takes.

    Returns
    -------
    tqdm.auto.tqdm
        With ``update``, ``set_postfix``, ``close``; also a context manager. The environment variable
        ``GPT2LAB_PROGRESS=0`` silences it everywhere.
    """
    from tqdm.auto import tqdm

    kw.setdefault("disable", not is_shown())
    kw.setdefault("dynamic_ncols", True)
    return tqdm(total=total, desc=desc, unit=unit, **kw)


def is_shown():
    """Whether somebody is there to see a bar: a Jupyter kernel or a terminal, and ``GPT2LAB_PROGRESS`` is
    not 0.
    """
    if _silent.get() or os.environ.get("GPT2LAB_PROGRESS", "").strip() == "0":
        return False
    return _in_jupyter() or bool(getattr(sys.stderr, "isatty", bool)())


@contextlib.contextmanager
def silent():
    """Show no bars in a block: what runs in it is part of something that has a bar of its own."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def is_live():
    """Whether a notebook shows what is going on."""
    return is_shown() and _in_jupyter()


def _in_jupyter():
    ipython = sys.modules.get("IPython")  # whoever runs in a kernel has imported it
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class TrainingBar:
    """A bar for a fine-tuning run; any object with these four methods and ``stop_requested`` can stand in for
    it (see `watch`).

    Attributes
    ----------
    stop_requested : bool
        Whether somebody asked the run to stop; read after each step.
    """

    stop_requested = False

    def __init__(self, print_every=1):
        self.print_every = print_every

    def begin(self, name, first, target, rows):
        """The run goes from step ``first`` to step ``target``; ``rows`` of its history (list of dict) are
        there already.
        """
        self._bar = bar(target, "Fine-tuning", "step", initial=first)
        self._valid = next(
            (row["valid_loss"] for row in reversed(rows) if not math.isnan(row["valid_loss"])), math.nan
        )

    def step(self, row):
        """There is a new row of the history; step 0 is the validation loss before the first."""
        self._valid = self._valid if math.isnan(row["valid_loss"]) else row["valid_loss"]
        if row["step"] and row["step"] % self.print_every == 0:
            shown = {"loss": row["loss"], "average": row["average_loss"], "valid": self._valid}
            self._bar.set_postfix(
                {name: f"{value:.2f}" for name, value in shown.items() if not math.isnan(value)},
                refresh=False,
            )
        self._bar.update(row["step"] - self._bar.n)

    def sample(self, step, text=None):
        """The model of this step is about to write a text (None), or wrote it."""

    def end(self, status):
        """The run is over: "finished", "stopped", "out of patience", "diverged" or "failed"."""
        self._bar.close()


@contextlib.contextmanager
def watch(monitor=None, print_every=1):
    """Somebody who watches a fine-tuning run, and is told how it ends also when it fails.

    Parameters
    ----------
    monitor : object or bool, optional
        None: a live monitor in a notebook, a bar elsewhere. False: a bar. Else an object with what
        `TrainingBar` has.
    print_every : int, default 1
        Steps between updates of the losses in a bar.

    Yields
    ------
    object
        With what `TrainingBar` has. Whatever fails in a monitor is said once, and a bar takes its place.
    """
    plain = TrainingBar(print_every)
    watching = _live_monitor() if monitor is None else monitor
    watcher = _Guarded(plain if watching is None or watching is False else watching, plain)
    try:
        yield watcher
    except BaseException as error:
        watcher.end("diverged" if isinstance(error, DivergenceError) else "failed")
        raise


class _Guarded:
    """Tells a monitor what happens, and a bar instead from the moment on at which the monitor fails."""

    def __init__(self, watching, instead):
        self._watching = watching
        self._instead = instead
        self._monitor = watching
        self._last = None

    def begin(self, name, first, target, rows):
        self._begun = name, first, target, rows
        self._tell("begin", *self._begun)

    def step(self, row):
        self._last = row
        self._tell("step", row)

    def sample(self, step, text=None):
        self._tell("sample", step, text)

    def end(self, status):
        self._tell("end", status)

    @property
    def stop_requested(self):
        return bool(getattr(self._monitor, "stop_requested", False))

    def _tell(self, what, *news):
        try:
            getattr(self._watching, what)(*news)
        except Exception as error:
            if self._watching is self._instead:
                raise
            warnings.warn(
                f"The monitor of this run failed ({type(error).__name__}: {error}); the training goes on and"
                " shows a bar.",
                stacklevel=5,
            )
            self._watching = self._instead
            self._watching.begin(*self._begun)
            if self._last is not None:
                self._watching.step(self._last)
            if what == "end":
                self._watching.end(*news)


_make_monitor = None


def offer_monitor(make):
    """Say what makes the live monitor that a fine-tuning gets in a notebook: a function without arguments."""
    global _make_monitor
    _make_monitor = make


def _live_monitor():
    """The monitor that notebooks get: None where no widget can be shown."""
    if _make_monitor is None or not is_live() or importlib.util.find_spec("ipywidgets") is None:
        return None
    return _make_monitor()
