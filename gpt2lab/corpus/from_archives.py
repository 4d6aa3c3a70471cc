"""How a Corpus is made of what people get of their own: archives of social networks and mailboxes."""

from gpt2lab.corpus.readers import mail, mastodon, tweets


class FromArchives:
    """The class methods of a Corpus that read archives of social networks and mailboxes."""

    @classmethod
    def from_tweets(cls, path, author=None, retweets=False, replies=True, links=False, mentions=False):
        """Read the archive that X (Twitter) gives to its users, a document per post.

        Parameters
        ----------
        path : str or Path
            The ``.zip`` as it was downloaded, the folder into which it was unpacked, or its file
            ``data/tweets.js``.
        author : str or None, optional
            The author of all posts; by default the user name that stands in ``account.js``.
        retweets : bool, default False
            Whether retweets stay. They are other people's words, cut off.
        replies : bool, default True
            Whether answers to others stay.
        links : bool, default False
            Whether links stay; those that X has shortened are then written out.
        mentions : bool, default False
            Whether the names that stand at the beginning of an answer stay.

        Returns
        -------
        Corpus
            Posts in the order of the archive, those of more than 280 characters in full. ``preparation`` says
            what was left out and changed.

        Raises
        ------
        TextError
            If there are no posts, or a file is damaged; the message names file, line and column.

        Examples
        --------
        >>> Corpus.from_tweets("twitter-2026-01-01.zip")  # doctest: +SKIP
        Corpus(3,120 documents, 402,561 characters, 1 author)
        """
        return cls(*tweets.read(path, author, retweets, replies, links, mentions))

    @classmethod
    def from_mastodon(
        cls, path, author=None, replies=True, direct=False, warnings=False, links=False, mentions=False
    ):
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
        return cls(*mastodon.read(path, author, replies, direct, warnings, links, mentions))

    @classmethod
    def from_mbox(cls, path, quotes=False, signatures=False, subjects=False, links=True):
        """Read a mailbox in the mbox format, a document per mail.

        The text of a mail is its plain part, or else its HTML made into text. Attachments, and mails without
        text, are left out; so is a mail that comes twice.

        Parameters
        ----------
        path : str or Path
            The file, such as Thunderbird's ``Sent`` or the ``.mbox`` of Gmail's Takeout.
        quotes : bool, default False
            Whether the mail that is answered stays: lines that begin with ``>``, and what follows "Original
            Message".
        signatures : bool, default False
            Whether signatures stay: what follows a line ``--``, and "Sent from my phone".
        subjects : bool, default False
            Whether the subject is put in front.
        links : bool, default True
            Whether links stay.

        Returns
        -------
        Corpus
            The author of a document is the sender's name, or the address where there is no name. Documents
            are named by the file and the line on which the mail begins.

        Raises
        ------
        TextError
            If the file cannot be read or does not begin as an mbox does.

        Notes
        -----
        Quotations and signatures are known by their usual forms in mails in English, German, French, Spanish,
        Italian, Portuguese and Dutch; what has another form stays. Read some documents before you train on
        them.
        """
        return cls(*mail.read(path, quotes, signatures, subjects, links))
