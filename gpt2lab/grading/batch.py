"""Grade a class: every submission found, run and judged, each result stored as it comes, and the pages and
tables written.
"""

import difflib
import json
import shutil
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from gpt2lab.base.arguments import file_path, folder_path, whole_number
from gpt2lab.base.jobs import check_executor
from gpt2lab.base.storage import make_folder
from gpt2lab.base.wording import join_words
from gpt2lab.course.building.source import read_source
from gpt2lab.errors import ArgumentError
from gpt2lab.grading.answers.finding import FoundAnswers, find_answers
from gpt2lab.grading.instructors.absentees import absentees
from gpt2lab.grading.instructors.by_hand import ByHand
from gpt2lab.grading.instructors.exports import EXPORTS, write_exports
from gpt2lab.grading.instructors.roster import ROSTER, Roster, read_roster
from gpt2lab.grading.intake.submissions import SubmissionsError, find_submissions
from gpt2lab.grading.judging.assignment import find_source, read_assignment
from gpt2lab.grading.judging.findings import ExerciseResult, SubmissionResult
from gpt2lab.grading.judging.jobs import job_of, run_all
from gpt2lab.grading.judging.reasons import MISSING, NOT_GRADED, OPEN, is_blank, reason_for, why_missing
from gpt2lab.grading.lateness import penalty
from gpt2lab.grading.results.feedback import FEEDBACK, write_feedback
from gpt2lab.grading.results.gradebook import GRADEBOOK, REPORT, write_gradebook, write_report
from gpt2lab.grading.results.summary import ClassSummary, class_summary
from gpt2lab.grading.results.summary_page import SUMMARY, write_summary
from gpt2lab.grading.sandbox import bubblewrap
from gpt2lab.grading.settings import Settings, read_settings

PARTS = "parts"
_TRUSTED = "run without a sandbox (--trust)"


@dataclass(frozen=True)
class Graded:
    """A class, graded.

    Attributes
    ----------
    results : tuple of SubmissionResult
        In the order of the students' names; those who are on the roster and handed in nothing come last.
    summary : ClassSummary
    folder : Path or None
        Where everything was written; None for a trial (``dry_run``).
    """

    results: tuple
    summary: ClassSummary
    folder: Path | None


