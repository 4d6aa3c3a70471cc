"""Answer an answer: not given yet, right and what follows from it, or wrong and why. A check never raises and
scores nothing.

The checks of a notebook are in ``notebook_NN``. Each is a function from the answer to `right` or `wrong`::

    @exercise("01.2")
    def characters_per_token(answer, lm, text): ...

What is printed for a right answer depends on nothing but the exercise (and on the values of a function on its
examples), so that nbval can compare a student's notebook with the solved one.
"""

import ast
import builtins
import contextlib
import contextvars
import math
import numbers
import textwrap
from dataclasses import dataclass, replace
from importlib import import_module

from gpt2lab.course.predictions import note
from gpt2lab.course.shown import WIDTH

UNANSWERED = (
    "Not answered yet. Put your answer in the place of the ... in the cell above, run that cell, then this"
    " one."
)

TYPED = (
    "You typed a value. To be graded, your cell is run with other values: write it as an expression of the"
    " variables, so that it would be right for them too."
)

_CHECKS = {}
_COMPUTED = set()
_PREDICTIONS = {}  # label: the question in a few words
_HIDDEN = contextvars.ContextVar("hidden inputs", default=False)


@contextlib.contextmanager
def hidden_inputs():
    """Within this, verdicts hold no value that was computed from the inputs: these are hidden from the
    student.
    """
    token = _HIDDEN.set(True)
    try:
        yield
    finally:
        _HIDDEN.reset(token)


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    ``state`` is 'right', 'wrong' or 'unanswered'; ``reason`` is said to the student; ``values`` are printed
    above it. ``chosen`` is, of a multiple choice, what was chosen, what is right, and how many there were to
    choose from.
    """

    state: str
    reason: str
    values: tuple = ()
    chosen: tuple = ()


def right(reason, values=()):
    """The answer is right; ``reason`` is one sentence that goes deeper."""
    return Verdict("right", reason, _shown(values))


def wrong(reason, values=()):
    """The answer is wrong; ``reason`` says why, not what is right."""
    return Verdict("wrong", reason, _shown(values))


def _shown(values):
    return () if _HIDDEN.get() else tuple(values)


def unanswered(reason=UNANSWERED):
    """There is no answer yet."""
    return Verdict("unanswered", reason)


def exercise(label, computed=False, prediction=None):
    """Register the decorated function as the check of an exercise, for example ``"01.2"``.

    ``computed`` says that the answer is to be an expression of what the notebook holds: who typed the value
    that came out is told so. ``prediction`` is, for a choice made before its result is known, the question in
    a few words: `lab.course.predictions` lists it.
    """

    def register(function):
        _CHECKS[label] = function
        if prediction:
            _PREDICTIONS[label] = prediction
        if computed:
            _COMPUTED.add(label)
        return function

    return register


def check(label, answer=..., *context, **named):
    """Print whether an answer is right, and why not.

    Parameters
    ----------
    label : str
        The exercise, for example ``"01.2"``.
    answer : object
        What the answer cell made.
    *context, **named
        What the check needs besides, such as the model or the text; the cell passes it.
    """
    verdict = judge(label, answer, *context, **named)
    for value in verdict.values:
        print(value)
    opening = {"right": f"{label}  Right. ", "wrong": f"{label}  Not quite. ", "unanswered": f"{label}  "}[
        verdict.state
    ]
    print(textwrap.fill(opening + verdict.reason, WIDTH))
    if verdict.state == "right" and is_computed(label) and is_typed(_answer_cell(label)):
        print(textwrap.fill(TYPED, WIDTH))
    if label in _PREDICTIONS and verdict.chosen:
        note(label, _PREDICTIONS[label], *verdict.chosen)


def _answer_cell(label):
    """What was last run of the cell that answers an exercise; empty outside of a notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    inputs = shell.user_ns.get("In", []) if shell else []
    return next((text for text in reversed(inputs) if f"EXERCISE {label}" in text.partition("\n")[0]), "")


def is_computed(label):
    """Whether the answer of an exercise is to be an expression of what the notebook holds."""
    return _check_of(label) is not None and label in _COMPUTED


