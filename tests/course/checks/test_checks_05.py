"""What a check of notebook 5 says depends on what was measured and read."""

import pytest
from exercises.notebook_05 import PANEL

import gpt2lab as lab
from gpt2lab.course.checks.checking import judge


@pytest.mark.parametrize("answers", ["A" * 10, "-" * 10, list("BABABABABA"), "a b a b a b a b a b"])
def test_every_honest_reading_is_right_and_is_answered_alike(answers):
    assert judge("05.2", answers, PANEL) == judge("05.2", "ABBA-BABBA", PANEL)


def test_a_reading_that_was_not_finished_is_told_from_a_wrong_one():
    panel = lab.widgets.reading_test(
        {name: [f"My fellow {i}" for i in range(10)] for name in ("1M", "3M")}, pairs=10
    )
    panel.answer("A")
    panel.answer("B")
    verdict = judge("05.2", panel.answers, panel)
    assert verdict.state == "unanswered" and "2 of 10" in verdict.reason


@pytest.mark.parametrize(
    "perplexities, letter",
    [((50, 48), "a"), ((50, 52), "a"), ((50, 44), "b"), ((57, 30), "b"), ((57, 20), "c")],
)
def test_the_prediction_is_judged_by_what_was_measured(perplexities, letter):
    states = {answer: judge("05.1", answer, *perplexities).state for answer in "abc"}
    assert [answer for answer, state in states.items() if state == "right"] == [letter]
