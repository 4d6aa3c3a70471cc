"""The reading test hides who wrote what, counts the answers rightly, and says what chance could have done."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.preference import pairs_needed

few, many = st.integers(0, 12), st.integers(0, 60)


def texts(writer, number=12, words=20):
    return [f"My fellow Americans, {writer} {i} " + "word " * (words + i % 5) for i in range(number)]


SAMPLES = {"1M": texts("first"), "3M": texts("second")}


def honest(test, names):
    """Answers that prefer for each pair the writer that ``names`` says, '-' for None."""
    return "".join(
        "-" if name is None else "AB"[writers.index(name)] for writers, name in zip(test.key, names)
    )


# --- the measure


def at_least(wins, decided, share):
    return math.fsum(
        math.comb(decided, k) * share**k * (1 - share) ** (decided - k) for k in range(wins, decided + 1)
    )


# Limits of binom.test in R and of scipy.stats.binomtest(...).proportion_ci("exact").
@pytest.mark.parametrize(
    "wins, losses, low, high",
    [(9, 1, 0.554984, 0.997472), (0, 10, 0.0, 0.308497), (5, 5, 0.187086, 0.812914), (1, 0, 0.025, 1.0)],
)
def test_the_interval_is_that_of_the_tables(wins, losses, low, high):
    assert lab.preference(wins, losses).interval == pytest.approx((low, high), abs=1e-6)


@given(many, many)
def test_each_tail_beyond_the_interval_has_two_and_a_half_percent(wins, losses):
    low, high = lab.preference(wins, losses).interval
    decided = wins + losses
    assert 0 <= low <= high <= 1
    if wins:
        assert at_least(wins, decided, low) == pytest.approx(0.025, rel=1e-6)
    if losses:
        assert 1 - at_least(wins + 1, decided, high) == pytest.approx(0.025, rel=1e-6)


@given(many, many, few)
def test_the_interval_and_the_sign_test_agree_and_ties_change_neither(wins, losses, ties):
    result = lab.preference(wins, losses, ties)
    low, high = result.interval
    assert result.told_apart == (not low <= 0.5 <= high)
    plain = lab.preference(wins, losses)
    assert (result.interval, result.p_value) == (plain.interval, plain.p_value) and result.ties == ties


@given(st.integers(0, 6), st.integers(0, 6))
def test_the_p_value_is_what_tosses_of_a_coin_give(wins, losses):
    decided = wins + losses
    tosses = [bin(number).count("1") for number in range(2**decided)]
    as_one_sided = sum(abs(2 * heads - decided) >= abs(wins - losses) for heads in tosses)
    assert lab.preference(wins, losses).p_value == pytest.approx(as_one_sided / len(tosses))


def test_a_large_test_does_not_overflow():
    result = lab.preference(3000, 2000)
    assert 0.58 < result.interval[0] < 0.6 < result.interval[1] < 0.62 and 0 <= result.p_value < 1e-40


@pytest.mark.parametrize(
    "counts, words",
    [
        ((9, 1), "Yes, you could tell: 3M was preferred in 9 of 10 pairs"),
        ((1, 9), "Yes, you could tell, but you preferred 1M"),
        ((6, 4), "You could not tell, or there were too few pairs"),
        ((5, 0), "Even if all answers agree it takes 6 pairs"),
        ((5, 5), "not even 300 pairs"),
        ((9, 1, 2), '2 of 12 answers were "cannot tell" and are left out'),
        ((0, 0, 3), "nothing can be said"),
        ((60, 0), "less than 0.1 %"),
    ],
)
def test_the_answer_is_said_in_words(counts, words):
    assert words in lab.preference(*counts, names=("3M", "1M")).explanation


def test_the_numbers_are_said_in_a_line():
    assert (
        lab.preference(9, 1, names=("3M", "1M")).numbers
        == "share of 3M 90 %, exact 95 % interval 55 to 100 %, sign test p = 0.021"
    )
    assert lab.preference(0, 0, 4).numbers == "no pair was decided"


def test_the_number_of_pairs_that_would_do_does_do():
    needed = pairs_needed(7, 3)
    assert lab.preference(round(0.7 * needed), needed - round(0.7 * needed)).told_apart
    assert pairs_needed(5, 0) == 6 and pairs_needed(1, 1) is None


@pytest.mark.parametrize("arguments", [(-1, 0), (1.5, 0), (1, "2"), (1, 1, None)])
def test_bad_counts_are_refused(arguments):
    with pytest.raises(ArgumentError):
        lab.preference(*arguments)


@pytest.mark.parametrize("names", ["3M", ("3M",), ("3M", "3M"), (1, 2), ("", "3M"), None])
def test_bad_names_are_refused(names):
    with pytest.raises(ArgumentError, match="names"):
        lab.preference(1, 1, names=names)


# --- the pairs


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_each_writer_stands_left_as_often_as_right(seed, pairs):
    test = lab.ReadingTest.draw(SAMPLES, pairs, seed)
    left = [writers[0] for writers in test.key]
    assert abs(left.count("1M") - left.count("3M")) == pairs % 2 and len(test) == pairs


@given(st.integers(0, 10_000))
def test_the_key_tells_the_writers_and_no_text_is_shown_twice(seed):
    test = lab.ReadingTest.draw(SAMPLES, 10, seed)
    shown = [(text, name) for pair, writers in zip(test.pairs, test.key) for text, name in zip(pair, writers)]
    assert all(("first" in text) == (name == "1M") for text, name in shown)
    assert len({text for text, _ in shown}) == 20


def test_the_seed_decides_and_another_one_decides_otherwise():
    one, again, other = (lab.ReadingTest.draw(SAMPLES, 10, seed) for seed in (1, 1, 2))
    assert one == again and one.pairs != other.pairs and one.key != other.key


def test_the_key_of_one_test_is_not_that_of_other_texts():
    keys = {
        lab.ReadingTest.draw(
            {name: [f"{text} {i}" for text in some] for name, some in SAMPLES.items()}, 12, 1
        ).key
        for i in range(20)
    }
    assert len(keys) > 15


def test_the_texts_of_a_pair_are_equally_long():
    test = lab.ReadingTest.draw({"a": texts("first"), "b": texts("second", words=90)}, 12)
    for left, right in test.pairs:
        assert len(lab.words(left)) == len(lab.words(right)) and left.endswith(" …") and right.endswith(" …")


@pytest.mark.parametrize(
    "samples, word",
    [
        (["a", "b"], "dictionary"),
        ({"1M": texts("first")}, "two different names"),
        ({"1M": ["a"], "3M": ["b"], "124M": ["c"]}, "two different names"),
        ({"1M": "a text", "3M": ["b"]}, "list"),
        ({"1M": texts("first", 3), "3M": texts("second", 10)}, "the texts of 1M"),
        ({"1M": [1] * 10, "3M": texts("second")}, "strings"),
    ],
)
def test_samples_that_make_no_pairs_are_refused(samples, word):
    with pytest.raises(ArgumentError, match=word):
        lab.ReadingTest.draw(samples)


def test_an_empty_text_is_refused():
    with pytest.raises(TextError, match="no words"):
        lab.ReadingTest.draw({"1M": [" "], "3M": ["a word"]}, 1)


# --- the answers


def test_answers_are_counted_for_the_writer_whatever_the_side():
    test = lab.ReadingTest.draw(SAMPLES, 10, seed=3)
    result = test.score(honest(test, ["3M"] * 7 + ["1M"] + [None] * 2))
    assert (result.names, result.wins, result.losses, result.ties) == (("3M", "1M"), 7, 1, 2)


def test_answers_may_be_a_list_or_have_spaces():
    test = lab.ReadingTest.draw(SAMPLES, 4)
    assert (
        test.score("abb-")
        == test.score(["A", "B", "B", "-"])
        == test.score("A, B, B, –")
        == test.score(" AB B- ")
    )


@pytest.mark.parametrize(
    "answers, word",
    [
        ("AB", "2 letters"),
        ("ABCD", "'C'"),
        ("ABAB-", "5 letters"),
        (3, "int"),
        ([1, 2, 3, 4], "list"),
        ("", "0 letters"),
    ],
)
def test_answers_that_cannot_be_counted_are_refused(answers, word):
    with pytest.raises(ArgumentError, match=word):
        lab.ReadingTest.draw(SAMPLES, 4).score(answers)
