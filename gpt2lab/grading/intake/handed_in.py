"""List what was handed in, in folders and zip archives; follow no link, unpack nothing to disk, open nothing
but plain files.

An archive is read entry by entry in memory, within limits: what students upload may be made to fill a disk, a
memory or an afternoon.
"""

import itertools
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from gpt2lab.grading.intake.archives import (
    Refused,
    entry_parts,
    entry_time,
    entry_trouble,
    open_archive,
    open_plain_file,
    read_entry,
)
from gpt2lab.grading.intake.naming import clean_name

LARGEST_NOTEBOOK = 20_000_000  # bytes
MOST_UNPACKED = 200_000_000  # bytes taken out of the archives of one student
MOST_FILES = 2_000  # of one student
MOST_STUDENTS = 20_000
DEEPEST_ARCHIVE = 2  # an archive in the archive of a student
DEEPEST_FOLDER = 16
_DEEPEST_AROUND = 3  # folders that stand around a class
_IGNORED = {"__MACOSX", "__pycache__", "node_modules", "desktop.ini", "Thumbs.db"}
_IGNORED |= {"Feedback Attachment(s)"}  # of Sakai: what went back to the student


@dataclass(frozen=True)
class HandedIn:
    """A file, or an empty folder, that was found.

    Attributes
    ----------
    parts : tuple of str
        Its name below the folder of submissions, as it is on disk; archives count as folders.
    path : Path
        The file on disk, which may be the archive that it lies in.
    inside : tuple of int
        Its place in the archive, in the archive within that, and so on; empty for a file on disk.
    size : int
        Bytes, unpacked.
    modified, received : float or None
        Seconds since 1970: by its own date, which in an archive is what the student's computer said; and by
        that of the file or entry which holds it among the submissions.
    clock : str
        Which date ``received`` is: 'file', on disk, or 'archive', that of a class.
    trouble : str
        Why it is not read, a clause; empty if it can be.
    remark : str
        What is odd about it though it is read, a clause.
    is_folder : bool
        True for an empty folder.
    """

    parts: tuple
    path: Path
    inside: tuple = ()
    size: int = 0
    modified: float | None = None
    received: float | None = None
    clock: str = "file"
    trouble: str = ""
    remark: str = ""
    is_folder: bool = False

    @property
    def name(self):
        """As it is shown: its parts, each cleaned."""
        return clean_name("/".join(clean_name(part) for part in self.parts), 200)

    def read(self, limit=LARGEST_NOTEBOOK):
        """Its bytes.

        Raises
        ------
        Refused
            If it cannot be read or is larger than ``limit``.
        """
        if self.trouble or self.is_folder:
            raise Refused(self.trouble or "is a folder")
        most = min(limit, self.size) + 1  # a buffer of that length is taken at once
        if self.inside:
            content = read_entry(open_archive(self.path, self.inside[:-1]), self.inside[-1], most)
        else:
            with open_plain_file(self.path) as file:
                content = file.read(most)
        if len(content) > limit:
            raise Refused(f"is larger than {limit / 1e6:.0f} MB")
        return content


def list_handed_in(root):
    """Everything below a folder, or in an archive.

    Parameters
    ----------
    root : Path
        A folder, a zip archive of a whole class, or a single file.

    Returns
    -------
    list of HandedIn
        In the order of their names.

    Raises
    ------
    Refused
        If ``root`` itself cannot be read.
    """
    if root.is_dir():
        found = _list_folder(root, (), 0, None)
    elif root.suffix.lower() == ".zip":
        found = _list_archive(HandedIn((), root), 0, None)
    else:
        with open_plain_file(root) as file:
            status = os.fstat(file.fileno())
        found = _list_file(
            HandedIn((root.name,), root, (), status.st_size, status.st_mtime, status.st_mtime), 1, None
        )
    return sorted(found, key=lambda handed: handed.parts)


class _Allowance:
    """What may still be taken from one student."""

    def __init__(self):
        self.files = MOST_FILES
        self.bytes = MOST_UNPACKED

    def take_file(self):
        self.files -= 1
        return self.files >= 0

    def take_bytes(self, size):
        self.bytes -= size
        if self.bytes < 0:
            raise Refused(f"holds more than {MOST_UNPACKED / 1e6:.0f} MB in archives")


