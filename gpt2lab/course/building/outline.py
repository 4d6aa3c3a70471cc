"""What a notebook asks of whoever works through it: its exercises, how hard they are, and how long
it takes.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.course import running_times
from gpt2lab.course.building.source import read_source

MARK = "TIME"  # the line of a source that becomes the sentence
# Slow enough to think: silent reading of English is faster (238 words a minute, Brysbaert 2019), and code is
# read with more care than prose.
WORDS_A_MINUTE = 150
LINES_OF_CODE_A_MINUTE = 10
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COLUMNS = (
    "| notebook | the question that it answers | exercises | difficulty | minutes | runs for"
    " |\n|---|---|--:|--:|--:|--:|"
)


@dataclass(frozen=True)
class Outline:
    """What the source of a notebook says of it.

    Attributes
    ----------
    stem : str
        Such as ``"03_watch_the_loss"``.
    title, question : str
        Its heading without the number, and the question below it.
    predictions : int
        Exercises that score nothing.
    difficulties : tuple of int
        Of each exercise that scores, from 1 to 3.
    points : int
    minutes : int
        To read it, answer it and wait for it, in steps of five: words and lines of code at `WORDS_A_MINUTE`
        and `LINES_OF_CODE_A_MINUTE`, what the exercises are marked with, and one run from top to bottom where
        that was measured.
    seconds : int or None
        How long it ran from top to bottom, if that was measured.
    """

    stem: str
    title: str
    question: str
    predictions: int
    difficulties: tuple
    points: int
    minutes: int
    seconds: int | None

    @property
    def difficulty(self):
        """``"1"``, ``"1 or 2"``, ``"1 to 3"``; empty if no exercise scores."""
        if not self.difficulties:
            return ""
        least = min(self.difficulties)
        most = max(self.difficulties)
        return f"{least}" if least == most else f"{least} {'or' if most == least + 1 else 'to'} {most}"

    @property
    def sentence(self):
        """What stands below the aims of the notebook."""
        exercises = _count_in_words(len(self.difficulties), "exercise", "exercises")
        difficult = f" of difficulty {self.difficulty}, where 3 is the hardest" * bool(self.difficulties)
        guesses = _count_in_words(self.predictions, "guess", "guesses")
        before = f" You also write down {guesses} before you look; that scores nothing." * bool(
            self.predictions
        )
        return f"It takes about {self.minutes} minutes, with {exercises}{difficult}.{before}"


def read_outline(source):
    """The `Outline` of a source.

    Parameters
    ----------
    source : str or Path
        ``NN_name.py``.

    Raises
    ------
    SourceError
        If it is malformed.
    """
    source = Path(source)
    cells = [cell for cell in read_source(source) if not cell.for_grading_only]
    first = cells[0].source
    question = re.search(r"^\*\*(.+?)\*\*$", first, re.MULTILINE)
    exercises = [cell for cell in cells if cell.exercise]
    scored = [cell for cell in exercises if cell.points]
    seconds = running_times.seconds(source.name[:2])
    words = sum(len(cell.source.split("## To read")[0].split()) for cell in cells if cell.kind == "markdown")
    lines = sum(len(cell.source.splitlines()) for cell in cells if cell.kind == "code")
    minutes = (
        words / WORDS_A_MINUTE
        + lines / LINES_OF_CODE_A_MINUTE
        + sum(cell.minutes for cell in exercises)
        + (seconds or 0) / 60
    )
    return Outline(
        stem=source.stem,
        title=re.sub(r"^# (\d+\. )?", "", first.partition("\n")[0]),
        question=question[1] if question else "",
        predictions=len(exercises) - len(scored),
        difficulties=tuple(cell.difficulty for cell in scored),
        points=sum(cell.points for cell in scored),
        minutes=5 * math.ceil(minutes / 5),
        seconds=seconds,
    )


def format_table(sources, folder="notebooks/solutions"):
    """Markdown of a table of the notebooks of ``sources``, whose links lead into ``folder``."""
    rows = [_COLUMNS]
    for about in map(read_outline, sources):
        runs_for = f"{about.seconds} s" if about.seconds is not None else ""
        link = f"[{about.stem[:2]} {about.title}]({folder}/{about.stem}.ipynb)"
        rows.append(
            f"| {link} | {about.question} | {len(about.difficulties)} | {about.difficulty} | {about.minutes}"
            f" | {runs_for} |"
        )
    return "\n".join(rows)


def _count_in_words(number, one, several):
    return f"{_NUMBERS[number] if number < len(_NUMBERS) else number} {one if number == 1 else several}"
