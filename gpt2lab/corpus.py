"""Texts to fine-tune on: documents with optional authors, and what is held out of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from gpt2lab import csv_files, splitting, text_files
from gpt2lab.arguments import whole_number
from gpt2lab.course_corpora import presidential_speeches
from gpt2lab.encoder import END_OF_TEXT
from gpt2lab.encoder import encode as token_ids
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.splitting import Splits

__all__ = ["Corpus", "Document", "Splits", "presidential_speeches"]

_LONGEST_WORD = 100  # characters; what is longer (a language without spaces, a link) may be cut anywhere


@dataclass(frozen=True)
class Document:
    """One text: ``text``, its ``author`` (None if unknown) and a ``name`` to find it again."""

    text: str
    author: str | None = None
    name: str = ""

    def __post_init__(self):
        if not isinstance(self.text, str):
            raise ArgumentError(f"text={self.text!r} of document {self.name!r} is not a string; give the text itself.")


@dataclass(frozen=True, repr=False)
class Corpus:
    """An unchangeable collection of documents; every method returns a new one.

    Attributes
    ----------
    documents : tuple of Document
        The texts, in order. ``len(corpus)`` counts them, and a loop over the corpus gives them one by one.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["To be, or not to be.", "Is this a dagger?"], authors=["Hamlet", "Macbeth"])
    >>> corpus
    Corpus(2 documents, 37 characters, 2 authors)
    >>> corpus.with_author_prefix("\\\\{author}- ").documents[0].text
    '\\\\Hamlet- To be, or not to be.'
    """

    documents: tuple = ()

    def __post_init__(self):
        documents = tuple(self.documents) if isinstance(self.documents, Iterable) else (self.documents,)
        if not all(isinstance(document, Document) for document in documents):
            raise ArgumentError("documents holds something else than Documents; for plain strings use Corpus.from_texts([...]).")
        object.__setattr__(self, "documents", documents)

    @classmethod
    def from_file(cls, path, encoding="utf-8"):
        """Read one text file as one document.

        A ``.csv`` is read as a table, a document per row, with `from_csv`: its column ``text``, or its only column.

        Parameters
        ----------
        path : str or Path
            The file.
        encoding : str, default "utf-8"
            How its characters are stored, for example ``"latin-1"``.

        Raises
        ------
        TextError
            If there is no such file, or it is empty, a binary file or in another encoding; the message says what to do.

        Examples
        --------
        >>> Corpus.from_file("novel.txt")  # doctest: +SKIP
        Corpus(1 document, 683,871 characters)
        """
        path = text_files.existing_file(path)
        if path.suffix.lower() == ".csv":
            return cls.from_csv(path, encoding=encoding)
        return cls((Document(text_files.read_text(path, encoding), name=path.name),))

    @classmethod
    def from_directory(cls, path, encoding="utf-8"):
        """Read every text file of a folder and of the folders in it, each as one document.

        Text files are those named ``.txt``, ``.text``, ``.md``, ``.markdown``, ``.rst``, ``.tex`` or without a suffix; hidden
        ones are passed over. They come in the order of their relative paths, which become the documents' names.

        Parameters
        ----------
        path : str or Path
            The folder.
        encoding : str, default "utf-8"
            How the characters of all files are stored.

        Raises
        ------
        TextError
            If the folder has no texts (the message counts what it has), or one of them cannot be read: none is left out silently.
        """
        folder = text_files.existing_folder(path)
        files = text_files.text_files_in(folder)
        return cls(tuple(
            Document(text_files.read_text(file, encoding), name=file.relative_to(folder).as_posix()) for file in files
        ))

    @classmethod
    def from_csv(cls, path, text="text", author="author", encoding="utf-8"):
        """Read a table with a header and commas, one document per row.

        Parameters
        ----------
        path : str or Path
            The ``.csv`` file; a cell may hold commas and line ends if it is quoted.
        text : str, default "text"
            Column of the texts. A table with a single column needs no such name, as in gpt-2-simple.
        author : str or None, default "author"
            Column of the authors. Without a column ``author`` (or with None) there are no authors; another name must exist.
        encoding : str, default "utf-8"
            How the characters are stored.

        Raises
        ------
        TextError
            If the file cannot be read, is no proper table, or a text is missing.
        ArgumentError
            If there is no such column; the message lists the columns.
        """
        path = text_files.existing_file(path)
        header, rows = csv_files.read_table(path, encoding)
        if text == "text" and text not in header and len(header) == 1 and not set(";\t") & set(header[0]):
            text = header[0]
        text_column = csv_files.column("text", text, header, path)
        if author == "author" and author not in header:
            author = None
        author_column = None if author is None else csv_files.column("author", author, header, path)
        blank = [number for number, row in rows if not row[text_column].strip()]
        if blank:
            raise TextError(f"{path} has no text in column {text!r} in {len(blank):,} of its {len(rows):,} rows "
                            f"(the first at line {blank[0]:,}); fill them in or delete them.")
        authors = [None if author is None else row[author_column].strip() or None for _, row in rows]
        return cls(tuple(
            Document(row[text_column], author, f"{path.name}:{number}") for (number, row), author in zip(rows, authors)
        ))

    @classmethod
    def from_texts(cls, texts, authors=None):
        """Make a corpus of strings.

        Parameters
        ----------
        texts : list of str
            The documents.
        authors : list of str or None, optional
            Author of each document, None where unknown.

        Raises
        ------
        ArgumentError
            If ``texts`` is a single string or holds something else than strings, or the numbers of texts and authors differ.
        TextError
            If a text is empty.
        """
        texts = _listed("texts", texts)
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                raise ArgumentError(f"texts[{i}]={text!r} is of type {type(text).__name__}; give a list of strings.")
            if not text_files.clean(text).strip():
                raise TextError(f"texts[{i}]={text!r} is empty; leave it out or give a text.")
            if re.search("[\ud800-\udfff]", text):
                raise TextError(f"texts[{i}] holds half a character (a lone surrogate), which no file can store; "
                                "decode the text again, as UTF-8.")
        authors = [None] * len(texts) if authors is None else _listed("authors", authors)
        if len(authors) != len(texts):
            raise ArgumentError(f"authors has {len(authors):,} entries for {len(texts):,} texts; give one per text.")
        for i, author in enumerate(authors):
            if author is not None and not isinstance(author, str):
                raise ArgumentError(f"authors[{i}]={author!r} is of type {type(author).__name__}; "
                                    "give a string, or None where unknown.")
        return cls(tuple(
            Document(text_files.clean(text), author, f"text {i}") for i, (text, author) in enumerate(zip(texts, authors), 1)
        ))

    @property
    def characters(self):
        """Length of all documents together, in characters."""
        return sum(len(document.text) for document in self.documents)

    @property
    def text(self):
        """All documents in one string, a blank line between them, for reading; the trainer takes the documents."""
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
        return Corpus(self.documents + other.documents) if isinstance(other, Corpus) else NotImplemented

    def __repr__(self):
        counts = [text_files.counted(len(self), "document"), text_files.counted(self.characters, "character")]
        return f"Corpus({', '.join(counts + [text_files.counted(len(self.authors), 'author')] * bool(self.authors))})"

    def select(self, condition):
        """The documents for which ``condition(document)`` is true.

        Examples
        --------
        >>> corpus.select(lambda document: document.author == "Abraham Lincoln")  # doctest: +SKIP
        """
        if not callable(condition):
            raise ArgumentError(f"condition={condition!r} is not a function; give one of a document, "
                                "for example lambda document: document.author == 'Abraham Lincoln'.")
        return Corpus(tuple(document for document in self.documents if condition(document)))

    def first(self, characters=100_000):
        """The beginning: whole documents, the last one cut between two words.

        Parameters
        ----------
        characters : int, default 100,000
            The most characters that remain. A word longer than 100 characters, and the first one, may be cut itself.

        Raises
        ------
        ArgumentError
            If ``characters`` is not a whole number of 1 or more.
        """
        room, kept = whole_number("characters", characters, 1), []
        for document in self.documents:
            if len(document.text) > room:
                beginning = _beginning(document.text, room) or document.text[:0 if kept else room]
                return Corpus((*kept, replace(document, text=beginning)) if beginning else kept)
            kept.append(document)
            room -= len(document.text)
        return Corpus(kept)

    def with_author_prefix(self, template="\\{author}- "):
        """Put the author before each document, so that a model can be asked for text by one of them.

        Split the corpus first: copies of one text under two names are not recognised as copies afterwards.

        Parameters
        ----------
        template : str, default ``\\{author}- ``
            What to put before each text, with ``{author}`` where the name goes: ``\\paulg- Startups are hard.``

        Raises
        ------
        ArgumentError
            If the template lacks ``{author}``.
        TextError
            If a document has no author; the message names it.
        """
        if not isinstance(template, str) or "{author}" not in template:
            raise ArgumentError(f"template={template!r} lacks {{author}}; give for example '\\\\{{author}}- '.")
        for document in self.documents:
            if document.author is None:
                raise TextError(f"Document {document.name!r} has no author to put before it; give authors to Corpus.from_texts "
                                "or from_csv, or leave it out with select(lambda document: document.author).")
        return Corpus(tuple(replace(d, text=template.replace("{author}", d.author) + d.text) for d in self.documents))

    def encode(self, encoder):
        """Token ids of every document.

        ``<|endoftext|>`` written in a text becomes the one token of that name, as it was when GPT-2 was trained (gpt-2-simple
        spells it out in ordinary characters); ``<|startoftext|>`` is no token of GPT-2 and stays plain text.

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

    def split(self, valid=0.1, test=0.1, seed=0):
        """Hold out part of the documents.

        Whole documents go to one split each; copies of a text and documents that share a tenth of their sentences stay together.
        With fewer documents than splits, such as a single file, each long document is cut into contiguous passages instead, where
        a paragraph (or a line, or a sentence) ends; ``note`` says so.

        Parameters
        ----------
        valid, test : float, default 0.1
            Shares of the characters, met as nearly as whole documents allow; 0 leaves that split empty.
        seed : int, default 0
            Decides what is held out; the same texts and seed give the same splits everywhere, in whatever order the texts come.

        Returns
        -------
        Splits
            ``.train``, ``.valid`` and ``.test``, each a Corpus.

        Raises
        ------
        ArgumentError
            If the shares are negative or leave nothing to train on.
        TextError
            If there is too little text; the message says how many characters are needed.

        Examples
        --------
        >>> Corpus.from_texts(["one", "two", "three", "four"]).split(valid=0.25, test=0).train  # doctest: +SKIP
        Corpus(3 documents, 11 characters)
        """
        shares, seed = splitting.shares_of(valid, test), whole_number("seed", seed, 0)
        if not self.documents:
            raise TextError("The corpus has no documents to split; read some first, for example with Corpus.from_file.")
        texts = [document.text for document in self.documents]
        chosen = splitting.assign_documents(texts, shares, seed)
        if chosen is not None:
            parts = list(zip(chosen, self.documents))
            return Splits(**_gathered(parts), note=splitting.shares_in_words(parts, shares))
        parts = [
            (split, replace(document, text=document.text[start:end], name=f"{document.name} [{start}:{end}]"))
            for document in self.documents
            for split, start, end in splitting.cut_document(document.text, shares, seed)
        ]
        if not set(shares) <= {split for split, _ in parts}:
            raise splitting.too_short(texts, shares)
        note = (f"{text_files.counted(len(self), 'document')} for {len(shares)} splits: the text was cut into passages, "
                "so what is held out comes from between passages that are trained on.")
        return Splits(**_gathered(parts), note=note)


def _listed(name, values):
    if isinstance(values, (str, bytes)):
        raise ArgumentError(f"{name} is a single string; put it into a list, {name}=[...] (Corpus.from_file reads a file).")
    if not isinstance(values, Iterable):
        raise ArgumentError(f"{name}={values!r} is not a list; give a list of strings.")
    return list(values)


def _beginning(text, room):
    """The longest beginning of at most ``room`` characters that ends between two words; empty if a word takes all the room."""
    end = room
    while end and not text[end].isspace() and not text[end - 1].isspace():
        end -= 1
        if room - end > _LONGEST_WORD:
            return text[:room]
    return text[:end].rstrip()


def _gathered(parts):
    return {name: Corpus(tuple(document for split, document in parts if split == name)) for name in ("train", "valid", "test")}
