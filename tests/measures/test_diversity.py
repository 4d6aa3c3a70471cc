"""Diversity measures are those of the papers: worked by hand, by a plain loop, and by nltk."""

import math
import random
import time
from collections import Counter

import numpy as np
import pytest
from at_length import examples
from hypothesis import assume, given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

# Few kinds of tokens and short samples: repetition, ties, duplicates and empty samples come up all the time.
samples_of_tokens = st.lists(st.lists(st.integers(0, 3), max_size=10), min_size=2, max_size=7).filter(any)
BY_HAND = [
    ["a b c d", "a b c d"],
    ["a", "b"],
    ["a", "a"],
    ["", "a b c", ""],
    ["a a a a a a", "a", "a a"],
    ["a b", "a b c d e f", "a b c d"],
    ["a b c d e f g h", "a b c d", "a b c d e f", "e f g h"],
    ["To be, or not to be...", "that is the question:", "To be!"],
    ["the " * 40, "the cat " * 20, "dog"],
    [["x", "y"], ["y", "x"], []],
    [[2**70, -1], [-1, 2**70, -1]],
]


def ngrams(tokens, n):
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


def plain_self_bleu(samples, n):
    """Straight from Papineni et al. and Chen and Cherry, without a thought for speed."""
    scores = []
    for i, sample in enumerate(samples):
        others, score = samples[:i] + samples[i + 1 :], 1.0
        for order in range(1, n + 1):
            counts, elsewhere = (
                Counter(ngrams(sample, order)),
                [Counter(ngrams(other, order)) for other in others],
            )
            matches = sum(
                min(count, max(other[gram] for other in elsewhere)) for gram, count in counts.items()
            )
            if order == 1 and not matches:
                score = 0.0
            score *= ((matches or 0.1) / max(1, len(sample) - order + 1)) ** (1 / n)
        nearest = min((abs(len(other) - len(sample)), len(other)) for other in others)[1]
        scores.append(
            score * (1 if len(sample) > nearest else math.exp(1 - nearest / len(sample)) if sample else 0)
        )
    return sum(scores) / len(scores)


def nltk_self_bleu(samples, n, only=None):
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    smoothing = bleu.SmoothingFunction().method1
    return np.mean(
        [
            bleu.sentence_bleu(
                samples[:i] + samples[i + 1 :], samples[i], weights=(1 / n,) * n, smoothing_function=smoothing
            )
            for i in range(only or len(samples))
        ]
    )


def test_distinct_divides_by_words_and_not_by_ngrams():
    samples = ["the cat sat", "the cat ran"]  # 4 of 6 words; bigrams: the cat, cat sat, cat ran
    assert lab.distinct(samples) == 4 / 6
    assert lab.distinct(samples, n=2) == 3 / 6  # and not 3 / 4
    assert lab.distinct(samples, n=4) == 0
    assert lab.distinct(["a", "", "a"]) == 1 / 2


@examples(200, at_length=1000)
@given(samples_of_tokens, st.integers(1, 5))
def test_distinct_is_that_of_a_loop(samples, n):
    assert lab.distinct(samples, n) == len({gram for sample in samples for gram in ngrams(sample, n)}) / sum(
        map(len, samples)
    )


def test_repetition_by_hand():
    assert lab.repetition(["a a a a a"], n=1) == 1 - 1 / 5
    assert lab.repetition(["a b c d a b c d"], n=4) == pytest.approx(1 - 4 / 5)
    assert lab.repetition(["a a a a a", "a b c d e"], n=2) == pytest.approx((3 / 4 + 0) / 2)


def test_a_sample_without_ngrams_is_left_out_of_the_mean():
    assert lab.repetition(["a a a", "", "b"], n=2) == lab.repetition(["a a a"], n=2) == 1 / 2
    with pytest.raises(TextError, match="No sample has 4 words; the longest has 3"):
        lab.repetition(["a b c", ""])


@examples(200, at_length=1000)
@given(samples_of_tokens, st.integers(1, 5))
def test_repetition_is_that_of_a_loop(samples, n):
    each = [
        1 - len(set(ngrams(sample, n))) / len(ngrams(sample, n)) for sample in samples if len(sample) >= n
    ]
    assume(each)
    assert lab.repetition(samples, n) == pytest.approx(np.mean(each), abs=1e-12)


def test_zipf_of_an_exact_power_law_is_its_exponent():
    for exponent in (0.5, 1.0, 2.0):
        frequencies = [round(10**6 * rank**-exponent) for rank in range(1, 6)]
        assert lab.zipf([[word] * frequency for word, frequency in enumerate(frequencies)]) == pytest.approx(
            exponent, abs=1e-3
        )


def test_zipf_by_hand_and_of_equal_frequencies():
    assert lab.zipf(["a a a a b b"]) == pytest.approx(1.0)  # log(4 / 2) / log(2 / 1)
    flat = lab.zipf(["a b c"])
    assert flat == 0 and math.copysign(1, flat) == 1


@examples(200, at_length=1000)
@given(samples_of_tokens, st.integers(2, 4))
def test_zipf_is_the_slope_of_the_most_frequent(samples, most):
    frequencies = sorted(Counter(token for sample in samples for token in sample).values(), reverse=True)[
        :most
    ]
    assume(len(frequencies) > 1)
    slope = np.polyfit(np.log(range(1, len(frequencies) + 1)), np.log(frequencies), 1)[0]
    assert lab.zipf(samples, most) == pytest.approx(-slope, abs=1e-9)


def test_zipf_of_one_word_is_refused():
    with pytest.raises(TextError, match="only one different word"):
        lab.zipf(["a a a"])


