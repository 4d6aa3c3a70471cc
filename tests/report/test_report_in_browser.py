"""The page in a real Chromium: it opens without a network, runs nothing, can be heard as well as seen, and
prints.
"""

import itertools
import re
import struct

import pytest

import gpt2lab as lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = """The loss fell **quickly**, see [the paper](https://example.org/paper).

<script>document.title = "taken over"</script>
<img src="https://example.org/pixel.png" onerror="document.title = 'taken over'">

# A heading of mine

| step | loss |
|---|---|
| 1 | 4.2 |

![a picture elsewhere](https://example.org/picture.png)
"""


@pytest.fixture(scope="module")
def written(run, held_out, speeches, tmp_path_factory):
    return lab.report(
        run,
        valid=held_out,
        test=lab.presidential_speeches(since=1963, until=1964).first(9_000),
        train=speeches,
        folder=tmp_path_factory.mktemp("report"),
        nsamples=6,
        length=16,
        seed=3,
        answers={"loss": WORDS, "findings": "- one\n- two"},
        author="A. Student",
    )


@pytest.fixture
def opened(page, written):
    page.asked.clear(), page.said.clear()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(written.html.resolve().as_uri())
    return page


def test_it_opens_from_disk_asks_for_nothing_and_runs_nothing(opened, written):
    assert [address for address in opened.asked if not address.startswith("data:")] == [
        written.html.resolve().as_uri()
    ]
    assert opened.said == [] and opened.title() == "What fine-tuning 1M did: the run speeches"
    assert opened.evaluate("document.scripts.length") == 0
    assert (
        opened.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 100)")
        == [True] * 5
    )


def test_even_a_script_that_got_in_would_not_run(page, written, tmp_path):
    content = written.html.read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(
        content.replace(
            "<main>", "<main><script>document.title = 'ran'</script><img src='https://example.org/x.png'>"
        ),
        encoding="utf-8",
    )
    page.goto((tmp_path / "page.html").as_uri())
    assert page.title().startswith("What fine-tuning") and any(
        "Content Security Policy" in message for message in page.said
    )


def test_axe_finds_nothing_wrong(opened):
    from axe_playwright_python.sync_playwright import Axe

    for width in (1000, 400):
        opened.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(opened).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_headings_tables_and_figures_say_what_they_are(opened):
    levels = [
        int(name[1])
        for name in opened.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => heading.tagName)"
        )
    ]
    assert (
        levels[0] == 1
        and levels.count(1) == 1
        and all(after - before <= 1 for before, after in itertools.pairwise(levels))
    )
    assert opened.evaluate("document.documentElement.lang") == "en"
    assert opened.evaluate(
        "[...document.querySelectorAll('main section > .wide table')].every(table => table.caption &&"
        " table.tHead.querySelector('th[scope=col]'))"
    )
    assert opened.evaluate("[...document.querySelectorAll('th')].every(head => head.scope)")
    assert opened.evaluate(
        "[...document.images].every(image => image.alt.length > 40 &&"
        " image.closest('figure').querySelector('figcaption'))"
    )
    links = opened.evaluate("[...document.querySelectorAll('nav a')].map(link => link.getAttribute('href'))")
    assert len(links) == 14 and all(opened.query_selector(f'[id="{link[1:]}"]') for link in links)


def test_nothing_is_wider_than_a_telephone(opened):
    opened.set_viewport_size({"width": 360, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_its_pictures_show_the_page_from_its_headings_on(written):
    top, loss = (written.picture(question) for question in (None, "loss"))
    for shown in (top, loss):
        assert shown.png.startswith(b"\x89PNG") and 10_000 < len(shown.png) < 150_000
        assert struct.unpack(">II", shown.png[16:24]) == (720, 1000)
    assert top.png != loss.png and "the words of its author" in loss.caption
    assert not list(written.folder.glob(".printing-*"))


def test_printed_it_has_the_addresses_of_links_and_whole_figures(opened, written):
    opened.emulate_media(media="print")
    assert "example.org/paper" in opened.eval_on_selector(".answer a", "link => link.href")
    assert opened.eval_on_selector(".answer a", "link => getComputedStyle(link, '::after').content") not in (
        "none",
        "normal",
    )
    assert opened.eval_on_selector_all(
        "figure", "figures => figures.every(figure => getComputedStyle(figure).breakInside === 'avoid')"
    )
    heights = opened.eval_on_selector_all(
        "main > section > figure", "figures => figures.map(figure => figure.getBoundingClientRect().height)"
    )
    assert heights and max(heights) < 980  # what an A4 page has room for, in CSS pixels
    content = written.pdf.read_bytes()
    assert content.startswith(b"%PDF-") and 4 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) <= 20
    sizes = {
        tuple(map(float, size)) for size in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", content)
    }
    # A4 in points
    assert sizes and all(abs(wide - 595.3) < 1 and abs(high - 841.9) < 1 for wide, high in sizes)
    assert b"/StructTreeRoot" in content  # can be read aloud
