"""Figures: tables in, `matplotlib` figures with a caption in words out."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from gpt2lab.arguments import whole_number
from gpt2lab.captioned import DARK, LIGHT, MIDDLE, STYLES, CaptionedFigure
from gpt2lab.catalog import card, parameter_count, weight_shapes
from gpt2lab.errors import ArgumentError

__all__ = ["loss", "losses", "next_tokens", "parameters", "token_losses"]


def _axes(xlabel, ylabel, **size):
    figure = CaptionedFigure(**size)
    axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _history(run):
    history = getattr(run, "history", run)
    if not {"step", "loss", "average_loss"} <= set(getattr(history, "columns", ())):
        raise ArgumentError(f"A {type(run).__name__} has no losses to draw; give a Run, for example lab.Run.open('run1'), or its history.")
    return history


def _table(table, method, *columns):
    if not set(columns) <= set(getattr(table, "columns", ())):
        raise ArgumentError(f"A {type(table).__name__} is no table of tokens; give what lm.{method}(text) returns.")
    return table


def _steps(number):
    return f"{int(number)} step" if number == 1 else f"{int(number)} steps"


def _label(axes, text, x, y, colour, taken):
    """Write a label at the end of a line, moved up or down where another one stands."""
    low, high = axes.get_ylim()
    apart = 0.065 * (high - low)
    while any(abs(y - other) < apart for other in taken):
        y += apart / 4
    taken.append(y)
    axes.annotate(text, (x, y), xytext=(9, 0), textcoords="offset points", color=colour, va="center", annotation_clip=False)


def loss(run):
    """Training and validation loss of a run against its steps.

    Parameters
    ----------
    run : Run or pandas.DataFrame
        A run, or its history.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If nothing was trained yet.
    """
    history = _history(run)
    trained, measured = history.dropna(subset=["loss"]), history.dropna(subset=["valid_loss"])
    if trained.empty:
        raise ArgumentError("The run has no losses yet; fine-tune for some steps first.")
    figure, axes = _axes("step", "loss (nats a token)")
    axes.plot(trained["step"], trained["loss"], ".", color=LIGHT, markersize=3, alpha=0.8)
    axes.plot(trained["step"], trained["average_loss"], color=DARK, linewidth=2)
    last = trained.iloc[-1]
    sentences = [
        f"The running average of the training loss goes from {trained['average_loss'].iloc[0]:.2f} to {last['average_loss']:.2f} nats a token "
        f"in {_steps(last['step'])}"
    ]
    taken = []
    if not measured.empty:
        axes.plot(measured["step"], measured["valid_loss"], "--o", color=MIDDLE, linewidth=2, markersize=4)
        best, end = measured.loc[measured["valid_loss"].idxmin()], measured.iloc[-1]
        axes.plot(best["step"], best["valid_loss"], "o", markersize=11, markerfacecolor="none", markeredgecolor=MIDDLE, markeredgewidth=1.5)
        _label(axes, "validation", last["step"], end["valid_loss"], MIDDLE, taken)
        sentences.append(
            f"the validation loss goes from {measured['valid_loss'].iloc[0]:.2f} to {end['valid_loss']:.2f} and is lowest, "
            f"{best['valid_loss']:.2f}, at step {int(best['step'])} (ring)"
        )
    _label(axes, "training average", last["step"], last["average_loss"], DARK, taken)
    highest = trained.loc[trained["loss"].iloc[: max(1, len(trained) // 2)].idxmax()]
    axes.annotate("training, each step", (highest["step"], highest["loss"]), xytext=(6, 0), textcoords="offset points", color="#555555",
                  va="center", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.caption = "; ".join(sentences) + ". Dots are single steps."
    return figure


def losses(runs):
    """Training losses of several runs against their steps.

    Parameters
    ----------
    runs : dict of str to (Run or pandas.DataFrame)
        Up to four, by label.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If there are none, more than four, or one has no losses.
    """
    if not hasattr(runs, "items"):
        raise ArgumentError(f"runs is of type {type(runs).__name__}; give a dictionary from label to Run.")
    if not 1 <= len(runs) <= len(STYLES):
        raise ArgumentError(f"runs has {len(runs)} entries; give 1 to {len(STYLES)}, since more lines cannot be told apart.")
    figure, axes = _axes("step", "training loss, running average (nats a token)")
    ends = []
    for (label, run), (colour, style) in zip(runs.items(), STYLES):
        trained = _history(run).dropna(subset=["loss"])
        if trained.empty:
            raise ArgumentError(f"The run {label!r} has no losses yet; fine-tune for some steps first.")
        axes.plot(trained["step"], trained["average_loss"], style, color=colour, linewidth=2)
        ends.append((label, trained["step"].iloc[-1], trained["average_loss"].iloc[0], trained["average_loss"].iloc[-1], colour))
    taken = []
    for label, step, _, end, colour in sorted(ends, key=lambda item: item[3]):
        _label(axes, label, step, end, colour, taken)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.caption = "Training loss, running average in nats a token: " + "; ".join(
        f"{label}, from {first:.2f} to {end:.2f} in {_steps(step)}" for label, step, first, end, _ in ends
    ) + "."
    return figure


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
    figure, axes = _axes("probability (%)", "", height=0.6 + 0.27 * len(shown))
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


PARTS = {"token embedding": "wte", "position embedding": "wpe", "attention": "/attn/", "perceptron": "/mlp/", "layer norms": "/ln_"}


def parameter_parts(model_name):
    """Where the parameters of a size sit: dict of part to number of parameters, in the order of `PARTS`."""
    shapes = weight_shapes(card(model_name).hparams)
    return {part: sum(int(np.prod(shape)) for name, shape in shapes.items() if mark in name) for part, mark in PARTS.items()}


def parameters(model_name="124M"):
    """Where the parameters of a model sit, part by part.

    Parameters
    ----------
    model_name : str or list of str, default "124M"
        One size, or several to compare by the shares of their parts.

    Returns
    -------
    CaptionedFigure
    """
    names = [model_name] if isinstance(model_name, str) else list(model_name)
    if not names:
        raise ArgumentError("model_name has no names; give at least one size, for example '124M'.")
    parts = {card(name).name: parameter_parts(name) for name in names}
    figure, axes = _axes("share of all parameters (%)", "", height=1.0 + 0.75 * len(parts))
    shades = ((DARK, "white"), ("#56B4E9", "black"), (MIDDLE, "white"), ("#E8D9A0", "black"), ("#000000", "white"))
    for row, (name, counts) in enumerate(parts.items()):
        left, total = 0.0, sum(counts.values())
        for (part, count), (colour, ink) in zip(counts.items(), shades):
            share = 100 * count / total
            axes.barh(row, share, left=left, color=colour, edgecolor="white", height=0.6)
            if share > 12:
                axes.annotate(f"{part}\n{count / 1e6:.1f} M, {share:.0f} %", (left + share / 2, row), color=ink, ha="center", va="center", fontsize=8)
            left += share
    axes.set_yticks(range(len(parts)), list(parts))
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    figure.caption = " ".join(
        f"{name} has {parameter_count(**card(name).hparams):,} parameters: "
        + ", ".join(f"{part} {100 * count / sum(counts.values()):.1f} %" for part, count in counts.items()) + "."
        for name, counts in parts.items()
    )
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
    figure, axes = _axes("", "loss (nats)", width=max(4.0, 1.2 + 0.3 * len(shown)))
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
