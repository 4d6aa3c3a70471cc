"""Fine-tuning in a process of its own that tests may kill.

TensorFlow is imported once, in a server process from which each of these is forked (`multiprocessing`'s
forkserver), so that a start costs a second.
"""

import functools
import multiprocessing
import os
import shutil
import signal
import threading
from multiprocessing import connection, forkserver
from unittest import mock

from places import SUPPORT

import gpt2lab as lab
from gpt2lab.engine.quiet_tensorflow import gpt_2_simple_source

if "GPT2LAB_TEST_SERVER" in os.environ:
    gpt_2_simple_source()


def train(arguments, steps_done, die_at_replace, copies):
    """Call `finetune` with a dictionary of arguments.

    Parameters
    ----------
    steps_done : multiprocessing connection
        Told the number of each step that ended.
    die_at_replace : (int, str)
        Be killed right ``"before"`` or ``"after"`` the replacement of a file with this number, from 1; 0
        never.
    copies : Path or None
        A folder for what is on disk at each of these moments: copies of ``checkpoint_dir`` named
        ``1-before``, ``1-after``, ``2-before`` and so on.
    """
    replace, count = os.replace, 0

    def moment(when):
        if copies:
            shutil.copytree(arguments["checkpoint_dir"], copies / f"{count}-{when}")
        if (count, when) == die_at_replace:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting(*paths):
        nonlocal count
        count += 1
        moment("before")
        replace(*paths)
        moment("after")

    os.replace = counting
    lab.finetune(**arguments, callback=lambda row: steps_done.send(row["step"]))
    steps_done.send(("replaced", count))


# Starting a process also asks all others whether they have ended, and each can be told only once.
_one_at_a_time = threading.Lock()


@functools.cache
def server():
    """The context whose processes are forked from one that has imported TensorFlow."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["training_process"])
    # The server has to find this module and be told to import TensorFlow.
    path = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    with mock.patch.dict(os.environ, {"GPT2LAB_TEST_SERVER": "1", "PYTHONPATH": path}):
        forkserver.ensure_running()
    return context


class Training:
    """A call of `finetune` in another process."""

    def __init__(self, arguments, die_at_replace=(0, "before"), copies=None):
        context = server()
        self.messages, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=train, args=(arguments, theirs, die_at_replace, copies))
        with _one_at_a_time:
            self.process.start()
        theirs.close()

    def wait_for(self, step):
        """Return when that step has ended; False if the process ended first."""
        try:
            while True:
                if self.messages.recv() == step:
                    return True
        except EOFError:
            return False

    def kill(self):
        self.process.kill()
        return self.end()

    def interrupt(self):
        os.kill(self.process.pid, signal.SIGINT)

    def end(self):
        """Wait for the end; the exit code, negative for a signal."""
        connection.wait([self.process.sentinel], 120)
        with _one_at_a_time:
            return self.process.exitcode

    def rest(self):
        """What the process had to say since the last `wait_for`, to its end."""
        said = []
        try:
            while True:
                said.append(self.messages.recv())
        except EOFError:
            return said
