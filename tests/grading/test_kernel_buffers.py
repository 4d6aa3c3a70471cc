"""What waits in sockets and pipes takes memory that no process is charged for: it is known, and limited."""

import platform
import socket
import struct
import subprocess
import sys

import psutil
import pytest

from gpt2lab.grading.sandbox import processes, seccomp

ALLOWED, AS_IF_DONE, FORBIDDEN, NO_CALL, NO_FAMILY = 0x7FFF0000, 0x50000, 0x50001, 0x50026, 0x50061
FILLED = """
import os, socket
pairs = [socket.socketpair() for _ in range(40)]
pipes = [os.pipe() for _ in range(30)]
print("ready", flush=True)
input()
"""


def outcome(call, *arguments, machine):
    """What the filter answers: its instructions, run as Linux does."""
    architecture = seccomp._MACHINES[machine][0]
    data = struct.pack("=IIQ6Q", call, architecture, 0, *(*arguments, *(0,) * (6 - len(arguments))))
    instructions = list(struct.iter_unpack("HBBI", seccomp.program()))
    at = held = 0
    while True:
        code, if_so, if_not, value = instructions[at]
        at += 1
        if code == seccomp._LOAD:
            (held,) = struct.unpack_from("=I", data, value)
        elif code == seccomp._RETURN:
            return value
        else:
            at += if_so if (held == value if code == seccomp._EQUAL else held >= value) else if_not


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_buffers_cannot_be_enlarged_and_nothing_else_of_these_calls_is_refused(monkeypatch, machine):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    option, family, file = (
        table[machine] for table in (seccomp._SETSOCKOPT, seccomp._SOCKET, seccomp._FCNTL)
    )
    for number in (7, 8, 32, 33):
        assert outcome(option, 3, 1, number, machine=machine) == AS_IF_DONE
    for level, number in ((1, 2), (1, 9), (6, 7), (0, 8), (41, 33)):
        assert outcome(option, 3, level, number, machine=machine) == ALLOWED
    assert outcome(option, 3, (1 << 32) + 1, 7, machine=machine) == AS_IF_DONE
    assert outcome(file, 3, 1031, machine=machine) == FORBIDDEN
    assert {outcome(file, 3, command, machine=machine) for command in (1, 2, 4, 1030, 1032)} == {ALLOWED}
    assert {outcome(family, each, machine=machine) for each in (1, 2, 10, 16)} == {ALLOWED}
    assert {outcome(family, each, machine=machine) for each in (0, 17, 21, 38, 40)} == {NO_FAMILY}
    known = {*seccomp._MACHINES[machine][1].values(), *seccomp._EVERYWHERE.values()}
    assert {outcome(call, machine=machine) for call in known} == {NO_CALL}
    assert {outcome(call, machine=machine) for call in set(range(460)) - known - {family}} == {ALLOWED}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox")
def test_what_sockets_and_pipes_may_hold_is_counted():
    with (
        socket.socketpair()[0],
        subprocess.Popen(
            [sys.executable, "-c", FILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child,
    ):
        before = processes.buffers([psutil.Process()])
        child.stdout.readline()
        after = processes.buffers([psutil.Process(child.pid)])
        child.communicate(b"\n")
    assert after - before >= 80 * 100_000
    assert processes.buffers([]) == 0 and processes.buffers([psutil.Process()]) < before + (80 << 20)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox")
def test_a_process_that_went_is_passed_over():
    class Gone:
        pid = 2**22 + 1

    assert processes.buffers([Gone()]) == 0 and processes.buffers([psutil.Process(), Gone()]) > 0
