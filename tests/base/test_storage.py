"""Files that are whole or not there, and a lock that nobody can leave locked."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from gpt2lab.base import storage
from gpt2lab.base.storage import lock, make_folder, replace_file, require_room, storage_error, write_bytes
from gpt2lab.errors import StorageError

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and locks")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(storage, "LOCK_POLL", 0.002)


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "file"
    write_bytes(path, b"old")
    with pytest.raises(KeyError), replace_file(path) as file:
        file.write(b"half of the new")
        raise KeyError
    assert path.read_bytes() == b"old"
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "number, words",
    [
        (errno.ENOSPC, "No room"),
        (errno.EROFS, "No permission"),
        (errno.ENOTDIR, "a file stands"),
        (errno.EIO, "Input"),
    ],
)
def test_an_error_of_the_system_says_what_to_do(tmp_path, number, words):
    said = str(storage_error(OSError(number, os.strerror(number)), tmp_path / "file"))
    assert words in said and str(tmp_path / "file") in said and said.endswith(".")
    assert "choose a" in said


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for act in (make_folder, lambda path: write_bytes(path, b""), lambda path: lock(path).__enter__()):
        with pytest.raises(StorageError, match="file"):
            act(tmp_path / "file" / "below")


def test_too_little_room_is_said_before_anything_is_written(tmp_path):
    require_room(tmp_path / "not there yet", 1)
    with pytest.raises(StorageError, match="MB are needed"):
        require_room(tmp_path / "not there yet", 10**18)


def test_one_at_a_time_holds_a_lock_and_no_file_stays(tmp_path):
    inside, most = [], []

    def enter_often():
        for _ in range(50):
            with lock(tmp_path / "lock"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=enter_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 200 and os.listdir(tmp_path) == []


def test_a_lock_file_that_was_left_behind_blocks_nobody(tmp_path):
    (tmp_path / "lock").write_bytes(b"")
    with lock(tmp_path / "lock", lambda: pytest.fail("waited")):
        pass
    assert os.listdir(tmp_path) == []


@posix
def test_who_waits_is_told_once_and_enters_when_the_holder_is_killed(tmp_path):
    code = (
        "import sys, time\nfrom gpt2lab.base.storage import lock\n"
        "with lock(sys.argv[1]): print(flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path / "lock"], stdout=subprocess.PIPE)
    holder.stdout.readline()
    told = []

    def waiting():
        told.append(1)
        holder.send_signal(signal.SIGKILL)

    with lock(tmp_path / "lock", waiting):
        assert told == [1]
    holder.wait()
    holder.stdout.close()
    assert os.listdir(tmp_path) == []


@posix
def test_a_drive_without_locks_is_used_without(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with lock(tmp_path / "lock", lambda: pytest.fail("waited")):
        pass
    assert os.listdir(tmp_path) == []
