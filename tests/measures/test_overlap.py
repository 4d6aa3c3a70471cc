"""Overlap is counted as the papers say, its intervals are as wide as chance, and a comparison is fair."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from at_length import examples
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.intervals import share_interval
from gpt2lab.measures.overlap import MEASURES

# Few kinds of tokens and texts of every length from none: clipping, repetition, empty samples and ones
# shorter than n come up all the time.
token_texts = st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=5).filter(any)
BY_HAND = [  # samples, reference
    (["the the the the"], "the cat"),
    (["", "a", "a b", "a b c", "a b c d e"], ["a b c d", "", "e"]),
    (["a"], "b"),
    (["a a a", "a a a"], "a a"),
    (["...", "!"], "Well... no!"),
    (["The cat"], ["the", "cat"]),
    ([["a", "b"], []], [["b", "a", "b"]]),
    ([[-1, 2**70]], [[2**70], [-1]]),
    ([["漢"], ["e\u0301"]], [["é", "漢"]]),
]


def ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def plain(samples, reference):
    """The measures by their definitions, one n-gram at a time."""
    types, others = {t for s in samples for t in s}, {t for r in reference for t in r}
    values = [
        len(types & others),
        len(types & others) / len(types) if types else math.nan,
        len(types & others) / len(types | others),
    ]
    for n in (1, 2, 3, 4):
        counts = sum((ngrams(text, n) for text in reference), Counter())
        matches = sum(
            min(count, counts[gram]) for sample in samples for gram, count in ngrams(sample, n).items()
        )
        size = sum(sum(ngrams(sample, n).values()) for sample in samples)
        values.append(matches / size if size else math.nan)
    return values


def speech(rng, length, words=3000):
    """Tokens as frequent as those of a language, with a topic of their own."""
    frequency = 1 / np.arange(1, words + 1)
    topic = frequency / frequency.sum()
    topic[rng.choice(words, 30)] += 0.01
    return rng.choice(words, length, p=topic / topic.sum()).tolist()


def test_by_hand():
    found = lab.overlap(["the cat sat", "the cat cat ran"], "the cat and the dog")
    # the, cat of the, cat, sat, ran
    assert (found.shared_types, found.types, found.reference_types) == (2, 4, 4)
    assert found.share_of_types == 2 / 4 and found.jaccard == 2 / 6
    # the, cat; the, cat but not a second cat in one sample: 4 of 7. Pairs: "the cat" in each, of 5.
    assert found.precision == pytest.approx((4 / 7, 2 / 5, 0, 0))
    assert (found.samples, found.tokens, found.reference_tokens, found.unit) == (2, 7, 5, "words")


def test_no_ngram_runs_over_an_end():
    assert lab.overlap([[1, 2], [3]], [[2, 3], [0]]).precision[1] == 0
    assert lab.overlap([[1, 2]], [[1], [2]]).precision[:2] == (1, 0)


def split(texts):
    texts = [texts] if isinstance(texts, str) else texts
    return [lab.words(text) if isinstance(text, str) else text for text in texts]


@pytest.mark.parametrize("samples, reference", BY_HAND)
def test_the_measures_of_texts_worked_by_hand_are_those_of_a_loop(samples, reference):
    found = lab.overlap(samples, reference, resamples=2).table["value"]
    assert found.tolist() == pytest.approx(plain(split(samples), split(reference)), nan_ok=True)


@examples(200, at_length=1000)
@given(token_texts, token_texts)
def test_the_measures_are_those_of_a_loop(samples, reference):
    found = lab.overlap(samples, reference, resamples=2)
    assert found.table["value"].tolist() == pytest.approx(plain(samples, reference), nan_ok=True)
    assert found.table.index.tolist() == list(MEASURES)
    assert (found.samples, found.tokens, found.types) == (
        len(samples),
        sum(map(len, samples)),
        len({t for s in samples for t in s}),
    )


@examples(200, at_length=1000)
@given(token_texts, st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_clipped_precision_is_that_of_nltk(samples, reference):
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    for n, own in enumerate(lab.overlap(samples, [reference], resamples=2).precision, 1):
        fractions = [
            bleu.modified_precision([reference], sample, n) for sample in samples if len(sample) >= n
        ]
        assert own == pytest.approx(
            (
                sum(f.numerator for f in fractions) / sum(f.denominator for f in fractions)
                if fractions
                else math.nan
            ),
            nan_ok=True,
        )


@given(token_texts, token_texts, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_shares_are_shares(samples, reference, rng):
    mixed = [sorted(texts, key=lambda _: rng.random()) for texts in (samples, reference)]
    found = lab.overlap(samples, reference, resamples=2)
    assert lab.overlap(*mixed, resamples=2) == found or any(map(math.isnan, found.precision))
    assert all(
        math.isnan(share) or 0 <= share <= 1
        for share in (found.share_of_types, found.jaccard, *found.precision)
    )


@given(token_texts)
def test_a_text_has_everything_in_common_with_itself(texts):
    found = lab.overlap(texts, texts, resamples=2)
    assert found.jaccard == found.share_of_types == 1 and all(
        math.isnan(p) or p == 1 for p in found.precision
    )


def test_precision_of_texts_is_that_of_nltk(speeches, held_out):
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    samples = lab.human_samples(speeches, like=["word " * 50] * 20)
    reference = held_out.documents[0].text
    split = [lab.words(sample) for sample in samples]
    for n, own in enumerate(lab.overlap(samples, reference).precision, 1):
        fractions = [bleu.modified_precision([lab.words(reference)], sample, n) for sample in split]
        assert own == pytest.approx(
            sum(f.numerator for f in fractions) / sum(f.denominator for f in fractions), abs=1e-12
        )


def test_intervals_are_as_wide_as_the_spread_between_sets_of_samples():
    rng = np.random.default_rng(1)
    reference = [speech(rng, 500) for _ in range(20)]
    found = [
        lab.overlap([speech(rng, 60) for _ in range(50)], reference, resamples=300).table for _ in range(150)
    ]
    values = np.array([table["value"] for table in found])
    width = np.mean([(table["high"] - table["low"]) / (2 * 1.96) for table in found], axis=0)
    assert dict(zip(MEASURES[:6], (width / values.std(axis=0))[:6])) == pytest.approx(
        dict.fromkeys(MEASURES[:6], 1), abs=0.25
    )


@pytest.mark.parametrize("share, samples", [(0.3, 20), (0.05, 20), (0.01, 20), (0.002, 20), (0.0005, 100)])
def test_intervals_of_precision_hold_the_true_share_however_few_ngrams_match(share, samples):
    rng, found = np.random.default_rng(7), []
    for _ in range(1000):
        # Samples differ in how much they know, and matches come in runs of one or three, as those of texts
        # do.
        runs = rng.binomial(57, share * rng.beta(2, 2, samples))
        low, high = share_interval(np.minimum(runs + 2 * rng.binomial(runs, 0.5), 57), np.full(samples, 57))
        found.append(low <= share <= high)
    assert 0.91 <= np.mean(found)


def test_no_match_and_nothing_but_matches_have_intervals_too():
    none, all_of_them = (
        lab.overlap([[i, i + 1] for i in range(50)], reference, resamples=2)
        for reference in ([[99]], [list(range(51))])
    )
    # Wilson's, with Student's t: t**2 / (50 + t**2)
    assert none.intervals["precision_2"] == (0, pytest.approx(0.0747, abs=0.001))
    assert all_of_them.intervals["precision_2"] == (pytest.approx(1 - 0.0747, abs=0.001), 1)


def test_interval_of_independent_trials_is_wilsons():
    """One trial a sample: the plain interval for a share, here 30 of 100 as published, 0.219 to 0.396,
    slightly wider with Student's t.
    """
    low, high = share_interval(np.repeat([1, 0], [30, 70]), np.ones(100, int))
    assert (low, high) == pytest.approx((0.219, 0.396), abs=0.002)


def test_an_interval_needs_two_samples_that_are_long_enough():
    found = lab.overlap([["a", "b", "c"], ["a", "b"], ["a"], []], [["a", "b", "c"]])
    assert found.precision[:3] == (1, 1, 1) and math.isnan(found.precision[3])
    assert (
        found.intervals["precision_2"][0] < 1
        and np.isnan([found.intervals["precision_3"], found.intervals["precision_4"]]).all()
    )


def test_intervals_hold_the_value_and_come_again_with_the_seed():
    rng = np.random.default_rng(2)
    samples, reference = [speech(rng, 40) for _ in range(30)], [speech(rng, 2000)]
    table = lab.overlap(samples, reference).table
    found = table.loc[list(MEASURES[:6])]
    assert (found["low"] < found["value"]).all() and (found["value"] < found["high"]).all()
    pd.testing.assert_frame_equal(table, lab.overlap(samples, reference, seed=0).table)
    assert not table.equals(lab.overlap(samples, reference, seed=1).table)


def test_a_single_sample_has_no_interval():
    assert lab.overlap(["a b"], "a c").table[["low", "high"]].isna().all(axis=None)


def test_it_prints_what_was_found():
    found = repr(lab.overlap(["the cat sat", "the cat ran"], "the cat and the dog"))
    assert (
        found.startswith("Overlap(2 samples of 6 words: 2 of 4 types shared, jaccard 0.333 [")
        and "precision 0.667, 0.500, 0.000, nan)" in found
    )


def test_a_difference_is_found_and_told_in_words():
    rng = np.random.default_rng(3)
    reference = [speech(rng, 3000)]
    before, after = [[speech(rng, 50, words) for _ in range(60)] for words in (20_000, 3000)]
    found = lab.compare_overlap(before, after, reference, human=[speech(rng, 500) for _ in range(10)])
    row = found.table.loc["jaccard"]
    assert (
        row["difference"] == pytest.approx(found.after.jaccard - found.before.jaccard)
        and 0 < row["low"] < row["difference"] < row["high"]
    )
    assert row["more"] == "after" and row["human"] == found.human.jaccard
    assert found.answer.startswith(
        "The samples after have more in common with the reference, and by more than chance (in "
    )
    assert (
        f"a difference of {row['difference']:+.3f} (95 % interval {row['low']:+.3f} to {row['high']:+.3f})"
        in found.answer
    )
    assert (
        f"{found.human.jaccard:.3f}" in found.answer
        and "3,000 tokens" in found.answer
        and repr(found) == found.answer
    )
    named = lab.compare_overlap(before, after, reference, names=("pretrained", "fine-tuned"))
    assert (
        named.answer.startswith("The fine-tuned samples have more in common")
        and f"{row['after']:.3f} fine-tuned against" in named.answer
    )
    turned = lab.compare_overlap(after, before, reference)
    assert (
        turned.table.loc["jaccard", "more"] == "before"
        and turned.human is None
        and "human" not in turned.table
    )


def test_measures_that_disagree_are_named():
    rng = np.random.default_rng(6)
    reference = [list(range(100)) * 3]
    dull = [rng.integers(0, 8, 30).tolist() for _ in range(40)]  # few types, all of them known
    varied = [rng.integers(0, 150, 30).tolist() for _ in range(40)]  # many types, a third of them unknown
    found = lab.compare_overlap(dull, varied, reference)
    assert (
        found.table["more"].drop("shared_types")[["share_of_types", "jaccard", "precision_2"]]
        == ["before", "after", "before"]
    ).all()
    assert found.answer.startswith(
        "The measures disagree, each by more than chance: by Jaccard similarity the samples after"
    )
    assert "by share of types, 2-gram precision and 3-gram precision the samples before." in found.answer


@pytest.mark.parametrize(
    "measure, reference_length",
    [("jaccard", 3000), ("precision_2", 3000), ("precision_3", 3000), ("precision_4", 10_000)],
)
def test_equal_sets_are_called_different_as_rarely_as_promised(measure, reference_length):
    rng = np.random.default_rng(4)
    reference = [speech(rng, reference_length)]
    sets = [[speech(rng, 50) for _ in range(40)] for _ in range(120)]
    verdicts = [
        lab.compare_overlap(one, other, reference, resamples=300) for one, other in zip(sets[::2], sets[1::2])
    ]
    different = sum(found.table.loc[measure, "more"] != "" for found in verdicts)
    assert different <= 9  # of 60; with a chance of 5 % each, more than nine come once in 2,000 times
    assert any("cannot be told from chance" in found.answer for found in verdicts)


def test_all_sets_are_cut_to_the_size_of_the_smallest():
    rng = np.random.default_rng(5)
    found = lab.compare_overlap(
        [speech(rng, 50) for _ in range(20)],
        [speech(rng, 30) for _ in range(20)],
        [speech(rng, 900)],
        human=[speech(rng, 400)],
    )
    # Thirteen pieces of 30
    assert [each.tokens for each in (found.before, found.after, found.human)] == [390, 390, 390]
    same = [speech(rng, 50) for _ in range(5)]
    equal = lab.compare_overlap(same, same + same, [speech(rng, 500)]).table
    assert (equal["difference"] == 0).all() and (equal["more"] == "").all()
    assert equal.loc["jaccard", "low"] < 0 < equal.loc["jaccard", "high"]  # each set has resamples of its own


def test_texts_and_a_corpus_are_compared_by_words(speeches, held_out):
    samples = lab.human_samples(speeches, like=["word " * 40] * 10)
    found = lab.compare_overlap(samples, iter(samples), held_out, human=speeches)
    assert found.before.unit == "words" and found.before == found.after and found.human.samples == 10


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: lab.overlap([], "a"), ArgumentError, "samples is empty; give at least one sample"),
        (lambda: lab.overlap("a", "a"), ArgumentError, "samples is a single string"),
        (lambda: lab.overlap(b"a", "a"), ArgumentError, "samples is of type bytes"),
        (lambda: lab.overlap(5, "a"), ArgumentError, "samples is of type int"),
        (lambda: lab.overlap([5], "a"), ArgumentError, r"samples\[0\]=5 is of type int"),
        (lambda: lab.overlap([None], "a"), ArgumentError, r"samples\[0\]=None is of type NoneType"),
        (lambda: lab.overlap([b"a"], "a"), ArgumentError, r"samples\[0\]=b'a' is of type bytes"),
        (lambda: lab.overlap([[1.5]], [[1]]), ArgumentError, "a token of type float"),
        (lambda: lab.overlap(["a", ["a"]], "a"), ArgumentError, "samples mixes strings and lists"),
        (lambda: lab.overlap([[]], [[1]]), TextError, "samples has no tokens"),
        (lambda: lab.overlap([[1]], [[], []]), TextError, "reference has no tokens"),
        (lambda: lab.overlap(["a"], lab.Corpus()), ArgumentError, "reference is empty"),
        (lambda: lab.overlap(["a"], ["a", None]), ArgumentError, "reference mixes"),
        (lambda: lab.compare_overlap([], ["a", "b"], "a"), ArgumentError, "before is empty"),
        (
            lambda: lab.compare_overlap(["a", "b"], ["a", "b"], "a", names=("one", "one")),
            ArgumentError,
            "names=",
        ),
        (
            lambda: lab.compare_overlap(["a b c", "d"], ["a", "b"], "a"),
            ArgumentError,
            "before has only one sample within the 2 words",
        ),
        (lambda: lab.overlap(["a"], []), ArgumentError, "reference is empty"),
        (lambda: lab.overlap(["a"], None), ArgumentError, "reference is of type NoneType"),
        (lambda: lab.overlap([[1]], "a"), ArgumentError, "samples has tokens and reference has words"),
        (lambda: lab.overlap(["a"], [[1]]), ArgumentError, "samples has words and reference has tokens"),
        (lambda: lab.overlap(["", " "], "a"), TextError, "samples has no words"),
        (lambda: lab.overlap(["a"], " "), TextError, "reference has no words"),
        (lambda: lab.overlap(["a"], "a", seed=-1), ArgumentError, "seed="),
        (lambda: lab.overlap(["a"], "a", resamples=1), ArgumentError, "resamples="),
        (lambda: lab.compare_overlap(["a"], ["a", "b"], "a"), ArgumentError, "before has only one sample"),
        (lambda: lab.compare_overlap(["a", "b"], ["a"], "a"), ArgumentError, "after has only one sample"),
        (lambda: lab.compare_overlap(["a", "b"], ["a", 5], "a"), ArgumentError, "after mixes"),
        (
            lambda: lab.compare_overlap(["a", "b"], ["a", "b"], "a", human=[[1]]),
            ArgumentError,
            r"human\[0\] is of type list",
        ),
        (
            lambda: lab.compare_overlap([[1], [2]], [[1], [2]], [[1]], human="a"),
            ArgumentError,
            "human is text",
        ),
        (lambda: lab.compare_overlap(["a", "b"], ["a", "b"], "a", human=""), TextError, "human has no words"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, error, words):
    with pytest.raises(error, match=words):
        call()
