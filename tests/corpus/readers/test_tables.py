"""Tables: what was written comes back, and what is damaged is refused where it is damaged."""

import csv
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import found, posts, refusal, write

import gpt2lab as lab
from gpt2lab.corpus import Corpus, Document
from gpt2lab.errors import ArgumentError, TextError


@given(posts, st.sampled_from([",", ";", "\t", "|"]))
def test_any_table_that_the_csv_module_writes_is_read_back(tmp_path_factory, posts, separator):
    path = tmp_path_factory.mktemp("table") / "posts.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(
            [("author", "text"), *((author, text) for text, author in posts)]
        )
    assert found(lab.Corpus.from_csv(path, separator=separator)) == posts


@given(posts)
def test_any_table_of_pandas_is_read_back_with_tabs(tmp_path_factory, posts):
    import pandas as pd

    path = tmp_path_factory.mktemp("table") / "posts.tsv"
    pd.DataFrame(posts, columns=["text", "author"]).to_csv(
        path, sep="\t", index=False, quoting=csv.QUOTE_NONNUMERIC
    )
    assert found(lab.Corpus.from_csv(path)) == posts
    assert found(lab.Corpus.from_file(path)) == posts


def test_a_table_whose_quotes_are_plain_characters_says_what_to_pass(tmp_path):
    path = write(tmp_path, "posts.tsv", 'text\tauthor\n"Never say never\tada\nI say "so"\talan\n')
    assert "quoted=False" in refusal(lab.Corpus.from_csv, path)
    assert found(lab.Corpus.from_csv(path, quoted=False)) == [
        ('"Never say never', "ada"),
        ('I say "so"', "alan"),
    ]


def test_another_separator_is_named_and_can_be_passed(tmp_path):
    path = write(tmp_path, "posts.csv", "text;author\nhello, you;ada\n")
    assert "separated by semicolons: pass separator=';'" in refusal(lab.Corpus.from_csv, path)
    assert found(lab.Corpus.from_csv(path, separator=";")) == [("hello, you", "ada")]
    with pytest.raises(ArgumentError, match="separator='::'"):
        lab.Corpus.from_csv(path, separator="::")


def test_a_formula_stays_text(tmp_path):
    formulas = ['=HYPERLINK("http://x.example","click")', "=1+1", "+49", "-2", "@SUM(A1)"]
    with open(tmp_path / "posts.csv", "w", newline="") as file:
        csv.writer(file).writerows([["text"], *([formula] for formula in formulas)])
    assert [document.text for document in lab.Corpus.from_csv(tmp_path / "posts.csv")] == formulas


def test_rows_without_a_text_are_left_out_and_counted_when_one_says_so(tmp_path):
    path = write(tmp_path, "posts.csv", "text,author\nhello,ada\n ,alan\n,ada\n")
    assert "line 3" in refusal(lab.Corpus.from_csv, path) and "skip_blank=True" in refusal(
        lab.Corpus.from_csv, path
    )
    corpus = lab.Corpus.from_csv(path, skip_blank=True)
    assert found(corpus) == [("hello", "ada")]
    assert corpus.preparation[["what", "why", "count", "place"]].values.tolist() == [
        ["kept", "of 3 texts", 1, "posts.csv"],
        ["left out", "no text", 2, "posts.csv:3"],
    ]
    assert "kept 1 of 3 texts of posts.csv. Left out: no text (2)." in corpus.note


def test_links_mentions_and_html_are_taken_out_on_request_and_the_options_are_listed(tmp_path):
    path = write(
        tmp_path,
        "posts.csv",
        'text\n"@ada @alan <b>see</b> https://x.example/a?b (now)"\nhttps://x.example\n',
    )
    assert lab.Corpus.from_csv(path).documents[1].text == "https://x.example"
    corpus = lab.Corpus.from_csv(path, links=False, mentions=False, html=True)
    assert corpus.text == "see (now)"
    counts = {
        (what, why): count
        for what, why, count in corpus.preparation[["what", "why", "count"]].itertuples(index=False)
    }
    assert counts["changed", "HTML made into text"] == 1 and counts["changed", "links taken out"] == 2
    assert (
        counts["changed", "names addressed at the beginning taken out"] == 1
        and counts["left out", "nothing left after cleaning"] == 1
    )
    ((name, options),) = corpus.preparation.attrs["options"]
    assert name == "from_csv" and options["links"] is False and options["html"] is True


def test_a_large_table_is_never_in_memory_as_a_whole(tmp_path):
    row = "word " * 100
    path = write(
        tmp_path,
        "posts.csv",
        "id,text,author\n" + "".join(f"{i},{row}{i},user{i % 50}\n" for i in range(8_000)),
    )
    tracemalloc.start()
    corpus = lab.Corpus.from_csv(path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = path.stat().st_size
    assert len(corpus) == 8_000 and size > 4e6
    # The texts themselves, a pointer for each, and a piece of the file: the whole file a second time would be
    # 2.
    assert kept < 1.6 * size and peak < kept + 0.7 * size


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
