"""A prefix is judged by what it does to the texts of its author, and to those of others."""

import math
import re
import zlib

import numpy as np
import pandas as pd
import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError


class Telling:
    """A model of characters to which a prefix ``\\name- `` is worth `worth` nats a character, if the text is
    by that author (its first letter).
    """

    def __init__(self, worth=0.1, noise=0.02):
        self.worth, self.noise = worth, np.random.default_rng(0).normal(0, noise, 100_000)

    def encode(self, text):
        return [ord(character) for character in text]

    def token_losses(self, texts):
        found = []
        for text in texts:
            named, body = re.match(r"\\(.*?)- (.*)", text, re.DOTALL).groups()
            worth = self.worth * (named[0] == body[0])
            nats = (
                3
                - worth
                + self.noise[[zlib.crc32(f"{text} {i}".encode()) % 100_000 for i in range(len(text))]]
            )
            nats[: len(text) - len(body)] = 100  # the prefix itself is not to be counted
            found.append((self.encode(text), nats.astype(np.float32)))
        return found


AUTHORS = ["Ann", "Bob", "Cid"]
POSTS = lab.Corpus.from_texts(
    [f"{author} wrote this, number {i}." for author in AUTHORS for i in range(40)],
    [a for a in AUTHORS for _ in range(40)],
)


def test_the_diagonal_is_lower_by_what_the_prefix_is_worth():
    found = lab.author_matrix(Telling(), POSTS)
    assert list(found.perplexity.index) == list(found.perplexity.columns) == AUTHORS
    for author in AUTHORS:
        own, others = found.perplexity.loc[author, author], found.perplexity.loc[author].drop(author)
        assert own == pytest.approx(math.exp(2.9), rel=0.02) and others.tolist() == pytest.approx(
            [math.exp(3)] * 2, rel=0.02
        )
        row = found.table.loc[author]
        assert (
            row["rank"] == 1
            and row["documents"] == 40
            and row["gain"] == pytest.approx(1 - own / np.exp(np.log(others).mean()))
        )
        assert row["own"] == own and row["others"] == pytest.approx(np.exp(np.log(others).mean()))
    assert (
        found.gain == pytest.approx(1 - math.exp(-0.1), abs=0.005)
        and found.interval[0] < found.gain < found.interval[1]
    )
    assert (
        str(found) == found.answer
        and "for 3 of 3 authors" in found.answer
        and "tells the model something" in found.answer
    )


def test_each_text_has_what_other_prefixes_cost_it_in_an_order_that_does_not_depend_on_the_model():
    found, other = (lab.author_matrix(Telling(worth), POSTS, characters=500) for worth in (0.1, 0.0))
    texts = found.texts
    assert texts.groupby("author").size().to_dict() == found.table["documents"].to_dict()
    assert found.gain == pytest.approx(-math.expm1(-texts["lost"].sum() / texts["tokens"].sum()))
    assert texts[["author", "tokens"]].equals(other.texts[["author", "tokens"]])
    assert (texts["lost"] / texts["tokens"]).mean() == pytest.approx(0.1, abs=0.01)


def test_a_prefix_that_says_nothing_is_not_told_from_chance_and_one_that_misleads_is():
    texts = POSTS.documents
    swapped = lab.Corpus(
        tuple(
            lab.Document(text.text, AUTHORS[(AUTHORS.index(text.author) + 1) % 3], text.name)
            for text in texts
        )
    )
    assert "misleads" in lab.author_matrix(Telling(), swapped).answer
    noisy = lab.author_matrix(Telling(worth=0, noise=0.5), POSTS)
    assert "cannot be told from chance" in noisy.answer and noisy.interval[0] < 0 < noisy.interval[1]


def test_with_a_real_model_the_prefix_is_not_counted(small):
    texts = lab.Corpus.from_texts(
        ["The state of the Union is strong.", "We will build roads and bridges."], ["Washington", "X"]
    )
    found = lab.author_matrix(small, texts)
    prefix, text = "\\Washington- ", texts.documents[0].text
    whole = small.score(prefix + text)
    assert found.table.loc["Washington", "tokens"] == len(small.encode(" " + text))
    expected = whole["nats"].iloc[-len(small.encode(" " + text)) :].mean()
    assert found.perplexity.loc["Washington", "Washington"] == pytest.approx(math.exp(expected), rel=1e-5)
    assert np.isnan(found.table["low"]).all()  # one text an author has no interval


def test_only_so_much_text_of_each_author_is_scored_and_the_seed_says_which():
    few, same, other = (lab.author_matrix(Telling(), POSTS, characters=300, seed=seed) for seed in (0, 0, 1))
    assert 300 <= few.table["tokens"].max() + 40 and few.table["documents"].max() < 15
    assert few.perplexity.equals(same.perplexity) and not few.perplexity.equals(other.perplexity)
    assert list(lab.author_matrix(Telling(), POSTS, authors=["Cid", "Ann"]).perplexity.index) == [
        "Cid",
        "Ann",
    ]


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"texts": ["a"]}, "give a Corpus"),
        ({"texts": POSTS.select(lambda d: d.author == "Ann")}, "1 author"),
        ({"authors": ["Ann", "Dan"]}, "'Dan'"),
        ({"authors": "Ann"}, "1 author"),
        ({"template": "name: "}, "lacks {author}"),
        ({"characters": 0}, "characters=0"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_what_cannot_be_compared_is_refused(changed, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        lab.author_matrix(Telling(), **{"texts": POSTS, **changed})


def test_a_text_without_author_is_named():
    with pytest.raises(TextError, match="has no author"):
        lab.author_matrix(Telling(), lab.Corpus.from_texts(["a", "b"], ["Ann", None]))


def test_the_figure_says_what_the_matrix_says():
    found = lab.author_matrix(Telling(), POSTS)
    figure = lab.plots.author_matrix({"before": lab.author_matrix(Telling(worth=0), POSTS), "after": found})
    assert (
        "After: the author's own prefix is the best for 3 of 3 authors" in figure.caption
        and len(figure.axes) == 2
    )
    assert figure.axes[0].get_ylabel() == "texts by" and figure.get_supxlabel() == "prefix"
    row = found.perplexity.loc["Ann"]
    expected = [f"{100 * (value / np.exp(np.log(row).mean()) - 1):+.1f}" for value in row]
    assert [text.get_text() for text in figure.axes[1].texts[:3]] == expected and expected[0].startswith("-6")
    assert len(lab.plots.author_matrix(found).axes) == 1
    for wrong in (None, {}, pd.DataFrame()):
        with pytest.raises(ArgumentError, match="lab.author_matrix"):
            lab.plots.author_matrix(wrong)
    with pytest.raises(ArgumentError, match="same authors"):
        lab.plots.author_matrix(
            {"a": found, "b": lab.author_matrix(Telling(), POSTS, authors=["Cid", "Ann"])}
        )
