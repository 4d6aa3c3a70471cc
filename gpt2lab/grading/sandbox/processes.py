"""The processes that a kernel started: how many there are, what they take, and their end."""

import ctypes
import sys
import time

import psutil

_SET_CHILD_SUBREAPER = 36  # of prctl, in linux/prctl.h


def adopt_orphans():
    """Become the parent of every process below this one whose own parent ends: who goes into the background
    stays known. Linux only.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def below(process=None):
    """All processes that a process started and that these started, that of the longest standing first; by
    default those of this one.
    """
    try:
        return (process or psutil.Process()).children(recursive=True)
    except psutil.Error:
        return []


def end_below(process=None, seconds=10):
    """Kill them all, again and again while new ones come, and wait until they are gone."""
    until = time.monotonic() + seconds
    while (found := below(process)) and time.monotonic() < until:
        for one in found:
            try:
                one.kill()
            except psutil.Error:
                pass
        psutil.wait_procs(found, timeout=0.5)


def memory(found, enough):
    """Bytes that processes take. Only if that seems to be too much, what they share is counted once, which
    takes longer.
    """
    taken = sum(map(_resident, found))
    return taken if taken <= enough else sum(map(_share, found))


def _resident(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _share(process):
    try:
        return process.memory_full_info().pss
    except (psutil.Error, AttributeError, OSError):  # one may forbid to be looked at so closely
        return _resident(process)
