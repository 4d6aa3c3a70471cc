"""Jobs that other processes have to find, so they stand in a module: quick ones for the grid, and a grid to
kill.
"""

import os
import signal
import tempfile
import time
from pathlib import Path

import gpt2lab as lab
from gpt2lab.base import progress


def double(number, log=None, wait=0.0):
    """Twice the number; the log notes each call."""
    if log:
        with open(log, "a") as file:
            file.write(f"{number}\n")
    time.sleep(wait)
    return {"number": number, "double": 2 * number}


def fail(number, log, bad, kind="error", wait=0.0):
    """As `double`, but it fails for some numbers while a file of that name is there."""
    result = double(number, log, wait)
    if Path(bad).is_file() and str(number) in Path(bad).read_text().split():
        if kind == "exit":
            os._exit(1)
        raise {"error": ValueError, "interrupt": KeyboardInterrupt}[kind](f"{number} is bad")
    return result


def count(number, folder):
    """How many results are stored at this moment."""
    return {"stored": len(list(Path(folder).glob("*.json")))}


def surroundings(number):
    """What a process of `lab.experiments.processes` is like."""
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS")
    return {"pid": os.getpid(), "threads": threads, "bars": progress.is_shown()}


def unstorable(number):
    """A result that JSON cannot hold."""
    return {"number": object()}


def length(text, number=0):
    """The length of a text."""
    return {"characters": text.characters}


def grid(asked, temporary, done):
    """Run a grid and say how it ended; its fine-tunings go to folders in ``temporary``."""
    tempfile.tempdir = str(temporary)
    try:
        table = lab.experiments.corpus_sizes(**asked)
        done.send(len(table))
    except KeyboardInterrupt:
        done.send("interrupted")


def side_by_side(folder, log):
    """Long jobs in two processes, and what Ctrl-C makes of them."""
    # a shell's background jobs begin with it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with lab.experiments.processes(2) as executor:
            lab.experiments.run_jobs(
                double,
                [{"number": number, "log": log, "wait": 300.0} for number in range(5)],
                folder,
                executor,
            )
    except KeyboardInterrupt:
        print("interrupted")