def grade(
    notebook,
    submissions,
    out="grades",
    course=None,
    *,
    workers=2,
    executor=None,
    only=(),
    trust=False,
    dry_run=False,
    students_in=None,
    roster=None,
    export=(),
):
    """Grade the submissions of one notebook.

    Each submission is rebuilt from the instructor's notebook and the student's answers, run under nbval in a
    sandbox, on other inputs than the student saw, and judged outside. What was graded is kept in
    ``out/parts``: the same call, made again after an interruption, goes on with what is missing. Answers that
    a person has to read are listed in ``out/by_hand.csv``; points and comments written there count.

    Parameters
    ----------
    notebook : str
        Its number or name, for example ``"03"``.
    submissions : str or Path
        Folder or archive; see `find_submissions` for how it may be laid out.
    out : str or Path, default "grades"
        Where ``gradebook.csv``, ``summary.html``, ``report.json`` and ``feedback/`` are written.
    course : str or Path, optional
        The folder with ``source/`` and ``course.toml``; by default ``instructor`` if there is such a folder,
        else ``notebooks``.
    workers : int, default 2
        Submissions at a time, each of which takes about one core.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs them, instead of so many threads; the machines behind it need gpt2lab and bubblewrap.
    only : sequence of str, default ()
        Students to grade; the others keep what they have.
    trust : bool, default False
        Run without a sandbox, with all that you may do; the gradebook says so.
    dry_run : bool, default False
        Only find the submissions and their answers; run and write nothing.
    students_in : str, optional
        In which folder the students are, where that cannot be told: ``"."`` for the top, ``"Week 3"``, or
        ``"*"`` for every folder of the first level.
    roster : str or Path, optional
        The list of the class, as CSV (see `read_roster`), by which those who handed in nothing have a row
        too; by default ``roster.csv`` in the course's folder, if it is there.
    export : sequence of str, default ()
        ``"moodle"``, ``"canvas"``, ``"nbgrader"``: tables for these are written to ``out``.

    Returns
    -------
    Graded

    Raises
    ------
    SandboxError
        If there is no sandbox here.
    SourceError, AssignmentError
        If the notebook is none, or its own solutions fail on the hidden inputs.
    SettingsError, SubmissionsError, SpreadsheetError, ArgumentError, StorageError
        If ``course.toml``, the submissions, ``by_hand.csv`` or an argument cannot be used, or something
        cannot be written.
    """
    course = _find_course(course)
    out = folder_path("out", out)
    workers = whole_number("workers", workers, 1, 64)
    executor = check_executor(executor)
    settings = read_settings(course / "course.toml") if (course / "course.toml").is_file() else Settings()
    assignment = read_assignment(course, notebook, settings.points)
    settings.check_points(_labels(course, notebook))
    if not (dry_run or trust or executor):
        bubblewrap.check()
    if not dry_run:
        _refuse_what_others_wrote(out, assignment.name)
        by_hand = ByHand(out, assignment.exercises)
    if unknown := [kind for kind in export if kind not in EXPORTS]:
        raise ArgumentError(f"export={unknown[0]!r} is unknown; give {', '.join(map(repr, EXPORTS))}.")
    roster = _read_roster(roster, course)
    handed_in = find_submissions(
        submissions,
        assignment.name,
        other_notebooks=[name for name in _names(course) if name != assignment.name],
        students_in=students_in,
    )
    chosen = _choose(handed_in, only)
    for name in settings.strangers(assignment.number, [submission.student for submission in handed_in]):
        warnings.warn(
            f"{settings.path}: {name!r} has an extension for {assignment.number} but handed in nothing under"
            " that name.",
            stacklevel=2,
        )
    absent, sure = absentees(roster, handed_in, assignment)
    found = {submission: find_answers_of(submission, assignment) for submission in handed_in}
    if dry_run:
        results = [
            result_of(submission, assignment, found[submission], None, settings, trust)
            for submission in chosen
        ]
        summary = class_summary(results, labels_in_words(assignment))
        return Graded((*results, *absent), summary, None)
    jobs = {
        submission: job_of(assignment, found[submission], settings, trust)
        for submission in handed_in
        if found[submission].sources
    }
    done = run_all(jobs, chosen, make_folder(out / PARTS), workers, executor, assignment.name)
    # Those of whom nothing is run are in the gradebook that is there already.
    known = set(handed_in) - set(jobs) if (out / REPORT).exists() else set()
    graded = [each for each in handed_in if each in done or each in chosen or each in known]
    _warn_of_those_left_out(each.student for each in handed_in if each not in graded)
    results = [
        result_of(submission, assignment, found[submission], done.get(submission), settings, trust)
        for submission in graded
    ]
    results = by_hand.add_to([*results, *absent])
    summary = _write(results, assignment, settings, out, by_hand.records())
    by_hand.add_pending(results)
    write_exports(
        export,
        [result for result in results if sure or not result.absent],
        out,
        roster,
        lambda student: settings.due_for(assignment.number, student),
    )
    return Graded(tuple(results), summary, out)


def _read_roster(path, course):
    if path is None:
        path = course / ROSTER
        return read_roster(path) if path.is_file() else Roster()
    return read_roster(file_path(path))


