"""Whose file is it? Told by its name, in the ways in which learning platforms, nbgrader and instructors lay
out what was handed in.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
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
_BRIGHTSPACE = re.compile(
    r"(?P<id>\d+)-\d+ - (?P<name>.+?) - (?P<when>[^-/]*\d{4}[^-/]*?)(?: - (?P<rest>.+))?", re.DOTALL
)
_BLACKBOARD = re.compile(
    r"(?P<name>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|(?P<note>\.txt))?", re.DOTALL
)
_ATTEMPT = re.compile(r"(?:version|attempt|versuch)[ _-]?(\d{1,4})", re.IGNORECASE)  # a folder of Teams
_ILIAS = re.compile(r"(\d{14})_.+", re.DOTALL)  # a file that ILIAS hands out
_COPY = r"(?:copy of|kopie von|copie de|copia de|cópia de)"  # Google's


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
    when : datetime or None
        When it was handed in, if the platform wrote that into the name; without a zone.
    rest : tuple of str
        What the file is called without the student.
    layout : str
        'moodle', 'canvas', 'brightspace', 'blackboard', 'folder' or 'file'.
    """

    key: tuple
    name: str
    number: str = ""
    late: bool = False
    version: int = 0
    when: datetime | None = None
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
            rest=(found["rest"], *rest),
            layout="canvas",
        )
    if not rest and (found := _match(_CANVAS_TEXT, first)):
        return Owner(
            ("canvas", found["id"], found["name"]),
            found["name"],
            found["id"],
            bool(found["late"]),
            rest=(found["rest"],),
            layout="canvas",
        )
    for layout, pattern in (("brightspace", _BRIGHTSPACE), ("blackboard", _BLACKBOARD)):
        if found := _match(pattern, first):
            return _dated(layout, found, rest)
    packed = first.lower().endswith(".zip")
    if (rest and not packed) or (handed.is_folder and not packed):
        return Owner(("plain", first), first, version=_version_of(rest), rest=tuple(rest))
    stem, suffix = split_suffix(first)
    name = without_assignment(stem, (assignment, *others))
    handed_in = packed or suffix.lower() in SUFFIXES or (handed.trouble and not suffix) or name != stem
    return Owner(("plain", name), name, rest=tuple(rest) or (first,), layout="file") if handed_in else None


def _dated(layout, found, rest):
    """The `Owner` of what carries the time at which it was handed in."""
    when = read_when(found["when"])
    named = (found["rest"],) if found["rest"] else ("",) if found.groupdict().get("note") else ()
    number = found.groupdict().get("id") or ""
    return Owner(
        (layout, number, found["name"]),
        found["name"],
        number,
        version=int(f"{when:%Y%m%d%H%M%S}") if when else 0,
        when=when,
        rest=(*named, *rest) or ("",),
        layout=layout,
    )


def read_when(text):
    """The time in the name of a folder or file, ``Feb 26, 2027 205 PM`` or ``2027-02-26-14-05-10``; None if
    it is written otherwise.
    """
    plain = " ".join(text.replace(",", " ").split())
    for form in (
        "%b %d %Y %I%M %p",
        "%B %d %Y %I%M %p",
        "%d %B %Y %H%M",
        "%d %b %Y %H%M",
        "%Y-%m-%d-%H-%M-%S",
    ):
        # Without its colon, 9:05 has one digit too few.
        for written in (plain.replace(":", ""), re.sub(r"\b(\d{3})\b", r"0\1", plain.replace(":", ""))):
            try:
                return datetime.strptime(written, form)
            except ValueError:
                pass
    return None


def _version_of(rest):
    """Which attempt something is, by the names of the folders and the file; 0 if they do not tell."""
    told = [
        int(found[1])
        for part in rest
        if len(part) <= _LONGEST_NAME and (found := _ATTEMPT.fullmatch(part) or _ILIAS.fullmatch(part))
    ]
    return max(told, default=0)


def is_of_platform(name):
    """Whether a file or folder is named as Moodle, Canvas, Brightspace or Blackboard does."""
    patterns = (_MOODLE, _CANVAS, _CANVAS_TEXT, _BRIGHTSPACE, _BLACKBOARD)
    return any(_match(pattern, name) for pattern in patterns)


def shorten_names(owners):
    """The `Owner` of each, without what Blackboard puts before every name, ``Week 3_`` in ``Week 3_ada``."""
    names = sorted({owner.name for owner in owners if owner.layout == "blackboard"})
    if not names:
        return list(owners)
    common = names[0]
    while not all(name.startswith(common) for name in names):
        common = common[:-1]
    # Of a single one nobody knows where the name begins: after the last sign.
    length = (common if len(names) > 1 else names[0]).rfind("_") + 1
    return [
        replace(owner, name=owner.name[length:] or owner.name) if owner.layout == "blackboard" else owner
        for owner in owners
    ]


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
            # Colab's, also behind a name: Google Classroom's "Ada - Copy of 03_watch_the_loss"
            before = re.sub(rf"(?:^|[\s_-]+){_COPY}$|^{_COPY}\s+", "", before, flags=re.IGNORECASE)
            # (1) and Copy1 are what browsers and Jupyter append
            own = before or ("" if re.fullmatch(r"(copy)?\s*\d*", after, re.IGNORECASE) else after)
            return own or stem
    return stem


def is_named(parts, assignment):
    """Whether a file, or a folder that it is in, has the name of the assignment."""
    return any(
        re.search(_pattern_of(assignment) + r"(?![^\W\d_])", split_suffix(part)[0], re.IGNORECASE)
        for part in parts
    )


def _pattern_of(assignment):
    """A pattern for the name of an assignment, whose words may be parted otherwise."""
    return r"(?<![^\W_])" + r"[\s_\-+.]*".join(map(re.escape, re.split(r"[\s_\-]+", assignment)))


def split_suffix(name):
    """(name without its suffix, suffix), of a notebook the whole ``.ipynb.txt``."""
    for suffix in (*sorted(SUFFIXES, key=len, reverse=True),):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], suffix
    path = PurePosixPath(name.replace("/", "_") or "_")
    return path.stem, path.suffix
