"""Try an answer of an exercise as the grader does, without its sandbox and its nbval: for answers that the
tests themselves wrote.
"""

import contextlib
import io
import json
from types import SimpleNamespace

from gpt2lab.grading.judging.key import scene
from gpt2lab.grading.judging.rebuilding import RUNS_BY_NAME
from gpt2lab.grading.sandbox import probe


class Trial:
    """The instructor's side of an assignment; ``judge(label, source)`` gives the verdict on an answer's
    source.

    What the exercises before it left behind are their solutions. With ``runs_by_name`` the scenes' runs can
    be opened by their names, for which links are made in the folder where one is.
    """

    def __init__(self, assignment, key, runs_by_name=False):
        self.assignment, self.key = assignment, key
        self._more = RUNS_BY_NAME if runs_by_name else ""
        self._before = {}

    def before(self, label):
        """The names that an answer meets, with their values: set-up, hidden inputs, and the solutions of
        earlier exercises.
        """
        if not self._before:
            namespace = {"__name__": "__main__", "display": print}  # as IPython has it
            with contextlib.redirect_stdout(io.StringIO()):
                exec(self.assignment.setup, namespace)
                for exercise in self.assignment.exercises:
                    if exercise.kind == "code":
                        exec(scene(exercise, self.key.seed) + self._more, namespace)
                        self._before[exercise.label] = dict(namespace)
                        exec(exercise.solution, namespace)
        return dict(self._before[label])

    def payload(self, label, source):
        """What the probe prints for an answer; the error of the answer's cell is swallowed, as a notebook
        goes on after one.
        """
        namespace = self.before(label)
        with contextlib.redirect_stdout(io.StringIO()):
            with contextlib.suppress(Exception):
                exec(source, namespace)
            return json.dumps(_payload(namespace, self.assignment[label].answer, self.key.calls.get(label)))

    def judge(self, label, source):
        """A `Verdict`, or a `Failure` if the answer has no value."""
        return self.key.judge(label, self.payload(label, source))


def _payload(namespace, expression, calls):
    published = []
    display = SimpleNamespace(display_pub=SimpleNamespace(publish=published.append))
    probe.get_ipython = lambda: display
    try:
        probe.show(lambda: eval(expression, namespace), calls)
    finally:
        del probe.get_ipython
    return json.loads(published[0][probe.MIME])
