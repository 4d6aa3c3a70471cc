"""Texts to fine-tune on: documents with optional authors, what is made of them, and what is held out."""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from gpt2lab.base.arguments import one_of, whole_number, yes_or_no
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import personal_data, splitting
from gpt2lab.corpus.data_card import write_card
from gpt2lab.corpus.document import TEMPLATE, Document, author_prefix
from gpt2lab.corpus.overview import Overview, overview
from gpt2lab.corpus.readers import (
    folders,
    json_lines,
    mail,
    mastodon,
    plain_text,
    separated,
    strings,
    tables,
    tweets,
)
from gpt2lab.corpus.splits import SPLITS, Splits
from gpt2lab.corpus.step import Log, Step, preparation_table
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.pretrained.encoder import END_OF_TEXT
from gpt2lab.pretrained.encoder import encode as token_ids

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Corpus:
    """An unchangeable collection of documents; every method returns a new one.

    Attributes
    ----------
    documents : tuple of Document
        The texts, in order. ``len(corpus)`` counts them, and a loop over the corpus gives them one by one.
    steps : tuple of Step
        What was left out and changed on the way of the texts into the corpus; `preparation` has it as a
        table, `note` in words. Two corpora are equal if their documents are.

    Examples
    --------
    >>> texts = ["To be, or not to be.", "Is this a dagger?"]
    >>> corpus = Corpus.from_texts(texts, authors=["Hamlet", "Macbeth"])
    >>> corpus
    Corpus(2 documents, 37 characters, 2 authors)
    >>> corpus.with_author_prefix("\\\\{author}- ").documents[0].text
    '\\\\Hamlet- To be, or not to be.'
    """

    documents: tuple[Document, ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)

    def __post_init__(self):
        documents = tuple(self.documents) if isinstance(self.documents, Iterable) else (self.documents,)
        if not all(isinstance(document, Document) for document in documents):
            raise ArgumentError(
                "documents holds something else than Documents; for plain strings use"
                " Corpus.from_texts([...])."
            )
        object.__setattr__(self, "documents", documents)
        object.__setattr__(
            self, "steps", (self.steps,) if isinstance(self.steps, Step) else tuple(self.steps)
        )

    # The arguments of each, what they mean and what is done with them stand where its format is read.
    from_texts = classmethod(strings.from_texts)
    from_directory = classmethod(folders.from_directory)
    from_folders = classmethod(folders.from_folders)
    from_separated = classmethod(separated.from_separated)
    from_csv = classmethod(tables.from_csv)
    from_jsonl = classmethod(json_lines.from_jsonl)
    from_tweets = classmethod(tweets.from_tweets)
    from_mastodon = classmethod(mastodon.from_mastodon)
    from_mbox = classmethod(mail.from_mbox)

    @classmethod
    def from_file(cls, path: str | Path, encoding: str = "utf-8") -> Self:
        """Read one text file as one document.

        A ``.csv`` or ``.tsv`` is read as a table, a document per row, with `from_csv`: its column ``text``,
        or its only column. A ``.jsonl`` is read with `from_jsonl`.

        Parameters
        ----------
        path : str or Path
            The file.
        encoding : str, default "utf-8"
            How its characters are stored, for example ``"latin-1"``.

        Raises
        ------
        TextError
            If there is no such file, or it is empty, a binary file or in another encoding; the message says
            what to do.

        Examples
        --------
        >>> Corpus.from_file("novel.txt")  # doctest: +SKIP
        Corpus(1 document, 683,871 characters)
        """
        path = plain_text.find_file(path)
        if path.suffix.lower() in (".csv", ".tsv", ".tab"):
            return cls.from_csv(path, encoding=encoding)
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return cls.from_jsonl(path, encoding=encoding)
        return cls((Document(plain_text.read_text(path, encoding), name=path.name),))

    @property
    def preparation(self) -> "pd.DataFrame":
        """What was left out and changed on the way of the texts into the corpus.

        A DataFrame with a row per reason: ``step`` (the method that did it), ``what`` ("kept", "left out",
        "changed" or "noticed"), ``why``, ``count`` (of texts; where something was masked, of masks), the
        first ``example`` and its ``place``. ``attrs["options"]`` has the options of each step.
        """
        return preparation_table(self.steps)

    @property
    def note(self) -> str:
        """`preparation` in a few sentences; empty for texts that were taken as they are."""
        return " ".join(step.note for step in self.steps)

    @property
    def characters(self) -> int:
        """Length of all documents together, in characters."""
        return sum(len(document.text) for document in self.documents)

    @property
    def text(self) -> str:
        """All documents in one string, a blank line between them, for reading; the trainer takes the
        documents.
        """
        return "\n\n".join(document.text for document in self.documents)

    @property
    def authors(self) -> list[str]:
        """The authors, sorted, each once."""
        return sorted({document.author for document in self.documents if document.author is not None})

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    def __add__(self, other: "Corpus") -> "Corpus":
        if not isinstance(other, Corpus):
            return NotImplemented
        # The splits of one corpus have its steps in common.
        return Corpus(
            self.documents + other.documents,
            self.steps + tuple(step for step in other.steps if step not in self.steps),
        )

    def __repr__(self):
        counts = [pluralize(len(self), "document"), pluralize(self.characters, "character")]
        return f"Corpus({', '.join(counts + [pluralize(len(self.authors), 'author')] * bool(self.authors))})"

    def __job_record__(self):
        """What a stored experiment records of its text, so that it is known again without being kept."""
        digest = hashlib.sha256()
        for document in self:
            # This byte is in no UTF-8, so that it counts where one document ends and the next begins.
            digest.update(document.text.encode() + b"\xff")
        return {"documents": len(self), "characters": self.characters, "sha256": digest.hexdigest()}

    def overview(self, lines: int = 5, seed: int = 0) -> Overview:
        """What is in the corpus: authors, copies, the longest and the shortest document, characters that are
        no text, some lines.

        Parameters
        ----------
        lines : int, default 5
            How many lines to show, drawn at random.
        seed : int, default 0
            Which ones.

        Returns
        -------
        Overview
            Its text says the most important; its attributes are tables.

        Raises
        ------
        TextError
            If the corpus is empty.
        """
        return overview(self.documents, lines, seed)

    def data_card(self, path: str | Path = "data_card.md") -> Path:
        """Write down what the data are: computed facts, and questions for you to answer in the file.

        Parameters
        ----------
        path : str or Path, default "data_card.md"
            The file, or a folder for it. If it is a data card already, its facts are computed anew and
            everything else stays as you wrote it.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        TextError
            If the corpus is empty, or there is another file of this name.
        StorageError
            If the file cannot be written.
        """
        return write_card(path, self)

    def encode(self, encoder: object) -> list[np.ndarray]:
        """Token ids of every document.

        ``<|endoftext|>`` written in a text becomes the one token of that name, as it was when GPT-2 was
        trained (gpt-2-simple spells it out in ordinary characters); ``<|startoftext|>`` is no token of GPT-2
        and stays plain text.

        Parameters
        ----------
        encoder : object
            ``encoder.encode(text)`` gives a list of ids, ``encoder.encoder`` maps token to id.

        Returns
        -------
        list of numpy.ndarray
            One int32 array of shape (tokens,) per document.
        """
        return [np.array(token_ids(encoder, document.text), dtype=np.int32) for document in self.documents]

    def tokens(self, encoder: object) -> np.ndarray:
        """Token ids of all documents in one int32 array, ``<|endoftext|>`` after each: what is trained on."""
        end = np.array([encoder.encoder[END_OF_TEXT]], dtype=np.int32)
        pieces = [piece for ids in self.encode(encoder) for piece in (ids, end)]
        return np.concatenate(pieces) if pieces else np.array([], dtype=np.int32)

    def select(self, condition: Callable[[Document], object]) -> Self:
        """The documents for which ``condition(document)`` is true.

        Examples
        --------
        >>> corpus.select(lambda document: document.author == "Abraham Lincoln")  # doctest: +SKIP
        """
        if not callable(condition):
            raise ArgumentError(
                f"condition={condition!r} is not a function; give one of a document, "
                "for example lambda document: document.author == 'Abraham Lincoln'."
            )
        return self._with(document for document in self.documents if condition(document))

    def first(self, characters: int = 100_000, each_author: bool = False) -> Self:
        """The beginning: whole documents, the last one cut between two words.

        Parameters
        ----------
        characters : int, default 100,000
            The most characters that remain. A word longer than 100 characters, and the first one, may be cut
            itself.
        each_author : bool, default False
            So many characters of each author, one author after the other, so that none outweighs the others.

        Raises
        ------
        ArgumentError
            If ``characters`` is not a whole number of 1 or more.
        """
        if yes_or_no("each_author", each_author):
            return sum((self._by(author).first(characters) for author in self.authors), type(self)())
        room = whole_number("characters", characters, 1)
        kept = []
        for document in self.documents:
            if len(document.text) > room:
                text = splitting.cut_beginning(document.text, room) or document.text[: 0 if kept else room]
                return self._with((*kept, replace(document, text=text)) if text else kept)
            kept.append(document)
            room -= len(document.text)
        return self._with(kept)

    def shuffled(self, seed: int = 0) -> Self:
        """The documents in an order drawn by lot, so that those of one author do not follow one another.

        Parameters
        ----------
        seed : int, default 0
            The same seed and number of documents give the same order.
        """
        documents = list(self.documents)
        random.Random(whole_number("seed", seed, 0)).shuffle(documents)
        return self._with(documents)

    def pieces(self, of: Literal["lines", "sentences"] = "lines", least: int = 1) -> Self:
        """Each line, or each sentence, as a document of its own, with the author of the document that it
        stands in.

        Split the corpus first: pieces of one document would come to lie in several splits.

        Parameters
        ----------
        of : {"lines", "sentences"}, default "lines"
            Where to cut. Sentences end at a line's end and at points, question and exclamation marks, but not
            after *Mr.* or initials.
        least : int, default 1
            Shorter pieces, in characters, are left out; `preparation` says how many.

        Returns
        -------
        Corpus
            A piece is named after its document and its place there: ``1947-Truman [120:310]``.

        Raises
        ------
        ArgumentError
            If ``of`` is something else or ``least`` below 1.

        Examples
        --------
        >>> Corpus.from_texts(["It is. Mr. Speaker, is it?"]).pieces(of="sentences").documents[1].text
        'Mr. Speaker, is it?'
        """
        one_of("of", of, tuple(splitting.PIECES))
        least = whole_number("least", least, 1)
        too_short = f"shorter than {pluralize(least, 'character')}"
        log = Log()
        kept = []
        for document in self.documents:
            for start, end in splitting.cut_pieces(document.text, of):
                log.read += 1
                piece = document.part(start, end)
                if len(piece.text) >= least:
                    kept.append(piece)
                else:
                    log.count("left out", too_short, piece.text, piece.name)
        return type(self)(
            tuple(kept), (*self.steps, log.step("pieces", "", {"of": of, "least": least}, len(kept)))
        )

    def with_author_prefix(self, template: str = TEMPLATE) -> Self:
        """Put the author before each document, so that a model can be asked for text by one of them.

        Split the corpus first: copies of one text under two names are not recognised as copies afterwards.

        Parameters
        ----------
        template : str, default ``\\{author}- ``
            What to put before each text, with ``{author}`` where the name goes: ``\\paulg- Startups are
            hard.``

        Raises
        ------
        ArgumentError
            If the template lacks ``{author}``.
        TextError
            If a document has no author; the message names it.
        """
        # A template that cannot work is refused for what it is, whoever the authors are
        author_prefix("", template)
        for document in self.documents:
            if document.author is None:
                raise TextError(
                    f"Document {document.name!r} has no author to put before it; give authors to"
                    " Corpus.from_texts or from_csv, or leave it out with select(lambda document:"
                    " document.author)."
                )
        return self._with(replace(d, text=author_prefix(d.author, template) + d.text) for d in self.documents)

    def masked(self, emails: bool = True, phones: bool = True, links: bool = True) -> Self:
        """Put ``[email]``, ``[phone]`` and ``[link]`` in the place of e-mail addresses, phone numbers and
        links.

        Only what shows by its form is found. Names of people, street addresses, dates of birth, user names
        (``@ada``) and what a text tells about somebody stay: a masked corpus still holds personal data.

        Parameters
        ----------
        emails, phones, links : bool, default True
            What to mask. Phone numbers are found if they are international (``+`` or ``00``), North American
            (3-3-4 digits), national with a 0 before them, or follow a word such as *phone*; years, prices,
            dates, versions and ISBNs with hyphens stay.

        Returns
        -------
        Corpus
            The authors and names stay; ``preparation`` counts what was masked.

        Examples
        --------
        >>> Corpus.from_texts(["Write to ada@example.org or call +44 20 7946 0958."]).masked().text
        'Write to [email] or call [phone].'
        """
        options = {
            "emails": yes_or_no("emails", emails),
            "phones": yes_or_no("phones", phones),
            "links": yes_or_no("links", links),
        }
        kinds = [kind for kind in personal_data.KINDS if options[kind]]
        log = Log()
        documents = []
        for document in self.documents:
            log.read += 1
            text, counts = personal_data.mask(document.text, kinds)
            for kind, count in counts.items():
                if count:
                    what = f"{personal_data.KINDS[kind][0]} masked"
                    log.count("changed", what, place=document.name, times=count)
            documents.append(document if text == document.text else replace(document, text=text))
        return type(self)(tuple(documents), (*self.steps, log.step("masked", "", options, len(documents))))

    def split(
        self, valid: float = 0.1, test: float = 0.1, seed: int = 0, each_author: bool = False
    ) -> "Splits[Corpus]":
        """Hold out part of the documents.

        Whole documents go to one split each. Copies of a text stay together, and so do documents of one group
        (`Document.group`) and documents that have 3 % or more of their 8-grams of words in common;
        ``.kept_together`` names them. With fewer documents than splits, such as a single file, each long
        document is cut into contiguous passages instead, where a paragraph (or a line, or a sentence) ends;
        ``note`` says so.

        Parameters
        ----------
        valid, test : float, default 0.1
            Shares of the characters, met as nearly as whole documents allow; 0 leaves that split empty.
        seed : int, default 0
            Decides what is held out; the same texts and seed give the same splits everywhere, in whatever
            order the texts come.
        each_author : bool, default False
            Hold out these shares of each author's documents, so that every split has text by every author.

        Returns
        -------
        Splits
            ``.train``, ``.valid`` and ``.test``, each a Corpus.

        Raises
        ------
        ArgumentError
            If the shares are negative or leave nothing to train on.
        TextError
            If there is too little text; the message says how many characters are needed. With
            ``each_author``, if a document has no author.

        Examples
        --------
        >>> Corpus.from_texts(["one", "two", "three"]).split(valid=0.3, test=0).train  # doctest: +SKIP
        Corpus(2 documents, 6 characters)
        """
        shares = splitting.check_shares(valid, test)
        seed = whole_number("seed", seed, 0)
        if not self.documents:
            raise TextError(
                "The corpus has no documents to split; read some first, for example with Corpus.from_file."
            )
        if yes_or_no("each_author", each_author):
            return self._split_each_author(valid, test, seed)
        texts = [document.text for document in self.documents]
        groups = [document.group for document in self.documents]
        found = splitting.assign_documents(texts, shares, seed, groups)
        if found is not None:
            chosen, together = found
            parts = list(zip(chosen, self.documents))
            names = tuple(tuple(self.documents[i].name for i in group) for group in together)
            note = splitting.note_on_shares(parts, shares)
            return Splits(**self._gather(parts), note=note, kept_together=names)
        parts = [
            (split, document.part(start, end))
            for document in self.documents
            for split, start, end in splitting.cut_document(document.text, shares, seed)
        ]
        if not set(shares) <= {split for split, _ in parts}:
            raise splitting.too_short_error(texts, shares)
        note = (
            f"{pluralize(len(self), 'document')} for {len(shares)} splits: the text was cut into passages, "
            "so what is held out comes from between passages that are trained on."
        )
        return Splits(**self._gather(parts), note=note)

    def _split_each_author(self, valid, test, seed):
        for document in self.documents:
            if document.author is None:
                raise TextError(
                    f"Document {document.name!r} has no author; leave it out with select(lambda document:"
                    " document.author), or split without each_author."
                )
        found = {author: self._by(author).split(valid, test, seed) for author in self.authors}
        parts = {name: sum((getattr(each, name) for each in found.values()), Corpus()) for name in SPLITS}
        notes = " ".join(f"{author}: {each.note}" for author, each in found.items() if each.note)
        together = tuple(group for each in found.values() for group in each.kept_together)
        return Splits(**parts, note=notes, kept_together=together)

    def _gather(self, parts):
        return {name: self._with(document for split, document in parts if split == name) for name in SPLITS}

    def _by(self, author):
        return self._with(document for document in self.documents if document.author == author)

    def _with(self, documents):
        return type(self)(tuple(documents), self.steps)