def _refuse_what_others_wrote(out, notebook):
    """The gradebook and the feedback of another notebook, or a folder of somebody else's, would be lost."""
    report = out / REPORT
    try:
        made = json.loads(report.read_bytes()) if report.is_file() else None
        other = (
            next((result["notebook"] for result in made["results"] if result["notebook"] != notebook), None)
            if made
            else None
        )
        strange = made is None and any((out / FEEDBACK).glob("*"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArgumentError(
            f"{report} cannot be read ({type(error).__name__}), so it may be no gradebook's; choose another"
            " folder for out."
        ) from error
    if other or strange:
        what = f"the grades of {other}" if other else f"a folder {FEEDBACK} of something else"
        raise ArgumentError(
            f"{out} holds {what}, which would be lost; choose another folder for out, such as"
            f" {out / notebook[:2]}."
        )


def _warn_of_those_left_out(students):
    if left := list(students):
        warnings.warn(
            f"Not in the gradebook, as not graded yet or changed since: {_join_few(left)}; the same command"
            " without --only grades them.",
            stacklevel=3,
        )


def _join_few(names, most=5):
    return join_words(names if len(names) <= most else [*names[:most], f"{len(names) - most} more"])


def _find_course(course):
    if course is not None:
        return folder_path("course", course)
    return next(
        (Path(name) for name in ("instructor", "notebooks") if (Path(name) / "source").is_dir()),
        Path("notebooks"),
    )


def _names(course):
    return [path.stem for path in sorted((course / "source").glob("*.py"))]


def _labels(course, notebook):
    """All exercises of a notebook, those worth nothing too."""
    return [cell.exercise for cell in read_source(find_source(course, str(notebook))) if cell.exercise]


def _choose(handed_in, only):
    students = {submission.student: submission for submission in handed_in}
    for name in only:
        if name not in students:
            near = difflib.get_close_matches(name, students, n=1, cutoff=0.3)
            raise ArgumentError(
                f"only={name!r} handed in nothing under that name"
                + (f"; did you mean {near[0]!r}?" if near else ".")
            )
    return [students[name] for name in only] if only else list(handed_in)


def find_answers_of(submission, assignment):
    """The `FoundAnswers` of a submission; none, and a note, where it cannot be read."""
    if submission.handed is None:
        return FoundAnswers()  # its notes say why
    try:
        return find_answers(submission.read(), assignment.exercises, assignment.given)
    except SubmissionsError as error:
        return FoundAnswers(notes=(str(error),))


def result_of(submission, assignment, found, done, settings, trust):
    """One submission's result; ``done`` is what the run gave, None if it was not run."""
    notes = [*submission.notes, *found.notes]
    if submission.late:
        notes.append("the learning platform marked it as late")
    if trust:
        notes.append(_TRUSTED)
    if done and "trouble" in done:
        notes.append(f"could not be graded: {done['trouble']}")
    exercises = tuple(
        _exercise_result(exercise, submission, found, done, settings) for exercise in assignment.exercises
    )
    result = SubmissionResult(
        submission.student,
        submission.file,
        assignment.name,
        exercises,
        submission.submitted,
        notes=tuple(notes),
        checksum=submission.checksum,
        seconds=(done or {}).get("seconds", 0.0),
        sandboxed=not trust,
    )
    days, lost = penalty(settings, assignment.number, submission.student, submission.submitted, result.points)
    if lost and submission.clock not in ("timestamp.txt", "name"):
        notes.append(
            f"late by the date of its {submission.clock}, which may be that of a download: look whether the"
            " points were rightly taken off"
        )
    return replace(result, late_days=days, penalty=lost, notes=tuple(notes))


def _exercise_result(exercise, submission, found, done, settings):
    if done and "exercises" in done:
        result = next(ExerciseResult(**made) for made in done["exercises"] if made["label"] == exercise.label)
        result = replace(
            result,
            points=exercise.points,
            earned=exercise.points * result.earned,
            reason=reason_for(result, exercise),
        )
    else:
        answer = found.sources.get(exercise.label)
        if answer is None:
            state = "missing"
            reason = MISSING
        elif is_blank(exercise, answer):
            state = "unanswered"
            reason = OPEN
        else:
            state = "not graded"
            reason = NOT_GRADED
        result = ExerciseResult(
            exercise.label, exercise.title, exercise.points, state=state, reason=reason, answer=answer or ""
        )
    if result.state == "missing" and (why := why_missing(submission, found)):
        result = replace(result, reason=why)
    return result.of_words(settings.written) if exercise.written else result


def labels_in_words(assignment):
    """The exercises whose answer is in words."""
    return frozenset(exercise.label for exercise in assignment.exercises if exercise.written)


def _write(results, assignment, settings, out, records):
    written = labels_in_words(assignment)
    write_gradebook(results, out / GRADEBOOK)
    write_report(results, out / REPORT, settings, records)
    results = [result for result in results if not result.absent]
    summary = class_summary(results, written)
    shutil.rmtree(out / FEEDBACK, ignore_errors=True)
    write_feedback(
        results, out / FEEDBACK, lambda student: settings.due_for(assignment.number, student), written
    )
    write_summary(summary, out / SUMMARY)
    return summary
