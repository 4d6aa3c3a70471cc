"""A page holds all that it shows, and what people wrote stays text in it."""

from types import SimpleNamespace

from gpt2lab.base.captions import CaptionedFigure
from gpt2lab.base.pages import SHORT, html_figure, html_page, html_table

EVIL = "<script>alert(1)</script>"


def table(rows):
    return SimpleNamespace(header=("size", "words", "loss"), rows=rows, caption=EVIL)


def test_a_page_reaches_for_nothing_outside_and_runs_nothing():
    page = html_page(EVIL, "<p>head</p>", "<p>main</p>")
    assert page.startswith("<!DOCTYPE html>") and "<p>main</p>" in page and EVIL not in page
    assert "default-src 'none'; img-src data:; style-src" in page and "<nav" not in page
    assert "img-src" not in html_page("A title", "", "", contents="<li>part</li>", pictures=False)
    assert '<nav aria-label="Contents">' in html_page("A title", "", "", contents="<li>part</li>")


def test_a_table_knows_which_columns_are_numbers_and_what_each_row_is():
    drawn = html_table(table([("3M", EVIL, "1.50"), ("10M", "b", "–")]), "Table 3")
    assert EVIL not in drawn and "Table 3." in drawn and 'tabindex="0"' in drawn
    assert drawn.count('<th scope="row">') == 2 and drawn.count('<td class="number">') == 2
    assert 'class="short"' in drawn
    assert 'class="short"' not in html_table(table([("3M", "a", "1")] * (SHORT + 1)), "Table 3")


def test_a_figure_is_inside_of_the_page_with_its_caption_as_alternative_text():
    figure = CaptionedFigure(width=2, height=1)
    figure.caption = 'A "quoted" caption.'
    drawn = html_figure(figure, "Figure 1", png=b"abc")
    assert (
        'src="data:image/png;base64,YWJj" alt="A &quot;quoted&quot; caption." width="200" height="100"'
        in drawn
    )
    assert "<strong>Figure 1.</strong> A &quot;quoted&quot; caption." in drawn
