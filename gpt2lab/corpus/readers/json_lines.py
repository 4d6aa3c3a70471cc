"""JSON Lines: an object a line, one text in each; or one JSON array of such objects."""

from gpt2lab.base.arguments import yes_or_no
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers import plain_text
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.json_text import parsed
from gpt2lab.corpus.readers.step import Log
from gpt2lab.errors import ArgumentError, TextError


def read(path, text, author, skip_blank, links, mentions, html, encoding):
    """The documents of a file, and the Step that made them; `Corpus.from_jsonl` says what the
    arguments are.
    """
    path = plain_text.existing_file(path)
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
        value = _value(record, text)
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
            writer = None if author is None else _value(record, author)
            authors_found |= writer is not None
            documents.append(
                Document(cleaned, _author(writer, path, place), f"{path.name}:{place.rpartition(' ')[2]}")
            )
    author_optional = author in (None, "author") or not documents
    for argument, name, found in (
        ("text", text, texts_found),
        ("author", author, authors_found or author_optional),
    ):
        if not found:
            raise ArgumentError(
                f"{argument}={name!r} is no name in {path}; its objects have {_in_words(names)}: give"
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
    return tuple(documents), log.step("from_jsonl", path.name, options, len(documents))


def _records(path, encoding):
    """Each value of the file, and where it stands."""
    with plain_text.open_lines(path, encoding) as lines:
        first = True
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if first and line.lstrip().startswith("["):
                yield from _array(parsed(line + "".join(lines), path, number), path)
                return
            first = False
            yield f"line {number}", parsed(line, path, number)


def _array(values, path):
    if not values:
        raise TextError(f"{path} holds an empty list; give a file with an object per text.")
    for number, value in enumerate(values, 1):
        yield f"object {number}", value


def _value(record, name):
    """What an object has under a name, or under a path of names with dots between; None if nothing."""
    if name in record or not isinstance(name, str):
        return record.get(name)
    for part in name.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record


def _author(value, path, place):
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


def _in_words(names):
    return ", ".join(map(repr, list(names)[:20])) or "no names"
