"""Whether a prefix with an author's name tells a model anything about how that author writes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus.document import TEMPLATE, author_prefix
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.intervals import pooled_mean
from gpt2lab.measures.perplexity import ScoringModel, losses_after

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.corpus import Corpus


@dataclass(frozen=True, repr=False)
class AuthorMatrix:
    """How well a model predicts the texts of each author after the prefix of each.

    Attributes
    ----------
    answer : str
        The result in words.
    perplexity : pandas.DataFrame
        A row for the author of the texts, a column for the author in the prefix; the prefix itself is not
        counted.
    gain : float
        By what share the perplexity is lower after the texts' own prefix than after another author's: 0.02 is
        2 %. Over all authors, each token counting the same.
    interval : (float, float)
        Its 95 % interval over texts; NaN for a single text.
    table : pandas.DataFrame
        A row per author: ``documents``, ``tokens``, ``own`` and ``others`` (perplexity after the author's own
        prefix and after the others', geometric mean), ``gain`` with its interval ``low`` to ``high``, and
        ``rank`` of the author's own prefix among all, 1 if it is the best.
    texts : pandas.DataFrame
        A row per text, the same ones in the same order for any model asked about the same corpus: ``author``,
        ``tokens``, and ``lost``, the nats that another author's prefix costs it, on average, beyond its own
        author's. With them two models are compared text by text.
    """

    answer: str
    perplexity: "pd.DataFrame" = field(compare=False)
    gain: float
    interval: tuple[float, float] = field(compare=False)
    table: "pd.DataFrame" = field(compare=False)
    texts: "pd.DataFrame | None" = field(default=None, compare=False)

    def __repr__(self):
        return self.answer


def author_matrix(
    lm: ScoringModel,
    texts: "Corpus",
    authors: Sequence[str] | None = None,
    template: str = TEMPLATE,
    characters: int = 10_000,
    seed: int = 0,
) -> AuthorMatrix:
    """Perplexity of the texts of each author after the prefix of each: is it lowest on the diagonal?

    Parameters
    ----------
    lm : LanguageModel
        Fine-tuned on texts with the prefix, or the pretrained one, to compare with.
    texts : Corpus
        Texts that the model has not learned from, with authors and *without* the prefix.
    authors : list of str, optional
        Whose texts and prefixes; all of the corpus if None.
    template : str, default ``\\{author}- ``
        The prefix as it was in `Corpus.with_author_prefix`.
    characters : int, default 10_000
        How much text of each author is scored, about; after each prefix, so that the time grows with the
        square of the number of authors.
    seed : int, default 0
        Which texts are taken, if there are more.

    Returns
    -------
    AuthorMatrix
        Printed, it answers in words.

    Raises
    ------
    ArgumentError
        If texts are no Corpus, there are fewer than two authors, or one of ``authors`` wrote none of them; if
        the template lacks ``{author}``.
    TextError
        If a text has no author.

    Notes
    -----
    Rows cannot be compared with each other, since some authors are harder to predict for any model; the
    prefixes in one row can. Even the pretrained model has a best prefix, for a name is a word like others:
    what fine-tuning did is the difference of the two matrices.

    A gain does not mean a voice. Authors differ in their subjects and in their century, and a prefix that
    announces either lowers the perplexity. The interval takes the texts as independent; if several are
    passages of one speech, it is too narrow.

    Examples
    --------
    >>> lab.author_matrix(tuned, posts.test)  # doctest: +SKIP
    After their own author's prefix texts have a perplexity 1.3 % lower than after another's …
    """
    import pandas as pd

    chosen = texts_by_author(
        texts, authors, whole_number("characters", characters, 1), whole_number("seed", seed, 0)
    )
    prefixes = {author: author_prefix(author, template) for author in chosen}
    nats = {}
    tokens = {}
    for named, prefix in prefixes.items():
        scored = iter(losses_after(lm, prefix, [text for own in chosen.values() for text in own]))
        for author, own in chosen.items():
            losses = [next(scored) for _ in own]
            nats[author, named] = np.array([float(np.sum(each, dtype=np.float64)) for each in losses])
            tokens[author] = np.array([len(each) for each in losses])
    if not all(counts.sum() for counts in tokens.values()):
        raise TextError("No token is left of the texts of an author after the prefix; give longer texts.")
    names = list(chosen)
    perplexity = pd.DataFrame(
        [[np.exp(nats[author, named].sum() / tokens[author].sum()) for named in names] for author in names],
        index=pd.Index(names, name="author"),
        columns=pd.Index(names, name="prefix"),
    )
    lost = {
        author: (
            np.mean([nats[author, other] for other in names if other != author], axis=0)
            - nats[author, author]
        )
        for author in names
    }
    table = pd.DataFrame(
        [_row(author, perplexity, lost[author], tokens[author]) for author in names], index=perplexity.index
    )
    gain, *interval = _gains(
        np.concatenate([lost[author] for author in names]),
        np.concatenate([tokens[author] for author in names]),
    )
    scored = pd.concat(
        [
            pd.DataFrame({"author": author, "tokens": tokens[author], "lost": lost[author]})
            for author in names
        ],
        ignore_index=True,
    )
    return AuthorMatrix(_answer(table, gain, interval), perplexity, gain, tuple(interval), table, scored)


def texts_by_author(texts, authors, characters, seed):
    """Texts of each author, drawn at random until there are that many characters: dict of author to list of
    str.

    Raises
    ------
    ArgumentError, TextError
        As `author_matrix`.
    """
    if not hasattr(texts, "documents"):
        raise ArgumentError(
            f"texts is of type {type(texts).__name__}; give a Corpus whose documents have authors."
        )
    found = {}
    for document in texts.documents:
        if document.author is None:
            raise TextError(
                f"Document {document.name!r} has no author; leave it out with select(lambda document:"
                " document.author)."
            )
        found.setdefault(document.author, []).append(document.text)
    names = (
        list(found)
        if authors is None
        else list(dict.fromkeys(authors if isinstance(authors, (list, tuple)) else [authors]))
    )
    unknown = [name for name in names if name not in found]
    if unknown:
        raise ArgumentError(
            f"authors names {unknown[0]!r}, who wrote none of the texts; they are by"
            f" {', '.join(map(str, found))}."
        )
    if len(names) < 2:
        raise ArgumentError(
            f"There are texts by {pluralize(len(names), 'author')};"
            " a comparison of prefixes needs two or more."
        )
    chosen = {}
    for name in names:
        mixed = random.Random(seed).sample(found[name], len(found[name]))
        length = 0
        chosen[name] = []
        while mixed and length < characters:
            chosen[name].append(mixed.pop())
            length += len(chosen[name][-1])
    return chosen


def _gains(lost, tokens):
    """Share by which perplexity is lower after the author's own prefix, from the nats that other prefixes
    cost, with its interval.
    """
    mean, low, high = pooled_mean(lost, tokens)
    return tuple(float(-np.expm1(-value)) for value in (mean, low, high))


def _row(author, perplexity, lost, tokens):
    own = perplexity.loc[author, author]
    gain, low, high = _gains(lost, tokens)
    return {
        "documents": len(tokens),
        "tokens": int(tokens.sum()),
        "own": own,
        "others": own / (1 - gain),
        "gain": gain,
        "low": low,
        "high": high,
        "rank": int((perplexity.loc[author] < own).sum()) + 1,
    }


def _answer(table, gain, interval):
    low, high = (f"{100 * value:+.1f}" for value in interval)
    first = int((table["rank"] == 1).sum())
    lead = (
        f"After their own author's prefix texts have a perplexity {100 * abs(gain):.1f} %"
        f" {'lower' if gain >= 0 else 'higher'} than after another's (95 % interval of the gain {low} to"
        f" {high} %)"
    )
    lowest = (
        f"The author's own prefix is the best of all for {first} of {pluralize(len(table), 'author')}; by"
        " chance it would be for about one"
    )
    if interval[0] > 0:
        return f"{lead}: the prefix tells the model something about the text. {lowest}."
    if interval[1] < 0:
        return f"{lead}: the prefix misleads the model. {lowest}."
    return f"{lead}: whether the prefix tells the model anything cannot be told from chance. {lowest}."
