"""What is said to the student of an answer: our words and the student's own source, nothing of what its code
said.
"""

import ast
import re
import sys

from gpt2lab.course.checks.checking import is_computed, is_typed
from gpt2lab.grading.answers.newer_python import is_newer_python
from gpt2lab.grading.answers.pieces import ANCHOR
from gpt2lab.grading.sandbox.payload import UNREAD, Failure

NOT_GRADED = "This exercise could not be graded; your instructor will look at it."
OPEN = "You left this one open."
NOTHING = "Nothing was handed in."
MISSING = (
    "The cell of this answer was not found in your notebook. Keep its first line, the one that says EXERCISE."
)
NEWER = (
    "Your cell is written in a newer Python than the one that grades, {}. Your instructor reads it; if you"
    " write it so that Python {} can run it, it is graded at once."
)
TYPED = (
    "You typed a value. Your cell was run with other values than those you saw: write it as an expression of"
    " the variables, so that it is right for them too."
)
# An answer that can end in so many ways tells by that of the values on which it was run.
_MOST_PLACES = 24
# Errors that are told apart; of the others only that there was one.
_USUAL_ERRORS = frozenset(
    "ArithmeticError AttributeError FileNotFoundError ImportError IndexError KeyError MemoryError"
    " ModuleNotFoundError NameError OverflowError RecursionError SyntaxError TypeError UnboundLocalError"
    " ValueError ZeroDivisionError".split()
)
# What students upload can bring Python's parser to its limits.
_BEYOND_THE_PARSER = (ValueError, RecursionError, MemoryError)
_DAMAGED = re.compile("What is whole in it was read")  # in a note on the whole file


def is_blank(exercise, answer):
    """Whether an answer's cell is as it was handed out, or empty."""
    return not answer.strip() or "".join(answer.split()) == "".join(exercise.blank.split())


def reason_for(result, exercise):
    """Why an answer that was run is not right, for the student.

    Parameters
    ----------
    result : ExerciseResult
    exercise : Exercise

    Returns
    -------
    str
    """
    if result.state == "wrong" and is_only_typed(exercise.label, result.answer):
        return TYPED
    if result.state == "unanswered" and not is_blank(exercise, result.answer):
        return (
            "Your function returns nothing: it needs a return."
            if "def " in exercise.blank
            else "There is still no value in the place of the three dots."
        )
    return result.reason


def is_only_typed(label, source):
    """Whether an answer that is to be computed was typed instead: right by chance, if it is."""
    try:
        return is_computed(label) and is_typed(source)
    except _BEYOND_THE_PARSER:
        return False


def why_missing(submission, found):
    """Why the cell of an answer was not found, if that is a matter of the whole file; else an empty text.

    Parameters
    ----------
    submission : Submission
    found : FoundAnswers

    Returns
    -------
    str
    """
    if submission.handed is None:
        return "No notebook of this assignment that could be read was found in what you handed in."
    if not found.sources:
        return "The file that you handed in holds none of the answers of this notebook."
    if any(map(_DAMAGED.search, found.notes)):
        return "Your file is damaged, and this answer was not found in what could be read of it."
    return ""


def may_end_otherwise(exercise):
    """Whether the same result (a dict) may be another next time: after trouble, or by a newer Python."""
    newer = exercise["state"] == "by hand" and is_newer_python(exercise["answer"])
    return newer or exercise["state"] == "not graded"


def why_newer(answer):
    """Why a person reads an answer that newer versions of Python may run; '' if it is none."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return NEWER.format(here, here) if is_newer_python(answer) else ""


def why_no_value(exercise, answer, error, verdict):
    """Why an answer has no value, in our words; nothing that the student's code said is quoted.

    A line of the source is quoted only where the source alone says that it is wrong. Where it ended and with
    which error depends on the hidden inputs: sixty numbered ``raise`` would tell one of them.
    """
    along, lines = _lines(answer)
    try:
        tree = ast.parse(answer)
    except SyntaxError as invalid:
        return f"Your cell is no valid Python{_at(lines, along, invalid.lineno)}: {invalid.msg}."
    except _BEYOND_THE_PARSER:
        return "Your cell is no valid Python."
    if error:
        kind = error.get("type", "")
        told = _ends_in_few_ways(tree)
        at = _in_line(lines, along, error.get("line")) if told else ""
        unknown = re.search(r"name '(\w{1,60})' is not defined", error.get("message", ""))
        name = unknown[1] if told and unknown and kind == "NameError" else ""
        if len(name) == 1 and re.search(rf"= *{name} *(#|$)", answer, re.MULTILINE):
            return f"Your cell takes {name} for a name{at}. Put a letter into quotes."
        if name and re.search(rf"\b{name}\b", answer):
            return (
                f"Your cell uses {name}{at}, which nothing before it defines. Only answer cells are run,"
                " with what they use of your own cells above; all else that an answer needs must stand in it."
            )
        if not told:
            return (
                "Your cell ends with an error. Where is not said here: a cell that raises errors itself, or"
                " is very long, could tell by it on which values it was tried."
            )
        if kind not in _USUAL_ERRORS:
            return f"Your cell ends with an error{at}."
        return f"Your cell ends with {_article(kind)}{at}."
    if isinstance(verdict, Failure):
        wanted = " and ".join(exercise.names) or "what was asked for"
        kind = f" ({verdict.kind})" if verdict.kind in _USUAL_ERRORS else ""
        return f"Your cell runs, but {wanted} has no value afterwards{kind}."
    return UNREAD


def _lines(answer):
    """(how many lines of other cells stand in front of an answer, all its lines)."""
    lines = answer.splitlines()
    return next((place for place, line in enumerate(lines) if ANCHOR.match(line)), 0), lines


def _ends_in_few_ways(tree):
    """Whether little can be told of the values on which a cell was run by where it ended."""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return max(len(statements), len(names)) <= _MOST_PLACES and not any(
        isinstance(node, (ast.Raise, ast.Assert)) for node in statements
    )


def _article(kind):
    return f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"


def _at(lines, along, number):
    if not isinstance(number, int) or not 1 <= number <= len(lines):
        return ""
    return f"{_in_line(lines, along, number)}, {lines[number - 1].strip()[:120]!r}"


def _in_line(lines, along, number):
    """Where it is, as the lines of the student's cell are numbered; ``along`` are put in front of it."""
    if not isinstance(number, int) or not 1 <= number <= len(lines):
        return ""
    return f" in line {number - along}" if number > along else " in what it uses of a cell above"
