"""Read files out of an archive as it was downloaded: packed (.zip, .tar.gz), unpacked into a folder, or one
file of it.
"""

import os
import re
import tarfile
import zipfile
import zlib
from pathlib import Path

from gpt2lab.base.arguments import file_path
from gpt2lab.corpus.readers.decoding import decode
from gpt2lab.corpus.readers.plain_text import find_file, find_folder, read_bytes
from gpt2lab.errors import TextError

# What the libraries raise at an archive that is damaged, or packed in a way that they do not know.
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError)


class Archive:
    """The files of an archive by their names in it.

    Parameters
    ----------
    path : str or Path
        The packed archive, the folder, or one file of the unpacked archive, which stands for the files beside
        it too.

    Attributes
    ----------
    name : str
        Name of what was given.
    file : str or None
        If one file was given, its name.

    Raises
    ------
    TextError
        If there is no such file or folder, or the archive is damaged.
    """

    def __init__(self, path):
        path = file_path(path)
        self._path = find_folder(path) if path.is_dir() else find_file(path)
        self.name = path.resolve().name
        self.file = None
        if path.is_dir():
            self._names = {file.relative_to(path).as_posix(): file for file in _files_below(path)}
        elif zipfile.is_zipfile(path) or path.name.lower().endswith((".zip", ".tar.gz", ".tgz")):
            self._names = dict.fromkeys(
                self._unpack(lambda packed: packed.namelist(), lambda packed: packed.getnames())
            )
        else:
            self.file = path.name
            self._names = {file.name: file for file in path.parent.iterdir() if file.is_file()}

    def find(self, pattern):
        """Names of the files whose path in the archive ends with a regular expression, sorted, those of the
        Macintosh's finder left out.
        """
        wanted = re.compile(rf"(?:.*/)?(?:{pattern})", re.IGNORECASE)
        return sorted(
            name for name in self._names if wanted.fullmatch(name) and not name.startswith("__MACOSX")
        )

    def text(self, name):
        """The text of one file, which must be UTF-8.

        Raises
        ------
        TextError
            If it is empty, damaged or no text.
        """
        raw = self._bytes(name)
        try:
            return decode(self.place(name), raw)
        except TextError as error:
            # What to do about a text file is no help here: nobody chooses the encoding of an archive.
            raise TextError(
                f"{str(error).rpartition('; ')[0]}; take the file from the archive as it was downloaded."
            ) from error

    def place(self, name):
        """How messages call one file."""
        return str(self._names[name] or f"{self._path}/{name}")

    def _bytes(self, name):
        if self._names[name]:
            return read_bytes(self._names[name])
        return self._unpack(lambda packed: packed.read(name), lambda packed: packed.extractfile(name).read())

    def _unpack(self, from_zip, from_tar):
        is_tar = self._path.name.lower().endswith(("gz", ".tar"))
        try:
            with tarfile.open(self._path) if is_tar else zipfile.ZipFile(self._path) as packed:
                return (from_tar if is_tar else from_zip)(packed)
        except _DAMAGE as error:
            reason = str(error).partition("\n")[0].rstrip(":")
            raise TextError(f"{self._path} is a damaged archive ({reason}); download it again.") from error
        except RuntimeError as error:  # how zipfile says that a password is needed
            raise TextError(
                f"{self._path} is protected ({error}); unpack it with its password and give the folder."
            ) from error


def _files_below(folder):
    return [Path(parent) / name for parent, _, names in os.walk(folder) for name in names]
