"""What stays of a monitor: the last figure of the losses, and a table of them."""

import html
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpt2lab import plots
from gpt2lab.base.captions import CaptionedFigure
from gpt2lab.training.diagnosis import recent_means

MOST_ROWS = 12
_COLUMNS = {
    "step": "step",
    "epoch": "epoch",
    "loss": "training loss",
    "recent": "recent mean",
    "valid_loss": "validation loss",
}
_FORMATS = {
    "step": "{:,.0f}",
    "epoch": "{:.2f}",
    "training loss": "{:.3f}",
    "recent mean": "{:.3f}",
    "validation loss": "{:.3f}",
}


@dataclass(frozen=True)
class TrainingReport:
    """How a fine-tuning run went; a notebook shows the figure and the table, a terminal the caption and the
    table.

    Attributes
    ----------
    figure : CaptionedFigure
        The losses, from `plots.loss`.
    table : pandas.DataFrame
        At most 12 steps (those at which the validation loss was measured, if it was), with the first, the
        last and the best one: ``step``, ``epoch``, ``training loss``, ``recent mean`` (the training loss
        as the mean of the last steps, as in the figure), ``validation loss``; losses in nats per token, NaN
        where there is none.
    status : str
        How the run ended, in one line; may be empty.
    """

    figure: CaptionedFigure
    table: pd.DataFrame
    status: str = ""

    @classmethod
    def of(cls, history: pd.DataFrame, status: str = "") -> "TrainingReport":
        """The report of a history.

        Raises
        ------
        ArgumentError
            If nothing was trained yet.
        """
        return cls(plots.loss(history), _choose_rows(history), status)

    def outputs(self) -> tuple[tuple[dict, dict], tuple[dict, dict]]:
        """What a notebook stores: the picture, and words with the table; each a dictionary of formats and
        one of metadata.
        """
        picture, _ = self.figure.outputs()
        ended, dot, rest = html.escape(self.status).partition(" · ")
        words = [f"<p><strong>{ended}</strong>{dot}{rest}</p>"] if ended else []
        words += [
            f"<p><em>{html.escape(self.figure.caption)}</em></p>",
            self._format_table().to_html(index=False, border=0, justify="right"),
            "<p>Losses in nats per token.</p>",
        ]
        return picture, ({"text/html": "\n".join(words), "text/plain": repr(self)}, {})

    def __repr__(self):
        table = self._format_table().to_string(index=False)
        lines = (self.status, self.figure.caption, table, "Losses in nats per token.")
        return "\n".join(filter(None, lines))

    def _ipython_display_(self):
        from IPython.display import display

        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)

    def _format_table(self):
        return pd.DataFrame(
            {
                name: ["–" if math.isnan(value) else _FORMATS[name].format(value) for value in values]
                for name, values in self.table.items()
            }
        )


def _choose_rows(history):
    trained = history.dropna(subset=["loss"])
    measured = history.dropna(subset=["valid_loss"])
    history = history.assign(recent=recent_means(trained["loss"])[0])
    trained = history.loc[trained.index]
    rows = history.loc[measured.index.union(trained.index[-1:])] if len(measured) > 1 else trained
    if len(rows) > MOST_ROWS:
        places = set(np.linspace(0, len(rows) - 1, MOST_ROWS).astype(int))
        if len(measured) > 1:
            best = rows.index.get_loc(measured["valid_loss"].idxmin())
            nearest = min(places - {0, len(rows) - 1}, key=lambda place: abs(place - best))
            places = places if best in places else places - {nearest} | {best}
        rows = rows.iloc[sorted(places)]
    return rows.reindex(columns=list(_COLUMNS)).rename(columns=_COLUMNS).reset_index(drop=True)
