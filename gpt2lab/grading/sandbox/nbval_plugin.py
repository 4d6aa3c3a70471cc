"""Pytest plugin: nbval runs the rebuilt notebook, its kernel is the watched one, and the checks' outputs are
judged outside.

What nbval would compare as text is sent to the grader that started this process, over the file descriptor
that ``GPT2LAB_JUDGE`` names: a line of JSON there, a line back. A cell whose kernel went is failed with the
reason; before the next exercise a new kernel is brought to where the old one was, with the instructor's
solutions. A cell of the instructor's that fails in a kernel in which answers have run is tried again in a new
one.
"""

import json
import os
import re
import signal
import socket
import sys
import time

# Of the two or three seconds in which nbval is imported, two go into a grammar of addresses, by which no
# notebook is validated; without it jsonschema leaves that out.
sys.modules.setdefault("rfc3987_syntax", None)

import nbval.plugin

from gpt2lab.grading.sandbox import processes
from gpt2lab.grading.sandbox.kernel import DISTURBED, ENDED, PATIENCE, KernelGone, NoKernel, WatchedKernel
from gpt2lab.grading.sandbox.payload import LONGEST, UNREAD
from gpt2lab.grading.sandbox.probe import MIME

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
    if settings["trusted"]:
        processes.adopt_orphans()
        # It comes when the grader was killed, to have the kernel ended; a shell's background jobs begin with
        # it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.gpt2lab_judge = Judge()
    config.pluginmanager.register(Reporter(config.gpt2lab_judge))
    started = time.monotonic()
    nbval.plugin.RunningKernel = lambda *_, **__: WatchedKernel(
        settings["limits"], settings["trusted"], started
    )
    nbval.plugin.IPyNbFile.setup = _setup
    nbval.plugin.IPyNbFile.teardown = _teardown
    nbval.plugin.IPyNbCell.runtest = runtest
    nbval.plugin.IPyNbCell.compare_outputs = compare_outputs


def pytest_unconfigure():
    """Leave nothing behind that a kernel started, in a sandbox or not."""
    processes.end_below()


def _setup(file):
    """A kernel is started by the first cell, so that there is one to which a failure belongs."""
    file.lost = {}  # exercises that are over: the kind of end and the reason
    file.stained = set()  # those whose answers have run in the kernel that there is
    file.kernel = None
    file.setup_sanitize_files()


def _teardown(file):
    _end(file)


def runtest(cell):
    """Run a cell of the rebuilt notebook; what becomes of the kernel is its own exercise's matter only."""
    role = cell.cell.metadata.gpt2lab.role
    label = cell.cell.metadata.gpt2lab.label
    file = cell.parent
    cell.user_properties[:] = [("role", role), ("label", label)]
    # What the source of an answer says of how it is to be run does not count.
    cell.options.update(skip=False, check=role == "probe", check_exception=False)
    cell.output_timeout = PATIENCE
    for lost in (file.lost.get(""), file.lost.get(label)):
        if lost:
            _fail(cell, *lost)
    try:
        try:
            _attempt(cell, role, label)
        except KernelGone as gone:
            others_did_it = file.stained - {label} and (role == "hidden" or not (gone.timed_out or gone.note))
            if role == "set-up" or not others_did_it:
                raise
            _begin_anew(cell, role, label)
            _attempt(cell, role, label)
    except KernelGone as gone:
        _end(file)
        lost = ("broken", gone.note) if gone.note else ("stopped", str(gone))
        file.lost["" if role == "set-up" or isinstance(gone, NoKernel) else label] = lost
        _fail(cell, *lost)


def _attempt(cell, role, label):
    """Run a cell. All that goes wrong is `KernelGone`, but an answer that ends in an error and a verdict
    that is not "right".
    """
    file = cell.parent
    if not (file.kernel and file.kernel.is_alive()):
        if role == "probe":  # a new kernel would hold the instructor's solution
            raise KernelGone(ENDED)
        _revive(file, before=cell.cell)
    file.kernel.begin_cell()
    if role == "answer":
        file.stained.add(label)
    try:
        _run(cell)
    except KernelGone:
        raise
    except nbval.plugin.NbCellError as ended:
        error = _error(cell)
        if role == "answer":
            cell.user_properties.append(("error", error))
        elif role != "probe":
            raise KernelGone(
                DISTURBED, note=f"the {role} cell {label} fails in the grader: {error}"
            ) from ended
        elif error:
            raise KernelGone(UNREAD) from ended
        raise
    except Exception as error:  # nbval met a message that is none
        raise KernelGone(DISTURBED) from error


def _begin_anew(cell, role, label):
    """Bring a new kernel, in which no earlier answer has run, to where a cell can be tried again."""
    file = cell.parent
    if role == "probe":
        answer = next(
            earlier
            for earlier in file.nb.cells
            if earlier.metadata.gpt2lab == {**earlier.metadata.gpt2lab, "role": "answer", "label": label}
        )
        _revive(file, before=answer)
        file.stained.add(label)
        file.kernel.run(answer.source)
    else:
        _revive(file, before=cell.cell)


def _fail(cell, kind, reason):
    cell.user_properties.append((kind, reason))
    cell.raise_cell_error(reason)


def _end(file):
    """Put an end to the file's kernel."""
    if file.kernel:
        file.kernel.stop()
    file.kernel = None
    file.stained = set()


def _revive(file, before):
    """Start a kernel and run what the notebook holds before a cell, with the instructor's solutions in the
    place of answers.
    """
    _end(file)
    file.kernel = nbval.plugin.RunningKernel()
    for earlier in file.nb.cells:
        if earlier.id == before.id:
            return
        again = earlier.metadata.gpt2lab.again
        if again and not file.kernel.run(again):
            raise KernelGone(
                DISTURBED, note=f"the cell {earlier.id} of the instructor's fails in a new kernel"
            )


def compare_outputs(cell, outputs, _reference, skip_compare=None):
    """Whether the answer that a probe showed is right; asked of the grader."""
    shown = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    label = cell.cell.metadata.gpt2lab.label
    if len(shown) != 1:
        raise KernelGone(UNREAD)
    payload = shown[0] if isinstance(shown[0], str) else json.dumps(shown[0])
    # What is longer cannot be read, nor shall it fill the grader's memory.
    verdict = cell.config.gpt2lab_judge.ask(
        {"judge": label, "payload": payload if len(payload) <= LONGEST else ""}
    )
    if verdict["state"] == "unreadable":
        raise KernelGone(UNREAD)
    cell.comparison_traceback = [verdict["reason"]]
    return verdict["state"] == "right"


def _error(cell):
    """Where and with what an answer's cell ended; all of it is said by the student's side."""
    found = next((output for output in cell.test_outputs or () if output.output_type == "error"), None)
    if found is None:
        return {}
    text = "\n".join(str(line)[-20_000:] for line in list(found.traceback)[-100:])[-20_000:]
    lines = re.findall(
        r"^-+> (\d+)|Cell In\[[^\]\n]{,20}\], line (\d+)",
        re.sub(r"\x1b\[[\d;]*m", "", text),
        flags=re.MULTILINE,
    )
    line = max(
        (int(number) for pair in lines[:1] for number in pair if number and len(number) < 6), default=0
    )
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
