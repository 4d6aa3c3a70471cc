"""A copy of what Google Colab has installed of all that the notebooks need, with the package in it as their
set-up cell installs it.
"""

import functools
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from places import REPOSITORY

from gpt2lab.base.storage import lock
from gpt2lab.course.building.publishing import package_address, set_up_cell

VERSIONS = REPOSITORY / "tools" / "colab.txt"
FOLDER = REPOSITORY / ".colab"
COLABS_PYTHON = "3.13"
_AS_IF_IN_COLAB = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')\n"


def pins():
    """Version of each package in `VERSIONS`, by its name as PyPI compares names."""
    lines = [line for line in VERSIONS.read_text().splitlines() if not line.startswith("#")]
    return {_normal(name): version for name, version in (line.split("==") for line in lines)}


@functools.cache
def python():
    """(path, version as in '3.13') of Colab's Python where this machine has one, of the one that runs this
    where it has none.
    """
    elsewhere = [
        shutil.which(f"python{COLABS_PYTHON}"),
        *sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{COLABS_PYTHON}*/bin/python"))),
    ]
    # what is on the path may be pyenv's stand-in, which fails
    for path in (sys.executable, *filter(None, elsewhere)):
        asked = subprocess.run(
            [path, "-c", "import ensurepip, ssl, sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
        )
        if asked.stdout.strip() == COLABS_PYTHON:
            return path, COLABS_PYTHON
    return sys.executable, f"{sys.version_info[0]}.{sys.version_info[1]}"


class Twin:
    """The environment in a folder.

    ``path`` is its Python; ``before`` and ``after`` have the version of each package, before and after the
    package was installed, and ``seconds`` says what making it took.
    """

    def __init__(self, folder=FOLDER):
        self.folder, self.path = Path(folder), Path(folder) / "bin" / "python"
        self.before, self.after, self.seconds = {}, {}, 0.0

    def make(self, session):
        """Make the environment if it is not there, two to three minutes and 3 GB, and install the package as
        it stands now; once in a session of tests, which has a folder of its own.
        """
        with lock(session / "twin.lock"):
            made = session / "twin.json"
            if not made.is_file():
                started = time.perf_counter()
                self._make()
                self.seconds = time.perf_counter() - started
                made.write_text(json.dumps([self.before, self.after, self.seconds]))
            self.before, self.after, self.seconds = json.loads(made.read_text())
        return self

    def _make(self):
        stamp, asked = (
            self.folder / "installed",
            hashlib.sha256(VERSIONS.read_bytes() + python()[1].encode()).hexdigest(),
        )
        if not stamp.is_file() or stamp.read_text() != asked:
            shutil.rmtree(self.folder, ignore_errors=True)
            _run(python()[0], "-m", "venv", self.folder)
            self._pip("--upgrade", f"pip=={pins()['pip']}")
            # Not what the packages ask for, but what Colab has: its IPython goes without jedi, for example.
            self._pip("--no-deps", "--no-compile", "--requirement", VERSIONS)
            stamp.write_text(asked)
        if added := self.versions().keys() - pins().keys():
            _run(self.path, "-m", "pip", "uninstall", "--quiet", "--yes", *added)
        self.before = self.versions()
        self._run_the_set_up_cell()
        self.after = self.versions()

    def versions(self):
        """Version of each installed package."""
        listed = json.loads(_run(self.path, "-m", "pip", "list", "--format=json"))
        return {_normal(package["name"]): package["version"] for package in listed}

    def megabytes(self):
        """What the environment takes on the disk."""
        return sum(path.lstat().st_size for path in self.folder.rglob("*") if path.is_file()) / 1e6

    def _run_the_set_up_cell(self):
        """As IPython runs it in Colab, except that the package comes from this repository's folder."""
        course = {"repository": "someone/course", "branch": "main"}
        cell = set_up_cell(course, "01").replace(package_address(course), str(REPOSITORY))
        # here the package would be found in the folder itself
        with tempfile.TemporaryDirectory() as elsewhere:
            _run(self.path, "-m", "IPython", "--no-banner", "-c", _AS_IF_IN_COLAB + cell, cwd=elsewhere)

    def _pip(self, *arguments):
        _run(self.path, "-m", "pip", "install", "--disable-pip-version-check", *arguments)


def _run(*command, cwd=REPOSITORY):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=cwd, env=environment()
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def environment():
    """The variables of this process less those that would lead another Python to this one's packages, or a
    notebook to another model.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "GPT2LAB_MODEL", "GPT2LAB_MODELS")
    }


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()
