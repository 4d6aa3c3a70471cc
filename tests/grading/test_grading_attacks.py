"""Answers that cheat, break out or break down: none gains a point, reaches anything outside, or harms the
exercises after it.
"""

import contextlib
import os
import re
import shutil
import signal as signals
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import attacks
import psutil
import pytest
from hostile_course import SEED, SOURCES, grade_attacks, is_open
from places import SUPPORT

import gpt2lab
from gpt2lab.grading.judging import running
from gpt2lab.grading.sandbox import bubblewrap

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed"),
    pytest.mark.timeout(900),
]
PACKAGE = Path(gpt2lab.__file__).parent
GROUPS = ("FORGED", "DISTURBING", "ENDED", "GREEDY", "ERRORS")


@pytest.fixture(scope="module")
def graded():
    """A function from the name of a group of attacks to what became of them, in one submission."""
    known = {}

    def of(group):
        if group not in known:
            known[group] = grade_attacks(getattr(attacks, group), seconds_a_cell=15)
        return known[group]

    return of


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group in GROUPS for name in getattr(attacks, group)]
)
def test_an_attack_gains_nothing_and_the_honest_answer_after_it_is_right(graded, group, name):
    outcome = graded(group)
    assert outcome.attacks[name].earned == 0 and outcome.attacks[name].state in (
        "wrong",
        "failed",
        "stopped",
    ), outcome.attacks[name]
    assert outcome.honest[name].earned == 1, outcome.honest[name]


def test_what_ends_or_floods_a_kernel_is_noticed_and_told(graded):
    said = {
        name: result.reason for group in ("ENDED", "GREEDY") for name, result in graded(group).attacks.items()
    }
    for name in (
        "os._exit",
        "segmentation fault",
        "ends when its cell is done",
        "ends when the value is looked at",
    ):
        assert "ended the kernel" in said[name]
    for name in (
        "output",
        "output at once",
        "output below Python",
        "output as markup",
        "messages of widgets",
        "clears",
    ):
        assert "printed" in said[name], name
    assert (
        "1,000 MB" in said["memory that is shared"]
        and "1,000 MB" in said["memory in many processes"]
        and "1,000 MB" in said["memory in sockets"]
        and "files" in said["files"]
    )


def test_a_reason_holds_nothing_that_the_students_code_chose(graded):
    reasons = [result.reason for group in GROUPS for result in graded(group).attacks.values()]
    # The student's own line may be quoted; what its code made of a hidden value may not.
    assert not [reason for reason in reasons if re.search(r"\x1b|secret\d|9{4}", reason)]
    assert all(len(reason) < 400 for reason in reasons)
    assert graded("ERRORS").attacks["markup"].note.count("<script>") == 1  # the instructor's note quotes it


def test_an_endless_loop_that_lets_nothing_through_is_ended():
    outcome = grade_attacks(attacks.ENDLESS, seconds_a_cell=6)
    assert {result.reason for result in outcome.attacks.values()} == {"Your cell took longer than 6 seconds."}
    assert {result.state for result in outcome.honest.values()} == {"right"}


