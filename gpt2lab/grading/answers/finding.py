"""Find in what a student handed in the source of each answer, and nothing else.

A cell is known by the ``grade_id`` of nbgrader or its own id, by its anchor (``# EXERCISE 03.2``), or, where
both are lost, by its likeness to the cell that students were given.
"""

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from gpt2lab.base.wording import join_words
from gpt2lab.grading.answers.own_definitions import find_definitions, pick_used
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
_ANCHOR_LINES = 5
_LONGEST_LINE = 500  # characters of a line that patterns look at: some take quadratic time
_MOST_NOTES = 40
_ANCHOR = re.compile(
    r"\s*(?:#+|<!--|//)\s*EXERCISE\s*[:.#]?\s*(\d{1,2})\s*[.,_-]\s*(\d{1,3})(?!\d)", re.IGNORECASE
)
# In Markdown "### Exercise 03.2: the gap" is the heading that stands above the answer.
_ANCHOR_IN_MARKDOWN = re.compile(
    r"\s*(?:<!--|#)\s*EXERCISE\s*(\d{1,2})\s*[.,]\s*(\d{1,3})(?!\d)\s*(?:-->|\()", re.IGNORECASE
)
_CHECK = re.compile(r"\s*#+\s*CHECK\s+(\d{1,2})\.(\d{1,3})\s*$", re.IGNORECASE)
_CALL = re.compile(r"^[ \t]*lab\.course\.check\(", re.MULTILINE)
_LATER_ANCHOR = re.compile(r"# EXERCISE (\d\d)\.(\d{1,3}) \(")
_PLACEHOLDER = re.compile(
    r"(?P<name>[^\W\d]\w*) *= *\.\.\.(?: *#.*)?|\.\.\.(?: *#.*)?|\*Your answer here\.\*"
)
_DEFINED = re.compile(r"(?:async +)?(?:def|class) +(?P<name>[^\W\d]\w*)")


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
    """

    sources: dict = field(default_factory=dict)
    how: dict = field(default_factory=dict)
    notes: tuple = ()


@dataclass(frozen=True)
class _Piece:
    """A cell, or the part of one that begins with an anchor. ``label`` is None if it is nobody's, '' if it
    is of no exercise that is looked for.
    """

    kind: str
    source: str
    label: str | None = None
    how: str = ""


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
        also known which cells the student added: a function, class or import of those that an answer uses is
        put in front of it.

    Returns
    -------
    FoundAnswers
        Never raises. Markers of nbval and IPython's magics are taken out of code (see `take_out_magics`); an
        answer is cut at `LONGEST` characters.
    """
    cells, notes = read_cells(content)
    pieces = _pieces(cells, exercises, notes)
    handed_out = set(map(_same, given))
    pieces = [
        replace(piece, label="") if piece.label is None and _same(piece.source) in handed_out else piece
        for piece in pieces
    ]
    taken = {}
    for exercise in exercises:
        places = [place for place, piece in enumerate(pieces) if piece.label == exercise.label]
        if places:
            taken[exercise.label] = _choose(places, pieces, exercise, notes)
    missing = [exercise for exercise in exercises if exercise.label not in taken]
    for exercise, place in sorted(
        _match_by_likeness(pieces, missing), key=lambda pair: exercises.index(pair[0])
    ):
        taken[exercise.label] = (pieces[place].source, pieces[place].kind, "likeness")
        pieces[place] = replace(pieces[place], label=exercise.label, how="likeness")
        notes.append(
            f"{exercise.label}: neither its id nor its first line was there; it was known by its likeness to"
            " the cell that was handed out."
        )
    own = (
        find_definitions(piece.source for piece in pieces if piece.label is None and piece.kind == "code")
        if handed_out
        else {}
    )
    for exercise in exercises:
        if exercise.label in taken and exercise.kind == "code" and own:
            # A draft of another answer must not take the place of what the hidden inputs give in its stead.
            others = {name for other in exercises if other is not exercise for name in _open_names(other)}
            taken[exercise.label] = (
                _put_own_in_front(taken[exercise.label][0], own, others, exercise, notes),
                *taken[exercise.label][1:],
            )
    sources = {
        exercise.label: _clean_answer(exercise, *taken[exercise.label][:2], notes)
        for exercise in exercises
        if exercise.label in taken
    }
    return FoundAnswers(
        sources, {label: taken[label][2] for label in sources}, tuple(dict.fromkeys(notes))[:_MOST_NOTES]
    )


