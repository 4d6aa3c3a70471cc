"""The checks of notebook 04: a right answer is right whatever was measured, a wrong one gets its reason."""

import math

import pandas as pd
import pytest
from test_course import Prickly

from gpt2lab.course.checking import check, judge


def grid(*rows):
    columns = ["model_name", "characters", "epochs", "test_loss", "test_loss_before"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(characters_per_parameter=table["characters"] / table["model_name"].map({"1M": 1e6, "3M": 3e6}))


TABLE = grid(
    ("1M", 5_000, 30.9, 5.1, 4.2), ("1M", 20_000, 7.6, 4.3, 4.2), ("1M", 80_000, 1.9, 4.0, 4.2),
    ("3M", 5_000, 30.8, 5.2, 3.8), ("3M", 20_000, 7.7, 3.9, 3.8), ("3M", 400_000, 0.4, 3.7, 3.8),
)
POINT = grid(("1M", 80_000, 7.6, 4.1, 4.2))
STEPS, TOKENS, CHARACTERS = 40, 800_000, 2_900_000
ONCE = STEPS * 1024 * CHARACTERS / TOKENS
EXPLAINED = (
    "The laws ask how much text teaches a language to random weights; the pretrained model knows English already. "
    "From scratch the same steps would teach hardly anything."
)

# exercise: (what the check cell passes besides, a right answer, {wrong answer: a word of the reason})
EXERCISES = {
    "04.1": ((TABLE,), "c", [("a", "rose by 29 %"), ("b", "rose by 29 %"), (0, "one letter")]),
    "04.2": (
        (STEPS, TOKENS, CHARACTERS),
        ONCE,
        [
            (STEPS * 1024, "How many characters"),
            (STEPS * 1024 * TOKENS / CHARACTERS, "do not divide"),
            (STEPS * CHARACTERS / TOKENS, "not one"),
            (1024 * CHARACTERS / TOKENS, "one step"),
            (CHARACTERS, "whole training text"),
            (CHARACTERS / TOKENS, "characters a token"),
            (STEPS * 1024 / TOKENS, "in characters"),
            (2 * ONCE, "too large"),
            ("many", "without quotes"),
        ],
    ),
    "04.3": (
        (TABLE,),
        (1.9, 7.6),
        [
            ((7.6, 1.9), "wrong order"),
            ((0.4, 7.6), "fewest epochs with which it helped"),
            ((30.9, 7.6), "of all rows"),
            ((400_000, 7.6), "called epochs"),
            ((1.9, 30.9), "most epochs with which it did harm"),
            ((1.9, 0.4), "of all rows"),
            ((1.2, 7.6), "too small"),
            ((1.9, 20.0), "too large"),
            (1.9, "Two numbers"),
            ((1.9, 7.6, 1), "Two numbers"),
            ((1.9, None), "finite number"),
        ],
    ),
    "04.4": (
        (TABLE, POINT),
        ("b", "a"),
        [
            (("a", "a"), "fewest epochs that did harm"),
            (("b", "b"), "fewest that helped"),
            (("helps", "a"), "Two letters"),
            ("b", "Two letters"),
        ],
    ),
    "04.5": (
        (),
        EXPLAINED,
        [
            ("They are wrong.", "3 words"),
            ("It would " * 20, "before the first step"),
            (EXPLAINED + " So the laws are wrong.", "another question"),
            (3, "three quotes"),
        ],
    ),
}


@pytest.mark.parametrize("label", EXERCISES)
def test_a_right_answer_is_right_and_deepened(label):
    context, answer, _ = EXERCISES[label]
    verdict = judge(label, answer, *context)
    assert verdict.state == "right" and len(verdict.reason.split()) > 8 and verdict.reason.endswith(".")


@pytest.mark.parametrize("label, answer, word", [(label, *pair) for label, row in EXERCISES.items() for pair in row[2]], ids=str)
def test_a_wrong_answer_gets_its_reason(label, answer, word):
    verdict = judge(label, answer, *EXERCISES[label][0])
    assert verdict.state == "wrong" and word in verdict.reason, verdict


@pytest.mark.parametrize("change, key", [(0.9, "a"), (1.01, "b"), (1.2, "c")])
def test_a_prediction_is_held_against_what_was_measured(change, key):
    table = TABLE.assign(test_loss=TABLE["test_loss_before"] * change)
    assert [letter for letter in "abc" if judge("04.1", letter, table).state == "right"] == [key]


def test_what_the_rules_say_depends_on_the_point():
    for characters, epochs, said in ((80_000, 1.9, ("a", "a")), (5_000, 1.9, ("a", "b")), (5_000, 30.0, ("b", "b"))):
        assert judge("04.4", said, TABLE, grid(("1M", characters, epochs, 4.1, 4.2))).state == "right"


def test_a_grid_that_lies_on_one_side_has_no_limits():
    assert "one side" in judge("04.3", (1.9, 7.6), TABLE[TABLE["characters"] < 50_000]).reason


def test_a_right_answer_prints_the_same_whatever_was_measured(capsys):
    printed = []
    for shift in (0.0, 0.05):
        table = TABLE.assign(test_loss=TABLE["test_loss"] + shift, epochs=TABLE["epochs"] * (1 + shift))
        check("04.1", "c", table)
        check("04.3", (1.9 * (1 + shift), 7.6 * (1 + shift)), table)
        check("04.4", ("b", "a"), table, POINT.assign(test_loss=4.1 + 3 * shift, epochs=7.6 * (1 + shift)))
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and printed[0].count("Right") == 3


@pytest.mark.parametrize("answer", [..., None, "", " ... ", [], (...,), (..., 3)], ids=repr)
@pytest.mark.parametrize("label", EXERCISES)
def test_a_missing_answer_is_said_to_be_missing(capsys, label, answer):
    check(label, answer, *EXERCISES[label][0])
    out = capsys.readouterr().out
    assert "yet" in out and "Right" not in out and "Not quite" not in out


@pytest.mark.parametrize("answer", [Prickly(), (Prickly(), 1), pd.DataFrame({"a": [1]}), object(), 10**400, b"b", {"a": 1}, math.inf, -1], ids=type)
@pytest.mark.parametrize("label", EXERCISES)
def test_no_answer_stops_the_notebook(capsys, label, answer):
    check(label, answer, *EXERCISES[label][0])
    assert f"{label}  Not quite. " in capsys.readouterr().out
