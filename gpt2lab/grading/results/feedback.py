"""What a student gets back: one page that says what was right, what was not and why, and what to do next."""

import html
from datetime import datetime
from pathlib import Path

from gpt2lab.base.pages import html_page
from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.base.wording import join_words, pluralize
from gpt2lab.course.checks.checking import is_computed
from gpt2lab.grading.answers.student_source import own_part, prose, went_along
from gpt2lab.grading.intake.naming import feedback_name
from gpt2lab.grading.judging.findings import OPEN
from gpt2lab.grading.results.untrusted import as_html, name_of, one_line

FEEDBACK = "feedback"  # the folder of the pages
STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")
# A sign and a word, since not everybody sees the colours, and what to do next.
SAID = {
    "right": ("✓", "Right", ""),
    "wrong": (
        "✗",
        "Not quite",
        "Change your answer in the notebook and run the check cell below it, which answers at once.",
    ),
    "unanswered": (
        "○",
        "No answer yet",
        "Put your answer in the place of the ... in the answer cell; the check cell below it says at once"
        " whether it is right.",
    ),
    "missing": (
        "?",
        "Not found",
        "Open a fresh copy of the notebook and put your answers into its cells; the first line of each,"
        " such as # EXERCISE {label}, stays as it is.",
    ),
    "failed": ("!", "Ended in an error", ""),
    "stopped": (
        "■",
        "Stopped",
        "Look for a loop that does not end, or for something that grows without need, and try your answer"
        " on a small example first.",
    ),
    "read": ("◆", "Read by a person", "Ask your instructor what was missing, if it is not said here."),
    "by hand": ("✎", "To be read", "Nothing: your instructor reads this answer and gives its points."),
    "not graded": (
        "–",
        "Not graded",
        "Nothing: this is no fault of yours, and your instructor has been told.",
    ),
}
# Of an answer that ended in an error, by what is said of it.
AFTER_AN_ERROR = (
    (
        "is no valid Python",
        "Run the cell in your notebook: Python shows the place with a ^. Mend it, and run the check cell"
        " below.",
    ),
    (
        "which nothing before it defines",
        "Restart the kernel and run all cells from the top: what only a cell made that you have changed or"
        " deleted since is gone then, and you see the same error.",
    ),
    (
        "",
        "Run your answer and the check cell below it. If they end well there, your answer ran here with"
        " values that it did not expect, such as a table with fewer rows or other names: compute all that"
        " it uses from what the notebook gives it.",
    ),
)
# Where answers are tried on hidden inputs.
OTHER_VALUES = (
    " If it calls the same answer right: other values were used here than those you saw, so let your answer"
    " compute its result from what the notebook gives it."
)


def feedback_page(result, due=None, written=frozenset(), remark=""):
    """The page of a student, as HTML that reaches for nothing outside itself and runs nothing.

    It shows the student's own answers, and neither the notes for the instructor nor anything of other
    students.

    Parameters
    ----------
    result : SubmissionResult
    due : datetime, optional
        When the notebook was due for this student, as `Settings.due_for` tells.
    written : set of str, optional
        The exercises whose answer is in words.
    remark : str, default ""
        A sentence of ours that stands above all.

    Returns
    -------
    str
    """
    total, *more = say_result(result, due)
    header = [
        f'<p class="student">For <bdi>{as_html(name_of(result.student))}</bdi></p>',
        *([f"<p>{html.escape(remark)}</p>"] if remark else []),
        f'<p class="total">{total}</p>',
        *(f"<p>{words}</p>" for words in more),
    ]
    contents = "\n".join(
        f'<li><a href="#exercise-{number}">{_heading(exercise)}</a>: <span'
        f' aria-hidden="true">{SAID[exercise.state][0]}</span> {SAID[exercise.state][1].lower()},'
        f" {name_worth(exercise)}</li>"
        for number, exercise in enumerate(result.exercises, 1)
    )
    sections = [
        _section(number, exercise, exercise.label in written)
        for number, exercise in enumerate(result.exercises, 1)
    ]
    sections.append(
        "<p>If you think that something here is wrong, ask your instructor, and name the exercise.</p>"
    )
    return html_page(
        f"Feedback on {notebook_title(result.notebook)}",
        "\n".join(header),
        "\n".join(sections),
        contents=contents,
        style=STYLE,
        pictures=False,
    )


def notebook_title(name):
    """A notebook in words: ``03_watch_the_loss`` is ``notebook 03, Watch the loss``."""
    number, _, words = one_line(name, 100).partition("_")
    return f"notebook {number}" + (
        f", {capitalize(words.replace('_', ' ').replace('gpt2', 'GPT-2'))}" if words else ""
    )


def capitalize(text):
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def name_points(points):
    """Points as people write them: ``1 point``, ``2.5 points``."""
    return f"{round(points, 2):g} {'point' if points == 1 else 'points'}"


def name_worth(exercise):
    """What was given of what an exercise is worth: ``1 of 2 points``."""
    if exercise.state in OPEN:
        return f"worth {name_points(exercise.points)}"
    return f"{round(exercise.earned, 2):g} of {name_points(exercise.points)}"


def _heading(exercise):
    return as_html(one_line(f"{exercise.label} {capitalize(exercise.title)}", 200))


def say_result(result, due=None):
    """What became of a submission, in sentences (HTML), the total first."""
    said = (_say_total(result), _say_late(result, due), _say_open(result), _count_right(result))
    return [words for words in said if words]


