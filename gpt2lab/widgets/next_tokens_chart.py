"""The chart of next tokens as HTML, which takes a browser and Python a few milliseconds; a matplotlib picture
takes 60 to 150.

It is a table with a bar in each row: a screen reader reads the numbers, a printer prints the bars, and it is
as wide as it may be.
"""

from html import escape

import pandas as pd

from gpt2lab.base.captions import DARK
from gpt2lab.plots.tokens import axis_end, guesses, shares, visible, what_survives

_CELL = "padding:0 6px;border:0;line-height:1.25;background:none"
_NUMBER = f"{_CELL};text-align:right;white-space:nowrap"
_TABLE = (
    "width:100%;border-collapse:collapse;border:0;background:#ffffff;color:#111111;font-size:13px;margin:0"
)
_CAPTION = (
    "caption-side:bottom;text-align:left;color:#111111;background:#ffffff;padding:6px;font-size:13px;"
    "line-height:1.35"
)
_MONOSPACED = "font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace"


def next_tokens_html(table: pd.DataFrame, top: int = 15) -> str:
    """The most likely next tokens before and after the cuts of sampling, as a piece of HTML.

    Parameters
    ----------
    table : pandas.DataFrame
        From `LanguageModel.next_tokens`.
    top : int, default 15
        Tokens to show; a last row sums up the others.

    Returns
    -------
    str
    """
    shown = guesses(table, top)
    end = axis_end(shown)
    rows = "".join(_row(guess, end) for guess in shown.itertuples())
    if len(shown) < len(table):
        rows += _others(table.iloc[len(shown) :])
    summary = what_survives(table)
    caption = (
        f"{escape(summary[:1].upper() + summary[1:])}"
        " Outlines: the model’s own probabilities; bars: those of being drawn."
    )
    return (
        f'<table style="{_TABLE}"><caption style="{_CAPTION}">{caption}</caption>'
        f"<thead>{_head(end)}</thead><tbody>{rows}</tbody></table>"
    )


def _head(end):
    marks = "".join(
        f'<text x="{x}%" y="11" font-size="11" text-anchor="{anchor}"'
        f' fill="#111111">{end * x / 100:g}{unit}</text>'
        for x, anchor, unit in ((0, "start", ""), (50, "middle", ""), (100, "end", " %"))
    )
    return (
        f'<tr><th scope="col" style="{_NUMBER}">token</th>'
        f'<td style="{_CELL};width:100%" aria-hidden="true">'
        f'<svg width="100%" height="14" style="display:block">{marks}</svg></td>'
        f'<th scope="col" style="{_NUMBER}">model, %</th><th scope="col" style="{_NUMBER}">drawn, %</th></tr>'
    )


def _row(guess, end):
    width = 100 * 100 / end
    own, drawn = shares(guess)
    bars = (
        f'<rect y="1" width="{width * guess.sampled_probability:.2f}%" height="13" fill="{DARK}"/>'
        f'<rect y="1" width="{width * guess.probability:.2f}%" height="13" fill="none" stroke="#000000"/>'
    )
    return (
        f'<tr style="background:none"><th scope="row" style="{_NUMBER};font-weight:normal;{_MONOSPACED}">'
        f"{escape(visible(guess.token))}</th>"
        f'<td style="{_CELL};width:100%" aria-hidden="true">'
        f'<svg width="100%" height="15" style="display:block;overflow:visible">{bars}</svg></td>'
        f'<td style="{_NUMBER}">{escape(own)}</td><td style="{_NUMBER}">{escape(drawn)}</td></tr>'
    )


def _others(rest):
    drawn = f"{100 * rest['sampled_probability'].sum():.1f}" if rest["kept"].any() else "cut"
    return (
        '<tr style="background:none">'
        f'<th scope="row" colspan="2" style="{_NUMBER};font-weight:normal">'
        f"the {len(rest):,} other tokens together</th>"
        f'<td style="{_NUMBER}">{100 * rest["probability"].sum():.1f}</td>'
        f'<td style="{_NUMBER}">{drawn}</td></tr>'
    )
