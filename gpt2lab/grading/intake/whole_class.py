"""Where the students of a class begin: which folders stand around them, told by what lies side by side, since
the archive of a learning platform may be called anything.

One student's folder is never taken for a class without two signs of it, and a class never for one student:
where neither can be said, `Unclear`.
"""

import fnmatch
import re
from dataclasses import replace

from gpt2lab.base.wording import join_words
from gpt2lab.grading.intake.archives import Refused
from gpt2lab.grading.intake.handed_in import list_handed_in
from gpt2lab.grading.intake.layouts import (
    SUFFIXES,
    is_named,
    is_of_platform,
    split_suffix,
    without_assignment,
)
from gpt2lab.grading.intake.naming import clean_name

# Folders that stand around the submissions of a class.
_AROUND = re.compile(r"submissions|submitted( files)?|abgaben|.+[-_ ]submissions", re.IGNORECASE)
_BESIDE = {"working files"}  # what Teams puts beside them
_NBGRADER = {"submitted", "source", "release", "autograded", "feedback", "exchange"}
# Google Drive packs a large folder into several archives.
_DRIVE = re.compile(r".+-\d{8}T\d{6}Z(-\d+)*-\d{3}\.zip", re.IGNORECASE)
# Words of which the names of folders and files within one student's own are made: the first say so, the
# others leave it open.
_AGAIN = frozenset("version attempt versuch v copy kopie backup old older new newer again".split())
_WORK = _AGAIN | frozenset(
    "try take abgabe submission submissions attachment final draft finished done solution solutions solved"
    " answer answers exercise exercises home homework hw assignment assignments notebook notebooks source src"
    " work scratch test tests temp tmp data model models untitled my the of problem week upload sub deep"
    " download downloads figures images img plots output outputs runs checkpoint checkpoints docs"
    " texts".split()
)
_NUMBERED = re.compile(r"\(\d+\)\s*$")  # what a browser, or Google Drive, makes of a second file of a name
_GRADESCOPE = "submission_metadata.yml"
_LONGEST_NAME = 1_000  # characters; no platform writes longer ones
_MOST_READ = 2_000  # notebooks that are opened to see of which assignment they are
_LONGEST_LIST = 8


class Unclear(Exception):
    """It cannot be told who the students are; a clause for an error."""


def list_class(root, notebook_name, others=(), students_in=None):
    """Everything that a class handed in, without the folders and the archive that stand around it.

    Parameters
    ----------
    root : Path
        A folder, the archive of a class, or a single file.
    notebook_name : str
    others : sequence of str, default ()
        Names of the course's other notebooks.
    students_in : str, optional
        Which folder holds the students: ``"."`` for the top, ``"Week 3"``, or ``"*"`` for each of the first
        level.

    Returns
    -------
    tuple of (list of HandedIn, dict of str to str)
        What there is, each part below the folders that stand around; and what students are called whose
        folder has another name.

    Raises
    ------
    Refused
        If ``root`` cannot be read.
    Unclear
        If it may be several students or one.
    """
    looks = _Looks(notebook_name, others)
    found = list_handed_in(root)
    tops = {handed.parts[0] for handed in found if handed.parts}
    if tops and all(len(name) <= _LONGEST_NAME and _DRIVE.fullmatch(name) for name in tops):
        found = _without_first(found)
    elif len(tops) == 1 and any(handed.inside for handed in found) and _is_of_a_class(found, looks):
        root = found[0].path  # the archive of a class, alone in its folder
        found = list_handed_in(root)
    if students_in is not None:
        return _below(found, students_in), {}
    names = {}
    while around := _folder_around(found, root.stem, looks):
        found = _inside(found, around)
        names = _without_prefix(found, around)
    names |= _names_of_gradescope(found)
    _refuse_groups(found, looks)
    return found, names


def which_exercises(content, notebook_name):
    """Whether a file holds exercises of this assignment, and of others; looked for in its bytes, since it
    may be damaged.
    """
    labels = {
        int(found)
        for found in re.findall(rb"EXERCISE\s{1,9}(\d\d)\.\d", content.replace(b"\0", b""), re.IGNORECASE)
    }
    own = re.match(r"\d\d", notebook_name)
    return bool(own) and int(own[0]) in labels, bool(labels - {own and int(own[0])})