def _say_total(result):
    so_far = " so far" if any(exercise.state in OPEN for exercise in result.exercises) else ""
    return f"You have <strong>{round(result.earned, 2):g} of {name_points(result.points)}</strong>{so_far}."


def _say_late(result, due):
    if not result.late_days:
        return ""
    on = f" on {_date(result.submitted)}," if result.submitted else ""
    was_due = f" It was due on {_date(due)}." if due else ""
    came = (
        f"You handed in{on} {pluralize(result.late_days, 'day')} late; a day that has begun counts as"
        f" one.{was_due}"
    )
    if not result.penalty:
        return f"{came} No points were taken off."
    earned = sum(exercise.earned for exercise in result.exercises)
    if result.penalty > earned:
        return f"{came} That costs {name_points(result.penalty)}, though no sum goes below 0."
    return (
        f"{came} That takes {name_points(result.penalty)} off the {name_points(earned)} that your"
        " answers earned."
    )


def _date(moment):
    """``3 December 2026, 10:05 UTC+01:00``."""
    try:
        moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        return as_html(one_line(moment, 40))
    offset = f" UTC{moment.isoformat()[-6:]}" if moment.tzinfo else ""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}{offset}"


_MONTHS = "January February March April May June July August September October November December".split()


def _say_open(result):
    still = [exercise for exercise in result.exercises if exercise.state in OPEN]
    if not still:
        return ""
    one = len(still) == 1
    return (
        f"{join_words(html.escape(exercise.label) for exercise in still)}, worth"
        f" {name_points(sum(exercise.points for exercise in still))}, {'is' if one else 'are'} not in"
        f" this sum yet: your instructor still looks at {'it' if one else 'them'}."
    )


def _count_right(result):
    right = sum(
        exercise.state == "right" or (exercise.state == "read" and exercise.earned == exercise.points)
        for exercise in result.exercises
    )
    if not result.exercises:
        return "None of its exercises could be graded; your instructor knows why."
    if right == len(result.exercises):
        return "All of your answers are right."
    return (
        f"{right} of your {len(result.exercises)} answers {'is' if right == 1 else 'are'} right. Below stands"
        " for each what was found, and what to do next."
    )


def what_next(exercise):
    """The sign and the word for what became of an answer, and what to do next, without markup."""
    sign, word, next_step = SAID[exercise.state]
    if exercise.state == "failed":
        next_step = next(step for said, step in AFTER_AN_ERROR if said in exercise.reason)
    if exercise.state == "wrong" and exercise.earned:
        sign, word = "◐", "Partly right"
    if exercise.state == "wrong" and is_computed(exercise.label):
        next_step += OTHER_VALUES
    if exercise.state == "read" and exercise.earned == exercise.points:
        next_step = ""
    return sign, word, next_step.format(label=exercise.label)


def _section(number, exercise, in_words):
    sign, word, next_step = what_next(exercise)
    anchor = f"exercise-{number}"
    label = html.escape(exercise.label)
    parts = [
        f'<section class="exercise is-{exercise.state.replace(" ", "-")}" aria-labelledby="{anchor}">',
        f'<h2 id="{anchor}">{_heading(exercise)}</h2>',
        (
            f'<p class="verdict"><span class="sign" aria-hidden="true">{sign}</span><span>{word}</span><span'
            f' class="worth">{name_worth(exercise)}</span></p>'
        ),
    ]
    if exercise.reason.strip():
        parts.append(f'<p class="reason">{as_html(exercise.reason.strip())}</p>')
    if exercise.comment.strip():
        comment = as_html(exercise.comment.strip())
        parts.append(f'<p class="reason"><strong>Your instructor writes.</strong> {comment}</p>')
    if next_step:
        parts.append(f'<p class="next"><strong>What to do next.</strong> {html.escape(next_step)}</p>')
    if along := went_along(exercise.answer):
        parts.append(
            '<p class="whose">What it uses of cells above, and was run before it</p>\n'
            + _as_code("answered", along, f"What your answer to {label} uses of cells above")
        )
    if exercise.answer.strip():
        parts.append(
            '<p class="whose">Your answer</p>\n'
            + answer_as_html(exercise.answer, f"Your answer to {label}", in_words)
        )
    return "\n".join([*parts, "</section>"])


def answer_as_html(answer, name, in_words):
    """A student's answer as HTML, which those who use the keyboard can scroll; ``name`` (HTML) is what it is
    called to those who hear the page.
    """
    kind, shown = (
        ("answered words", prose(answer)) if in_words else ("answered", own_part(answer).strip("\n"))
    )
    return _as_code(kind, shown, name)


def _as_code(kind, shown, name):
    # A browser drops a line end that follows the tag, so one is written.
    return f'<pre class="{kind}" tabindex="0" role="region" aria-label="{name}">\n{as_html(shown)}</pre>'


def write_feedback(results, folder, due=None, written=frozenset()):
    """Write the page of each student, ``feedback/<student>.html``.

    Parameters
    ----------
    results : iterable of SubmissionResult
    folder : str or Path
        Made if it is missing.
    due : callable, optional
        From a student's name to when the notebook was due for them.
    written : set of str, optional
        The exercises whose answer is in words.

    Returns
    -------
    list of Path
        In the order of the results.

    Raises
    ------
    StorageError
        If a page could not be written.
    """
    folder = make_folder(folder)
    taken = []
    paths = []
    for result in results:
        taken.append(feedback_name(result.student, taken))
        paths.append(folder / f"{taken[-1]}.html")
        write_bytes(paths[-1], feedback_page(result, due and due(result.student), written).encode())
    return paths
