"""What the tests of `run_in_fresh_process` have another process do."""

import os

from gpt2lab.base.machine import peak_bytes
from gpt2lab.errors import ArgumentError


def identity(**job):
    return {**job, "process": os.getpid()}


def peak_with(megabytes):
    held = bytearray(megabytes * 2**20)
    held[::4096] = b"x" * len(held[::4096])  # what is never written to is not in memory
    del held
    return peak_bytes()


def refused():
    raise ArgumentError("steps=-1 is below 1.")


def killed():
    os.kill(os.getpid(), 9)


def leaves_a_file():
    import tempfile

    return tempfile.mkstemp()[1]
