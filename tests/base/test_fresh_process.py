"""A call in a process of its own: its memory is its own, and its answer comes back."""

import os
from pathlib import Path

import fresh_process_jobs as jobs
import pytest

from gpt2lab.base.fresh_process import run_in_fresh_process
from gpt2lab.errors import ArgumentError, ExperimentError

MEGABYTE = 2**20


def test_a_fresh_process_does_not_count_what_this_one_holds():
    held = bytearray(300 * MEGABYTE)
    held[::4096] = b"x" * len(held[::4096])
    little, much = (run_in_fresh_process(jobs.peak_with, megabytes=size) for size in (1, 200))
    assert little < 150 * MEGABYTE and 190 * MEGABYTE < much - little < 210 * MEGABYTE and held


def test_results_and_errors_come_back():
    found = run_in_fresh_process(jobs.identity, number=0.1, texts=["ä\n", None])
    assert found.pop("process") != os.getpid() and found == {"number": 0.1, "texts": ["ä\n", None]}
    with pytest.raises(ArgumentError, match="steps=-1"):
        run_in_fresh_process(jobs.refused)


def test_a_killed_process_is_said_to_be_killed():
    with pytest.raises(ExperimentError, match="killed ended without a result .*out of memory"):
        run_in_fresh_process(jobs.killed)


def test_what_a_process_leaves_in_the_temporary_folder_is_deleted():
    assert not Path(run_in_fresh_process(jobs.leaves_a_file)).exists()
