"""Calls to the operating system that a student's kernel may not make: they would take memory that nobody
counts, or reach for parts of Linux that no answer needs and that have had holes.

The buffers of sockets and pipes stay as large as they are made: by their number it is known what they take
(`gpt2lab.grading.sandbox.processes.buffers`).

References
----------
Linux, Documentation/userspace-api/seccomp_filter.rst; the numbers are those of asm/unistd.h.
"""

import os
import platform
import struct

# Machine: (audit architecture, the numbers). What has one number everywhere stands below.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        {
            "memfd_create": 319,
            "shmget": 29,
            "msgget": 68,
            "semget": 64,
            "mq_open": 240,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "unshare": 272,
            "setns": 308,
            "mount": 165,
            "umount2": 166,
            "pivot_root": 155,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "open_by_handle_at": 304,
            "fanotify_init": 300,
            "kcmp": 312,
            "modify_ldt": 154,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "memfd_create": 279,
            "shmget": 194,
            "msgget": 186,
            "semget": 190,
            "mq_open": 180,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "unshare": 97,
            "setns": 268,
            "mount": 40,
            "umount2": 39,
            "pivot_root": 41,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "open_by_handle_at": 265,
            "fanotify_init": 262,
            "kcmp": 272,
        },
    ),
}
_EVERYWHERE = {
    "io_uring_setup": 425,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "mount_setattr": 442,
    "memfd_secret": 447,
}
_OTHER_ABI = 0x40000000  # from here on the numbers of x32, another way to the same calls

# What depends on arguments, by machine.
_SOCKET = {"x86_64": 41, "aarch64": 198}
_SETSOCKOPT = {"x86_64": 54, "aarch64": 208}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_FAMILIES = (1, 2, 10, 16)  # of sockets: on this machine, IPv4, IPv6, and what asks Linux for addresses
_SOL_SOCKET = 1
_BUFFERS = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF, and the same by force
_SET_PIPE_SIZE = 1031

_LOAD = 0x20
_EQUAL = 0x15
_AT_LEAST = 0x35
_RETURN = 0x06
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 38  # there is no such call
_KILL = 0x80000000
_AS_IF_DONE = 0x00050000
_FORBIDDEN = 0x00050000 | 1
_NO_SUCH_FAMILY = 0x00050000 | 97


def program():
    """The filter as bubblewrap reads it: instructions of the Berkeley packet filter.

    Returns
    -------
    bytes or None
        None for a machine whose numbers are not known here.
    """
    if platform.machine() not in _MACHINES:
        return None
    architecture, numbers = _MACHINES[platform.machine()]
    refused = sorted({*numbers.values(), *_EVERYWHERE.values()})
    by_arguments = _rules(platform.machine())
    # At the beginning: is it this machine's way to call? Then the number is compared with one after the
    # other.
    lines = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + len(by_arguments) + 1, 0, _OTHER_ABI),
    ]
    end = len(refused) + len(by_arguments)
    lines += [(_EQUAL, end - at, 0, number) for at, number in enumerate(refused)]
    lines += by_arguments
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _rules(machine):
    """Instructions for calls that are refused with some arguments only. Each begins with the call's number,
    and what it does not refuse goes on behind it.
    """
    families = [(_EQUAL, len(_FAMILIES) - at, 0, family) for at, family in enumerate(_FAMILIES)]
    options = [(_EQUAL, len(_BUFFERS) - 1 - at, 0, option) for at, option in enumerate(_BUFFERS[:-1])]
    rules = [
        (_SOCKET, [_argument(0), *families, (_RETURN, 0, 0, _NO_SUCH_FAMILY)]),
        (
            _SETSOCKOPT,
            [
                _argument(1),
                (_EQUAL, 0, len(_BUFFERS) + 2, _SOL_SOCKET),
                _argument(2),
                *options,
                (_EQUAL, 0, 1, _BUFFERS[-1]),
                (_RETURN, 0, 0, _AS_IF_DONE),
            ],
        ),
        (_FCNTL, [_argument(1), (_EQUAL, 0, 1, _SET_PIPE_SIZE), (_RETURN, 0, 0, _FORBIDDEN)]),
    ]
    return [
        line
        for numbers, rule in rules
        for line in ((_LOAD, 0, 0, 0), (_EQUAL, 0, len(rule), numbers[machine]), *rule)
    ]


def _argument(number):
    """Load the lower half of an argument: what is compared are integers of 32 bits."""
    return _LOAD, 0, 0, 16 + 8 * number


def descriptor():
    """A file descriptor from which `program` can be read once, or None; to be closed by the caller."""
    code = program()
    if code is None:
        return None
    there, here = os.pipe()
    os.write(here, code)
    os.close(here)
    return there
