"""Grading by another Python of the machine: the same command there."""

import json
import os
import sys

import pytest
from click.testing import CliRunner
from places import NOTEBOOKS

from gpt2lab.base.version import __version__
from gpt2lab.cli import main
from gpt2lab.grading.judging.reasons import may_end_otherwise, why_newer


@pytest.fixture
def program(tmp_path):
    """A function that writes a program in the place of a Python: it notes its arguments and does ``then``."""

    def write(then):
        path = tmp_path / "python3.99"
        path.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"open({str(tmp_path / 'seen')!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n{then}\n"
        )
        path.chmod(0o755)
        return path

    return write


def grade(*arguments):
    given = ["grade", "03", "class of 03", *map(str, arguments)]
    return CliRunner().invoke(main, given)


def test_the_command_is_given_to_that_python_as_it_is(program, tmp_path):
    path = program(f"print('{__version__}') if sys.argv[1] == '-c' else sys.exit(7)")
    options = ["--only", "ada", "--only", "bo b", "--out", "g", "--export", "moodle", "--workers", 1]
    done = grade("--python", path, *options, "--trust")
    assert done.exit_code == 7, done.output
    arguments = json.loads((tmp_path / "seen").read_text().splitlines()[-1])
    assert arguments[:5] == ["-m", "gpt2lab", "grade", "03", "class of 03"]
    assert sorted(arguments[5:]) == sorted([*map(str, options), "--trust"])


def test_it_is_the_grader_that_runs_there(tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.ipynb").write_bytes((NOTEBOOKS / "03_watch_the_loss.ipynb").read_bytes())
    given = [
        "grade",
        "03",
        tmp_path / "class",
        "--course",
        NOTEBOOKS,
        "--dry-run",
        "--python",
        sys.executable,
    ]
    assert CliRunner().invoke(main, list(map(str, given))).exit_code == 0


@pytest.mark.parametrize(
    "then, said",
    [
        ("sys.exit(1)", "has no gpt2lab"),
        ("print('0.0.1')", "has gpt2lab 0.0.1"),
        ("print('0.0.1'); sys.exit(1)", "has no gpt2lab"),
    ],
)
def test_one_that_cannot_grade_is_refused(program, then, said):
    done = grade("--python", program(then))
    assert done.exit_code == 2 and said in done.output and "pip install" in done.output
    assert "Traceback" not in done.output


def test_what_is_no_program_is_refused(tmp_path):
    done = grade("--python", tmp_path / "nothing")
    assert done.exit_code == 2 and "is no program" in done.output
    (tmp_path / "odd").write_text("neither")
    os.chmod(tmp_path / "odd", 0o755)
    assert grade("--python", tmp_path / "odd").exit_code == 2


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="nothing newer is known")
def test_what_waits_for_a_newer_python_is_tried_again():
    newer = 'x = 1\ny = t"{x}"'
    assert "Python" in why_newer(newer) and may_end_otherwise({"state": "by hand", "answer": newer})
    assert not may_end_otherwise({"state": "by hand", "answer": "x = 1"})
    assert may_end_otherwise({"state": "not graded", "answer": "x = 1"})
