"""A text in which every token is coloured by its own loss: HTML without scripts, which is its own static
twin.
"""

import math
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import file_path, whole_number, yes_or_no
from gpt2lab.base.storage import write_bytes
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError
from gpt2lab.plots import visible
from gpt2lab.widgets.shades import CHANGE, LOSS

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.language_model import LanguageModel

    Scores = LanguageModel | pd.DataFrame

_PAPER = (
    "background:#ffffff;color:#111111;font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;"
    "padding:8px;print-color-adjust:exact;-webkit-print-color-adjust:exact"
)
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.9;margin:6px 0"
_TABLE = "border-collapse:separate;border-spacing:10px 1px;border:0;margin:4px 0;font-size:13px"
_ROW = "background:#ffffff;color:#111111;text-align:left"
_AROUND = 25  # characters before and after a token in the list of surprises


@dataclass(frozen=True)
class TokenHeatmap:
    """Made by `token_heatmap`.

    Attributes
    ----------
    html : str
        A piece of HTML.
    caption : str
        What it shows, in words, computed from the losses.
    """

    html: str
    caption: str

    def save(self, path: str | Path) -> None:
        """Write a page of its own, in UTF-8.

        Parameters
        ----------
        path : str or Path
            For example ``"heatmap.html"``; a file that is there is replaced.
        """
        page = (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n<title>Loss of each token</title>\n'
            f"</head>\n<body>\n{self.html}\n</body>\n</html>\n"
        )
        write_bytes(file_path(path), page.encode())

    def _repr_mimebundle_(self, **_):
        return {"text/html": self.html, "text/plain": self.caption}


@dataclass(frozen=True)
class _Piece:
    """The smallest stretch of text that whole tokens make up: one token, or the several of which a character
    consists.
    """

    text: str
    start: int
    end: int
    losses: tuple[float, ...]

    @property
    def nats(self) -> float:
        return sum(self.losses)


def token_heatmap(
    models: "Scores | dict[str, Scores]",
    text: str,
    stride: int | None = None,
    difference: bool = False,
    marked: int = 5,
    most: int = 1000,
) -> TokenHeatmap:
    """Colour every token of a text by its own loss, for one model or for several beside each other on the
    same scale.

    Where a character is made of several tokens, as emoji and accents can be, they are shown as one, with the
    sum of their losses.

    Parameters
    ----------
    models : LanguageModel, or dict of str to LanguageModel
        One, or up to four by label: ``{"before": base, "after": tuned}``. In the place of a model may stand
        what its `score` returned.
    text : str
    stride : int, optional
        As in `LanguageModel.score`.
    difference : bool, default False
        With two models: show first what the second made of the first one's losses, with the largest falls and
        the largest rises in lists of their own; each model by itself is folded away below.
    marked : int, default 5
        So many of the most surprising tokens are printed bold, numbered, and listed with their losses; of
        the differences so many falls and so many rises.
    most : int, default 1000
        Tokens to show, from the beginning; all are scored and count in the mean.

    Returns
    -------
    TokenHeatmap
        Shown by a notebook; ``.html``, ``.caption`` and ``.save(path)`` take it elsewhere.

    Raises
    ------
    ArgumentError, TextError
        If there is no text or no model, or a difference is asked for that does not exist.

    Examples
    --------
    >>> lab.widgets.token_heatmap({"before": base, "after": tuned}, speech.text[:2000])  # doctest: +SKIP
    """
    marked = whole_number("marked", marked, 0, 50)
    most = whole_number("most", most, 1)
    if not isinstance(text, str):
        raise ArgumentError(f"text is of type {type(text).__name__}; give a string.")
    tables = _tables(models, text, stride)
    if yes_or_no("difference", difference):
        _check_comparable(tables)
    shown = {label: _join_tokens(table, text, most) for label, table in tables.items()}
    views = [_view(label, tables[label], pieces, text, marked) for label, pieces in shown.items()]
    caption = _caption(tables, shown, difference)
    content = f"{_legend(LOSS, 'Loss (nats)')}{_beside(views)}"
    if difference:
        folded = f"<details><summary>Each model by itself</summary>{content}</details>"
        content = _difference_view(shown, text, marked) + folded
    html = (
        f'<div style="{_PAPER}"><p style="margin:0 0 6px">{escape(caption)}</p>'
        f"{content}{_all_losses(shown)}</div>"
    )
    return TokenHeatmap(html, caption)


def _tables(models, text, stride):
    if not isinstance(models, dict):
        models = {getattr(models, "name", "loss"): models}
    if not 1 <= len(models) <= 4:
        raise ArgumentError(
            f"models has {len(models)} entries; give one to four, for example {{'before': base, 'after':"
            " tuned}."
        )
    return {str(label): _table(model, text, stride) for label, model in models.items()}


