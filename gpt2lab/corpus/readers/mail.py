"""Mailboxes in the mbox format, as Thunderbird, Apple Mail, Gmail's Takeout and mailing list archives write
them.
"""

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.decoding import clean
from gpt2lab.corpus.readers.html_text import html_text
from gpt2lab.corpus.readers.plain_text import find_file, read_text
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import TextError

# The line before each mail: From, who sent it, when. Writers that put no ">" before a line of a mail that
# begins with From are told by the time.
_FROM = re.compile(rb"From (?:\S.*\d\d?:\d\d.*|-? ?)\r?\n?\Z")
# With a whole date it begins a mail even where no blank line comes before it.
_DATED_FROM = re.compile(
    rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ \d\d:\d\d.* \d{4}\s*\Z"
)
_MASKED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]+:")

_MARKS = re.compile(">*")
# Some programs drop the space after the two dashes; then only a short signature is told from a line of dashes
# in a text.
_SIGNATURE = re.compile(
    r"^-- \n.*\Z|^--\n(?:[^\n]*\n?){0,6}\Z|^Sent from my \w[^\n]*\n*\Z", re.MULTILINE | re.DOTALL
)
_ATTRIBUTION = re.compile(  # the lines "On ... Ada wrote:" before a quotation, at most three
    r"^[ \t]*(?:On|Am|Le|El|Il|Op|Em)\b(?:[^\n]{0,200}\n){0,2}?[^\n]{0,200}"
    r"\b(?:wrote|schrieb[^\n:]{0,80}|a écrit|escribió|ha scritto|schreef[^\n:]{0,80}|escreveu)[ \u00a0]?:"
    r"[ \t]*\n+(?=[ \t]*>)",
    re.MULTILINE,
)
_QUOTED_LINES = re.compile(r"^[ \t]*>.*(?:\n|\Z)", re.MULTILINE)
_QUOTED_REST = re.compile(  # what programs that quote below the answer put before it
    r"^[ \t]*(?:-{3,} ?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message"
    r" d'origine|Mensaje original) ?-{3,}[ \t]*$"
    r"|_{10,}\n+(?=(?:From|Von|De): )"
    r"|\*?(?:From|Von|De):\*? [^\n]+\n\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado)[ \u00a0]?:\*?"
    r" [^\n]+\n).*\Z",
    re.MULTILINE | re.DOTALL,
)


def from_mbox(
    cls: type[CorpusT],
    path: str | Path,
    quotes: bool = False,
    signatures: bool = False,
    subjects: bool = False,
    links: bool = True,
) -> CorpusT:
    """Read a mailbox in the mbox format, a document per mail.

    The text of a mail is its plain part, or else its HTML made into text. Attachments, and mails without
    text, are left out; so is a mail that comes twice.

    Parameters
    ----------
    path : str or Path
        The file, such as Thunderbird's ``Sent`` or the ``.mbox`` of Gmail's Takeout.
    quotes : bool, default False
        Whether the mail that is answered stays: lines that begin with ``>``, and what follows "Original
        Message".
    signatures : bool, default False
        Whether signatures stay: what follows a line ``--``, and "Sent from my phone".
    subjects : bool, default False
        Whether the subject is put in front.
    links : bool, default True
        Whether links stay.

    Returns
    -------
    Corpus
        The author of a document is the sender's name, or the address where there is no name. Documents
        are named by the file and the line on which the mail begins.

    Raises
    ------
    TextError
        If the file cannot be read or does not begin as an mbox does.

    Notes
    -----
    Quotations and signatures are known by their usual forms in mails in English, German, French, Spanish,
    Italian, Portuguese and Dutch; what has another form stays. Read some documents before you train on
    them.
    """
    quotes = yes_or_no("quotes", quotes)
    signatures = yes_or_no("signatures", signatures)
    subjects = yes_or_no("subjects", subjects)
    path = find_file(path)
    log = Log()
    documents = []
    seen = set()
    cleaner = Cleaner(log, links)
    for line, raw in _mails(path):
        log.read += 1
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        place = f"{path.name}:{line}"
        subject = _header(mail, "Subject")
        identity = str(mail.get("Message-ID", "")).strip()
        if identity and identity in seen:
            log.count("left out", "mails that come twice, by their Message-ID", subject, place)
            continue
        seen.add(identity)
        text = _text(mail, quotes, log, place)
        if text is None:
            log.count("left out", "mails without a text part", subject, place)
            continue
        text = _keep_own_words(text, quotes, signatures, log, place)
        cleaned = cleaner(f"{subject}\n\n{text}" if subjects and subject else text, place)
        if cleaned is not None:
            documents.append(Document(cleaned.strip(), _sender(mail), place))
    options = {"quotes": quotes, "signatures": signatures, "subjects": subjects, "links": links}
    return cls(tuple(documents), (log.step("from_mbox", path.name, options, len(documents)),))


