"""What is written down for a class: ``gradebook.csv`` for a spreadsheet, ``report.json`` with everything."""

import csv
import io
import json
from datetime import datetime

from gpt2lab.base.storage import write_bytes
from gpt2lab.base.version import __version__
from gpt2lab.grading.judging.findings import OPEN
from gpt2lab.grading.results.untrusted import spreadsheet_cell

SANDBOXED = "sandbox"
TRUSTED = "no sandbox (--trust)"
GRADEBOOK = "gradebook.csv"
REPORT = "report.json"
BY_HAND = "by_hand.csv"
FORMAT = 1  # of report.json


def write_gradebook(results, path):
    """Write a row a student, for a spreadsheet and for pandas.

    Columns are student, file, submitted, one for each exercise (``03.2 (1)``: its label and what it is
    worth), total (after the penalty), out of, late days, penalty, per cent, run in, and notes. Points that
    are not known yet are an empty cell, and no nought in the total: it says ``12 + 3 to be read``, and there
    is no per cent. Numbers stay numbers and are never negative; in texts what would begin a formula has an
    apostrophe before it, and control characters and line ends are spaces.

    Parameters
    ----------
    results : iterable of SubmissionResult
    path : str or Path
        ``gradebook.csv``: UTF-8 with the mark by which Excel knows it, commas, every text in quotes.

    Raises
    ------
    StorageError
        If it could not be written; an older file stays as it was.
    """
    results = by_student(results)
    worth = _worth(results)
    buffer = io.StringIO(newline="")
    rows = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(
        [
            "student",
            "file",
            "submitted",
            *(spreadsheet_cell(f"{label} ({points:g})") for label, points in worth.items()),
            "total",
            "out of",
            "late days",
            "penalty",
            "per cent",
            "run in",
            "notes",
        ]
    )
    rows.writerows(_row(result, worth) for result in results)
    write_bytes(path, buffer.getvalue().encode("utf-8-sig"))


def by_student(results):
    """The results in the order of the students' names."""
    return sorted(results, key=lambda result: (result.student.casefold(), result.file))


def _worth(results):
    """What each exercise is worth, in the order of the notebook."""
    return {exercise.label: exercise.points for result in results for exercise in result.exercises}


def _row(result, worth):
    earned = {
        exercise.label: "" if exercise.state in OPEN else _number(exercise.earned)
        for exercise in result.exercises
    }
    return [
        spreadsheet_cell(result.student),
        spreadsheet_cell(result.file),
        spreadsheet_cell(result.submitted or ""),
        *(earned.get(label, "") for label in worth),
        say_total(result),
        _number(result.points),
        result.late_days,
        _number(result.penalty),
        _number(100 * result.earned / result.points, 1) if result.points and not result.open_points else "",
        "" if result.absent else SANDBOXED if result.sandboxed else TRUSTED,
        spreadsheet_cell(
            " ".join(note if note.endswith((".", "…")) else f"{note}." for note in result.notes)
        ),
    ]


def say_total(result):
    """The points of a submission: a number, or ``12 + 3 to be read`` while some are not known yet."""
    waiting = {
        words: sum(exercise.points for exercise in result.exercises if exercise.state == state)
        for state, words in (("by hand", "to be read"), ("not graded", "not graded"))
    }
    more = [f"{_number(points)} {words}" for words, points in waiting.items() if points]
    return " + ".join([str(_number(result.earned)), *more]) if more else _number(result.earned)


def _number(value, digits=4):
    """A number without the noise of its last digits, whole where it is whole."""
    value = round(float(value), digits)
    return int(value) if value.is_integer() else value


def write_report(results, path, settings=None, by_hand=()):
    """Write everything that was found out, as JSON.

    Parameters
    ----------
    results : iterable of SubmissionResult
    path : str or Path
        ``report.json``: an object with ``format``, ``gpt2lab`` (the version), ``written`` (when),
        ``settings`` (without the seed), ``results`` and ``by_hand``.
    settings : Settings, optional
        By which it was graded.
    by_hand : sequence of dict, default ()
        Which answers lay before the person who gave points, as `ByHand.records` tells.

    Raises
    ------
    StorageError
        If it could not be written; an older file stays as it was.
    """
    content = {
        "format": FORMAT,
        "gpt2lab": __version__,
        "written": datetime.now().astimezone().isoformat(timespec="seconds"),
        "settings": settings and settings.to_dict(),
        "results": [result.to_dict() for result in by_student(results)],
        "by_hand": list(by_hand),
    }
    # ASCII: a half of a character, which a submission may hold, has no UTF-8.
    write_bytes(path, json.dumps(content, ensure_ascii=True, indent=1, allow_nan=False).encode("ascii"))
