"""Find what each student of a class handed in, whatever way it was laid out; one damaged or hostile
submission never stops the others.
"""

import hashlib
import re
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from gpt2lab.base.arguments import file_path
from gpt2lab.base.wording import join_words, pluralize
from gpt2lab.corpus.readers.plain_text import find_folder
from gpt2lab.errors import LabError
from gpt2lab.grading.intake.archives import Refused, close_archives
from gpt2lab.grading.intake.handed_in import MOST_UNPACKED, HandedIn
from gpt2lab.grading.intake.layouts import SUFFIXES, Owner, find_owner, is_named, shorten_names
from gpt2lab.grading.intake.naming import clean_name
from gpt2lab.grading.intake.whole_class import Unclear, list_class, which_exercises

_MOST_LOOKED_INTO = 50  # notebooks of one student of which none has the name of the assignment
_MOST_NOTES = 20
# Where there is no notebook answers are looked for in these.
_TEXTS = (".py", ".txt", ".json", ".html", ".htm", ".md")
_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*\s*([A-Za-z][\w/+\-]*|[+-]\d\d:?\d\d)?"
)


class SubmissionsError(LabError, OSError):
    """There are no submissions where they were looked for, or one of them is no longer what it was."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment; small and plain, so that it can go to a worker.

    Attributes
    ----------
    student : str
        As a name to be shown, unique in the class; cleaned of control characters, but still to be escaped in
        HTML.
    file : str
        Where it was found, relative to the folder of submissions; likewise. Empty if nothing was.
    handed : HandedIn or None
        Where its bytes are; None if the student handed in no notebook of this assignment that could be read.
    submitted : str or None
        When, ISO 8601 with its offset from UTC.
    clock : str
        Where that time comes from: 'timestamp.txt' (nbgrader), 'name' (that the platform gave), 'archive' or
        'file'. The last two may say when it was downloaded; a name's and an archive's are taken as the local
        time of this machine.
    late : bool
        The learning platform marked it as late.
    checksum : str
        SHA-256 of its bytes; empty if there are none.
    notes : tuple of str
        For the instructor: what was odd, passed over or refused.
    """

    student: str
    file: str = ""
    handed: HandedIn | None = None
    submitted: str | None = None
    clock: str = ""
    late: bool = False
    checksum: str = ""
    notes: tuple = ()

    def read(self):
        """Its bytes.

        Raises
        ------
        SubmissionsError
            If there are none, or they are no longer those that were found.
        """
        if self.handed is None:
            raise SubmissionsError(
                f"{self.student} handed in no notebook that could be read; look at the notes."
            )
        try:
            content = self.handed.read()
        except Refused as error:
            raise SubmissionsError(f"{self.file} {error}; start the grading again.") from error
        if hashlib.sha256(content).hexdigest() != self.checksum:
            raise SubmissionsError(
                f"{self.file} has changed since the submissions were listed; start the grading again."
            )
        return content


def find_submissions(path, notebook_name, other_notebooks=(), students_in=None):
    """Find the submissions of a class.

    Recognised by themselves, and side by side: a file a student (``ada.ipynb``,
    ``ada_03_watch_the_loss.ipynb``); a folder a student, as nbgrader's ``submitted/`` has it; an archive a
    student; the archive that a learning platform hands out for a whole class, packed or unpacked. Folders
    that stand around the students are told by what lies side by side in them.

    Parameters
    ----------
    path : str or Path
        The folder, or the archive of a class, or a single notebook.
    notebook_name : str
        The assignment, for example ``"03_watch_the_loss"``.
    other_notebooks : sequence of str, default ()
        Names of the course's other notebooks, which may lie beside it.
    students_in : str, optional
        In which folder the students are, where that cannot be told: ``"."`` for the top, ``"Week 3"``, or
        ``"*"`` for every folder of the first level.

    Returns
    -------
    list of Submission
        One a student, in the order of their names. Who handed in nothing that fits is there with a note and
        without content.

    Raises
    ------
    SubmissionsError
        If there is nothing at all to grade, or it cannot be told who the students are.
    TextError, ArgumentError
        If there is no such folder or file.
    """
    path = file_path(path)
    root = path.resolve()
    if not root.exists():
        find_folder(path)  # says what is there instead
    close_archives()  # what was read before may have changed
    everything, names = _list_class(path, root, notebook_name, other_notebooks, students_in)
    students = {}
    passed_over = []
    pairs = []
    for handed in everything:
        belongs = (
            (find_owner(handed, notebook_name, other_notebooks) or _owner_of_a_text(handed, notebook_name))
            if handed.parts
            else None
        )
        if belongs is None:
            passed_over.append(handed.name)
        else:
            pairs.append((replace(belongs, name=names.get(belongs.name, belongs.name)), handed))
    for belongs, (_, handed) in zip(shorten_names([belongs for belongs, _ in pairs]), pairs):
        students.setdefault(belongs.key, []).append((belongs, handed))
    if not students:
        beside = f" ({pluralize(len(passed_over), 'other file')} beside)" if passed_over else ""
        raise SubmissionsError(
            f"{path} holds no submissions{beside}; give the folder in which each student has a notebook or a"
            " folder, or the archive that the learning platform handed out."
        )
    if passed_over:
        more = f" and {pluralize(len(passed_over) - 3, 'other file')}" if len(passed_over) > 3 else ""
        warnings.warn(
            f"{path}: passed over, as nobody's notebook:"
            f" {join_words(passed_over[:3]) if not more else ', '.join(passed_over[:3])}{more}.",
            stacklevel=3,
        )
    found = [_of_student(files, notebook_name) for files in students.values()]
    close_archives()
    numbers = [files[0][0].number for files in students.values()]
    return sorted(
        _tell_apart(found, numbers),
        key=lambda submission: (submission.student.casefold(), submission.student),
    )


