"""Names that others chose, made fit to be shown and to be written to disk."""

import re
import unicodedata

LONGEST_SHOWN = 120  # characters of a name that is shown
_LONGEST_STEM = 60  # characters: up to 240 bytes in UTF-8, of the 255 that file systems allow
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_]?)|\x9b[0-?]*[ -/]*[@-~]"
)
_JOINERS = "\u200c\u200d"  # invisible, but Persian and Indian names are spelled with them
# Devices of Windows, whatever the suffix.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin|conout|clock)", re.IGNORECASE)


def clean_name(name, longest=LONGEST_SHOWN):
    """A name as one short line of visible characters.

    Control characters, escapes of terminals and marks that turn the direction of writing are taken out; bytes
    that are no UTF-8 become ``\\xff``. What the name means in HTML or in a spreadsheet is left to those who
    write such.

    Parameters
    ----------
    name : str
        From a folder, an archive or a file; anything.
    longest : int, default 120
        Characters; what is longer ends in an ellipsis.

    Returns
    -------
    str
    """
    name = _decode(name[: 100 * longest])
    name = unicodedata.normalize("NFC", _ESCAPES.sub("", name))
    visible = (" " if letter in "\t\n\r\v\f\x85\u2028\u2029" else letter for letter in name)
    visible = "".join(
        letter
        for letter in visible
        if letter in _JOINERS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    visible = " ".join(visible.split())
    return visible if len(visible) <= longest else visible[: longest - 1].rstrip() + "…"


def _decode(name):
    """Bytes of a file's name that are no UTF-8, which Python hides in surrogates, as ``\\xff``."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace").decode("utf-8")


def feedback_name(student, taken=()):
    """A file name without suffix for what is written about a student: safe, readable, and taken by nobody
    else.

    Holds letters and digits of any script, ``-`` and ``_``, never begins with a sign, is no device of
    Windows, and differs from those taken in more than upper and lower case.

    Parameters
    ----------
    student : str
        Anything.
    taken : iterable of str
        Names given out before; nothing is added to it.

    Returns
    -------
    str
        The same for the same arguments. A second student of the name gets ``-2``.

    Examples
    --------
    >>> names = "Ada Lovelace", "../con"
    >>> feedback_name(names[0]), feedback_name("ada lovelace", {"Ada_Lovelace"}), feedback_name(names[1])
    ('Ada_Lovelace', 'ada_lovelace-2', 'con_')
    """
    plain = unicodedata.normalize("NFKC", clean_name(student))
    plain = "".join(
        letter if letter == "-" or unicodedata.category(letter)[0] in "LMN" else "_" for letter in plain
    )
    # A mark without its letter would join the character before it, wherever the name is shown.
    stem = re.sub("__+", "_", plain)[:_LONGEST_STEM].strip("_-")
    while stem and unicodedata.category(stem[0])[0] == "M":
        stem = stem[1:].lstrip("_-")
    stem = stem or "student"
    if _RESERVED.fullmatch(stem):
        stem += "_"
    used = {_fold(name) for name in taken}
    found = stem
    number = 1
    while _fold(found) in used:
        number += 1
        found = f"{stem}-{number}"
    return found


def _fold(name):
    """Alike for names that are one file on the file systems of Windows and macOS."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