def _pieces(cells, exercises, notes):
    """The cells as pieces, each with the label of the exercise that it answers."""
    by_id = {exercise.grade_id: exercise.label for exercise in exercises}
    labels = {exercise.label for exercise in exercises}
    pieces = []
    for cell in cells:
        first, *more = _part(cell)
        by_metadata = by_id.get(cell.grade_id) or by_id.get(cell.cell_id)
        anchored = _find_anchor(cell.kind, first)
        if anchored and by_metadata and anchored != by_metadata:
            notes.append(
                f"{by_metadata}: a cell has its id but says that it is {anchored}; what it says counts."
            )
        if anchored:
            label = anchored if anchored in labels else ""
            how = "grade_id" if anchored == by_metadata else "anchor"
        else:
            is_other = (
                re.fullmatch(r"(check|exercise)-\d\d-\d+", cell.grade_id or cell.cell_id)
                or _CHECK.match(first.lstrip())
                or _CALL.search(first)
            )
            label = by_metadata or ("" if is_other else None)
            how = "grade_id"
        pieces.append(_Piece(cell.kind, first, label, how))
        for part in more:
            later = _LATER_ANCHOR.match(part)
            label = _label(later) if later else ""
            pieces.append(_Piece(cell.kind, part, label if label in labels else "", "anchor"))
            if label in labels:
                notes.append(f"{label}: stands in one cell with another answer; they were parted.")
    return pieces


def _part(cell):
    """The source of a cell, parted where the first line of another exercise or check stands in it."""
    parts = [[]]
    current = None
    for line in cell.source.split("\n"):
        found = _LATER_ANCHOR.match(line) or _CHECK.match(line) if line.startswith("#") else None
        if (
            found
            and any(each.strip() for each in parts[-1])
            and (line.upper().lstrip("# ").startswith("CHECK") or _label(found) != current)
        ):
            parts.append([])
        if found or (current is None and (found := _ANCHOR.match(line))):
            current = _label(found)
        parts[-1].append(line)
    return ["\n".join(part) for part in parts]


def _find_anchor(kind, source):
    """The label that one of the first lines names; None if none does."""
    lines = [line for line in source[:5_000].split("\n") if line.strip()][:_ANCHOR_LINES]
    anchor = _ANCHOR_IN_MARKDOWN if kind == "markdown" else _ANCHOR
    return next((_label(found) for found in map(anchor.match, lines) if found), None)


def _label(found):
    return f"{int(found[1]):02d}.{int(found[2])}"


def _choose(places, pieces, exercise, notes):
    """(source, kind, how) of the answer among the pieces that claim to be it: the last that is not blank."""
    answered = [place for place in places if not _is_blank(pieces[place].source, exercise)]
    place = (answered or places)[-1]
    if len({_same(pieces[each].source) for each in places}) > 1:
        which = "the last that is not blank" if answered else "the last"
        notes.append(f"{exercise.label}: {len(places)} cells claim to be its answer; {which} is graded.")
    first, last = _find_ends(place, places, pieces, exercise)
    if first == last:
        return pieces[place].source, pieces[place].kind, pieces[place].how
    notes.append(
        f"{exercise.label}: the answer was split over {last - first + 1} cells; they were put together."
    )
    parts = [
        piece
        for piece in pieces[first : last + 1]
        if piece.kind == pieces[place].kind and piece.label in (None, exercise.label)
    ]
    return "\n".join(part.source for part in parts), pieces[place].kind, pieces[place].how