def _list_class(path, root, notebook_name, others, students_in):
    try:
        return list_class(root, notebook_name, others, students_in)
    except Refused as error:
        raise SubmissionsError(
            f"{path} {error}; check that you may read it, or download it again."
        ) from error
    except Unclear as error:
        raise SubmissionsError(
            f"{path} {error}; say with students_in (--students-in) in which folder the students are, '.' for"
            " the top and '*' for every folder there."
        ) from error


def _owner_of_a_text(handed, notebook_name):
    """Whose a lone text is, such as ``ada.py`` from Colab's menu, if it holds exercises of the assignment;
    else None.
    """
    if (
        len(handed.parts) > 1
        or handed.is_folder
        or handed.trouble
        or not handed.parts[0].lower().endswith(_TEXTS)
    ):
        return None
    try:
        ours, _ = which_exercises(handed.read(), notebook_name)
    except Refused:
        return None
    name = handed.parts[0].rpartition(".")[0]
    return Owner(("plain", name), name, rest=handed.parts, layout="file") if ours and name else None


def _of_student(files, notebook_name):
    """The submission among the files of one student."""
    student = clean_name(files[0][0].name) or "(no name)"
    notes = [f"{handed.name} {handed.trouble}." for _, handed in files if handed.trouble]
    readable = [pair for pair in files if not (pair[1].trouble or pair[1].is_folder)]
    chosen, more = _choose(readable, notebook_name)
    notes += more
    if chosen is None:
        notes.append(f"There is no notebook of {notebook_name}{_what_is_there(readable)}.")
        return Submission(student, late=any(each.late for each, _ in files), notes=_cut_notes(notes))
    belongs = chosen.owner
    handed = chosen.handed
    if handed.remark:
        notes.append(f"{handed.name} {handed.remark}; it was read all the same.")
    if belongs.layout == "file" and is_named((belongs.name,), notebook_name):
        notes.append("The name of the file does not say whose it is.")
    when, clock, odd = _find_time(belongs, handed, files)
    return Submission(
        student, handed.name, handed, when, clock, belongs.late, chosen.checksum, _cut_notes([*notes, *odd])
    )


def _cut_notes(notes):
    more = [f"And {len(notes) - _MOST_NOTES} more notes of this kind."] if len(notes) > _MOST_NOTES else []
    return (*notes[:_MOST_NOTES], *more)


def _what_is_there(readable):
    names = [handed.name for _, handed in readable if handed.parts[-1] != "timestamp.txt"]
    if not names:
        return "; nothing that can be read was handed in"
    return f", but {join_words(names[:3])}" + (
        f" and {pluralize(len(names) - 3, 'other file')}" if len(names) > 3 else ""
    )


@dataclass(frozen=True)
class _Candidate:
    """A file that was looked into: ``ours`` and ``foreign`` say whether it holds exercises of this
    assignment and of others.
    """

    owner: Owner
    handed: HandedIn
    ours: bool
    foreign: bool
    checksum: str


def _choose(readable, notebook_name):
    """(the `_Candidate` that counts, or None; notes): by its name, else by its exercises, else the only
    notebook there is.
    """
    readable = [pair for pair in readable if pair[0].rest and pair[0].rest[-1] != "timestamp.txt"]
    notebooks = [pair for pair in readable if pair[0].rest[-1].lower().endswith(SUFFIXES)]
    named = [pair for pair in notebooks if is_named(pair[0].rest, notebook_name)]
    candidates, notes = _look_into(named, notebook_name)
    notes += [
        f"{each.handed.name} has the name of this assignment but the exercises of another."
        for each in candidates
        if each.foreign and not each.ours
    ]
    if fits := [each for each in candidates if each.ours] or [
        each for each in candidates if not each.foreign
    ]:
        return fits[0], notes + _note_on_others(fits[0], candidates)
    unnamed = [pair for pair in notebooks if pair not in named]
    candidates, more = _look_into(unnamed, notebook_name)
    notes += more
    if fits := [each for each in candidates if each.ours]:
        return fits[0], notes + _note_on_others(fits[0], fits) + _note_on_name(
            fits[0], notebook_name, "as it holds exercises of this assignment"
        )
    if len(notebooks) == 1 and candidates and not candidates[0].foreign:
        return candidates[0], notes + _note_on_name(
            candidates[0], notebook_name, "as it is the only notebook there is"
        )
    candidates, more = _look_into(
        [pair for pair in readable if pair[0].rest[-1].lower().endswith(_TEXTS)], notebook_name
    )
    if fits := [each for each in candidates if each.ours]:
        return fits[0], [
            *notes,
            (
                f"There is no notebook; {fits[0].handed.name} is graded, as it holds exercises of this"
                " assignment."
            ),
        ]
    return None, notes


