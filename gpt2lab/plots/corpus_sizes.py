"""Figures of a grid of fine-tunings: what the length of the text does, and where published laws stand."""

from typing import TYPE_CHECKING

from gpt2lab.base.captions import STYLES, CaptionedFigure
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.laws import HOFFMANN, KAPLAN, MUENNIGHOFF
from gpt2lab.experiments.laws import scaling_laws as laws_of_sizes
from gpt2lab.experiments.seeds import over_seeds
from gpt2lab.plots.drawing import SIDES, captioned_axes, check_table, label_point, spread

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = """
    model_name parameters characters seed tokens epochs train_loss test_loss test_loss_before copied
    copied_human
""".split()
_MARKERS = "os^D"
# How far above the end of its line each label stands (points), since the first two lines meet at the largest
# size, and what it says besides the law's name.
_LAWS = {KAPLAN: (9, ""), HOFFMANN: (-5, ""), MUENNIGHOFF: (-5, ",\neach token read 4 times")}


def _grid(table):
    """The table, if it is one of `experiments.corpus_sizes` with up to as many models as can be told
    apart.
    """
    check_table(table, _COLUMNS, "a grid", "what lab.experiments.corpus_sizes(…) returns")
    names = list(dict.fromkeys(table["model_name"]))
    if len(names) > len(STYLES):
        raise ArgumentError(
            f"The table has {len(names)} models;"
            f" give at most {len(STYLES)}, since more lines cannot be told apart."
        )
    return table.sort_values(["parameters", "characters", "seed"]), list(
        dict.fromkeys(table.sort_values("parameters")["model_name"])
    )


def corpus_sizes(table: "pd.DataFrame") -> CaptionedFigure:
    """What texts of several lengths did to the losses, and how much of them the models copy.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.corpus_sizes`, of up to four models.

    Returns
    -------
    CaptionedFigure
        On the left the loss on the test text (filled marks) and on the text trained on (hollow), on the right
        the share of the samples' 8-grams that stand in the text trained on. Over several seeds the marks are
        means, and bars go from the lowest to the highest.

    Raises
    ------
    ArgumentError
        If it is another table, or has more models.
    """
    table, names = _grid(table)
    summary = over_seeds(table)
    figure = CaptionedFigure(width=9.0, height=4.2)
    figure.get_layout_engine().set(wspace=0.06)
    losses, copies = figure.subplots(1, 2, width_ratios=(3, 2))
    left = []
    right = []
    shares = []
    sentences = []
    for name, (colour, style), marker in zip(names, STYLES, _MARKERS):
        rows = summary[summary["model_name"] == name]
        before = table.loc[table["model_name"] == name, "test_loss_before"].iloc[0]
        right.append((f"{name} before", before, colour))
        for column, words in (("test_loss", "test"), ("train_loss", "training")):
            _line(losses, rows, column, colour, style, marker, column == "test_loss")
            left.append((f"{name} {words}", rows[column].iloc[0], colour))
        _line(copies, rows.dropna(subset=["copied"]), "copied", colour, style, marker, True, 100)
        shares.append((name, 100 * rows["copied"].iloc[0], colour))
        sentences.append(_losses_in_words(name, rows, before))
    human = 100 * table.groupby("characters")["copied_human"].mean()
    copies.plot(human.index, human, ":", color="#555555", linewidth=1.8)
    losses.set_ylabel("loss (nats per token)")
    copies.set_ylabel("8-grams copied from the text (%)")
    _character_ticks(losses, table, 0.4)
    _character_ticks(copies, table, 0.36)
    end = losses.get_xlim()[1]
    for _, before, colour in right:
        dots = (0, (1, 3))
        losses.hlines(before, table["characters"].min(), end, colour, linestyle=dots, linewidth=1.2)
    _labels(losses, right, end, "right")
    _labels(losses, left, table["characters"].min(), "left")
    shares.append(("people", human.iloc[0], "#555555"))
    _labels(copies, shares, table["characters"].min(), "left")
    figure.caption = " ".join([*sentences, _copies_in_words(summary, human), _bars_in_words(summary)]).strip()
    return figure


