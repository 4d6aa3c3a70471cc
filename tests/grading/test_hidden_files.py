"""Which files a student's kernel may read; that it cannot read others is tried in `test_grading_attacks`."""

import re
import subprocess
import sys

from hostile_course import PACKAGE, SOURCES, is_open

CHECK = re.compile(r"^@(\w+\.)?exercise\(\"", re.MULTILINE)


def test_every_file_that_holds_a_check_is_hidden():
    checks = {path for path in PACKAGE.rglob("*.py") if CHECK.search(path.read_text(encoding="utf-8"))}
    assert len(checks) == 10 and checks <= set(SOURCES) and not any(map(is_open, checks))


def test_what_a_notebook_imports_is_not():
    look = "import sys, gpt2lab.course.scenes\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=PACKAGE.parent, capture_output=True, text=True)
    needed = [path for path in SOURCES if dotted_name(path) in done.stdout.split()]
    assert len(needed) > 5 and all(map(is_open, needed)), "see HIDDEN in gpt2lab.grading.sandbox.bubblewrap"


def dotted_name(path):
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
