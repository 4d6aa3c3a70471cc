"""Find in what a student handed in the source of each answer, and nothing else.

A cell is known by the ``grade_id`` of nbgrader or its own id, by its anchor (``# EXERCISE 03.2``), or, where
both are lost, by its likeness to the cell that students were given.
"""

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from gpt2lab.base.wording import join_words
from gpt2lab.grading.answers.choosing import choose
from gpt2lab.grading.answers.names import bound_in
from gpt2lab.grading.answers.own_definitions import find_statements, pick_used
from gpt2lab.grading.answers.pieces import ANCHOR, code_lines, find_pieces, gives, is_blank, open_names
from gpt2lab.grading.answers.plain_python import take_out_magics, take_out_markers
from gpt2lab.grading.intake.salvage import read_cells

LONGEST = 100_000  # characters of an answer
# Of the code that students were given, the share that a cell must hold to be taken for it, if it also binds
# the name that the exercise asks for. In the ten notebooks of the course every solved answer holds all of it,
# and no other cell binds such a name; half leaves room for what students change. Where the exercise asks for
# no name the words alone decide: then nearly all of them, and not just a few.
LIKE = 0.5
LIKE_WITHOUT_NAME = 0.9
_FEWEST_WORDS = 5
_MOST_COMPARED = 3_000  # characters of a cell, and
_MOST_CANDIDATES = 200  # cells, for likeness: difflib takes quadratic time
_MOST_NOTES = 40


@dataclass(frozen=True)
class FoundAnswers:
    """What was found of a student's answers; all texts are untrusted.

    Attributes
    ----------
    sources : dict of str to str
        The source of each answer that was found, by the label of its exercise; also of one that was left
        blank.
    how : dict of str to str
        How it was known: 'grade_id', 'anchor' or 'likeness'.
    notes : tuple of str
        For the instructor, in sentences. One about an exercise begins with its label and a colon.
    in_their_world : dict of str to str
        The source of an answer that uses a name which the student's own cells bind anew, such as that of an
        input or of an earlier answer: with what these cells make of it. `sources` leaves such a name alone.
    """

    sources: dict = field(default_factory=dict)
    how: dict = field(default_factory=dict)
    notes: tuple = ()
    in_their_world: dict = field(default_factory=dict)


def find_answers(content, exercises, given=()):
    """Find the answers in a file.

    Parameters
    ----------
    content : bytes
        What was handed in; anything.
    exercises : sequence of object
        What to look for, each with ``label`` ("03.2"), ``grade_id`` ("exercise-03-2"), ``kind`` ('code' or
        'markdown'), ``blank`` (the cell that students were given) and ``solution``.
    given : sequence of str, default ()
        Sources of the assignment's other cells, which are no answers whatever they resemble. With them it is
        also known which cells are the student's own: what an answer uses of those above it is put in front of
        it.

    Returns
    -------
    FoundAnswers
        Never raises. Markers of nbval and IPython's magics are taken out of code (see `take_out_magics`); an
        answer is cut at `LONGEST` characters.
    """
    cells, notes = read_cells(content)
    pieces = find_pieces(cells, exercises, given, notes)
    taken = {}
    for exercise in exercises:
        places = [place for place, piece in enumerate(pieces) if piece.label == exercise.label]
        if places:
            taken[exercise.label] = choose(places, pieces, exercise, notes)
    missing = [exercise for exercise in exercises if exercise.label not in taken]
    for exercise, place in sorted(
        _match_by_likeness(pieces, missing), key=lambda pair: exercises.index(pair[0])
    ):
        taken[exercise.label] = (pieces[place].source, pieces[place].kind, "likeness", place)
        pieces[place] = replace(pieces[place], label=exercise.label, how="likeness")
        notes.append(
            f"{exercise.label}: neither its id nor its first line was there; it was known by its likeness to"
            " the cell that was handed out."
        )
    statements = _statements(pieces, exercises) if given else []
    own = {name for each in statements if not each.given for name in each.names.binds | each.names.changes}
    anew = {}
    for exercise in exercises:
        if exercise.label in taken and exercise.kind == "code" and statements:
            bare, kind, how, place = taken[exercise.label]
            names = _bound_already(exercise, exercises, given)
            source = _put_in_front(bare, statements, place, names, exercise, notes)
            taken[exercise.label] = (source, kind, how, place)
            other = _put_in_front(bare, statements, place, names - own, exercise, [])
            if other != source:
                anew[exercise.label] = _clean_answer(exercise, other, kind, [])
    sources = {
        exercise.label: _clean_answer(exercise, *taken[exercise.label][:2], notes)
        for exercise in exercises
        if exercise.label in taken
    }
    how = {label: taken[label][2] for label in sources}
    return FoundAnswers(sources, how, tuple(dict.fromkeys(notes))[:_MOST_NOTES], anew)


