"""What is found to be copied stands in the training text, and nothing longer does."""

import random
import time

import pandas as pd
import pytest
from at_length import soak
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError

# Few characters, of one to four bytes that begin alike: matches, ties and half characters come up all the
# time.
texts = st.text("ab éè漢潢🙂🙃\n.", max_size=30)
trains = st.lists(texts, min_size=1, max_size=3).filter(any)
sentences = st.lists(st.sampled_from(["a", "b", "c", ".", "é"]), max_size=12).map(" ".join)


def longest_common(sample, documents):
    spans = [sample[i:j] for i in range(len(sample)) for j in range(i + 1, len(sample) + 1)]
    return max((span for span in spans if any(span in text for text in documents)), key=len, default="")


def ngrams(words, n):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def check_span(row, sample, train):
    expected = longest_common(sample, train)
    assert row.characters == len(row["span"]) == len(expected) and row["span"] == expected
    if expected:
        assert sample.index(expected) == row.start
        assert next(i for i, text in enumerate(train) if expected in text) == row.document
        assert train[row.document].index(expected) == row.position
        assert row["name"] == f"text {row.document + 1}"
    else:
        assert row[["start", "document", "name", "position"]].isna().all()


def check_share(share, sample, train, n):
    known = {gram for text in train for gram in ngrams(lab.words(text), n)}
    grams = ngrams(lab.words(sample), n)
    assert (
        pd.isna(share)
        if not grams
        else share == pytest.approx(sum(gram in known for gram in grams) / len(grams))
    )


def check_spans(sample, train, least):
    found, end, rest = lab.copied_spans(sample, train, least), 0, list(sample)
    for row in found.itertuples():
        assert (
            row.start >= end
            and sample[row.start : row.end] == row.span
            and len(lab.words(row.span)) == row.words >= least
        )
        assert train[row.document][row.position : row.position + len(row.span)] == row.span
        end = row.end
        rest[row.start : row.end] = "|" * len(row.span)
    for piece in "".join(rest).split("|"):
        words = piece.split()
        assert not any(
            " ".join(words[i : i + least]) in text for i in range(len(words) - least + 1) for text in train
        )


@given(texts, trains)
def test_the_span_is_the_longest_common_one_and_stands_where_it_says(sample, train):
    check_span(lab.copied([sample], train).loc[0], sample, train)


@given(sentences, st.lists(sentences, min_size=1, max_size=3).filter(any), st.integers(1, 4))
def test_the_share_of_ngrams_is_that_of_a_loop(sample, train, n):
    check_share(lab.copied([sample], train, n=n).loc[0, f"share_{n}"], sample, train, n)


@pytest.mark.soak
def test_random_samples_have_what_a_loop_finds():
    """What hypothesis tries a hundred times, with cases that cost less to draw: texts of characters and of
    words, all lengths from none; ten of each text, a thousand of them at length.
    """
    rng = random.Random(0)
    for letters, join in (("ab éè漢潢🙂🙃\n.", ""), ("abc.é", " ")):
        for _ in range(soak(10, at_length=50)):
            drawn = [
                join.join(rng.choices(letters, k=rng.randrange(30 if not join else 13))) for _ in range(12)
            ]
            train, samples = drawn[: rng.choice([1, 2])] + ["a"], drawn[2:]
            found = lab.copied(samples, train, n=(1, 2, 3))
            for i, sample in enumerate(samples):
                check_span(found.loc[i], sample, train)
                for n in (1, 2, 3):
                    check_share(found.loc[i, f"share_{n}"], sample, train, n)
                if join:
                    check_spans(sample, train, rng.choice([1, 2, 3]))


def test_by_hand():
    found = lab.copied(
        ["He said: we the people of it.", "", "Q"], ["No.", "We know. And we the people are."], n=(2, 10)
    )
    row = found.loc[0]
    assert row["span"] == " we the people " and (row.characters, row.words, row.start) == (15, 3, 8)
    assert (row.document, row["name"], row.position) == (1, "text 2", 12)
    # we the, the people; nine words with the colon and the point
    assert row.share_2 == 2 / 8 and pd.isna(row.share_10)
    assert (
        found.characters.tolist() == [15, 0, 0]
        and found.words.tolist() == [3, 0, 0]
        and found["span"].tolist()[1:] == ["", ""]
    )
    assert found.index.tolist() == [0, 1, 2] and found.index.name == "sample"


def test_a_span_stays_within_one_document():
    assert lab.copied(["one two"], ["one ", "two"]).loc[0, "span"] == "one "
    assert lab.copied(["one two"], ["one", "two"], n=2).loc[0, "share_2"] == 0


def test_ngrams_are_whole_words_whatever_the_spaces_between_them():
    train = "the art\nof war"
    assert lab.copied(["art of war", "he art of", "art of wa"], train, n=2).share_2.tolist() == [1, 0.5, 0.5]
    assert lab.copied(["art of war"], train).loc[0, "span"] == "of war"