def _list_folder(folder, parts, depth, allowance):
    try:
        with os.scandir(folder) as scan:
            entries = sorted(
                itertools.islice(scan, MOST_STUDENTS if allowance is None else MOST_FILES + 1),
                key=lambda entry: entry.name,
            )
    except OSError as error:
        if depth == 0:
            raise Refused(f"cannot be read ({error.strerror})") from error
        return [HandedIn(parts, folder, trouble=f"cannot be read ({error.strerror})")]
    entries = [entry for entry in entries if not _is_ignored(entry.name)]
    found = []
    for entry in entries:
        allowed = allowance or _Allowance()
        if not allowed.take_file():
            return [
                *found,
                HandedIn(
                    (*parts, entry.name),
                    folder,
                    trouble=f"is one of more than {MOST_FILES:,} files; it and those after it were not read",
                ),
            ]
        # What stands alone may stand around a class, of which each has an allowance of their own.
        around = allowance is None and len(entries) == 1 and depth < _DEEPEST_AROUND
        found += _list_entry(entry, (*parts, entry.name), depth, allowed, around)
    return found or [HandedIn(parts, folder, is_folder=True)] * (depth > 0)


def _list_entry(entry, parts, depth, allowance, around):
    path = Path(entry.path)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return [HandedIn(parts, path, trouble=f"cannot be read ({error.strerror})")]
    if stat.S_ISLNK(status.st_mode) or getattr(entry, "is_junction", bool)():
        return [HandedIn(parts, path, trouble="is a symbolic link, which is not followed")]
    if stat.S_ISDIR(status.st_mode):
        if depth >= DEEPEST_FOLDER:
            return [HandedIn(parts, path, trouble=f"is nested more than {DEEPEST_FOLDER} folders deep")]
        return _list_folder(path, parts, depth + 1, None if around else allowance)
    if not stat.S_ISREG(status.st_mode):
        return [HandedIn(parts, path, trouble="is no plain file (a pipe, a socket or a device)")]
    handed = HandedIn(parts, path, size=status.st_size, modified=status.st_mtime, received=status.st_mtime)
    return _list_file(handed, 1, allowance)


def _list_file(handed, depth, allowance):
    """The file, or what is in it if it is an archive."""
    name = handed.parts[-1].lower()
    if handed.trouble or not name.endswith(".zip"):
        if (
            not handed.trouble
            and name.endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))
            and handed.size > LARGEST_NOTEBOOK
        ):
            handed = replace(
                handed,
                trouble=f"has {handed.size / 1e6:,.0f} MB; the limit is {LARGEST_NOTEBOOK / 1e6:.0f} MB",
            )
        return [handed]
    if depth > DEEPEST_ARCHIVE:
        return [replace(handed, trouble=f"is an archive more than {DEEPEST_ARCHIVE} archives deep")]
    try:
        return _list_archive(handed, depth, allowance) or [replace(handed, is_folder=True)]
    except Refused as error:
        return [replace(handed, trouble=str(error))]


def _list_archive(handed, depth, allowance):
    """The entries of an archive; with ``depth`` 0 it is that of a class, of which each folder has an
    allowance of its own.
    """
    if handed.inside:
        allowance.take_bytes(handed.size)
    entries = [
        (place, entry, *entry_parts(entry))
        for place, entry in enumerate(open_archive(handed.path, handed.inside).infolist())
    ]
    entries = [each for each in entries if each[2] and not any(map(_is_ignored, each[2]))]
    # A folder that stands around the class is not a student's.
    students_at = 1 + next(
        (
            depth
            for depth in range(_DEEPEST_AROUND)
            if len({inner[: depth + 1] for _, _, inner, _ in entries if len(inner) > depth + 1}) != 1
        ),
        _DEEPEST_AROUND,
    )
    allowances = {}
    found = []
    for place, entry, inner, odd in entries:
        allowed = allowance or allowances.setdefault(inner[:students_at], _Allowance())
        if not allowed.take_file():
            if allowed.files == -1:
                found.append(
                    HandedIn(
                        (*handed.parts, *inner),
                        handed.path,
                        trouble=(
                            f"is one of more than {MOST_FILES:,} files; it and those after it were not read"
                        ),
                    )
                )
            continue
        modified = entry_time(entry)
        received, clock = (modified, "archive") if depth == 0 else (handed.received, handed.clock)
        child = HandedIn(
            (*handed.parts, *inner),
            handed.path,
            (*handed.inside, place),
            entry.file_size,
            modified,
            received,
            clock,
            entry_trouble(entry),
            odd,
            entry.is_dir(),
        )
        found += [child] if entry.is_dir() else _list_file(child, depth + 1, allowed)
    return found


def _is_ignored(name):
    return name.startswith(".") or name in _IGNORED
