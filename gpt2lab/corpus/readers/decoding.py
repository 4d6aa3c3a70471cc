"""Bytes into text, and what is wrong with bytes that are none."""

import codecs
import re

from gpt2lab.errors import ArgumentError, TextError

# How a file begins that people mistake for a text, what it is called, and how to get the text out of it.
_MAGIC = (
    (b"%PDF-", "a PDF", "export it as plain text first"),
    (b"{\\rtf", "a rich text document (RTF)", "save it as plain text first"),
    (
        b"PK\x03\x04",
        "a zip archive (.zip, .docx, .odt, .epub, .npz)",
        "unpack it, or save the document as plain text, first",
    ),
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


def decode(path, raw, encoding="utf-8"):
    """The text that bytes hold, which come from the file ``path``, or from a file of that name in an archive;
    as `read_text` gives it.

    Raises
    ------
    TextError
        If they are empty, blank, no text, or stored in another encoding.
    """
    if not raw:
        raise TextError(f"{path} is empty (0 bytes); give a file that holds text.")
    refuse_binary(path, raw, encoding)
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


def check_encoding(encoding):
    """Refuse a name of no encoding.

    Raises
    ------
    ArgumentError
        If Python knows none of that name.
    """
    try:
        b"x".decode(encoding)  # an empty string would decode with any name
    except UnicodeDecodeError:
        pass
    except (LookupError, TypeError) as error:
        raise ArgumentError(
            f"encoding={encoding!r} is unknown; give for example 'utf-8', 'latin-1' or 'utf-16'."
        ) from error


def refuse_binary(path, raw, encoding):
    """Refuse bytes that are no text, whatever their encoding.

    Raises
    ------
    TextError
        If they begin like a file of another kind, hold a NUL, or are UTF-16 where that was not said.
    """
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
    even = head[::2].count(0)
    odd = head[1::2].count(0)
    # Western text in UTF-16 has a zero in every second byte; a third leaves room for other letters among it.
    if max(even, odd) > len(head) / 6 and min(even, odd) < max(even, odd) / 10:
        order = "utf-16-be" if even > odd else "utf-16-le"
        raise TextError(
            f"{path} is stored as UTF-16 without a byte order mark; pass encoding={order!r}, or save it as"
            " UTF-8."
        )
    raise TextError(
        f"{path} is a binary file (byte 0x00 at {_place(raw, nul)}), not a text; give a plain text file."
    )


def _place(raw, offset):
    """Where a byte stands, for a message: columns count bytes, as what comes before need not decode."""
    ends = [end.end() for end in re.finditer(rb"\r\n|\r|\n", raw[:offset])]
    return f"offset {offset:,}, line {len(ends) + 1:,}, column {offset - (ends[-1] if ends else 0) + 1:,}"


def _wrong_encoding(path, raw, error, encoding):
    offset = error.start
    byte = raw[error.start]
    place = f"byte 0x{byte:02X} at {_place(raw, offset)}"
    if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
        return (
            f"{path} is not stored as {encoding}: {place} means nothing there; pass the encoding that the"
            " file was saved in."
        )
    # In a Latin-1 file that ends with an accent nothing before it would be UTF-8 beyond ASCII.
    if error.reason == "unexpected end of data" and not raw[:offset].isascii():
        return (
            f"{path} ends in the middle of a character, {place}: it was cut off; copy or download it again."
        )
    if not raw[:offset].isascii():
        return (
            f"{path} mixes two encodings: it is UTF-8 up to {place}, which is not; save each part as UTF-8"
            " before you put them together, or, if you know the encoding of the whole file, pass encoding=."
        )
    around = " ".join(raw[max(0, offset - 12) : offset + 12].decode("cp1252", errors="replace").split())
    # Between 0x80 and 0x9F Latin-1 has control characters, Windows-1252 dashes and curly quotes.
    likely, other = ("cp1252", "latin-1") if 0x80 <= byte <= 0x9F else ("latin-1", "cp1252")
    return (
        f'{path} is not UTF-8: {place}; save it as UTF-8, or pass encoding="{likely}" (or "{other}") '
        f"if it should read '{around}'."
    )
