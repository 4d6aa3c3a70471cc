"""One measurement in a process of its own: reads a work order as JSON from standard input, writes the result
as JSON to standard output.

    {"contestant": "gpt2lab", "folder": "…/3M", "task": "generate", "settings": {…}, "warm_up": {…},
    "repetitions": 3}

``warm_up`` changes the settings for the run before the clock starts, so that a long task is not done twice;
null does without.
"""

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

from benchmarks.contestants import Unavailable, contestant


def perform(order):
    """The result of a work order: seconds of each repetition, the last answer, and the most memory that the
    process ever held.
    """
    try:
        who = contestant(order["contestant"], order["folder"])
        prepare = getattr(who, order["task"], None)
        if prepare is None:
            raise Unavailable("it has no such function")
        work = prepare(**order["settings"])
    except Unavailable as error:
        return {"unavailable": str(error)}
    if order.get("warm_up") is not None:
        (prepare(**{**order["settings"], **order["warm_up"]}) if order["warm_up"] else work)()
    seconds = []
    answers = []
    for _ in range(order["repetitions"]):
        started = time.perf_counter()
        answers.append(work())
        seconds.append(time.perf_counter() - started)
    return {"seconds": seconds, "answer": answers[0], "peak_bytes": peak_bytes(), "versions": versions()}


def peak_bytes():
    """The most physical memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage counts what the process that started this one held, too
        return next(
            int(line.split()[1]) * 1024
            for line in status.read_text().splitlines()
            if line.startswith("VmHWM")
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def versions():
    """Of the packages that this process used."""
    names = {
        "gpt2lab": "gpt2lab",
        "tensorflow": "TensorFlow",
        "torch": "PyTorch",
        "transformers": "transformers",
        "numpy": "numpy",
    }
    return {
        title: sys.modules[name].__version__
        for name, title in names.items()
        if hasattr(sys.modules.get(name), "__version__")
    }


def main():
    # Whatever the libraries print goes to the error stream: standard output belongs to the result.
    out = os.dup(1)
    os.dup2(2, 1)
    order = json.load(sys.stdin)
    try:
        result = perform(order)
    except Exception:
        result = {"failed": traceback.format_exc()}
    with os.fdopen(out, "w", encoding="utf-8") as stream:
        json.dump(result, stream)
    os._exit(0)  # a thread of gpt-2-simple's may still wait for its next step


if __name__ == "__main__":
    main()
