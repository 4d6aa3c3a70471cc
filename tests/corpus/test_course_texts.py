"""The texts that the course brings along are all there, with their authors."""

import re

import pytest

import gpt2lab as lab
from gpt2lab.base import data
from gpt2lab.corpus import presidential_speeches
from gpt2lab.errors import ArgumentError, TextError


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
            for part in ("train", "valid", "test")
        )


def test_the_chat_posts_are_all_there_with_their_authors():
    posts = lab.chat_posts()
    assert len(posts) == 258_112 and len(posts.authors) == 1_315
    assert posts.documents[0] == lab.Document("Hello", "720840be", "a07edb12:1")
    assert len({document.name for document in posts}) == len(posts) and all(
        document.text.strip() for document in posts
    )


def test_the_authors_of_chat_posts_can_be_chosen_by_how_much_they_wrote():
    assert len(lab.chat_posts(authors=3).authors) == 3 and len(lab.chat_posts(least=1000).authors) == 40
    assert lab.chat_posts(authors=1, least=1000).authors == ["31267496"]
    for options, complaint in (
        ({"least": 10**6}, "leaves no author"),
        ({"authors": 0}, "authors=0"),
        ({"least": 0.5}, "least=0.5"),
    ):
        with pytest.raises(lab.LabError, match=complaint):
            lab.chat_posts(**options)


def test_without_their_package_one_is_told_what_to_install(monkeypatch):
    from gpt2lab.corpus import course_texts

    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(course_texts.resources, "files", missing)
    course_texts._chat_records.cache_clear()
    with pytest.raises(TextError, match="pip install chitchat-dataset"):
        lab.chat_posts()


def test_the_short_posts_travel_with_the_package_and_say_nothing_personal():
    posts = lab.short_posts()
    assert len(posts) == len({document.text for document in posts}) == 4_000 and posts.authors == []
    assert not re.search(r"[^A-Za-z .,!?'\"\n-]", posts.text)  # no number, no link, no address
    inside = re.sub(
        r"(^|[.!?] +\"?)[A-Z]", lambda found: found.group().lower(), posts.text, flags=re.MULTILINE
    )
    assert set(re.findall(r"\b[A-Z][\w']*", inside)) <= {
        "I",
        "I'm",
        "I've",
        "I'd",
        "I'll",
        "OK",
        "TV",
    }  # no name
    assert posts == lab.short_posts()


def test_an_installation_without_its_posts_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "gpt2lab")
    with pytest.raises(TextError, match="install gpt2lab again"):
        lab.short_posts()
