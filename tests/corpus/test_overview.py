"""An overview and a data card say what is in a corpus, and a card written again keeps what its
reader wrote.
"""

import pytest

import gpt2lab as lab
from gpt2lab.corpus.data_card import QUESTIONS
from gpt2lab.errors import TextError

LONG = "This sentence has more than forty characters, as a sentence must that is compared. "


def corpus():
    return lab.Corpus(
        (
            lab.Document("one\ntwo", "Ada", "a"),
            lab.Document("one two\n", "Alan", "b"),
            lab.Document(LONG + "And then?", "Ada", "c"),
            lab.Document(LONG + "Or else!", None, "d"),
            lab.Document("x\u200b\x07\ufffd\ufffd\ue000 \N{FAMILY}\u200d", "Alan", "e"),
        )
    )


def test_authors_are_counted_in_documents_and_characters():
    authors = corpus().overview().authors
    assert authors.index.tolist() == ["Ada", "(no author)", "Alan"]
    assert authors["documents"].tolist() == [2, 1, 2]
    assert authors["characters"].sum() == corpus().characters and authors["share"].sum() == pytest.approx(1)
    assert authors.loc["Ada", "characters"] == 7 + len(LONG) + 9


def test_copies_and_near_copies_are_found():
    copies = corpus().overview().copies
    assert copies[["one", "other", "kind"]].values.tolist() == [["a", "b", "same"], ["c", "d", "shared"]]
    # Of nine 8-grams of either the seven of the long sentence are those of the other.
    assert copies["share"].tolist() == pytest.approx([1, 7 / 9])


def test_copies_across_splits_are_found_and_those_inside_one_are_not():
    one = corpus()
    leaking = lab.Splits(
        lab.Corpus(one.documents[:1]), lab.Corpus(one.documents[1:3]), lab.Corpus(one.documents[3:])
    )
    found = leaking.overview()
    assert found.copies[["one", "other", "splits"]].values.tolist() == [
        ["a", "b", "train, valid"],
        ["c", "d", "valid, test"],
    ]
    assert "1 pair with the same text across splits" in repr(found)
    assert found.authors.loc["Ada", ["train", "valid", "test"]].tolist() == [1, 1, 0]
    sound = lab.Splits(
        lab.Corpus(one.documents[:2]), lab.Corpus(one.documents[2:4]), lab.Corpus(one.documents[4:])
    )
    assert sound.overview().copies.empty and "copies: none across splits" in repr(sound.overview())


def test_the_speeches_have_no_copies_across_splits():
    splits = lab.presidential_speeches(since=1930, until=1960).split(seed=0)
    assert splits.overview().copies.empty and splits.overview().most_shared[2] < 0.03
    # the summary of 1945 on the radio
    assert not lab.presidential_speeches(since=1930, until=1960).overview().copies.empty


def test_an_overview_of_splits_says_what_was_kept_together_and_what_is_shared_still():
    found = repr(lab.presidential_speeches(since=1947).split(seed=0).overview())
    assert "kept together: 1956-Eisenhower-1 and 1956-Eisenhower-2; " in found
    assert "1973-Nixon-1 and 10 more" in found
    assert "most in common beside these across splits: 1." in found


def test_characters_that_are_no_text_are_counted_with_their_place():
    odd = corpus().overview().odd_characters.set_index("character")
    assert odd["count"].to_dict() == {"U+FFFD": 2, "U+200B": 1, "U+0007": 1, "U+E000": 1}
    assert (
        odd.loc["U+0007", ["kind", "document"]].tolist() == ["control character", "e"]
        and odd.loc["U+200B", "name"] == "ZERO WIDTH SPACE"
    )


def test_the_longest_and_the_shortest_document_are_shown():
    found = corpus().overview()
    assert (found.longest.name, found.shortest.name, found.documents, found.characters) == (
        "c",
        "a",
        5,
        corpus().characters,
    )
    assert "longest: c (92 characters)" in repr(found) and "shortest: a (7 characters)" in repr(found)


def test_the_same_seed_draws_the_same_lines():
    many = lab.Corpus.from_texts([f"line {i}\n\nline {i + 1000}" for i in range(50)])
    lines = many.overview(lines=7, seed=3).lines
    assert (
        len(lines) == 7 == len(set(lines))
        and lines == many.overview(lines=7, seed=3).lines != many.overview(lines=7, seed=4).lines
    )
    assert len(many.overview(lines=1000).lines) == 100 and many.overview(lines=0).lines == ()
    with pytest.raises(lab.LabError, match="lines=-1"):
        many.overview(lines=-1)


