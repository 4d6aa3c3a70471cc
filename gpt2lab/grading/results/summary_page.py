"""The summary of a class as a page for the instructor, in the style of the report."""

import html

from gpt2lab.base.pages import html_figure, html_page, html_table
from gpt2lab.base.storage import write_bytes
from gpt2lab.base.wording import join_words
from gpt2lab.grading.judging.findings import STATES
from gpt2lab.grading.results.feedback import SAID, STYLE, answer_as_html, capitalize, name_points
from gpt2lab.grading.results.gradebook import BY_HAND
from gpt2lab.grading.results.summary import percent
from gpt2lab.grading.results.untrusted import as_html

SUMMARY = "summary.html"
REASONS = 15  # rows of a table


def write_summary(summary, path):
    """Write ``summary.html``.

    Parameters
    ----------
    summary : ClassSummary
    path : str or Path

    Raises
    ------
    StorageError
        If it could not be written.
    """
    write_bytes(path, summary_page(summary).encode())


def summary_page(summary):
    """The page of a class: HTML that reaches for nothing outside itself and runs nothing. It names students,
    so it is for the instructor alone.

    Parameters
    ----------
    summary : ClassSummary

    Returns
    -------
    str
    """
    # Those who only read points wait neither for matplotlib nor for the report.
    from gpt2lab import plots

    parts = []
    if len(summary.exercises):
        parts += [
            (
                "Exercises",
                html_figure(plots.class_results(summary.exercises, summary.distribution), "Figure 1")
                + _exercises(summary),
            )
        ]
    if len(summary.reasons):
        parts.append(("Why answers were not right", f'<div class="said">{_reasons(summary)}</div>'))
    if summary.notes:
        parts.append(("To look at", f'<div class="said">{_notes(summary)}</div>'))
    if summary.alike:
        parts.append(("Answers that are alike", _alike(summary)))
    if any(summary.answers.values()):
        parts.append(("Answers in words", _answers(summary)))
    contents = "\n".join(
        f'<li><a href="#part-{number}">{title}</a></li>' for number, (title, _) in enumerate(parts, 1)
    )
    main = "\n".join(
        f'<section aria-labelledby="part-{number}">\n<h2 id="part-{number}">{title}</h2>\n{body}\n</section>'
        for number, (title, body) in enumerate(parts, 1)
    )
    header = (
        f'<p class="total">{html.escape(capitalize(summary.describe_points()))}</p>\n<p>For the instructor'
        " alone: this page names students.</p>"
    )
    return html_page(f"{summary.title}: the class", header, main, contents=contents, style=STYLE)


def _table(caption, header, rows, number):
    from gpt2lab.report.blocks import Table

    return html_table(Table(caption, header, tuple(rows)), f"Table {number}")


def _exercises(summary):
    states = [state for state in STATES if summary.exercises[state].any()]
    rows = [
        (
            f"{label} {row['title']}",
            f"{row['points']:g}",
            percent(row["mean_share"]),
            *(_count(row[state], row[f"{state}_share"]) for state in states),
        )
        for label, row in summary.exercises.iterrows()
    ]
    hardest = f"The hardest is {summary.hardest}. " if summary.hardest else ""
    caption = (
        f"{hardest}Points in per cent are the mean over the submissions whose points are known; below each"
        " state of an answer stand the submissions and their share."
    )
    return _table(
        caption, ("exercise", "worth", "points", *(SAID[state][1].lower() for state in states)), rows, 1
    )


def _reasons(summary):
    rows = [
        (row.label, SAID[row.state][1].lower(), row.reason, _count(row.count, row.share))
        for row in summary.reasons.head(REASONS).itertuples(name="Reason")
    ]
    left = len(summary.reasons) - len(rows)
    caption = (
        "The most frequent reasons that students were given. Numbers in which reasons differ are written as"
        " an ellipsis (…)." + (f" The {left} rarer ones are left out." if left else "")
    )
    return _table(caption, ("exercise", "state", "reason", "submissions"), rows, 2)


def _notes(summary):
    noted = {}
    for student, note in summary.notes:
        noted.setdefault(note, []).append(student)
    caption = "What was damaged, repaired, cut off or suspicious, and what the grader could not decide."
    return _table(
        caption,
        ("note", "students"),
        ((note, join_words(dict.fromkeys(students))) for note, students in noted.items()),
        3,
    )


def _alike(summary):
    said = [
        "<p>These submissions share an answer, or the whole file, that few or no others have. That is no"
        " proof of copying: people work together, look at the same page, or make the same rare mistake. Read"
        " the answers and talk with the students before you judge.</p>"
    ]
    for group in summary.alike:
        names = join_words(f"<bdi>{as_html(name)}</bdi>" for name in group.students)
        if group.label:
            shown = answer_as_html(
                group.answer,
                f"Answer to {html.escape(group.label)} of {as_html(group.students[0])}",
                group.label in summary.answers,
            )
            said.append(f"<h3>{html.escape(group.label)}: {names}</h3>\n{shown}")
        else:
            said.append(f"<h3>The whole file: {names}</h3>\n<p>They are the same to the last byte.</p>")
    return "\n".join(said)


def _answers(summary):
    said = [
        "<p>All answers in words, those of one exercise below one another. What a person reads gets its"
        f" points in {BY_HAND}.</p>"
    ]
    for label, answers in summary.answers.items():
        row = summary.exercises.loc[label]
        said.append(f"<h3>{html.escape(f'{label} {row.title}')} ({name_points(row['points'])})</h3>")
        for number, (student, state, words, note) in enumerate(answers, 1):
            sign, word, _ = SAID[state]
            name = f"Answer {number} to {html.escape(label)}, of {as_html(student)}"
            said.append(
                f'<h4><bdi>{as_html(student)}</bdi> <span class="worth"><span'
                f' aria-hidden="true">{sign}</span> {word.lower()}</span></h4>\n'
                + answer_as_html(words, name, True)
                + (f'\n<p class="next">{as_html(note)}</p>' if note and state == "by hand" else "")
            )
    return "\n".join(said)


def _count(count, share):
    return f"{count:,} ({percent(share)})".replace(" ", "\u00a0") if count else "–"
