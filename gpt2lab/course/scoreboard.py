"""All guesses of this folder, with a row for each notebook of the course, and how many came true."""

import re
from typing import TYPE_CHECKING

from gpt2lab.base.wording import pluralize
from gpt2lab.course.checks.checking import find_questions
from gpt2lab.course.predictions import format_value, written_guesses

if TYPE_CHECKING:
    import pandas as pd

NOT_YET = "no guess in this folder yet"
NOTHING = "–"


def predictions() -> "pd.DataFrame":
    """Every guess that was written down in this folder, with a row at least for each notebook of the course.
    Prints how many results you foresaw.

    Returns
    -------
    DataFrame
        A row a guess: notebook, question, guess, outcome (None while it is not known) and right (True, False
        or None). A notebook in which nothing was guessed yet says so as its outcome.
    """
    import pandas as pd

    rows = written_guesses()
    guessed = {row["name"] for row in rows}
    missing = {label: question for label, question in find_questions().items() if label not in guessed}
    print(tally(rows, [label[:2] for label in missing]))
    table = [
        (
            row["notebook"],
            _describe_question(row),
            format_value(row["guess"]),
            None if row.get("outcome") is None else format_value(row["outcome"]),
            row.get("right"),
        )
        for row in rows
    ] + [(label[:2], question, NOTHING, NOT_YET, NOTHING) for label, question in missing.items()]
    table.sort(key=lambda row: row[0])  # within a notebook in the order of the guesses
    return pd.DataFrame(table, columns=["notebook", "question", "guess", "outcome", "right"], dtype=object)


def tally(rows, missing=()):
    """In words how many of the guesses were right, how many a blind choice would have got, where the
    surprises were, and in how many notebooks (``missing``) nothing was guessed.
    """
    known = [row for row in rows if row.get("outcome") is not None]
    waiting = len(rows) - len(known)
    choices = [row["options"] for row in known if row.get("options")]
    sentences = []
    if known:
        blindly = f"choosing blindly would have got about {sum(1 / options for options in choices):.1f}"
        chance = (
            f"; {blindly}"
            if len(choices) == len(known)
            else f"; of the {len(choices)} that were a choice, {blindly}"
            if choices
            else ""
        )
        sentences.append(
            f"You foresaw {sum(row['right'] for row in known)} of {len(known)}"
            f" {'result' if len(known) == 1 else 'results'}{chance}."
        )
    surprises = [row["notebook"] or "no notebook" for row in known if not row["right"]]
    if surprises:
        counted = [
            notebook + (f" ({surprises.count(notebook)})" if surprises.count(notebook) > 1 else "")
            for notebook in sorted(set(surprises))
        ]
        sentences.append(
            f"What came out otherwise than you thought is in: {', '.join(counted)}. That is where you learned"
            " most."
        )
    if waiting:
        sentences.append(
            f"{waiting} {'guess waits for its result' if waiting == 1 else 'guesses wait for their results'}."
        )
    if rows and missing:
        sentences.append(
            f"{pluralize(len(missing), 'notebook')} {'has' if len(missing) == 1 else 'have'} {NOT_YET}."
        )
    return " ".join(sentences) or "No guess has been written down in this folder yet."


def _describe_question(row):
    return (
        f"{row['question']}: {row['name']}"
        if not re.fullmatch(r"\d\d\.\d+", row["name"])
        else row["question"]
    )
