"""What the notebooks of the course add to the library: set-up, exercises and their checks, and how the
notebooks are built.
"""

from gpt2lab.course.checks.checking import check, judge
from gpt2lab.course.drive import keep_on_drive
from gpt2lab.course.machine import model_names
from gpt2lab.course.predictions import outcome, predict
from gpt2lab.course.scoreboard import predictions
from gpt2lab.course.shared_run import fine_tuned
from gpt2lab.course.shown import show

__all__ = [
    "check",
    "fine_tuned",
    "judge",
    "keep_on_drive",
    "model_names",
    "outcome",
    "predict",
    "predictions",
    "show",
]
