"""Figures of what a model makes of single tokens."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.captions import DARK, LIGHT, CaptionedFigure
from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import captioned_axes, check_table, label_point

if TYPE_CHECKING:
    import pandas as pd

_SIGNS = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥"})
# Ends of an axis of percentages: few, so that it stays where it is while a setting moves
_LIMITS = (1, 2, 5, 10, 20, 50, 100)


def visible(token: str) -> str:
    """A token as it can be read: spaces as ␣, line ends as ↵, other characters without a shape by their
    code.
    """
    readable = token.translate(_SIGNS)
    return (
        "".join(character if character.isprintable() else ascii(character)[1:-1] for character in readable)
        or "(nothing)"
    )


def _tick_labels(tokens):
    # A dollar sign would start a formula.
    return [visible(token).replace("$", r"\$") for token in tokens]


def guesses(table, top):
    """The first rows of a table of `LanguageModel.next_tokens`, checked."""
    columns = {"token", "probability", "kept", "sampled_probability"}
    check_table(table, columns, "tokens", "what lm.next_tokens(text) returns", lambda table: True)
    return table.head(whole_number("top", top, 1))


def shares(guess):
    """A token's own probability and the one that it is drawn with, in percent: two strings, the second "cut"
    where it cannot be drawn.
    """
    return _percent(guess.probability), _percent(guess.sampled_probability) if guess.kept else "cut"


def _percent(probability):
    return f"{100 * probability:.1f}" if probability >= 0.0005 else "<0.1"


def axis_end(*shown):
    """Where an axis of percentages ends on which all of these tables have room."""
    highest = 100 * max(guesses[["probability", "sampled_probability"]].to_numpy().max() for guesses in shown)
    return next((limit for limit in _LIMITS if highest <= limit), 100)


def equally_likely(probability):
    """Among how many equally likely tokens a draw would be as open: the exponential of the entropy."""
    probability = probability[probability > 0]
    return float(np.exp(-(probability * np.log(probability)).sum()))


def openness(table):
    """Among how many equally likely tokens a draw is as open, by the model's own probabilities and with the
    settings.
    """
    return tuple(
        equally_likely(table[column].to_numpy()) for column in ("probability", "sampled_probability")
    )


def what_survives(table):
    """In words: how many tokens can be drawn, how likely the model held them, and how open the draw is
    before and after.
    """
    kept = int(table["kept"].sum())
    before, after = openness(table)
    survivors = f"all {len(table):,} tokens can be drawn"
    if kept < len(table):
        share = table.loc[table["kept"], "probability"].sum()
        survivors = f"{kept:,} of {len(table):,} tokens can be drawn, to which the model gives {share:.1%}"
    return f"{survivors}; the draw is as open as a choice among {after:,.1f} equally likely tokens" + (
        f" (the model's own: {before:,.1f})." if abs(after - before) >= 0.05 else "."
    )


def _draw_guesses(axes, shown, end):
    """One chart: outlines are the model's own probabilities, bars those of being drawn."""
    rows = np.arange(len(shown))
    axes.barh(rows, 100 * shown["sampled_probability"], color=DARK, height=0.7)
    axes.barh(rows, 100 * shown["probability"], facecolor="none", edgecolor="#000000", height=0.7)
    for row, guess in zip(rows, shown.itertuples()):
        own, drawn = shares(guess)
        words = f"{own}, cut" if drawn == "cut" else own if own == drawn else f"{own} → {drawn}"
        reach = 100 * max(guess.probability, guess.sampled_probability)
        label_point(axes, words, (reach, row), (4, 0), fontsize=9, annotation_clip=False)
    axes.set_yticks(rows, _tick_labels(shown["token"]), fontfamily=["DejaVu Sans Mono", "DejaVu Sans"])
    axes.invert_yaxis()
    axes.set_xlim(0, end)


def _draw_others(axes, row, others):
    """What the tokens that are not shown share; without a bar where it would reach beyond the axis."""
    own = float(others["probability"].sum())
    drawn = float(others.loc[others["kept"], "sampled_probability"].sum())
    end = axes.get_xlim()[1]
    reach = 100 * max(own, drawn)
    fits = reach <= 0.8 * end
    if fits:
        axes.barh(row, 100 * drawn, color=LIGHT, height=0.7)
        axes.barh(row, 100 * own, facecolor="none", edgecolor="#000000", height=0.7)
    shares = [f"{100 * own:.1f}"] + [f"{100 * drawn:.1f}"] * (abs(drawn - own) > 5e-4)
    words = " → ".join(shares) + " together" + ("" if fits else ", too long to draw")
    label_point(axes, words, (reach if fits else 0, row), (4, 0), fontsize=9, annotation_clip=False)
    ticks = axes.get_yticks()
    names = [label.get_text() for label in axes.get_yticklabels()]
    axes.set_yticks([*ticks, row], [*names, f"all {len(others):,} others"])
    axes.set_ylim(row + 0.6, -0.7)


