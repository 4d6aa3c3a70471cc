"""The trusted side of an assignment: what each check is given besides the answer, and the verdict on an
answer that came from outside.

Nothing of a student's runs here. The instructor's hidden inputs and solutions do, and each solution must be
right before anybody is graded.
"""

import contextlib
import hashlib
import io
import os
import threading

from gpt2lab.base.progress import silent
from gpt2lab.course.checks import checking, verdicts
from gpt2lab.errors import LabError
from gpt2lab.grading.judging.assignment import bound_names
from gpt2lab.grading.sandbox.bubblewrap import environment
from gpt2lab.grading.sandbox.payload import Failure, read_payload


class AssignmentError(LabError, RuntimeError):
    """An assignment cannot be graded: a cell of the instructor's fails, or its own solution is not right."""


class Key:
    """Contexts of the checks of an assignment.

    Parameters
    ----------
    assignment : Assignment
    seed : int or str
        The course's secret, from which the hidden inputs are drawn.

    Raises
    ------
    AssignmentError
        If a cell of the instructor's fails, or a solution is not right.
    """

    def __init__(self, assignment, seed=""):
        self.assignment = assignment
        self.seed = seed
        self.contexts = {}
        self.calls = {}
        self._lock = threading.Lock()
        with _bundled_models(), silent():
            self._prepare_all({"__name__": "__main__"})

    def _prepare_all(self, namespace):
        assignment = self.assignment
        self._run(namespace, assignment.setup, "set-up")
        for exercise in assignment.exercises:
            if exercise.kind == "code":
                self._prepare(namespace, exercise)

    def _prepare(self, namespace, exercise):
        label = exercise.label
        self._run(namespace, scene(exercise, self.seed), f"HIDDEN {label}")
        self._run(namespace, exercise.solution, f"the solution of {label}")
        self._run(namespace, prelude(exercise, self.seed, "key") + exercise.key, f"KEY {label}")
        self._run(namespace, exercise.before_check, f"CHECK {label}")
        value = self._evaluate(namespace, exercise.answer, label)
        context = [self._evaluate(namespace, part, label) for part in exercise.context]
        # A name that the hidden inputs bind takes the place of a value that the check cell gives by that
        # name.
        hidden = hidden_names(exercise)
        named = {
            name: namespace[name] if name in hidden else self._evaluate(namespace, part, label)
            for name, part in exercise.named
        }
        self.contexts[label] = context, named
        if callable(value):
            value, self.calls[label] = _record_calls(value)
        verdict = checking.judge(label, value, *context, **named)
        if verdict.state != checking.best_state(label):
            raise AssignmentError(
                f"{self.assignment.name}: its own solution of exercise {label} is not right on the hidden"
                f" inputs: {verdict.reason}"
            )

    def _run(self, namespace, code, what):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, f"<{what}>", "exec"), namespace)
        except Exception as error:
            raise AssignmentError(
                f"{self.assignment.name}: {what} fails with {type(error).__name__}: {error}"
            ) from error

    def _evaluate(self, namespace, expression, label):
        try:
            return eval(compile(expression, f"<check of {label}>", "eval"), namespace)
        except Exception as error:
            raise AssignmentError(
                f"{self.assignment.name}: the check of {label} cannot evaluate {expression}:"
                f" {type(error).__name__}: {error}"
            ) from error

    def judge(self, label, payload):
        """The `Verdict` on what a probe printed.

        Parameters
        ----------
        label : str
        payload : str
            JSON from the student's kernel.

        Returns
        -------
        Verdict or Failure
            `Failure` if the expression of the answer could not be evaluated.

        Raises
        ------
        Unreadable
            If the payload is none.
        """
        answer = read_payload(payload, self.calls.get(label))
        if isinstance(answer, Failure):
            return answer
        context, named = self.contexts[label]
        # One at a time: a model of TensorFlow's may be asked.
        with self._lock, verdicts.hidden_inputs(), silent():
            return checking.judge(label, answer, *context, **named)


@contextlib.contextmanager
def _bundled_models():
    """As in the kernels: a notebook's models are the bundled ones, whatever this machine has."""
    names = ("GPT2LAB_MODEL", "GPT2LAB_MODELS", "CUDA_VISIBLE_DEVICES")
    asked = {name: os.environ.pop(name, None) for name in names}
    os.environ["CUDA_VISIBLE_DEVICES"] = environment()["CUDA_VISIBLE_DEVICES"]
    try:
        yield
    finally:
        del os.environ["CUDA_VISIBLE_DEVICES"]
        os.environ.update({name: value for name, value in asked.items() if value is not None})


def _record_calls(function):
    calls = []

    def recording(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return recording, calls


def prelude(exercise, seed, for_whom="hidden"):
    """Code that makes ``rng``, the same for everybody who has the course's seed.

    The code is run in the student's kernel: neither the seed nor the ``rng`` of another exercise or of the
    key can be found from what stands in it.
    """
    digest = hashlib.sha256(f"{seed}/{exercise.label}/{for_whom}".encode()).digest()
    return f"import numpy\nrng = numpy.random.default_rng({int.from_bytes(digest[:16])})\n"


def scene(exercise, seed):
    """Code that binds the hidden inputs of an exercise, and forgets what earlier answers called by the names
    of this one.
    """
    names = tuple(name for name in exercise.names if name not in hidden_names(exercise))
    forget = f"for _name in {names!r}:\n    globals().pop(_name, None)\n" if names else ""
    return forget + prelude(exercise, seed) + exercise.hidden


def hidden_names(exercise):
    """The names that the hidden inputs of an exercise bind."""
    return bound_names(exercise.hidden)