def is_typed(source):
    """Whether a cell looks at nothing that other cells bound: ``best = 30`` and ``loss = math.log(4096)`` do
    not.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    nodes = list(ast.walk(tree))
    imported = {
        (name.asname or name.name).partition(".")[0]
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    looked_up = (
        {node.id for node in names if isinstance(node.ctx, ast.Load)} - bound - imported - _WITHOUT_INPUTS
    )
    return (
        bool(bound)
        and not looked_up
        and not any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in nodes)
    )


_WITHOUT_INPUTS = {*dir(builtins), "math", "np", "numpy", "pd"}


def judge(label, answer=..., *context, **named):
    """The `Verdict` on an answer; see `check`."""
    function = _check_of(label)
    if function is None:
        return wrong(f"There is no exercise {label!r}; the first word of the check cell was changed.")
    if is_blank(answer):
        return unanswered()
    try:
        return function(answer, *context, **named)
    except Exception as error:
        # An answer may be anything, an object that fails when it is compared too: the student is told, the
        # notebook goes on.
        return wrong(
            f"The check could not use your answer, a {type(answer).__name__} ({_short(error)}). Look at what"
            " it should be."
        )


def is_blank(answer):
    """Whether an answer was not given: ``...``, None, an empty text or collection, or one that still holds a
    ``...``.
    """
    if answer is None or answer is ...:
        return True
    if isinstance(answer, str):
        return not answer.strip(" .\n\t")
    if isinstance(answer, (list, tuple, dict, set)):
        return not answer or any(
            part is ... for part in (answer.values() if isinstance(answer, dict) else answer)
        )
    return False


def labels():
    """The exercises that have a check, of every notebook."""
    for module in sorted(path.stem for path in _folder().glob("notebook_*.py")):
        import_module(f"gpt2lab.course.checks.{module}")
    return sorted(_CHECKS)


def _folder():
    from pathlib import Path

    return Path(__file__).parent


def _check_of(label):
    number = str(label)[:2]
    if label not in _CHECKS and (_folder() / f"notebook_{number}.py").is_file():
        import_module(f"gpt2lab.course.checks.notebook_{number}")
    return _CHECKS.get(label)


def _short(error):
    if _HIDDEN.get():  # a message may quote the inputs
        return type(error).__name__
    return textwrap.shorten(f"{type(error).__name__}: {error}", 120, placeholder=" ...")


# What the checks of several notebooks share.


def choice(answer, options, reasons, key):
    """Judge a multiple choice.

    Parameters
    ----------
    answer : object
        A letter; case, spaces and brackets do not matter.
    options : str
        The letters, for example ``"abc"``.
    reasons : dict of str to str
        For each letter what to say; for a wrong one why it is wrong.
    key : str
        The right letter.

    Returns
    -------
    Verdict
    """
    letter = answer.strip(" ()[].'\"").lower() if isinstance(answer, str) else None
    if letter not in tuple(options):
        return wrong(f"Answer with one letter in quotes, {' or '.join(repr(option) for option in options)}.")
    reason = reasons[letter].strip()
    verdict = right(reason) if letter == key else wrong(reason)
    return replace(verdict, chosen=(letter, key, len(options)))


def here(found):
    """A sentence about what came out in the notebook; empty where inputs are hidden, since there something
    else did.
    """
    return "" if _HIDDEN.get() else found


def number(answer, exact, mistakes=(), tolerance=0.01, otherwise=""):
    """Why a number is wrong, or None if it is right.

    Parameters
    ----------
    answer : object
        The student's number.
    exact : float
        The right one.
    mistakes : sequence of (float, str)
        Values that a typical mistake leads to, and what to say of it.
    tolerance : float, default 0.01
        Relative.
    otherwise : str, optional
        What to say of any other wrong number, after whether it is too large or too small.

    Returns
    -------
    str or None
    """
    if callable(answer):
        return "Your answer is a function; call it, with ( ), to get its number."
    if isinstance(answer, str):
        return "Your answer is a text; give the number itself, without quotes."
    if hasattr(answer, "__len__"):
        entries = "several" if _HIDDEN.get() else len(answer)
        return f"Your answer is a {type(answer).__name__} with {entries} entries; one number is asked for."
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real) or not math.isfinite(answer):
        return f"Your answer, {_short_value(answer)}, is no finite number; one number is asked for."
    # With a tolerance of 1 % two digits would be enough for 0.43 and too few for 4.3 instead of 4.25: that
    # must not depend on the inputs.
    if math.isclose(answer, exact, rel_tol=tolerance) or (
        tolerance >= 0.01 and math.isclose(answer, float(f"{exact:.2g}"), rel_tol=1e-9)
    ):
        return None
    for value, reason in mistakes:
        if math.isclose(answer, value, rel_tol=tolerance / 4, abs_tol=1e-12):
            return reason
    if answer and any(math.isclose(answer, round(exact, digits), rel_tol=1e-9) for digits in range(6)):
        return "You rounded too far. Keep more digits."
    found = "It" if _HIDDEN.get() else _short_value(answer)
    return f"{found} is too {'large' if answer > exact else 'small'}. {otherwise}".strip()


def _short_value(value):
    if _HIDDEN.get():
        return "the value"
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    return textwrap.shorten(repr(value), 40, placeholder=" ...")


def call(function, *arguments):
    """(value, None) of a student's function, or (None, the `Verdict` that says how it failed)."""
    written = (
        "Your function"
        if _HIDDEN.get()
        else f"{getattr(function, '__name__', 'your function')}({', '.join(map(repr, arguments))})"
    )
    if not callable(function):
        return None, wrong(
            f"Your answer is a {type(function).__name__}; a function is asked for, so leave out the ( ) after"
            " its name."
        )
    try:
        value = function(*arguments)
    except (Exception, SystemExit) as error:
        if isinstance(error, NameError) and _HIDDEN.get():
            return None, wrong(
                f"{written} uses a name that nothing before it defines. Only answer cells are run; imports"
                " and functions of other cells go along, and all else that an answer needs must stand in its"
                " cell."
            )
        return None, wrong(f"{written} fails with {_short(error)}" + ("." if _HIDDEN.get() else ""))
    if value is ... or value is None:
        return None, unanswered(
            f"{written} returns nothing yet. Write the body of the function, with a return."
        )
    return value, None


def words(answer):
    """The words of a written answer, lower case."""
    return [word.strip(".,;:!?()\"'").lower() for word in str(answer).split()]


def too_short(answer, ask, fewest=15):
    """Why a written answer cannot be judged, or None if it can: it is no text, or has fewer words than
    sentences take.

    Parameters
    ----------
    answer : object
        The student's text.
    ask : str
        What to do, said to who wrote too little.
    fewest : int, default 15
        Words.

    Returns
    -------
    str or None
    """
    if not isinstance(answer, str):
        return f"Your answer is a {type(answer).__name__}; write sentences between the three quotes."
    said = len(words(answer))
    return f"You wrote {said} {'word' if said == 1 else 'words'}. {ask}" if said < fewest else None
