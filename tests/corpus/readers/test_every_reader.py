"""What every reader refuses, and in which words."""

import json

import pytest
from reading import refusal, write

import gpt2lab as lab
from gpt2lab.corpus import Corpus, Document
from gpt2lab.errors import TextError


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


READERS = [
    lab.Corpus.from_csv,
    lab.Corpus.from_jsonl,
    lambda path: lab.Corpus.from_separated(path, "\n"),
    lab.Corpus.from_tweets,
    lab.Corpus.from_mastodon,
    lab.Corpus.from_mbox,
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "content, complaint",
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "only white space"),
        (b"text\nabc \0 def\n", "binary file (byte 0x00 at offset 9, line 2, column 5)"),
        (b"%PDF-1.7 text\n", "a PDF"),
    ],
)
def test_what_is_no_text_is_refused_by_every_reader(tmp_path, read, content, complaint):
    assert complaint in refusal(read, write(tmp_path, "posts.txt", content))


@pytest.mark.parametrize("read", READERS[:5])
@pytest.mark.parametrize(
    "content, complaint",
    [
        ("text\nname\n".encode("utf-16"), "is stored as UTF-16"),
        (b"text\ncaf\xe9 au lait\n", "byte 0xE9 at offset 8, line 2, column 4"),
        (
            "text\ncafé\n".encode() + b"caf\xe9\n",
            "mixes two encodings: it is UTF-8 up to byte 0xE9 at offset 14, line 3, column 4",
        ),
    ],
)
def test_another_encoding_is_named_with_the_place(tmp_path, read, content, complaint):
    assert complaint in refusal(read, write(tmp_path, "posts.txt", content))


def test_an_encoding_can_be_passed_where_the_reader_says_so(tmp_path):
    path = write(tmp_path, "posts.txt", "text\nname\n".encode("utf-16"))
    for read in READERS[:3]:
        assert "pass encoding='utf-16'" in refusal(read, path)
    for read in READERS[3:5]:
        assert "encoding=" not in refusal(read, path) and "as it was downloaded" in refusal(read, path)
    assert [document.text for document in lab.Corpus.from_csv(path, encoding="utf-16")] == ["name"]
    lines = write(tmp_path, "posts.jsonl", '{"text": "é"}\n'.encode("latin-1"))
    assert lab.Corpus.from_jsonl(lines, encoding="latin-1").text == "é"


def test_an_endless_line_is_read_or_refused_in_a_short_sentence(tmp_path):
    line = "word " * 200_000
    path = write(tmp_path, "posts.txt", line)
    for read in READERS:
        message = refusal(read, path)
        assert len(message) < 800 and str(path) in message
    assert lab.Corpus.from_csv(write(tmp_path, "posts.csv", f"text\n{line}\n")).documents[0].text == line
    assert (
        lab.Corpus.from_jsonl(write(tmp_path, "posts.jsonl", json.dumps({"text": line}))).documents[0].text
        == line
    )


def test_a_class_made_of_corpus_gets_its_own_kind_of_every_reader(tmp_path):
    class Letters(lab.Corpus):
        pass

    for name, content in (
        ("a.txt", "one"),
        ("a.csv", "text\none\n"),
        ("a.jsonl", '{"text": "one"}'),
        ("b/a.txt", "one"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        made = Letters.from_file(write(tmp_path, name, content))
        assert type(made) is Letters and type(made.first(2)) is Letters and made.text == "one"
    for made in (
        Letters.from_directory(tmp_path),
        Letters.from_folders(tmp_path),
        Letters.from_texts(["one"]),
    ):
        assert type(made) is Letters