def next_tokens(table: "pd.DataFrame", top: int = 12) -> CaptionedFigure:
    """The most likely next tokens, and what the cuts of sampling make of them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `LanguageModel.next_tokens`.
    top : int, default 12
        Tokens to show at most; after the third, those that are not a hundredth as likely as the first are
        left out.

    Returns
    -------
    CaptionedFigure
        A bar a token, and under them what all others share.
    """
    shown = guesses(table, top)
    likely = int((shown["probability"] >= shown["probability"].iloc[0] / 100).sum())
    shown = shown.head(max(3, likely))
    others = table.iloc[len(shown) :]
    figure, axes = captioned_axes("probability (%)", "", height=0.6 + 0.27 * (len(shown) + bool(len(others))))
    widest = 100 * max(shown["probability"].max(), shown["sampled_probability"].max())
    _draw_guesses(axes, shown, min(100, widest) * 1.15)
    first = shown.iloc[0]
    rest = others["probability"].sum()
    if len(others):
        _draw_others(axes, len(shown), others)
    kept = int(table["kept"].sum())
    figure.caption = (
        f"The {len(shown)} most likely next tokens (␣ is a space). First comes {visible(first['token'])!r}"
        f" with {first['probability']:.1%}"
        + (f"; the {len(others):,} tokens not shown share {rest:.1%}." if len(others) else ".")
    )
    if kept < len(table):
        figure.caption += (
            f" Outlines: the model's own probabilities. Bars: what is drawn from once all but {kept:,} tokens"
            " are cut."
        )
    elif abs(first["sampled_probability"] - first["probability"]) > 1e-6:
        figure.caption += (
            " Outlines: the model's own probabilities. Bars: what is drawn from at this temperature."
        )
    return figure


def sampling_grid(tables: Mapping[str, "pd.DataFrame"], top: int = 8, columns: int = 3) -> CaptionedFigure:
    """What several settings of sampling make of the same next tokens, a chart each.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        From `LanguageModel.next_tokens` of one prompt, by the words for the settings, for example
        ``"temperature 0.5"``. Up to nine.
    top : int, default 8
        Tokens to show in each.
    columns : int, default 3
        Charts beside each other.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If there are none or too many, or they are not of one prompt.
    """
    if not hasattr(tables, "items") or not 1 <= len(tables) <= 9:
        raise ArgumentError(
            "tables is no dictionary of one to nine tables; give for example {'temperature 0.5':"
            " lm.next_tokens(text, 0.5)}."
        )
    shown = {label: guesses(table, top) for label, table in tables.items()}
    first = next(iter(shown.values()))
    if any(
        not np.allclose(some["probability"].to_numpy(), first["probability"].to_numpy(), atol=1e-6)
        for some in shown.values()
    ):
        raise ArgumentError(
            "tables are not of one prompt and one model: the probabilities differ before any cut; make them"
            " all from one text."
        )
    columns = min(whole_number("columns", columns, 1), len(shown))
    rows = -(-len(shown) // columns)
    figure = CaptionedFigure(width=0.6 + 2.9 * columns, height=rows * (0.75 + 0.24 * len(first)))
    figure.get_layout_engine().set(hspace=0.06)
    grid = figure.subplots(rows, columns, squeeze=False)
    end = min(
        100,
        100 * max(some[["probability", "sampled_probability"]].to_numpy().max() for some in shown.values()),
    )
    for axes, (label, some) in zip(grid.flat, shown.items()):
        _draw_guesses(axes, some, 1.5 * end)  # room for the numbers
        axes.set_xticks([tick for tick in MaxNLocator(4).tick_values(0, end) if tick <= 100])
        axes.set_title(label, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    figure.supxlabel("probability (%)", fontsize=10)
    own = openness(next(iter(tables.values())))[0]
    figure.caption = (
        f"The {len(first)} most likely next tokens (␣ is a space) under {len(shown)} settings: outlines are"
        " the model's own probabilities, bars those of being drawn. The model's own draw is as open as a"
        f" choice among {own:,.1f} equally likely tokens; with "
        + ", with ".join(
            f"{label} of {openness(table)[1]:,.1f} ({table['kept'].sum():,} can be drawn)"
            for label, table in tables.items()
        )
        + "."
    )
    return figure


def token_losses(table: "pd.DataFrame", most: int = 40) -> CaptionedFigure:
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
    check_table(table, {"token", "nats"}, "tokens", "what lm.score(text) returns", lambda table: True)
    shown = table.head(whole_number("most", most, 1))
    figure, axes = captioned_axes("", "loss (nats)", width=max(4.0, 1.2 + 0.3 * len(shown)))
    axes.bar(range(len(shown)), shown["nats"], color=DARK, width=0.75)
    mean = shown["nats"].mean()
    axes.axhline(mean, color="#000000", linestyle=":", linewidth=1)
    label_point(axes, f"mean {mean:.1f}", (1, mean), (4, 0), xycoords=("axes fraction", "data"))
    axes.set_xticks(
        range(len(shown)),
        _tick_labels(shown["token"]),
        rotation=90,
        fontfamily=["DejaVu Sans Mono", "DejaVu Sans"],
    )
    hardest = shown.loc[shown["nats"].idxmax()]
    easiest = shown.loc[shown["nats"].idxmin()]
    figure.caption = (
        f"The loss of each of {len(shown)} tokens (␣ is a space). The most surprising is"
        f" {visible(hardest['token'])!r} with {hardest['nats']:.1f} nats, the least"
        f" {visible(easiest['token'])!r} with {easiest['nats']:.2f}; the mean is {mean:.2f}."
    )
    return figure
