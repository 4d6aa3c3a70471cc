"""Grade one submission: one process of pytest in the sandbox, the judge outside of it, and what became of
each exercise.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

import psutil

from gpt2lab.grading.judging.findings import READ_BY_A_PERSON, ExerciseResult
from gpt2lab.grading.judging.reasons import (
    MISSING,
    NOT_GRADED,
    OPEN,
    TYPED,
    is_blank,
    is_only_typed,
    why_newer,
    why_no_value,
)
from gpt2lab.grading.judging.rebuilding import rebuild
from gpt2lab.grading.sandbox import bubblewrap, processes
from gpt2lab.grading.sandbox.payload import LONGEST, Unreadable
from gpt2lab.grading.sandbox.working_folder import working_folder

_LINE = 13 * LONGEST  # characters of a message from pytest, if every one of a payload is written as an escape


def grade_answers(assignment, key, answers, limits, trusted=False):
    """Run the answers of one student and judge them.

    Parameters
    ----------
    assignment : Assignment
    key : Key
    answers : dict of str to str
        Source of each answer that was found, by label.
    limits : dict
        ``seconds_a_cell``, ``seconds_a_notebook``, ``memory_MB``, ``processes``, ``output_kB``, ``disk_MB``.
    trusted : bool, default False
        Without the sandbox, with all that the user may do.

    Returns
    -------
    tuple of ExerciseResult
        One an exercise, in order.
    """
    judging = _Judging(key)
    if any(exercise.kind == "code" for exercise in assignment.exercises):
        _run(rebuild(assignment, answers, key.seed, key.calls), judging, limits, trusted)
    return tuple(_result(exercise, answers.get(exercise.label), judging) for exercise in assignment.exercises)


class _Judging:
    """Answers the questions of one pytest process, and keeps what it heard and said."""

    def __init__(self, key):
        self._key = key
        self.verdicts = {}
        self.cells = {}
        self.trouble = ""

    def serve(self, stream):
        """Until the other side hangs up."""
        while True:
            line = stream.readline(_LINE)
            if not line:
                return
            message = json.loads(line)
            if "judge" in message:
                stream.write(json.dumps(self._judge(message["judge"], message["payload"])) + "\n")
                stream.flush()
            else:
                self._note(message["cell"])

    def _judge(self, label, payload):
        verdict = self.verdicts.get(label)
        # The same answer may have been run once more, undisturbed
        if verdict is None or isinstance(verdict, Unreadable):
            try:
                verdict = self._key.judge(label, payload)
            except Unreadable as error:
                verdict = error
        else:
            self.trouble = "an answer was shown twice"
            verdict = Unreadable("shown twice")
        self.verdicts[label] = verdict
        state = "unreadable" if isinstance(verdict, Unreadable) else getattr(verdict, "state", "failed")
        return {"state": state, "reason": getattr(verdict, "reason", "")}

    def _note(self, cell):
        self.cells.setdefault((cell.get("role"), cell.get("label")), []).append(cell)


def _run(notebook, judging, limits, trusted):
    ours, theirs = socket.socketpair()
    with working_folder() as folder, ours, tempfile.TemporaryFile() as log:
        for file, text in (("notebook.ipynb", notebook), ("pytest.ini", "[pytest]\n")):
            (folder / file).write_text(text, encoding="utf-8")
            (folder / file).chmod(0o644)
        given = {
            "GPT2LAB_JUDGE": str(theirs.fileno()),
            "GPT2LAB_GRADING": json.dumps({"limits": limits, "trusted": trusted}),
        }
        with theirs:
            process = _start(folder, given, theirs.fileno(), log, limits, trusted)
        longest = limits["seconds_a_notebook"] + 120
        ender = threading.Timer(
            longest,
            lambda: (
                setattr(judging, "trouble", f"pytest did not end within {longest} seconds"),
                _kill(process),
            ),
        )
        ender.start()
        try:
            with ours.makefile("rw", encoding="utf-8") as stream:
                judging.serve(stream)
        except Exception as error:  # whatever pytest may have said, the other submissions go on
            judging.trouble = judging.trouble or f"pytest's report could not be read ({type(error).__name__})"
            _kill(process)
        except BaseException:  # the grader is interrupted
            _kill(process)
            raise
        finally:
            process.wait()
            ender.cancel()
        if process.returncode not in (0, 1):
            judging.trouble = judging.trouble or f"pytest ended with {process.returncode}: {_last_line(log)}"


def _kill(process):
    """End pytest; in the sandbox all others end with it."""
    with contextlib.suppress(psutil.Error):
        processes.end_below(psutil.Process(process.pid))
    process.kill()


def _start(folder, given, descriptor, log, limits, trusted):
    seen = str(folder) if trusted else bubblewrap.GRADING
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-c", f"{seen}/pytest.ini", f"--rootdir={seen}"]
    command += ["--noconftest", "-p", "no:cacheprovider", "--tb=no", "--assert=plain"]
    # Ours comes first, since it says what nbval need not import.
    command += ["-p", f"{bubblewrap.__package__}.nbval_plugin", "-p", "nbval.plugin", "--nbval-lax"]
    command += [f"{seen}/notebook.ipynb"]
    variables = bubblewrap.environment() | given | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    if trusted:
        variables |= {"TMPDIR": str(folder), "HOME": str(folder)}
        command = bubblewrap.ending_with_us(command, "INT")  # so that it can end its kernel
    else:
        command = bubblewrap.outer(command, folder, limits, variables)
    quiet = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
    return subprocess.Popen(
        command, env=variables, pass_fds=(descriptor,), cwd=folder, start_new_session=True, **quiet
    )


def _last_line(log):
    log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
    lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _result(exercise, answer, judging):
    made = {
        "label": exercise.label,
        "title": exercise.title,
        "points": exercise.points,
        "answer": answer or "",
    }
    if answer is None:
        return ExerciseResult(**made, state="missing", reason=MISSING)
    if exercise.kind == "markdown":
        blank = answer.strip() == exercise.blank.strip()
        return (
            ExerciseResult(**made, state="unanswered", reason=OPEN)
            if blank
            else ExerciseResult(**made, state="by hand", reason=READ_BY_A_PERSON)
        )
    state, reason, note = _outcome(exercise, answer, judging)
    verdict = judging.verdicts.get(exercise.label)
    share = 0.0 if is_only_typed(exercise.label, answer) else getattr(verdict, "share", 0.0)
    return ExerciseResult(
        **made,
        state=state,
        reason=reason,
        note=note,
        earned=exercise.points * {"right": 1.0, "wrong": share}.get(state, 0.0),
        passable=getattr(verdict, "state", "") == "to be read",
    )


def _outcome(exercise, answer, judging):
    """(state, reason, note) of an answer in code. Only a plain pass of its check, with a verdict of ours, is
    right; prose that its check cannot judge is left to a person.
    """
    label = exercise.label
    reports = judging.cells.get(("probe", label), [])
    verdict = judging.verdicts.get(label)
    of_answer = (judging.cells.get(("answer", label)) or [{}])[0]
    error = of_answer.get("error") or {}
    note = f"the cell ended with {error['type']}: {error['message']}" if error else ""
    plain = (
        len(reports) == 1
        and reports[0]["outcome"] == "passed"
        and reports[0]["when"] == "call"
        and not reports[0]["xfail"]
    )
    state = getattr(verdict, "state", "")
    if plain and state == "right":
        if is_only_typed(label, answer):
            return "wrong", TYPED, f"It is right by chance. {note}".strip()
        return "right", verdict.reason, note
    for kind in ("broken", "stopped"):
        if found := next((report[kind] for report in reports if kind in report), None):
            return ("stopped", found, note) if kind == "stopped" else ("not graded", NOT_GRADED, found)
    if plain or len(reports) != 1 or (state == "right"):
        return "not graded", NOT_GRADED, judging.trouble or "nbval and the verdict disagree"
    if state == "wrong":
        return "wrong", verdict.reason, note
    if state == "to be read":
        return "by hand", verdict.reason, f"{verdict.note} {note}".strip()
    if is_blank(exercise, answer) or (state == "unanswered" and not error):
        return "unanswered", OPEN, note
    if error.get("type") == "SyntaxError" and (newer := why_newer(answer)):
        return "by hand", newer, note
    return "failed", why_no_value(exercise, answer, error, verdict), note
