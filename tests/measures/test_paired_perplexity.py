"""Two models on the same documents: pairing tells apart what intervals side by side cannot."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

TEXTS = [
    letter * length for letter, length in zip("abcdefghij", (400, 90, 700, 250, 300, 120, 800, 60, 500, 340))
]


class Judging:
    """A model that finds some texts harder than others: a token a character, or every so many characters."""

    def __init__(self, levels, characters=1):
        self.levels, self.characters = dict(zip("abcdefghij", levels)), characters

    def token_losses(self, texts, stride):
        return [
            (None, np.full(-(-len(text) // self.characters), self.levels[text[0]] * self.characters))
            for text in texts
        ]


def levels(change=0.0, spread=0.0, seed=0):
    hard = np.random.default_rng(0).normal(4, 0.4, len(TEXTS))
    return hard + change + spread * np.random.default_rng(seed + 1).standard_normal(len(TEXTS))


@pytest.fixture
def fallen():
    return lab.compare_perplexity(Judging(levels()), Judging(levels(-0.15, 0.05)), TEXTS)


def test_the_ratio_is_that_of_the_pooled_perplexities(fallen):
    assert fallen.ratio == pytest.approx(fallen.after.perplexity / fallen.before.perplexity)
    assert fallen.bits_per_byte_ratio == pytest.approx(
        fallen.after.bits_per_byte / fallen.before.bits_per_byte
    )
    assert fallen.interval[0] < fallen.ratio < fallen.interval[1] < 1
    assert (
        fallen.bits_per_byte_interval[0] < fallen.bits_per_byte_ratio < fallen.bits_per_byte_interval[1] < 1
    )


def test_pairing_tells_apart_what_overlapping_intervals_do_not(fallen):
    before, after = fallen.before.intervals["nats_per_token"], fallen.after.intervals["nats_per_token"]
    assert before[0] < after[1]
    alone, paired = before[1] - before[0], math.log(fallen.interval[1] / fallen.interval[0])
    assert paired < alone / 4


def test_the_table_has_both_models_for_each_document(fallen):
    table = fallen.table
    assert table["name"].tolist() == [f"text {number}" for number in range(1, 11)]
    assert table["ratio"].tolist() == pytest.approx((table["after"] / table["before"]).tolist())
    assert fallen.fell == (table["ratio"] < 1).sum()
    assert table["bits_per_byte_after"].tolist() == fallen.after.table["bits_per_byte"].tolist()


def test_it_answers_in_words(fallen):
    low, high = (100 * (1 - end) for end in fallen.interval[::-1])
    assert (
        repr(fallen)
        == fallen.answer
        == f"Perplexity fell from {fallen.before.perplexity:.1f} to {fallen.after.perplexity:.1f}, by"
        f" {100 * (1 - fallen.ratio):.0f} % (95 % interval {low:.0f} to {high:.0f} %), and in 10 of 10"
        " documents."
    )
    turned = lab.compare_perplexity(fallen.after, fallen.before)
    assert turned.ratio == pytest.approx(1 / fallen.ratio) and turned.fell == 0
    assert turned.answer.startswith("Perplexity rose from ") and turned.answer.endswith(
        "and in 10 of 10 documents."
    )


def test_a_row_for_a_table_of_texts_has_both_models_and_their_intervals(fallen):
    row = fallen.row
    assert (row["documents"], row["tokens"], row["fell"]) == (10, sum(map(len, TEXTS)), 10)
    assert (row["before_low"], row["before_high"]) == fallen.before.intervals["perplexity"] and row[
        "after"
    ] == fallen.after.perplexity
    assert (row["ratio"], row["ratio_low"], row["ratio_high"]) == (fallen.ratio, *fallen.interval)


def test_equal_models_are_called_different_as_rarely_as_promised():
    before = lab.perplexity(Judging(levels()), TEXTS)
    told = [
        lab.compare_perplexity(before, Judging(levels(0, 0.05, seed)), TEXTS).interval for seed in range(300)
    ]
    different = sum(high < 1 or low > 1 for low, high in told)
    assert 2 <= different <= 28  # of 15 expected


def test_chance_is_named_where_the_interval_holds_it():
    found = lab.compare_perplexity(Judging(levels()), Judging(levels(0, 0.05)), TEXTS)
    assert found.interval[0] < 1 < found.interval[1] and found.answer.endswith(
        "The interval holds 0, so chance may be the reason."
    )
    same = lab.compare_perplexity(found.before, found.before)
    assert same.ratio == 1 and same.fell == 0 and "in 0 of 10 documents. The interval holds 0" in same.answer


def test_models_with_other_tokens_are_compared_by_bits_a_byte():
    found = lab.compare_perplexity(
        Judging(levels()), Judging(levels(-0.15, 0.05), characters=2), [text + text for text in TEXTS]
    )
    assert (
        math.isnan(found.ratio) and all(map(math.isnan, found.interval)) and found.table["ratio"].isna().all()
    )
    assert found.answer.startswith(
        "The two models cut the text into different tokens, so that only bits per byte compare them. Bits per"
        " byte fell"
    )
    assert found.bits_per_byte_interval[1] < 1 and found.answer.endswith("in 10 of 10 documents.")


def test_a_single_document_says_that_it_proves_nothing_for_others():
    found = lab.compare_perplexity(Judging(levels()), Judging(levels(-0.1)), TEXTS[0])
    assert found.ratio == pytest.approx(math.exp(-0.1)) and all(map(math.isnan, found.interval))
    assert "by 9.5 %, in a single document" in found.answer


def test_a_hopeless_model_is_compared_too():
    found = lab.compare_perplexity(Judging(levels()), Judging(levels(1e4)), TEXTS)
    assert found.ratio == math.inf and "rose from" in found.answer and "to inf" in found.answer


def test_nothing_is_scored_that_was_scored_before():
    scored = []
    model = SimpleNamespace(
        token_losses=lambda texts, stride: (
            scored.append(stride) or [(None, np.full(len(text), 3.0)) for text in texts]
        )
    )
    before = lab.perplexity(model, TEXTS)
    lab.compare_perplexity(before, before)
    assert scored == [None]
    lab.compare_perplexity(lab.perplexity(model, TEXTS, stride=64), model, TEXTS, stride=64)
    assert scored == [None, 64, 64]


def test_real_models_read_the_same_documents(small, large, held_out):
    found = lab.compare_perplexity(small, large, held_out.first(4000))
    assert found.table["name"].tolist() == [document.name for document in held_out.first(4000)]
    assert found.ratio < 1 and found.before == lab.perplexity(small, held_out.first(4000))


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ((Judging(levels()), Judging(levels())), ArgumentError, "before is a Judging and there is no text"),
        (
            (lab.perplexity(Judging(levels()), TEXTS), Judging(levels())),
            ArgumentError,
            "after is a Judging and there is no text",
        ),
        (
            (lab.perplexity(Judging(levels()), TEXTS), lab.perplexity(Judging(levels()), TEXTS[1:])),
            ArgumentError,
            "3,560 bytes and after",
        ),
        (
            (lab.perplexity(Judging(levels()), TEXTS), Judging(levels()), TEXTS[::-1]),
            ArgumentError,
            "score one text with both",
        ),
        (
            (lab.perplexity(Judging(levels()), TEXTS), Judging(levels()), TEXTS, 64),
            ArgumentError,
            "stride=None and after with stride=64",
        ),
        ((51.9, 42.9, TEXTS), ArgumentError, "A float is no model"),
        ((Judging(levels()), Judging(levels()), ""), TextError, "no text to score"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(arguments, error, words):
    with pytest.raises(error, match=words):
        lab.compare_perplexity(*arguments)
