"""Figures of fine-tuning runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.captions import DARK, LIGHT, MIDDLE, STYLES, CaptionedFigure
from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import captioned_axes, end_label, label_point
from gpt2lab.training.diagnosis import recent_means

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.training.run import Run


def _history(run):
    history = getattr(run, "history", run)
    if not {"step", "loss"} <= set(getattr(history, "columns", ())):
        raise ArgumentError(
            f"A {type(run).__name__} has no losses to draw; give a Run, for example lab.Run.open('run1'), or"
            " its history."
        )
    return history


def _steps(number):
    return f"{int(number)} step" if number == 1 else f"{int(number)} steps"


def loss(run: "Run | pd.DataFrame") -> CaptionedFigure:
    """Training and validation loss of a run against its steps; thin lines stand where a pass over the text
    (an epoch) was complete.

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
    trained = history.dropna(subset=["loss"])
    measured = history.dropna(subset=["valid_loss"])
    if trained.empty:
        raise ArgumentError("The run has no losses yet; fine-tune for some steps first.")
    figure, axes = captioned_axes("step", "loss (nats per token)")
    axes.plot(trained["step"], trained["loss"], ".", color=LIGHT, markersize=3, alpha=0.8)
    means, size = recent_means(trained["loss"])
    axes.plot(trained["step"], means, color=DARK, linewidth=2)
    last = trained.iloc[-1]
    sentences = [
        f"The training loss, as the mean of {_steps(size)}, goes from {means.dropna().iloc[0]:.2f} to"
        f" {means.iloc[-1]:.2f} nats per token in {_steps(last['step'])}"
    ]
    taken = []
    if not measured.empty:
        axes.plot(measured["step"], measured["valid_loss"], "--o", color=MIDDLE, linewidth=2, markersize=4)
        best = measured.loc[measured["valid_loss"].idxmin()]
        end = measured.iloc[-1]
        axes.plot(
            best["step"],
            best["valid_loss"],
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=MIDDLE,
            markeredgewidth=1.5,
        )
        end_label(axes, "validation", last["step"], end["valid_loss"], MIDDLE, taken)
        sentences.append(
            f"the validation loss goes from {measured['valid_loss'].iloc[0]:.2f} to {end['valid_loss']:.2f}"
            f" and is lowest, {best['valid_loss']:.2f}, at step {int(best['step'])} (ring)"
        )
    end_label(axes, f"training, mean of {size}", last["step"], means.iloc[-1], DARK, taken)
    end_label(
        axes,
        "training, each step",
        last["step"],
        trained["loss"].tail(max(1, len(trained) // 10)).median(),
        "#555555",
        taken,
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    figure.caption = "; ".join(sentences) + ". Dots are single steps." + _mark_epochs(axes, history)
    return figure


def _mark_epochs(axes, history):
    """Thin lines where passes over the text were complete, at most ten: what a caption says of them, empty
    if not one was.
    """
    if "epoch" not in history or not history["epoch"].max() >= 1:
        return ""
    every = next(
        size * 10**power
        for power in range(12)
        for size in (1, 2, 5)
        if history["epoch"].max() / (size * 10**power) < 11
    )
    epochs = np.arange(every, history["epoch"].max() + 1e-9, every)
    for number, step in zip(epochs, np.interp(epochs, history["epoch"], history["step"])):
        axes.axvline(step, color="#888888", linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
        name = f"epoch {number:.0f}" if number == every else f"{number:.0f}"
        label_point(
            axes,
            name,
            (step, 1),
            (0, 3),
            xycoords=("data", "axes fraction"),
            fontsize=8,
            color="#555555",
            annotation_clip=False,
        )
    what = "each pass" if every == 1 else f"every {every} passes"
    return (
        f" A thin vertical line stands after {what} over the text"
        f" ({history['epoch'].max():.1f} epochs in all)."
    )


def copying(run: "Run | pd.DataFrame") -> CaptionedFigure:
    """How much of what a run writes is copied word for word from its training text, against its steps.

    Parameters
    ----------
    run : Run or pandas.DataFrame
        A run whose copying was measured more than once (``sample_every``), or its ``record``.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If copying was not measured.
    """
    record = getattr(run, "record", run)
    measured = record.dropna(subset=["copied"]) if "copied" in getattr(record, "columns", ()) else ()
    if not len(measured):
        raise ArgumentError(
            "The run has no measurements of copying;"
            " fine-tune with sample_every=20, or for at least 20 steps."
        )
    figure, axes = captioned_axes("step", "words copied from the training text (%)")
    axes.plot(
        measured["step"], 100 * measured["copied"], "-o", color=DARK, linewidth=2, markersize=5, clip_on=False
    )
    first = measured.iloc[0]
    last = measured.iloc[-1]
    top = max(10, 110 * measured["copied"].max())
    axes.set(xlim=(0, last["step"]), ylim=(-0.02 * top, top))
    taken = []
    end_label(axes, "what the model writes", last["step"], 100 * last["copied"], DARK, taken)
    human = ""
    if measured["human_copied"].notna().any():
        axes.plot(measured["step"], 100 * measured["human_copied"], "--", color=MIDDLE, linewidth=2)
        end_label(axes, "held-out human text", last["step"], 100 * last["human_copied"], MIDDLE, taken)
        human = f"; of held-out human text it is {last['human_copied']:.1%}"
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    figure.caption = (
        "Share of the words that stand in the training text in stretches of eight or more, word for word:"
        f" {first['copied']:.1%} of what the model writes at step {int(first['step'])}, {last['copied']:.1%}"
        f" at step {int(last['step'])}{human}."
    )
    return figure


def losses(runs: Mapping[str, "Run | pd.DataFrame"], vocabulary: int | None = None) -> CaptionedFigure:
    """Training losses of several runs against their steps.

    Parameters
    ----------
    runs : dict of str to (Run or pandas.DataFrame)
        Up to four, by label.
    vocabulary : int, optional
        A dotted line at the loss of a model that finds so many tokens equally likely: the logarithm of their
        number.

    Returns
    -------
    CaptionedFigure

    Raises
    ------
    ArgumentError
        If there are none, more than four, or one has no losses; if ``vocabulary`` is no whole number.
    """
    if not hasattr(runs, "items"):
        raise ArgumentError(f"runs is of type {type(runs).__name__}; give a dictionary from label to Run.")
    if not 1 <= len(runs) <= len(STYLES):
        raise ArgumentError(
            f"runs has {len(runs)} entries; give 1 to {len(STYLES)}, since more lines cannot be told apart."
        )
    if vocabulary is not None:
        vocabulary = whole_number("vocabulary", vocabulary, low=1)
    figure, axes = captioned_axes("step", "training loss (nats per token)")
    ends = []
    for (label, run), (colour, style) in zip(runs.items(), STYLES):
        trained = _history(run).dropna(subset=["loss"])
        if trained.empty:
            raise ArgumentError(f"The run {label!r} has no losses yet; fine-tune for some steps first.")
        means, size = recent_means(trained["loss"])
        axes.plot(trained["step"], trained["loss"], ".", color=colour, markersize=3, alpha=0.3)
        axes.plot(trained["step"], means, style, color=colour, linewidth=2)
        ends.append((label, trained["step"].iloc[-1], size, means.dropna().iloc[0], means.iloc[-1], colour))
    taken = []
    for label, step, _, _, end, colour in sorted(ends, key=lambda item: item[4]):
        end_label(axes, label, step, end, colour, taken)
    if vocabulary is not None:
        longest = max(step for _, step, *_ in ends)
        guessing = np.log(vocabulary)
        axes.plot([0, longest], [guessing] * 2, ":", color="#555555", linewidth=1.5)
        end_label(axes, "guessing", longest, guessing, "#555555", taken)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    figure.caption = (
        "Training loss in nats per token: "
        + "; ".join(
            f"{label}, as the mean of {_steps(size)}, from {first:.2f} to {end:.2f} in {_steps(step)}"
            for label, step, size, first, end, _ in ends
        )
        + ". Dots are single steps."
        + (
            f" Dotted: ln({vocabulary:,}) = {guessing:.2f}, where all tokens of the vocabulary are"
            " equally likely."
            if vocabulary is not None
            else ""
        )
    )
    return figure