def _line(axes, rows, column, colour, style, marker, filled, factor=1.0):
    mean, low, high = (factor * rows[name].to_numpy() for name in (column, f"{column}_low", f"{column}_high"))
    axes.errorbar(
        rows["characters"],
        mean,
        [mean - low, high - mean],
        color=colour,
        linestyle=style,
        marker=marker,
        markersize=6,
        markerfacecolor=colour if filled else "white",
        linewidth=2.0 if filled else 1.2,
        elinewidth=1.2,
        capsize=3,
    )


def _character_ticks(axes, table, room):
    """A logarithmic axis of characters, the epochs of each length below it, and on the left room for labels
    (a share of its length).
    """
    epochs = table.groupby("characters")["epochs"].mean()
    axes.set_xscale("log")
    axes.set_xticks(
        epochs.index, [f"{size / 1000:,g}\n{times:.2g}×" for size, times in epochs.items()], fontsize=9
    )
    axes.minorticks_off()
    shortest = epochs.index.min()
    longest = epochs.index.max()
    wide = max(longest / shortest, 2.0)
    axes.set_xlim(shortest / wide**room, longest * wide**0.06)
    axes.set_xlabel("length of the text (thousand characters)\nand how often it was read")
    axes.spines[["top", "right"]].set_visible(False)


def _labels(axes, ends, x, side):
    ends = sorted((end for end in ends if end[1] == end[1]), key=lambda end: end[1])
    low, high = axes.get_ylim()
    heights = spread([y for _, y, _ in ends], 0.065 * (high - low), low + 0.03 * (high - low))
    for (words, _, colour), y in zip(ends, heights):
        label_point(axes, words, (x, y), SIDES[side], color=colour, annotation_clip=False)


def _losses_in_words(name, rows, before):
    first = rows.iloc[0]
    last = rows.iloc[-1]
    above = rows.loc[rows["test_loss"] >= before, "characters"]
    below = rows.loc[rows["characters"] > (above.max() if len(above) else 0), "characters"]
    least = (
        f"it ends below that from {below.iloc[0]:,} characters on"
        if len(below)
        else "with the longest text it does not end below that"
    )
    return (
        f"{name}: the loss on the test text is {before:.2f} nats per token before fine-tuning; {least}. From"
        f" {first['characters']:,} to {last['characters']:,} characters it goes from {first['test_loss']:.2f}"
        f" to {last['test_loss']:.2f}, that on the text trained on from {first['train_loss']:.2f} to"
        f" {last['train_loss']:.2f}."
    )


def _copies_in_words(summary, human):
    shortest = summary[summary["characters"] == summary["characters"].min()].dropna(subset=["copied"])
    if shortest.empty:
        return "The samples are too short to have 8-grams."
    shares = ", ".join(
        f"{100 * row['copied']:.0f} % with {row['model_name']}" for _, row in shortest.iterrows()
    )
    return (
        f"Of the 8-grams in the samples, {shares} stand word for word in the text trained on, where that is"
        f" the shortest; of those in held-out speeches {human.max():.1f} % at most (dots)."
    )


def _bars_in_words(summary):
    seeds = summary["seeds"].max()
    return f"Marks are means over {seeds} seeds, bars go from the lowest to the highest." if seeds > 1 else ""


