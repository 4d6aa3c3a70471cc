"""Folders: a document per file, and an author per folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import found, texts, write

import gpt2lab as lab
from gpt2lab.corpus import Corpus
from gpt2lab.corpus.readers.folders import list_text_files
from gpt2lab.errors import TextError


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


@given(st.lists(st.tuples(texts, st.sampled_from(["Ada", "Alan T", "Émilie"])), min_size=1, max_size=6))
def test_a_folder_per_author_is_read_back(tmp_path_factory, posts):
    root = tmp_path_factory.mktemp("authors")
    for number, (text, author) in enumerate(posts):
        (root / author).mkdir(exist_ok=True)
        write(root / author, f"{number}.txt", text)
    assert sorted(found(lab.Corpus.from_folders(root))) == sorted(posts)


def test_a_file_in_no_authors_folder_is_kept_and_mentioned(tmp_path):
    (tmp_path / "Ada" / "letters").mkdir(parents=True)
    write(tmp_path / "Ada" / "letters", "1.txt", "Dear")
    write(tmp_path, "README.txt", "About")
    corpus = lab.Corpus.from_folders(tmp_path)
    assert [(d.text, d.author, d.name) for d in corpus] == [
        ("Dear", "Ada", "Ada/letters/1.txt"),
        ("About", None, "README.txt"),
    ]
    assert "no author, as they lie in no author's folder (1)" in corpus.note


def test_texts_of_a_folder_come_in_order_without_hidden_ones(tmp_path):
    for name in (
        "b.txt",
        "a/z.md",
        "a/b/c.TXT",
        ".hidden.txt",
        ".git/config.txt",
        "__MACOSX/a.txt",
        "picture.png",
        "README",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path, name, b"x")
    names = [path.relative_to(tmp_path).as_posix() for path in list_text_files(tmp_path)]
    assert names == ["README", "a/b/c.TXT", "a/z.md", "b.txt"]


def test_a_folder_without_texts_says_what_it_has(tmp_path):
    with pytest.raises(TextError, match="holds no files"):
        list_text_files(tmp_path)
    for name in ("a.pdf", "b.pdf", "c.csv"):
        write(tmp_path, name, b"x")
    with pytest.raises(TextError, match=r"only 1 \.csv, 2 \.pdf.*from_csv"):
        list_text_files(tmp_path)
