"""Figures of what a model makes of single tokens."""

import numpy as np

from gpt2lab.arguments import whole_number
from gpt2lab.captioned import DARK
from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import captioned_axes


def _table(table, method, *columns):
    if not set(columns) <= set(getattr(table, "columns", ())):
        raise ArgumentError(f"A {type(table).__name__} is no table of tokens; give what lm.{method}(text) returns.")
    return table


def visible(token):
    """A token as it can be read: spaces as ␣, line ends as ↵."""
    return token.replace(" ", "␣").replace("\n", "↵").replace("\t", "⇥") or "(nothing)"


def _tick_labels(tokens):
    # A dollar sign would start a formula.
    return [visible(token).replace("$", r"\$") for token in tokens]


def next_tokens(table, top=12):
    """The most likely next tokens, and what the cuts of sampling make of them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `LanguageModel.next_tokens`.
    top : int, default 12
        Tokens to show.

    Returns
    -------
    CaptionedFigure
    """
    shown = _table(table, "next_tokens", "token", "probability", "kept", "sampled_probability").head(whole_number("top", top, 1))
    figure, axes = captioned_axes("probability (%)", "", height=0.6 + 0.27 * len(shown))
    rows = np.arange(len(shown))
    axes.barh(rows, 100 * shown["sampled_probability"], color=DARK, height=0.7)
    axes.barh(rows, 100 * shown["probability"], facecolor="none", edgecolor="#000000", height=0.7)
    widest = 100 * max(shown["probability"].max(), shown["sampled_probability"].max())
    for row, (_, entry) in zip(rows, shown.iterrows()):
        reach = 100 * max(entry["probability"], entry["sampled_probability"])
        own, drawn = f"{100 * entry['probability']:.1f}", f"{100 * entry['sampled_probability']:.1f}"
        words = f"{own}, cut" if not entry["kept"] else own if own == drawn else f"{own} → {drawn}"
        axes.annotate(words, (reach, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(rows, _tick_labels(shown["token"]), fontfamily=["DejaVu Sans Mono", "DejaVu Sans"])
    axes.invert_yaxis()
    axes.set_xlim(0, min(100, widest) * 1.15)
    first, rest = shown.iloc[0], 1 - shown["probability"].sum()
    kept = int(table["kept"].sum())
    figure.caption = (
        f"The {len(shown)} most likely next tokens (␣ is a space). First comes {visible(first['token'])!r} with {first['probability']:.1%}; "
        f"the {len(table) - len(shown):,} tokens not shown share {rest:.1%}."
    )
    if kept < len(table):
        figure.caption += f" Outlines: the model's own probabilities. Bars: what is drawn from once all but {kept:,} tokens are cut."
    elif abs(first["sampled_probability"] - first["probability"]) > 1e-6:
        figure.caption += " Outlines: the model's own probabilities. Bars: what is drawn from at this temperature."
    return figure


def token_losses(table, most=40):
    """Each token's own loss as a bar, in reading order.

    Parameters
    ----------
    table : pandas.DataFrame
        From `LanguageModel.score`.
    most : int, default 40
        Tokens to show, from the beginning.

    Returns
    -------
    CaptionedFigure
    """
    shown = _table(table, "score", "token", "nats").head(whole_number("most", most, 1))
    figure, axes = captioned_axes("", "loss (nats)", width=max(4.0, 1.2 + 0.3 * len(shown)))
    axes.bar(range(len(shown)), shown["nats"], color=DARK, width=0.75)
    mean = shown["nats"].mean()
    axes.axhline(mean, color="#000000", linestyle=":", linewidth=1)
    axes.annotate(f"mean {mean:.1f}", (1, mean), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", va="center")
    axes.set_xticks(range(len(shown)), _tick_labels(shown["token"]), rotation=90, fontfamily=["DejaVu Sans Mono", "DejaVu Sans"])
    hardest, easiest = shown.loc[shown["nats"].idxmax()], shown.loc[shown["nats"].idxmin()]
    figure.caption = (
        f"The loss of each of {len(shown)} tokens (␣ is a space). The most surprising is {visible(hardest['token'])!r} with {hardest['nats']:.1f} nats, "
        f"the least {visible(easiest['token'])!r} with {easiest['nats']:.2f}; the mean is {mean:.2f}."
    )
    return figure
