"""What became of a class, in tables for the instructor."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpt2lab.base.wording import pluralize
from gpt2lab.grading.answers.student_source import prose
from gpt2lab.grading.judging.findings import OPEN, STATES
from gpt2lab.grading.results.alike import find_alike
from gpt2lab.grading.results.feedback import capitalize, notebook_title
from gpt2lab.grading.results.gradebook import by_student
from gpt2lab.grading.results.untrusted import name_of, one_line

_REASONED = ("wrong", "failed", "stopped")
_NUMBER = re.compile(r"(?<!\w)[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?!\w)")
_REASON = 300  # characters of a reason in a table


@dataclass(frozen=True)
class ClassSummary:
    """What became of a class.

    Attributes
    ----------
    notebook : str
        The assignment.
    exercises : pandas.DataFrame
        A row an exercise, its label the index: title, points, submissions; for each state of an answer its
        count and its share (``right``, ``right_share``); mean_points and mean_share (of the points) over the
        submissions whose points are known.
    reasons : pandas.DataFrame
        Why answers were not right: label, state, reason, count and share of the submissions, the most
        frequent first. Numbers in which reasons differ are written as an ellipsis.
    totals : pandas.DataFrame
        A row a submission: student, points, out_of, per_cent (of the points that are known), late_days,
        penalty, open_points (not known yet).
    distribution : pandas.DataFrame
        Submissions in each tenth of the points: from_per_cent, to_per_cent, submissions.
    alike : tuple of Alike
        Submissions with the same unusual answer, to look at.
    answers : dict of str to tuple of (str, str, str, str)
        For each exercise whose answer is in words: student, state, words and note; untrusted text.
    notes : tuple of (str, str)
        Student and note for the instructor; one line each.
    """

    notebook: str
    exercises: pd.DataFrame
    reasons: pd.DataFrame
    totals: pd.DataFrame
    distribution: pd.DataFrame
    alike: tuple
    answers: dict
    notes: tuple

    @property
    def hardest(self):
        """The label of the exercise with the smallest share of its points, of those whose points are all
        known; None if none is harder than the others.
        """
        shares = self.exercises["mean_share"][~self.exercises[list(OPEN)].any(axis=1)].dropna()
        return shares.idxmin() if shares.nunique() > 1 else None

    @property
    def title(self):
        """The assignment in words."""
        return capitalize(notebook_title(self.notebook) if self.notebook else "class")

    def describe_points(self):
        """How many submissions there are, and their points, in a sentence."""
        points = self.totals["points"]
        if points.empty:
            return "no submissions."
        waiting = self.totals["open_points"].sum()
        return (
            f"{pluralize(len(points), 'submission')}, {points.mean():.1f} of {self.totals['out_of'].max():g}"
            f" points on average{' so far' if waiting else ''} (median {points.median():g}, from"
            f" {points.min():g} to {points.max():g}"
            + (f"; {waiting:g} points not given yet)." if waiting else ").")
        )


def class_summary(results, written=frozenset()):
    """Sum up the results of a class.

    Parameters
    ----------
    results : iterable of SubmissionResult
        Of one assignment.
    written : set of str, optional
        The exercises whose answer is in words.

    Returns
    -------
    ClassSummary
    """
    results = by_student(results)
    totals = _totals(results)
    return ClassSummary(
        notebook=results[0].notebook if results else "",
        exercises=_exercises(results),
        reasons=_reasons(results),
        totals=totals,
        distribution=_distribution(totals),
        alike=find_alike(results, written),
        answers=_answers(results, written),
        notes=tuple(
            (name_of(result.student), one_line(note, _REASON))
            for result in results
            for note in _notes(result, written)
            if note.strip()
        ),
    )


def _by_label(results):
    """The exercises of all submissions by their label: dict of str to list of (SubmissionResult,
    ExerciseResult).
    """
    found = defaultdict(list)
    for result in results:
        for exercise in result.exercises:
            found[exercise.label].append((result, exercise))
    return found


def _exercises(results):
    rows = {}
    for label, members in _by_label(results).items():
        first = members[0][1]
        states = Counter(exercise.state for _, exercise in members)
        known = [exercise.earned for _, exercise in members if exercise.state not in OPEN]
        mean = float(np.mean(known)) if known else np.nan
        rows[label] = {
            "title": one_line(capitalize(first.title), 100),
            "points": first.points,
            "submissions": len(members),
        }
        rows[label] |= {state: states[state] for state in STATES} | {
            f"{state}_share": states[state] / len(members) for state in STATES
        }
        rows[label] |= {"mean_points": mean, "mean_share": mean / first.points if first.points else np.nan}
    columns = [
        "title",
        "points",
        "submissions",
        *STATES,
        *(f"{state}_share" for state in STATES),
        "mean_points",
        "mean_share",
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _reasons(results):
    rows = []
    for label, members in _by_label(results).items():
        said = defaultdict(Counter)
        for _, exercise in members:
            reason = one_line(exercise.reason, _REASON)
            if exercise.state in _REASONED and reason:
                said[exercise.state, _NUMBER.sub("…", reason)][reason] += 1
        rows += [
            (
                label,
                state,
                next(iter(exact)) if len(exact) == 1 else pattern,
                exact.total(),
                exact.total() / len(members),
            )
            for (state, pattern), exact in said.items()
        ]
    table = pd.DataFrame(rows, columns=["label", "state", "reason", "count", "share"])
    return table.sort_values("count", ascending=False, kind="stable", ignore_index=True)


def _totals(results):
    rows = [
        (
            name_of(result.student),
            result.earned,
            result.points,
            100 * result.earned / known if (known := result.points - result.open_points) else np.nan,
            result.late_days,
            result.penalty,
            result.open_points,
        )
        for result in results
    ]
    columns = ["student", "points", "out_of", "per_cent", "late_days", "penalty", "open_points"]
    return pd.DataFrame(rows, columns=columns)


def _distribution(totals):
    edges = np.arange(0, 101, 10)
    # All of the points belong to the last tenth.
    counts, _ = np.histogram(totals["per_cent"].dropna().to_numpy(dtype=float), bins=edges)
    return pd.DataFrame({"from_per_cent": edges[:-1], "to_per_cent": edges[1:], "submissions": counts})


def _answers(results, written):
    return {
        label: tuple(
            (
                name_of(result.student),
                exercise.state,
                prose(exercise.answer),
                one_line(exercise.note, _REASON),
            )
            for result, exercise in members
            if exercise.answer.strip()
        )
        for label, members in _by_label(results).items()
        if label in written
    }


def _notes(result, written):
    trusted = () if result.sandboxed else ("Ran without the sandbox (--trust).",)
    # How an answer failed fills report.json; here stands what a person should look at.
    looked_at = (
        exercise
        for exercise in result.exercises
        if exercise.note.strip() and exercise.state in ("right", *OPEN)
    )
    # The note of an answer that is read by a person stands beside it.
    return (
        *trusted,
        *result.notes,
        *(
            f"{each.label}: {each.note}"
            for each in looked_at
            if not (each.label in written and each.state == "by hand")
        ),
    )


def percent(share):
    """A share as people write it: ``80 %``; a dash where there is none."""
    return "–" if share != share else f"{100 * share:.0f} %"
