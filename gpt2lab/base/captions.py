"""A matplotlib figure that says in words what it shows, and the colours of all figures."""

import base64
import html
import io
from collections.abc import Iterator

from matplotlib.figure import Figure

# Okabe and Ito's colours keep apart under every kind of colour-blindness; these three also differ in
# lightness when printed in grey.
DARK = "#0072B2"
MIDDLE = "#D55E00"
LIGHT = "#999999"
STYLES = ((DARK, "-"), (MIDDLE, "--"), ("#000000", ":"), ("#009E73", "-."))


class CaptionedFigure(Figure):
    """A figure with a caption, which a notebook shows below it and a screen reader reads instead of it.

    Attributes
    ----------
    caption : str
        What the figure shows, computed from its data.
    """

    def __init__(self, width: float = 6.4, height: float = 3.8):
        super().__init__(figsize=(width, height), dpi=100, layout="constrained")
        self.caption: str = ""

    def png(self, dpi: int = 144) -> bytes:
        """The figure as PNG: bytes, the caption stored inside as its description."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=dpi, metadata={"Description": self.caption, "Software": None})
        return buffer.getvalue()

    def outputs(self) -> Iterator[tuple[dict, dict]]:
        """What a notebook stores: the picture with its alternative text, and the caption; each a dictionary
        of formats and one of metadata.
        """
        # Two outputs rather than one piece of HTML: every viewer of notebooks shows a stored PNG, some take
        # pictures out of HTML.
        picture = base64.b64encode(self.png()).decode()
        about = {"alt": self.caption, "width": int(self.get_figwidth() * 100)}
        yield {"image/png": picture, "text/plain": self.caption}, {"image/png": about}
        yield {"text/html": f"<p><em>{html.escape(self.caption)}</em></p>", "text/plain": self.caption}, {}

    def _ipython_display_(self):
        from IPython.display import display

        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)
