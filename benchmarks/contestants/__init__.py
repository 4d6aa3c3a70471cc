"""Who is measured. Each contestant is a class with the same methods, opened in a process of its own.

A method is given the work once and returns a function without arguments that does it: what is set up before
the clock starts and what is timed are thus told apart in one place. That function returns an answer, a
dictionary of plain values, by which the contestants are compared.
"""

import importlib

CLASSES = {
    "gpt2lab": ("benchmarks.contestants.with_gpt2lab", "Gpt2lab"),
    "gpt-2-simple": ("benchmarks.contestants.with_gpt_2_simple", "Gpt2Simple"),
    "transformers": ("benchmarks.contestants.with_transformers", "Transformers"),
    "numpy": ("benchmarks.machine", "Numpy"),
    "tensorflow": ("benchmarks.machine", "TensorFlow"),
    "pytorch": ("benchmarks.machine", "PyTorch"),
}
PEERS = ("gpt2lab", "gpt-2-simple", "transformers")


class Unavailable(Exception):
    """A contestant has no such thing; the message says what is missing."""


def contestant(name, folder):
    """A contestant by its name, for the model in ``folder``."""
    module, class_name = CLASSES[name]
    try:
        return getattr(importlib.import_module(module), class_name)(folder)
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed") from error


def training_batch(step, batch_size, vocabulary, window=1024):
    """The tokens of a training step: array of int32, [batch_size, window], a pure function of the step."""
    import numpy as np

    return np.random.default_rng(step).integers(0, vocabulary, (batch_size, window), dtype=np.int32)
