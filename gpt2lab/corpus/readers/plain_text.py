"""Read text files into strings, and say what is wrong with a file that is none."""

import codecs
import contextlib
import difflib
from pathlib import Path

from gpt2lab.base.arguments import file_path
from gpt2lab.corpus.readers.decoding import check_encoding, decode, refuse_binary
from gpt2lab.errors import TextError

_PIECE = 1 << 20  # bytes looked at together


def read_text(path, encoding="utf-8"):
    """Read one text file.

    Line ends become ``\\n`` and a byte order mark is dropped; nothing else is changed.

    Parameters
    ----------
    path : str or Path
        The file.
    encoding : str, default "utf-8"
        How the characters are stored, for example ``"latin-1"``, ``"cp1252"`` or ``"utf-16"``.

    Returns
    -------
    str
        The text, with at least one character that is not white space.

    Raises
    ------
    TextError
        If there is no such file, or it is a folder, empty, blank, a binary file, or stored in another
        encoding.
    ArgumentError
        If ``path`` is no path or ``encoding`` is unknown.

    Examples
    --------
    >>> read_text("novel.txt")[:21]  # doctest: +SKIP
    'It is a truth univers'
    """
    path = find_file(path)
    check_encoding(encoding)
    return decode(path, read_bytes(path), encoding)


def read_bytes(path):
    """The content of a file.

    Raises
    ------
    TextError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise TextError(f"{path} cannot be read ({error.strerror}); check that you may read it.") from error


@contextlib.contextmanager
def open_lines(path, encoding="utf-8"):
    """Open a text to read it line by line, so that a large file is never in memory as a whole.

    Before the first line comes, a look through the file finds what `read_text` would refuse.

    Parameters
    ----------
    path : Path
        An existing file.
    encoding : str, default "utf-8"
        How its characters are stored.

    Yields
    ------
    iterator of str
        The lines, each but perhaps the last with ``\\n`` at its end.

    Raises
    ------
    TextError
        What `read_text` raises.
    ArgumentError
        If ``encoding`` is unknown.
    """
    check_encoding(encoding)
    if not _looks_readable(path, encoding):
        read_text(path, encoding)  # says what is wrong
    with open(path, encoding=encoding) as file:
        yield _drop_mark(file)


def _looks_readable(path, encoding):
    """Whether a file decodes, has no NUL in it and is not blank; looked at in pieces."""
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(encoding)()
    blank = True
    try:
        with open(path, "rb") as file:
            for number, piece in enumerate(iter(lambda: file.read(_PIECE), b"")):
                if number == 0:
                    refuse_binary(path, piece, encoding)
                if not wide and b"\0" in piece:
                    return False
                blank = not decoder.decode(piece).lstrip("\ufeff").strip() and blank
            decoder.decode(b"", final=True)
    except (OSError, UnicodeDecodeError):
        return False
    return not blank


def _drop_mark(lines):
    for first in lines:
        yield first.removeprefix("\ufeff")
        break
    yield from lines


def find_file(path):
    """Return ``path`` as a Path to a file.

    Raises
    ------
    TextError
        If it is a folder or does not exist; the message names the nearest file of that folder.
    """
    path = file_path(path)
    if path.is_dir():
        raise TextError(
            f"{path} is a folder, not a file; read all its texts with Corpus.from_directory({str(path)!r})."
        )
    if not path.is_file():
        raise TextError(_explain_missing("file", path))
    return path


def find_folder(path):
    """Return ``path`` as a Path to a folder.

    Raises
    ------
    TextError
        If it is a file or does not exist; the message names the nearest one beside it.
    """
    path = file_path(path)
    if path.is_file():
        raise TextError(f"{path} is a file, not a folder; read it with Corpus.from_file({str(path)!r}).")
    if not path.is_dir():
        raise TextError(_explain_missing("folder", path))
    return path


def _explain_missing(kind, path):
    folder = path.parent
    if not folder.is_dir():
        return (
            f"There is no {kind} {path}: its folder does not exist; check the spelling (the current folder is"
            f" {Path.cwd()})."
        )
    alike = [entry.name for entry in folder.iterdir() if entry.is_file() == (kind == "file")]
    found = sorted(name for name in alike if not name.startswith("."))
    spelled = {name.lower(): name for name in found}
    near = difflib.get_close_matches(path.name.lower(), spelled, n=1, cutoff=0.6)
    if near:
        return f"There is no {kind} {path}; did you mean {spelled[near[0]]!r}?"
    some = (
        f"it holds {', '.join(found[:5])}{', ...' if len(found) > 5 else ''}"
        if found
        else f"it holds no {kind}s"
    )
    return f"There is no {kind} {path}; check the spelling (the folder is {folder.resolve()}, and {some})."