@contextlib.contextmanager
def listening(folder):
    """(kind, address) of listeners on this machine, of every kind that a kernel might reach."""
    addresses = [
        ("AF_INET", ("127.0.0.1", 0)),
        ("AF_INET6", ("::1", 0)),
        ("AF_UNIX abstract", f"\0gpt2lab-{uuid.uuid4()}"),
        ("AF_UNIX path", str(folder / "socket")),
    ]
    with contextlib.ExitStack() as stack:
        found = []
        for kind, address in addresses:
            with contextlib.suppress(OSError):  # a machine without IPv6
                one = stack.enter_context(socket.socket(getattr(socket, kind.split()[0])))
                one.bind(address)
                one.listen()
                found.append((kind, one.getsockname() if isinstance(address, tuple) else address))
        yield found


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What attacks find that only look round: (dict of name to what was found, inodes of the sockets between
    grader and pytest).
    """
    folder, secret = tmp_path_factory.mktemp("outside"), "instructor does it"
    places = [
        "/usr/bin/env",
        *map(str, SOURCES),
        *(f"{PACKAGE}/{folder}/*" for folder in ("course/checks", "course/__pycache__", "grading")),
        f"{PACKAGE.parent}/notebooks/source/*",
        "/run/grading/*",
        "/etc/passwd",
        "/etc/shadow",
        "/root/.*",
        "/home/*",
        f"{folder}/*",
        str(PACKAGE / "__init__.py") + "x",
        "/proc/1/mem",
        "/proc/1/root/run/grading/*",
        "/sys/kernel/*",
    ]
    made, pair = [], socket.socketpair

    def recorded():
        made.extend(pair())
        inodes.update(os.fstat(one.fileno()).st_ino for one in made)
        return made[-2], made[-1]

    inodes = set()
    with listening(folder) as listeners, pytest.MonkeyPatch.context() as patch:
        patch.setattr(running.socket, "socketpair", recorded)
        asked = {
            "places": places,
            "listeners": listeners,
            "sought": [tuple(SEED), tuple(secret), tuple("default_rng")],
        }
        outcome = grade_attacks({name: source.format(**asked) for name, source in attacks.FINDINGS.items()})
        assert set(outcome.seen) == set(attacks.FINDINGS), {
            name: result for name, result in outcome.attacks.items() if name not in outcome.seen
        }
        for kind, address in listeners:  # they could have been reached
            with socket.socket(getattr(socket, kind.split()[0])) as one:
                one.connect(address)
    return outcome.seen, inodes


def test_no_file_of_the_checks_the_grader_or_the_machine_can_be_read(findings):
    read = {Path(path) for path in findings[0]["files"]["read"]}
    assert read == {Path("/usr/bin/env"), *filter(is_open, SOURCES)}  # which everybody may read


@pytest.mark.parametrize(
    "kept_in",
    [
        "lib/python3/dist-packages",
        "lib/python3.99/site-packages",
        "envs/another/lib/python3.99/site-packages",
        "",
    ],
)
def test_nor_can_those_of_another_version_that_is_installed_beside_it(tmp_path, monkeypatch, kept_in):
    other = tmp_path / "other"  # by two names, as is its folder of libraries on many machines
    (tmp_path / "real" / "lib").mkdir(parents=True)
    (tmp_path / "real" / "lib64").symlink_to("lib")
    other.symlink_to("real")
    packages = other / (kept_in or "site-packages")
    secrets = """
        checks_03.py checks_03.py.orig checks/notebook_03.py checks/answers/03.csv __pycache__/checks_03.pyc
        checks/__pycache__/x.pyc checks/more/__pycache__/x.pyc ../grading/key.py ../grading/judging/key.py
    """.split()
    everybodys = ["checks/checking.py", "shown.py"]
    files = [packages / "gpt2lab" / "course" / name for name in (*secrets, *everybodys)]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    if kept_in:  # of the Python that this one is made from
        monkeypatch.setattr(sys, "base_prefix", str(other))
    else:
        monkeypatch.syspath_prepend(str(packages))
    bubblewrap._python.cache_clear()
    limits = {"memory_MB": 1024, "processes": 64, "disk_MB": 16}
    look = "import os, sys\nfor path in sys.argv[1:]:\n    os.system(f'test -s {path} && echo {path}')"
    kernel = [sys.executable, "-c", look, *map(str, files)]
    try:
        kernel = bubblewrap.inner(kernel, limits, Path(bubblewrap.RUNTIME, "0"))
        kernel = bubblewrap.outer(kernel, Path(sys.prefix), limits)
        read = subprocess.run(kernel, capture_output=True, text=True, check=True).stdout.split()
    finally:
        bubblewrap._python.cache_clear()
    assert read == [str(file) for file in files[-len(everybodys) :]]


def test_nothing_outside_can_be_written(findings):
    assert findings[0]["writable"]["written"] == []


def test_nobody_outside_can_be_reached_over_the_network_or_a_socket(findings):
    assert findings[0]["connections"] == {"connected": []}


def test_the_kernel_sees_its_own_processes_and_not_the_judge(findings):
    seen, inodes = findings
    assert seen["processes"]["said"] and not any("pytest" in said for said in seen["processes"]["said"])
    assert (
        not any("grading" in names for names in seen["processes"]["root"])
        and seen["processes"]["environment"] == []
    )
    assert inodes and not inodes & set(seen["processes"]["sockets"])


def test_the_kernel_has_no_rights(findings):
    assert findings[0]["rights"] == {"could": []}


def test_neither_the_seed_nor_a_solution_is_in_the_kernel(findings):
    assert findings[0]["texts"] == {"seen": ["default_rng"], "many": True}  # the hidden cell itself is there


def running_with(marker):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(marker in part for part in process.cmdline()):
                found.append(process)
    return found


def gone(marker, seconds=30):
    until = time.monotonic() + seconds
    while running_with(marker) and time.monotonic() < until:
        time.sleep(0.1)
    return not running_with(marker)


@pytest.mark.parametrize("trusted", [False, True])
def test_what_goes_into_the_background_ends_with_the_grading(trusted):
    marker = f".{uuid.uuid4().int % 10**12}"
    outcome = grade_attacks(
        {
            "stays": attacks.DAEMON.format(marker=marker),
            "ends": attacks.DAEMON.format(marker=marker) + "os._exit(0)",
        },
        trusted,
    )
    assert [result.state for result in outcome.attacks.values()] == ["wrong", "stopped"] and {
        result.earned for result in outcome.honest.values()
    } == {1}
    assert gone(marker, 0)


@pytest.mark.parametrize(
    ("signal", "trusted"), [("SIGINT", False), ("SIGKILL", False), ("SIGINT", True), ("SIGKILL", True)]
)
def test_a_grader_that_is_interrupted_or_killed_leaves_nothing_running(signal, trusted):
    marker = f".{uuid.uuid4().int % 10**12}"
    # A shell's background jobs begin with the signal ignored.
    code = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += (
        "import attacks\nfrom hostile_course import grade_attacks\ngrade_attacks({'x':"
        f" attacks.DAEMON.format(marker={marker!r}) + 'while True:\\n    pass'}}, {trusted},"
        " seconds_a_cell=300)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(SUPPORT)])}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as grader:
        try:
            until = time.monotonic() + 240  # on a machine that is busy
            while not running_with(f"86400{marker}") and time.monotonic() < until:
                time.sleep(0.2)
            assert running_with(f"86400{marker}"), "it did not begin"
            below = psutil.Process(grader.pid).children(recursive=True)
            grader.send_signal(getattr(signals, signal))
            grader.wait(30)
            assert gone(f"86400{marker}") and not psutil.wait_procs(below, timeout=30)[1]
        finally:
            grader.kill()


@pytest.mark.skipif(os.getuid() != 0, reason="only an administrator can become somebody else")
def test_who_is_no_administrator_has_a_sandbox_that_keeps_the_same_promises():
    with tempfile.TemporaryDirectory() as home:  # pytest's own folder lets nobody else in
        os.chmod(home, 0o777)
        become = [
            "setpriv",
            "--reuid=12345",
            "--regid=12345",
            "--clear-groups",
            "env",
            f"HOME={home}",
            "PYTHONDONTWRITEBYTECODE=1",
            sys.executable,
        ]
        if subprocess.run(
            [*become, "-c", "import gpt2lab, pytest"], cwd=PACKAGE.parent, capture_output=True
        ).returncode:
            pytest.skip("another user cannot read this Python or this repository")
        _keeps_promises(
            [*become, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={home}/pytest"]
        )


def _keeps_promises(pytest_as_somebody):
    promises = [
        test_no_file_of_the_checks_the_grader_or_the_machine_can_be_read,
        test_nothing_outside_can_be_written,
        test_the_kernel_has_no_rights,
        test_nobody_outside_can_be_reached_over_the_network_or_a_socket,
        test_the_kernel_sees_its_own_processes_and_not_the_judge,
        test_what_goes_into_the_background_ends_with_the_grading,
    ]
    done = subprocess.run(
        [*pytest_as_somebody, *(f"{__file__}::{promise.__name__}" for promise in promises)],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and " passed" in done.stdout and "skipped" not in done.stdout, done.stdout[
        -3000:
    ]
