"""An answer in words, searched for what is needed in it: no more than that, so there are three outcomes.

*Refused* is what surely says nothing: too few words, the question itself, no word of the subject. *Right* is
an answer in which each needed point was found, every sentence speaks of one, and nothing looks like a claim
that is false. All else is *to be read*: the student compares it with a model answer, and for marks a person
reads it. No search for words knows whether prose is true, so the first two are few and the third is large.

Patterns are regular expressions on the text as `plain` makes it: lower case, without accents, and without
hyphens in words, so that "Over-fitting" is ``overfitting`` and "höher" ``hoher``. ``~`` stands for up to
fifty characters of the same sentence, and ``&`` between two patterns says that both are in one sentence.
"""

import re
import unicodedata
from dataclasses import dataclass

from gpt2lab.base.wording import join_words
from gpt2lab.course.checks.verdicts import Verdict, here, too_short, wrong

FEWEST = 8  # words below which nobody answers two questions
LONGEST = 4000  # characters that are searched; nobody needs so many for a few sentences
_ASIDE = 6  # words below which a sentence may speak of anything: "So there."
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
# A negation turns a claim round, and who says that something is so always, or proved, claims much: not false,
# but not to be called right by a search for words either.
_CLAIMS_MUCH = (
    r"\b(not|never|no|nothing|nobody|none|neither|nor|without|cannot|nicht|nie|niemals|kein\w*|ohne"
    r"|jamais|sans|aucun\w*|pas|nunca|sin|ningun\w*)\b",
    r"\b(prove[sdn]?|proof|certain(ly)?|always|perfect(ly)?|exactly|impossible|guarantee\w*|completely"
    r"|fully|doubt|immer|parfait\w*|toujours|siempre|perfecta\w*)\b",
)
# These turn nothing round.
_TURNS_NOTHING = (
    r"\b(has|had|have|was|were|it|did|do|does)?( been)? ?(never|not)( been)? (seen|read|seen or read"
    r"|measured?|watch(ed)?|looked?)\b",
    r"\b(not|no longer) (yet )?(enough|sure|clear|much|just|only|simply)\b",
    r"\bno (longer|wonder|surprise|contradiction)\b",
    r"\bnot (necessarily|really|quite)\b",
    r"\bso (that )?(it|they|the model|this) (do|does|can|could|will|would|should|is|are)"
    r" (not|no longer) [^.;]*",
    r"\b(to|and) (avoid|prevent) [^.;]*",
    r"\bnicht (nur|unbedingt)\b|\bne ([^ ]+ )?que\b|\bjamais (lu|vu)\b",
)


@dataclass(frozen=True)
class Point:
    """What an answer needs.

    ``what`` names it, as something that was found; ``ask`` is said where it was not; each of ``patterns`` is
    a way of saying it.
    """

    what: str
    ask: str
    patterns: tuple


def essay(answer, ask, question, points, compare, doubts=(), harmless=(), also=(), topic=""):
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
    doubts : sequence of str or callable
        Patterns of what is probably a false claim, or functions that say of a sentence whether it makes one.
        An answer in which there is one is read by a person: it may be right after all.
    harmless : sequence of str
        Patterns that are taken out before doubts are looked for: negations that are right, for example.
    also : sequence of str
        Patterns of what else belongs to the subject: a sentence that speaks of it needs no point.
    topic : str, optional
        Pattern of further words of the subject. An answer that has none of them, and no point, is refused.

    Returns
    -------
    Verdict
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
    doubtful = _doubtful(said, doubts, harmless)
    shown = f"Compare: {compare}"
    names = join_words([point.what for point in found])
    if not (
        missing
        or doubtful
        or len(answer) > LONGEST
        or _unplaced(said, points, also)
        or _is_list(text)
        or _copied(text, plain(compare))
    ):
        return Verdict(
            "right",
            f"It mentions {names}. {shown} If a claim of yours differs, look at it again.",
            sure=False,
        )
    asks = [point.ask for point in missing]
    # What is said where inputs are hidden must not tell of them in many ways.
    said_of_it = [
        here(f"It mentions {names}." if names else ""),
        f"Not found: {asks[0]} {here(' '.join(asks[1:]))}".strip() if asks else "",
        here(f"Look again at this: “{doubtful[0]}”." if doubtful else ""),
        shown,
        "Which of your claims differs? For marks a person reads this answer.",
    ]
    return Verdict(
        "to be read", " ".join(filter(None, said_of_it)), note=_note(names, missing, doubtful), sure=False
    )


def _note(names, missing, doubtful):
    """For who reads the answer: what the search found."""
    found = f"A search for words found {names or 'nothing that was asked for'}"
    lacks = f" and did not find {join_words([point.what for point in missing])}" if missing else ""
    look = f" Look at: {' … '.join(doubtful)}." if doubtful else ""
    return f"{found}{lacks}.{look}"


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


def _doubtful(said, doubts, harmless):
    """The sentences with a doubtful claim."""
    found = []
    for sentence in said:
        rest = sentence
        for pattern in (*harmless, *_TURNS_NOTHING):
            rest = re.sub(pattern.replace("~", r"[^.;]{0,50}?"), " … ", rest)
        if any(
            doubt(sentence) if callable(doubt) else _search(doubt, rest) for doubt in (*doubts, *_CLAIMS_MUCH)
        ):
            found.append(sentence)
    return found


def _unplaced(said, points, also):
    """Whether a sentence speaks of nothing that is known."""
    known = [
        part
        for pattern in (*also, *(pattern for point in points for pattern in point.patterns))
        for part in pattern.split(" & ")
    ]
    return any(
        len(sentence.split()) >= _ASIDE and not any(_search(part, sentence) for part in known)
        for sentence in said
    )


def _is_list(text):
    words = re.findall(r"[a-z]+", text)
    return sum(word in _SMALL for word in words) < _FEW_SMALL * len(words)


def _copied(text, source):
    runs = _runs(text)
    return bool(runs) and len(runs & _runs(source)) >= _COPIED * len(runs)


def _runs(text):
    words = re.findall(r"\w+", text)
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}
