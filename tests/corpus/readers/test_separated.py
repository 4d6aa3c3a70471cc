"""One file with many texts: they come back with their authors and their lines."""

from hypothesis import given
from hypothesis import strategies as st
from reading import found, names, refusal, texts, write

import gpt2lab as lab


@given(
    st.lists(st.tuples(texts.map(str.strip), names), min_size=2, max_size=8),
    st.sampled_from(["<|endoftext|>", "\n====\n", "\n\n\n---\n"]),
)
def test_separated_texts_with_authors_in_front_are_read_back(tmp_path_factory, posts, separator):
    posts = [(text.replace("====", "").replace("---", "").strip() or "x", author) for text, author in posts]
    prefixed = lab.Corpus.from_texts(*zip(*posts)).with_author_prefix()
    path = write(
        tmp_path_factory.mktemp("separated"),
        "posts.txt",
        separator.join(document.text for document in prefixed) + separator,
    )
    assert found(lab.Corpus.from_separated(path, separator, author="\\{author}- ")) == posts


def test_separated_texts_are_named_by_their_lines_and_gpt_2_simples_marks_go(tmp_path):
    path = write(
        tmp_path,
        "posts.txt",
        "<|startoftext|>one<|endoftext|>\n<|startoftext|>two\nlines<|endoftext|>\n\n<|endoftext|>three",
    )
    corpus = lab.Corpus.from_separated(path)
    assert [(d.text, d.name) for d in corpus] == [
        ("one", "posts.txt:1"),
        ("two\nlines", "posts.txt:2"),
        ("three", "posts.txt:5"),
    ]
    assert "<|startoftext|> taken out (2)" in corpus.note and "no text (1)" in corpus.note


def test_a_separator_that_does_not_occur_is_refused(tmp_path):
    path = write(tmp_path, "posts.txt", "one\n\ntwo")
    assert "has no separator '<|endoftext|>'" in refusal(lab.Corpus.from_separated, path)
    assert "separator=''" in refusal(lab.Corpus.from_separated, path, separator="")
    assert "does not say where the author ends" in refusal(
        lab.Corpus.from_separated, path, "\n\n", author="{author}"
    )
    assert found(lab.Corpus.from_separated(path, "\n\n")) == [("one", None), ("two", None)]