def test_nothing_can_be_said_of_nothing():
    for look in (lab.Corpus().overview, lab.Corpus().data_card):
        with pytest.raises(TextError, match="no documents"):
            look()


def test_what_was_done_to_texts_is_remembered_by_what_is_made_of_them(tmp_path):
    (tmp_path / "posts.csv").write_text("text,author\none two,ada\n,ada\nthree,alan\nfour,alan\n")
    read = lab.Corpus.from_csv(tmp_path / "posts.csv", skip_blank=True)
    splits = read.split(valid=0.3, test=0.3)
    for made in (
        read,
        read.select(lambda document: True),
        read.first(5),
        read.with_author_prefix(),
        splits.train,
        splits.train + splits.test,
    ):
        assert made.note == read.note and "no text (1)" in made.note
    assert [step.name for step in read.masked().steps] == ["from_csv", "masked"]
    assert read == lab.Corpus(read.documents)


# The data card


def test_a_card_has_the_facts_and_the_questions(tmp_path):
    card = corpus().data_card(tmp_path / "new" / "card.md").read_text()
    for fact in (
        f"| all | 5 | {corpus().characters} | 0.000 |",
        "| Ada | 2 | 99 |",
        "| pairs with the same text | 1 |",
        "| longest document | c, 92 characters |",
    ):
        assert fact in card
    assert [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")] == [
        "Facts",
        *(title for title, _ in QUESTIONS),
    ]


def test_a_card_of_splits_has_a_line_for_each_and_how_the_texts_were_prepared(tmp_path):
    one = lab.Corpus.from_texts([f"text number {i} of ada@example.org" for i in range(10)]).masked()
    splits = one.split(valid=0.2, test=0.2)
    card = splits.data_card(tmp_path / "card.md").read_text()
    for name in ("train", "valid", "test"):
        assert f"| {name} | {len(getattr(splits, name))} | {getattr(splits, name).characters:,} |" in card
    assert (
        "- masked(emails=True, phones=True, links=True): kept 10 of 10 texts. Changed: e-mail addresses"
        " masked (10)." in card
    )


def test_a_card_written_again_keeps_what_was_written_and_renews_the_facts(tmp_path):
    path = corpus().data_card(tmp_path / "card.md")
    written = (
        path.read_text()
        .replace("## Consent\n", "## Consent\n\nThey agreed, | all of them.\n")
        .replace("# Data card", "# My data")
        + "\n## Remarks\n\nMine.\n"
    )
    removed = written[: written.index("## Use\n")] + written[written.index("## Remarks") :]
    path.write_bytes(removed.replace("\n", "\r\n").encode("utf-8-sig"))  # as Notepad saves it
    lab.Corpus.from_texts(["one text"]).data_card(path)
    card = path.read_text()
    assert "| all | 1 | 8 |" in card and "| all | 5 |" not in card
    start, end = card.index("<!-- gpt2lab: facts"), card.index("<!-- gpt2lab: end")
    before, after = (
        removed[: removed.index("<!-- gpt2lab: facts")],
        removed[removed.index("<!-- gpt2lab: end") :],
    )
    assert card[:start] == before and card[end:].startswith(after)
    assert card.count("## Use") == 1 and card.index("## Use") > card.index("## Remarks")
    again = card
    lab.Corpus.from_texts(["one text"]).data_card(path)
    assert path.read_text() == again


def test_another_file_of_that_name_is_left_alone(tmp_path):
    path = tmp_path / "card.md"
    path.write_text("# My thesis\n")
    with pytest.raises(TextError, match="is no data card"):
        corpus().data_card(path)
    assert path.read_text() == "# My thesis\n"


def test_a_folder_gets_a_card_in_it(tmp_path):
    assert corpus().data_card(tmp_path) == tmp_path / "data_card.md" and (tmp_path / "data_card.md").is_file()


def test_a_text_cannot_end_the_facts(tmp_path):
    name = "| <!-- gpt2lab: end of the facts -->"
    path = lab.Corpus((lab.Document("text", name, name),)).data_card(tmp_path / "card.md")
    card = path.read_text()
    lab.Corpus((lab.Document("text", name, name),)).data_card(path)
    assert path.read_text() == card and card.count("<!-- gpt2lab: end") == 1