def _table(model, text, stride):
    if hasattr(model, "score"):
        return model.score(text, stride)
    if not {"start", "end", "nats"} <= set(getattr(model, "columns", ())):
        raise ArgumentError(
            f"A {type(model).__name__} is no model; give for example lab.load('3M'), or what its score(text)"
            " returned."
        )
    starts = model["start"].to_numpy()
    ends = model["end"].to_numpy()
    if not len(model) or starts[0] != 0 or ends[-1] != len(text) or (starts[1:] > ends[:-1]).any():
        raise ArgumentError(
            "The table of losses is not of this text; give lm.score(text) of the very same text."
        )
    return model


def _check_comparable(tables):
    if len(tables) != 2:
        raise ArgumentError(
            f"difference=True is between two models, and there are {len(tables)}; give {{'before': base,"
            " 'after': tuned}."
        )
    one, other = (table[["start", "end"]].to_numpy() for table in tables.values())
    if not np.array_equal(one, other):
        raise ArgumentError(
            "difference=True needs two models that cut the text into the same tokens; these have different"
            " vocabularies."
        )


def _join_tokens(table, text, most):
    """The first tokens of a table, joined where they share a character."""
    pieces = []
    for number, (start, end, nats) in enumerate(table[["start", "end", "nats"]].itertuples(index=False)):
        if pieces and start < pieces[-1].end:
            last = pieces.pop()
            start = last.start
            losses = (*last.losses, float(nats))
        elif number >= most:
            break
        else:
            losses = (float(nats),)
        pieces.append(_Piece(text[start:end], int(start), int(end), losses))
    return pieces


def _view(label, table, pieces, text, marked):
    mean = table["nats"].mean()
    hardest = sorted(range(len(pieces)), key=lambda number: -pieces[number].nats)[:marked]
    ranks = {number: rank for rank, number in enumerate(hardest, 1)}
    coloured = "".join(
        _span(piece, piece.nats, LOSS, _about(piece), ranks.get(number))
        for number, piece in enumerate(pieces)
    )
    rows = [
        (rank, _context(pieces[number], text), f"{pieces[number].nats:.2f}", _odds(pieces[number].nats))
        for number, rank in ranks.items()
    ]
    heading = f"{label}: mean {mean:.2f} nats per token, perplexity {_exponential(mean)}"
    table = _html_table(("", "token", "nats", "probability"), rows, "The most surprising") if rows else ""
    return _panel(heading, coloured, table)


def _difference_view(shown, text, marked):
    (before, first), (after, second) = shown.items()
    changes = [other.nats - one.nats for one, other in zip(first, second)]
    falls = sorted((n for n, change in enumerate(changes) if change < 0), key=changes.__getitem__)[:marked]
    rises = sorted((n for n, change in enumerate(changes) if change > 0), key=lambda n: -changes[n])[:marked]
    ranks = {number: rank for rank, number in enumerate(falls + rises, 1)}
    coloured = "".join(
        _span(
            one,
            change,
            CHANGE,
            f"{visible(one.text)}: {one.nats:.2f} to {other.nats:.2f} nats, {change:+.2f}",
            ranks.get(number),
            underlined=change >= CHANGE.edges[3],
        )
        for number, (one, other, change) in enumerate(zip(first, second, changes))
    )
    columns = ("", "token", before, after, "change")
    lists = _beside(
        _html_table(
            columns,
            [
                (
                    ranks[number],
                    _context(first[number], text),
                    f"{first[number].nats:.2f}",
                    f"{second[number].nats:.2f}",
                    f"{changes[number]:+.2f}",
                )
                for number in numbers
            ],
            title,
        )
        for title, numbers in (("The largest falls", falls), ("The largest rises", rises))
        if numbers
    )
    heading = f"'{after}' less '{before}', in nats (underlined: '{after}' is more surprised)"
    return _panel(heading, _legend(CHANGE, "Change (nats)") + coloured, lists)


def _beside(parts):
    return f'<div style="display:flex;flex-wrap:wrap;gap:4px 20px">{"".join(parts)}</div>'


def _span(piece, value, shades, about, rank, underlined=False):
    style = shades.style(shades.place(value)) + ";border-right:1px solid #aaaaaa"
    inside = _readable(piece.text)
    if underlined:
        inside = f"<u>{inside}</u>"
    if rank is not None:
        inside = f'<b>{inside}</b><sup style="line-height:0">{rank}</sup>'
    # A line end after the colour, not inside it: the next line begins with the next token.
    return f'<span style="{style}" title="{escape(about)}">{inside}</span>' + "<br>" * piece.text.count("\n")


