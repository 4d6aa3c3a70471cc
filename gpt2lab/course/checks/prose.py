"""An answer in words, searched for what is needed in it.

No search for words knows whether prose is true, so none is called right. *Refused* is what surely says
nothing: too few words, the question itself, no word of the subject. All else is *to be read*: the student
reads what was found and what was not, and compares the answer with a model answer; for marks a person reads
it.

Patterns are regular expressions on the text as `plain` makes it: lower case, without accents, and without
hyphens in words, so that "Over-fitting" is ``overfitting`` and "höher" ``hoher``. ``~`` stands for up to
fifty characters of the same sentence, and ``&`` between two patterns says that both are in one sentence.
"""

import re
import unicodedata
from dataclasses import dataclass

from gpt2lab.base.wording import join_words
from gpt2lab.course.checks.verdicts import here, to_be_read, too_short, wrong

FEWEST = 8  # words below which nobody answers two questions
LONGEST = 4000  # characters that are searched; nobody needs so many for a few sentences
_COPIED = 0.6  # share of an answer's runs of words that stand in a text from which it was copied
_RUN = 5  # words of such a run
# Sentences have these, a list of key words hardly any.
_SMALL = frozenset(
    "a an the it its is are was were be been has have had do does did that this these they them their he"
    " she i you we my your of to in on at by for from with as than and or but not so if when which what who"
    " would should could will can one because since there only also then der die das den dem ein eine einen"
    " es ist sind war wird mit von auf auch nicht weil und oder aber man ich hat habe wenn le la les un une"
    " des du de il elle est a que qui et pour par sur avec ne pas ce se je el los las una lo es y no si su"
    " con para del al en mas me".split()
)
_FEW_SMALL = 0.2


@dataclass(frozen=True)
class Point:
    """What an answer needs.

    ``what`` names it, as something that was found; ``ask`` is said where it was not; each of ``patterns`` is
    a way of saying it.
    """

    what: str
    ask: str
    patterns: tuple


def essay(answer, ask, question, points, compare, topic=""):
    """Judge an answer in words.

    Parameters
    ----------
    answer : object
        The student's text.
    ask : str
        What to do, said to who wrote too little.
    question : str
        As the notebook asks it: who hands it back has not answered.
    points : sequence of Point
        What is needed, in the order in which it is missed.
    compare : str
        A model answer in a sentence or two, shown to everybody who has written one.
    topic : str, optional
        Pattern of further words of the subject. An answer that has none of them, and no point, is refused.

    Returns
    -------
    Verdict
        'to be read', with a note of what was found for who reads it, or 'wrong'.
    """
    if short := too_short(answer, ask, FEWEST):
        return wrong(short)
    text = plain(answer[:LONGEST])
    if _copied(text, plain(question)):
        return wrong(f"That is the question. {ask}")
    said = sentences(text)
    found = [point for point in points if _has(said, point)]
    if not found and not re.search(topic or "(?!)", text):
        return wrong(f"None of what was asked for was found in your answer. {points[0].ask}")
    missing = [point for point in points if point not in found]
    names = join_words([point.what for point in found])
    unseen = join_words([point.what for point in missing])
    asks = [point.ask for point in missing]
    told = [  # where inputs are hidden not much of the answer, since its words may tell of them
        here(f"It mentions {names}." if names else ""),
        f"If it is not there in other words: {asks[0]} {here(' '.join(asks[1:]))}".strip() if asks else "",
        f"Compare: {compare} Which of your claims differs?",
    ]
    notes = [
        f"A search for words found {names or 'nothing that was asked for'}"
        + (f", not {unseen}." if missing else "."),
        "It looks like a list of key words." if _is_list(text) else "",
        "It is the model answer that the check shows." if _copied(text, plain(compare)) else "",
    ]
    return to_be_read(" ".join(filter(None, told)), " ".join(filter(None, notes)))


def plain(text):
    """A text as patterns read it."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.translate({ord(mark): "'" for mark in "’‘´`"} | {ord(mark): "-" for mark in "–—−‐"})
    text = re.sub(r"[*_]{2,}", "", text).replace("can't", "cannot").replace("won't", "will not")
    text = re.sub(r"n't\b", " not", text)
    text = re.sub(r"(?<=[a-z])[-_](?=[a-z])", "", text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}\b)", ".", text)
    return " ".join(text.split())


def sentences(text):
    """The sentences of a plain text; a point between digits and the one of "vs." ends none."""
    text = re.sub(r"\b(vs|e\.g|i\.e|etc|ca|approx|z\.b|p\.ej)\.", r"\1", text)
    return [part.strip() for part in re.split(r"[.!?;]+(?=\s|$)", text) if part.strip(" .'\"")]


def _search(pattern, sentence):
    return all(
        re.search(part.strip().replace("~", r"[^.;]{0,50}?"), sentence) for part in pattern.split(" & ")
    )


def _has(said, point):
    return any(_search(pattern, sentence) for pattern in point.patterns for sentence in said)


def _is_list(text):
    words = re.findall(r"[a-z]+", text)
    return sum(word in _SMALL for word in words) < _FEW_SMALL * len(words)


def _copied(text, source):
    runs = _runs(text)
    return bool(runs) and len(runs & _runs(source)) >= _COPIED * len(runs)


def _runs(text):
    words = re.findall(r"\w+", text)
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}
