"""Answers that several submissions share and few others have: something to look at, and no proof of
anything.
"""

from collections import defaultdict
from dataclasses import dataclass

from gpt2lab.grading.answers.student_source import normalise, prose
from gpt2lab.grading.results.untrusted import name_of

LONG = 60  # characters of code below which two people come upon the same by themselves
WORDY = 15  # the same for words of an answer in words
# An answer that more people have, and a larger share of the class, is a common one.
FEW = 3
SHARE = 0.1


@dataclass(frozen=True)
class Alike:
    """Submissions that share something unusual.

    Attributes
    ----------
    label : str
        The exercise; empty if the whole files are the same.
    students : tuple of str
        One line each.
    answer : str
        The source of the first of them; untrusted text.
    """

    label: str
    students: tuple
    answer: str = ""


def find_alike(results, written=frozenset()):
    """Submissions with the same unusual answer.

    Compared are answers that are not right, without their comments and spaces, and answers in words, without
    case and line ends; besides, whole files.

    Parameters
    ----------
    results : list of SubmissionResult
    written : set of str
        The exercises whose answer is in words.

    Returns
    -------
    tuple of Alike
        Whole files first, then in the order of the exercises.
    """
    groups = defaultdict(list)
    order = [""]
    for result in results:
        if result.checksum:
            groups["", result.checksum].append((result, ""))
        for exercise in result.exercises:
            order += [exercise.label] * (exercise.label not in order)
            key = _key(exercise, exercise.label in written)
            if key:
                groups[exercise.label, key].append((result, exercise.answer))
    most = max(FEW, int(SHARE * len(results)))
    found = [
        Alike(label, tuple(name_of(result.student) for result, _ in members), members[0][1])
        for (label, _), members in groups.items()
        if 2 <= len(members) and (len(members) <= most or not label)
    ]
    return tuple(sorted(found, key=lambda group: (order.index(group.label), -len(group.students))))


def _key(exercise, in_words):
    """What answers are compared by; empty if this one says nothing when it is shared."""
    if exercise.state in ("unanswered", "missing", "not graded") or not exercise.answer:
        return ""
    if in_words:
        words = prose(exercise.answer).casefold().split()
        return " ".join(words) if len(words) >= WORDY else ""
    code = "" if exercise.state in ("right", "by hand") else normalise(exercise.answer)
    return code if len(code) >= LONG else ""
