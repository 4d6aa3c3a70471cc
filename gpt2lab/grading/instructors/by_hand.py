"""Points and comments that a person gives, in a table beside the gradebook: written with what waits to be
read, filled in with a spreadsheet, read again by every grading, and never written over.
"""

import csv
import hashlib
import io
import json
import re
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from gpt2lab.base.storage import write_bytes
from gpt2lab.base.wording import join_words
from gpt2lab.grading.answers.student_source import prose
from gpt2lab.grading.instructors.spreadsheets import SpreadsheetError, fold, read_sheet
from gpt2lab.grading.results.gradebook import BY_HAND, REPORT
from gpt2lab.grading.results.untrusted import one_line, spreadsheet_cell

COLUMNS = ("student", "exercise", "points", "out of", "comment", "answer", "found")
_NEEDED = ("student", "exercise", "points", "comment")
_MOST_NAMED = 5
_EXPLAINED = ("wrong", "failed", "stopped")
_CHANGED = (
    "{}: the answer has changed since its points were given by hand. They stay as they are; read it, and"
    " change its line in " + BY_HAND + " (points or comment), after which this is said no more"
)


@dataclass(frozen=True)
class Line:
    """One line of the table: ``number`` is that of the file, ``label`` empty if the exercise is none of this
    notebook, ``points`` None if there are none.
    """

    number: int
    student: str
    exercise: str
    label: str
    points: float | None
    comment: str

    @property
    def is_empty(self):
        return self.points is None and not self.comment


