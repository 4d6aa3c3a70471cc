"""Tables, JSON Lines, folders and separated texts: what was written comes back, and what is damaged is
refused where it is damaged.
"""

import csv
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, LabError

# What a file can hold: no half characters, no NUL, no carriage return (line ends become \n), no byte order
# mark, not only white space.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), min_size=1).filter(
    lambda text: text.strip()
)
names = st.text(st.characters(categories=["L", "N"], exclude_characters="\0"), min_size=1, max_size=12)
posts = st.lists(st.tuples(texts, st.none() | names), min_size=1, max_size=8)


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def found(corpus):
    return [(document.text, document.author) for document in corpus]


def refusal(read, *arguments, **options):
    with pytest.raises(LabError) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Tables


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
    path = written(tmp_path, "posts.tsv", 'text\tauthor\n"Never say never\tada\nI say "so"\talan\n')
    assert "quoted=False" in refusal(lab.Corpus.from_csv, path)
    assert found(lab.Corpus.from_csv(path, quoted=False)) == [
        ('"Never say never', "ada"),
        ('I say "so"', "alan"),
    ]


def test_another_separator_is_named_and_can_be_passed(tmp_path):
    path = written(tmp_path, "posts.csv", "text;author\nhello, you;ada\n")
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
    path = written(tmp_path, "posts.csv", "text,author\nhello,ada\n ,alan\n,ada\n")
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
    path = written(
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
    path = written(
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


# JSON Lines


@given(posts, st.booleans())
def test_any_json_lines_are_read_back(tmp_path_factory, posts, ascii):
    lines = "\n".join(
        json.dumps({"text": text, "author": author}, ensure_ascii=ascii) for text, author in posts
    )
    path = written(tmp_path_factory.mktemp("lines"), "posts.jsonl", lines)
    assert found(lab.Corpus.from_jsonl(path)) == posts
    assert found(lab.Corpus.from_file(path)) == posts


@given(posts)
def test_any_json_list_is_read_back(tmp_path_factory, posts):
    path = written(
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
    path = written(tmp_path, "posts.jsonl", content)
    assert complaint.replace("{path}", str(path)) in refusal(lab.Corpus.from_jsonl, path)


def test_an_author_that_no_object_has_is_answered_with_the_names(tmp_path):
    path = written(tmp_path, "posts.jsonl", '{"text": "one", "user": 7}\n{"text": "two"}\n')
    assert "author='writer' is no name" in refusal(lab.Corpus.from_jsonl, path, author="writer")
    assert found(lab.Corpus.from_jsonl(path, author="user")) == [("one", "7"), ("two", None)]


def test_half_a_character_is_replaced_and_counted(tmp_path):
    corpus = lab.Corpus.from_jsonl(
        written(tmp_path, "posts.jsonl", '{"text": "cut \\ud83d"}\n{"text": "\\ud83d\\ude00"}\n')
    )
    assert [document.text for document in corpus] == ["cut \ufffd", "\N{GRINNING FACE}"]
    assert "replaced by U+FFFD (1)" in corpus.note


# Folders and separated texts


@given(st.lists(st.tuples(texts, st.sampled_from(["Ada", "Alan T", "Émilie"])), min_size=1, max_size=6))
def test_a_folder_per_author_is_read_back(tmp_path_factory, posts):
    root = tmp_path_factory.mktemp("authors")
    for number, (text, author) in enumerate(posts):
        (root / author).mkdir(exist_ok=True)
        written(root / author, f"{number}.txt", text)
    assert sorted(found(lab.Corpus.from_folders(root))) == sorted(posts)


def test_a_file_in_no_authors_folder_is_kept_and_mentioned(tmp_path):
    (tmp_path / "Ada" / "letters").mkdir(parents=True)
    written(tmp_path / "Ada" / "letters", "1.txt", "Dear")
    written(tmp_path, "README.txt", "About")
    corpus = lab.Corpus.from_folders(tmp_path)
    assert [(d.text, d.author, d.name) for d in corpus] == [
        ("Dear", "Ada", "Ada/letters/1.txt"),
        ("About", None, "README.txt"),
    ]
    assert "no author, as they lie in no author's folder (1)" in corpus.note


@given(
    st.lists(st.tuples(texts.map(str.strip), names), min_size=2, max_size=8),
    st.sampled_from(["<|endoftext|>", "\n====\n", "\n\n\n---\n"]),
)
def test_separated_texts_with_authors_in_front_are_read_back(tmp_path_factory, posts, separator):
    posts = [(text.replace("====", "").replace("---", "").strip() or "x", author) for text, author in posts]
    prefixed = lab.Corpus.from_texts(*zip(*posts)).with_author_prefix()
    path = written(
        tmp_path_factory.mktemp("separated"),
        "posts.txt",
        separator.join(document.text for document in prefixed) + separator,
    )
    assert found(lab.Corpus.from_separated(path, separator, author="\\{author}- ")) == posts


def test_separated_texts_are_named_by_their_lines_and_gpt_2_simples_marks_go(tmp_path):
    path = written(
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
    path = written(tmp_path, "posts.txt", "one\n\ntwo")
    assert "has no separator '<|endoftext|>'" in refusal(lab.Corpus.from_separated, path)
    assert "separator=''" in refusal(lab.Corpus.from_separated, path, separator="")
    assert "does not say where the author ends" in refusal(
        lab.Corpus.from_separated, path, "\n\n", author="{author}"
    )
    assert found(lab.Corpus.from_separated(path, "\n\n")) == [("one", None), ("two", None)]


# Every format

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
    assert complaint in refusal(read, written(tmp_path, "posts.txt", content))


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
    assert complaint in refusal(read, written(tmp_path, "posts.txt", content))


def test_an_encoding_can_be_passed_where_the_reader_says_so(tmp_path):
    path = written(tmp_path, "posts.txt", "text\nname\n".encode("utf-16"))
    for read in READERS[:3]:
        assert "pass encoding='utf-16'" in refusal(read, path)
    for read in READERS[3:5]:
        assert "encoding=" not in refusal(read, path) and "as it was downloaded" in refusal(read, path)
    assert [document.text for document in lab.Corpus.from_csv(path, encoding="utf-16")] == ["name"]
    lines = written(tmp_path, "posts.jsonl", '{"text": "é"}\n'.encode("latin-1"))
    assert lab.Corpus.from_jsonl(lines, encoding="latin-1").text == "é"


def test_an_endless_line_is_read_or_refused_in_a_short_sentence(tmp_path):
    line = "word " * 200_000
    path = written(tmp_path, "posts.txt", line)
    for read in READERS:
        message = refusal(read, path)
        assert len(message) < 800 and str(path) in message
    assert lab.Corpus.from_csv(written(tmp_path, "posts.csv", f"text\n{line}\n")).documents[0].text == line
    assert (
        lab.Corpus.from_jsonl(written(tmp_path, "posts.jsonl", json.dumps({"text": line}))).documents[0].text
        == line
    )
