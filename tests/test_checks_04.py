"""What a check of notebook 4 says depends on what the grid measured."""

import pytest
from exercises.notebook_04 import HARMED, HELPED, TABLE

from gpt2lab.course.checking import check, judge


@pytest.mark.parametrize("change, key", [(0.9, "a"), (1.01, "b"), (1.2, "c")])
def test_a_prediction_is_held_against_what_was_measured(change, key):
    table = TABLE.assign(test_loss=TABLE["test_loss_before"] * change)
    assert [letter for letter in "abc" if judge("04.1", letter, table).state == "right"] == [key]


def test_where_the_rule_fails_the_answer_by_the_rule_is_right_and_told_so():
    assert judge("04.4", "a", TABLE, HARMED).state == "right" and "does not hold" in judge("04.4", "a", TABLE, HARMED).reason
    assert judge("04.4", "b", TABLE, HARMED).state == "wrong"
    often = HELPED.assign(epochs=20.0)
    assert judge("04.4", "b", TABLE, often).state == "right" and judge("04.4", "a", TABLE, often).state == "wrong"


def test_a_grid_that_lies_on_one_side_has_no_limits():
    assert "one side" in judge("04.3", (1.9, 7.6), TABLE[TABLE["characters"] < 50_000]).reason


def test_a_right_answer_prints_the_same_whatever_was_measured(capsys):
    printed = []
    for shift in (0.0, 0.05):
        table = TABLE.assign(test_loss=TABLE["test_loss"] + shift, epochs=TABLE["epochs"] * (1 + shift))
        check("04.1", "c", table)
        check("04.3", (1.9 * (1 + shift), 7.6 * (1 + shift)), table)
        check("04.4", "a", table, HELPED.assign(test_loss=3.7 + shift / 2))
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and printed[0].count("Right") == 3


@pytest.mark.parametrize("answer", [(..., 3), (3, ...)])
def test_half_an_answer_is_a_missing_one(answer):
    assert judge("04.3", answer, TABLE).state == "unanswered"
