"""The interval of a pooled mean holds what it promises to hold, however unequal the documents are."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.measures.intervals import pooled_mean

# Tokens of the validation and the test speeches of the course; one of the five has 62 % of them.
VALID = [11578, 7118, 7683, 61986, 11319]
TEST = [5515, 7987, 9419, 11354, 8830, 6143, 2754, 3290, 5397, 5636, 11415, 10903, 9804]

sizes = st.lists(st.integers(1, 10**5), min_size=2, max_size=20)


def drawn(rng, sizes, between, within):
    """Nats of documents around 4 a token: those of one document share a level, and each token has a
    deviation of its own.
    """
    sizes = np.asarray(sizes, float)
    levels = (
        4
        + between * rng.standard_normal(len(sizes))
        + within / np.sqrt(sizes) * rng.standard_normal(len(sizes))
    )
    return levels * sizes


def lengths(rng, number):
    """Documents some of which are fifty times as long as others."""
    return np.exp(8 + rng.standard_normal(number)).round() + 1


@pytest.mark.parametrize(
    "between, within", [(0.15, 3), (0, 3)], ids=["documents differ", "only tokens differ"]
)
@pytest.mark.parametrize(
    "sizes", [[3000, 9000], VALID, TEST, 10, 30], ids=["two", "valid", "test", "10", "30"]
)
def test_nineteen_of_twenty_intervals_hold_the_mean(sizes, between, within):
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        each = lengths(rng, sizes) if isinstance(sizes, int) else sizes
        _, low, high = pooled_mean(drawn(rng, each, between, within), each)
        held += low <= 4 <= high
    assert 180 <= held <= 199  # of 190 expected; fewer or more come once in 200 tries


def test_where_long_documents_are_harder_eighteen_of_twenty_do():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        deviation = rng.standard_normal(20)
        sizes = np.exp(8 + deviation)
        nats = 4 + 0.15 * (0.7 * deviation + math.sqrt(1 - 0.49) * rng.standard_normal(20))
        _, low, high = pooled_mean(nats * sizes, sizes)
        held += low <= 4 + 0.15 * 0.7 <= high  # of all such documents together: the longer ones count more
    assert held >= 165


def test_intervals_over_tokens_would_be_far_too_narrow():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(300):
        nats = drawn(rng, TEST, 0.15, 3).sum() / sum(TEST)
        held += abs(nats - 4) < 1.96 * 3 / math.sqrt(sum(TEST))
    assert held < 150


def test_with_equal_documents_it_is_students_interval():
    for number, student in ((2, 12.706), (3, 4.303), (5, 2.776), (13, 2.179), (100, 1.984), (2000, 1.961)):
        values = np.random.default_rng(number).standard_normal(number)
        mean, low, high = pooled_mean(7 * values, np.full(number, 7))
        error = values.std(ddof=1) / math.sqrt(number)
        assert mean == pytest.approx(values.mean())
        assert (high - mean) / error == pytest.approx(student, rel=0.06 if number < 5 else 0.025)
        assert high - mean == pytest.approx(mean - low)


@given(sizes, st.floats(0.1, 100), st.integers(0, 2**32))
def test_units_and_order_do_not_matter(sizes, unit, seed):
    rng = random.Random(seed)
    totals = [size * rng.gauss(4, 0.2) for size in sizes]
    found = pooled_mean(totals, sizes)
    assert found[0] == pytest.approx(sum(totals) / sum(sizes)) and found[1] <= found[0] <= found[2]
    scaled = pooled_mean(totals, [unit * size for size in sizes])
    assert [unit * value for value in scaled] == pytest.approx(found)
    order = rng.sample(range(len(sizes)), len(sizes))
    assert pooled_mean([totals[i] for i in order], [sizes[i] for i in order]) == pytest.approx(found)


@given(sizes)
def test_documents_that_agree_leave_no_doubt(sizes):
    assert pooled_mean([3 * size for size in sizes], sizes) == pytest.approx((3, 3, 3))


@pytest.mark.parametrize("sizes", [[1, 10**9], [1, 1, 10**12], [10**9, 10**9, 1]])
def test_a_document_that_outweighs_all_others_breaks_nothing(sizes):
    found = pooled_mean([4 * size + 0.1 for size in sizes], sizes)
    assert all(map(math.isfinite, found)) and found[1] <= found[0] <= found[2]


def test_what_has_no_interval_says_so():
    mean, low, high = pooled_mean([8], [2])
    assert mean == 4 and math.isnan(low) and math.isnan(high)
    assert all(map(math.isnan, pooled_mean([0, 0], [0, 0])))
