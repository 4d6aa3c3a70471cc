"""JSON Lines: what was written comes back, and what is damaged is refused where it is damaged."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import found, posts, refusal, write

import gpt2lab as lab


@given(posts, st.booleans())
def test_any_json_lines_are_read_back(tmp_path_factory, posts, ascii):
    lines = "\n".join(
        json.dumps({"text": text, "author": author}, ensure_ascii=ascii) for text, author in posts
    )
    path = write(tmp_path_factory.mktemp("lines"), "posts.jsonl", lines)
    assert found(lab.Corpus.from_jsonl(path)) == posts
    assert found(lab.Corpus.from_file(path)) == posts


@given(posts)
def test_any_json_list_is_read_back(tmp_path_factory, posts):
    path = write(
        tmp_path_factory.mktemp("list"),
        "posts.json",
        json.dumps([{"body": text, "user": {"name": author}} for text, author in posts], indent=1),
    )
    authors = "user.name" if any(author for _, author in posts) else None
    assert found(lab.Corpus.from_jsonl(path, text="body", author=authors)) == posts


@pytest.mark.parametrize(
    "content, complaint",
    [
        ('{"text": "one"}\n{"text": "two', "ends in the middle of its JSON (line 2, column 10"),
        ('{"text": "one"}\n{"text": "two"', "ends in the middle of its JSON (line 2, column 15"),
        ('{"text": "one"}\n\n{"text": two}\n', "no proper JSON at line 3, column 10"),
        ('{"text": "one"}\n["two"]\n', "holds a list at line 2, not an object"),
        ('{"text": "one"}\n7\n', "holds a number at line 2"),
        ('{"text": "one"}\n{"text": 2}\n', "holds a number as 'text' at line 2"),
        ('{"text": "one"}\n{"text": " "}\n{}\n', "no 'text' in 2 of its 3 objects (the first at line 2)"),
        ('{"text": "one", "author": ["a"]}\n', "holds a list as author at line 1"),
        (
            '{"body": "one", "user": "a"}\n',
            "text='text' is no name in {path}; its objects have 'body', 'user'",
        ),
        ("[]", "empty list"),
        ("", "is empty"),
        ("[" * 100_000, "no proper JSON: its brackets are nested too deeply"),
        ('{"text": "one", "n": ' + "1" * 5_000 + "}", "correct that number"),
    ],
)
def test_damaged_json_lines_are_refused_with_the_place(tmp_path, content, complaint):
    path = write(tmp_path, "posts.jsonl", content)
    assert complaint.replace("{path}", str(path)) in refusal(lab.Corpus.from_jsonl, path)


def test_an_author_that_no_object_has_is_answered_with_the_names(tmp_path):
    path = write(tmp_path, "posts.jsonl", '{"text": "one", "user": 7}\n{"text": "two"}\n')
    assert "author='writer' is no name" in refusal(lab.Corpus.from_jsonl, path, author="writer")
    assert found(lab.Corpus.from_jsonl(path, author="user")) == [("one", "7"), ("two", None)]


def test_half_a_character_is_replaced_and_counted(tmp_path):
    corpus = lab.Corpus.from_jsonl(
        write(tmp_path, "posts.jsonl", '{"text": "cut \\ud83d"}\n{"text": "\\ud83d\\ude00"}\n')
    )
    assert [document.text for document in corpus] == ["cut \ufffd", "\N{GRINNING FACE}"]
    assert "replaced by U+FFFD (1)" in corpus.note
