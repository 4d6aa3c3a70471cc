"""Values of every kind that an honest answer may have arrive outside of the sandbox as what they are."""

import json
import math
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from gpt2lab.course.checks import verdicts
from gpt2lab.grading.sandbox.payload import Unreadable, read_payload
from gpt2lab.grading.sandbox.probe import plain


def arrived(value):
    return read_payload(json.dumps(plain(value)))


@pytest.mark.parametrize(
    "value, expected",
    [
        (np.longdouble("1.5"), 1.5),
        (np.array(np.longdouble("1.5")), 1.5),
        (np.float32(0.5), 0.5),
        (np.array(2), 2),
        (np.bool_(True), True),
        (Fraction(1, 4), 0.25),
        (Decimal("1.5"), 1.5),
        (10**30, 1e30),
        (-(10**400), -math.inf),
        (float("inf"), math.inf),
        ({("a", 1): 2}, {("a", 1): 2}),
        ({None: 1, (1, (2, "b")): 3}, {"None": 1, (1, (2, "b")): 3}),
    ],
)
def test_numbers_and_keys_are_read(value, expected):
    assert arrived(value) == expected and type(arrived(value)) is type(expected)


def test_numbers_of_sympy_are_read_and_what_is_none_is_refused():
    sympy = pytest.importorskip("sympy")
    assert arrived(sympy.exp(-1.2)) == pytest.approx(math.exp(-1.2))
    assert arrived(sympy.Rational(1, 4)) == 0.25 and arrived(sympy.Integer(3)) == 3
    assert isinstance(arrived(sympy.Integer(3)), int)
    for value in (sympy.Symbol("x"), sympy.I):
        assert "one number is asked for" in verdicts.wrong_number(arrived(value), 1)


@pytest.mark.parametrize("value", [np.clongdouble(1), np.complex128(1), 1j, object(), iter([1])])
def test_what_is_no_number_is_refused_in_words(value):
    assert "one number is asked for" in verdicts.wrong_number(arrived(value), 1)


@pytest.mark.parametrize("value", [pd.Series([3.5]), np.array([3.5]), pd.Index([3.5]), {3.5}, [3.5]])
def test_one_entry_is_called_what_it_is(value):
    assert arrived(value) == [3.5] and isinstance(arrived(value), list)
    said = verdicts.wrong_number(arrived(value), 3.5)
    assert said.startswith(f"Your answer is a {type(value).__name__} with 1 entry; one number is asked for.")


def test_a_wrong_number_of_another_library_is_shown_in_the_notebook():
    sympy, mpmath = pytest.importorskip("sympy"), pytest.importorskip("mpmath")
    for value in (sympy.Rational(1, 3), sympy.Integer(7), sympy.Float(0.5), mpmath.mpf(2)):
        said = verdicts.wrong_number(value, 100, otherwise="Add them up.")
        assert said == f"{float(value):,.4g} is too small. Add them up."


TABLES = {
    "tuples as columns": pd.DataFrame({("a", "x"): [1, 2], ("a", "y"): [3, 4]}),
    "tuples as index": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("p", 1), ("q", 2)])),
    "a name twice": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "long double": pd.DataFrame({"a": np.array([1.5], dtype=np.longdouble)}),
    "empty": pd.DataFrame({"a": []}),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read(name):
    pd.testing.assert_frame_equal(
        arrived(TABLES[name]), TABLES[name], check_dtype=False, check_index_type=False
    )


@pytest.mark.parametrize(
    "index", [[pd.Timestamp("2020-01-01")], [float("nan")], pd.IntervalIndex.from_breaks([0, 1])]
)
def test_an_index_of_any_other_kind_is_its_text(index):
    table = pd.DataFrame({"a": [1]}, index=index)
    assert arrived(table).index.tolist() == [str(table.index[0])] and arrived(table)["a"].tolist() == [1]


@pytest.mark.parametrize("key", [{"kind": "missing"}, {"kind": "number", "value": "nan"}, {"kind": "list"}])
def test_a_forged_key_is_refused(key):
    deep = key
    for _ in range(10):
        deep = {"kind": "tuple", "items": [deep]}
    for made in (key, deep, {"kind": "tuple", "items": [key]}):
        with pytest.raises(Unreadable):
            read_payload(json.dumps({"kind": "dict", "items": [[made, {"kind": "missing"}]]}))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_the_letters_of_a_name_is_no_obstacle(tmp_path, encoding):
    cell = {"cell_type": "code", "source": "# EXERCISE 03.2 (difficulty 1, 5 min, 1 point)\nbest_step = 3"}
    (tmp_path / "Jürgen ✓ 李.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gpt2lab", "grade", "03", str(tmp_path), "--dry-run"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 0 and b"1 submission" in done.stdout, done.stderr