def scaling_laws(table: "pd.DataFrame") -> CaptionedFigure:
    """Where the fine-tunings of a grid stand beside what published laws ask for pretraining.

    The laws say how many tokens a model has to see to learn a language from random weights, within a budget
    of computing or without over-fitting. Fine-tuning is not pretraining: the language is there already,
    learned from a text of about that length, so the points lie far below the lines and may still have gained.
    What the distance tells is how little of its own a fine-tuning can teach.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.corpus_sizes`.

    Returns
    -------
    CaptionedFigure
        Parameters against tokens of text, both logarithmic. A mark is filled where fine-tuning lowered the
        loss on the test text (the mean over seeds), and hollow where it did not.

    Raises
    ------
    ArgumentError
        If it is another table.

    References
    ----------
    Kaplan et al. (2020), "Scaling laws for neural language models"; Hoffmann et al. (2022), "Training
    compute-optimal large language models"; Muennighoff et al. (2023), "Scaling data-constrained language
    models".
    """
    table, names = _grid(table)
    laws = laws_of_sizes()
    # Up to the next size that there is: further on, the points would be a speck in a corner.
    laws = laws[laws["parameters"].shift(1, fill_value=0) <= table["parameters"].max()]
    figure, axes = captioned_axes(
        "size of the model (parameters)", "length of the text (tokens)", width=8.0, height=4.4
    )
    axes.set(xscale="log", yscale="log")
    for (law, (up, more)), (colour, style) in zip(_LAWS.items(), STYLES[2:] + STYLES[1:2]):
        axes.plot(laws["parameters"], laws[law], style, color=colour, linewidth=1.8)
        label_point(
            axes,
            law + more,
            laws.iloc[-1][["parameters", law]],
            (9, up),
            color=colour,
            va="center",
            fontsize=9,
            annotation_clip=False,
        )
    points = over_seeds(table, ("parameters", "tokens", "test_loss", "test_loss_before"))
    helped = points["test_loss"] < points["test_loss_before"]
    for chosen, face, words in (
        (helped, STYLES[0][0], "test loss fell"),
        (~helped, "white", "test loss did not fall"),
    ):
        shown = points[chosen]
        axes.plot(
            shown["parameters"], shown["tokens"], "o", color=STYLES[0][0], markerfacecolor=face, markersize=7
        )
        if len(shown):
            rightmost = shown.loc[shown["parameters"].idxmax(), ["parameters", "tokens"]]
            label_point(axes, words, rightmost, (10, 0), color=STYLES[0][0], fontsize=9)
    _mark_distance(axes, points, laws)
    axes.set_xticks(laws["parameters"], list(laws.index), fontsize=9)
    axes.minorticks_off()
    axes.margins(x=0.06)
    figure.caption = _laws_in_words(points, helped, laws.loc[names])
    return figure


def _mark_distance(axes, points, laws):
    """How far the longest text of the largest size lies below the least that a law asks for: an arrow."""
    longest = points.loc[points["parameters"] == points["parameters"].max(), "tokens"].max()
    parameters = points["parameters"].max()
    least = laws.loc[(laws["parameters"] - parameters).abs().idxmin(), list(_LAWS)].min()
    arrow = {"arrowstyle": "->", "color": "#555555", "linewidth": 1, "shrinkA": 8, "shrinkB": 2}
    axes.annotate("", (parameters, least), (parameters, longest), arrowprops=arrow)
    label_point(
        axes,
        f"{float(f'{least / longest:.2g}'):,.0f} times as much",
        (parameters, (least * longest) ** 0.5),
        (6, 0),
        fontsize=9,
        color="#555555",
    )


def _laws_in_words(points, helped, asked):
    most = points.loc[points["tokens"].idxmax()]
    name = most["model_name"]
    lowest, highest = asked.loc[name, list(_LAWS)].agg(["min", "max"])
    share = f"{int(helped.sum())} of {pluralize(len(points), 'fine-tuning')}"
    return (
        f"To learn a language from random weights, {name} would want {lowest / 1e6:,.0f} to"
        f" {highest / 1e6:,.0f} million tokens by the three laws; the longest text of the grid has"
        f" {most['tokens'] / 1e6:.2g} million, {lowest / most['tokens']:,.0f} times less than the least of"
        f" them. {share} lowered the loss on the test text all the same (filled), since the language was"
        " there before; the others did not (hollow)."
    )
