"""Try an answer of an exercise as the grader does, without its sandbox and its nbval: for answers that the tests themselves wrote."""

import contextlib
import io
import json
from types import SimpleNamespace

from gpt2lab.grading import probe
from gpt2lab.grading.key import scene


class Trial:
    """The instructor's side of an assignment; ``judge(label, source)`` gives the verdict on an answer's source.

    What the exercises before it left behind are their solutions.
    """

    def __init__(self, assignment, key):
        self.assignment, self.key = assignment, key

    def payload(self, label, source):
        """What the probe prints for an answer; the error of the answer's cell is swallowed, as a notebook goes on after one."""
        namespace = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(self.assignment.setup, namespace)
            for exercise in self.assignment.exercises:
                if exercise.kind != "code":
                    continue
                exec(scene(exercise, self.key.seed), namespace)
                if exercise.label == label:
                    break
                exec(exercise.solution, namespace)
            with contextlib.suppress(Exception):
                exec(source, namespace)
        return json.dumps(_shown(namespace, exercise.answer, self.key.calls.get(label)))

    def judge(self, label, source):
        """A `Verdict`, or a `Failure` if the answer has no value."""
        return self.key.judge(label, self.payload(label, source))


def _shown(namespace, expression, calls):
    published = []
    display = SimpleNamespace(display_pub=SimpleNamespace(publish=published.append))
    probe.get_ipython = lambda: display
    try:
        probe.show(lambda: eval(expression, namespace), calls)
    finally:
        del probe.get_ipython
    return json.loads(published[0][probe.MIME])
