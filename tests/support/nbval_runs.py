"""Run a solved notebook with nbval, which compares what comes out with what is stored."""

import os
import shutil
import subprocess
import sys

from places import SUPPORT

# Seconds that a notebook may take on two cores; with pytest-xdist the other worker's tests have one of them.
LONGEST = 180 * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))


def nbval(notebook, tmp_path, python=sys.executable, **variables):
    copy = shutil.copy(notebook, tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [
        python,
        "-m",
        "pytest",
        "--nbval-lax",
        "--nbval-current-env",
        f"--nbval-cell-timeout={LONGEST}",
        f"--nbval-sanitize-with={SUPPORT / 'nbval_sanitize.cfg'}",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rootdir",
        tmp_path,
        copy,
    ]
    return subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=environment() | variables
    )


def environment():
    mine = {
        key: value
        for key, value in os.environ.items()
        if key not in ("GPT2LAB_MODEL", "GPT2LAB_MODELS", "PYTEST_ADDOPTS")
    }
    return mine | {"GPT2LAB_PROGRESS": "0", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
