"""A real JupyterLab and a real Chromium: a notebook is opened, run, clicked and saved as a student
does it.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import requests
from places import REPOSITORY

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
# All cells are kept in the page, whether they are in sight or not, and nothing asks or is asked of the
# network.
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
APP, WIDGET = "window.jupyterapp", "window.jupyterapp.shell.currentWidget"


def missing():
    """Why no browser test can run here, None if they can."""
    if CHROMIUM is None:
        return "no Chromium on this machine (apt-get install chromium)"
    for name in ("playwright", "jupyterlab"):
        try:
            __import__(name)
        except ImportError:
            return f"{name} is not installed (pip install -e '.[test]')"
    return None


class JupyterLab:
    """A JupyterLab server with an own configuration, whose notebooks lie in a folder; a context manager.

    Parameters
    ----------
    folder : Path
        An empty one.
    python : str, default the running one
        With which the server and its kernels run.
    """

    def __init__(self, folder, python=sys.executable):
        self.folder, self.python = Path(folder) / "notebooks", python
        self.folder.mkdir()
        self.places = {
            f"JUPYTER_{name}_DIR": str(Path(folder) / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")
        }
        self.places |= {
            f"JUPYTERLAB_{name}_DIR": str(Path(folder) / name.lower()) for name in ("SETTINGS", "WORKSPACES")
        }
        for name, values in SETTINGS.items():
            file = Path(self.places["JUPYTERLAB_SETTINGS_DIR"]) / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        self.log = Path(folder) / "server.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"

    def __enter__(self):
        path = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
        environment = (
            {name: value for name, value in os.environ.items() if name != "GPT2LAB_PROGRESS"}
            | self.places
            | {"PYTHONPATH": path}
        )
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self._command(self.url.rsplit(":")[-1]),
                env=environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 90
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/api/status", timeout=5).ok:
                    return self
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.2)

    def _command(self, port):
        return [
            self.python,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={port}",
            f"--ServerApp.root_dir={self.folder}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            "--ServerApp.disable_check_xsrf=True",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
        ]

    def __exit__(self, *_):
        with contextlib.suppress(requests.RequestException):
            self.end_kernels()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)

    def end_kernels(self):
        for session in requests.get(f"{self.url}/api/sessions", timeout=10).json():
            requests.delete(f"{self.url}/api/sessions/{session['id']}", timeout=30).raise_for_status()

    def write(self, name, cells):
        """Write a notebook of code cells (list of str): its path."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells)]
        path = self.folder / name
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        return path


class OpenNotebook:
    """A notebook in a page of the browser.

    Attributes
    ----------
    page : playwright.sync_api.Page
    path : Path
        Its file.
    """

    def __init__(self, page, server, path):
        self.page, self.path = page, path
        page.set_default_timeout(30_000)
        page.goto(f"{server.url}/doc/tree/{path.name}", wait_until="domcontentloaded")
        page.wait_for_function(
            f"() => window.jupyterapp && {WIDGET}?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=90_000,
        )

    def run_all(self):
        """Start all cells; returns at once."""
        self._execute("notebook:run-all-cells")

    def run(self, number):
        """Start one cell; returns at once."""
        self.page.evaluate(f"number => {{ {WIDGET}.content.activeCellIndex = number }}", number)
        self._execute("notebook:run-cell")

    def interrupt(self):
        """What the button ■ of the toolbar does."""
        self._execute("notebook:interrupt-kernel")

    def _execute(self, command):
        self.page.evaluate(f"command => {{ void {APP}.commands.execute(command) }}", command)

    def cell(self, number):
        """Locator of a cell."""
        return self.page.locator(".jp-Cell").nth(number)

    def outputs(self, number):
        """Locator of the outputs of a cell."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def text(self, number):
        """What the outputs of a cell say."""
        return "\n".join(self.outputs(number).all_inner_texts())

    def wait_for(self, number, text, seconds=60):
        """Wait until an output of a cell holds a text (or matches a regular expression); a failure shows
        what there was.
        """
        try:
            self.outputs(number).filter(has_text=text).first.wait_for(timeout=1000 * seconds)
        except Exception as error:
            raise AssertionError(
                f"No {text!r} in cell {number} after {seconds} s, but:\n{self.text(number)[-3000:]}"
            ) from error

    def wait_until_done(self, number, seconds=60):
        """Wait until a cell has been executed, whether it failed or not."""
        # until then [*] stands there
        done = f"number => /\\d/.test({WIDGET}.content.widgets[number].promptNode.textContent)"
        self.page.wait_for_function(done, arg=number, timeout=1000 * seconds)

    def button(self, name):
        """Locator of a button by its accessible name (part of it is enough)."""
        return self.page.get_by_role("button", name=name)

    def screenshot(self, path, **options):
        self.page.screenshot(path=str(path), **options)

    def save(self):
        """Press Ctrl-S and read what is in the file then: a notebook node."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(f"() => !{WIDGET}.context.model.dirty")
        return nbformat.read(self.path, as_version=4)
