"""What a grading says in the terminal."""

from gpt2lab.base.wording import pluralize
from gpt2lab.grading.results.feedback import FEEDBACK
from gpt2lab.grading.results.gradebook import GRADEBOOK
from gpt2lab.grading.results.summary_page import SUMMARY
from gpt2lab.grading.results.untrusted import name_of, one_line

_WIDTH = 28  # characters of a name


def graded_in_words(graded):
    """A graded class: the summary, what was not graded, and where everything is."""
    lines = [graded.summary.in_words(), ""]
    unsure = sum(exercise.state == "not graded" for result in graded.results for exercise in result.exercises)
    if reads := sum(
        exercise.state == "by hand" for result in graded.results for exercise in result.exercises
    ):
        lines.append(
            f"{pluralize(reads, 'answer')} for you to read, side by side in the summary; the points of these"
            " are not in it yet."
        )
    if unsure:
        lines.append(f"{pluralize(unsure, 'answer')} could not be graded; the same command tries again.")
    if not all(result.sandboxed for result in graded.results):
        lines.append("The submissions were run without a sandbox (--trust); the gradebook says so.")
    lines.append(
        f"Written: {graded.folder / GRADEBOOK}, {graded.folder / SUMMARY}, and a page a student in"
        f" {graded.folder / FEEDBACK}."
    )
    return "\n".join(lines)


def found_in_words(graded):
    """A trial: a line a student with the answers that were found and are not blank, and the notes."""
    lines = []
    for result in graded.results:
        there = sum(exercise.state not in ("missing", "unanswered") for exercise in result.exercises)
        when = (result.submitted or "")[:16].replace("T", " ")
        lines.append(
            f"{one_line(name_of(result.student), _WIDTH):<{_WIDTH}}  {there} of"
            f" {pluralize(len(result.exercises), 'answer')}  {when:<16}  {one_line(result.file, 80)}".rstrip()
        )
        lines += [f"    {one_line(note, 160)}" for note in result.notes]
    return "\n".join([*lines, f"{pluralize(len(lines and graded.results), 'submission')}; nothing was run."])
