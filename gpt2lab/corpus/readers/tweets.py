"""The archive that X (Twitter) gives to its users."""

import html
import re
from pathlib import Path

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.archive import Archive
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.json_text import parse_json
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import ArgumentError, TextError

_TWEETS = r"tweets?(?:-part\d+)?\.js"  # tweet.js in archives made before 2022
_NOTES = r"note-tweet(?:-part\d+)?\.js"  # the whole of those that are longer than 280 characters
_PREFIX = re.compile(r"\s*window\.YTD\.(\w+)\.part\d+\s*=\s*")
_RETWEET = re.compile(r"RT @\w+:")
_CUT = re.compile(r"(?:…\s*|\s*https://t\.co/\w+\s*)+\Z")  # how a post ends that goes on in a note
_LONG = 200  # characters by which a post and its note are matched


def from_tweets(
    cls: type[CorpusT],
    path: str | Path,
    author: str | None = None,
    retweets: bool = False,
    replies: bool = True,
    links: bool = False,
    mentions: bool = False,
) -> CorpusT:
    """Read the archive that X (Twitter) gives to its users, a document per post.

    Parameters
    ----------
    path : str or Path
        The ``.zip`` as it was downloaded, the folder into which it was unpacked, or its file
        ``data/tweets.js``.
    author : str or None, optional
        The author of all posts; by default the user name that stands in ``account.js``.
    retweets : bool, default False
        Whether retweets stay. They are other people's words, cut off.
    replies : bool, default True
        Whether answers to others stay.
    links : bool, default False
        Whether links stay; those that X has shortened are then written out.
    mentions : bool, default False
        Whether the names that stand at the beginning of an answer stay.

    Returns
    -------
    Corpus
        Posts in the order of the archive, those of more than 280 characters in full. ``preparation`` says
        what was left out and changed.

    Raises
    ------
    TextError
        If there are no posts, or a file is damaged; the message names file, line and column.

    Examples
    --------
    >>> Corpus.from_tweets("twitter-2026-01-01.zip")  # doctest: +SKIP
    Corpus(3,120 documents, 402,561 characters, 1 author)
    """
    retweets = yes_or_no("retweets", retweets)
    replies = yes_or_no("replies", replies)
    log = Log()
    if author is not None and not isinstance(author, str):
        raise ArgumentError(
            f"author={author!r} is no name; give a string, or None for the name in account.js."
        )
    archive = Archive(path)
    cleaner = Cleaner(log, links, mentions)
    documents = []
    writer = author or _user_name(archive)
    notes = _notes(archive)
    for name in _post_files(archive):
        for number, tweet in enumerate(_records(archive, name, "tweet", log), 1):
            log.read += 1
            place = f"{name.rpartition('/')[2]}, post {tweet.get('id_str') or number}"
            text = tweet.get("full_text", tweet.get("text"))
            if not isinstance(text, str):
                raise TextError(
                    f"{archive.place(name)} has a post without a text (number {number:,}: its names are"
                    f" {', '.join(tweet)}); give the archive as it was downloaded."
                )
            text = html.unescape(text)  # only &amp; &lt; &gt; are escaped in an archive
            answer = any(
                tweet.get(key)
                for key in (
                    "in_reply_to_status_id",
                    "in_reply_to_status_id_str",
                    "in_reply_to_user_id",
                    "in_reply_to_user_id_str",
                    "in_reply_to_screen_name",
                )
            )
            if not retweets and (_RETWEET.match(text) or tweet.get("retweeted_status")):
                log.count("left out", "retweets", text, place)
            elif answer and not replies:
                log.count("left out", "answers to others", text, place)
            else:
                cleaned = cleaner(_expand_links(_complete(text, notes, log, place), tweet), place, answer)
                if cleaned is not None:
                    documents.append(Document(cleaned, writer, place))
    if writer is None:
        log.count("noticed", "no author, as there is no account.js", archive.name, archive.name)
    options = {
        "author": author,
        "retweets": retweets,
        "replies": replies,
        "links": links,
        "mentions": mentions,
    }
    return cls(tuple(documents), (log.step("from_tweets", archive.name, options, len(documents)),))


def _post_files(archive):
    if archive.file and not re.fullmatch(_TWEETS, archive.file, re.IGNORECASE):
        return [archive.file]
    names = archive.find(_TWEETS)
    if not names:
        raise TextError(
            f"{archive.name} holds no tweets.js; give the archive of X as it was downloaded, the folder into"
            " which it was unpacked, or its file data/tweets.js."
        )
    # So tweets.js comes before tweets-part1.js, that before tweets-part10.js
    return sorted(names, key=lambda name: (len(name), name))


def _records(archive, name, kind, log=None):
    """The objects of one file of an archive, without the object that each is wrapped in."""
    text = archive.text(name)
    place = archive.place(name)
    prefix = _PREFIX.match(text)
    if prefix and prefix[1] not in (kind, f"{kind}s"):
        raise TextError(
            f"{place} holds {prefix[1]!r}, not tweets; give the file data/tweets.js, or the whole archive."
        )
    if not prefix and not text.lstrip().startswith("["):
        raise TextError(
            f"{place} is no file of an archive of X: at line 1, column 1, it begins with {text[:30]!r}, "
            "not with window.YTD.tweets.part0 = [; give data/tweets.js as it was downloaded."
        )
    if not prefix and log:
        log.count(
            "noticed",
            "a file without the usual beginning window.YTD.tweets.part0 =, read all the same",
            text[:60],
            name,
        )
    end = prefix.end() if prefix else 0
    # Spaces keep lines and columns where they are
    values = parse_json(" " * end + text[end:].rstrip().removesuffix(";"), place)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise TextError(f"{place} does not hold a list of objects; give data/tweets.js as it was downloaded.")
    return [_unwrap(value) for value in values]


def _unwrap(value):
    """Archives made before 2020 have the posts themselves in the list, later ones an object around each."""
    return (
        next(iter(value.values()))
        if len(value) == 1 and isinstance(next(iter(value.values())), dict)
        else value
    )


def _user_name(archive):
    for name in archive.find(r"account\.js"):
        for account in _records(archive, name, "account"):
            if isinstance(account.get("username"), str):
                return account["username"]
    return None


def _notes(archive):
    """The whole texts of long posts by their first characters."""
    texts = [
        _look_up(note, "core", "text")
        for name in archive.find(_NOTES)
        for note in _records(archive, name, "note_tweet")
    ]
    return {text[:_LONG]: text for text in texts if isinstance(text, str)}


def _complete(text, notes, log, place):
    whole = notes.get(text[:_LONG])
    cut = _CUT.search(text)
    if whole is None or cut is None or not whole.startswith(text[: cut.start()]):
        return text
    log.count("changed", "long posts, taken whole from note-tweet.js", text, place)
    return whole


def _expand_links(text, tweet):
    """Put the addresses themselves in the place of t.co's."""
    for kind in ("entities", "extended_entities"):
        for link in [*(_look_up(tweet, kind, "urls") or []), *(_look_up(tweet, kind, "media") or [])]:
            if (
                isinstance(link, dict)
                and isinstance(link.get("url"), str)
                and isinstance(link.get("expanded_url"), str)
            ):
                text = text.replace(link["url"], link["expanded_url"])
    return text


def _look_up(value, *names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