class _Looks:
    """Tells whether files are notebooks of the assignment; each is opened once, and only where its name does
    not say it.
    """

    def __init__(self, notebook_name, others):
        self.assignment = notebook_name
        self.assignments = (notebook_name, *others)
        self._known = {}

    def fits(self, handed):
        """Whether it is a notebook of the assignment."""
        return self._look(handed)[0]

    def may_fit(self, handed):
        """Whether it is a notebook, and not one of another assignment."""
        return self._look(handed)[1]

    def _look(self, handed):
        name = handed.parts[-1] if handed.parts else ""
        if handed.is_folder or not name.lower().endswith(SUFFIXES):
            return False, False
        if handed.trouble or is_named((name,), self.assignment):
            return not handed.trouble, True
        key = (handed.path, handed.inside)
        if key not in self._known and len(self._known) < _MOST_READ:
            try:
                ours, foreign = which_exercises(handed.read(), self.assignment)
            except Refused:
                ours, foreign = False, False
            foreign = foreign or any(is_named((name,), other) for other in self.assignments[1:])
            self._known[key] = ours, ours or not foreign
        return self._known.get(key, (False, True))

    def is_named(self, name):
        return is_named((name,), self.assignment)

    def student_of(self, file):
        """The name of the student in that of a notebook; empty if it tells none."""
        stem = split_suffix(file)[0]
        name = without_assignment(stem, self.assignments)
        return "" if is_named((name,), self.assignment) or _is_made_of(name, _WORK) else name


def _judge(found, looks, fits):
    """(what the content of a folder is: 'class', 'one' student's or 'unclear'; who the students would be).

    ``fits`` tells which notebooks count.
    """
    folders, files = {}, []
    for handed in found:
        if len(handed.parts) > 1:
            if not folders.get(handed.parts[0]):
                folders[handed.parts[0]] = fits(handed)
        elif fits(handed):
            files.append(handed.parts[0])
    holding = [name for name, fits in folders.items() if fits]
    sure = [name for name in holding if _is_within_one(name, _AGAIN)]
    apart = [name for name in folders if not _is_within_one(name, _WORK) and not looks.is_named(name)]
    people = [name for name in apart if name in holding]
    named = sorted({name for name in map(looks.student_of, files) if name})
    if len(people) + len(named) > 1:
        return "class", [*people, *named]
    if people and len(apart) > 1:
        return "unclear", [*apart, *files]  # the others may have handed in no notebook
    if len(holding) == 1 and not files and not _is_packed(holding[0]):
        return _judge(_inside(found, holding[0]), looks, fits)
    open_to_doubt = [name for name in holding if name not in sure]
    numbered = [name for name in files if _NUMBERED.search(split_suffix(name)[0])]
    if len(open_to_doubt) + len(files) > 1 and (open_to_doubt or named or numbered):
        return "unclear", [*open_to_doubt, *files]
    return "one", [*holding, *files]


def _is_within_one(folder, words):
    """Whether a folder is called as those within a student's own are; a long number is that of a student."""
    name = folder[:-4] if _is_packed(folder) else folder
    return _is_made_of(name, words) and sum(letter.isdigit() for letter in name) < 4


def _is_made_of(name, words):
    return set(re.findall(r"[^\W\d_]+", name[:_LONGEST_NAME].lower().replace("(s)", ""))) <= words


def _is_packed(name):
    return name.lower().endswith(".zip")


def _is_of_a_class(found, looks):
    """Whether an archive that lies alone in its folder is that of a class."""
    if any(is_of_platform(part) for handed in found if handed.inside for part in handed.parts[1:3]):
        return True
    inside = _without_first(found)
    tops = {handed.parts[0] for handed in inside}
    return any(map(_AROUND.fullmatch, tops)) or _judge(inside, looks, looks.may_fit)[0] == "class"


