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
_COPIES = {"same": "the same text", "shared": f"{splitting.SHARED:.0%} or more of their 8-grams in common"}
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
        A row per pair of documents that have their text (white space aside), or 3 % or more of the shorter
        one's 8-grams of words, in common: ``one``, ``other`` (names), ``kind``, ``share`` in common; of
        splits also in which they lie, and only pairs that lie in different ones. 8-grams that stand in more
        than five documents do not count.
    most_shared : tuple of (str, str, float) or None
        The two documents (of splits: of different ones) that have most 8-grams in common without being in
        ``copies``, and the share; None if no two have any.
    kept_together : tuple of tuple of str
        Of splits, their ``kept_together``.
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
    most_shared: tuple[str, str, float] | None = None
    kept_together: tuple[tuple[str, ...], ...] = ()

    def __repr__(self):
        return "\n".join(
            [
                f"{pluralize(self.documents, 'document')}, {pluralize(self.characters, 'character')}",
                f"authors: {self._authors_in_words()}",
                f"longest: {_name_and_length(self.longest)}",
                f"shortest: {_name_and_length(self.shortest)}",
                f"copies: {self._copies_in_words()}",
                *self._shared_in_words(),
                *self._together_in_words(),
                f"unreadable characters: {self._odd_in_words()}",
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

    def _shared_in_words(self):
        if self.most_shared is None:
            return
        one, other, share = self.most_shared
        across = " across splits" * ("splits" in self.copies)
        yield f"most in common beside these{across}: {share:.1%} of their 8-grams, {one} and {other}"

    def _together_in_words(self):
        if self.kept_together:
            groups = [
                " and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more"
                for names in self.kept_together
            ]
            more = len(groups) - _SHOWN
            others = f"; and {pluralize(more, 'group')} more" if more > 0 else ""
            yield f"kept together: {'; '.join(groups[:_SHOWN])}{others}"

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
    copies, most_shared = _copies(documents, splits)
    return Overview(
        documents=len(documents),
        characters=sum(len(document.text) for document in documents),
        authors=_authors(documents, splits),
        copies=copies,
        most_shared=most_shared,
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
    first = {later: one for one, later in same}  # of the documents with one text
    shared = {
        (i, j): share
        for (i, j), share in splitting.shared_ngrams(texts).items()
        if first.get(i, i) != first.get(j, j) and (splits is None or splits[i] != splits[j])
    }
    pairs = [(i, j, "same", 1.0) for i, j in same if splits is None or splits[i] != splits[j]]
    pairs += [(i, j, "shared", share) for (i, j), share in shared.items() if share >= splitting.SHARED]
    rows = [
        (
            documents[i].name,
            documents[j].name,
            kind,
            share,
            *([f"{splits[i]}, {splits[j]}"] if splits else []),
        )
        for i, j, kind, share in pairs
    ]
    below = {pair: share for pair, share in shared.items() if share < splitting.SHARED}
    most = max(below, key=below.get, default=None)
    return (
        pd.DataFrame(rows, columns=["one", "other", "kind", "share", *(["splits"] if splits else [])]),
        most and (documents[most[0]].name, documents[most[1]].name, below[most]),
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
