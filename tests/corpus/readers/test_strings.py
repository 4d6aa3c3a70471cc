"""Strings make a corpus, and what is not a list of texts is refused."""

import pytest

from gpt2lab.corpus import Corpus
from gpt2lab.errors import ArgumentError, TextError


def test_strings_make_a_corpus():
    corpus = Corpus.from_texts(["one\r\ntwo", "\ufeffthree"], authors=["a", None])
    assert [(d.text, d.author) for d in corpus] == [("one\ntwo", "a"), ("three", None)]
    assert (len(corpus), corpus.characters, corpus.authors) == (2, 12, ["a"])


@pytest.mark.parametrize(
    "texts, authors, kind, complaint",
    [
        ("one text", None, ArgumentError, "single string"),
        (["one", 2.5], None, ArgumentError, r"texts\[1\]=2.5 is of type float"),
        (7, None, ArgumentError, "not a list"),
        (["one", " \n"], None, TextError, r"texts\[1\].*empty"),
        (["one", "\ud83d"], None, TextError, "surrogate"),
        (["one", "two"], ["a"], ArgumentError, "1 entries for 2 texts"),
        (["one"], [7], ArgumentError, r"authors\[0\]=7"),
        (["one"], "a", ArgumentError, "authors is a single string"),
    ],
)
def test_what_is_not_a_list_of_texts_is_refused(texts, authors, kind, complaint):
    with pytest.raises(kind, match=complaint):
        Corpus.from_texts(texts, authors)
