"""The chart of next tokens as HTML, which takes a browser and Python a few milliseconds; a matplotlib picture
takes 60 to 150.

It is a table with a bar in each row: a screen reader reads the numbers, a printer prints the bars, and it is
as wide as it may be.
"""

from html import escape

from gpt2lab.base.captions import DARK
from gpt2lab.plots.tokens import axis_end, guesses, shares, visible, what_survives

_CELL = "padding:0 6px;border:0;line-height:1.25;background:none"
_NUMBER = f"{_CELL};text-align:right;white-space:nowrap"
_MONOSPACED = "font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace"


def next_tokens_html(table, top=15):
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
    return (
        '<table style="width:100%;border-collapse:collapse;border:0;background:#ffffff;color:#111111;'
        'font-size:13px;margin:0"><caption style="caption-side:bottom;text-align:left;color:#111111;'
        'background:#ffffff;padding:6px;font-size:13px;line-height:1.35">'
        f"{escape(summary[:1].upper() + summary[1:])}"
        " Outlines: the model’s own probabilities; bars: those of being"
        f" drawn.</caption><thead>{_head(end)}</thead><tbody>{rows}</tbody></table>"
    )


def _head(end):
    marks = "".join(
        f'<text x="{x}%" y="11" font-size="11" text-anchor="{anchor}"'
        f' fill="#111111">{end * x / 100:g}{unit}</text>'
        for x, anchor, unit in ((0, "start", ""), (50, "middle", ""), (100, "end", " %"))
    )
    return (
        f'<tr><th scope="col" style="{_NUMBER}">token</th><td style="{_CELL};width:100%"'
        f' aria-hidden="true"><svg width="100%" height="14" style="display:block">{marks}</svg></td><th'
        f' scope="col" style="{_NUMBER}">model, %</th><th scope="col" style="{_NUMBER}">drawn, %</th></tr>'
    )


def _row(guess, end):
    width = 100 * 100 / end
    own, drawn = shares(guess)
    return (
        '<tr style="background:none"><th scope="row"'
        f' style="{_NUMBER};font-weight:normal;{_MONOSPACED}">{escape(visible(guess.token))}</th><td'
        f' style="{_CELL};width:100%" aria-hidden="true"><svg width="100%" height="15"'
        ' style="display:block;overflow:visible"><rect y="1"'
        f' width="{width * guess.sampled_probability:.2f}%" height="13" fill="{DARK}"/><rect y="1"'
        f' width="{width * guess.probability:.2f}%" height="13" fill="none" stroke="#000000"/></svg></td><td'
        f' style="{_NUMBER}">{escape(own)}</td><td style="{_NUMBER}">{escape(drawn)}</td></tr>'
    )


def _others(rest):
    drawn = f"{100 * rest['sampled_probability'].sum():.1f}" if rest["kept"].any() else "cut"
    return (
        f'<tr style="background:none"><th scope="row" colspan="2" style="{_NUMBER};font-weight:normal">the'
        f" {len(rest):,} other tokens together</th><td"
        f' style="{_NUMBER}">{100 * rest["probability"].sum():.1f}</td><td'
        f' style="{_NUMBER}">{drawn}</td></tr>'
    )
