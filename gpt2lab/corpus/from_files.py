"""How a Corpus is made of strings, of text files and of tables."""

import re
from collections.abc import Iterable

from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers import decoding, folders, json_lines, plain_text, separated, tables
from gpt2lab.errors import ArgumentError, TextError


class FromFiles:
    """The class methods of a Corpus that read strings, text files and tables."""

    @classmethod
    def from_file(cls, path, encoding="utf-8"):
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
        path = plain_text.existing_file(path)
        if path.suffix.lower() in (".csv", ".tsv", ".tab"):
            return cls.from_csv(path, encoding=encoding)
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return cls.from_jsonl(path, encoding=encoding)
        return cls((Document(plain_text.read_text(path, encoding), name=path.name),))

    @classmethod
    def from_directory(cls, path, encoding="utf-8"):
        """Read every text file of a folder and of the folders in it, each as one document.

        Text files are those named ``.txt``, ``.text``, ``.md``, ``.markdown``, ``.rst``, ``.tex`` or without
        a suffix; hidden ones are passed over. They come in the order of their relative paths, which become
        the documents' names.

        Parameters
        ----------
        path : str or Path
            The folder.
        encoding : str, default "utf-8"
            How the characters of all files are stored.

        Raises
        ------
        TextError
            If the folder has no texts (the message counts what it has), or one of them cannot be read: none
            is left out silently.
        """
        folder = plain_text.existing_folder(path)
        files = plain_text.text_files_in(folder)
        return cls(
            tuple(
                Document(plain_text.read_text(file, encoding), name=file.relative_to(folder).as_posix())
                for file in files
            )
        )

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
            If ``texts`` is a single string or holds something else than strings, or the numbers of texts and
            authors differ.
        TextError
            If a text is empty.
        """
        texts = _listed("texts", texts)
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                raise ArgumentError(
                    f"texts[{i}]={text!r} is of type {type(text).__name__}; give a list of strings."
                )
            if not decoding.clean(text).strip():
                raise TextError(f"texts[{i}]={text!r} is empty; leave it out or give a text.")
            if re.search("[\ud800-\udfff]", text):
                raise TextError(
                    f"texts[{i}] holds half a character (a lone surrogate), which no file can store; "
                    "decode the text again, as UTF-8."
                )
        authors = [None] * len(texts) if authors is None else _listed("authors", authors)
        if len(authors) != len(texts):
            raise ArgumentError(
                f"authors has {len(authors):,} entries for {len(texts):,} texts; give one per text."
            )
        for i, author in enumerate(authors):
            if author is not None and not isinstance(author, str):
                raise ArgumentError(
                    f"authors[{i}]={author!r} is of type {type(author).__name__}; "
                    "give a string, or None where unknown."
                )
        return cls(
            tuple(
                Document(decoding.clean(text), author, f"text {i}")
                for i, (text, author) in enumerate(zip(texts, authors), 1)
            )
        )

    @classmethod
    def from_csv(
        cls,
        path,
        text="text",
        author="author",
        encoding="utf-8",
        separator=None,
        quoted=True,
        skip_blank=False,
        links=True,
        mentions=True,
        html=False,
    ):
        """Read a table with a header, one document per row. The file is read row by row, so that large ones
        fit into memory.

        Parameters
        ----------
        path : str or Path
            The file; a cell may hold commas and line ends if it is quoted. What is in a cell stays text,
            formulas of spreadsheets too.
        text : str, default "text"
            Column of the texts. A table with a single column needs no such name, as in gpt-2-simple.
        author : str or None, default "author"
            Column of the authors. Without a column ``author`` (or with None) there are no authors; another
            name must exist.
        encoding : str, default "utf-8"
            How the characters are stored.
        separator : str or None, optional
            What stands between two cells; by default a tab in a file named ``.tsv`` or ``.tab``, a comma in
            others.
        quoted : bool, default True
            Whether cells may stand in double quotes. False takes quotes for ordinary characters, as some
            ``.tsv`` files mean them.
        skip_blank : bool, default False
            Leave out rows without a text, and count them, instead of refusing the file.
        links, mentions : bool, default True
            Whether links, and names at the beginning of a text (``@ada @alan Yes!``), stay.
        html : bool, default False
            Whether the texts are HTML, to be made into plain text.

        Returns
        -------
        Corpus
            Each document is named by the file and the line on which its row begins. ``preparation`` says what
            was left out and changed.

        Raises
        ------
        TextError
            If the file cannot be read, is no proper table, or a text is missing; the message names the line.
        ArgumentError
            If there is no such column; the message lists the columns.
        """
        return cls(
            *tables.read(path, text, author, separator, quoted, skip_blank, links, mentions, html, encoding)
        )

    @classmethod
    def from_jsonl(
        cls,
        path,
        text="text",
        author="author",
        encoding="utf-8",
        skip_blank=False,
        links=True,
        mentions=True,
        html=False,
    ):
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
        return cls(*json_lines.read(path, text, author, skip_blank, links, mentions, html, encoding))

    @classmethod
    def from_folders(cls, path, encoding="utf-8", links=True, mentions=True, html=False):
        """Read a folder that has a folder per author: ``texts/Jane Austen/Emma.txt``.

        Parameters
        ----------
        path : str or Path
            The folder; each of its folders is an author, and each text file in it, at whatever depth, a
            document. Which files are texts says `from_directory`.
        encoding, links, mentions, html
            As in `from_csv`.

        Returns
        -------
        Corpus
            Files that lie in no author's folder have no author; ``preparation`` counts them.

        Raises
        ------
        TextError
            If there are no texts, or one of them cannot be read.
        """
        return cls(*folders.read(path, links, mentions, html, encoding))

    @classmethod
    def from_separated(
        cls,
        path,
        separator="<|endoftext|>",
        author=None,
        encoding="utf-8",
        links=True,
        mentions=True,
        html=False,
    ):
        """Read one file with many texts and a mark between them.

        Parameters
        ----------
        path : str or Path
            The file.
        separator : str, default ``<|endoftext|>``
            The mark, such as ``\\n\\n`` for blank lines or ``\\n====\\n``. White space around the texts goes,
            and so does a ``<|startoftext|>`` before them.
        author : str or None, optional
            What stands before each text, ``{author}`` for the name, such as ``\\{author}- ``, which
            `with_author_prefix` writes.
        encoding, links, mentions, html
            As in `from_csv`.

        Raises
        ------
        TextError
            If the file cannot be read or does not have the mark in it.
        ArgumentError
            If the mark is empty, or ``author`` does not say where the name ends.

        Examples
        --------
        >>> Corpus.from_separated("posts.txt", separator="\\n====\\n")  # doctest: +SKIP
        """
        return cls(*separated.read(path, separator, author, links, mentions, html, encoding))


def _listed(name, values):
    if isinstance(values, (str, bytes)):
        raise ArgumentError(
            f"{name} is a single string; put it into a list, {name}=[...] (Corpus.from_file reads a file)."
        )
    if not isinstance(values, Iterable):
        raise ArgumentError(f"{name}={values!r} is not a list; give a list of strings.")
    return list(values)
