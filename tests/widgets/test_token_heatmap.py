"""The token heat map shows every text as it is, every loss in more than a colour, and several models on one
scale.
"""

import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.plots import visible
from gpt2lab.widgets import token_heatmap
from gpt2lab.widgets.shades import CHANGE, LOSS, contrast

TEXT = "Mr. Speaker,\n\na café & 🙂 cost <b>$5</b>."
VOID = {"br", "meta"}


class Page(HTMLParser):
    """What is in a page: its tags, and the text and title of each coloured token."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.tokens, self.attributes = set(), [], [], set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))
        if self.open[-1][1].get("title") and tag == "span":
            self.tokens.append(["", self.open[-1][1]["title"], self.open[-1][1]["style"]])

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        names = [tag for tag, _ in self.open]
        if self.tokens and any(attributes.get("title") for _, attributes in self.open) and "sup" not in names:
            self.tokens[-1][0] += data


def shown(html):
    """The tokens of the first view: lists of text, title, style."""
    return Page(html.split("</section>")[0] + "</section></div></div>").tokens


def losses(text, *parts):
    """A table of losses, (end, nats) a token."""
    ends = [end for end, _ in parts]
    return pd.DataFrame({"start": [0, *ends[:-1]], "end": ends, "nats": [nats for _, nats in parts]})


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_is_shown_whole_and_as_text(small, text):
    html = token_heatmap(small, text).html
    page = Page(html)
    assert page.open == []  # every tag is closed
    assert "".join(token for token, *_ in shown(html)) == "".join(
        " " if character == " " else visible(character) for character in text
    )
    assert page.tags <= set(
        "div p span section table caption thead tbody tr th td details summary b sup br".split()
    )
    # nothing that a notebook which is not trusted would take out
    assert page.attributes <= {"style", "title", "scope"}


def test_every_token_has_its_loss_in_words(small):
    table = small.score(TEXT[:12])
    titles = [title for _, title, _ in shown(token_heatmap(small, TEXT[:12]).html)]
    assert [float(re.search(r": ([\d.]+) nats", title)[1]) for title in titles] == [
        round(nats, 2) for nats in table["nats"]
    ]
    assert "probability" not in titles[0] and re.search(r"\d%|1 in \d", titles[0])


def test_a_character_of_several_tokens_is_shown_once_with_the_sum(small):
    table = small.score("a 🙂.")
    parts = [
        nats
        for start, end, nats in table[["start", "end", "nats"]].itertuples(index=False)
        if start <= 2 < end
    ]
    assert len(parts) > 1
    (token,) = [token for token in shown(token_heatmap(small, "a 🙂.").html) if "🙂" in token[0]]
    assert f"{sum(parts):.2f} nats" in token[1] and f"{len(parts)} tokens: {parts[0]:.2f} + " in token[1]


@pytest.mark.parametrize("shades", [LOSS, CHANGE])
def test_text_can_be_read_on_every_shade(shades):
    for place in range(len(shades.colours)):
        background, ink = re.fullmatch(
            r"background-color:(#\w{6});color:(#\w{6})", shades.style(place)
        ).groups()
        assert contrast(background, ink) >= 4.5


def test_shades_of_loss_keep_their_order_in_grey():
    steps = [contrast(darker, lighter) for lighter, darker in zip(LOSS.colours, LOSS.colours[1:])]
    lightness = [contrast(colour, "#000000") for colour in LOSS.colours]
    assert lightness == sorted(lightness, reverse=True) and min(steps) > 1.15


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21) and contrast(
        "#777777", "#FFFFFF"
    ) == pytest.approx(4.48, abs=0.005)


@given(st.floats(0, 60))
def test_the_legend_says_where_a_loss_belongs(nats):
    words = LOSS.label(LOSS.place(nats))
    low, high = {"below 1": (0, 1), "10 or more": (10, 99)}.get(words) or map(float, words.split(" to "))
    assert low <= nats < high


def test_models_stand_beside_each_other_on_the_same_scale():
    text = "abc"
    heatmap = token_heatmap(
        {
            "before": losses(text, (1, 3.0), (2, 7.0), (3, 0.5)),
            "after": losses(text, (1, 0.5), (2, 3.0), (3, 7.0)),
        },
        text,
    )
    before, after = (
        {title.split(": ")[1]: style for _, title, style in Page(view + "</section>").tokens}
        for view in re.findall(r"<section.*?(?=</section>)", heatmap.html, flags=re.DOTALL)
    )
    assert before == after and len(set(before.values())) == 3
    assert heatmap.html.count("Loss (nats): ") == 1
    assert (
        "before: mean 3.50 nats per token, perplexity 33.1" in heatmap.html
        and "after: mean 3.50" in heatmap.html
    )
    assert "For 2 of the 3 tokens 'after' is less surprised than 'before'" in heatmap.caption


def test_the_most_surprising_tokens_are_marked_and_listed():
    text = "one two"
    html = token_heatmap(losses(text, (3, 1.0), (4, 9.0), (7, 4.0)), text, marked=2).html
    assert html.count("<sup") == 2 and '<b>two</b><sup style="line-height:0">2</sup>' in html
    assert "<td>one<b> </b>two</td><td>9.00</td><td>1 in 8,103</td>" in html
    assert "<sup" not in token_heatmap(losses(text, (7, 1.0)), text, marked=0).html


def test_a_difference_marks_what_became_harder_without_colour():
    text = "abcd"
    before, after = losses(text, (1, 3.0), (2, 3.0), (4, 3.0)), losses(text, (1, 6.0), (2, 3.1), (4, 0.0))
    html = token_heatmap({"before": before, "after": after}, text, difference=True).html
    view = html.split("<section")[1]
    assert re.findall(r"<u>(.*?)</u>", view) == ["a"] and "+3.00" in view and "-3.00" in view
    assert f"{CHANGE.style(CHANGE.place(3.0))}" in view


def test_a_difference_comes_first_and_each_model_is_folded_below():
    text = "abcd"
    before, after = losses(text, (1, 3.0), (2, 3.0), (4, 3.0)), losses(text, (1, 6.0), (2, 3.1), (4, 0.0))
    heatmap = token_heatmap({"before": before, "after": after}, text, difference=True)
    first, folded, table = heatmap.html.split("<details>")
    assert "Change (nats): " in first and "Loss (nats): " not in first and first.count("<section") == 1
    assert "Each model by itself</summary>" in folded and folded.count("<section") == 2
    assert "All losses as a table" in table
    words = "Blue is what surprised 'after' less than 'before', by 1 nat or more (1 token); orange"
    assert words in heatmap.caption and "more, by 1 nat or more (1)." in heatmap.caption
    assert CHANGE.style(CHANGE.place(0.1)) == CHANGE.style(CHANGE.place(0.0))  # small changes stay white
    plain = token_heatmap({"before": before, "after": after}, text)
    assert "Change" not in plain.html and plain.caption.startswith("The darker, the more")


def test_falls_and_rises_are_listed_apart_the_largest_first():
    text = "abcdefg"
    before = losses(text, *((end, 5.0) for end in range(1, 8)))
    changes = (1.0, -1.0, 2.0, -2.0, 0.0, -3.0, 3.0)
    after = losses(text, *((end, 5.0 + change) for end, change in enumerate(changes, 1)))
    html = token_heatmap({"before": before, "after": after}, text, difference=True, marked=2).html
    view = html.split("<section")[1].split("<details")[0]
    falls, rises = view.split("The largest falls")[1].split("The largest rises")
    numbers = r"<td>([+-]\d\.\d\d)</td>"
    assert re.findall(numbers, falls) == ["-3.00", "-2.00"]
    assert re.findall(numbers, rises) == ["+3.00", "+2.00"]
    harder = token_heatmap({"b": before, "a": losses(text, (7, 9.0))}, text).html
    assert "largest" not in harder
    same = token_heatmap({"b": before, "a": before}, text, difference=True).html
    assert "The largest" not in same


def test_a_long_text_is_cut_and_says_so(small):
    text = "The state of the Union is strong. " * 10
    heatmap = token_heatmap(small, text, most=7)
    assert (
        len(shown(heatmap.html)) == 7
        and "Shown are the first 7 tokens; the means are of all." in heatmap.caption
    )
    assert f"mean {small.score(text)['nats'].mean():.2f}" in heatmap.caption


def test_a_cut_does_not_divide_a_character(small):
    first = len(small.score("a")["nats"]) + 1
    assert shown(token_heatmap(small, "a🙂b", most=first).html)[-1][0].endswith("🙂")


def test_a_notebook_gets_html_and_words_and_a_file_is_a_page(small, tmp_path):
    heatmap = token_heatmap({"before": small}, TEXT)
    bundle = heatmap._repr_mimebundle_()
    assert bundle == {"text/html": heatmap.html, "text/plain": heatmap.caption}
    assert "before: mean" in heatmap.caption and "the most surprising is" in heatmap.caption
    heatmap.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert heatmap.html in page and page.startswith("<!DOCTYPE html>") and 'charset="utf-8"' in page


def test_losses_beyond_all_bounds_are_still_words():
    html = token_heatmap(losses("a", (1, 900.0)), "a").html
    assert "900.00" in html and "inf" not in html and math.isfinite(LOSS.place(900.0))


def test_what_cannot_be_shown_is_refused(small):
    table = losses("abc", (3, 1.0))
    for arguments, error, words in (
        ((small, ""), TextError, "empty"),
        ((small, 5), ArgumentError, "give a string"),
        (("3M", "a"), ArgumentError, "lab.load"),
        (({}, "a"), ArgumentError, "one to four"),
        ((table, "abcd"), ArgumentError, "not of this text"),
    ):
        with pytest.raises(error, match=words):
            token_heatmap(*arguments)
    with pytest.raises(ArgumentError, match="between two models"):
        token_heatmap(small, "a", difference=True)
    with pytest.raises(ArgumentError, match="the same tokens"):
        token_heatmap({"one": table, "other": losses("abc", (1, 1.0), (3, 1.0))}, "abc", difference=True)
    with pytest.raises(ArgumentError, match="marked=-1"):
        token_heatmap(small, "a", marked=-1)
    assert lab.widgets.token_heatmap is token_heatmap
