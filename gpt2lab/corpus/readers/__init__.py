"""Texts out of the files that people have: tables, folders, archives of social networks, mailboxes. One file
a format.

Each ``read`` gives a tuple of Documents and the Step that says what was left out and changed on the way.
"""
