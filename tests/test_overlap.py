"""Overlap is counted as the papers say, its intervals are as wide as chance, and a comparison is fair."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.overlap import MEASURES

token_texts = st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=5).filter(any)


def ngrams(tokens, n):
    return Counter(tuple(tokens[i:i + n]) for i in range(len(tokens) - n + 1))


def plain(samples, reference):
    """The measures by their definitions, one n-gram at a time."""
    types, others = {t for s in samples for t in s}, {t for r in reference for t in r}
    values = [len(types & others), len(types & others) / len(types) if types else math.nan, len(types & others) / len(types | others)]
    for n in (1, 2, 3, 4):
        counts = sum((ngrams(text, n) for text in reference), Counter())
        matches = sum(min(count, counts[gram]) for sample in samples for gram, count in ngrams(sample, n).items())
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
    assert (found.shared_types, found.types, found.reference_types) == (2, 4, 4)  # the, cat of the, cat, sat, ran
    assert found.share_of_types == 2 / 4 and found.jaccard == 2 / 6
    # the, cat; the, cat but not a second cat in one sample: 4 of 7. Pairs: "the cat" in each, of 5.
    assert found.precision == pytest.approx((4 / 7, 2 / 5, 0, 0))
    assert (found.samples, found.tokens, found.reference_tokens, found.unit) == (2, 7, 5, "words")


def test_no_ngram_runs_over_an_end():
    assert lab.overlap([[1, 2], [3]], [[2, 3], [0]]).precision[1] == 0
    assert lab.overlap([[1, 2]], [[1], [2]]).precision[:2] == (1, 0)


@given(token_texts, token_texts)
def test_the_measures_are_those_of_a_loop(samples, reference):
    found = lab.overlap(samples, reference, resamples=2)
    assert found.table["value"].tolist() == pytest.approx(plain(samples, reference), nan_ok=True)
    assert found.table.index.tolist() == list(MEASURES)


@given(token_texts, token_texts, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_shares_are_shares(samples, reference, rng):
    mixed = [sorted(texts, key=lambda _: rng.random()) for texts in (samples, reference)]
    found = lab.overlap(samples, reference, resamples=2)
    assert lab.overlap(*mixed, resamples=2) == found or any(map(math.isnan, found.precision))
    assert all(math.isnan(share) or 0 <= share <= 1 for share in (found.share_of_types, found.jaccard, *found.precision))


@given(token_texts)
def test_a_text_has_everything_in_common_with_itself(texts):
    found = lab.overlap(texts, texts, resamples=2)
    assert found.jaccard == found.share_of_types == 1 and all(math.isnan(p) or p == 1 for p in found.precision)


def test_precision_is_that_of_nltk(speeches, held_out):
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    samples = lab.human_samples(speeches, like=["word " * 50] * 20)
    reference = held_out.documents[0].text
    split = [lab.words(sample) for sample in samples]
    for n, own in enumerate(lab.overlap(samples, reference).precision, 1):
        fractions = [bleu.modified_precision([lab.words(reference)], sample, n) for sample in split]
        assert own == pytest.approx(sum(f.numerator for f in fractions) / sum(f.denominator for f in fractions), abs=1e-12)


def test_intervals_are_as_wide_as_the_spread_between_sets_of_samples():
    rng = np.random.default_rng(1)
    reference = [speech(rng, 500) for _ in range(20)]
    found = [lab.overlap([speech(rng, 60) for _ in range(50)], reference, resamples=300).table for _ in range(150)]
    spread = np.std([table["value"] for table in found], axis=0)
    width = np.mean([(table["high"] - table["low"]) / (2 * 1.96) for table in found], axis=0)
    assert dict(zip(MEASURES[:5], (width / spread)[:5])) == pytest.approx(dict.fromkeys(MEASURES[:5], 1), abs=0.25)


def test_intervals_hold_the_value_and_come_again_with_the_seed():
    rng = np.random.default_rng(2)
    samples, reference = [speech(rng, 40) for _ in range(30)], [speech(rng, 2000)]
    table = lab.overlap(samples, reference).table
    found = table.loc[list(MEASURES[:5])]  # triples and quadruples in common are too few here
    assert (found["low"] < found["value"]).all() and (found["value"] < found["high"]).all()
    pd.testing.assert_frame_equal(table, lab.overlap(samples, reference, seed=0).table)
    assert not table.equals(lab.overlap(samples, reference, seed=1).table)


def test_a_single_sample_has_no_interval():
    assert lab.overlap(["a b"], "a c").table[["low", "high"]].isna().all(axis=None)


def test_it_prints_what_was_found():
    found = repr(lab.overlap(["the cat sat", "the cat ran"], "the cat and the dog"))
    assert found.startswith("Overlap(2 samples of 6 words: 2 of 4 types shared, jaccard 0.333 [") and "precision 0.667, 0.500, 0.000, nan)" in found


def test_a_difference_is_found_and_told_in_words():
    rng = np.random.default_rng(3)
    reference = [speech(rng, 3000)]
    before, after = [[speech(rng, 50, words) for _ in range(60)] for words in (20_000, 3000)]
    found = lab.compare_overlap(before, after, reference, human=[speech(rng, 500) for _ in range(10)])
    row = found.table.loc["jaccard"]
    assert row["difference"] == pytest.approx(found.after.jaccard - found.before.jaccard) and 0 < row["low"] < row["difference"] < row["high"]
    assert row["more"] == "after" and row["human"] == found.human.jaccard
    assert found.answer.startswith("The samples after have more in common with the reference, and by more than chance (in ")
    assert f"a difference of {row['difference']:+.3f} (95 % interval {row['low']:+.3f} to {row['high']:+.3f})" in found.answer
    assert f"{found.human.jaccard:.3f}" in found.answer and "3,000 tokens" in found.answer and repr(found) == found.answer
    turned = lab.compare_overlap(after, before, reference)
    assert turned.table.loc["jaccard", "more"] == "before" and turned.human is None and "human" not in turned.table


def test_measures_that_disagree_are_named():
    rng = np.random.default_rng(6)
    reference = [list(range(100)) * 3]
    dull = [rng.integers(0, 8, 30).tolist() for _ in range(40)]  # few types, all of them known
    varied = [rng.integers(0, 150, 30).tolist() for _ in range(40)]  # many types, a third of them unknown
    found = lab.compare_overlap(dull, varied, reference)
    assert (found.table["more"].drop("shared_types")[["share_of_types", "jaccard", "precision_2"]] == ["before", "after", "before"]).all()
    assert found.answer.startswith("The measures disagree, each by more than chance: by Jaccard similarity the samples after")
    assert "by share of types, 2-gram precision and 3-gram precision the samples before." in found.answer


def test_equal_sets_are_called_different_as_rarely_as_promised():
    rng = np.random.default_rng(4)
    reference = [speech(rng, 3000)]
    sets = [[speech(rng, 50) for _ in range(40)] for _ in range(120)]
    verdicts = [lab.compare_overlap(one, other, reference, resamples=300) for one, other in zip(sets[::2], sets[1::2])]
    different = sum(found.table.loc["jaccard", "more"] != "" for found in verdicts)
    assert different <= 9  # of 60; with a chance of 5 % each, more than nine come once in 2,000 times
    assert any("cannot be told from chance" in found.answer for found in verdicts)


def test_all_sets_are_cut_to_the_size_of_the_smallest():
    rng = np.random.default_rng(5)
    found = lab.compare_overlap([speech(rng, 50) for _ in range(20)], [speech(rng, 30) for _ in range(20)], [speech(rng, 900)],
                                human=[speech(rng, 400)])
    assert [each.tokens for each in (found.before, found.after, found.human)] == [390, 390, 390]  # thirteen pieces of 30
    same = [speech(rng, 50) for _ in range(5)]
    equal = lab.compare_overlap(same, same + same, [speech(rng, 500)]).table
    assert (equal["difference"] == 0).all() and (equal["more"] == "").all()
    assert equal.loc["jaccard", "low"] < 0 < equal.loc["jaccard", "high"]  # each set has resamples of its own


def test_texts_and_a_corpus_are_compared_by_words(speeches, held_out):
    samples = lab.human_samples(speeches, like=["word " * 40] * 10)
    found = lab.compare_overlap(samples, iter(samples), held_out, human=speeches)
    assert found.before.unit == "words" and found.before == found.after and found.human.samples == 10


@pytest.mark.parametrize("call, error, words", [
    (lambda: lab.overlap([], "a"), ArgumentError, "samples is empty"),
    (lambda: lab.overlap("a", "a"), ArgumentError, "samples is a single string"),
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
    (lambda: lab.compare_overlap(["a", "b"], ["a", "b"], "a", human=[[1]]), ArgumentError, r"human\[0\] is of type list"),
    (lambda: lab.compare_overlap([[1], [2]], [[1], [2]], [[1]], human="a"), ArgumentError, "human is text"),
    (lambda: lab.compare_overlap(["a", "b"], ["a", "b"], "a", human=""), TextError, "human has no words"),
])
def test_bad_input_is_refused_with_a_reason(call, error, words):
    with pytest.raises(error, match=words):
        call()
