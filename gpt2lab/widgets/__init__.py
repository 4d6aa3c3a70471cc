"""Widgets of a notebook, each with a static twin for where no widget runs: a terminal, a saved notebook, nbval."""

from gpt2lab.widgets.reading_test import reading_test

__all__ = ["reading_test"]
