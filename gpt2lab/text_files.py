"""Read text files into strings, and say what is wrong with a file that is none."""

import codecs
import collections
import difflib
import os
import re
from pathlib import Path

from gpt2lab.errors import ArgumentError, TextError

TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".rst", ".tex", "")  # corpora such as Brown or 20 Newsgroups use no suffix

# How a file begins that people mistake for a text, what it is called, and how to get the text out of it.
_MAGIC = (
    (b"%PDF-", "a PDF", "export it as plain text first"),
    (b"{\\rtf", "a rich text document (RTF)", "save it as plain text first"),
    (b"PK\x03\x04", "a zip archive (.zip, .docx, .odt, .epub, .npz)", "unpack it, or save the document as plain text, first"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls)", "save it as plain text first"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"BZh", "compressed with bzip2", "unpack it first"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\x89PNG", "a PNG picture", "give a text file"),
    (b"\xff\xd8\xff", "a JPEG picture", "give a text file"),
    (b"GIF8", "a GIF picture", "give a text file"),
)


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
        If there is no such file, or it is a folder, empty, blank, a binary file, or stored in another encoding.
    ArgumentError
        If ``path`` is no path or ``encoding`` is unknown.

    Examples
    --------
    >>> read_text("novel.txt")[:21]  # doctest: +SKIP
    'It is a truth univers'
    """
    path = existing_file(path)
    _check_encoding(encoding)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TextError(f"{path} cannot be read ({error.strerror}); check that you may read it.") from error
    if not raw:
        raise TextError(f"{path} is empty (0 bytes); give a file that holds text.")
    _refuse_binary(path, raw, encoding)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise TextError(_wrong_encoding(path, raw, error, encoding)) from error
    text = clean(text)
    if not text.strip():
        raise TextError(f"{path} holds only white space ({len(raw):,} bytes); give a file that holds text.")
    return text


def clean(text):
    """Return ``text`` with ``\\n`` as line end and without a byte order mark at its start."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def existing_file(path):
    """Return ``path`` as a Path to a file.

    Raises
    ------
    TextError
        If it is a folder or does not exist; the message names the nearest file of that folder.
    """
    path = file_path(path)
    if path.is_dir():
        raise TextError(f"{path} is a folder, not a file; read all its texts with Corpus.from_directory({str(path)!r}).")
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

    A text file is known by its name (``.txt``, ``.text``, ``.md``, ``.markdown``, ``.rst``, ``.tex`` or no suffix).
    Hidden files and folders (their names begin with a dot) are passed over, and so is ``__MACOSX``, which zip files carry.

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


def counted(number, thing):
    """Number and noun for a message: ``1 document``, ``2,000 documents``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def file_path(path):
    """Return ``path`` as a Path.

    Raises
    ------
    ArgumentError
        If it is none, such as a text where the name of its file belongs.
    """
    if not isinstance(path, (str, os.PathLike)) or isinstance(path, os.PathLike) and not isinstance(os.fspath(path), str):
        raise ArgumentError(f"path={path!r} is not a path; give a string or a pathlib.Path.")
    if isinstance(path, str) and (not path.strip() or "\n" in path or "\0" in path or max(map(len, Path(path).parts)) > 255):
        raise ArgumentError(f"path={path[:40]!r}... is not a path; a text itself goes into Corpus.from_texts([text])."
                            if path.strip() else "path is empty; give the name of a file or folder.")
    return Path(path).expanduser()


def _not_found(kind, path):
    folder = path.parent
    if not folder.is_dir():
        return f"There is no {kind} {path}: its folder does not exist; check the spelling (the current folder is {Path.cwd()})."
    alike = [entry.name for entry in folder.iterdir() if entry.is_file() == (kind == "file")]
    found = sorted(name for name in alike if not name.startswith("."))
    spelled = {name.lower(): name for name in found}
    near = difflib.get_close_matches(path.name.lower(), spelled, n=1, cutoff=0.6)
    if near:
        return f"There is no {kind} {path}; did you mean {spelled[near[0]]!r}?"
    some = f"it holds {', '.join(found[:5])}{', ...' if len(found) > 5 else ''}" if found else f"it holds no {kind}s"
    return f"There is no {kind} {path}; check the spelling (the folder is {folder.resolve()}, and {some})."


def _no_texts(folder, files):
    if not files:
        return f"{folder} holds no files; put .txt files into it."
    kinds = collections.Counter(path.suffix.lower() for path in files)
    found = ", ".join(f"{count} {suffix}" for suffix, count in sorted(kinds.items()))
    tables = " (a .csv is read with Corpus.from_csv)" if ".csv" in kinds else ""
    return f"{folder} holds no text files, only {found}; save the texts as .txt{tables}."


def _check_encoding(encoding):
    try:
        b"x".decode(encoding)  # an empty string would decode with any name
    except UnicodeDecodeError:
        pass
    except (LookupError, TypeError) as error:
        raise ArgumentError(f"encoding={encoding!r} is unknown; give for example 'utf-8', 'latin-1' or 'utf-16'.") from error


def _refuse_binary(path, raw, encoding):
    for start, kind, remedy in _MAGIC:
        if raw.startswith(start):
            raise TextError(f"{path} is not a plain text: this is {kind}; {remedy}.")
    if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
        return
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        wide = "utf-32" if raw.startswith(codecs.BOM_UTF32_LE) else "utf-16"
        raise TextError(f"{path} is stored as {wide.upper()}; pass encoding={wide!r}, or save it as UTF-8.")
    nul = raw.find(b"\0")
    if nul < 0:
        return
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    # Western text in UTF-16 has a zero in every second byte; a third leaves room for other letters among it.
    if max(even, odd) > len(head) / 6 and min(even, odd) < max(even, odd) / 10:
        order = "utf-16-be" if even > odd else "utf-16-le"
        raise TextError(f"{path} is stored as UTF-16 without a byte order mark; pass encoding={order!r}, or save it as UTF-8.")
    raise TextError(f"{path} is a binary file (byte 0x00 at offset {nul:,}), not a text; give a plain text file.")


def _wrong_encoding(path, raw, error, encoding):
    offset, byte = error.start, raw[error.start]
    line = len(re.findall(rb"\r\n|\r|\n", raw[:offset])) + 1
    place = f"byte 0x{byte:02X} at offset {offset:,} (line {line:,})"
    if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
        return f"{path} is not stored as {encoding}: {place} means nothing there; pass the encoding that the file was saved in."
    # In a Latin-1 file that ends with an accent nothing before it would be UTF-8 beyond ASCII.
    if error.reason == "unexpected end of data" and not raw[:offset].isascii():
        return f"{path} ends in the middle of a character, {place}: it was cut off; copy or download it again."
    around = " ".join(raw[max(0, offset - 12):offset + 12].decode("cp1252", errors="replace").split())
    # Between 0x80 and 0x9F Latin-1 has control characters, Windows-1252 dashes and curly quotes.
    likely, other = ("cp1252", "latin-1") if 0x80 <= byte <= 0x9F else ("latin-1", "cp1252")
    return (f"{path} is not UTF-8: {place}; save it as UTF-8, or pass encoding=\"{likely}\" (or \"{other}\") "
            f"if it should read '{around}'.")
