"""What becomes of a submission whose kernel cannot start, whose grader is hindered, or which is run without
the sandbox.
"""

import importlib.util
import json
import shutil
import subprocess
import threading
from types import SimpleNamespace

import attacks
import pytest
from hostile_course import HONEST, grade_attacks

from gpt2lab.grading.judging import running
from gpt2lab.grading.judging.assignment import Exercise
from gpt2lab.grading.judging.key import prelude
from gpt2lab.grading.sandbox import bubblewrap, nbval_plugin, seccomp
from gpt2lab.grading.sandbox.kernel import KernelGone

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed"),
    pytest.mark.timeout(600),
]
SOME = {"one": HONEST, "two": HONEST, "three": HONEST}


@pytest.mark.parametrize("damage", ["no ipykernel", "no memory", "pytest crashes", "bubblewrap fails"])
def test_where_nothing_can_be_run_nothing_is_graded_and_the_instructor_is_told_soon(
    monkeypatch, damage, tmp_path
):
    limits = {}
    if damage == "no memory":
        limits = {"memory_MB": 8}
    elif damage == "bubblewrap fails":
        monkeypatch.setattr(bubblewrap, "_system", lambda: ["--ro-bind", "/nowhere", "/usr"])
    else:  # a module of this environment is covered with a broken one
        module, text = {
            "no ipykernel": (
                "ipykernel_launcher",
                "raise ModuleNotFoundError(\"No module named 'ipykernel'\")",
            ),
            "pytest crashes": ("nbval", "import os\nos.abort()"),
        }[damage]
        broken = tmp_path / "broken.py"
        broken.write_text(text)
        broken.chmod(0o644)
        whole = bubblewrap._system()
        monkeypatch.setattr(
            bubblewrap,
            "_system",
            lambda: [*whole, "--ro-bind", str(broken), importlib.util.find_spec(module).origin],
        )
    outcome = grade_attacks(SOME, **limits)
    results = [*outcome.attacks.values(), *outcome.honest.values()]
    assert {(result.state, result.earned) for result in results} == {("not graded", 0)}
    assert all(result.note for result in results) and (
        damage != "no ipykernel" or "No module named 'ipykernel'" in results[0].note
    ), results[0].note


def test_a_probe_is_never_asked_of_a_new_kernel_which_would_hold_the_instructors_solution(monkeypatch):
    monkeypatch.setattr(nbval_plugin, "_revive", lambda *_, **__: pytest.fail("a new kernel was started"))
    with pytest.raises(KernelGone, match="ended the kernel"):
        nbval_plugin._attempt(
            SimpleNamespace(parent=SimpleNamespace(kernel=None, stained=set())), "probe", "03.2"
        )


def test_the_seed_cannot_be_found_from_what_runs_in_the_kernel():
    exercise = Exercise("03.2", "", "", "code", 1, "", "")
    codes = {prelude(exercise, seed, whom) for seed in ("summer", "winter") for whom in ("hidden", "key")}
    assert len(codes) == 4 and not any("summer" in code or "winter" in code for code in codes)
    assert prelude(exercise, "summer") == prelude(exercise, "summer")


def test_without_the_sandbox_honest_answers_get_the_same_and_limits_hold():
    chosen = {"honest": HONEST, "typed": "answer = 7", "error": "answer = numbr"}
    limited = {name: attacks.ENDED[name] for name in ("os._exit", "ends when the value is looked at")}
    limited |= {
        name: attacks.GREEDY[name]
        for name in ("memory that is shared", "output", "processes in the background")
    }
    limits = {"seconds_a_cell": 15, "processes": 40}
    trusted = grade_attacks(chosen | limited | {"loop": "while True:\n    pass"}, trusted=True, **limits)
    sandboxed = grade_attacks(chosen)
    for name in chosen:
        assert (trusted.attacks[name].state, trusted.attacks[name].reason) == (
            sandboxed.attacks[name].state,
            sandboxed.attacks[name].reason,
        )
    said = {name: (result.state, result.reason) for name, result in trusted.attacks.items()}
    assert {state for state, _ in (said[name] for name in (*limited, "loop"))} == {"stopped"}
    for name, reason in (
        ("os._exit", "ended the kernel"),
        ("memory that is shared", "memory"),
        ("output", "printed"),
        ("processes in the background", "40 processes"),
        ("loop", "15 seconds"),
    ):
        assert reason in said[name][1], (name, said[name])
    assert {result.state for result in trusted.honest.values()} == {"right"}


def test_several_submissions_are_graded_at_once_and_do_not_touch_each_other():
    outcomes = {}
    sources = {
        "greedy": {"x": attacks.GREEDY["threads"]},
        "honest": SOME,
        "ends": {"x": attacks.ENDED["os._exit"]},
    }
    threads = [
        threading.Thread(
            target=lambda name=name, source=source: outcomes.update({name: grade_attacks(source)})
        )
        for name, source in sources.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {
        result.state
        for result in [
            *outcomes["honest"].attacks.values(),
            *(one for outcome in outcomes.values() for one in outcome.honest.values()),
        ]
    } == {"right"}


@pytest.mark.parametrize(
    "said",
    [
        b"no json\n",
        b"[]\n",
        b'{"cell": 7}\n',
        b'{"judge": "no such label", "payload": "{\\"kind\\": \\"missing\\"}"}\n',
        b"x" * 30_000_000,
        b'{"cell": {}',
    ],
)
def test_a_pytest_that_says_nonsense_is_ended_and_nothing_is_graded(monkeypatch, said):
    def starts(folder, given, descriptor, log, *_):
        code = (
            "import os, sys, time\ntext = sys.stdin.buffer.read()\nwhile text:\n    text ="
            f" text[os.write({descriptor}, text):]\ntime.sleep(600 * ({said!r}[-1:] == b'\\n'))"
            if len(said) < 1000
            else (f"import os\nos.write({descriptor}, b'x' * 30_000_000)")
        )
        process = subprocess.Popen(
            [shutil.which("python3") or "python3", "-c", code],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(descriptor,),
        )
        with process.stdin as stream:
            stream.write(said if len(said) < 1000 else b"")
        return process

    monkeypatch.setattr(running, "_start", starts)
    outcome = grade_attacks({"x": HONEST})
    assert outcome.attacks["x"].state == "not graded" and "could not be read" in outcome.attacks["x"].note


def test_forbidden_calls_are_a_filter_of_this_machine():
    program = seccomp.program()
    if program is None:
        pytest.skip("the numbers of this machine's calls are not known")
    assert len(program) % 8 == 0 and json.dumps(sorted(seccomp._EVERYWHERE.values())) == json.dumps(
        sorted(set(seccomp._EVERYWHERE.values()))
    )
