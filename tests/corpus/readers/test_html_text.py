"""HTML becomes the text that a reader sees, however damaged it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.corpus.readers.html_text import html_text


@pytest.mark.parametrize(
    "source, text",
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div>b", "a\n\nb"),
        ("a <b>b</b>\n c", "a b c"),
        ("<ul><li>a<li>b</ul>c", "a\nb\n\nc"),
        ("<title>x</title><style>p{}</style><script>1<2</script><p>a", "a"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("a &lt;b&gt; &amp;amp; &eacute;", "a <b> &amp; é"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("", ""),
        ("<p></p>", ""),
        ('<p class="quote-inline">RE: <a href="x">there</a></p><p>here</p>', "here"),
        ("one<blockquote>a<blockquote>b</blockquote>c</blockquote>two", "one\n\ntwo"),
        ("one<blockquote>two<p>three</blockquote>four", "one\n\nfour"),
        ('one<div class="gmail_quote">two</div>', "one"),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(source, text):
    assert html_text(source, quotes=False) == text


@pytest.mark.parametrize(
    "html, text",
    [("a <![if !supportLists]>b<![endif]> c", "a b c"), ("a <![; > b", "a b"), ("a <![CDATA[b]]> c", "a c")],
)
def test_marked_sections_are_comments(html, text):
    assert html_text(html) == text


@given(st.text(alphabet='<>/abp&;!-[]?"= ', max_size=60))
def test_no_html_is_so_damaged_that_it_cannot_be_read(source):
    assert html_text(source) == html_text(source).strip()
