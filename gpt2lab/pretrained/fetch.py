"""Fetch one file over an unreliable network: resumed where it was cut off, checked, and renamed only when it
is right.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from gpt2lab.base.storage import replace_file, require_room, storage_error, write_bytes
from gpt2lab.base.wording import join_words
from gpt2lab.errors import DownloadError, LabError
from gpt2lab.pretrained.catalog import bundled_names

TIMEOUT = (10, 30)  # seconds: to connect, and between two arrivals of bytes
WAITS = (1, 2, 4, 8)  # seconds before each new try; when they are used up, a failure is final
LONGEST_WAIT = 60  # seconds, when the server itself says how long to wait
ENOUGH = 1 << 20  # bytes: after so much progress the tries are counted afresh
_CHUNK = 1 << 16  # bytes written at a time, and lost when the connection breaks
_PASSING = {408, 425, 429, 500, 502, 503, 504}


class _Interrupted(Exception):
    """Something that may pass: the connection broke, the server is busy."""

    def __init__(self, why, wait=None):
        super().__init__(why)
        self.wait = wait


def fetch(url, path, fact, bar, check=None):
    """Fetch ``url`` to ``path``.

    Parameters
    ----------
    url : str
        ``http``, ``https`` or ``file`` URL, or the path of a file.
    path : Path
        Where the file goes once it is whole and right. ``<path>.part`` keeps what arrived, also from one call
        to the next.
    fact : FileFact
        What is known of the file: its size in bytes and SHA-256, or None.
    bar : tqdm
        Counts bytes.
    check : callable, optional
        Called with the path of the finished part file; raises ``DownloadError`` if the content is wrong.

    Raises
    ------
    DownloadError
        If the file cannot be had, or is not what was asked for.
    StorageError
        If it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    source = _local_path(url)
    done_before = bar.n

    def show():
        bar.update(done_before + _size(part) - bar.n)

    resumed = source is None and _size(part) > 0
    while True:
        if source is None:
            _transfer(url, part, fact, show)
        else:
            _copy(source, part, show)
        try:
            _check_facts(url, part, fact)
            if check is not None:
                check(part)
            break
        except DownloadError:
            _forget(part)
            show()
            if not resumed:
                raise
            # the two halves may come from two versions of the file: once more, from the start
            resumed = False
    try:
        os.replace(part, path)
    except OSError as error:
        raise storage_error(error, path) from error
    _forget(part)


def _local_path(url):
    """The Path that ``url`` names on this machine, or None for one in the network."""
    parts = urlsplit(str(url))
    if parts.scheme in ("http", "https"):
        return None
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(url)


def _copy(source, part, show):
    if not source.is_file():
        raise DownloadError(
            f"{source} does not exist; check GPT2LAB_MODELS_URL: there must be <size>/<file> in it."
        )
    require_room(part.parent, source.stat().st_size)
    with open(source, "rb") as file, replace_file(part) as target:
        shutil.copyfileobj(file, target, _CHUNK)
    show()


def _transfer(url, part, fact, show):
    failures = 0
    while True:
        before = _size(part)
        try:
            return _request(url, part, fact, show)
        except _Interrupted as error:
            failures = 1 if _size(part) - before >= ENOUGH else failures + 1
            if failures > len(WAITS):
                raise DownloadError(
                    f"{url} could not be fetched: {error}. Check the network and run the same line again"
                    f" (what arrived is kept); the sizes {join_words(_without_network())} need no network,"
                    " and GPT2LAB_MODELS_URL can name a mirror."
                ) from error.__cause__
            time.sleep(WAITS[failures - 1] if error.wait is None else min(error.wait, LONGEST_WAIT))