def _readable(text):
    """A piece of text for HTML: line ends and tabs as signs, other characters without a shape by their code,
    spaces as they are.
    """
    return escape("".join(character if character == " " else visible(character) for character in text))


def _about(piece):
    words = f"{visible(piece.text)}: {piece.nats:.2f} nats, {_odds(piece.nats)}"
    if len(piece.losses) > 1:
        words += f" ({len(piece.losses)} tokens: {' + '.join(f'{nats:.2f}' for nats in piece.losses)})"
    return words


def _odds(nats):
    probability = math.exp(-nats)
    return f"{probability:.0%}" if probability >= 0.1 else f"1 in {_exponential(nats)}"


def _exponential(nats):
    """The exponential of a loss, as short as it may be said."""
    value = math.exp(min(nats, 700))
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}" if value < 1e7 else f"{value:.0e}"


def _context(piece, text):
    before = text[max(0, piece.start - _AROUND) : piece.start]
    after = text[piece.end : piece.end + _AROUND]
    cut_before = "…" * (piece.start > _AROUND)
    cut_after = "…" * (piece.end + _AROUND < len(text))
    return f"{cut_before}{_readable(before)}<b>{_readable(piece.text)}</b>{_readable(after)}{cut_after}"


def _panel(heading, coloured, tables):
    return (
        f'<section style="flex:1 1 320px;min-width:0"><div style="font-weight:bold">{escape(heading)}</div>'
        f'<div style="{_TEXT}">{coloured}</div>{tables}</section>'
    )


def _html_table(columns, rows, title):
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr style="{_ROW}">' + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in rows
    )
    caption = f'<caption style="text-align:left;color:#111111;font-weight:bold">{escape(title)}</caption>'
    return (
        f'<table style="{_TABLE}">{caption}'
        f'<thead><tr style="{_ROW}">{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _legend(shades, title):
    frame = "padding:1px 8px;border:1px solid #aaaaaa;white-space:nowrap"
    swatches = "".join(
        f'<span style="{shades.style(place)};{frame}">{shades.label(place)}</span> '
        for place in range(len(shades.colours))
    )
    return f'<div style="white-space:normal;margin:4px 0">{title}: {swatches}</div>'


def _all_losses(shown):
    """Every number, folded away: for whoever sees no colours or has no mouse to hover with."""
    labels = list(shown)
    first, *others = shown.values()
    if all([piece.start for piece in pieces] == [piece.start for piece in first] for pieces in others):
        groups = [(labels, list(zip(first, *others)))]
    else:
        groups = [([label], [(piece,) for piece in pieces]) for label, pieces in shown.items()]
    tables = ""
    for labels, rows in groups:
        cells = [[escape(visible(row[0].text)), *(f"{piece.nats:.2f}" for piece in row)] for row in rows]
        tables += _html_table(("token", *labels), cells, "Loss (nats)")
    return f"<details><summary>All losses as a table</summary>{tables}</details>"


def _caption(tables, shown, difference):
    sentences = []
    for label, table in tables.items():
        hardest = max(shown[label], key=lambda piece: piece.nats)
        mean = table["nats"].mean()
        surprise = f"the most surprising is {visible(hardest.text)} with {hardest.nats:.1f}"
        perplexity = _exponential(mean)
        sentences.append(f"{label}: mean {mean:.2f} nats per token (perplexity {perplexity}), {surprise}")
    lengths = {label: len(table) for label, table in tables.items()}
    counts = " and ".join(f"{length:,}" for length in dict.fromkeys(lengths.values()))
    colours = (
        _colours_of_changes(shown) if difference else "The darker, the more a token surprised the model."
    )
    words = f"{colours} {counts} tokens (␣ is a space). {'; '.join(sentences)}."
    if len(tables) == 2 and len(set(lengths.values())) == 1:
        (before, one), (after, other) = tables.items()
        lower = int((other["nats"].to_numpy() < one["nats"].to_numpy()).sum())
        words += f" For {lower:,} of the {len(one):,} tokens '{after}' is less surprised than '{before}'."
    cut = {label: sum(len(piece.losses) for piece in pieces) for label, pieces in shown.items()}
    if cut != lengths:
        words += f" Shown are the first {max(cut.values()):,} tokens; the means are of all."
    return words


def _colours_of_changes(shown):
    (before, first), (after, second) = shown.items()
    changes = [other.nats - one.nats for one, other in zip(first, second)]
    low, high = CHANGE.edges[2:4]
    fell = sum(change < low for change in changes)
    rose = sum(change >= high for change in changes)
    return (
        f"Blue is what surprised '{after}' less than '{before}', by {-low:g} nat or more"
        f" ({pluralize(fell, 'token')}); orange and underlined what surprised it more, by {high:g} nat or"
        f" more ({rose:,})."
    )