def _look_into(pairs, notebook_name):
    """(candidates, the newest first; notes)."""
    candidates = []
    notes = []
    looked = 0
    for belongs, handed in sorted(pairs, key=_newest_first):
        looked += handed.size
        if looked > MOST_UNPACKED or len(candidates) == _MOST_LOOKED_INTO:
            notes.append("There are so many notebooks that the oldest were not looked into.")
            break
        try:
            content = handed.read()
        except Refused as error:
            notes.append(f"{handed.name} {error}.")
        else:
            candidates.append(
                _Candidate(
                    belongs,
                    handed,
                    *which_exercises(content, notebook_name),
                    hashlib.sha256(content).hexdigest(),
                )
            )
    return candidates, notes


def _note_on_others(chosen, candidates):
    names = [each.handed.name for each in candidates if each.checksum != chosen.checksum]
    return (
        [
            f"More than one notebook fits; {chosen.handed.name} is graded, the newest with exercises, not"
            f" {join_words(names[:3])}."
        ]
        if names
        else []
    )


def _note_on_name(chosen, notebook_name, why):
    # A lone file is called after the student, and rightly so.
    return (
        []
        if chosen.owner.layout == "file"
        else [f"{chosen.handed.name} is graded, {why}, though it is not called {notebook_name}."]
    )


def _newest_first(pair):
    belongs, handed = pair
    return (-belongs.version, -(handed.received or 0), -(handed.modified or 0), handed.parts)


def _find_time(belongs, handed, files):
    """(ISO time or None, where from, notes). A timestamp.txt counts only where nbgrader writes it, not where
    a student could have uploaded one.
    """
    if belongs.when:
        return belongs.when.astimezone().isoformat(), "name", ()
    if belongs.layout == "folder" and not handed.inside:
        stamps = {
            other.parts: other
            for _, other in files
            if other.parts[-1] == "timestamp.txt" and not other.inside and not other.trouble
        }
        for depth in range(len(handed.parts) - 1, 0, -1):
            if stamp := stamps.get((*handed.parts[:depth], "timestamp.txt")):
                when, odd = _read_stamp(stamp)
                if when:
                    return when, "timestamp.txt", odd
                return *_date_of_file(handed), odd
    return *_date_of_file(handed), ()


def _read_stamp(stamp):
    try:
        found = _STAMP.search(stamp.read(1_000).decode("utf-8", "replace"))
        when = datetime.fromisoformat(found[1])
        zone = found[2] or "UTC"
    except (Refused, TypeError, ValueError):
        return None, (f"{stamp.name} holds no time; that of the file is taken.",)
    if zone[0] in "+-":
        sign = -1 if zone[0] == "-" else 1
        hours = int(zone[1:3])
        minutes = int(zone[-2:])
        if hours > 23 or minutes > 59:
            return None, (f"{stamp.name} holds no time; that of the file is taken.",)
        return when.replace(tzinfo=timezone(sign * timedelta(hours=hours, minutes=minutes))).isoformat(), ()
    try:
        known = UTC if zone.upper() in ("UTC", "GMT", "Z") else ZoneInfo(zone)
    except (OSError, ValueError, LookupError):
        return when.replace(tzinfo=UTC).isoformat(), (
            f"{stamp.name} names the time zone {clean_name(zone, 40)}, which is unknown; taken as UTC.",
        )
    return when.replace(tzinfo=known).isoformat(), ()


def _date_of_file(handed):
    try:
        return (datetime.fromtimestamp(handed.received, UTC).isoformat(timespec="seconds"), handed.clock)
    except (TypeError, ValueError, OverflowError, OSError):
        return None, ""


def _tell_apart(submissions, numbers):
    """Students of the same name get their number, or a running one, behind it."""
    times = Counter(submission.student for submission in submissions)
    used = {name for name, number in times.items() if number == 1}
    told = []
    for submission, number in zip(submissions, numbers):
        name = submission.student
        running = 1
        if times[name] > 1:
            name = f"{submission.student} ({clean_name(number, 20)})" if number else submission.student
            while name in used:
                running += 1
                name = f"{submission.student} ({running})"
            used.add(name)
        told.append(replace(submission, student=name))
    return told
