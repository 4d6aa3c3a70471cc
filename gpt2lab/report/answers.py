"""The student's own words in ``report.md``: found again between their marks, and never lost."""

import re
from collections import Counter
from dataclasses import dataclass

from gpt2lab.errors import TextError
from gpt2lab.report.questions import NOTES

PLACEHOLDER = "*Write your words here.*"
_FIRST_LINE = re.compile(r"<!-- gpt2lab report; places for words: ([a-z0-9 -]*) -->")
_MARK = re.compile(r"<!--[ \t]*(END[ \t]+)?ANSWER[ \t]+([a-z0-9-]+)[ \t]*-->")


def first_line(names):
    """The line by which a report is known, and which says which places for words it has."""
    return f"<!-- gpt2lab report; places for words: {' '.join(names)} -->"


def place(name, words):
    """A place for words, between its marks."""
    return f"<!-- ANSWER {name} -->\n{words or PLACEHOLDER}\n<!-- END ANSWER {name} -->"


@dataclass(frozen=True)
class Written:
    """What a report on disk holds.

    Attributes
    ----------
    answers : dict of str to str
        The words of each place; empty where nothing was written.
    outside : tuple of str
        All lines outside the places, stripped.
    """

    answers: dict
    outside: tuple


def read(content, path):
    """Take a report apart.

    Parameters
    ----------
    content : str
        Of ``report.md``.
    path : Path
        To name in errors.

    Returns
    -------
    Written

    Raises
    ------
    TextError
        If the file is no report, or a mark is damaged: the message names the line. Nothing is guessed, since
        words would go to the wrong place.
    """
    began = _FIRST_LINE.match(content)
    if not began:
        raise TextError(
            f"{path} was not written by gpt2lab (its first line should be '{first_line(['…'])}'); move it"
            " away or choose another folder, so that it is not overwritten."
        )
    answers = {}
    outside = []
    end = began.end()
    open_mark = None
    for mark in _MARK.finditer(content, began.end()):
        name = mark[2]
        ends = bool(mark[1])
        if open_mark is None and ends:
            raise _damage_error(
                content,
                path,
                mark,
                f"'{mark[0]}' ends words that begin nowhere; write '<!-- ANSWER {name} -->' above them",
            )
        if open_mark is not None and (not ends or name != open_mark[2]):
            raise _no_end_error(content, path, open_mark)
        if not ends and name in answers:
            raise _damage_error(
                content,
                path,
                mark,
                f"'{mark[0]}' stands there for the second time; put the words of both between the first pair"
                " of marks",
            )
        if ends:
            answers[name] = _words(content[end : mark.start()])
        else:
            outside.append(content[end : mark.start()])
        open_mark = None if ends else mark
        end = mark.end()
    if open_mark is not None:
        raise _no_end_error(content, path, open_mark)
    outside.append(content[end:])
    lost = [name for name in began[1].split() if name not in answers]
    if lost:
        raise TextError(
            f"{path} has lost the place of the words on {lost[0]!r}: write '<!-- ANSWER {lost[0]} -->' above"
            f" and '<!-- END ANSWER {lost[0]} -->' below them, each on a line of its own."
            " Nothing was changed."
        )
    lines = [line.strip() for text in outside for line in text.split("\n")]
    return Written(answers, tuple(line for line in lines if line))


def _damage_error(content, path, mark, what):
    return TextError(
        f"{path}, line {content.count(chr(10), 0, mark.start()) + 1}: {what}, on a line of its own. Nothing"
        " was changed."
    )


def _no_end_error(content, path, mark):
    what = f"the words of '{mark[0]}' do not end; write '<!-- END ANSWER {mark[2]} -->' below them"
    return _damage_error(content, path, mark, what)


def _words(text):
    return "\n".join(line for line in text.split("\n") if line.strip() != PLACEHOLDER).strip()


def keep_words(found, last, names):
    """The words for a new report: those of the old one, with what has no place any more under *Notes*.

    Parameters
    ----------
    found : Written
        The report on disk.
    last : Written
        The report as gpt2lab wrote it last, to know what was added outside the places.
    names : list of str
        The places of the new report.

    Returns
    -------
    dict of str to str
    """
    answers = {name: found.answers.get(name, "") for name in names}
    homeless = [
        f"On *{name}*, which is no longer asked:\n\n{words}"
        for name, words in found.answers.items()
        if name not in answers and words
    ]
    usual = Counter(last.outside)
    added = []
    for line in found.outside:
        if usual[line]:
            usual[line] -= 1
        else:
            added.append(line)
    if added:
        homeless.append("Found outside the places for words:\n\n" + "\n".join(added))
    answers[NOTES] = "\n\n".join(filter(None, (answers[NOTES], *homeless)))
    return answers


def check_given(answers):
    """Refuse words that would break the marks.

    Raises
    ------
    TextError
    """
    for name, words in answers.items():
        if not isinstance(words, str):
            raise TextError(
                f"answers[{name!r}] is of type {type(words).__name__}; give the words as a string."
            )
        mark = _MARK.search(words)
        if mark:
            raise TextError(
                f"answers[{name!r}] holds the mark '{mark[0]}'; leave it out, the report sets its own."
            )


def merge_words(answers, given, last):
    """Words given in Python go where nothing was written, or where the file still has those that were given
    last; else the file's are kept.

    Returns
    -------
    answers : dict of str to str
    ignored : list of str
        Places whose words were changed in the file, so that those given were not taken.
    """
    ignored = []
    for name, words in given.items():
        words = _words(words)
        if answers[name] in ("", words, last.get(name, "")):
            answers = answers | {name: words or answers[name]}
        elif words:
            ignored.append(name)
    return answers, ignored