def _statements(pieces, exercises):
    """What cells bind, those of answers too: a kernel that ends takes it along. What also stands in the
    exercise's solution need not be repeated, since that is run in the answer's stead.
    """
    solutions = {exercise.label: exercise.solution for exercise in exercises}
    statements = find_statements(
        (place, piece.source, piece.given) for place, piece in enumerate(pieces) if piece.kind == "code"
    )
    return [
        statement
        for statement in statements
        if statement.source not in solutions.get(pieces[statement.place].label, "")
    ]


def _bound_already(exercise, exercises, given):
    """The names that are bound where an answer is run: by the set-up, by the hidden inputs so far, and by
    earlier exercises, since a draft of another answer must not take the place of what is given in its stead.
    """
    names = set()
    for other in exercises:
        names |= bound_in(getattr(other, "hidden", ""))
        if other is exercise:
            break
        names |= set(open_names(other))
    for cell in given:
        bound = bound_in(take_out_magics(cell)[0])
        names |= bound if "lab" in bound else set()
    return names


def _match_by_likeness(pieces, missing):
    """(exercise, place) for the exercises that are missing: the likest pairs first, no piece twice."""
    loose = [place for place, piece in enumerate(pieces) if piece.label is None and piece.source.strip()]
    scores = defaultdict(list)
    for exercise in missing:
        candidates = [place for place in loose if _may_be(pieces[place], exercise)][:_MOST_CANDIDATES]
        for place in candidates:
            if (score := likeness(pieces[place].source, exercise))[0] >= (
                LIKE if open_names(exercise) else LIKE_WITHOUT_NAME
            ):
                scores[(*score, place)].append((exercise, place))
    used = set()
    found = []
    for score in sorted(scores, reverse=True):
        for exercise, place in scores[score]:
            if place not in used and exercise.label not in used:
                used |= {place, exercise.label}
                found.append((exercise, place))
    return found


def _may_be(piece, exercise):
    if piece.kind != exercise.kind:
        return False
    enough = len(_words("\n".join(_given_lines(exercise)))) >= _FEWEST_WORDS
    if names := open_names(exercise):
        # Little more than the names was handed out: a cell that gives one of them is anybody's.
        return (any if enough else all)(gives(piece.source, name) for name in names)
    return enough


def likeness(source, exercise):
    """How much of the cell that was handed out, without its first line and its placeholders, is found in a
    source, in order.

    Returns
    -------
    (float, float)
        The share of its code, and the share of its code and comments together, which decides between two that
        are alike.
    """
    code = _words("\n".join(code_lines(source)))
    lines = "\n".join(_given_lines(exercise))
    return _share(_words("\n".join(code_lines(lines))), code), _share(_words(lines), _words(source))


def _given_lines(exercise):
    """The lines that a student was given, without the first and without what stands for the answer."""
    lines = [line for line in exercise.blank.split("\n") if not ANCHOR.match(line)]
    return [re.sub(r"\.\.\.(?: *#.*)?$|^\*Your answer here\.\*$", "", line) for line in lines]


def _put_in_front(source, all_statements, place, but, exercise, notes):
    asked = open_names(exercise)
    if is_blank(source, exercise) and (not asked or any(gives(source, name) for name in asked)):
        return source
    # What is asked for and stands in a cell above, not in this one, is the answer's too.
    elsewhere = [name for name in asked if not gives(source, name)]
    names, statements = pick_used(take_out_magics(source[:LONGEST])[0], all_statements, place, but, elsewhere)
    if names:
        notes.append(
            f"{exercise.label}: uses {join_words(names[:5])} of another cell of the student's; it was put in"
            " front of the answer."
        )
    if statements and not ANCHOR.search(source):
        statements.append(exercise.blank.partition("\n")[0])
    return "\n".join([*statements, source])


def _words(source):
    return re.findall(r"\w+|[^\w\s]", source[:_MOST_COMPARED])


def _share(wanted, words):
    blocks = difflib.SequenceMatcher(None, wanted, words, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted) if wanted else 0.0


def _clean_answer(exercise, source, kind, notes):
    """The source as it goes into the instructor's notebook."""
    if len(source) > LONGEST:
        notes.append(
            f"{exercise.label}: the answer has more than {LONGEST:,} characters and was cut off there."
        )
        source = source[:LONGEST]
    if kind != exercise.kind:
        notes.append(
            f"{exercise.label}: the answer stands in a {kind} cell instead of a {exercise.kind} cell; it is"
            f" graded as {exercise.kind}."
        )
    if exercise.kind == "code":
        source, taken = take_out_magics(source)
        if taken:
            notes.append(
                f"{exercise.label}: taken out, as it is no Python:"
                f" {join_words(taken[:5])}{' and more' if len(taken) > 5 else ''}."
            )
    source, markers = take_out_markers(source)
    if markers:
        notes.append(f"{exercise.label}: a marker that would have kept nbval from checking was taken out.")
    return source
