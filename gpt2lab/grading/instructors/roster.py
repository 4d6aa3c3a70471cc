"""Who is in the class: a list as learning platforms export it, or one of the instructor's own, by which those
who handed in nothing have a row too.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from gpt2lab.base.wording import pluralize
from gpt2lab.grading.instructors.spreadsheets import SpreadsheetError, column_name, fold, read_sheet
from gpt2lab.grading.intake.naming import clean_name

ROSTER = "roster.csv"  # where it is looked for, in the course's folder
# Columns by what they are called in Moodle, Canvas, nbgrader and lists of people's own.
_COLUMNS = {
    "name": ("student", "full name", "fullname", "name", "student name"),
    "first": ("first name", "firstname", "given name", "vorname"),
    "last": ("last name", "lastname", "surname", "family name", "nachname"),
    "email": ("email address", "email", "mail"),
    "number": ("id number", "sis user id", "student id", "student number", "matrikelnummer"),
    "login": ("username", "user name", "sis login id", "login id", "login"),
    "id": ("id", "user id"),
    "lms": ("lms user id",),
    "participant": ("identifier",),
    "section": ("section",),
}
# How the names of files tell who somebody is on the platform.
_MOODLE = re.compile(r"_(\d+)_assignsubmission_")
_CANVAS = re.compile(r"_(?:LATE_)?(\d+)_\d+_[^/]*\.\w+$")


@dataclass(frozen=True)
class Person:
    """Somebody in the class; what the list does not say is empty.

    Attributes
    ----------
    name : str
        ``Ada Lovelace``; unique in the class.
    written : str
        As it stands in the list, for example ``Lovelace, Ada``.
    first, last, email, number, login, id, lms, participant, section : str
    """

    name: str = ""
    written: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""
    login: str = ""
    id: str = ""
    lms: str = ""
    participant: str = ""
    section: str = ""

    @property
    def keys(self):
        """What a submission of this person may be called."""
        told = {self.name, self.written, f"{self.first} {self.last}", f"{self.last} {self.first}"}
        words = self.name.split()  # where first and last names are not parted
        told |= {" ".join(words[place:] + words[:place]) for place in range(len(words))}
        told |= {self.email, self.email.partition("@")[0], self.number, self.login, self.id}
        return {key for key in map(_compact, told) if key}


@dataclass(frozen=True)
class Roster:
    """A class.

    Attributes
    ----------
    people : tuple of Person
    header : tuple of str
        The columns of the list, as written there.
    """

    people: tuple = ()
    header: tuple = field(default=(), repr=False)

    def find(self, student, file=""):
        """The `Person` of a submission, by the number in its file's name, else by the student's name; None if
        nobody fits, or more than one.
        """
        participant, canvas = platform_numbers(file)
        for number, kind in ((participant, "participant"), (canvas, "id")):
            if number and len(found := [each for each in self.people if getattr(each, kind) == number]) == 1:
                return found[0]
        told_apart = re.fullmatch(r".+ \((\w+)\)", student)
        for name in (student, *(told_apart.groups() if told_apart else ())):
            found = self._by_key.get(_compact(name), ())
            if len(found) == 1:
                return found[0]
        return None

    @cached_property
    def _by_key(self):
        found = {}
        for person in self.people:
            for key in person.keys:
                found.setdefault(key, []).append(person)
        return found


def platform_numbers(file):
    """(number of the participant in Moodle, of the user in Canvas) that the name of a file tells; '' if it
    does not.
    """
    moodle, canvas = _MOODLE.search(file), _CANVAS.search(file)
    return moodle[1] if moodle else "", canvas[1] if canvas and not moodle else ""


def read_roster(path):
    """Read the list of a class.

    Parameters
    ----------
    path : str or Path
        CSV with a column for names (``student``, or ``first name`` and ``last name``), as Moodle
        (participants, or the worksheet of an assignment), Canvas (the exported gradebook) and nbgrader write
        it. Other columns may be there.

    Returns
    -------
    Roster

    Raises
    ------
    SpreadsheetError
        If it cannot be read, names nobody, or somebody twice.
    """
    sheet = read_sheet(path)
    columns = [column_name(name) for name in sheet.header]
    at = {kind: next((name for name in names if name in columns), None) for kind, names in _COLUMNS.items()}
    if not (at["name"] or at["last"] or at["first"] or at["id"]):
        raise SpreadsheetError(
            f"{path} has no column of names; its first line needs student, or first name and last name."
        )
    people = [_person(row, at) for _, row in sheet.rows]
    people = [each for each in people if each.name and not each.name.startswith("Points Possible")]
    if not people:
        raise SpreadsheetError(f"{path} names nobody; give the list of the class.")
    return Roster(_tell_apart(people, path), sheet.header)


def _person(row, at):
    given = {kind: row.get(name, "") if name else "" for kind, name in at.items()}
    written = given.pop("name")
    last, comma, first = written.partition(",")
    if not (given["first"] or given["last"]):
        given |= {"first": first.strip(), "last": last.strip()} if comma else {}
    full = f"{given['first']} {given['last']}".strip() or written or given["login"] or given["id"]
    given["participant"] = (re.search(r"(\d+)$", given["participant"]) or ("", ""))[1]
    return Person(name=clean_name(full), written=written or full, **given)


def _tell_apart(people, path):
    """People of the same name get what tells them apart behind it."""
    told = {}
    for person in people:
        name = person.name
        if fold(name) in told:
            more = person.number or person.login or person.id or person.email or person.participant
            name = f"{name} ({more})"
        if fold(name) in told:
            raise SpreadsheetError(
                f"{path} has {name!r} twice; leave one of the two, or add what tells them apart."
            )
        told[fold(name)] = Person(**{**vars(person), "name": name})
    return tuple(told.values())


def _compact(name):
    """A name without case, spaces and signs, as platforms put it into the names of files."""
    return re.sub(r"[\W_]", "", fold(name))


def say_who(names, most=5):
    """Names for a sentence, the first few of them."""
    shown = [*names[:most], *([pluralize(len(names) - most, "other")] if len(names) > most else [])]
    return ", ".join(shown)
