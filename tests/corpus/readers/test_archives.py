"""Archives of X and Mastodon: posts come back as they were written, what others wrote is left out and
counted, damage is named.
"""

import html
import io
import json
import re
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import events, refusal

import gpt2lab as lab

# Texts that an archive can hold as they are: nothing that the readers take out or change.
posts = st.lists(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n", exclude_characters="\ufeff")
    )
    .map(str.strip)
    .filter(lambda text: text and not text.startswith(("RT @", "@", ".@"))),
    min_size=1,
    max_size=6,
)


# X (Twitter)


def tweet(text, number=1, **more):
    """As X writes them (archive of 2024), shortened to what matters and a little that does not."""
    return {
        "tweet": {
            "edit_info": {"initial": {"editTweetIds": [str(number)], "isEditEligible": True}},
            "retweeted": False,
            "favorite_count": "0",
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
            "id_str": str(number),
            "truncated": False,
            "created_at": "Wed Oct 10 20:19:24 +0000 2018",
            "full_text": html.escape(text, quote=False),
            "lang": "en",
            **more,
        }
    }


def script(values, name="tweets", part=0):
    return f"window.YTD.{name}.part{part} = {json.dumps(values, indent=2, ensure_ascii=False)}"


ACCOUNT = script(
    [
        {
            "account": {
                "email": "ada@example.org",
                "username": "ada",
                "accountId": "7",
                "accountDisplayName": "Ada L.",
            }
        }
    ],
    "account",
)


def folder(path, **files):
    (path / "data").mkdir(exist_ok=True)
    for name, content in files.items():
        (path / "data" / f"{name.replace('_', '-')}.js").write_text(content, encoding="utf-8")
    return path


@given(posts)
def test_any_posts_are_read_back_from_an_archive_of_x(tmp_path_factory, posts):
    path = folder(
        tmp_path_factory.mktemp("x"),
        tweets=script([tweet(text, i) for i, text in enumerate(posts)]),
        account=ACCOUNT,
    )
    corpus = lab.Corpus.from_tweets(path, links=True)
    assert [(d.text, d.author) for d in corpus] == [(text, "ada") for text in posts]


def test_the_packed_archive_its_folder_and_its_file_hold_the_same(tmp_path):
    folder(
        tmp_path,
        tweets=script([tweet("one", 1)]),
        tweets_part1=script([tweet("two", 2)], part=1),
        tweets_part10=script([tweet("four", 4)], part=10),
        tweets_part2=script([tweet("three", 3)], part=2),
        account=ACCOUNT,
        deleted_tweets=script([tweet("gone")], "deleted_tweets"),
        tweet_headers=script([{"tweet": {"tweet_id": "1"}}], "tweet_headers"),
    )
    packed = tmp_path / "twitter.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in (tmp_path / "data").iterdir():
            archive.write(file, f"twitter-2024/data/{file.name}")
        archive.writestr("__MACOSX/data/._tweets.js", b"\0\1")
    for path in (packed, tmp_path, tmp_path / "data", tmp_path / "data" / "tweets.js"):
        corpus = lab.Corpus.from_tweets(path)
        assert [d.text for d in corpus] == ["one", "two", "three", "four"], path
        assert corpus.authors == ["ada"] and corpus.documents[1].name == "tweets-part1.js, post 2"


def test_retweets_links_and_addressed_names_are_left_out_and_counted(tmp_path):
    link = {"url": "https://t.co/abc", "expanded_url": "https://example.org/a_(b)", "indices": ["4", "20"]}
    path = folder(
        tmp_path,
        tweets=script(
            [
                tweet("RT @alan: machines think"),
                tweet("see https://t.co/abc & this", entities={"urls": [link]}),
                tweet(
                    "@alan @grace_h yes, @alan", in_reply_to_screen_name="alan", in_reply_to_user_id_str="8"
                ),
                tweet("@alan is right"),
                tweet("https://t.co/xyz"),
                tweet("a < b & c > d"),
            ]
        ),
    )
    corpus = lab.Corpus.from_tweets(path)
    assert [d.text for d in corpus] == ["see & this", "yes, @alan", "@alan is right", "a < b & c > d"]
    assert corpus.authors == []
    assert events(corpus) == {
        ("left out", "retweets"): 1,
        ("changed", "links taken out"): 2,
        ("changed", "names addressed at the beginning taken out"): 1,
        ("left out", "nothing left after cleaning"): 1,
        ("noticed", "no author, as there is no account.js"): 1,
    }
    kept = lab.Corpus.from_tweets(path, author="Ada", retweets=True, links=True, mentions=True)
    assert [d.text for d in kept][:3] == [
        "RT @alan: machines think",
        "see https://example.org/a_(b) & this",
        "@alan @grace_h yes, @alan",
    ]
    assert len(kept) == 6 and kept.authors == ["Ada"]
    assert len(lab.Corpus.from_tweets(path, replies=False)) == 3
    assert (
        "kept 4 of 6 texts" in corpus.note
        and "retweets=False" in corpus.note
        and "retweets (1)" in corpus.note
    )


