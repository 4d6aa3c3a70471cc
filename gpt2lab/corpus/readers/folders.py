"""Folders of text files, and folders with a folder per author."""

import collections
import os
from pathlib import Path

from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.plain_text import find_folder, read_text
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import TextError

# Corpora such as Brown or 20 Newsgroups use no suffix.
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


def from_directory(cls: type[CorpusT], path: str | Path, encoding: str = "utf-8") -> CorpusT:
    """Read every text file of a folder and of the folders in it, each as one document.

    Text files are those named ``.txt``, ``.text``, ``.md``, ``.markdown``, ``.rst``, ``.tex`` or without
    a suffix; hidden ones are passed over. They come in the order of their relative paths, which become
    the documents' names.

    Parameters
    ----------
    path : str or Path
        The folder.
    encoding : str, default "utf-8"
        How the characters of all files are stored.

    Raises
    ------
    TextError
        If the folder has no texts (the message counts what it has), or one of them cannot be read: none
        is left out silently.
    """
    folder = find_folder(path)
    files = list_text_files(folder)
    return cls(
        tuple(Document(read_text(file, encoding), name=file.relative_to(folder).as_posix()) for file in files)
    )


def from_folders(
    cls: type[CorpusT],
    path: str | Path,
    encoding: str = "utf-8",
    links: bool = True,
    mentions: bool = True,
    html: bool = False,
) -> CorpusT:
    """Read a folder that has a folder per author: ``texts/Jane Austen/Emma.txt``.

    Parameters
    ----------
    path : str or Path
        The folder; each of its folders is an author, and each text file in it, at whatever depth, a
        document. Which files are texts says `from_directory`.
    encoding, links, mentions, html
        As in `from_csv`.

    Returns
    -------
    Corpus
        Files that lie in no author's folder have no author; ``preparation`` counts them.

    Raises
    ------
    TextError
        If there are no texts, or one of them cannot be read.
    """
    folder = find_folder(path)
    log = Log()
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    for file in list_text_files(folder):
        log.read += 1
        name = file.relative_to(folder)
        author = name.parts[0] if len(name.parts) > 1 else None
        if author is None:
            log.count(
                "noticed", "no author, as they lie in no author's folder", name.as_posix(), name.as_posix()
            )
        text = cleaner(read_text(file, encoding), name.as_posix())
        if text is not None:
            documents.append(Document(text, author, name.as_posix()))
    options = {"links": links, "mentions": mentions, "html": html}
    return cls(tuple(documents), (log.step("from_folders", folder.resolve().name, options, len(documents)),))


def list_text_files(folder):
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
    folder = find_folder(folder)
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        files += [Path(parent) / name for name in names if not name.startswith(".")]
    texts = [path for path in files if path.suffix.lower() in TEXT_SUFFIXES]
    if not texts:
        raise TextError(_explain_no_texts(folder, files))
    # Posix paths sort alike on Windows and on Linux.
    return sorted(texts, key=lambda path: path.relative_to(folder).as_posix())


def _explain_no_texts(folder, files):
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
