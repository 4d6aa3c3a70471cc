"""One way to show that something is being done."""

import contextlib
import contextvars
import os
import sys

_silent = contextvars.ContextVar("silent", default=False)  # of this thread only


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


def shown():
    """Whether somebody is there to see a bar: a Jupyter kernel or a terminal, and ``GPT2LAB_PROGRESS`` is not 0."""
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


def _in_jupyter():
    ipython = sys.modules.get("IPython")  # whoever runs in a kernel has imported it
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
