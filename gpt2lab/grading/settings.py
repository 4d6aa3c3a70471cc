"""The table ``[grading]`` of ``course.toml``: when each notebook is due, what its exercises are worth, what a
submission may use.

::

    [grading]
    seed = "only the instructors know this"    # hidden inputs are made from it
    timezone = "Europe/Zurich"                 # of dates without an offset
    written = "by hand"                        # who gives the points of answers in words: "by hand" a person,
                                               # "check" the check, to whatever is not surely empty

    [grading.points]
    "03.2" = 2                                 # instead of what the notebook says

    [grading.due]
    "03" = 2026-12-01T23:59:00                 # a date alone means its end

    [grading.extensions]
    "03" = { ada = 2026-12-05T23:59:00 }

    [grading.late]
    per_day = 0.1                              # share of the notebook's points for each day that has begun
    at_most = 0.5
    grace_minutes = 15

    [grading.limits]
    seconds_a_cell = 120
"""

import difflib
import re
import tomllib
import unicodedata
from dataclasses import asdict, dataclass, field, fields
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from gpt2lab.errors import LabError
from gpt2lab.grading.lateness import Late, moment_of

WRITTEN = ("check", "by hand")
_TABLES = ("points", "due", "extensions", "late", "limits")


class SettingsError(LabError, ValueError):
    """``course.toml`` cannot be used; the message begins with its path and names the key."""


@dataclass(frozen=True)
class Limits:
    """What the run of one submission may use.

    Attributes
    ----------
    seconds_a_cell, seconds_a_notebook : float
        Time on the clock.
    memory_MB : int
        Of the kernel and all that it starts.
    processes : int
        Threads count too, of which TensorFlow starts many.
    output_kB : int
        Printed by one cell.
    disk_MB : int
        Written to its folder and to its temporary files.
    """

    seconds_a_cell: float = 30
    seconds_a_notebook: float = 180
    memory_MB: int = 4000
    processes: int = 512
    output_kB: int = 1000
    disk_MB: int = 256


@dataclass(frozen=True)
class Settings:
    """How a course is graded.

    Attributes
    ----------
    seed : str
        The secret that hidden inputs are made from.
    timezone : tzinfo or None
        Of dates without an offset; days of lateness are counted in it.
    written : {"by hand", "check"}
        Who gives the points of answers in words.
    points : dict of str to float
        By exercise, instead of what the notebook says.
    due : dict of str to datetime
        By the number of the notebook, ``"03"``.
    extensions : dict of str to (dict of str to datetime)
        By the number of the notebook and the student.
    late : Late
    limits : Limits
    path : Path or None
        Where they were read from.
    """

    seed: str = field(default="", repr=False)
    timezone: tzinfo | None = None
    written: str = "by hand"
    points: dict = field(default_factory=dict)
    due: dict = field(default_factory=dict)
    extensions: dict = field(default_factory=dict)
    late: Late = Late()
    limits: Limits = Limits()
    path: Path | None = None

    def due_for(self, number, student):
        """When notebook ``number`` is due for a student (datetime), with the extension; None if it is never
        due.
        """
        own = {_name(name): until for name, until in self.extensions.get(number, {}).items()}
        return own.get(_name(student), self.due.get(number))

    def strangers(self, number, students):
        """Who has an extension and handed in nothing under that name: list of str; a misspelt name would
        cost somebody points.
        """
        handed_in = {_name(student) for student in students}
        return [name for name in self.extensions.get(number, {}) if _name(name) not in handed_in]

    def check_points(self, labels):
        """Refuse points of an exercise that its notebook does not have.

        Parameters
        ----------
        labels : iterable of str
            All exercises of one or more notebooks; points of other notebooks are left alone.

        Raises
        ------
        SettingsError
            If there is one.
        """
        labels = list(labels)
        numbers = {label[:2] for label in labels}
        for label in self.points:
            if label[:2] in numbers and label not in labels:
                raise SettingsError(
                    f"{self.path}: [grading.points] has {label!r}, which is no exercise;"
                    f" {_nearest(label, labels)}"
                )

    def to_dict(self):
        """As plain values, for JSON, without the seed."""
        return {
            "timezone": self.timezone and str(self.timezone),
            "written": self.written,
            "points": dict(self.points),
            "due": {number: due.isoformat() for number, due in self.due.items()},
            "extensions": {
                number: {name: until.isoformat() for name, until in own.items()}
                for number, own in self.extensions.items()
            },
            "late": asdict(self.late),
            "limits": asdict(self.limits),
        }


