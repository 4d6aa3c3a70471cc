"""Texts out of the files that people have: tables, folders, archives of social networks, mailboxes. One file
a format.

Each ``from_...`` becomes the class method of `Corpus` of that name: it has the arguments and what they mean,
and gives the Documents, and the Step that says what was left out and changed on the way, to the class.
"""
