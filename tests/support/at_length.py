"""How long a test goes on that could go on for ever: `make soak` has the time."""

import os

import pytest
from hypothesis import settings


def soak(usually, at_length):
    """How many of something a test marked ``soak`` tries: as usual, or at length."""
    return at_length if os.environ.get("GPT2LAB_TEST_SOAK") else usually


def examples(usually, at_length):
    """Decorates a test of hypothesis that tries so many examples."""
    return lambda test: pytest.mark.soak(settings(max_examples=soak(usually, at_length))(test))
