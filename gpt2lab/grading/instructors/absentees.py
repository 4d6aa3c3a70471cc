"""Those on the list of the class who handed in nothing."""

import warnings

from gpt2lab.grading.instructors.roster import say_who
from gpt2lab.grading.judging.findings import ExerciseResult, SubmissionResult
from gpt2lab.grading.judging.reasons import NOTHING


def absentees(roster, handed_in, assignment):
    """Results of those who handed in nothing.

    Parameters
    ----------
    roster : Roster
        May be empty.
    handed_in : sequence of Submission
    assignment : Assignment

    Returns
    -------
    (list of SubmissionResult, bool)
        And whether that is sure: not while somebody handed in who is not found on the roster, and may be one
        of them.
    """
    there = {submission: roster.find(submission.student, submission.file) for submission in handed_in}
    strangers = [each.student for each, person in there.items() if person is None] if roster.people else []
    if strangers:
        warnings.warn(
            f"Not on the roster, or not to be told apart there: {say_who(strangers)}. They are graded; so"
            " long as they may be among the roster's absentees, no noughts of absentees are exported.",
            stacklevel=3,
        )
    for person in roster.people:
        if len(same := [each.student for each, found in there.items() if found == person]) > 1:
            warnings.warn(
                f"{say_who(same)} seem to be one, {person.name} of the roster; each has a row.", stacklevel=3
            )
    taken = {each.student for each in handed_in}
    missing = tuple(
        ExerciseResult(each.label, each.title, each.points, state="missing", reason=NOTHING)
        for each in assignment.exercises
    )
    absent = [
        SubmissionResult(
            person.name if person.name not in taken else f"{person.name} (roster)",
            "",
            assignment.name,
            missing,
            notes=("on the roster, and handed in nothing",),
            absent=True,
        )
        for person in roster.people
        if person not in there.values()
    ]
    return absent, not strangers
