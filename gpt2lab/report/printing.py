"""A page printed, or shown as a picture, by a browser of this machine, if there is one."""

import contextlib
import html
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
SECONDS = 90
_ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find_browser():
    """The path of Chromium, Chrome or Edge (str), on the PATH, where they are usually installed, or where
    Playwright keeps its own; None if there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((str(path) for path in _usual_places() if path.is_file()), None)


def _usual_places():
    home = Path.home()
    yield Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if os.environ.get(name):
            yield Path(os.environ[name]) / "Google/Chrome/Application/chrome.exe"
            yield Path(os.environ[name]) / "Microsoft/Edge/Application/msedge.exe"
    caches = {"darwin": home / "Library/Caches/ms-playwright", "win32": home / "AppData/Local/ms-playwright"}
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or caches.get(sys.platform, home / ".cache/ms-playwright")
    )
    for pattern in (
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
        "chromium-*/chrome-win*/chrome.exe",
    ):
        yield from sorted(cache.glob(pattern), reverse=True)


def print_page(page, chromium):
    """Print an HTML file.

    Parameters
    ----------
    page : Path
    chromium : str
        From `find_browser`.

    Returns
    -------
    bytes or None
        The PDF; None, with a warning that says why, if the browser did not print.
    """
    with _folder_beside(page) as folder:
        target = folder / "report.pdf"
        problem = _run(
            chromium,
            folder,
            "--no-pdf-header-footer",
            "--print-to-pdf-no-header",
            f"--print-to-pdf={target}",
            page.resolve().as_uri(),
        )
        if target.is_file() and target.read_bytes().startswith(b"%PDF-"):
            return target.read_bytes()
    warnings.warn(
        f"{chromium} did not print the report ({problem}), so that there is no report.pdf; open report.html"
        " and print it there.",
        stacklevel=4,
    )
    return None


def draw_page(page, chromium, anchor, width, height):
    """A picture of an HTML file, from one of its headings on.

    Parameters
    ----------
    page : Path
    chromium : str
        From `find_browser`.
    anchor : str
        The heading's id; empty for the top of the page.
    width, height : int
        Pixels.

    Returns
    -------
    bytes or None
        The PNG; None if the browser drew none.
    """
    with _folder_beside(page) as folder:
        target = folder / "page.png"
        frame = folder / "frame.html"
        # Of a page that is scrolled down, Chromium's picture is empty; of one in a frame it is not
        address = html.escape(page.resolve().as_uri() + (f"#{anchor}" if anchor else ""))
        frame.write_text(
            "<!DOCTYPE html><style>body { margin: 0; padding: 16px 0; overflow: hidden; }"
            f" iframe {{ border: 0; width: {width}px; height: {height - 32}px; }}</style>"
            f'<iframe src="{address}"></iframe>',
            encoding="utf-8",
        )
        _run(
            chromium,
            folder,
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            f"--window-size={width},{height}",
            f"--screenshot={target}",
            frame.as_uri(),
        )
        return target.read_bytes() if target.is_file() else None


@contextlib.contextmanager
def _folder_beside(page):
    """A folder for what the browser writes: a Path."""
    # Not below the system's folder of temporary files: a browser that is packed as a snap does not see it.
    with tempfile.TemporaryDirectory(
        prefix=".printing-", dir=page.parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()


def _run(chromium, folder, *arguments):
    """Run the browser once; in a few words how it ended."""
    # Chromium refuses to run as root otherwise, as in Colab
    root = ("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ()
    command = [chromium, *_ARGUMENTS, *root, f"--user-data-dir={folder / 'profile'}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return f"exit code {done.returncode}"
