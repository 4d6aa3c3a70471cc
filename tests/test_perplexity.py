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
    assert found.bits_per_byte == pytest.approx(small.score(TEXTS[1])["nats"].sum() / math.log(2) / found.bytes, rel=1e-6)


def test_a_corpus_and_a_list_are_their_documents_pooled(small):
    nats = np.concatenate([small.score(text)["nats"] for text in TEXTS])
    expected = lab.perplexity(small, TEXTS)
    assert expected.perplexity == pytest.approx(math.exp(nats.mean()), rel=1e-5)
    assert expected.tokens == len(nats) and expected.bytes == sum(len(text.encode()) for text in TEXTS)
    assert lab.perplexity(small, lab.Corpus.from_texts(TEXTS)) == expected
    assert lab.perplexity(small, tuple(reversed(TEXTS))).perplexity == pytest.approx(expected.perplexity, rel=1e-6)


def test_a_smaller_stride_gives_each_token_more_to_go_by(small, speeches):
    text = speeches.text[:9000]
    whole, sliding = lab.perplexity(small, text), lab.perplexity(small, text, stride=256)
    assert whole.tokens == sliding.tokens and sliding.perplexity < whole.perplexity
    assert sliding.nats_per_token == pytest.approx(small.score(text, stride=256)["nats"].mean(), rel=1e-5)


@given(st.lists(st.text(st.characters(codec="ascii"), min_size=1), min_size=1), st.integers(1, 10**6))
def test_a_model_that_can_only_score_will_do(texts, choices):
    found = lab.perplexity(Uniform(choices), texts)
    assert found.perplexity == pytest.approx(choices)
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


@pytest.mark.parametrize("stride", [0, -1, 1024, 1.5, "100"])
def test_a_stride_that_cannot_work_is_named(small, stride):
    with pytest.raises(ArgumentError, match="stride="):
        lab.perplexity(small, "a", stride=stride)
