"""Figures of the sizes of GPT-2."""

from collections.abc import Sequence

import numpy as np

from gpt2lab.base.captions import DARK, MIDDLE, CaptionedFigure
from gpt2lab.errors import ArgumentError
from gpt2lab.plots.drawing import captioned_axes
from gpt2lab.pretrained.catalog import find_card, parameter_count, weight_shapes

PARTS = {
    "token embedding": "wte",
    "position embedding": "wpe",
    "attention": "/attn/",
    "perceptron": "/mlp/",
    "layer norms": "/ln_",
}


def parameter_parts(model_name: str) -> dict[str, int]:
    """Where the parameters of a size sit: dict of part to number of parameters, in the order of `PARTS`."""
    shapes = weight_shapes(find_card(model_name).hparams)
    return {
        part: sum(int(np.prod(shape)) for name, shape in shapes.items() if mark in name)
        for part, mark in PARTS.items()
    }


def parameters(model_name: str | Sequence[str] = "124M") -> CaptionedFigure:
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
    parts = {find_card(name).name: parameter_parts(name) for name in names}
    figure, axes = captioned_axes("share of all parameters (%)", "", height=0.9 + 0.95 * len(parts))
    shades = (
        (DARK, "white"),
        ("#56B4E9", "black"),
        (MIDDLE, "white"),
        ("#E8D9A0", "black"),
        ("#000000", "white"),
    )
    for row, (name, counts) in enumerate(parts.items()):
        left = 0.0
        total = sum(counts.values())
        for (part, count), (colour, ink) in zip(counts.items(), shades):
            share = 100 * count / total
            axes.barh(row, share, left=left, color=colour, edgecolor="white", height=0.55)
            if share > 12:
                name_of_part = part if share > 20 else part.replace(" ", "\n")
                axes.annotate(
                    f"{name_of_part}\n{count / 1e6:.1f} M, {share:.0f} %",
                    (left + share / 2, row),
                    color=ink,
                    ha="center",
                    va="center",
                    fontsize=8,
                )
            elif share >= 0.5:
                # Too narrow to hold its name, which stands below it.
                axes.annotate(
                    f"{part} {count / 1e6:.1f} M, {share:.0f} %",
                    (left, row + 0.27),
                    (0, -2),
                    textcoords="offset points",
                    va="top",
                    fontsize=8,
                )
            left += share
    axes.set_yticks(range(len(parts)), list(parts))
    axes.set_ylim(len(parts) - 0.45, -0.4)
    axes.set_xlim(0, 100)
    figure.caption = " ".join(
        f"{name} has {parameter_count(**find_card(name).hparams):,} parameters: "
        + ", ".join(f"{part} {100 * count / sum(counts.values()):.1f} %" for part, count in counts.items())
        + "."
        for name, counts in parts.items()
    )
    return figure