def _mails(path):
    """The line of the file on which each mail begins, and its bytes; one mail is in memory at a time."""
    lines = None
    start = 0
    after_blank = True
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if (after_blank and _FROM.match(line)) or _DATED_FROM.match(line):
                if lines is not None:
                    yield start, _mail_bytes(lines)
                lines = []
                start = number
            elif lines is not None:
                lines.append(line)
            elif line.strip(b"\xef\xbb\xbf \t\r\n"):
                raise _no_mailbox_error(path, number, line)
            after_blank = not line.strip(b"\xef\xbb\xbf \t\r\n")
    if lines is None:
        read_text(path, "latin-1")  # says what is wrong with an empty or blank file
    yield start, _mail_bytes(lines)


def _mail_bytes(lines):
    return _MASKED_FROM.sub(rb"\1", b"".join(lines))


def _no_mailbox_error(path, number, line):
    try:
        read_text(path, "latin-1")
    except TextError as error:
        return error  # a zip, a picture, a file with NUL bytes
    single = (
        "; it looks like a single mail: put a line 'From - Mon Jan  1 00:00:00 2024' before it"
        if _HEADER.match(line)
        else ""
    )
    beginning = line[:40].decode("latin-1").strip()
    return TextError(
        f"{path} is no mbox: at line {number:,}, column 1, it begins with {beginning!r} where each mail of an"
        f" mbox has a line 'From ' with sender and time{single or '; export the mailbox as mbox'}."
    )


def _header(mail, name):
    """A header in plain characters, whatever its writer put there."""
    value = mail.get(name)
    try:
        return " ".join(str(make_header(decode_header(value or ""))).split())
    except (LookupError, ValueError):
        return " ".join(str(value).encode("ascii", "replace").decode().split())


def _sender(mail):
    name, address = parseaddr(_header(mail, "From"))
    return name.strip() or address or None


def _text(mail, quotes, log, place):
    """The text of a mail, its attachments left aside; None if it has none."""
    if mail.is_multipart():
        parts = [
            part
            for part in mail.get_payload()
            if "attachment" not in str(part.get("Content-Disposition", "")).lower()
        ]
        if mail.get_content_type() == "multipart/alternative":
            parts = sorted(parts, key=lambda part: part.get_content_type() != "text/plain")
            return next(
                (text for part in parts if (text := _text(part, quotes, log, place)) and text.strip()), None
            )
        if mail.get_content_maintype() == "message" and not (
            quotes and mail.get_content_type() == "message/rfc822"
        ):
            return None  # a mail that was forwarded whole, or what a server says of its delivery
        texts = [text for part in parts if (text := _text(part, quotes, log, place))]
        return "\n\n".join(texts) if texts else None
    # One that has no parts.
    if mail.get_content_type() == "text/plain" or mail.get_content_maintype() == "multipart":
        return _unfold(_decode(mail, log, place), mail)
    if mail.get_content_type() == "text/html":
        log.count("changed", "HTML made into text", "", place)
        return html_text(_decode(mail, log, place), quotes)
    return None


def _decode(part, log, place):
    """The characters of a part; if they are not stored as it says, as UTF-8 or, where that fails, as
    Windows-1252.
    """
    raw = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    for encoding in (charset, "utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except (LookupError, ValueError):
            continue
        if encoding != charset:
            log.count(
                "changed",
                "text read in another encoding than it says",
                f"{charset}, read as {encoding}",
                place,
            )
        return clean(text)
    log.count("changed", "bytes that are in no encoding, replaced by U+FFFD", charset, place)
    return clean(raw.decode("utf-8", errors="replace"))


def _unfold(text, part):
    """Join the lines that a mail program broke to fit the width of old screens (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joined = []
    gap = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    for line in text.split("\n"):
        marks = _MARKS.match(line)[0]
        words = line[len(marks) :].removeprefix(" ")
        if (
            joined
            and joined[-1][0] == marks
            and joined[-1][1].endswith(" ")
            and joined[-1][1] != "-- "
            and words != "-- "
        ):
            words = joined.pop()[1][:-1] + gap + words
        joined.append((marks, words))
    return "\n".join(f"{marks} {words}" if marks else words for marks, words in joined)


def _keep_own_words(text, quotes, signatures, log, place):
    if not quotes:
        text = _take_out(
            (_QUOTED_REST, _ATTRIBUTION, _QUOTED_LINES), text, "quoted mail taken out", log, place
        )
    if not signatures:
        text = _take_out((_SIGNATURE,), text, "signatures taken out", log, place)
    return text


def _take_out(patterns, text, why, log, place):
    example = ""
    for pattern in patterns:
        found = pattern.search(text)
        if found:
            example = example or found[0]
            text = pattern.sub("", text)
    if example:
        log.count("changed", why, example, place)
    return text
