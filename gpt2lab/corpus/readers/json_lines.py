"""JSON Lines: an object a line, one text in each; or one JSON array of such objects."""

from pathlib import Path

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.json_text import parse_json
from gpt2lab.corpus.readers.plain_text import find_file, open_lines
from gpt2lab.corpus.step import CorpusT, Log
from gpt2lab.errors import ArgumentError, TextError


def from_jsonl(
    cls: type[CorpusT],
    path: str | Path,
    text: str = "text",
    author: str | None = "author",
    encoding: str = "utf-8",
    skip_blank: bool = False,
    links: bool = True,
    mentions: bool = True,
    html: bool = False,
) -> CorpusT:
    """Read JSON Lines, an object per line with one text in each, or a JSON file that is a list of such
    objects.

    Parameters
    ----------
    path : str or Path
        The file.
    text : str, default "text"
        Name of the texts in the objects; ``post.body`` is the name ``body`` in an object ``post``.
    author : str or None, default "author"
        Name of the authors. Objects without it have no author; a name other than ``author`` must be in
        one of them at least.
    encoding, skip_blank, links, mentions, html
        As in `from_csv`.

    Returns
    -------
    Corpus
        Each document is named by the file and its line (in a list: its number).

    Raises
    ------
    TextError
        If the file cannot be read, or an object is damaged, or has no text; the message names line and
        column.
    ArgumentError
        If no object has such a name; the message lists the names.
    """
    path = find_file(path)
    log = Log()
    skip_blank = yes_or_no("skip_blank", skip_blank)
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    blank = []
    names = {}
    authors_found = False
    texts_found = False
    for place, record in _records(path, encoding):
        log.read += 1
        if not isinstance(record, dict):
            raise TextError(
                f"{path} holds {_kind(record)} at {place}, not an object; each text needs a line such as "
                '{"text": "To be", "author": "Hamlet"}.'
            )
        names |= dict.fromkeys(record)
        value = _look_up(record, text)
        texts_found |= value is not None
        if value is not None and not isinstance(value, str):
            raise TextError(
                f"{path} holds {_kind(value)} as {text!r} at {place}, not a text; give text= the name of the"
                " texts."
            )
        if not (value or "").strip() and not skip_blank:
            blank.append(place)
        cleaned = cleaner(value or "", f"{path.name}, {place}")
        if cleaned is not None:
            writer = None if author is None else _look_up(record, author)
            authors_found |= writer is not None
            documents.append(
                Document(
                    cleaned, _read_author(writer, path, place), f"{path.name}:{place.rpartition(' ')[2]}"
                )
            )
    author_optional = author in (None, "author") or not documents
    for argument, name, found in (
        ("text", text, texts_found),
        ("author", author, authors_found or author_optional),
    ):
        if not found:
            raise ArgumentError(
                f"{argument}={name!r} is no name in {path}; its objects have {_list_names(names)}: give"
                f" {argument}= one of them (user.name for a name in the object user)."
            )
    if blank:
        raise TextError(
            f"{path} has no {text!r} in {len(blank):,} of its {log.read:,} objects (the first at {blank[0]});"
            " fill them in or delete them, or leave them out with skip_blank=True."
        )
    options = {
        "text": text,
        "author": author,
        "skip_blank": skip_blank,
        "links": links,
        "mentions": mentions,
        "html": html,
    }
    return cls(tuple(documents), (log.step("from_jsonl", path.name, options, len(documents)),))


def _records(path, encoding):
    """Each value of the file, and where it stands."""
    with open_lines(path, encoding) as lines:
        first = True
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if first and line.lstrip().startswith("["):
                yield from _number_objects(parse_json(line + "".join(lines), path, number), path)
                return
            first = False
            yield f"line {number}", parse_json(line, path, number)


def _number_objects(values, path):
    if not values:
        raise TextError(f"{path} holds an empty list; give a file with an object per text.")
    for number, value in enumerate(values, 1):
        yield f"object {number}", value


def _look_up(record, name):
    """What an object has under a name, or under a path of names with dots between; None if nothing."""
    if name in record or not isinstance(name, str):
        return record.get(name)
    for part in name.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record


def _read_author(value, path, place):
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # many tables of posts have numbers for their users
    raise TextError(
        f"{path} holds {_kind(value)} as author at {place}, not a name; give author= the name of the authors."
    )


def _kind(value):
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(value), "null")


def _list_names(names):
    return ", ".join(map(repr, list(names)[:20])) or "no names"
