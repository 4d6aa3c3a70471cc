"""What a check is made of: `exercise` registers it, the rest are verdicts and reasons.

A check is a function from the answer, and what else the cell passes, to `right` or `wrong`; what is chosen, a
number and an answer in words have verdicts of their own::

    @exercise("01.2", computed=True)
    def characters_per_token(answer, lm, paragraph):
        return number(answer, len(paragraph) / len(lm.encode(paragraph)), reason="So much a token holds.")

What is printed for a right answer depends on nothing but the exercise (and on the values of a function on its
examples), so that nbval can compare a student's notebook with the solved one.
"""

import contextlib
import contextvars
import math
import numbers
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace

UNANSWERED = (
    "Not answered yet. Put your answer in the place of the ... in the cell above, run that cell, then this"
    " one."
)

CHECKS = {}  # label of an exercise: Check
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


def here(found):
    """A sentence about what came out in the notebook; empty where inputs are hidden, since there something
    else did.
    """
    return "" if _HIDDEN.get() else found


@dataclass(frozen=True)
class Check:
    """The check of an exercise.

    ``computed`` says that the answer is to be an expression of what the notebook holds: who typed the value
    that came out is told so. ``prediction`` is, for a choice made before its result is known, the question in
    a few words: `lab.course.predictions` lists it. ``in_words`` says that it is prose, which a check can only
    search for words.
    """

    judge: Callable
    computed: bool = False
    prediction: str | None = None
    in_words: bool = False

    @property
    def best(self):
        """The state of an answer that nothing can be said against."""
        return "to be read" if self.in_words else "right"


def exercise(label, computed=False, prediction=None, in_words=False):
    """Register the decorated function as the `Check` of an exercise, for example ``"01.2"``."""

    def register(function):
        CHECKS[label] = Check(function, computed, prediction, in_words)
        return function

    return register


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    ``state`` is 'right', 'wrong', 'unanswered' or, of prose, 'to be read' by a person; ``reason`` is said to
    the student; ``values`` are printed above it. ``chosen`` is, of a multiple choice, what was chosen, what
    is right, and how many there were to choose from. ``note`` is for who reads what is to be read. ``share``
    is how much of a wrong answer of several parts is right.
    """

    state: str
    reason: str
    values: tuple = ()
    chosen: tuple = ()
    note: str = ""
    share: float = 0.0


def right(reason, values=()):
    """The answer is right; ``reason`` is one sentence that goes deeper."""
    return Verdict("right", reason, _unless_hidden(values))


def wrong(reason, values=()):
    """The answer is wrong; ``reason`` says why, not what is right."""
    return Verdict("wrong", reason, _unless_hidden(values))


def half_right(reason):
    """One of the two things that were asked for is right; ``reason`` is why the other is not."""
    return Verdict("wrong", reason, share=0.5)


def _unless_hidden(values):
    return () if _HIDDEN.get() else tuple(values)


def to_be_read(reason, note=""):
    """The answer is prose, which a person has to read; ``note`` is for who does."""
    return Verdict("to be read", reason, note=note)


def unanswered(reason=UNANSWERED):
    """There is no answer yet."""
    return Verdict("unanswered", reason)


# A choice.


def choice(answer, reasons, key):
    """Judge a multiple choice.

    Parameters
    ----------
    answer : object
        A letter; case, spaces and brackets do not matter.
    reasons : dict of str to str
        For each letter what to say; for a wrong one why it is wrong.
    key : str
        The right letter.

    Returns
    -------
    Verdict
    """
    letter = read_letter(answer)
    if letter not in reasons:
        return wrong(f"Answer with one letter in quotes, {' or '.join(map(repr, reasons))}.")
    verdict = (right if letter == key else wrong)(reasons[letter].strip())
    return replace(verdict, chosen=(letter, key, len(reasons)))


def range_choice(answer, found, before, after, reason):
    """Judge a choice among three ranges, which stand in their order under the letters a, b and c.

    Parameters
    ----------
    answer : object
    found : str
        The letter of the range in which the result lies.
    before, after : str
        What to say of a range that stands before it, and of one that stands after it.
    reason : str
        What to say of the right one.

    Returns
    -------
    Verdict
    """
    reasons = {letter: before if letter < found else after for letter in "abc"}
    return choice(answer, reasons | {found: reason}, found)


def read_letter(answer):
    """The letter that somebody chose, lower case, without spaces and brackets; None if it is no text."""
    return answer.strip(" ()[].'\"").lower() if isinstance(answer, str) else None


# A number.


def number(answer, exact, mistakes=(), tolerance=0.01, otherwise="", *, reason):
    """Judge a number; ``reason`` is said of the right one, the rest as `wrong_number`."""
    why = wrong_number(answer, exact, mistakes, tolerance, otherwise)
    return wrong(why) if why else right(reason)


def wrong_number(answer, exact, mistakes=(), tolerance=0.01, otherwise=""):
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
        count = here(f" with {len(answer)} {'entry' if len(answer) == 1 else 'entries'}")
        return (
            f"Your answer is a {type(answer).__name__}{count}; one number is asked for. .item() takes it out"
            " of an array or a column that holds no other."
        )
    if not is_number(answer) or not math.isfinite(answer):
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


def is_number(value):
    """Whether it is a real number, which True and False are not."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _short_value(value):
    if _HIDDEN.get():
        return "the value"
    if is_number(value) and math.isfinite(value):
        return f"{value:,}" if isinstance(value, int) else f"{float(value):,.4g}"
    return textwrap.shorten(repr(value), 40, placeholder=" ...")


# A function.


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
        return None, wrong(f"{written} fails with {short_error(error)}" + ("." if _HIDDEN.get() else ""))
    if value is ... or value is None:
        return None, unanswered(
            f"{written} returns nothing yet. Write the body of the function, with a return."
        )
    return value, None


def short_error(error):
    """The kind of an error and what it says, in a line."""
    if _HIDDEN.get():  # what it says may quote the inputs
        return type(error).__name__
    return textwrap.shorten(f"{type(error).__name__}: {error}", 120, placeholder=" ...")


# An answer in words; `gpt2lab.course.checks.prose` judges it.


def too_short(answer, ask, fewest=15):
    """Why a written answer cannot be judged, or None if it can: it is no text, or has fewer words than
    sentences take.
    """
    if not isinstance(answer, str):
        return f"Your answer is a {type(answer).__name__}; write sentences between the three quotes."
    words = len(answer.split())
    return f"You wrote {words} {'word' if words == 1 else 'words'}. {ask}" if words < fewest else None


def has_digit(text):
    """Whether a text has a figure in it."""
    return any(map(str.isdigit, text))
