"""Complexity: words, sentences, and what of them people say too."""

import math

import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

HUMAN = "We must act. We must act now, and we shall. Is Mr. Smith here? He is in the U. S. of A. today!"


def test_sentences_and_words_are_counted_without_punctuation():
    found = lab.complexity([HUMAN], HUMAN)
    said = HUMAN.translate({ord(mark): None for mark in ".,?!"}).split()
    assert found.sentence_words == len(said) / 4  # none ends after Mr, U, S and A
    assert found.word_letters == pytest.approx(sum(map(len, said)) / len(said))
    assert (found.known_words, found.known_3grams) == (1, 1)


def test_what_people_did_not_write_is_not_known_and_capitals_do_not_matter():
    found = lab.complexity(["we MUST flurb now . We must act"], HUMAN)
    assert found.known_words == pytest.approx(6 / 7)
    assert found.known_3grams == pytest.approx(2 / 6)
    assert lab.complexity(["now must we act"], HUMAN).known_3grams == 0


def test_variety_is_that_of_the_other_measures():
    texts = ["a rose is a rose is a rose", "is a rose a rose is it"]
    found = lab.complexity(texts, HUMAN)
    assert found.distinct_2 == lab.distinct(texts, 2) and found.repetition_4 == lab.repetition(texts, 4)


def test_a_text_without_the_end_of_a_sentence_has_no_length_of_sentences():
    assert math.isnan(lab.complexity(["we must act now and we"], HUMAN).sentence_words)


@pytest.mark.parametrize(
    "texts, error",
    [("a text", ArgumentError), ([], ArgumentError), ([1], ArgumentError), (["...", ""], TextError)],
)
def test_what_has_no_words_is_refused(texts, error):
    with pytest.raises(error):
        lab.complexity(texts, HUMAN)
