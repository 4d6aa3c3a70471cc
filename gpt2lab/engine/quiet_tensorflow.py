"""Start TensorFlow once, on first use, without its start-up chatter."""

import contextlib
import functools
import logging
import os
import sys
import tempfile
import threading
import warnings


@contextlib.contextmanager
def _no_chatter():
    """Keep what is written to the error stream by C++ code away from the user, unless the import fails.

    TensorFlow 2.21 prints two lines about oneDNN and CUDA before it reads any setting that could turn them
    off.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no error stream at all, as under pythonw
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as chatter:
        os.dup2(chatter.fileno(), 2)
        try:
            yield
        except BaseException:
            chatter.seek(0)
            os.write(kept, chatter.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@functools.cache
def tensorflow():
    """The ``tensorflow`` module, silenced before it first loads.

    Whoever sets ``TF_CPP_MIN_LOG_LEVEL`` hears as much as they ask for.
    """
    # 3 asks for silence; a process that was started from one that uses gpt2lab inherits it.
    wanted = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") != "3" or "tensorflow" in sys.modules
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # else the first session decides how many threads all others use
    os.environ.setdefault("TF_OVERRIDE_GLOBAL_THREADPOOL", "1")
    with contextlib.nullcontext() if wanted else _no_chatter(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return tf


_deterministic = threading.Lock()
_inside = 0  # how many threads are in `deterministic` now


@contextlib.contextmanager
def deterministic():
    """Have TensorFlow build and run only kernels that repeat their result to the last bit, since a run with a
    seed promises that.

    On a CPU they cost nothing. The switch is one for the whole process, and while it is on, random operations
    without a seed are refused, those of plain gpt-2-simple in the same notebook among them: so it is on no
    longer than needed.
    """
    global _inside
    tensorflow()
    from tensorflow.python.framework import config

    with _deterministic:
        ours = _inside > 0 or not config.is_op_determinism_enabled()  # else the user wants it on for good
        if ours:
            _inside += 1
            config.enable_op_determinism()
    try:
        yield
    finally:
        with _deterministic:
            _inside -= ours
            if ours and _inside == 0:
                config.disable_op_determinism()


@functools.cache
def gpt_2_simple_source():
    """gpt-2-simple's own ``load_dataset`` and ``accumulate`` modules.

    Loading the package switches TensorFlow to graph mode for the whole process, as it does for every
    gpt-2-simple user.
    """
    tensorflow()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gpt_2_simple.src import accumulate, load_dataset
    return load_dataset, accumulate