def _find_ends(place, places, pieces, exercise):
    """First and last of the neighbouring pieces that make up an answer; more than one if only together they
    bind what the exercise asks for.
    """
    names = _open_names(exercise)
    if not names or exercise.kind != "code":
        return place, place
    if _binds(pieces[place].source, names):
        above = place - 1
        if (
            above in places
            and not _find_anchor(pieces[place].kind, pieces[place].source)
            and not _binds(pieces[above].source, names)
        ):
            return above, place
        return place, place
    below = place
    while below + 1 < len(pieces) and pieces[below + 1].label is None and pieces[below + 1].kind == "code":
        below += 1
        if _binds(pieces[below].source, names):
            return place, below
    return place, place


def _is_blank(source, exercise):
    """Whether nothing was written: every line of code stands in the cell that was handed out."""
    return set(_code_lines(source)) <= set(_code_lines(exercise.blank))


def _code_lines(source):
    return [line for line in map(_without_comment, source.split("\n")) if line]


def _without_comment(line):
    line = line[:_LONGEST_LINE].strip()
    return (
        ""
        if line.startswith(("#", "<!--"))
        else re.sub(r"\s+", " ", re.sub(r"\s#[^\"']*$", "", line)).strip()
    )


def _same(source):
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _open_names(exercise):
    """The names that the blank leaves open: those given ``...``, else those of the functions whose body it
    is.
    """
    lines = [line.strip() for line in exercise.blank.split("\n")]
    placed = [found["name"] for found in map(_PLACEHOLDER.fullmatch, lines) if found and found["name"]]
    return placed or [found["name"] for found in map(_DEFINED.match, lines) if found]


def _binds(source, names):
    """Whether a source gives each of the names something else than ``...``."""
    return names and all(_gives(source, name, r"(?!\s*\.\.\.\s*(?:#|$))") for name in names)


def _gives(source, name, but=""):
    """Whether a line of a source gives a name a value, and not ``but``."""
    name = re.escape(name)
    binding = re.compile(
        rf"\s*(?:(?:async +)?(?:def|class) +{name}\b|\(?[^#=(]*?\b{name}\b[^#=(]*=(?!=){but})"
    )
    return any(binding.match(line[:_LONGEST_LINE]) for line in source.split("\n"))


def _match_by_likeness(pieces, missing):
    """(exercise, place) for the exercises that are missing: the likest pairs first, no piece twice."""
    loose = [place for place, piece in enumerate(pieces) if piece.label is None and piece.source.strip()]
    scores = defaultdict(list)
    for exercise in missing:
        candidates = [place for place in loose if _may_be(pieces[place], exercise)][:_MOST_CANDIDATES]
        for place in candidates:
            if (score := likeness(pieces[place].source, exercise))[0] >= (
                LIKE if _open_names(exercise) else LIKE_WITHOUT_NAME
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
    if names := _open_names(exercise):
        return any(_gives(piece.source, name) for name in names)
    return len(_words("\n".join(_given_lines(exercise)))) >= _FEWEST_WORDS


def likeness(source, exercise):
    """How much of the cell that was handed out, without its first line and its placeholders, is found in a
    source, in order.

    Returns
    -------
    (float, float)
        The share of its code, and the share of its code and comments together, which decides between two that
        are alike.
    """
    code = _words("\n".join(_code_lines(source)))
    lines = "\n".join(_given_lines(exercise))
    return _share(_words("\n".join(_code_lines(lines))), code), _share(_words(lines), _words(source))


def _given_lines(exercise):
    """The lines that a student was given, without the first and without what stands for the answer."""
    lines = [line for line in exercise.blank.split("\n") if not _ANCHOR.match(line)]
    return [re.sub(r"\.\.\.(?: *#.*)?$|^\*Your answer here\.\*$", "", line) for line in lines]


def _put_own_in_front(source, own, others, exercise, notes):
    if _is_blank(source, exercise):
        return source
    names, statements = pick_used(source[:LONGEST], own, others)
    if names:
        notes.append(
            f"{exercise.label}: uses {join_words(names[:5])} of a cell that the student added; it was put in"
            " front of the answer."
        )
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