def read_settings(path):
    """The settings of a course.

    Parameters
    ----------
    path : str or Path
        ``course.toml``; without a table ``[grading]`` everything has its default, and nothing is ever late.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        If the file cannot be read, or holds an unknown key or a value that cannot work; the message names
        both.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            f"{path} could not be read ({error.strerror or error}); check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (byte {error.start:,}); save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{path} is no TOML: {error}. See https://toml.io for how it is written."
        ) from error
    for key, value in content.items():
        if (
            isinstance(value, dict)
            and key != "grading"
            and _nearest(key, ["grading"], cutoff=0.7).startswith("did")
        ):
            raise SettingsError(f"{path}: [{key}] is unknown; did you mean [grading]?")
    top = _Table(path, "grading", content.get("grading", {}), ("seed", "timezone", "written", *_TABLES))
    zone = top.value("timezone", _zone, None)
    below = {name: _Table(path, f"grading.{name}", top.values.get(name, {}), _keys(name)) for name in _TABLES}
    due = below["due"].entries(_notebook, lambda value: moment_of(value, zone))
    return Settings(
        seed=top.value("seed", _seed, ""),
        timezone=zone,
        written=top.value("written", _who, "by hand"),
        points=below["points"].flatten().entries(_label, _points),
        due=due,
        extensions=_extensions(below["extensions"], due, zone),
        late=below["late"].fill(Late, {"per_day": _share, "at_most": _share, "grace_minutes": _minutes}),
        limits=below["limits"].fill(
            Limits,
            dict.fromkeys(_keys("limits"), _count)
            | dict.fromkeys(("seconds_a_cell", "seconds_a_notebook"), _positive),
        ),
        path=path,
    )


def _keys(name):
    return {
        "late": tuple(each.name for each in fields(Late)),
        "limits": tuple(each.name for each in fields(Limits)),
    }.get(name)


def _extensions(table, due, zone):
    found = {}
    for number, own in table.entries(_notebook, lambda value: value).items():
        if number not in due:
            raise SettingsError(
                f"{table.path}: [grading.extensions] has {number!r}, which is due at no time; write it into"
                " [grading.due] first."
            )
        own = _Table(table.path, f"grading.extensions.{number}", own).entries(
            _student, lambda value: moment_of(value, zone)
        )
        if len({_name(name) for name in own}) < len(own):
            raise SettingsError(
                f"{table.path}: [grading.extensions] {number!r} names a student twice (case does not count);"
                " leave one of the two."
            )
        for name, until in own.items():
            if until < due[number]:
                raise SettingsError(
                    f"{table.path}: [grading.extensions] {number!r} gives {name!r} until"
                    f" {until:%Y-%m-%d %H:%M}, before it is due; give a later time."
                )
        found[number] = own
    return found


class _Table:
    """Reads one table of the file key by key, and says in a sentence which key is wrong.

    Parameters
    ----------
    path : Path
        The file, for messages.
    name : str
        Of the table, for example ``"grading.late"``.
    values : dict
        What was read.
    keys : tuple of str, optional
        All that may be there; any key if None.

    Raises
    ------
    SettingsError
        If it is no table or has an unknown key.
    """

    def __init__(self, path, name, values, keys=None):
        self.path = path
        self.name = name
        self.values = values
        if not isinstance(values, dict):
            above, _, key = name.rpartition(".")
            raise SettingsError(
                f"{path}: {key} = {values!r} in [{above}] is no table; write it as [{name}], with a line for"
                " each of its values."
                if above
                else (
                    f"{path}: {key} = {values!r} is no table; write [{name}], with a line for each of its"
                    " values."
                )
            )
        for key in values if keys is not None else ():
            if key not in keys:
                raise SettingsError(f"{path}: [{name}] has an unknown key {key!r}; {_nearest(key, keys)}")

    def value(self, key, convert, default):
        """The value of a key, or the default; ``convert`` checks it and raises ValueError with what would be
        right.
        """
        return self._convert(key, convert, self.values[key]) if key in self.values else default

    def entries(self, key_of, value_of):
        """All of the table, keys and values checked: dict."""
        found = {}
        for written, value in self.values.items():
            key = self._convert(written, key_of, written)
            if key in found:
                raise SettingsError(f"{self.path}: [{self.name}] has {key!r} twice; leave one of the two.")
            found[key] = self._convert(written, value_of, value)
        return found

    def flatten(self):
        """The table with ``03.2 = 2`` taken as ``"03.2" = 2``: TOML reads a key without quotes as a table in
        a table.
        """
        flat = {}
        for key, value in self.values.items():
            flat |= (
                {f"{key}.{below}": each for below, each in value.items()}
                if isinstance(value, dict)
                else {key: value}
            )
        return _Table(self.path, self.name, flat)

    def fill(self, kind, convert):
        """A dataclass whose fields are the keys of the table; what is not there has its default."""
        return kind(**{key: self._convert(key, convert[key], value) for key, value in self.values.items()})

    def _convert(self, key, convert, value):
        try:
            return convert(value)
        except ValueError as error:
            shown = "" if value is key else f" = {_quote(value)}"
            raise SettingsError(
                f"{self.path}: {key!r}{shown} in [{self.name}] cannot be used; {error}."
            ) from None


def _quote(value):
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _nearest(key, names, cutoff=0.5):
    """The end of a sentence on an unknown name: ``did you mean 'due'?`` or the names that there are."""
    near = difflib.get_close_matches(str(key), names, n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}."


# What a value has to be: each returns it as it is kept, or raises ValueError with what would be right.


def _seed(value):
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value != value:
        raise ValueError("give a text or a number that only the instructors know")
    return str(value)


def _zone(value):
    try:
        return ZoneInfo(value)
    except (
        KeyError,
        ValueError,
        TypeError,
        OSError,
    ):  # what there is depends on the machine, down to folders of that name
        raise ValueError("give the name of a time zone such as 'Europe/Zurich'") from None


def _who(value):
    if value not in WRITTEN:
        raise ValueError("give " + " or ".join(map(repr, WRITTEN)))
    return value


def _number(value, low, high, words):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"give {words}")
    return value


def _points(value):
    return _number(value, 0, 1000, "a number from 0 to 1,000")


def _share(value):
    return _number(value, 0, 1, "a share from 0 to 1, for example 0.1 for a tenth of the notebook's points")


def _minutes(value):
    return _number(value, 0, 7 * 24 * 60, "minutes from 0 to 10,080, a week")


def _positive(value):
    return _number(value, 1, 10_000_000, "a number from 1 to 10,000,000")


def _count(value):
    if isinstance(value, float):
        raise ValueError("give a whole number")
    return _positive(value)


def _label(key):
    if not re.fullmatch(r"\d\d\.\d{1,3}", key, re.ASCII):
        raise ValueError('write an exercise such as "03.2"')
    return key


def _notebook(key):
    if not re.fullmatch(r"\d{1,2}", key, re.ASCII):
        raise ValueError('write the number of a notebook such as "03"')
    return key.zfill(2)


def _student(key):
    if not _name(key):
        raise ValueError("write the name that stands in the name of the file")
    return key


def _name(student):
    """A student's name as it is compared: files on other systems come with other cases and other forms of
    accents.
    """
    return unicodedata.normalize("NFC", student.strip()).casefold()
