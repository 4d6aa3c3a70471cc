"""What a hint says of a value is what is let through."""

from typing import Annotated

import pytest

from gpt2lab.base.hints import Count, Folder, PositiveNumber, Seed, check, check_all
from gpt2lab.errors import ArgumentError


@pytest.mark.parametrize(
    "hint, value, found",
    [
        (Count, 3.0, 3),
        (Count | None, None, None),
        (Count | None, 2, 2),
        (PositiveNumber, 1, 1.0),
        (bool, True, True),
        (Folder, "runs", "runs"),
        (str, 5, 5),
        (int | str, "5", "5"),
        (Annotated[str, lambda name, value: f"{name} is {value}"], "x", "limit is x"),
    ],
)
def test_what_is_allowed_comes_back_in_its_final_form(hint, value, found):
    result = check("limit", value, hint)
    assert (result, type(result)) == (found, type(found))


@pytest.mark.parametrize(
    "hint, value, words",
    [
        (Count, 0, "limit=0 is below 1"),
        (Count, None, "limit=None"),
        (Count | None, 0, "limit=0 is below 1"),
        (PositiveNumber, 0, "limit=0 is out of range; give a number above 0"),
        (Seed, 2**64, "limit=18446744073709551616 is above"),
        (bool, "no", "limit='no' is neither True nor False"),
        (Folder, "", "limit='' is no path"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(hint, value, words):
    with pytest.raises(ArgumentError, match=words):
        check("limit", value, hint)


def test_all_arguments_of_a_function_are_checked_by_its_own_hints():
    def ask(steps: Count, rate: "PositiveNumber | None" = None, name: str = ""): ...

    assert check_all(ask, {"steps": 2.0, "rate": None, "name": 1}) == {"steps": 2, "rate": None, "name": 1}
    with pytest.raises(ArgumentError, match="rate=-1"):
        check_all(ask, {"steps": 2, "rate": -1})
