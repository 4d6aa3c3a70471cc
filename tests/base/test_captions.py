"""A figure says in words what it shows, wherever it goes."""

import base64
import html
import io

from PIL import Image

from gpt2lab.base.captions import CaptionedFigure


def captioned():
    figure = CaptionedFigure(width=4, height=3)
    figure.subplots().plot([1, 2])
    figure.caption = "The loss fell from 2 to 1 & stayed <there>."
    return figure


def test_a_picture_carries_its_caption():
    picture = Image.open(io.BytesIO(captioned().png(dpi=50)))
    assert picture.size == (200, 150) and picture.text["Description"] == captioned().caption


def test_a_notebook_gets_the_picture_with_alternative_text_and_the_caption_below(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata=None, raw=False: shown.append((data, metadata))
    )
    captioned()._ipython_display_()
    (picture, about), (caption, _) = shown
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
    assert about["image/png"] == {"alt": captioned().caption, "width": 400}
    assert (
        captioned().caption in html.unescape(caption["text/html"]) and "<there>" not in caption["text/html"]
    )
