"""Arguments are refused in a sentence that names the argument, the value and what would be right."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.base.arguments import folder_name, folder_path, one_of, real_number, whole_number, yes_or_no
from gpt2lab.errors import ArgumentError

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.complex_numbers(),
    st.fractions(),
    st.decimals(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.none()),
    st.just(10**400),
    st.just(-(10**400)),
    st.just(object()),
    st.dates(),
    st.sampled_from(
        [np.int64(3), np.float32(2), np.float64("nan"), np.bool_(True), np.array([1, 2]), np.array(3)]
    ),
)


@given(st.integers(-(10**400), 10**400), st.integers(-(10**20), 10**20))
def test_a_whole_number_comes_back_if_it_is_large_enough(value, low):
    if value >= low:
        assert whole_number("steps", value, low) == value
    else:
        with pytest.raises(ArgumentError, match=f"steps={value} is below {low}"):
            whole_number("steps", value, low)


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.uint8(3), np.float32(3), Fraction(3)])
def test_every_kind_of_whole_number_becomes_an_int(value):
    found = whole_number("steps", value, 1)
    assert found == 3 and type(found) is int


def test_the_upper_limit_says_where_it_comes_from():
    with pytest.raises(ArgumentError) as caught:
        whole_number("top_k", 5000, 0, 4096, "the size of the vocabulary")
    assert (
        str(caught.value)
        == "top_k=5000 is above 4,096 (the size of the vocabulary); give an integer from 0 to 4,096."
    )


@given(anything)
def test_anything_is_a_whole_number_or_refused_in_a_sentence(value):
    try:
        found = whole_number("steps", value, 0, 10**500)
    except ArgumentError as error:
        assert str(error).startswith("steps=") and str(error).endswith(".")
    else:
        assert found == value and type(found) is int and not isinstance(value, bool)


@given(anything)
def test_anything_is_a_finite_number_or_refused_in_a_sentence(value):
    try:
        found = real_number("temperature", value, low=0)
    except ArgumentError as error:
        assert str(error).startswith("temperature=") and "a number of 0 or more" in str(error)
    else:
        assert (
            found == pytest.approx(float(value))
            and type(found) is float
            and math.isfinite(found)
            and found >= 0
        )


@pytest.mark.parametrize(
    "value, limits, words",
    [
        (0, {"above": 0}, "learning_rate=0 is out of range; give a number above 0."),
        (1.5, {"low": 0, "high": 1}, "learning_rate=1.5 is out of range; give a number from 0 to 1."),
        (-1, {"low": 0}, "learning_rate=-1 is out of range; give a number of 0 or more."),
        (math.nan, {}, "learning_rate=nan is not a finite number; give a number."),
    ],
)
def test_a_number_out_of_range_is_told_the_range(value, limits, words):
    with pytest.raises(ArgumentError) as caught:
        real_number("learning_rate", value, **limits)
    assert str(caught.value) == words


def test_limits_belong_to_the_range_except_those_that_a_number_has_to_be_above():
    assert [real_number("top_p", value, low=0, high=1) for value in (0, 1)] == [0.0, 1.0]
    assert real_number("learning_rate", 5e-324, above=0) == 5e-324


def test_one_of_several_choices_is_returned_and_others_are_told_the_list():
    assert one_of("optimizer", "adam", ("adam", "sgd")) == "adam"
    for value in ("Adam", None, ["adam"]):
        with pytest.raises(ArgumentError, match="optimizer=.* is unknown; choose one of 'adam', 'sgd'"):
            one_of("optimizer", value, ("adam", "sgd"))


@given(anything)
def test_anything_is_yes_or_no_or_refused_in_a_sentence(value):
    try:
        found = yes_or_no("overwrite", value)
    except ArgumentError as error:
        assert str(error).startswith("overwrite=")
    else:
        assert found is bool(value) and isinstance(value, (bool, np.bool_))


@pytest.mark.parametrize("value", ["run1", "läuft", "a b", "x.y", "-", "7", "a" * 100, "漢字"])
def test_a_name_of_one_folder_comes_back(value):
    assert folder_name("run_name", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "a/b",
        "/a",
        "a\\b",
        "C:run",
        "a\n",
        "a\0b",
        "a*",
        "what?",
        "a" * 101,
        None,
        5,
        b"a",
    ],
)
def test_what_cannot_name_one_folder_is_refused(value):
    with pytest.raises(ArgumentError, match="run_name=.* cannot name a folder"):
        folder_name("run_name", value)


@given(anything)
def test_anything_is_a_path_or_refused_in_a_sentence(value):
    try:
        found = folder_path("checkpoint_dir", value)
    except ArgumentError as error:
        assert str(error).startswith("checkpoint_dir=")
    else:
        assert found == Path(value) and isinstance(value, str)


def test_a_path_stays_one():
    assert folder_path("model_dir", Path("a") / "b") == Path("a") / "b"
