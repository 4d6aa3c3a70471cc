"""What is said of an answer, where its source, or the file that it stood in, tells more than its
value does.
"""

import re

from gpt2lab.course.checks.checking import is_computed, is_typed
from gpt2lab.grading.judging.running import is_blank

TYPED = (
    "You typed a value. Your cell was run with other values than those you saw: write it as an expression of"
    " the variables, so that it is right for them too."
)
_DAMAGED = re.compile("What is whole in it was read")  # in a note on the whole file


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
    if result.state == "wrong" and is_computed(exercise.label) and _typed(result.answer):
        return TYPED
    if result.state == "unanswered" and not is_blank(exercise, result.answer):
        return (
            "Your function returns nothing: it needs a return."
            if "def " in exercise.blank
            else "There is still no value in the place of the three dots."
        )
    return result.reason


def _typed(source):
    try:
        return is_typed(source)
    except (
        ValueError,
        RecursionError,
        MemoryError,
    ):  # what students upload can bring Python's parser to its limits
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
