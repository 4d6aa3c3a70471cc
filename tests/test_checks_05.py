"""The checks of notebook 5 say why an answer is wrong, and take every honest reading."""

import math

import pytest

import gpt2lab as lab
from gpt2lab.course.checking import judge

NATS, TOKENS, BYTES = 3.7, 8000, 30_000
PANEL = lab.widgets.reading_test({name: [f"My fellow {i}" for i in range(10)] for name in ("1M", "3M")}, pairs=10)
EXPLAINED = "The loss of the larger model is lower, but in the reading test I could not tell them apart: ten answers are few."

# exercise: (what the check cell passes besides, a right answer, {wrong answer: a word of the reason})
EXERCISES = {
    "05.1": ((57.0, 40.0), "b", [("a", "30 % lower"), ("c", "30 % lower"), ("yes", "one letter")]),
    "05.2": (
        (NATS, TOKENS, BYTES),
        NATS * TOKENS / BYTES / math.log(2),
        [
            (NATS * TOKENS / BYTES, "nats a byte"),
            (NATS * TOKENS / BYTES * math.log(2), "multiplied"),
            (NATS / math.log(2), "bits a token"),
            (NATS * BYTES / TOKENS / math.log(2), "round"),
            (NATS * TOKENS / math.log(2), "whole text"),
            (NATS * TOKENS, "nats of the whole text"),
            (math.exp(NATS), "perplexity"),
            (NATS * TOKENS / BYTES / math.log10(2), "base 10"),
            (17, "too large"),
            ("1.4", "without quotes"),
        ],
    ),
    "05.3": (
        (60, 0.1, 0.26),
        156,
        [
            (60 * 0.1 / 0.26, "round"),
            (2.6, "How many does that make"),
            (60 * 0.26, "in seconds"),
            (60, "quicker"),
            (60 * 0.16, "earlier"),
            (1000, "too large"),
        ],
    ),
    "05.4": ((PANEL,), "ABBA-BABBA", [("ABBA", "4 letters"), ("ABBA-BABBX", "'X'"), (12, "int")]),
    "05.5": (
        (),
        EXPLAINED,
        [
            ("It is larger.", "3 words"),
            ("The larger one writes so much better in every way that I think it is worth all that it costs us", "name at least one column"),
            ("The loss of the larger model is lower and so is its perplexity and that is all there is to say", "your reading"),
            (3, "three quotes"),
        ],
    ),
}


@pytest.mark.parametrize("label", EXERCISES)
def test_a_right_answer_is_right_and_deepened(label):
    context, answer, _ = EXERCISES[label]
    verdict = judge(label, answer, *context)
    assert verdict.state == "right" and len(verdict.reason.split()) > 8 and verdict.reason.endswith("."), verdict


@pytest.mark.parametrize("label, answer, word", [(label, *pair) for label, row in EXERCISES.items() for pair in row[2]], ids=str)
def test_a_wrong_answer_gets_its_reason(label, answer, word):
    verdict = judge(label, answer, *EXERCISES[label][0])
    assert verdict.state == "wrong" and word in verdict.reason, verdict


@pytest.mark.parametrize("answer", [..., None, "", " ... ", [], (...,)], ids=repr)
@pytest.mark.parametrize("label", EXERCISES)
def test_a_missing_answer_is_said_to_be_missing(label, answer):
    assert judge(label, answer, *EXERCISES[label][0]).state == "unanswered"


@pytest.mark.parametrize("answer", [object(), int, 10**400, b"b", {"a": 1}, float("inf"), -1, lambda *_: exit()], ids=type)
@pytest.mark.parametrize("label", EXERCISES)
def test_no_answer_stops_the_notebook(label, answer):
    assert judge(label, answer, *EXERCISES[label][0]).state == "wrong"


@pytest.mark.parametrize("answers", ["A" * 10, "-" * 10, list("BABABABABA"), "a b a b a b a b a b"])
def test_every_honest_reading_is_right_and_is_answered_alike(answers):
    assert judge("05.4", answers, PANEL) == judge("05.4", "ABBA-BABBA", PANEL)


def test_a_reading_that_was_not_finished_is_told_from_a_wrong_one():
    panel = lab.widgets.reading_test({name: [f"My fellow {i}" for i in range(10)] for name in ("1M", "3M")}, pairs=10)
    panel.answer("A")
    panel.answer("B")
    verdict = judge("05.4", panel.answers, panel)
    assert verdict.state == "unanswered" and "2 of 10" in verdict.reason


@pytest.mark.parametrize("perplexities, letter", [((50, 48), "a"), ((50, 52), "a"), ((50, 44), "b"), ((57, 30), "b"), ((57, 20), "c")])
def test_the_prediction_is_judged_by_what_was_measured(perplexities, letter):
    states = {answer: judge("05.1", answer, *perplexities).state for answer in "abc"}
    assert [answer for answer, state in states.items() if state == "right"] == [letter]
