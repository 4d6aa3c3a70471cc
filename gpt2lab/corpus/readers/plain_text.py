"""Read text files into strings, and say what is wrong with a file that is none."""

import codecs
import collections
import contextlib
import difflib
import os
from pathlib import Path

from gpt2lab.base.arguments import file_path
from gpt2lab.corpus.readers.decoding import check_encoding, decoded, refuse_binary
from gpt2lab.errors import TextError

# corpora such as Brown or 20 Newsgroups use no suffix
TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".rst", ".tex", "")

# Which method of Corpus reads what is no plain text.
_READERS = {
    ".csv": "from_csv",
    ".tsv": "from_csv",
    ".jsonl": "from_jsonl",
    ".json": "from_jsonl or from_mastodon",
    ".js": "from_tweets",
    ".mbox": "from_mbox",
}
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
    path = existing_file(path)
    check_encoding(encoding)
    return decoded(path, file_bytes(path), encoding)


def file_bytes(path):
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
        yield _without_mark(file)


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


def _without_mark(lines):
    for first in lines:
        yield first.removeprefix("\ufeff")
        break
    yield from lines


def existing_file(path):
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
        raise TextError(_not_found("file", path))
    return path


def existing_folder(path):
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
        raise TextError(_not_found("folder", path))
    return path


def text_files_in(folder):
    """List the text files in a folder and in the folders below it, in the order of their relative paths.

    A text file is known by its name (``.txt``, ``.text``, ``.md``, ``.markdown``, ``.rst``, ``.tex`` or no
    suffix). Hidden files and folders (their names begin with a dot) are passed over, and so is ``__MACOSX``,
    which zip files carry.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    list of Path
        At least one file.

    Raises
    ------
    TextError
        If there is none; the message counts what is there instead.
    """
    folder = existing_folder(folder)
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        files += [Path(parent) / name for name in names if not name.startswith(".")]
    texts = [path for path in files if path.suffix.lower() in TEXT_SUFFIXES]
    if not texts:
        raise TextError(_no_texts(folder, files))
    # Posix paths sort alike on Windows and on Linux.
    return sorted(texts, key=lambda path: path.relative_to(folder).as_posix())


def _not_found(kind, path):
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


def _no_texts(folder, files):
    if not files:
        return f"{folder} holds no files; put .txt files into it."
    kinds = collections.Counter(path.suffix.lower() for path in files)
    found = ", ".join(f"{count} {suffix}" for suffix, count in sorted(kinds.items()))
    readers = "; ".join(
        f"a {suffix} is read with Corpus.{reader}" for suffix, reader in _READERS.items() if suffix in kinds
    )
    return (
        f"{folder} holds no text files, only {found}; save the texts as"
        f" .txt{f' ({readers})' if readers else ''}."
    )