def test_self_bleu_by_hand():
    # Each shares 5 of 6 words, 4 of 5 pairs, 3 of 4 triples and 2 of 3 quadruples with the other, whose
    # length is the same.
    assert lab.self_bleu(["to be or not to be", "to be or not to see"]) == pytest.approx(
        (5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** (1 / 4)
    )


def test_a_sample_shorter_than_n_is_not_1_even_against_itself():
    assert lab.self_bleu(["a b", "a b"]) == pytest.approx((1 * 1 * 0.1 * 0.1) ** (1 / 4))
    assert lab.self_bleu(["a b c d", "a b c d"]) == pytest.approx(1)


def test_of_two_equally_near_lengths_the_shorter_is_taken():
    # 4 between 2 and 6: no penalty; 2 next to 4: one of exp(1 - 4 / 2)
    near = lab.self_bleu([["a"] * 4, ["a"] * 2, ["a"] * 6], n=1)
    assert near == pytest.approx((1 + math.exp(-1) + 4 / 6) / 3)


def test_samples_without_a_common_word_score_0_as_empty_ones_do():
    assert lab.self_bleu(["a b", "c d"]) == 0
    assert lab.self_bleu(["a b c d", "a b c d", ""]) == pytest.approx(2 / 3)


@given(samples_of_tokens, st.integers(1, 5))
def test_self_bleu_is_that_of_a_plain_loop(samples, n):
    assert lab.self_bleu(samples, n) == pytest.approx(plain_self_bleu(samples, n), abs=1e-9)


@examples(200, at_length=1000)
@given(samples_of_tokens, st.integers(1, 5))
def test_self_bleu_is_that_of_nltk(samples, n):
    assert lab.self_bleu(samples, n) == pytest.approx(nltk_self_bleu(samples, n), abs=1e-9)


@pytest.mark.parametrize("samples", BY_HAND, ids=str)
@pytest.mark.parametrize("n", [1, 2, 4, 7])
def test_the_measures_of_texts_made_by_hand_are_those_of_loops(samples, n):
    split = [lab.words(sample) if isinstance(sample, str) else sample for sample in samples]
    grams = [ngrams(sample, n) for sample in split]
    assert lab.distinct(samples, n) == len({gram for each in grams for gram in each}) / sum(map(len, split))
    assert lab.self_bleu(samples, n) == pytest.approx(plain_self_bleu(split, n), abs=1e-9)
    assert lab.self_bleu(samples, n) == pytest.approx(nltk_self_bleu(split, n), abs=1e-9)
    if any(grams):
        assert lab.repetition(samples, n) == pytest.approx(
            np.mean([1 - len(set(each)) / len(each) for each in grams if each]), abs=1e-12
        )


def test_self_bleu_of_texts_is_that_of_nltk(speeches):
    samples = lab.human_samples(speeches, like=["word " * length for length in (3, 20, 40, 40, 60)])
    assert lab.self_bleu(samples) == pytest.approx(
        nltk_self_bleu([lab.words(sample) for sample in samples], 4), abs=1e-9
    )


def test_self_bleu_is_400_times_as_fast_as_the_loop_over_nltk():
    rng = np.random.default_rng(0)
    frequency = 1 / np.arange(1, 5001)
    samples = [rng.choice(5000, 100, p=frequency / frequency.sum()).tolist() for _ in range(1000)]

    def seconds(function, *arguments):
        start = time.perf_counter()
        function(*arguments)
        return time.perf_counter() - start

    # Each of nltk's thousand sentences takes as long as any other: three stand for all.
    loop = seconds(nltk_self_bleu, samples, 4, 3) / 3 * len(samples)
    own = min(seconds(lab.self_bleu, samples) for _ in range(3))
    print(
        f"\nself-BLEU of 1,000 samples of 100 tokens: {own:.3f} s, nltk {loop:.0f} s, {loop / own:,.0f} times"
        " as fast"
    )
    assert loop / own >= 400


@given(samples_of_tokens, st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_and_names_of_tokens_do_not_matter(samples, n, rng):
    mixed = random.Random(rng.random()).sample(samples, len(samples))
    renamed = [[f"word {token}" for token in sample] for sample in mixed]
    for measure in (lab.distinct, lab.self_bleu):
        assert measure(samples, n) == pytest.approx(measure(renamed, n), abs=1e-12)
        assert 0 <= measure(samples, n) <= 1 + 1e-12


def test_strings_are_measured_by_their_words():
    texts = ["the cat sat on the mat", "the dog sat on the cat"]
    for measure in (lab.distinct, lab.self_bleu, lab.zipf, lambda samples: lab.repetition(samples, 1)):
        assert measure(texts) == measure([text.split() for text in texts])


@pytest.mark.parametrize("sample", ["a b c", "", [1, 2], []])
def test_self_bleu_of_one_sample_is_refused(sample):
    with pytest.raises(ArgumentError, match="give at least two"):
        lab.self_bleu([sample])


def test_the_others_measure_one_sample():
    assert (lab.distinct(["a b a"]), lab.repetition(["a b a"], n=1)) == (
        2 / 3,
        pytest.approx(1 / 3),
    ) and lab.zipf(["a b a"]) == pytest.approx(1)


@pytest.mark.parametrize("measure", [lab.distinct, lab.self_bleu, lab.repetition, lab.zipf])
def test_samples_without_words_are_refused(measure):
    with pytest.raises(TextError):
        measure(["", " "])
    with pytest.raises(TextError):
        measure([[], []])


@pytest.mark.parametrize(
    "measure, name", [(lab.distinct, "n"), (lab.self_bleu, "n"), (lab.repetition, "n"), (lab.zipf, "most")]
)
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", None, True, math.nan])
def test_an_n_that_cannot_work_is_named(measure, name, value):
    with pytest.raises(ArgumentError, match=f"{name}="):
        measure(["a b", "b c"], value)