def test_a_long_post_is_taken_whole_from_its_note(tmp_path):
    whole = "word " * 100 + "end"
    note = {"noteTweet": {"noteTweetId": "9", "core": {"text": whole, "urls": [], "mentions": []}}}
    path = folder(
        tmp_path,
        tweets=script([tweet(whole[:274] + "… https://t.co/abc"), tweet("word " * 50)]),
        note_tweet=script([note], "note_tweet"),
    )
    assert [d.text.strip() for d in lab.Corpus.from_tweets(path)] == [whole, ("word " * 50).strip()]


@pytest.mark.parametrize("wrapped", [True, False])
def test_archives_of_other_years_and_bare_lists_are_read(tmp_path, wrapped):
    values = [tweet("one"), tweet("two")]
    (tmp_path / "tweet.js").write_text(
        script(values if wrapped else [value["tweet"] for value in values], "tweet")
    )
    assert lab.Corpus.from_tweets(tmp_path).text == "one\n\ntwo"
    (tmp_path / "tweet.js").write_text(json.dumps(values))
    corpus = lab.Corpus.from_tweets(tmp_path / "tweet.js")
    assert corpus.text == "one\n\ntwo" and "without the usual beginning" in corpus.note


@pytest.mark.parametrize(
    "content, complaint",
    [
        (script([tweet("one")])[:-30], "ends in the middle of its JSON"),
        (
            'window.YTD.tweets.part0 = [\n  {"tweet": {"full_text": one}}\n]',
            "no proper JSON at line 2, column 27",
        ),
        ('window.YTD.tweets.part0 = [{"tweet": one}]', "no proper JSON at line 1, column 38"),
        ("var tweets = [1]", "at line 1, column 1, it begins with 'var tweets = [1]'"),
        (script([{"like": {"fullText": "one"}}], "like"), "holds 'like', not tweets"),
        (script({"tweet": 1}), "does not hold a list of objects"),
        (script([1, 2]), "does not hold a list of objects"),
        (script([{"tweet": {"id_str": "1"}}]), "has a post without a text (number 1: its names are id_str)"),
    ],
)
def test_a_damaged_file_of_x_is_refused_with_the_place(tmp_path, content, complaint):
    path = tmp_path / "tweets.js"
    path.write_text(content)
    assert complaint in refusal(lab.Corpus.from_tweets, path) and str(path) in refusal(
        lab.Corpus.from_tweets, path
    )


@pytest.mark.parametrize(
    "name, read", [("tweets.js", lab.Corpus.from_tweets), ("outbox.json", lab.Corpus.from_mastodon)]
)
def test_wherever_a_file_was_cut_off_it_is_refused(tmp_path, name, read):
    content = (
        script([tweet("one"), tweet("two")])
        if name == "tweets.js"
        else outbox(activity("<p>one</p>"), activity("<p>two</p>"))
    ).encode()
    path = tmp_path / name
    path.write_bytes(content)
    assert len(read(path)) == 2
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        assert str(path) in refusal(read, path)


@pytest.mark.parametrize("name", ["tweets.zip", "outbox.tar.gz"])
def test_a_damaged_archive_is_refused(tmp_path, name):
    path = tmp_path / name
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("data/tweets.js", script([tweet("one")] * 100))
    else:
        with tarfile.open(path, "w:gz") as archive:
            archive.addfile(tarfile.TarInfo("outbox.json"), io.BytesIO())
    for read, whole in ((lab.Corpus.from_tweets, "zip"), (lab.Corpus.from_mastodon, "gz")):
        if name.endswith(whole):
            content = path.read_bytes()
            path.write_bytes(content[: len(content) // 2])
            assert "damaged archive" in refusal(read, path)
            path.write_bytes(b"nothing of the sort")
            assert "damaged archive" in refusal(read, path)


def test_an_archive_with_a_password_is_refused(tmp_path):
    path = tmp_path / "twitter.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/tweets.js", script([tweet("one")]))
    content = bytearray(path.read_bytes())
    # the bit that says "encrypted", in both headers of the file
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + flags] |= 1
    path.write_bytes(content)
    assert "is protected" in refusal(lab.Corpus.from_tweets, path)


def test_an_archive_without_posts_says_what_belongs_there(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("photo.txt", "x")
    for path in (tmp_path, tmp_path / "other.zip"):
        assert "holds no tweets.js" in refusal(lab.Corpus.from_tweets, path)
        assert "holds no outbox.json" in refusal(lab.Corpus.from_mastodon, path)
    assert "did you mean 'other.zip'" in refusal(lab.Corpus.from_tweets, tmp_path / "othr.zip")


# Mastodon

PUBLIC, ACTOR = "https://www.w3.org/ns/activitystreams#Public", "https://example.social/users/ada"


def activity(content, number=1, kind="Create", to=PUBLIC, **more):
    """As Mastodon 4 writes them, shortened."""
    status = f"{ACTOR}/statuses/{number}"
    note = {
        "id": status,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2023-09-03T11:27:00Z",
        "attributedTo": ACTOR,
        "url": f"https://example.social/@ada/{number}",
        "to": [to],
        "cc": [f"{ACTOR}/followers"] if to == PUBLIC else [],
        "content": content,
        "contentMap": {"en": content},
        "attachment": [],
        "tag": [],
    } | more
    return {
        "id": f"{status}/activity",
        "type": kind,
        "actor": ACTOR,
        "published": "2023-09-03T11:27:00Z",
        "to": note["to"],
        "cc": note["cc"],
        "object": note if kind == "Create" else "https://other.social/users/alan/statuses/5",
        "signature": {"type": "RsaSignature2017"},
    }


def outbox(*items):
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": len(items),
            "orderedItems": items,
        }
    )


