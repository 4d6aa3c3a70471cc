"""One way to show that something is being done."""

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar

_silenced = ContextVar("silenced", default=False)


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
        With ``update``, ``set_postfix``, ``close``; also a context manager. The environment variable ``GPT2LAB_PROGRESS=0``
        silences it everywhere.
    """
    from tqdm.auto import tqdm

    kw.setdefault("disable", not shown())
    kw.setdefault("dynamic_ncols", True)
    return tqdm(total=total, desc=desc, unit=unit, **kw)


@contextmanager
def silenced():
    """No bars of this thread inside: a widget that works behind a cell has a place of its own to say that it does."""
    token = _silenced.set(True)
    try:
        yield
    finally:
        _silenced.reset(token)


def shown():
    """Whether somebody is there to see a bar: a Jupyter kernel or a terminal, and ``GPT2LAB_PROGRESS`` is not 0."""
    return _wanted() and (_in_jupyter() or bool(getattr(sys.stderr, "isatty", bool)()))


def live():
    """Whether a widget would be seen: a Jupyter kernel, and ``GPT2LAB_PROGRESS`` is not 0, as it is where notebooks are built and graded."""
    return _wanted() and _in_jupyter()


def _wanted():
    return not _silenced.get() and os.environ.get("GPT2LAB_PROGRESS", "").strip() != "0"


def _in_jupyter():
    ipython = sys.modules.get("IPython")  # whoever runs in a kernel has imported it
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
