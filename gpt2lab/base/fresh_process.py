"""One call in a Python process of its own, where the memory that it takes can be told from what others took
before.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from gpt2lab.errors import ExperimentError

_CHILD = "import sys; from gpt2lab.base.fresh_process import _answer; _answer(*sys.argv[1:])"


def run_in_fresh_process(function, **job):
    """Call a function in a new Python process: its result, or its error raised here.

    Parameters
    ----------
    function : callable
        Defined in a module.
    **job
        Its arguments. They and the result must be such that pickle can hold them.

    Raises
    ------
    ExperimentError
        If the process ended without an answer, for example because the system ran out of memory; the message
        says so.
    """
    with tempfile.TemporaryDirectory(prefix="gpt2lab-", ignore_cleanup_errors=True) as folder:
        question = Path(folder) / "question"
        answer = Path(folder) / "answer"
        question.write_bytes(pickle.dumps((function, job)))
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "GPT2LAB_PROGRESS": "0",
            # What the process leaves behind when it is killed goes with this folder.
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
        }
        # `run` ends the process if this one is interrupted.
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, question, answer],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
        )
        if not answer.is_file():
            why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            if done.returncode == -9:
                why = "it was killed, as a system does that is out of memory"
            raise ExperimentError(
                f"The process of {function.__name__} ended without a result ({why}); close other programs, or"
                " take a smaller model."
            )
        result, error = pickle.loads(answer.read_bytes())
    if error is not None:
        raise error
    return result


def _answer(question, answer):
    """What the new process does."""
    function, job = pickle.loads(Path(question).read_bytes())
    try:
        found = function(**job), None
    except Exception as error:
        found = None, error
    # Written beside and renamed: what is there is whole.
    Path(f"{answer}.part").write_bytes(pickle.dumps(found))
    os.replace(f"{answer}.part", answer)
