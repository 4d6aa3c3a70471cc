"""Read zip archives that may be damaged or forged: in memory, entry by entry, within limits, never by the
names in them.
"""

import io
import os
import stat
import struct
import time
import zipfile
from functools import lru_cache

from gpt2lab.grading.intake.naming import clean_name

LARGEST_ARCHIVE = 50_000_000  # bytes of an archive within an archive, which has to be held in memory
HIGHEST_RATIO = 200  # of unpacked to packed size; a notebook with a long log of training reaches 50
_LONGEST_CONTENTS = 4_000_000  # bytes of the list at the end of an archive
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_EXTENDED_TIME = 0x5455


class Refused(Exception):
    """Why something is not read; a clause for a note."""


def open_plain_file(path):
    """A plain file, open to be read from; a link, a pipe or a device is not opened, also if it took the
    place of a file just now.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Refused("is no plain file")
    return file


class _ShortReads:
    """A file that, as long as ``limited``, gives no more at once than a list of contents may be long:
    zipfile would take any length into memory.
    """

    def __init__(self, file):
        self._file = file
        self.limited = True

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __del__(self):
        self._file.close()

    def read(self, size=-1):
        if not self.limited:
            return self._file.read(size)
        data = self._file.read(min(size, _LONGEST_CONTENTS + 1) if size >= 0 else _LONGEST_CONTENTS + 1)
        if len(data) > _LONGEST_CONTENTS:
            raise zipfile.BadZipFile("its list of contents is too long")
        return data


def open_archive(path, inside=()):
    """An archive, open to be read from.

    Parameters
    ----------
    path : Path
        The file on disk.
    inside : tuple of int, default ()
        The place of an archive in it, and so on.

    Raises
    ------
    Refused
        If it cannot be read or unpacked.
    """
    try:
        status = path.lstat()
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})") from error
    # By these a file is known again. Processes must not share an open file: they would move each other's
    # place in it.
    return _open_archive(
        path,
        (os.getpid(), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
        inside,
    )


@lru_cache(maxsize=2)
def _open_archive(path, state, inside):
    """An archive, open; kept for the next call, since the list of what a class handed in may be long."""
    if inside:
        file = io.BytesIO(
            read_entry(_open_archive(path, state, inside[:-1]), inside[-1], LARGEST_ARCHIVE + 1)
        )
        if file.getbuffer().nbytes > LARGEST_ARCHIVE:
            raise Refused(f"is larger than {LARGEST_ARCHIVE / 1e6:.0f} MB")
    else:
        file = open_plain_file(path)
    reader = _ShortReads(file)
    try:
        unpacked = zipfile.ZipFile(reader)
    except Exception as error:  # zipfile answers damaged and forged archives with errors of every kind
        raise Refused(f"is a damaged archive ({_first_line(error)})") from error
    reader.limited = False
    return unpacked


def close_archives():
    """Let go of the archives that are kept open."""
    _open_archive.cache_clear()


def read_entry(unpacked, place, most):
    """Up to ``most`` bytes of an entry of an open archive."""
    try:
        entry = unpacked.infolist()[place]
        if trouble := entry_trouble(entry):
            raise Refused(trouble)
        with unpacked.open(entry) as file:
            return file.read(most)
    except Refused:
        raise
    except Exception as error:  # as above
        raise Refused(f"cannot be unpacked ({_first_line(error)})") from error


def entry_trouble(entry):
    """Why an entry is not unpacked, a clause; empty if it can be."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a symbolic link, which is not followed"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no plain file (a pipe, a socket or a device)"
    if entry.flag_bits & 0x1:
        return "is protected by a password"
    if entry.compress_type not in _PACKED:
        return "is packed in an unusual way; pack it as an ordinary zip"
    if entry.file_size > 1_000_000 and entry.file_size > HIGHEST_RATIO * max(1, entry.compress_size):
        return (
            f"is a zip bomb or the like ({entry.file_size / 1e6:,.0f} MB packed into"
            f" {entry.compress_size / 1e6:.2f} MB)"
        )
    return ""


def entry_parts(entry):
    """The names of the folders and the file of an entry, and what is wrong with them: nothing may lead out
    of the archive.
    """
    name = entry.filename
    if not entry.flag_bits & 0x800:
        # Without the mark for UTF-8 zipfile takes the old DOS letters, but macOS writes UTF-8 and leaves the
        # mark out.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    parts = name.replace("\\", "/").split("/")
    leads_out = (
        ".." in parts or (parts[0] == "" and len(parts) > 1) or (len(parts[0]) == 2 and parts[0][1] == ":")
    )
    kept = tuple(part for part in parts if part not in ("", ".", ".."))
    return kept, "has a name that leads out of its archive" if leads_out else ""


def entry_time(entry):
    """Seconds since 1970; by the exact time where the archive has it, else by the time of day, taken as that
    of this machine.
    """
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _EXTENDED_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return float(struct.unpack("<i", extra[5:9])[0])
        extra = extra[4 + size :]
    try:
        return time.mktime((*entry.date_time, 0, 0, -1)) if entry.date_time[0] > 1980 else None
    except (ValueError, OverflowError):
        return None


def _first_line(error):
    return clean_name(str(error).partition("\n")[0] or type(error).__name__)
