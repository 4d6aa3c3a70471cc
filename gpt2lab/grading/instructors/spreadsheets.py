"""Tables that went through somebody's spreadsheet, read whatever it made of separators and letters."""

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.errors import LabError

_SEPARATORS = ",;\t"


class SpreadsheetError(LabError, ValueError):
    """A table of the instructor's cannot be used; the message begins with its path and names the line."""


@dataclass(frozen=True)
class Sheet:
    """A table as it stands in a file.

    Attributes
    ----------
    path : Path
    text : str
        The whole file.
    separator, encoding : str
        As the file has them.
    header : tuple of str
        As written.
    rows : tuple of (int, dict)
        The line on which a row ends, and its cells by `column_name`, without white space around them; rows
        of empty cells are left out.
    """

    path: Path
    text: str
    separator: str
    encoding: str
    header: tuple
    rows: tuple

    def with_rows(self, rows):
        """The bytes of the file with rows (dicts by `column_name`) below, and nothing above them changed."""
        names = [column_name(name) for name in self.header]
        below = io.StringIO(newline="")
        table = csv.writer(below, delimiter=self.separator)
        table.writerows([row.get(name, "") for name in names] for row in rows)
        text = self.text + ("" if self.text.endswith(("\n", "\r")) else "\r\n") + below.getvalue()
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:  # a name that an old spreadsheet's letters do not have
            return text.encode("utf-8-sig")


def column_name(written):
    """The name of a column as it is compared: ``" E-Mail address"`` is ``"email address"``."""
    plain = unicodedata.normalize("NFC", written).casefold().replace("-", "").replace("_", " ")
    return " ".join(plain.split())


def read_sheet(path):
    """Read a CSV file that a spreadsheet may have saved.

    Commas, semicolons and tabs are understood, a line ``sep=;``, UTF-8 with and without a mark, UTF-16, and
    the letters of Windows.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Sheet

    Raises
    ------
    SpreadsheetError
        If it cannot be read, or is a workbook and no CSV file.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SpreadsheetError(
            f"{path} could not be read ({error.strerror or error}); check the path."
        ) from error
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SpreadsheetError(f"{path} is a workbook; save the table as CSV (UTF-8).")
    text, encoding = _decode(raw)
    try:
        return _parse(path, text, encoding)
    except csv.Error as error:
        raise SpreadsheetError(f"{path} is no CSV file ({error}); save the table as CSV (UTF-8).") from error


def _decode(raw):
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), "utf-16"
    try:
        return raw.decode("utf-8-sig"), "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "cp1252"


def _parse(path, text, encoding):
    told = text[:4].casefold() == "sep=" and text[4:5]
    first = (text.splitlines()[1:2] if told else text.splitlines()[:1]) or [""]
    separator = told or max(_SEPARATORS, key=lambda each: len(next(csv.reader(first, delimiter=each), [])))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    if told:
        next(lines)
    header = tuple(next(lines, ()))
    names = [column_name(name) for name in header]
    rows = [
        (lines.line_num, dict(zip(names, cells)))
        for cells in ([cell.strip() for cell in line] for line in lines)
        if any(cells)
    ]
    return Sheet(path, text, separator, encoding, header, tuple(rows))


def fold(name):
    """A name as it is compared, without case, the form of accents, more spaces, noughts before a number."""
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain
