"""The hidden inputs on which answers are graded: small, but the real kinds of object that a notebook works
with.

The HIDDEN cells of the notebooks' sources take what they need from here by name: ``scenes.run(rng)``.
"""

from gpt2lab.course.scenes.experiments import answered, flags, guesses, report, sweep
from gpt2lab.course.scenes.runs import Lazy, corpus, instead, model, run, sentences, temporary_folder
from gpt2lab.course.scenes.second_dataset import second_dataset
from gpt2lab.course.scenes.texts import models, models_of_authors, speeches, speeches_of, sure_and_open

__all__ = [
    "answered",
    "Lazy",
    "corpus",
    "flags",
    "guesses",
    "instead",
    "model",
    "models",
    "models_of_authors",
    "report",
    "run",
    "second_dataset",
    "sentences",
    "speeches",
    "speeches_of",
    "sure_and_open",
    "sweep",
    "temporary_folder",
]
