"""What is in a corpus: who wrote how much, what comes twice, what is no text."""

import random
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import splitting
from gpt2lab.corpus.document import Document
from gpt2lab.errors import TextError

if TYPE_CHECKING:
    import pandas as pd

NO_AUTHOR = "(no author)"
_KINDS = {
    "Cc": "control character",
    "Cf": "invisible",
    "Co": "private use",
    "Cn": "not assigned",
    "Cs": "half a character",
}
_ORDINARY = frozenset("\t\n\u200d\ufe0f")  # the joiner and the selector are parts of emoji
_COPIES = {"same": "the same text", "shared": "a tenth or more of their text in common"}
_SHOWN = 5  # rows of a table in the text
_LONGEST_LINE = 100  # characters


@dataclass(frozen=True, repr=False, eq=False)
class Overview:
    """What is in a corpus.

    Attributes
    ----------
    documents, characters : int
        Sizes.
    authors : pandas.DataFrame
        A row per author, the one with the most text first: ``documents``, ``characters``, ``share`` of all
        characters; of splits also the number of documents in each.
    copies : pandas.DataFrame
        A row per pair of documents that have their text (white space aside), or a tenth of the shorter one in
        whole sentences, in common: ``one``, ``other`` (names), ``kind``, ``characters`` in common, ``share``
        of the shorter one; of splits also in which they lie, and only pairs that lie in different ones.
        Sentences that stand in more than five documents do not count.
    longest, shortest : Document
        The first of them.
    odd_characters : pandas.DataFrame
        A row per character that is no text (control characters, private use, U+FFFD, invisible ones):
        ``character``, ``name``, ``kind``, ``count``, ``document`` (the first that has it).
    lines : tuple of str
        Some lines, drawn at random.
    """

    documents: int
    characters: int
    authors: "pd.DataFrame"
    copies: "pd.DataFrame"
    longest: Document
    shortest: Document
    odd_characters: "pd.DataFrame"
    lines: tuple[str, ...]

    def __repr__(self):
        return "\n".join(
            [
                f"{pluralize(self.documents, 'document')}, {pluralize(self.characters, 'character')}",
                f"authors: {self._authors_in_words()}",
                f"longest: {_name_and_length(self.longest)}",
                f"shortest: {_name_and_length(self.shortest)}",
                f"copies: {self._copies_in_words()}",
                f"characters that are no text: {self._odd_in_words()}",
                *(["some lines:"] * bool(self.lines)),
                *(
                    f"  {line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 3] + '...'}"
                    for line in self.lines
                ),
            ]
        )

    def _authors_in_words(self):
        known = self.authors.drop(index=NO_AUTHOR, errors="ignore")
        if known.empty:
            return "none known"
        first = [
            f"{name} ({pluralize(row.documents, 'document')}, {row.share:.0%})"
            for name, row in zip(known.index[:_SHOWN], known.itertuples())
        ]
        more = [f"and {len(known) - _SHOWN:,} more"] * (len(known) > _SHOWN)
        return f"{len(known):,}: {', '.join(first + more)}"

    def _copies_in_words(self):
        across = " across splits" * ("splits" in self.copies)
        if self.copies.empty:
            return f"none{across}"
        kinds = self.copies["kind"].value_counts()
        return ", ".join(
            f"{pluralize(kinds[kind], 'pair')} with {what}{across}"
            for kind, what in _COPIES.items()
            if kind in kinds
        )

    def _odd_in_words(self):
        first = self.odd_characters[["character", "name", "count"]].head(_SHOWN)
        return (
            ", ".join(
                f"{character} {name.lower()} ({count:,})"
                for character, name, count in first.itertuples(index=False)
            )
            or "none"
        )