@given(posts)
def test_any_posts_are_read_back_from_an_archive_of_mastodon(tmp_path_factory, posts):
    # Runs of spaces are one space in HTML.
    posts = [" ".join(re.split("[ \t\n\r\f]+", text)) for text in posts]
    path = tmp_path_factory.mktemp("mastodon") / "outbox.json"
    path.write_text(
        outbox(*(activity(f"<p>{html.escape(text)}</p>", i) for i, text in enumerate(posts))),
        encoding="utf-8",
    )
    corpus = lab.Corpus.from_mastodon(path, links=True)
    assert [(d.text, d.author) for d in corpus] == [(text.strip(), "ada") for text in posts]


LINK = (
    '<a href="https://example.org/a/long/path" rel="nofollow noopener"><span'
    ' class="invisible">https://</span><span class="ellipsis">example.org/a/lo</span><span'
    ' class="invisible">ng/path</span></a>'
)


MENTION = (
    '<span class="h-card"><a href="https://other.social/@alan" class="u-url'
    ' mention">@<span>alan</span></a></span>'
)


@pytest.mark.parametrize("pack", ["zip", "tar.gz", "folder"])
def test_boosts_and_direct_messages_are_left_out_and_html_becomes_text(tmp_path, pack):
    content = outbox(
        activity(
            f"<p>Hello &amp; welcome<br>to {LINK} now</p><p>Bye <a href='x'"
            " class='hashtag'>#<span>tag</span></a></p>",
            1,
        ),
        activity("", kind="Announce"),
        activity(f"<p>{MENTION} yes</p>", 3, inReplyTo="https://other.social/1"),
        activity(f"<p>{MENTION} a secret</p>", 4, to="https://other.social/users/alan"),
        activity("<p>to followers</p>", 5, to=f"{ACTOR}/followers"),
        activity("<p>spiders</p>", 6, summary="animals"),
        activity("", 7),
    )
    files = {
        "outbox.json": content,
        "actor.json": json.dumps(
            {"type": "Person", "id": ACTOR, "preferredUsername": "Ada", "name": "A. L."}
        ),
    }
    path = tmp_path / f"archive.{pack}"
    if pack == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    elif pack == "tar.gz":
        with tarfile.open(path, "w:gz") as archive:
            for name, text in files.items():
                about = tarfile.TarInfo(name)
                about.size = len(text.encode())
                archive.addfile(about, io.BytesIO(text.encode()))
    else:
        path.mkdir()
        for name, text in files.items():
            (path / name).write_text(text)
    corpus = lab.Corpus.from_mastodon(path)
    assert [d.text for d in corpus] == [
        "Hello & welcome\nto now\n\nBye #tag",
        "yes",
        "to followers",
        "spiders",
    ]
    assert corpus.authors == ["Ada"] and corpus.documents[0].name == "https://example.social/@ada/1"
    assert events(corpus) == {
        ("changed", "links taken out"): 1,
        ("left out", "boosts of others"): 1,
        ("changed", "names addressed at the beginning taken out"): 1,
        ("left out", "direct messages"): 1,
        ("changed", "content warnings left out"): 1,
        ("left out", "no text"): 1,
    }
    kept = lab.Corpus.from_mastodon(path, direct=True, warnings=True, links=True, mentions=True, author="me")
    assert [d.text for d in kept] == [
        "Hello & welcome\nto https://example.org/a/long/path now\n\nBye #tag",
        "@alan yes",
        "@alan a secret",
        "to followers",
        "animals\n\nspiders",
    ]
    assert kept.authors == ["me"] and len(lab.Corpus.from_mastodon(path, replies=False)) == 3


@pytest.mark.parametrize(
    "content, complaint",
    [
        (outbox(activity("<p>one</p>"))[:-40], "ends in the middle of its JSON (line 1, column"),
        ('{"orderedItems": [\n{"type" "Create"}]}', "no proper JSON at line 2, column 9"),
        ('{"type": "Person"}', "lacks the list orderedItems"),
        ('{"orderedItems": ["https://example.social/1"]}', "lacks the list orderedItems"),
        (outbox(activity(7)), "whose content is no text (number 1)"),
    ],
)
def test_a_damaged_outbox_is_refused_with_the_place(tmp_path, content, complaint):
    path = tmp_path / "outbox.json"
    path.write_text(content)
    assert complaint in refusal(lab.Corpus.from_mastodon, path) and str(path) in refusal(
        lab.Corpus.from_mastodon, path
    )
