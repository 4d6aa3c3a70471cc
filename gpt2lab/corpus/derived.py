"""How a Corpus is made of another one: a part of it, its pieces, its texts with a prefix or with personal
data masked.
"""

import random
from dataclasses import replace

from gpt2lab.base.arguments import one_of, whole_number, yes_or_no
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import personal_data, splitting
from gpt2lab.corpus.document import TEMPLATE, author_prefix
from gpt2lab.corpus.readers.step import Log
from gpt2lab.errors import ArgumentError, TextError

_LONGEST_WORD = 100  # characters; what is longer (a language without spaces, a link) may be cut anywhere


class FromCorpus:
    """The methods of a Corpus that return another one."""

    def select(self, condition):
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

    def first(self, characters=100_000, each_author=False):
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
                beginning = _beginning(document.text, room) or document.text[: 0 if kept else room]
                return self._with((*kept, replace(document, text=beginning)) if beginning else kept)
            kept.append(document)
            room -= len(document.text)
        return self._with(kept)

    def shuffled(self, seed=0):
        """The documents in an order drawn by lot, so that those of one author do not follow one another.

        Parameters
        ----------
        seed : int, default 0
            The same seed and number of documents give the same order.
        """
        documents = list(self.documents)
        random.Random(whole_number("seed", seed, 0)).shuffle(documents)
        return self._with(documents)

    def pieces(self, of="lines", least=1):
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
        log = Log()
        kept = []
        for document in self.documents:
            for start, end in splitting.cut_pieces(document.text, of):
                log.read += 1
                piece = document.part(start, end)
                if len(piece.text) >= least:
                    kept.append(piece)
                else:
                    log.left_out(f"shorter than {pluralize(least, 'character')}", piece.text, piece.name)
        return type(self)(
            tuple(kept), (*self.steps, log.step("pieces", "", {"of": of, "least": least}, len(kept)))
        )

    def with_author_prefix(self, template=TEMPLATE):
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
        # a template that cannot work is refused for what it is, whoever the authors are
        author_prefix("", template)
        for document in self.documents:
            if document.author is None:
                raise TextError(
                    f"Document {document.name!r} has no author to put before it; give authors to"
                    " Corpus.from_texts or from_csv, or leave it out with select(lambda document:"
                    " document.author)."
                )
        return self._with(replace(d, text=author_prefix(d.author, template) + d.text) for d in self.documents)

    def masked(self, emails=True, phones=True, links=True):
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
            text, counts = personal_data.masked(document.text, kinds)
            for kind, count in counts.items():
                if count:
                    log.changed(f"{personal_data.KINDS[kind][0]} masked", place=document.name, count=count)
            documents.append(document if text == document.text else replace(document, text=text))
        return type(self)(documents, (*self.steps, log.step("masked", "", options, len(documents))))

    def _by(self, author):
        return self._with(document for document in self.documents if document.author == author)

    def _with(self, documents):
        return type(self)(tuple(documents), self.steps)


def _beginning(text, room):
    """The longest beginning of at most ``room`` characters that ends between two words; empty if a word
    takes all the room.
    """
    end = room
    while end and not text[end].isspace() and not text[end - 1].isspace():
        end -= 1
        if room - end > _LONGEST_WORD:
            return text[:room]
    return text[:end].rstrip()
