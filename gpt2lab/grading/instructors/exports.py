"""The results as tables that learning platforms import: the columns that they ask for, and nothing that is
not known yet.
"""

import csv
import io
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path

from gpt2lab.base.storage import write_bytes
from gpt2lab.grading.instructors.roster import Person, platform_numbers, say_who
from gpt2lab.grading.intake.naming import clean_name
from gpt2lab.grading.results.gradebook import by_student
from gpt2lab.grading.results.untrusted import spreadsheet_cell

_COMMENT = 5_000  # characters


def write_exports(kinds, results, folder, roster, due_for):
    """Write ``moodle.csv``, ``canvas.csv``, ``nbgrader.csv``: a row a student whose points are all known.

    Parameters
    ----------
    kinds : iterable of str
        Of `EXPORTS`.
    results : iterable of SubmissionResult
    folder : str or Path
    roster : Roster
        May be empty: then only what the platform's own names of files tell is known of the students.
    due_for : callable
        From a student's name to when the notebook is due (datetime or None).

    Returns
    -------
    list of Path

    Raises
    ------
    StorageError
        If one could not be written.
    """
    results = by_student(results)
    if kinds and (waiting := [clean_name(each.student) for each in results if each.open_points]):
        warnings.warn(
            f"Not exported, as points are not known yet: {say_who(waiting)}; give them in by_hand.csv, and"
            " export again.",
            stacklevel=3,
        )
    known = [
        (result, _person_of(result, roster))
        for result in results
        if result.points and not result.open_points and not _may_still_come(result, due_for)
    ]
    paths = []
    for kind in dict.fromkeys(kinds):
        table = io.StringIO(newline="")
        csv.writer(table).writerows(EXPORTS[kind](known, roster, due_for))
        paths.append(Path(folder) / f"{kind}.csv")
        # Without a mark of UTF-8, which importers take for a part of the first column's name.
        write_bytes(paths[-1], table.getvalue().encode())
    return paths


def _may_still_come(result, due_for):
    due = due_for(result.student) if result.absent else None
    return due is not None and due > datetime.now(UTC)


def _person_of(result, roster):
    """What is known of a student; of one who is on no list, the name and what the file's name tells."""
    participant, canvas = platform_numbers(result.file)
    person = roster.find(result.student, result.file)
    if person is None:
        name = clean_name(result.student)
        person = Person(name=name, written=name)
    told = vars(person) | {"participant": person.participant or participant, "id": person.id or canvas}
    return Person(**{kind: spreadsheet_cell(text) for kind, text in told.items()})


def _moodle(known, roster, due_for):
    """For *Upload grading worksheet* of an assignment, and for *Import* > *CSV file* of the gradebook."""
    yield [
        "Identifier",
        "Full name",
        "Email address",
        "ID number",
        "Username",
        "Grade",
        "Maximum Grade",
        "Last modified (grade)",
        "Feedback comments",
    ]
    for result, person in known:
        identifier = f"Participant {person.participant}" if person.participant else ""
        yield [
            identifier,
            person.name,
            person.email,
            person.number,
            person.login,
            _number(result.earned),
            _number(result.points),
            "",
            _comments(result),
        ]


def _canvas(known, roster, due_for):
    """For *Import* of the gradebook; the assignment's column as the exported gradebook calls it."""
    if not known:
        return
    column = _column_of(known[0][0].notebook, roster.header)
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    # Spaces before it, as Canvas itself writes the line.
    yield ["    Points Possible", "", "", "", "", _number(known[0][0].points)]
    for result, person in known:
        yield [person.written, person.id, person.number, person.login, person.section, _number(result.earned)]


def _nbgrader(known, roster, due_for):
    """As ``nbgrader export`` writes it."""
    yield [
        "assignment",
        "duedate",
        "timestamp",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "raw_score",
        "late_submission_penalty",
        "score",
        "max_score",
    ]
    for result, person in known:
        due = due_for(result.student)
        yield [
            result.notebook,
            due.isoformat(sep=" ") if due else "",
            (result.submitted or "").replace("T", " "),
            person.id or person.login or person.number or person.name,
            person.last,
            person.first,
            person.email,
            _number(sum(exercise.earned for exercise in result.exercises)),
            _number(result.penalty),
            _number(result.earned),
            _number(result.points),
        ]


EXPORTS = {"moodle": _moodle, "canvas": _canvas, "nbgrader": _nbgrader}


def _column_of(notebook, header):
    """What the assignment is called: as in the exported gradebook, with its number, if it is there."""
    words = re.sub(r"[\W_]+", " ", notebook).strip().casefold()
    titles = {
        name: re.sub(r"[\W_]+", " ", re.sub(r"\(\d+\)\s*$", "", name)).strip().casefold() for name in header
    }
    for fits in (lambda title: title == words, lambda title: title.startswith(f"{words[:2]} ")):
        found = [name for name, title in titles.items() if fits(title)]
        if len(found) == 1:
            return found[0]
    return notebook[:2] + " " + notebook[3:].replace("_", " ").capitalize()


def _comments(result):
    comments = " ".join(
        f"{exercise.label}: {exercise.comment.strip()}"
        for exercise in result.exercises
        if exercise.comment.strip()
    )
    return spreadsheet_cell(comments, _COMMENT)


def _number(value):
    value = round(float(value), 2)
    return int(value) if value.is_integer() else value
