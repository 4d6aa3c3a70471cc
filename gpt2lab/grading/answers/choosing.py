"""Which of the pieces that claim to be an answer is it, what belongs to it below, and answers in words that
stand in Markdown.
"""

import ast
import re

from gpt2lab.grading.answers.names import BEYOND_THE_PARSER, names_of
from gpt2lab.grading.answers.pieces import ANCHOR, binds, find_anchor, is_blank, open_names, same


def choose(places, pieces, exercise, notes):
    """The answer among the pieces that claim to be it: the one above its check, else the last; one that is
    blank only if all are.

    Parameters
    ----------
    places : list of int
        Of the pieces that claim it.
    pieces : list of Piece
    exercise : object
        With ``label``, ``kind``, ``blank`` and ``solution``.
    notes : list of str
        What is told to the instructor is added.

    Returns
    -------
    (str, str, str, int)
        Source, kind, how it was known, and the place where it begins.
    """
    checks = [place for place, piece in enumerate(pieces) if piece.checks == exercise.label]
    answered = [place for place in places if not is_blank(pieces[place].source, exercise)]
    above = [[each for each in answered if each <= check][-1:] for check in checks]
    checked = [each for found in above for each in found]
    place = (checked or answered or places)[-1]
    if len({same(pieces[each].source) for each in places}) > 1:
        which = (
            "the one above its check"
            if checked and place != answered[-1]
            else "the last that is not blank"
            if answered
            else "the last"
        )
        notes.append(f"{exercise.label}: {len(places)} cells claim to be its answer; {which} is graded.")
    check = next((each for each in checks if each >= place), None)
    if _is_in_words(exercise) and (text := _in_markdown(place, check, pieces, exercise)):
        notes.append(f"{exercise.label}: the answer stands in a Markdown cell; it is graded as a text.")
        return text, "code", pieces[place].how, place
    first, last = _find_ends(place, places, pieces, exercise, check)
    parts = [
        piece.source
        for piece in pieces[first : last + 1]
        if piece.kind == pieces[place].kind and piece.label in (None, exercise.label)
    ]
    if check not in (None, place) and exercise.kind == "code" and not pieces[check].given:
        given_there = _until_bound(pieces[check].source, open_names(exercise))
        parts += [ast.unparse(statement) for statement in given_there]
    if len(parts) == 1:
        return pieces[place].source, pieces[place].kind, pieces[place].how, first
    notes.append(
        f"{exercise.label}: the answer was split over {max(2, last - first + 1)} cells; they were put"
        " together."
    )
    return "\n".join(parts), pieces[place].kind, pieces[place].how, first


def _find_ends(place, places, pieces, exercise, check):
    """First and last of the neighbouring pieces that make up an answer: more than one if only together they
    bind what the exercise asks for, or if a cell above the check gives it another value.
    """
    names = open_names(exercise)
    if not names or exercise.kind != "code":
        return place, place
    first, last = place, place
    if binds(pieces[place].source, names):
        above = place - 1
        if (
            above in places
            and not find_anchor(pieces[place].kind, pieces[place].source)
            and not binds(pieces[above].source, names)
        ):
            first = above
    else:
        below = place
        while _is_own_code(pieces, below + 1):
            below += 1
            if binds(pieces[below].source, names):
                last = below
                break
    for below in range(last + 1, check or 0):
        if pieces[below].label not in (None, "", exercise.label):
            break
        if _is_own_code(pieces, below) and _until_bound(pieces[below].source, names):
            last = below
    return first, last


def _is_own_code(pieces, place):
    return place < len(pieces) and pieces[place].label is None and pieces[place].kind == "code"


def _until_bound(source, names):
    """The statements of a source up to the last that binds or changes one of the names; none if none does."""
    try:
        statements = ast.parse(source).body
        found = [names_of(statement) for statement in statements]
    except BEYOND_THE_PARSER:
        return []
    on = [place for place, of in enumerate(found) if (of.binds | of.changes) & set(names)]
    return statements[: on[-1] + 1] if on else []


def _is_in_words(exercise):
    return exercise.kind == "code" and '"""' in exercise.solution and len(open_names(exercise)) == 1


def _in_markdown(place, check, pieces, exercise):
    """The answer in words that stands in Markdown, in the place of its cell or between that and its check, as
    the code that it replaces; '' if there is none.
    """
    own = pieces[place]
    if own.kind != "code":
        if is_blank(own.source, exercise) or _until_bound(own.source, open_names(exercise)):
            return ""
        texts = [own.source]
    elif is_blank(own.source, exercise):
        end = check
        if check is None:  # only what follows at once
            end = place + 1
            while end < len(pieces) and _is_own_text(pieces[end]):
                end += 1
        texts = [piece.source for piece in pieces[place + 1 : end] if _is_own_text(piece)]
    else:
        return ""
    words = "\n\n".join(_without_anchor(text) for text in texts).strip()
    plain = '"""' not in words and "\\" not in words and not words.endswith('"')
    literal = f'"""\n{words}\n"""' if plain else repr(words)
    return f"{exercise.blank.partition(chr(10))[0]}\n{open_names(exercise)[0]} = {literal}" if words else ""


def _is_own_text(piece):
    return piece.label is None and piece.kind != "code" and not piece.given


def _without_anchor(text):
    lines = text.split("\n")
    kept = [line for line in lines if not ANCHOR.match(line)]
    return re.sub(r"\*Your answer here\.\*", "", "\n".join(kept))
