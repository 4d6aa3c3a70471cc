"""Nothing is lost, nothing leaks from one split into another, and the same seed gives the same splits."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import different_texts

import gpt2lab as lab
from gpt2lab.corpus import Corpus
from gpt2lab.corpus.splitting import find_shared_text, shared_ngrams
from gpt2lab.errors import ArgumentError, TextError

SPLITS = ("train", "valid", "test")
WORDS = "the state of the union is strong and my fellow citizens know it".split()


def prose(sentences, start=0):
    """A text in which no sentence comes twice."""
    lines = [
        f"{WORDS[i % 13].title()} {WORDS[i % 7]} and so on, says sentence number {start + i}."
        for i in range(sentences)
    ]
    return "\n\n".join(" ".join(lines[i : i + 5]) for i in range(0, len(lines), 5))


seeds = st.integers(0, 2**40)


@given(different_texts, seeds, st.sampled_from([0, 0.05, 0.1, 0.3]), st.sampled_from([0, 0.1, 0.2, 0.5]))
@settings(max_examples=200)
def test_every_document_is_in_one_split_and_every_split_has_its_share(texts, seed, valid, test):
    corpus = Corpus.from_texts(texts)
    splits = corpus.split(valid, test, seed)
    assert sorted(d.name for part in SPLITS for d in getattr(splits, part)) == sorted(d.name for d in corpus)
    largest = max(map(len, texts))
    for part, share in zip(SPLITS, (1 - valid - test, valid, test)):
        got = getattr(splits, part)
        assert bool(got) == bool(share)
        assert abs(got.characters - share * corpus.characters) <= 2 * largest
        assert [d for d in corpus if d in got.documents] == list(got)  # the order stays


@given(different_texts, seeds, st.randoms())
def test_the_split_depends_on_texts_and_seed_only(texts, seed, chance):
    splits = Corpus.from_texts(texts).split(seed=seed)
    assert splits == Corpus.from_texts(texts).split(seed=seed)
    mixed = chance.sample(texts, len(texts))
    again = Corpus.from_texts(mixed).split(seed=seed)
    for part in SPLITS:
        assert {d.text for d in getattr(again, part)} == {d.text for d in getattr(splits, part)}


def test_the_split_is_the_same_on_every_machine():
    splits = Corpus.from_texts([f"text number {i}" for i in range(20)]).split(seed=0)
    assert [d.name for d in splits.valid] + [d.name for d in splits.test] == [
        "text 4",
        "text 17",
        "text 10",
        "text 19",
    ]


@given(st.lists(st.integers(0, 8), min_size=12, max_size=40), seeds)
def test_copies_of_a_text_stay_together(numbers, seed):
    corpus = Corpus.from_texts([*(f"text {n}\n" for n in numbers), "text 0", "text 1", "text 2"])
    splits = corpus.split(valid=0.2, test=0.2, seed=seed)
    held = [{" ".join(d.text.split()) for d in getattr(splits, part)} for part in SPLITS]
    assert all(held) and not (held[0] & held[1] or held[0] & held[2] or held[1] & held[2])


def test_documents_that_share_much_of_their_text_stay_together():
    speeches = [prose(30, start=1000 * i) for i in range(12)]
    radio = "A summary on the radio. " + speeches[3][:400]
    corpus = Corpus.from_texts([*speeches, radio])
    for seed in range(20):
        splits = corpus.split(valid=0.2, test=0.2, seed=seed)
        assert any({"text 4", "text 13"} <= {d.name for d in getattr(splits, part)} for part in SPLITS)


def test_documents_of_one_group_stay_together_and_are_named():
    texts = [f"{prose(4, start=100 * i)}" for i in range(30)]
    corpus = Corpus(
        tuple(
            lab.Document(text, None, f"d{i}", f"g{i % 10}" if i < 20 else "") for i, text in enumerate(texts)
        )
    )
    for seed in range(20):
        splits = corpus.split(valid=0.2, test=0.2, seed=seed)
        where = {d.name: part for part in SPLITS for d in getattr(splits, part)}
        assert all(where[f"d{i}"] == where[f"d{i + 10}"] for i in range(10))
        assert sorted(splits.kept_together) == sorted((f"d{i}", f"d{i + 10}") for i in range(10))


def test_what_a_president_said_in_one_year_and_what_repeats_it_stays_together():
    speeches = lab.presidential_speeches(since=1947)
    for seed in range(5):
        splits = speeches.split(seed=seed)
        where = {d.name: part for part in SPLITS for d in getattr(splits, part)}
        assert len({where[f"1973-Nixon-{number}"] for number in range(1, 12)}) == 1
        assert where["1980-Carter-1"] == where["1981-Carter"]


def shared_by_hand(texts, n=8, formula=5, fewest=5):
    grams = []
    for text in texts:
        said = re.findall(r"\w+(?:['’]\w+)*", text.lower())
        grams.append({tuple(said[i : i + n]) for i in range(len(said) - n + 1)})
    found = {}
    for i, j in itertools.combinations(range(len(texts)), 2):
        common = [g for g in grams[i] & grams[j] if sum(g in other for other in grams) <= formula]
        if len(common) >= fewest:
            found[i, j] = len(common) / min(len(grams[i]), len(grams[j]))
    return found


@given(st.lists(st.lists(st.sampled_from(WORDS[:6]), max_size=60).map(" ".join), max_size=9))
@settings(max_examples=200, deadline=None)
def test_shared_8_grams_are_those_that_are_counted_by_hand(texts):
    assert shared_ngrams(texts) == pytest.approx(shared_by_hand(texts))


def test_short_texts_with_a_phrase_in_common_are_no_copies():
    posts = [f"{i} is what I would say if somebody asked me about number {i}" for i in range(4)]
    assert find_shared_text(posts) == {}


def test_other_seeds_hold_out_other_documents():
    corpus = Corpus.from_texts([f"text number {i}" for i in range(50)])
    assert len({tuple(d.name for d in corpus.split(seed=seed).test) for seed in range(10)}) > 5


def test_three_documents_are_enough_and_the_note_says_how_far_off_the_shares_are():
    splits = Corpus.from_texts(["a" * 500, "b" * 300, "c" * 300]).split()
    assert [len(getattr(splits, part)) for part in SPLITS] == [1, 1, 1]
    assert splits.train.text == "a" * 500 and "train 45%, valid 27%, test 27%" in splits.note


@given(st.integers(150, 1500), seeds, st.sampled_from([0, 0.1, 0.2]), st.sampled_from([0, 0.1, 0.3]))
@settings(max_examples=60, deadline=None)
def test_a_single_text_is_cut_into_passages_that_make_it_up(sentences, seed, valid, test):
    text = prose(sentences)
    splits = Corpus.from_texts([text]).split(valid, test, seed)
    pieces = [d for part in SPLITS for d in getattr(splits, part)]
    starts = {d.text: text.index(d.text) for d in pieces}
    assert "".join(sorted(starts, key=starts.get)) == text
    for part, share in zip(SPLITS, (1 - valid - test, valid, test)):
        assert abs(getattr(splits, part).characters - share * len(text)) <= 0.04 * len(text)
    for part, share in (("valid", valid), ("test", test)):
        assert len(getattr(splits, part)) == bool(share)  # one contiguous passage
    assert ("cut into passages" in splits.note) == bool(valid or test)


def test_a_long_text_is_cut_between_paragraphs():
    text = prose(3000)
    for part in SPLITS:
        for document in getattr(Corpus.from_texts([text]).split(seed=1), part):
            end = text.index(document.text) + len(document.text)
            assert end == len(text) or text[:end].endswith("\n\n")


@pytest.mark.parametrize("copies", [2, 3, 7])
def test_copies_of_one_text_are_cut_alike(copies):
    splits = Corpus.from_texts([prose(500)] * copies).split()
    assert [len(getattr(splits, part)) for part in SPLITS] == [3 * copies, copies, copies]
    assert len({d.text for d in splits.test}) == 1
    assert not {d.text for d in splits.train} & {d.text for d in splits.valid + splits.test}


def test_a_short_second_document_is_trained_on():
    splits = Corpus.from_texts([prose(500), "short"]).split()
    assert "short" in [d.text for d in splits.train]


@pytest.mark.parametrize(
    "shares, needed", [({}, "2,000"), ({"valid": 0.05}, "4,000"), ({"valid": 0, "test": 0.5}, "400")]
)
def test_a_text_too_short_to_split_says_what_is_needed(shares, needed):
    with pytest.raises(TextError, match=f"too short.*at least {needed} characters.*longest has 27"):
        Corpus.from_texts(["a text of a few words only."]).split(**shares)


def test_nothing_can_be_held_out_of_nothing():
    with pytest.raises(TextError, match="no documents"):
        Corpus().split()


@pytest.mark.parametrize(
    "shares",
    [
        {"valid": -0.1},
        {"test": 1},
        {"valid": 0.5, "test": 0.5},
        {"valid": "10%"},
        {"test": float("nan")},
        {"seed": 0.5},
    ],
)
def test_impossible_shares_are_refused(shares):
    with pytest.raises(ArgumentError, match="|".join(f"{name}=" for name in shares)):
        Corpus.from_texts(["one", "two", "three"]).split(**shares)


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
