"""The same grading by another Python on this machine, for answers that only that one can read."""

import shutil
import subprocess

from gpt2lab.base.version import __version__
from gpt2lab.errors import ArgumentError

_WHICH = "import gpt2lab, nbval; print(gpt2lab.__version__)"


def grade_by(python, arguments):
    """Run ``gpt2lab grade`` there.

    Parameters
    ----------
    python : str
        The program: a path, or a name such as ``python3.13``.
    arguments : list of str
        Of the command.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    ArgumentError
        If there is no such program, or it has no grader of this version.
    """
    program = shutil.which(python)
    if program is None:
        raise ArgumentError(f"python={python!r} is no program; give the path of a Python, or its name.")
    try:
        found = subprocess.run([program, "-c", _WHICH], capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ArgumentError(f"python={python!r} cannot be run ({error}); give another.") from error
    if found.returncode or found.stdout.strip() != __version__:
        has = f"has gpt2lab {found.stdout.strip()}" if found.returncode == 0 else "has no gpt2lab"
        raise ArgumentError(
            f"python={python!r} {has}, and version {__version__} is to grade; install that there, with the"
            f" pip of that Python ({program} -m pip install ...)."
        )
    return subprocess.run([program, "-m", "gpt2lab", "grade", *arguments]).returncode
