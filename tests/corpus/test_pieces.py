"""Lines and sentences as documents of their own, and splits that hold out text of every author."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

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


def test_each_author_is_in_every_split(
    speech_authors=("Ulysses S. Grant", "Donald J. Trump", "George Washington"),
):
    corpus = lab.presidential_speeches().select(lambda document: document.author in speech_authors)
    splits = corpus.split(valid=0.15, test=0.25, seed=1, each_author=True)
    for part in (splits.train, splits.valid, splits.test):
        assert set(part.authors) == set(speech_authors)
    names = [document.name for part in (splits.train, splits.valid, splits.test) for document in part]
    assert sorted(names) == sorted(document.name for document in corpus)
    assert splits == corpus.split(valid=0.15, test=0.25, seed=1, each_author=True)


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
