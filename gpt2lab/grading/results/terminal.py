"""What a grading says in the terminal."""

import html
import re
import textwrap

from gpt2lab.base.wording import join_words, pluralize
from gpt2lab.grading.judging.findings import STATES
from gpt2lab.grading.results.feedback import (
    FEEDBACK,
    capitalize,
    name_worth,
    notebook_title,
    say_result,
    what_next,
)
from gpt2lab.grading.results.gradebook import BY_HAND, GRADEBOOK
from gpt2lab.grading.results.summary import percent
from gpt2lab.grading.results.summary_page import SUMMARY
from gpt2lab.grading.results.untrusted import name_of, one_line

_WIDTH = 28  # characters of a name,
_PAGE = 100  # of a line of text,
_LONGEST = 2_000  # and of a reason


def describe_class(summary, reasons=3):
    """A `ClassSummary` as lines of text, with the most frequent ``reasons``."""
    lines = [f"{summary.title}: {summary.describe_points()}"]
    names = [one_line(f"{label} {title}", 34) for label, title in summary.exercises["title"].items()]
    for name, (_, row) in zip(names, summary.exercises.iterrows()):
        states = ", ".join(f"{row[state]} {state}" for state in STATES if row[state])
        lines.append(f"  {name:<{max(map(len, names))}}  {percent(row['mean_share']):>5}  {states}")
    if summary.hardest:
        lines.append(f"Hardest: {summary.hardest} {summary.exercises['title'][summary.hardest]}.")
    for row in summary.reasons.head(reasons).itertuples():
        times = "Once" if row.count == 1 else f"{row.count} times"
        lines.append(f"{times} in {row.label}: {one_line(row.reason, 110)}")
    if summary.alike:
        shares, them = ("shares", "it") if len(summary.alike) == 1 else ("share", "them")
        lines.append(
            f"{pluralize(len(summary.alike), 'group')} of submissions {shares} an unusual answer;"
            f" look at {them} in the summary, it is no proof."
        )
    if summary.notes:
        noted = list(dict.fromkeys(student for student, _ in summary.notes))
        whom = join_words(noted) if len(noted) <= 5 else pluralize(len(noted), "submission")
        lines.append(f"There are notes on {whom}; read them in the summary.")
    return "\n".join(lines)


def describe_grades(graded):
    """A graded class: the summary, what was not graded, and where everything is."""
    lines = [describe_class(graded.summary), ""]
    states = [exercise.state for result in graded.results for exercise in result.exercises]
    if reads := states.count("by hand"):
        lines.append(
            f"{pluralize(reads, 'answer')} for you to read, side by side in the summary: write the points"
            f" into {graded.folder / BY_HAND} and give the same command again."
        )
    if unsure := states.count("not graded"):
        lines.append(f"{pluralize(unsure, 'answer')} could not be graded; the same command tries again.")
    if not all(result.sandboxed for result in graded.results):
        lines.append("The submissions were run without a sandbox (--trust); the gradebook says so.")
    if absent := [name_of(result.student) for result in graded.results if result.absent]:
        shown = absent if len(absent) <= 5 else [*absent[:5], f"{len(absent) - 5} more"]
        lines.append(f"On the roster, and handed in nothing: {join_words(shown)}.")
    lines.append(
        f"Written: {graded.folder / GRADEBOOK}, {graded.folder / SUMMARY}, and a page a student in"
        f" {graded.folder / FEEDBACK}."
    )
    return "\n".join(lines)


def describe_feedback(result, remark=""):
    """What a student's page says, without the answers, as text.

    Parameters
    ----------
    result : SubmissionResult
    remark : str, default ""
        Said at the end.

    Returns
    -------
    str
    """
    said = " ".join(html.unescape(re.sub("<[^>]+>", "", words)) for words in say_result(result))
    parts = [_wrap(f"{capitalize(notebook_title(result.notebook))}. {said}")]
    for exercise in result.exercises:
        sign, word, next_step = what_next(exercise)
        title = one_line(f"{exercise.label} {capitalize(exercise.title)}", 100)
        reason = one_line(exercise.reason, _LONGEST)
        parts.append(
            "\n".join(
                [
                    f"{sign} {title}: {word.lower()}, {name_worth(exercise)}",
                    *([_wrap(reason, "  ")] if reason else []),
                    *([_wrap(f"What to do next. {next_step}", "  ")] if next_step else []),
                ]
            )
        )
    if result.notes:
        notes = "\n".join(_wrap(f"- {one_line(note, _LONGEST)}", "  ") for note in result.notes)
        parts.append(f"What the grader noted about the file:\n{notes}")
    return "\n\n".join([*parts, *([_wrap(remark)] if remark else [])])


def _wrap(text, indent=""):
    return textwrap.fill(text, _PAGE, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def describe_trial(graded):
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
    count = sum(not result.absent for result in graded.results)
    return "\n".join([*lines, f"{pluralize(count, 'submission')}; nothing was run."])
