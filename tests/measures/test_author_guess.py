"""The classifier finds authors who can be found, and says when it knows nothing."""

import random

import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

WORDS = {
    "Ann": "apple orchard cider harvest basket ladder",
    "Bob": "bolt engine wrench garage piston gear",
    "Cid": "cloud rain thunder wind storm hail",
}


def texts(author, number, seed=0, share=1.0):
    """Texts of twelve words, that share of them the author's own."""
    dice, everyone = random.Random(f"{author} {seed}"), " ".join(WORDS.values()).split()
    return [
        " ".join(dice.choice(WORDS[author].split() if dice.random() < share else everyone) for _ in range(12))
        for _ in range(number)
    ]


def corpus(number=20, share=1.0):
    return lab.Corpus.from_texts(
        [text for author in WORDS for text in texts(author, number, share=share)],
        [author for author in WORDS for _ in range(number)],
    )


def test_texts_that_sound_like_their_authors_are_found():
    found = lab.guess_authors({author: texts(author, 10, seed=1) for author in WORDS}, corpus())
    assert found.share == 1 and found.right == found.texts == 30 and found.human_share == 1
    assert found.chance == pytest.approx(1 / 3) and found.p_value < 0.001 and found.interval[1] == 1
    assert found.confusion.to_numpy().diagonal().tolist() == [10, 10, 10] and str(found) == found.answer
    assert "30 of 30 texts" in found.answer and "33 %" in found.answer


def test_the_table_has_each_text_in_order():
    asked = {author: texts(author, 5, seed=1, share=0.5) for author in WORDS}
    found = lab.guess_authors(asked, corpus())
    assert found.table["author"].tolist() == [author for author in asked for _ in range(5)]
    assert (found.table["author"] == found.table["guess"]).sum() == found.right
    alone = lab.guess_authors(asked | {"Ann": asked["Ann"][::-1]}, corpus())
    assert alone.table["guess"].tolist()[:5] == found.table["guess"].tolist()[:5][::-1]


def test_texts_that_have_nothing_of_their_authors_are_put_down_to_chance():
    found = lab.guess_authors({author: texts(author, 12, seed=2, share=0) for author in WORDS}, corpus())
    assert (
        found.p_value > 0.05
        and found.interval[0] < found.chance < found.interval[1]
        and found.human_share > 0.9
    )
    assert "chance may be the reason" in found.answer


def test_a_classifier_that_cannot_tell_people_apart_says_nothing_of_the_model():
    alike = lab.Corpus.from_texts(["They all say the same."] * 20, ["Ann", "Bob"] * 10)
    found = lab.guess_authors({author: texts(author, 6) for author in ("Ann", "Bob")}, alike)
    assert found.human_share == found.chance == 0.5 and "says nothing about the model" in found.answer


def test_chance_knows_that_one_guess_may_be_common():
    # Every guess is Ann, of whom two thirds are: right two times in three, and so would any dealing of these
    # guesses be.
    found = lab.guess_authors({"Ann": texts("Ann", 20), "Bob": texts("Ann", 10, seed=3)}, corpus())
    assert found.share == pytest.approx(2 / 3) == found.chance and found.p_value == 1


def test_passages_of_one_document_are_never_on_both_sides():
    # What marks each author in these passages is the document's own odd words, which other documents of the
    # same author lack.
    documents = [
        lab.Document(
            f"{author}{i} word{author}{i} odd{author}{i} text {n}", author, f"{author}-{i} [{n}:{n + 9}]"
        )
        for author in WORDS
        for i in range(4)
        for n in range(6)
    ]
    plain = [lab.Document(d.text.replace(d.author, "X"), d.author, d.name) for d in documents]
    odd = {author: [f"{author}0 word{author}0"] for author in WORDS}
    apart = lab.guess_authors(odd, lab.Corpus(tuple(plain)))
    assert apart.human_share <= 0.6  # i is the same for all authors, so that nothing but the document tells


def test_the_seed_repeats():
    asked = {author: texts(author, 5, seed=4, share=0.3) for author in WORDS}
    first, again = (lab.guess_authors(asked, corpus(share=0.5), seed=3) for _ in range(2))
    assert first == again and first.human_share == again.human_share


@pytest.mark.parametrize(
    "samples, human, error, message",
    [
        (["a"], corpus(), ArgumentError, "give a dict"),
        ({"Ann": ["a"]}, corpus(), ArgumentError, "1 author"),
        ({"Ann": "a text", "Bob": ["b"]}, corpus(), ArgumentError, "single string"),
        ({"Ann": [5], "Bob": ["b"]}, corpus(), ArgumentError, "type int"),
        ({"Ann": [" "], "Bob": [""]}, corpus(), TextError, "no words"),
        ({"Ann": ["a"], "Dan": ["b"]}, corpus(), TextError, "0 texts by 'Dan'"),
        ({"Ann": ["a"], "Bob": ["b"]}, ["a"], ArgumentError, "give a Corpus"),
    ],
)
def test_what_cannot_be_guessed_is_refused(samples, human, error, message):
    with pytest.raises(error, match=message):
        lab.guess_authors(samples, human)
