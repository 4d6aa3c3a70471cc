"""Where a submission lies while it is graded, and what is left of it when the grader is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from gpt2lab.grading.sandbox import working_folder as module
from gpt2lab.grading.sandbox.working_folder import remove_left, working_folder

pytest.importorskip("fcntl")
HOLD = """
import time
from gpt2lab.grading.sandbox.working_folder import working_folder
with working_folder() as folder:
    (folder / "notebook.ipynb").write_text("hidden")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def grow_old(path):
    os.utime(path, (time.time() - 3600,) * 2)


def test_nobody_else_sees_into_it_and_nothing_stays(temporary):
    with working_folder() as folder:
        assert folder.parent.stat().st_mode & 0o777 == 0o700 and folder.stat().st_mode & 0o777 == 0o755
        (folder / "x").write_text("")
    assert list(temporary.iterdir()) == []


def test_what_a_killed_grading_left_is_removed_and_what_a_living_one_holds_stays(temporary):
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(temporary)},
        )
        for _ in range(2)
    ]
    try:
        killed, living = [module.Path(holder.stdout.readline().strip()) for holder in holders]
        holders[0].send_signal(signal.SIGKILL)
        holders[0].wait()
        remove_left()
        assert killed.is_dir()  # it is young, and might have no lock yet
        for folder in (killed, living):
            grow_old(folder.parent)
        remove_left()
        assert not killed.parent.exists() and (living / "notebook.ipynb").exists()
    finally:
        for holder in holders:
            holder.kill()
            holder.communicate()


def test_what_is_no_grading_is_left_alone(temporary):
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "grading.lock").write_text("")
    (temporary / "gpt2lab-link").symlink_to(elsewhere)
    (temporary / "gpt2lab-mine").mkdir()
    (temporary / "gpt2lab-file").write_text("")
    (temporary / "gpt2lab-linked").mkdir()
    (temporary / "gpt2lab-linked" / "grading.lock").symlink_to(elsewhere / "grading.lock")
    for path in temporary.iterdir():
        grow_old(path)
    remove_left()
    assert len(list(temporary.iterdir())) == 5 and (elsewhere / "grading.lock").exists()
