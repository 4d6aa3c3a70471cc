"""The processes that a kernel started: how many there are, what they take, and their end."""

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

import psutil

_PIPE = 1 << 16  # bytes that a pipe holds; it cannot be made to hold more, nor a socket
_SOCKET = 212_992  # likewise, where Linux does not say
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


def buffers(found):
    """Bytes that may wait in the sockets and pipes of processes in a sandbox, which no process is charged
    for.

    Sockets are those of the network of the youngest, of which each sandbox has its own, with those that are
    on their way in a message; pipes are those that some process has open.
    """
    return next(filter(None, map(_in_sockets, reversed(found))), 0) + _PIPE * len(_pipes(found))


def _in_sockets(process):
    """Of sockets on this machine the most that they may hold, of others what waits in them."""
    network = Path("/proc", str(process.pid), "net")
    taken = len(_rows(network / "unix")) * _most_of_a_socket()
    for name, cost in (("tcp", 2), ("tcp6", 2), ("udp", 1), ("udp6", 1)):
        for row in _rows(network / name):
            with contextlib.suppress(ValueError, IndexError):
                taken += cost * sum(int(part, 16) for part in row.split()[4].split(":"))
    for row in _rows(network / "netlink"):
        with contextlib.suppress(ValueError, IndexError):
            taken += sum(map(int, row.split()[4:6]))
    return taken


def _rows(path):
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return []


def _most_of_a_socket():
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return _SOCKET


def _pipes(found):
    pipes = set()
    for process in found:
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    target = os.readlink(entry.path)
                    if target.startswith("pipe:"):
                        pipes.add(target)
    return pipes
