"""Whose file is it? Told by its name, in the ways in which learning platforms, nbgrader and instructors lay
out what was handed in.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

SUFFIXES = (".ipynb", ".ipynb.txt", ".ipynb.json")  # browsers append the last two
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<attachment>\d+)_(?P<rest>.+\.\w+)", re.DOTALL
)
_CANVAS_TEXT = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<rest>text\.html)", re.DOTALL)
_LONGEST_NAME = 1_000  # characters
# Folders that stand around the submissions of a class.
_WRAPPERS = {"submissions", "submitted"}
_NBGRADER = {"submitted", "source", "release", "autograded", "feedback", "exchange"}


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    Attributes
    ----------
    key : tuple
        Tells two students of the same name apart.
    name : str
        Of the student, as it stands there.
    number : str
        Of the student on the learning platform; empty if there is none.
    late : bool
        The platform says so.
    version : int
        A higher one was handed in later; 0 if unknown.
    rest : tuple of str
        What the file is called without the student.
    layout : str
        'moodle', 'canvas', 'folder' or 'file'.
    """

    key: tuple
    name: str
    number: str = ""
    late: bool = False
    version: int = 0
    rest: tuple = ()
    layout: str = "folder"


def find_owner(handed, assignment, others=()):
    """The `Owner` of something handed in, or None if it stands among the submissions and is none.

    Parameters
    ----------
    handed : HandedIn
    assignment : str
        Name of the notebook without its suffix, for example ``"03_watch_the_loss"``.
    others : sequence of str, default ()
        Names of the course's other notebooks, so that ``ada_04_corpus_size.ipynb`` is known to be Ada's.
    """
    first, *rest = handed.parts
    if found := _match(_MOODLE, first):
        named = (found["rest"],) if found["rest"] and not rest else tuple(rest)
        return Owner(
            ("moodle", found["id"], found["name"]), found["name"], found["id"], rest=named, layout="moodle"
        )
    if not handed.is_folder and (found := _match(_CANVAS, first)):
        return Owner(
            ("canvas", found["id"], found["name"]),
            found["name"],
            found["id"],
            bool(found["late"]),
            int(found["attachment"][:18]),
            (found["rest"], *rest),
            "canvas",
        )
    if not rest and (found := _match(_CANVAS_TEXT, first)):
        return Owner(
            ("canvas", found["id"], found["name"]),
            found["name"],
            found["id"],
            bool(found["late"]),
            0,
            (found["rest"],),
            "canvas",
        )
    packed = first.lower().endswith(".zip")
    if (rest and not packed) or (handed.is_folder and not packed):
        return Owner(("plain", first), first, rest=tuple(rest))
    stem, suffix = _split(first)
    name = without_assignment(stem, (assignment, *others))
    handed_in = packed or suffix.lower() in SUFFIXES or (handed.trouble and not suffix) or name != stem
    return Owner(("plain", name), name, rest=tuple(rest) or (first,), layout="file") if handed_in else None


def is_of_platform(name):
    """Whether a file or folder is named as Moodle or Canvas does."""
    return any(_match(pattern, name) for pattern in (_MOODLE, _CANVAS, _CANVAS_TEXT))


def _match(pattern, name):
    """No platform writes longer names, and the patterns take quadratic time."""
    return pattern.fullmatch(name) if len(name) <= _LONGEST_NAME else None


def without_assignment(stem, assignments):
    """The student's part of ``ada_03_watch_the_loss`` or ``03 watch-the-loss (Ada)``; the whole if nothing
    else is there.
    """
    for assignment in assignments:
        if found := re.fullmatch(
            f"(?P<before>.*?){_pattern_of(assignment)}(?P<after>.*)", stem, re.IGNORECASE | re.DOTALL
        ):
            before, after = (found[part].strip(" _-.()[]") for part in ("before", "after"))
            if before.lower() == "copy of":  # Colab's
                before = ""
            # (1) and Copy1 are what browsers and Jupyter append
            own = before or ("" if re.fullmatch(r"(copy)?\s*\d*", after, re.IGNORECASE) else after)
            return own or stem
    return stem


def is_named(parts, assignment):
    """Whether a file, or a folder that it is in, has the name of the assignment."""
    return any(
        re.search(_pattern_of(assignment) + r"(?![^\W\d_])", _split(part)[0], re.IGNORECASE) for part in parts
    )


def inner_root(names, folders, own_name=""):
    """The one folder that stands around all submissions and is no student's; None if there is none.

    Parameters
    ----------
    names : collection of str
        Of all that stands at the top.
    folders : dict of str to collection of str
        The names in each folder that stands there.
    own_name : str, default ""
        Of the archive itself, which often holds a folder of its own name.
    """
    if (
        "submitted" in folders
        and set(folders) <= _NBGRADER
        and not any(name.endswith(".ipynb") for name in names)
    ):
        return "submitted"
    if len(names) != 1 or len(folders) != 1:
        return None
    ((name, inside),) = folders.items()
    around = name.lower() in _WRAPPERS or name == own_name or (inside and all(map(is_of_platform, inside)))
    return name if around and not is_of_platform(name) else None


def _pattern_of(assignment):
    """A pattern for the name of an assignment, whose words may be parted otherwise."""
    return r"(?<![^\W_])" + r"[\s_\-+.]*".join(map(re.escape, re.split(r"[\s_\-]+", assignment)))


def _split(name):
    for suffix in (*sorted(SUFFIXES, key=len, reverse=True),):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], suffix
    path = PurePosixPath(name.replace("/", "_") or "_")
    return path.stem, path.suffix
