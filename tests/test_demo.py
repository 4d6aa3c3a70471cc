"""What `make run` writes down; tests/test_wheel.py runs it whole."""

from types import SimpleNamespace

import pytest

from gpt2lab.demo import whole_words

BY_LETTERS = SimpleNamespace(encode=list)


@pytest.mark.parametrize(
    "text, length, shown",
    [
        ("to enact an ass", 15, "to enact an"),  # its length cut it off
        ("That's awesome", 20, "That's awesome"),  # it ended by itself
        ("unemployment", 5, "unemployment"),
    ],
)
def test_a_sample_that_was_cut_off_ends_at_a_whole_word(text, length, shown):
    assert whole_words(BY_LETTERS, text, length) == shown