def _request(url, part, fact, show):
    """One request for what is missing of ``part``; returns when it is whole."""
    import requests

    known = _read_note(part, url)
    if not known.get("bytes") or _size(part) > known["bytes"]:
        _forget(part)  # nothing says how it goes on
    have = _size(part)
    show()
    if have and have == known["bytes"]:
        return
    # compressed on the way, neither length nor range would be the file's
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if known.get("etag"):
            headers["If-Range"] = known["etag"]
    try:
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            _refuse(url, response)
            if response.status_code == 200:
                total = _begin(url, part, fact, response)
            elif _content_range(response) == (have, known["bytes"]):
                total = known["bytes"]
            else:
                _forget(part)
                raise _Interrupted("the file on the server has changed meanwhile", wait=0)
            with open(part, "ab") as file:
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
                    file.flush()
                    show()
    except LabError:
        raise
    except requests.exceptions.SSLError as error:
        raise DownloadError(
            f"{url} has no valid certificate ({error}); check the clock of this machine and the URL."
        ) from error
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
        raise DownloadError(f"{url} is not a valid URL; check GPT2LAB_MODELS_URL.") from error
    except requests.exceptions.RequestException as error:
        raise _Interrupted(_reason(error)) from error
    except OSError as error:
        raise storage_error(error, part) from error
    if total is not None and _size(part) != total:
        raise _Interrupted(f"the connection was closed after {_size(part):,} of {total:,} bytes")


def _refuse(url, response):
    status = response.status_code
    if status in _PASSING:
        wait = response.headers.get("Retry-After", "")
        raise _Interrupted(
            f"the server answers {status} {response.reason}", float(wait) if wait.isdigit() else None
        )
    if status not in (200, 206, 416):
        raise DownloadError(
            f"{url} cannot be had: the server answers {status} {response.reason}; check that"
            " GPT2LAB_MODELS_URL, if set, names a folder with <size>/<file>, or use a bundled size,"
            f" {' or '.join(_without_network())}."
        )


def _without_network():
    return [repr(name) for name in reversed(bundled_names())]


def _begin(url, part, fact, response):
    """Start the part file over, remember which file it is of, and return the size of that (None if the
    server does not tell).
    """
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdigit() else None
    if fact.bytes is not None and total not in (None, fact.bytes):
        raise DownloadError(
            f"{url} has {total:,} bytes where {fact.bytes:,} are right; check GPT2LAB_MODELS_URL."
        )
    _forget(part)
    require_room(part.parent, total or 0)
    etag = response.headers.get("ETag", "")
    etag = "" if etag.startswith("W/") else etag  # a weak one does not promise the same bytes
    write_bytes(_note_path(part), json.dumps({"url": url, "bytes": total, "etag": etag}).encode())
    return total


def _content_range(response):
    """First byte and size of the whole file, as far as a 206 tells."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    return (int(match[1]), int(match[2])) if match else None


def _check_facts(url, part, fact):
    if fact.bytes is not None and _size(part) != fact.bytes:
        raise DownloadError(
            f"{url} has {_size(part):,} bytes where {fact.bytes:,} are right; check GPT2LAB_MODELS_URL."
        )
    if fact.sha256 is not None:
        with open(part, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != fact.sha256:
            raise DownloadError(
                f"{url} is not the published file: its SHA-256 is {digest[:12]}… where {fact.sha256[:12]}… is"
                " right; run the same line again, or fetch from another place with GPT2LAB_MODELS_URL."
            )


def _reason(error):
    import requests

    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"the server did not answer within {TIMEOUT[0]} s"
    if isinstance(error, requests.exceptions.ReadTimeout) or "Read timed out" in str(error):
        return f"the server sent nothing for {TIMEOUT[1]} s"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused the connection"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut off"
    return "there is no connection to the server (no network?)"


def _size(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _note_path(part):
    return part.with_name(part.name + ".json")


def _read_note(part, url):
    """What an earlier call wrote down of the file that ``part`` is the beginning of; empty if that is not
    the file at ``url``.
    """
    try:
        known = json.loads(_note_path(part).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) and known.get("url") == url else {}


def _forget(part):
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
        _note_path(part).unlink(missing_ok=True)