def test_a_corpus_gives_its_names_and_its_documents():
    corpus = lab.Corpus(
        (lab.Document("four score", name="first.txt"), lab.Document("and seven", name="second.txt"))
    )
    row = lab.copied(corpus, corpus).loc[1]
    assert row["span"] == "and seven" and row["name"] == "second.txt"
    renamed = lab.Corpus((lab.Document("four score", name="a"), lab.Document("and seven", name="b")))
    assert lab.copied(corpus, renamed).loc[1, "name"] == "b"


def test_a_long_copy_is_found_whole():
    text = " ".join(f"word{i}" for i in range(2000))
    found = lab.copied(["x" + text[3000:12000] + "x", text], text)
    assert found.characters.tolist() == [9000, len(text)] and found.share_8[1] == 1


def test_half_a_character_matches_only_itself():
    assert lab.copied(["\ud83da"], "\ud83d").loc[0, "span"] == "\ud83d"


def test_the_samples_of_a_model_are_told_from_people(speeches, held_out):
    learned = [document.text[100:600] for document in speeches.documents]
    assert lab.copied(learned, speeches).characters.min() == 500
    human = lab.copied(lab.human_samples(held_out, like=learned), speeches)
    assert human.characters.max() < 100 and human.share_8.max() < 0.2


def test_spans_by_hand():
    train, sample = (
        "we the people of the united states. in order to form",
        "So we the people in order to form united states.",
    )
    found = lab.copied_spans(sample, train, least=3)
    assert found["span"].tolist() == ["we the people", "in order to form", "united states."]
    assert (
        found.words.tolist() == [3, 4, 3]
        and found.position.tolist() == [0, 36, 21]
        and set(found.document) == {0}
    )
    assert lab.copied_spans(sample, train, least=4)["span"].tolist() == ["in order to form"]
    assert len(lab.copied_spans("", train)) == 0 and "span" in lab.copied_spans("", train)


def test_the_longest_stretch_is_not_broken_by_an_earlier_one():
    assert lab.copied_spans("a b c d e", ["a b", "b c d e"], least=2)["span"].tolist() == ["b c d e"]


@given(sentences, st.lists(sentences, min_size=1, max_size=3).filter(any), st.integers(1, 3))
def test_spans_are_verbatim_whole_words_and_all_there_are(sample, train, least):
    check_spans(sample, train, least)


def test_five_megabytes_and_a_hundred_samples(capsys):
    corpus = lab.presidential_speeches()
    train, unseen = corpus.first(5_000_000), lab.Corpus(corpus.documents[-40:])
    samples = [piece[:500] for piece in lab.human_samples(unseen, like=["word " * 120] * 100)]
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        found = lab.copied(samples, train)
        seconds.append(time.perf_counter() - start)
    with capsys.disabled():
        print(
            f"\ncopied: 100 samples of 500 characters, 5 MB to train on: {seconds[0]:.2f} s, again"
            f" {seconds[1]:.2f} s",
            end=" ",
        )
    assert len(found) == 100 and found.characters.between(10, 200).all()
    for row in found.itertuples():
        text = train.documents[row.document].text
        assert (
            text[row.position : row.position + row.characters]
            == row.span
            == samples[row.Index][row.start : row.start + row.characters]
        )


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: lab.copied("text", "text"), "samples is a single string"),
        (lambda: lab.copied([], "text"), "samples is empty"),
        (lambda: lab.copied([[1, 2]], "text"), r"samples\[0\] is of type list; give strings"),
        (lambda: lab.copied(["a", None], "text"), r"samples\[1\] is of type NoneType"),
        (lambda: lab.copied([5], "text"), r"samples\[0\] is of type int"),
        (lambda: lab.copied([b"a"], "text"), r"samples\[0\] is of type bytes"),
        (lambda: lab.copied(["a", ["a"]], "text"), r"samples\[1\] is of type list"),
        (lambda: lab.copied(None, "text"), "samples is of type NoneType"),
        (lambda: lab.copied(b"a", "text"), "samples is of type bytes"),
        (lambda: lab.copied(["a"], ["b", 5]), r"train\[1\] is of type int"),
        (lambda: lab.copied_spans(None, "b"), "sample is of type NoneType"),
        (lambda: lab.copied(["a"], None), "train is of type NoneType"),
        (lambda: lab.copied(["a"], [[1]]), r"train\[0\] is of type list"),
        (lambda: lab.copied(["a"], lab.Corpus()), "train is empty"),
        (lambda: lab.copied(["a"], "b", n=0), "n=0"),
        (lambda: lab.copied(["a"], "b", n=(5, "8")), "n='8'"),
        (lambda: lab.copied(["a"], "b", n=()), "n has no lengths"),
        (lambda: lab.copied_spans(["a"], "b"), "sample is of type list; give one string"),
        (lambda: lab.copied_spans("a", "b", least=0), "least=0"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()


@pytest.mark.parametrize("train", ["", [""], lab.Corpus((lab.Document(""),))])
def test_an_empty_training_text_is_refused(train):
    with pytest.raises(TextError, match="train has no text"):
        lab.copied(["a"], train)
