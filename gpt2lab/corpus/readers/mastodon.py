"""The archive that Mastodon, and other servers that speak ActivityPub, give to their users."""

from pathlib import Path
from urllib.parse import urlsplit

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.archive import Archive
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.html_text import html_text
from gpt2lab.corpus.readers.json_text import parse_json
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import ArgumentError, TextError

_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_POSTS = ("Note", "Question", "Article", "Page")


def from_mastodon(
    cls: type[CorpusT],
    path: str | Path,
    author: str | None = None,
    replies: bool = True,
    direct: bool = False,
    warnings: bool = False,
    links: bool = False,
    mentions: bool = False,
) -> CorpusT:
    """Read the archive that Mastodon gives to its users, a document per post.

    Boosts are left out: they hold nothing but an address.

    Parameters
    ----------
    path : str or Path
        The ``.zip`` or ``.tar.gz`` as it was downloaded, the folder into which it was unpacked, or its
        file ``outbox.json``.
    author : str or None, optional
        The author of all posts; by default the name of the account.
    replies : bool, default True
        Whether answers stay.
    direct : bool, default False
        Whether posts to named people only stay. They are private: their readers expect them to be kept to
        themselves.
    warnings : bool, default False
        Whether content warnings are put in front of their posts.
    links, mentions : bool, default False
        As in `from_tweets`.

    Returns
    -------
    Corpus
        Posts in the order of the archive, named by their addresses, their HTML made into text.

    Raises
    ------
    TextError
        If there are no posts, or a file is damaged; the message names file, line and column.
    """
    replies = yes_or_no("replies", replies)
    direct = yes_or_no("direct", direct)
    warnings = yes_or_no("warnings", warnings)
    if author is not None and not isinstance(author, str):
        raise ArgumentError(
            f"author={author!r} is no name; give a string, or None for the name in actor.json."
        )
    archive = Archive(path)
    log = Log()
    documents = []
    cleaner = Cleaner(log, links, mentions)
    outbox = _find_outbox(archive)
    writer = author or _account(archive)
    for number, activity in enumerate(_activities(archive, outbox), 1):
        log.read += 1
        post = activity.get("object")
        place = f"outbox.json, post {number}"
        reason = _reason_to_leave_out(activity, post, replies, direct)
        if reason:
            log.count("left out", reason, str(post.get("content") if isinstance(post, dict) else post), place)
            continue
        if not isinstance(post.get("content") or "", str):
            raise TextError(
                f"{archive.place(outbox)} has a post whose content is no text (number {number:,}); export it"
                " again."
            )
        text = html_text(post.get("content") or "", quotes=False)
        if post.get("summary"):
            log.count(
                "changed",
                "content warnings put in front" if warnings else "content warnings left out",
                str(post["summary"]),
                place,
            )
            text = f"{post['summary']}\n\n{text}" if warnings else text
        cleaned = cleaner(text, place, answer=bool(post.get("inReplyTo")))
        if cleaned is not None:
            documents.append(Document(cleaned, writer or _actor_name(activity), _name(post, place)))
    options = {
        "author": author,
        "replies": replies,
        "direct": direct,
        "warnings": warnings,
        "links": links,
        "mentions": mentions,
    }
    return cls(tuple(documents), (log.step("from_mastodon", archive.name, options, len(documents)),))


def _find_outbox(archive):
    if archive.file:
        return archive.file
    names = archive.find(r"outbox\.json")
    if not names:
        raise TextError(
            f"{archive.name} holds no outbox.json; give the archive as it was downloaded, the folder into"
            " which it was unpacked, or its file outbox.json."
        )
    return names[0]


def _activities(archive, name):
    place = archive.place(name)
    outbox = parse_json(archive.text(name), place)
    items = outbox.get("orderedItems") if isinstance(outbox, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TextError(
            f"{place} is no outbox: it lacks the list orderedItems; give the outbox.json of Mastodon's"
            " archive."
        )
    return items


def _reason_to_leave_out(activity, post, replies, direct):
    """Why a post does not come into the corpus; None if it does."""
    if activity.get("type") == "Announce":
        return "boosts of others"
    if activity.get("type") != "Create":
        return f"no post: {activity.get('type')}"
    if not isinstance(post, dict):
        return "only the address of a post"
    if post.get("type") not in _POSTS:
        return f"no text: {post.get('type')}"
    if not direct and _is_direct(activity, post):
        return "direct messages"
    if not replies and post.get("inReplyTo"):
        return "answers"
    return None


def _is_direct(activity, post):
    """Whether a post went to named people only, neither to the public nor to all followers."""
    receivers = [
        receiver
        for source in (activity, post)
        for key in ("to", "cc")
        for receiver in _as_list(source.get(key))
    ]
    return bool(receivers) and not any(
        receiver in _PUBLIC or str(receiver).rstrip("/").endswith("/followers") for receiver in receivers
    )


def _as_list(value):
    return value if isinstance(value, list) else [value] if value else []


def _account(archive):
    """The name of the account, from actor.json; None without one."""
    for name in archive.find(r"actor\.json"):
        actor = parse_json(archive.text(name), archive.place(name))
        if isinstance(actor, dict) and isinstance(actor.get("preferredUsername"), str):
            return actor["preferredUsername"]
    return None


def _actor_name(activity):
    """The same from the address of the account, such as ``https://example.social/users/ada``."""
    return (
        urlsplit(str(activity.get("actor") or "")).path.rstrip("/").rpartition("/")[2].removeprefix("@")
        or None
    )


def _name(post, place):
    return str(post.get("url") or post.get("id") or place)
