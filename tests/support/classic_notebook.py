"""Jupyter as old as Google Colab's: ipywidgets 7.7.1 and ipykernel 6.17.1, in an environment that borrows
everything else from this one.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import browser

PACKAGES = ("ipywidgets==7.7.1", "ipykernel==6.17.1", "ipython==7.34.0", "notebook==6.5.7")
READY = (
    "() => window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.is_connected() &&"
    " Jupyter.notebook.kernel.info_reply.banner"
)


def make_environment(folder):
    """Make a virtual environment with the old packages, which go before the new ones of this one: path of its
    Python.

    Takes 20 to 30 seconds, since TensorFlow and all that is large is not installed again.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(Path(folder) / "bin" / "python")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *PACKAGES],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(PACKAGES)} could not be installed: {done.stderr[-500:]}")
    (places,) = Path(folder).glob("lib/python*/site-packages")
    (places / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"])
    return python


class ClassicServer(browser.JupyterLab):
    """The classic notebook server, used like JupyterLab."""

    def _command(self, port):
        return [
            self.python,
            "-m",
            "notebook",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={port}",
            f"--NotebookApp.notebook_dir={self.folder}",
            "--NotebookApp.token=",
            "--NotebookApp.password=",
            "--NotebookApp.disable_check_xsrf=True",
            "--NotebookApp.show_banner=False",
        ]

    def open(self, page, path):
        """Open a notebook in a page and run all of it; returns when the kernel has got the cells."""
        page.set_default_timeout(30_000)
        page.goto(f"{self.url}/notebooks/{path.name}", wait_until="domcontentloaded")
        page.wait_for_function(READY, timeout=90_000)
        page.evaluate("() => Jupyter.notebook.execute_all_cells()")
        return page


def missing():
    """Why none of this can run here, None if it can."""
    return browser.missing() or (
        "Windows lays out virtual environments otherwise" if os.name == "nt" else None
    )
