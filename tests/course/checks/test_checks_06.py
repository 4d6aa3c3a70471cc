"""What a check of notebook 6 says depends on what was measured."""

from types import SimpleNamespace

import pandas as pd
import pytest
from exercises.notebook_06 import COMPARED

from gpt2lab.course.checks.checking import judge


@pytest.mark.parametrize(
    "perplexities, letter",
    [((44, 480, 86, 5), "d"), ((20, 480, 86, 25), "a"), ((44, 480, 30, 50), "c"), ((44, 12, 86, 50), "b")],
)
def test_the_prediction_is_judged_by_what_was_measured(perplexities, letter):
    states = {
        answer: judge("06.1", answer, pd.Series(perplexities, index=list("abcd"))).state for answer in "abcd"
    }
    assert [answer for answer, state in states.items() if state == "right"] == [letter]


def test_intervals_are_said_to_overlap_only_if_they_do():
    apart = SimpleNamespace(intervals={"perplexity": (20.0, 30.0)})
    assert "do overlap here" in judge("06.4", "a", COMPARED).reason
    assert (
        "do not overlap here"
        in judge(
            "06.4", "a", SimpleNamespace(before=COMPARED.before, after=apart, interval=(0.4, 0.6))
        ).reason
    )


def test_a_sentence_that_is_hopelessly_long_breaks_nothing():
    assert judge("06.2", 5, pd.Series([5.0] * 500)).state == "wrong"
