"""Pytest plugin: nbval runs the rebuilt notebook, its kernel is the watched one, and the checks' outputs are judged outside.

What nbval would compare as text is sent to the grader that started this process, over the file descriptor that ``GPT2LAB_JUDGE`` names: a line of JSON there,
a line back. A cell whose kernel went is failed with the reason; before the next exercise a new kernel is brought to where the old one was, with the
instructor's solutions.
"""

import json
import os
import re
import socket
import time

import nbval.plugin

from gpt2lab.grading.kernel import KernelGone, WatchedKernel
from gpt2lab.grading.probe import MIME

_run = nbval.plugin.IPyNbCell.runtest


class Judge:
    """The grader outside, asked over a socket."""

    def __init__(self):
        self._stream = socket.socket(fileno=int(os.environ["GPT2LAB_JUDGE"])).makefile("rw", encoding="utf-8")

    def say(self, message):
        self._stream.write(json.dumps(message) + "\n")
        self._stream.flush()

    def ask(self, message):
        self.say(message)
        return json.loads(self._stream.readline())


def pytest_configure(config):
    """Put the graded kernel and cells in the place of nbval's."""
    settings = json.loads(os.environ["GPT2LAB_GRADING"])
    config.gpt2lab_judge = Judge()
    config.pluginmanager.register(Reporter(config.gpt2lab_judge))
    started = time.monotonic()
    nbval.plugin.RunningKernel = lambda *_, **__: WatchedKernel(settings["limits"], settings["trusted"], started)
    nbval.plugin.IPyNbFile.setup = _setup
    nbval.plugin.IPyNbFile.teardown = _teardown
    nbval.plugin.IPyNbCell.runtest = runtest
    nbval.plugin.IPyNbCell.compare_outputs = compare_outputs


def _setup(file):
    file.lost = {}
    file.kernel = nbval.plugin.RunningKernel()
    file.setup_sanitize_files()


def _teardown(file):
    if file.kernel is not None and file.kernel.is_alive():
        file.kernel.stop()


def runtest(cell):
    """Run a cell of the rebuilt notebook; what becomes of the kernel is its own exercise's matter only."""
    role, label = cell.cell.metadata.gpt2lab.role, cell.cell.metadata.gpt2lab.label
    file = cell.parent
    cell.user_properties[:] = [("role", role), ("label", label)]
    if label in file.lost:
        cell.user_properties.append(("stopped", file.lost[label]))
        cell.raise_cell_error(file.lost[label])
    try:
        if not file.kernel.is_alive():
            revive(file, before=cell)
        file.kernel.begin_cell()
        _run(cell)
    except KernelGone as gone:
        end(file)
        if role == "hidden" and not getattr(cell, "tried_again", False):
            cell.tried_again = True  # what an earlier cell left running may have ended it
            return runtest(cell)
        file.lost[label] = str(gone)
        cell.user_properties.append(("stopped", str(gone)))
        cell.raise_cell_error(str(gone))
    except nbval.plugin.NbCellError:
        if role == "answer":
            cell.user_properties.append(("error", _error(cell)))
        raise


def end(file):
    """Put an end to the file's kernel."""
    if file.kernel.is_alive():
        file.kernel.stop()


def revive(file, before):
    """Start a kernel and run what the notebook holds before a cell, with the instructor's solutions in the place of answers."""
    file.kernel = nbval.plugin.RunningKernel()
    for earlier in file.nb.cells:
        if earlier.id == before.cell.id:
            return
        if earlier.metadata.gpt2lab.again:
            file.kernel.begin_cell()
            message = file.kernel.execute_cell_input(earlier.metadata.gpt2lab.again, allow_stdin=False)
            file.kernel.await_reply(message)
            file.kernel.await_idle(message, timeout=file.kernel.limits["seconds_a_cell"])


def compare_outputs(cell, outputs, _reference, skip_compare=None):
    """Whether the answer that a check cell showed is right; asked of the grader."""
    shown = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    label = cell.cell.metadata.gpt2lab.label
    if len(shown) != 1:
        cell.comparison_traceback = ["The answer could not be read."]
        cell.user_properties.append(("shown", len(shown)))
        return False
    payload = shown[0] if isinstance(shown[0], str) else json.dumps(shown[0])
    verdict = cell.config.gpt2lab_judge.ask({"judge": label, "payload": payload})
    cell.comparison_traceback = [verdict["reason"]]
    return verdict["state"] == "right"


def _error(cell):
    """Where and with what an answer's cell ended; all of it is said by the student's side."""
    found = next((output for output in cell.test_outputs or () if output.output_type == "error"), None)
    if found is None:
        return {}
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(map(str, found.traceback)))[-20_000:]
    lines = re.findall(r"^-+> (\d+)|Cell In\[[^\]]*\], line (\d+)", text, flags=re.MULTILINE)
    line = max((int(number) for pair in lines[:1] for number in pair if number and len(number) < 6), default=0)
    return {"type": str(found.ename)[:100], "line": line, "message": str(found.evalue)[:500]}


class Reporter:
    """Tells the grader how each cell ended."""

    def __init__(self, judge):
        self._judge = judge

    def pytest_runtest_logreport(self, report):
        """Called by pytest for the set-up, the call and the tear-down of each cell."""
        if report.when == "call" or report.outcome != "passed":
            ended = {"when": report.when, "outcome": report.outcome, "xfail": hasattr(report, "wasxfail")}
            self._judge.say({"cell": ended | dict(report.user_properties)})