class ByHand:
    """What a person adds to the results of a notebook.

    Parameters
    ----------
    folder : str or Path
        Of the gradebook; there may be a ``by_hand.csv`` in it.
    exercises : sequence
        With ``label``, ``title`` and ``points``.

    Raises
    ------
    SpreadsheetError
        If a line cannot be understood, or gives more than an exercise is worth.
    """

    def __init__(self, folder, exercises):
        self.path = Path(folder) / BY_HAND
        self._exercises = {exercise.label: exercise for exercise in exercises}
        self._sheet = read_sheet(self.path) if self.path.exists() else None
        self._lines = self._read() if self._sheet else []
        self._answers, self._records = _read_report(Path(folder) / REPORT)

    def add_to(self, results):
        """The results with the points and comments of the table; a line that fits nobody is warned of, and
        stays.

        Parameters
        ----------
        results : iterable of SubmissionResult

        Returns
        -------
        list of SubmissionResult
        """
        results = list(results)
        owner_of = _owners(results)
        given = {}
        astray = []
        for line in self._lines:
            student = owner_of(line.student) if line.label else None
            if student is None:
                astray += [] if line.is_empty else [line]
            elif not line.is_empty:
                if before := given.get((student, line.label)):
                    raise SpreadsheetError(
                        f"{self.path}: lines {before.number} and {line.number} are both on {line.label} of"
                        f" {one_line(student, 60)}; leave one of the two."
                    )
                given[student, line.label] = line
        if astray:
            named = [f"{one_line(line.student, 40)}, {one_line(line.exercise, 40)}" for line in astray]
            more = [f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
            warnings.warn(
                f"{self.path} has points or a comment for what is not among the graded answers: line"
                f" {astray[0].number} ({'; '.join([*named[:_MOST_NAMED], *more])}). They are kept"
                " there, and count nowhere.",
                stacklevel=3,
            )
        return [self._with_lines(result, given) for result in results]

    def add_pending(self, results):
        """Add a line for each answer that waits for a person and has none; what stands there stays to the
        last byte.
        """
        owner_of = _owners(results)
        there = {(owner_of(line.student), line.label) for line in self._lines}
        rows = sorted(
            (
                (exercise, result.student)
                for result in results
                for exercise in result.exercises
                if exercise.state == "by hand" and (result.student, exercise.label) not in there
            ),
            key=lambda row: (row[0].label, row[1].casefold()),
        )
        rows = [
            {
                "student": spreadsheet_cell(student),
                # With words behind it no spreadsheet takes it for a number or a date.
                "exercise": spreadsheet_cell(f"{exercise.label} {exercise.title}", 80),
                "out of": f"{exercise.points:g}",
                "answer": spreadsheet_cell(prose(exercise.answer)),
                "found": spreadsheet_cell(exercise.note),
            }
            for exercise, student in rows
        ]
        if not rows:
            return
        if self._sheet:
            write_bytes(self.path, self._sheet.with_rows(rows))
            return
        buffer = io.StringIO(newline="")
        table = csv.DictWriter(buffer, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
        write_bytes(self.path, buffer.getvalue().encode("utf-8-sig"))

    def records(self):
        """What ``report.json`` keeps of the lines with points, to know next time whether the answer is still
        the one that was read: list of dict.
        """
        return self._records

    def _read(self):
        names = set().union(*(row for _, row in self._sheet.rows)) if self._sheet.rows else set(_NEEDED)
        if missing := [name for name in _NEEDED if name not in names]:
            raise SpreadsheetError(
                f"{self.path} has no column {join_words(missing)}; its first line is {', '.join(COLUMNS)}."
            )
        return [self._line(number, row) for number, row in self._sheet.rows]

    def _line(self, number, row):
        row = {name: row.get(name, "") for name in _NEEDED}
        label = self._label(number, row["exercise"])
        points = self._points(number, row["points"], label)
        return Line(number, row["student"], row["exercise"], label, points, row["comment"])

    def _label(self, number, written):
        """``03.6 When to stop`` and what spreadsheets make of ``03.6``; '' if the notebook has none such."""
        found = re.match(r"\D{0,12}?(\d{1,2})[.,](\d{1,3})(?!\d)", written)
        if not found:
            return ""
        label = f"{found[1].zfill(2)}.{found[2]}"
        if len(found[1]) == 1 and f"{label}0" in self._exercises:
            raise SpreadsheetError(
                f"{self.path}, line {number}: the exercise {written!r} may be {label} or {label}0, as a"
                f' spreadsheet drops noughts; write it with a word, such as "exercise {label}".'
            )
        return label if label in self._exercises else ""

    def _points(self, number, written, label):
        if not written:
            return None
        if not re.fullmatch(r"'?\d{1,4}([.,]\d{1,4})?", written):
            raise SpreadsheetError(
                f"{self.path}, line {number}: the points {one_line(written, 40)!r} are no number; write"
                " them as in 1.5 or 1,5."
            )
        points = float(written.lstrip("'").replace(",", "."))
        worth = self._exercises[label].points if label else points
        if points > worth:
            raise SpreadsheetError(
                f"{self.path}, line {number}: {points:g} points, but {label} is worth {worth:g}; give at"
                " most so many, or make it worth more in [grading.points] of course.toml."
            )
        return points

    def _with_lines(self, result, given):
        notes = list(result.notes)
        exercises = []
        for exercise in result.exercises:
            line = given.get((result.student, exercise.label))
            if line and line.points is not None and self._is_changed(result.student, exercise, line):
                notes.append(_CHANGED.format(exercise.label))
            exercises.append(_with_line(exercise, line) if line else exercise)
        return replace(result, exercises=tuple(exercises), notes=tuple(notes))

    def _is_changed(self, student, exercise, line):
        """Whether the answer is another one than that which lay before the person who wrote the line."""
        wanted = {"student": student, "label": exercise.label, "points": line.points, "comment": line.comment}
        record = next(
            (each for each in self._records if {name: each.get(name) for name in wanted} == wanted), None
        )
        if record is None:
            shown = self._answers.get((student, exercise.label), exercise.answer)
            record = wanted | {"read": _checksum(shown)}
            self._records = [
                each
                for each in self._records
                if (each.get("student"), each.get("label")) != (student, exercise.label)
            ] + [record]
        return record["read"] != _checksum(exercise.answer)


def _with_line(exercise, line):
    if line.points is None:
        return replace(exercise, comment=line.comment)
    said = {"right": "right", "wrong": "not right"}.get(exercise.state, "")
    note = f"The points were given by hand; the check called it {said}." if said else exercise.note
    # What was not right still helps; that somebody will read it does not.
    reason = exercise.reason if exercise.state in _EXPLAINED and line.points < exercise.points else ""
    return replace(exercise, state="read", earned=line.points, reason=reason, comment=line.comment, note=note)


def _owners(results):
    """A function from a name in a table to the student of that name; None if there is none, or more than
    one.
    """
    exact = {}
    folded = {}
    for result in results:
        for name in {result.student, spreadsheet_cell(result.student)}:
            exact.setdefault(name, set()).add(result.student)
            folded.setdefault(fold(name), set()).add(result.student)

    def owner_of(written):
        students = exact.get(written) or folded.get(fold(written)) or ()
        return next(iter(students)) if len(students) == 1 else None

    return owner_of


def _read_report(path):
    """(answers by student and label, records) of the grading before; nothing if there was none."""
    try:
        report = json.loads(path.read_bytes())
        answers = {
            (result["student"], exercise["label"]): exercise["answer"]
            for result in report["results"]
            for exercise in result["exercises"]
        }
        records = [record for record in report.get("by_hand", ()) if isinstance(record["read"], str)]
    except (OSError, ValueError, KeyError, TypeError):
        return {}, []
    return answers, records


def _checksum(answer):
    return hashlib.sha256(" ".join(answer.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
