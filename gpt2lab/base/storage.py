"""Write files so that neither a crash nor a second process leaves half of one; say in a sentence why one
could not be written.
"""

import contextlib
import errno
import os
import shutil
import time
from pathlib import Path

from gpt2lab.errors import StorageError

_NO_ROOM = (
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG}
)
LOCK_POLL = 0.2  # seconds between two tries to take a lock that another process holds


def storage_error(error, path):
    """The ``StorageError`` that says what an ``OSError`` met at ``path`` means and what to do."""
    if error.errno in _NO_ROOM:
        free = _free_bytes(path)
        room = "" if free is None else f" ({free / 1e6:,.0f} MB are free)"
        return StorageError(
            f"No room to write {path}{room}; free some space or choose another folder, then run it again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"No permission to write {path}; choose a folder that is yours, for example one in your home"
            " folder."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StorageError(
            f"{path} cannot be written as a file stands where a folder is needed; choose another folder."
        )
    return StorageError(
        f"{path} could not be written ({error.strerror or error}); check the folder or choose another."
    )


def make_folder(folder):
    """Create ``folder`` and those above it where missing; return it as a Path.

    Raises
    ------
    StorageError
        If that is not possible.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder


def require_room(folder, needed):
    """Refuse to start what cannot end well: ``needed`` bytes must be free where ``folder`` is or will be.

    Raises
    ------
    StorageError
        If they are not.
    """
    free = _free_bytes(folder)
    if free is not None and free < needed:
        raise StorageError(
            f"{needed / 1e6:,.0f} MB are needed in {folder} and {free / 1e6:,.0f} MB are free; "
            "free some space or choose another folder."
        )


def _free_bytes(path):
    path = Path(path).absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None  # some network file systems do not tell


@contextlib.contextmanager
def replace_file(path):
    """Open a file that takes the place of ``path`` when the block ends well, whole and at once; else ``path``
    stays as it was.

    Yields
    ------
    file object
        Binary, to write to.

    Raises
    ------
    StorageError
        If the file could not be written.
    """
    path = Path(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.tmp")
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # a rename may reach the disk before the bytes do
        os.replace(beside, path)
    except OSError as error:
        raise error if isinstance(error, StorageError) else storage_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def write_bytes(path, content):
    """Write ``content`` (bytes) to ``path``, whole or not at all.

    Raises
    ------
    StorageError
        If the file could not be written.
    """
    with replace_file(path) as file:
        file.write(content)


@contextlib.contextmanager
def lock(path, waiting=None):
    """Keep other processes and threads out of a block; the system lets go of the lock of a process that was
    killed.

    `filelock` does not promise the two things that students' and shared folders need. Its lock file stays
    (so that in a folder of a class nobody but its owner could lock again), and up to its version 3.25 two
    processes enter at once where a holder deletes it. Where a file system has no locks, as some network
    drives, it waits for ever or fails, by its version.

    Parameters
    ----------
    path : str or Path
        The lock file; it is there only while somebody holds it, and one that was left behind does no harm.
    waiting : callable, optional
        Called once, without arguments, if another process holds the lock.

    Raises
    ------
    StorageError
        If the lock file cannot be written.
    """
    path = Path(path)
    try:
        file = _open_locked(path, waiting)
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            # before letting go: who waits sees that this file is no longer the lock and opens a new one
            path.unlink()
        file.close()


def _open_locked(path, waiting):
    while True:
        file = open(path, "ab")
        try:
            held = _try_lock(file)
            if held and _is_at(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()
        if not held:
            if waiting is not None:
                waiting()
                waiting = None
            time.sleep(LOCK_POLL)


def _is_at(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _try_lock(file):
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks (some network drives): better unlocked than not at all
    return True
