"""Perplexity is the exponential of the mean loss, whatever the texts come in."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

TEXTS = ["The state of the Union is strong.", "Naïve — 漢字 🙂.", "My fellow Americans"]


class Uniform:
    """The least that a model has to offer: a token a character, each as likely as one in ``choices``."""

    def __init__(self, choices):
        self.nats = math.log(choices)

    def score(self, text):
        return {"nats": [self.nats] * len(text)}


def test_perplexity_is_the_exponential_of_the_mean_score(small):
    found, nats = lab.perplexity(small, TEXTS[0]), small.score(TEXTS[0])["nats"]
    assert found.nats_per_token == pytest.approx(nats.mean(), rel=1e-6)
    assert found.perplexity == pytest.approx(math.exp(nats.mean()), rel=1e-6)
    assert found.tokens == len(nats) and found.bytes == len(TEXTS[0].encode())


def test_bits_per_byte_count_bytes_of_utf_8(small):
    found = lab.perplexity(small, TEXTS[1])
    assert found.bytes == len(TEXTS[1].encode()) > len(TEXTS[1])
    assert found.bits_per_byte == pytest.approx(
        small.score(TEXTS[1])["nats"].sum() / math.log(2) / found.bytes, rel=1e-6
    )


def test_a_corpus_and_a_list_are_their_documents_pooled(small):
    nats = np.concatenate([small.score(text)["nats"] for text in TEXTS])
    expected = lab.perplexity(small, TEXTS)
    assert expected.perplexity == pytest.approx(math.exp(nats.mean()), rel=1e-5)
    assert expected.tokens == len(nats) and expected.bytes == sum(len(text.encode()) for text in TEXTS)
    assert lab.perplexity(small, lab.Corpus.from_texts(TEXTS)) == expected
    assert lab.perplexity(small, tuple(reversed(TEXTS))).perplexity == pytest.approx(
        expected.perplexity, rel=1e-6
    )


def test_a_smaller_stride_gives_each_token_more_to_go_by(small, speeches):
    text = speeches.text[:9000]
    whole, sliding = lab.perplexity(small, text), lab.perplexity(small, text, stride=256)
    assert whole.tokens == sliding.tokens and sliding.perplexity < whole.perplexity
    assert sliding.nats_per_token == pytest.approx(small.score(text, stride=256)["nats"].mean(), rel=1e-5)


def test_the_table_has_a_row_for_each_document_and_they_pool_to_the_whole(small):
    corpus = lab.Corpus(
        (lab.Document(TEXTS[0], "Lincoln", "1863"), lab.Document(""), lab.Document(TEXTS[1], None, "1864"))
    )
    found = lab.perplexity(small, corpus)
    assert found.table["name"].tolist() == ["1863", "1864"]
    assert found.table["author"][0] == "Lincoln" and found.table["author"].isna().tolist() == [False, True]
    for (_, row), text in zip(found.table.iterrows(), (TEXTS[0], TEXTS[1])):
        alone = lab.perplexity(small, text)
        assert row["perplexity"] == pytest.approx(alone.perplexity, rel=1e-5) and row[
            "bits_per_byte"
        ] == pytest.approx(alone.bits_per_byte, rel=1e-5)
        assert (row["tokens"], row["bytes"]) == (alone.tokens, alone.bytes)
    assert (found.table["nats_per_token"] * found.table["tokens"]).sum() / found.tokens == pytest.approx(
        found.nats_per_token
    )
    assert lab.perplexity(small, TEXTS).table["name"].tolist() == ["text 1", "text 2", "text 3"]


def test_intervals_hold_the_value_and_are_over_documents(small):
    found = lab.perplexity(small, TEXTS)
    for name, (low, high) in found.intervals.items():
        assert low < getattr(found, name) < high
    low, high = found.intervals["nats_per_token"]
    assert found.intervals["perplexity"] == pytest.approx((max(1, math.exp(low)), math.exp(high)))
    doubled = lab.perplexity(small, [text + "\n" + text for text in TEXTS]).intervals["nats_per_token"]
    assert doubled[1] - doubled[0] > 0.5 * (high - low)  # twice the tokens of as many documents prove no more


def test_one_document_has_no_interval_and_says_so(small):
    found = lab.perplexity(small, TEXTS[0])
    assert all(map(math.isnan, (end for ends in found.intervals.values() for end in ends)))
    assert str(found).startswith(
        f"perplexity {found.perplexity:.2f}, "
    ) and "one document has no interval" in str(found)
    assert repr(found).endswith("tokens, 33 bytes, documents: 1)")


def test_it_prints_what_was_found_with_intervals(small):
    found = lab.perplexity(small, TEXTS)
    low, high = found.intervals["perplexity"]
    assert str(found).startswith(f"perplexity {found.perplexity:.2f} ({low:.2f} to {high:.2f}), ") and str(
        found
    ).endswith("over 3 documents.")


@given(st.lists(st.text(st.characters(codec="ascii"), min_size=1), min_size=1), st.integers(1, 10**6))
def test_a_model_that_can_only_score_will_do(texts, choices):
    found = lab.perplexity(Uniform(choices), texts)
    assert found.perplexity == pytest.approx(choices)
    if len(texts) > 1:
        assert found.intervals["perplexity"] == pytest.approx((choices, choices))
    assert found.bits_per_byte == pytest.approx(math.log2(choices))
    assert found.tokens == found.bytes == sum(map(len, texts))


def test_a_stride_is_passed_on_to_a_model_that_can_only_score():
    asked = []
    model = SimpleNamespace(score=lambda text, stride: asked.append(stride) or {"nats": [1.0]})
    assert lab.perplexity(model, "a", stride=7).nats_per_token == 1 and asked == [7]


def test_a_hopeless_model_has_an_infinite_perplexity():
    assert lab.perplexity(SimpleNamespace(score=lambda text: {"nats": [1e4]}), "a").perplexity == math.inf


@pytest.mark.parametrize("nothing", ["", [], ["", ""], lab.Corpus()])
def test_nothing_to_score_is_refused(small, nothing):
    with pytest.raises(TextError, match="no text to score"):
        lab.perplexity(small, nothing)


@pytest.mark.parametrize("thing", [None, 5, b"bytes", ["a", 5], {"a": 1}])
def test_what_is_no_text_is_refused(small, thing):
    with pytest.raises(ArgumentError, match="give a string, a list of strings or a Corpus"):
        lab.perplexity(small, thing)


@pytest.mark.parametrize("model", [None, "3M", object()])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ArgumentError, match="is no model; give for example"):
        lab.perplexity(model, "a")


@pytest.mark.parametrize("stride", [0, -1, 1024, 1.5, "100"])
def test_a_stride_that_cannot_work_is_named(small, stride):
    with pytest.raises(ArgumentError, match="stride="):
        lab.perplexity(small, "a", stride=stride)
