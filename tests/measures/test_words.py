"""Texts are split into words in one documented way, and what is no sample is refused with a reason."""

import numpy as np
import pandas as pd
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.ngrams import NGrams
from gpt2lab.measures.words import tokenize_samples, tokenize_texts

token_lists = st.lists(st.lists(st.integers(0, 3), max_size=12), min_size=1, max_size=5)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", []),
        (" \n\t", []),
        ("Don't stop.", ["Don't", "stop", "."]),
        ("well-known, isn’t it?", ["well-known", ",", "isn’t", "it", "?"]),
        ("'quoted' - dash-", ["'", "quoted", "'", "-", "dash", "-"]),
        ("$1,000.50, or 3.", ["$", "1,000.50", ",", "or", "3", "."]),
        ("a.b 1.b", ["a", ".", "b", "1", ".", "b"]),
        ("The the", ["The", "the"]),
        ("...!", [".", ".", ".", "!"]),
        ("snake_case", ["snake_case"]),
        ("cafe\u0301 na\u00efve", ["cafe\u0301", "na\u00efve"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("漢字です。", ["漢字です", "。"]),
        ("🙂🙂", ["🙂", "🙂"]),
    ],
)
def test_words_are_what_the_docstring_says(text, expected):
    assert lab.words(text) == expected


@given(st.text())
def test_words_lose_nothing_but_spaces(text):
    words = lab.words(text)
    assert "".join(words) == regex.sub(r"\s", "", text) and all(words)


@pytest.mark.parametrize("thing", [None, 5, b"bytes", ["a"]])
def test_words_of_what_is_no_string_are_refused(thing):
    with pytest.raises(ArgumentError, match="give a string"):
        lab.words(thing)


def test_samples_are_strings_or_lists_of_tokens():
    assert tokenize_samples(["a b", ""]).texts == [["a", "b"], []] and tokenize_samples(["a"]).unit == "words"
    for tokens in ([[1, 2], [3]], ((1, 2), (3,)), [np.array([1, 2]), np.array([3])]):
        found = tokenize_samples(tokens)
        assert found.texts == [[1, 2], [3]] and found.unit == "tokens" and found.lengths == [2, 1]
    assert tokenize_samples(np.array([[1, 2], [3, 4]])).texts == [[1, 2], [3, 4]]
    assert tokenize_samples(pd.Series(["a b"], index=[7])).texts == [["a", "b"]]
    assert tokenize_samples(sample for sample in ["a b"]).texts == [["a", "b"]]
    assert tokenize_samples(lab.Corpus.from_texts(["a b", "c"])).texts == [["a", "b"], ["c"]]


def test_a_reference_may_also_be_one_string():
    assert tokenize_texts("a b").texts == [["a", "b"]]


MEASURES = [lab.distinct, lab.self_bleu, lab.repetition, lab.zipf]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "samples, words",
    [
        ([], "samples is empty; give at least one"),
        ("one string", "samples is a single string; put it into a list"),
        (b"bytes", "of type bytes"),
        (None, "of type NoneType"),
        (5, "of type int"),
        ({"a": 1}, "of type dict"),
        (pd.DataFrame({"text": ["a"]}), "of type DataFrame"),
        (["a", ["b"]], "mixes strings and lists"),
        (["a", None], "mixes strings"),
        ([None, None], r"samples\[0\]=None is of type NoneType"),
        ([[1], 5], r"samples\[1\]=5 is of type int"),
        ([[1], b"bytes"], r"samples\[1\]"),
        ([[1], [1.5]], r"samples\[1\] holds a token of type float"),
        ([[1], [None]], "type NoneType"),
        ([[1], [True]], "type bool"),
        ([np.array(5), np.array(6)], r"samples\[0\]"),
        ([np.ones((2, 2), int)] * 2, r"samples\[0\]"),
    ],
)
def test_what_is_no_sample_is_refused_with_a_reason(measure, samples, words):
    with pytest.raises(ArgumentError, match=words):
        measure(samples)


@given(token_lists, st.integers(1, 14))
def test_ngrams_are_numbered_alike_if_and_only_if_they_are_alike(texts, n):
    numbers, text = NGrams(texts).of(n)
    expected = [
        (tuple(tokens[i : i + n]), t) for t, tokens in enumerate(texts) for i in range(len(tokens) - n + 1)
    ]
    assert [t for _, t in expected] == text.tolist()
    assert (
        len(set(zip(numbers.tolist(), [gram for gram, _ in expected])))
        == len({gram for gram, _ in expected})
        == len(set(numbers.tolist()))
    )
    assert sorted(set(numbers.tolist())) == list(range(len(set(numbers.tolist()))))


@given(token_lists, st.integers(1, 5))
def test_counts_are_those_of_a_loop(texts, n):
    ngrams = NGrams(texts)
    numbers, text = ngrams.of(n)
    pairs = list(zip(numbers.tolist(), text.tolist()))
    assert dict(
        zip(zip(*(values.tolist() for values in ngrams.counts(n)[:2])), ngrams.counts(n)[2].tolist())
    ) == {p: pairs.count(p) for p in pairs}


TEXT = " ".join(f"word{i}" for i in range(100))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.integers(0, 5))
def test_human_samples_have_the_lengths_of_the_samples_and_do_not_overlap(lengths, seed):
    for texts, like, tokens_in in (
        (TEXT, ["x " * n for n in lengths], str.split),
        ([list(range(100))], [[0] * n for n in lengths], list),
    ):
        pieces = lab.human_samples(texts, like, seed)
        assert [len(tokens_in(piece)) for piece in pieces] == lengths
        taken = [token for piece in pieces for token in tokens_in(piece)]
        assert len(taken) == len(set(taken))
        assert pieces == lab.human_samples(texts, like, seed)


def test_human_samples_are_verbatim_and_stay_within_a_document():
    texts = ["One,  two\nthree.", "Four - five six", ""]
    assert sorted(lab.human_samples(texts, ["a b c"] * 9)) == ["Four - five", "One,  two"]
    assert lab.human_samples(lab.Corpus.from_texts(texts[:1]), ["a b c"]) == ["One,  two"]


def test_a_short_document_is_taken_whole_and_too_little_text_gives_fewer_pieces():
    assert sorted(lab.human_samples(["a b", "c"], ["x x x"] * 5)) == ["a b", "c"]


def test_human_samples_come_from_everywhere():
    firsts = {lab.human_samples(TEXT, ["a b"], seed)[0] for seed in range(40)}
    assert len(firsts) > 20


def test_human_samples_need_text_of_the_same_kind():
    for texts, like, words in (
        ([[1, 2]], ["a"], "texts.0. is of type list"),
        (["a"], [[1]], "both as"),
        ("a", [], "like is empty"),
    ):
        with pytest.raises(ArgumentError, match=words):
            lab.human_samples(texts, like)
    with pytest.raises(TextError, match="no words"):
        lab.human_samples(["", " "], ["a"])