def _folder_around(found, own_name, looks):
    """The one folder that stands around all submissions and is no student's; None if there is none."""
    tops = {handed.parts[0] for handed in found}
    folders = {
        handed.parts[0] for handed in found if len(handed.parts) > 1 and not _is_packed(handed.parts[0])
    }
    if "submitted" in folders and folders <= _NBGRADER and not any(name.endswith(".ipynb") for name in tops):
        return "submitted"
    folders = {name for name in folders if name.lower() not in _BESIDE}
    loose = {name for name in tops - folders if name.lower().endswith((*SUFFIXES, ".zip"))}
    if len(folders) != 1 or loose or any(handed.is_folder and len(handed.parts) == 1 for handed in found):
        return None
    (name,) = folders
    if is_of_platform(name):
        return None
    inside = _inside(found, name)
    below = {handed.parts[0] for handed in inside} - {"index.html"}
    if _AROUND.fullmatch(name) or name == own_name or (below and all(map(is_of_platform, below))):
        return name
    kind, who = _judge(inside, looks, looks.may_fit)
    if kind == "unclear":
        raise Unclear(f"has one folder, {clean_name(name)}, with {_list(who)}: several students or one")
    return name if kind == "class" or any(map(is_of_platform, below)) else None


def _refuse_groups(found, looks):
    """Where half of the folders seem to hold several students each, they are no students."""
    folders = {}
    for handed in found:
        first = handed.parts[0]
        if len(handed.parts) > 1 and not _is_packed(first) and not is_of_platform(first):
            folders.setdefault(first, []).append(handed)
    if not folders or len(folders) == len({handed.parts[0] for handed in found}) == 1:
        return
    holding = {name: files for name, files in folders.items() if any(map(looks.fits, files))}
    groups = {}
    for name, files in holding.items():
        kind, who = _judge(_without_first(files), looks, looks.fits)
        if kind == "class":
            groups[name] = who
    if groups and 2 * len(groups) >= len(holding):
        listed = [f"{clean_name(name)} ({_list(who)})" for name, who in sorted(groups.items())]
        raise Unclear(f"has folders that may hold several students or one each: {_list(listed)}")


def _list(names):
    shown = [clean_name(name, 60) for name in names[:_LONGEST_LIST]]
    more = len(names) - len(shown)
    return join_words([*shown, f"{more} more"] if more > 0 else shown)


def _without_first(found):
    """What is below the first folder of each."""
    below = [replace(handed, parts=handed.parts[1:]) for handed in found]
    return [handed for handed in below if handed.parts]


def _inside(found, folder):
    return _without_first([handed for handed in found if handed.parts[0] == folder])


def _below(found, students_in):
    """What is below the folders that the instructor named."""
    wanted = [part for part in str(students_in).replace("\\", "/").split("/") if part not in ("", ".")]
    kept, came_from = [], {}
    for handed in found:
        above, rest = handed.parts[: len(wanted)], handed.parts[len(wanted) :]
        if rest and all(map(fnmatch.fnmatchcase, above, wanted)):
            if came_from.setdefault(rest[0], above) != above:
                raise Unclear(
                    f"has {clean_name(rest[0])} in {clean_name('/'.join(above))} and in"
                    f" {clean_name('/'.join(came_from[rest[0]]))}, which may be two students; grade these"
                    " folders one by one"
                )
            kept.append(replace(handed, parts=rest))
    if not kept:
        tops = sorted({handed.parts[0] for handed in found if len(handed.parts) > 1})
        raise Unclear(f"holds nothing in {clean_name(str(students_in))}; its folders are {_list(tops)}")
    return kept


def _without_prefix(found, around):
    """What GitHub Classroom puts before each name: ``week3-`` in ``week3-submissions/week3-ada``."""
    prefix = around[: -len("submissions")] if around.lower().endswith("submissions") else ""
    firsts = {handed.parts[0] for handed in found if len(handed.parts) > 1}
    if not prefix or not all(name.startswith(prefix) and name != prefix for name in firsts):
        return {}
    return {name: name[len(prefix) :] for name in firsts}


def _names_of_gradescope(found):
    """Whose ``submission_123`` is, from the list that Gradescope puts beside; a group has all its names."""
    metadata = next((handed for handed in found if handed.parts == (_GRADESCOPE,)), None)
    if metadata is None:
        return {}
    try:
        text = metadata.read().decode("utf-8", "replace")
    except Refused:
        return {}
    names = {}
    submission, submitters = "", False
    for line in text.splitlines():
        if top := re.fullmatch(r"(\S+?):\s*", line):
            submission, submitters = top[1], False
        elif key := re.fullmatch(r"  :(\w+):.*", line):
            submitters = key[1] == "submitters"
        elif submission and submitters and (name := re.fullmatch(r"\s+(?:- )?:name:\s*(.+?)\s*", line)):
            names.setdefault(submission, []).append(name[1].strip("'\""))
    return {submission: ", ".join(who) for submission, who in names.items()}
