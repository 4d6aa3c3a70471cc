"""What a check of notebook 4 says depends on what the grid measured."""

import pytest
from exercises.notebook_04 import POINT, TABLE, grid

from gpt2lab.course.checks.checking import check, judge


@pytest.mark.parametrize("change, key", [(0.9, "a"), (1.01, "b"), (1.2, "c")])
def test_a_prediction_is_held_against_what_was_measured(change, key):
    table = TABLE.assign(test_loss=TABLE["test_loss_before"] * change)
    assert [letter for letter in "abc" if judge("04.1", letter, table).state == "right"] == [key]


def test_what_the_rules_say_depends_on_the_point():
    for characters, epochs, said in (
        (80_000, 1.9, ("a", "a")),
        (5_000, 1.9, ("a", "b")),
        (5_000, 30.0, ("b", "b")),
    ):
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


@pytest.mark.parametrize("answer", [(..., 3), (3, ...)])
def test_half_an_answer_is_a_missing_one(answer):
    assert judge("04.3", answer, TABLE).state == "unanswered"
