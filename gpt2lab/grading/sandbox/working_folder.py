"""The folder that holds a submission while it is graded: nobody else on the machine sees into it, and what a
grading that was killed left behind is removed when the next one starts.
"""

import contextlib
import functools
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nothing is graded in a sandbox
    fcntl = None

_PREFIX = "gpt2lab-"
_LOCK = "grading.lock"  # held as long as the process lives, however it ends
_YOUNG = 60  # seconds in which a folder may not have its lock yet


@contextlib.contextmanager
def working_folder():
    """A new folder within a private one, removed at the end.

    Only the way to it is private: whom the sandbox makes of an administrator may read what is bound there.

    Yields
    ------
    Path
    """
    _remove_left_once()
    private = Path(tempfile.mkdtemp(prefix=_PREFIX))  # 0700
    lock = _hold(private / _LOCK, os.O_CREAT)
    try:
        folder = private / "in"
        folder.mkdir()
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(private, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_left(folder=None):
    """Remove the folders of this user that gradings which were killed left behind.

    Parameters
    ----------
    folder : Path, optional
        Where they are looked for; by default where this machine has its temporary files.
    """
    for private in Path(folder or tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = private.lstat()
            ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if not ours or time.time() - status.st_mtime < _YOUNG:
                continue
            lock = _hold(private / _LOCK)
            if lock is not None:
                shutil.rmtree(private, ignore_errors=True)
                os.close(lock)


@functools.cache
def _remove_left_once():
    if fcntl:
        remove_left()


def _hold(path, flags=0):
    """A descriptor that holds the lock of a folder, or None if another process does."""
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
