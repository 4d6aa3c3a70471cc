"""Bars where somebody sees them."""

import io
import math
import sys
import threading
from types import SimpleNamespace

import pytest

from gpt2lab.base import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def nobody(monkeypatch):
    monkeypatch.delenv("GPT2LAB_PROGRESS", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", None)


def test_a_log_file_and_a_missing_stderr_get_no_bar(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.bar(total=3, desc="steps") as bar:
        bar.update()
    assert sys.stderr.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", None)
    assert not progress.is_shown()


def test_a_terminal_gets_one_unless_it_is_turned_off(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.bar(total=3, desc="fine-tuning", file=sys.stderr) as bar:
        bar.update(3)
    assert "fine-tuning: 100%" in sys.stderr.getvalue()
    monkeypatch.setenv("GPT2LAB_PROGRESS", "0")
    assert not progress.is_shown()


def test_a_notebook_gets_one_and_ipython_in_a_pipe_does_not(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    for shell, expected in (
        (SimpleNamespace(kernel=object()), True),
        (SimpleNamespace(), False),
        (None, False),
    ):
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert progress.is_shown() is expected


def test_a_thread_can_be_silenced_without_the_others(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    seen = {}

    def work():
        with progress.silent():
            seen["inside"] = progress.is_shown()
            begun.set()
            looked.wait(10)
        seen["afterwards"] = progress.is_shown()

    begun, looked = threading.Event(), threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    begun.wait(10)
    seen["others"] = progress.is_shown()
    looked.set()
    thread.join()
    assert (seen["inside"], seen["others"], seen["afterwards"]) == (False, True, True)


def test_a_run_in_a_terminal_shows_a_bar_with_its_losses(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    row = {"step": 41, "loss": 3.456, "average_loss": 3.5, "valid_loss": math.nan}
    with progress.watch() as watcher:
        watcher.begin("run1", 40, 80, [row | {"step": 40, "valid_loss": 3.7}])
        watcher.step(row)
        watcher.end("stopped")
        assert not watcher.stop_requested
    said = sys.stderr.getvalue().split("\r")[-1]
    assert "Fine-tuning:  51%" in said and "41/80" in said and "loss=3.46, average=3.50, valid=3.70" in said


def test_within_a_silent_block_there_are_no_bars(nobody, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.silent():
        assert not progress.is_shown()
    assert progress.is_shown()
