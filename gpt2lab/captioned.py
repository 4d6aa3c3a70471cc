"""A matplotlib figure that says in words what it shows."""

import base64
import html
import io

from matplotlib.figure import Figure

# Okabe and Ito's colours keep apart under every kind of colour-blindness; these three also differ in lightness when printed in grey.
DARK, MIDDLE, LIGHT = "#0072B2", "#D55E00", "#999999"
STYLES = ((DARK, "-"), (MIDDLE, "--"), ("#000000", ":"), ("#009E73", "-."))


class CaptionedFigure(Figure):
    """A figure with a caption, which a notebook shows below it and a screen reader reads instead of it.

    Attributes
    ----------
    caption : str
        What the figure shows, computed from its data.
    """

    def __init__(self, width=6.4, height=3.8):
        super().__init__(figsize=(width, height), dpi=100, layout="constrained")
        self.caption = ""

    def png(self, dpi=144):
        """The figure as PNG: bytes, the caption stored inside as its description."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=dpi, metadata={"Description": self.caption, "Software": None})
        return buffer.getvalue()

    def to_html(self):
        """The figure as HTML: picture, alternative text and caption in one element."""
        picture, words = base64.b64encode(self.png()).decode(), html.escape(self.caption, quote=True)
        width = int(self.get_figwidth() * 100)
        return (
            f'<figure style="margin:0"><img src="data:image/png;base64,{picture}" alt="{words}" width="{width}" style="max-width:100%">'
            f'<figcaption style="max-width:{width}px"><em>{words}</em></figcaption></figure>'
        )

    def _ipython_display_(self):
        from IPython.display import display

        display({"text/html": self.to_html(), "text/plain": self.caption}, raw=True)