def overview(
    documents: Sequence[Document], lines: int = 5, seed: int = 0, splits: list[str] | None = None
) -> Overview:
    """What is in some documents.

    Parameters
    ----------
    documents : sequence of Document
        At least one.
    lines : int, default 5
        How many lines to show.
    seed : int, default 0
        Which ones.
    splits : list of str, optional
        The split of each document; then only copies in different splits count.

    Returns
    -------
    Overview

    Raises
    ------
    TextError
        If there are no documents.
    """
    lines = whole_number("lines", lines, 0)
    seed = whole_number("seed", seed, 0)
    if not documents:
        raise TextError(
            "The corpus has no documents to look at; read some first, for example with Corpus.from_file."
        )
    return Overview(
        documents=len(documents),
        characters=sum(len(document.text) for document in documents),
        authors=_authors(documents, splits),
        copies=_copies(documents, splits),
        longest=max(documents, key=lambda document: len(document.text)),
        shortest=min(documents, key=lambda document: len(document.text)),
        odd_characters=_odd_characters(documents),
        lines=_some_lines(documents, lines, seed),
    )


def _authors(documents, splits):
    import pandas as pd

    table = pd.DataFrame(
        {
            "author": [NO_AUTHOR if document.author is None else document.author for document in documents],
            "characters": [len(document.text) for document in documents],
        }
    )
    found = table.groupby("author")["characters"].agg(documents="size", characters="sum")
    found["share"] = found["characters"] / max(found["characters"].sum(), 1)
    if splits is not None:
        numbers = pd.crosstab(table["author"], pd.Series(splits, name="split"))
        found = found.join(numbers.reindex(columns=list(dict.fromkeys(splits))))
    return found.sort_values("characters", ascending=False, kind="stable")


def _copies(documents, splits):
    import pandas as pd

    texts = [document.text for document in documents]
    same = splitting.find_same_text(texts)
    pairs = [(i, j, "same", len(texts[j])) for i, j in same]
    first = {later: one for one, later in same}  # of the documents with one text
    pairs += [
        (i, j, "shared", characters)
        for (i, j), characters in splitting.find_shared_text(texts).items()
        if first.get(i, i) != first.get(j, j)
    ]
    rows = []
    for i, j, kind, characters in pairs:
        if splits is None or splits[i] != splits[j]:
            share = min(1.0, characters / max(min(len(texts[i]), len(texts[j])), 1))
            rows.append(
                (
                    documents[i].name,
                    documents[j].name,
                    kind,
                    characters,
                    share,
                    *([f"{splits[i]}, {splits[j]}"] if splits else []),
                )
            )
    return pd.DataFrame(
        rows, columns=["one", "other", "kind", "characters", "share", *(["splits"] if splits else [])]
    )


def _odd_characters(documents):
    import pandas as pd

    counts = Counter()
    first = {}
    for document in documents:
        if not (document.text.isascii() and document.text.isprintable()):
            found = Counter(document.text)
            odd = {character: count for character, count in found.items() if _kind(character)}
            counts.update(odd)
            for character in odd:
                first.setdefault(character, document.name)
    rows = [
        (
            f"U+{ord(character):04X}",
            unicodedata.name(character, _kind(character)),
            _kind(character),
            count,
            first[character],
        )
        for character, count in counts.most_common()
    ]
    return pd.DataFrame(rows, columns=["character", "name", "kind", "count", "document"])


def _kind(character):
    """What a character is that is no text; empty for others."""
    if character == "\ufffd":
        return "replacement of what could not be read"
    return "" if character in _ORDINARY else _KINDS.get(unicodedata.category(character), "")


def _some_lines(documents, number, seed):
    count = sum(bool(line.strip()) for document in documents for line in document.text.split("\n"))
    chosen = set(random.Random(f"{seed}").sample(range(count), min(number, count)))
    lines = (line.strip() for document in documents for line in document.text.split("\n") if line.strip())
    return tuple(line for i, line in enumerate(lines) if i in chosen)


def _name_and_length(document):
    return f"{document.name or 'without a name'} ({pluralize(len(document.text), 'character')})"
