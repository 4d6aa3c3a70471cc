"""Texts to fine-tune on: documents with optional authors, and what is held out of them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from gpt2lab.base.arguments import whole_number, yes_or_no
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import splitting
from gpt2lab.corpus.data_card import write_card
from gpt2lab.corpus.derived import FromCorpus
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.from_archives import FromArchives
from gpt2lab.corpus.from_files import FromFiles
from gpt2lab.corpus.overview import overview
from gpt2lab.corpus.readers.step import Step, table
from gpt2lab.corpus.splits import Splits
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.pretrained.encoder import END_OF_TEXT
from gpt2lab.pretrained.encoder import encode as token_ids


@dataclass(frozen=True, repr=False)
class Corpus(FromFiles, FromArchives, FromCorpus):
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

    documents: tuple = ()
    steps: tuple = field(default=(), compare=False)

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

    @property
    def preparation(self):
        """What was left out and changed on the way of the texts into the corpus.

        A DataFrame with a row per reason: ``step`` (the method that did it), ``what`` ("kept", "left out",
        "changed" or "noticed"), ``why``, ``count`` (of texts; where something was masked, of masks), the
        first ``example`` and its ``place``. ``attrs["options"]`` has the options of each step.
        """
        return table(self.steps)

    @property
    def note(self):
        """`preparation` in a few sentences; empty for texts that were taken as they are."""
        return " ".join(step.in_words for step in self.steps)

    @property
    def characters(self):
        """Length of all documents together, in characters."""
        return sum(len(document.text) for document in self.documents)

    @property
    def text(self):
        """All documents in one string, a blank line between them, for reading; the trainer takes the
        documents.
        """
        return "\n\n".join(document.text for document in self.documents)

    @property
    def authors(self):
        """The authors, sorted, each once."""
        return sorted({document.author for document in self.documents if document.author is not None})

    def __len__(self):
        return len(self.documents)

    def __iter__(self):
        return iter(self.documents)

    def __add__(self, other):
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
            # in no UTF-8, so that the places between documents count
            digest.update(document.text.encode() + b"\xff")
        return {"documents": len(self), "characters": self.characters, "sha256": digest.hexdigest()}

    def overview(self, lines=5, seed=0):
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

    def data_card(self, path="data_card.md"):
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

    def encode(self, encoder):
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

    def tokens(self, encoder):
        """Token ids of all documents in one int32 array, ``<|endoftext|>`` after each: what is trained on."""
        end = np.array([encoder.encoder[END_OF_TEXT]], dtype=np.int32)
        pieces = [piece for ids in self.encode(encoder) for piece in (ids, end)]
        return np.concatenate(pieces) if pieces else np.array([], dtype=np.int32)

    def split(self, valid=0.1, test=0.1, seed=0, each_author=False):
        """Hold out part of the documents.

        Whole documents go to one split each; copies of a text and documents that share a tenth of their
        sentences stay together. With fewer documents than splits, such as a single file, each long document
        is cut into contiguous passages instead, where a paragraph (or a line, or a sentence) ends; ``note``
        says so.

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
        shares = splitting.shares_of(valid, test)
        seed = whole_number("seed", seed, 0)
        if not self.documents:
            raise TextError(
                "The corpus has no documents to split; read some first, for example with Corpus.from_file."
            )
        if yes_or_no("each_author", each_author):
            return self._split_each_author(valid, test, seed)
        texts = [document.text for document in self.documents]
        chosen = splitting.assign_documents(texts, shares, seed)
        if chosen is not None:
            parts = list(zip(chosen, self.documents))
            return Splits(**self._gathered(parts), note=splitting.shares_in_words(parts, shares))
        parts = [
            (split, document.part(start, end))
            for document in self.documents
            for split, start, end in splitting.cut_document(document.text, shares, seed)
        ]
        if not set(shares) <= {split for split, _ in parts}:
            raise splitting.too_short(texts, shares)
        note = (
            f"{pluralize(len(self), 'document')} for {len(shares)} splits: the text was cut into passages, "
            "so what is held out comes from between passages that are trained on."
        )
        return Splits(**self._gathered(parts), note=note)

    def _split_each_author(self, valid, test, seed):
        for document in self.documents:
            if document.author is None:
                raise TextError(
                    f"Document {document.name!r} has no author; leave it out with select(lambda document:"
                    " document.author), or split without each_author."
                )
        found = {}
        for author in self.authors:
            found[author] = self._by(author).split(valid, test, seed)
        parts = {
            name: sum((getattr(each, name) for each in found.values()), Corpus())
            for name in ("train", "valid", "test")
        }
        notes = " ".join(f"{author}: {each.note}" for author, each in found.items() if each.note)
        return Splits(**parts, note=notes)

    def _gathered(self, parts):
        return {
            name: self._with(document for split, document in parts if split == name)
            for name in ("train", "valid", "test")
        }
