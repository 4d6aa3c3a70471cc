"""Whether a reader that knows how people write can tell for which author a text was generated."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.preference import clopper_pearson
from gpt2lab.measures.words import WORD, strings_of

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.corpus import Corpus

_FOLDS = 5
_PERMUTATIONS = 10_000


@dataclass(frozen=True, repr=False)
class AuthorGuesses:
    """What a classifier, trained on human text, made of texts that were generated for each author.

    Attributes
    ----------
    answer : str
        The result in words.
    right, texts : int
        How many were given to the author for whom they were generated, and of how many.
    share : float
        ``right / texts``.
    interval : (float, float)
        Its exact 95 % interval (Clopper and Pearson).
    chance : float
        Share that the same guesses would get right if they had nothing to do with the texts.
    p_value : float
        How probable at least so many right ones are then (permutation test).
    human_share : float
        Share right for human text of the same length that the classifier was not trained on: as good as it
        could be.
    confusion : pandas.DataFrame
        A row for the author for whom the texts were generated, a column for the guess: how many.
    table : pandas.DataFrame
        A row per text, in the order of the samples: ``author``, for whom it was generated, and ``guess``.
    """

    answer: str
    right: int
    texts: int
    share: float
    interval: tuple[float, float] = field(compare=False)
    chance: float
    p_value: float
    human_share: float
    confusion: "pd.DataFrame" = field(compare=False)
    table: "pd.DataFrame | None" = field(default=None, compare=False)

    def __repr__(self):
        return self.answer


def guess_authors(samples: Mapping[str, Sequence[str]], human: "Corpus", seed: int = 0) -> AuthorGuesses:
    """Let a classifier guess for which author each text was generated, and compare it with chance and with
    human text.

    Parameters
    ----------
    samples : dict of str to list of str
        For each author what the model wrote after that prefix, *without* the prefix, which would tell.
    human : Corpus
        Text by these authors, without the prefix, best text that the model has not learned from: who learned
        the training text by heart would pass otherwise.
    seed : int, default 0
        Of the folds and of the permutation test.

    Returns
    -------
    AuthorGuesses
        Printed, it answers in words.

    Raises
    ------
    ArgumentError
        If samples are no such dict, or there are fewer than two authors.
    TextError
        If there are no words in the samples, or fewer than two human texts of an author.

    Notes
    -----
    The classifier is logistic regression on the frequencies of runs of 2 to 4 characters inside words
    (tf-idf), a strong baseline for authorship. Authors count alike in its training, however much they wrote.
    Its share for human text comes from five-fold cross-validation: no document, such as a speech of which the
    texts are passages, is on both sides. Human texts are cut to the length of a typical sample.

    It tells authors apart by whatever differs, subjects and years included. It needs scikit-learn.

    References
    ----------
    Stamatatos (2009), "A survey of modern authorship attribution methods"; scikit-learn: Pedregosa et al.
    (2011).
    """
    import pandas as pd

    samples = _check_samples(samples)
    seed = whole_number("seed", seed, 0, 2**32 - 1)
    texts, authors, sources = _human_texts(human, samples)
    asked = [(author, text) for author, own in samples.items() for text in own]
    typical = max(1, round(statistics.median(len(WORD.findall(text)) for _, text in asked)))
    guesses = _classifier().fit(texts, authors).predict([text for _, text in asked])
    wanted = np.array([author for author, _ in asked])
    right = int((guesses == wanted).sum())
    human_share = _cross_validate(np.array(texts, object), np.array(authors), sources, typical, seed)
    names = list(samples)
    chance, p_value = _by_chance(wanted, guesses, seed)
    share = right / len(asked)
    interval = clopper_pearson(right, len(asked))
    answer = _answer(right, len(asked), interval, chance, p_value, human_share)
    return AuthorGuesses(
        answer,
        right,
        len(asked),
        share,
        interval,
        chance,
        p_value,
        human_share,
        _confusion(wanted, guesses, names),
        pd.DataFrame({"author": wanted, "guess": guesses}),
    )


def _check_samples(samples):
    if not isinstance(samples, Mapping):
        raise ArgumentError(
            f"samples is of type {type(samples).__name__}; give a dict of author to list of texts."
        )
    found = {
        author: strings_of(texts, f"samples[{author!r}]", single=False) for author, texts in samples.items()
    }
    if len(found) < 2:
        raise ArgumentError(
            f"There are samples for {pluralize(len(found), 'author')}; guessing needs two or more."
        )
    if not any(WORD.search(text) for texts in found.values() for text in texts):
        raise TextError("The samples have no words; there is nothing to guess from.")
    return found


def _human_texts(human, samples):
    """Texts, authors and sources of the human documents by authors who have samples."""
    if not hasattr(human, "documents"):
        raise ArgumentError(
            f"human is of type {type(human).__name__}; give a Corpus whose documents have authors."
        )
    documents = [
        document for document in human.documents if document.author in samples and WORD.search(document.text)
    ]
    for author in samples:
        number = sum(document.author == author for document in documents)
        if number < 2:
            raise TextError(
                f"human has {pluralize(number, 'text')} by {author!r}; give two or more, so that one can be"
                " guessed after learning from the other."
            )
    sources = [document.whole or str(i) for i, document in enumerate(documents)]
    return [document.text for document in documents], [document.author for document in documents], sources


def _classifier():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, lowercase=False),
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    )


def _cross_validate(texts, authors, sources, words, seed):
    """Mean over authors of the share of their texts that are guessed right, each cut to that many words and
    guessed from other documents.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    of_author = {
        author: {source for source, other in zip(sources, authors) if other == author}
        for author in set(authors)
    }
    fewest = min(map(len, of_author.values()))
    # All that there is of an author is one document: its passages are all that can be held apart
    if fewest < 2:
        sources = list(map(str, range(len(texts))))
        fewest = min(np.unique(authors, return_counts=True)[1])
    folds = StratifiedGroupKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed)
    guesses = np.empty(len(texts), object)
    for learned, held_out in folds.split(texts, authors, sources):
        guesses[held_out] = (
            _classifier()
            .fit(texts[learned], authors[learned])
            .predict([_cut(text, words) for text in texts[held_out]])
        )
    return float(np.mean([np.mean(guesses[authors == author] == author) for author in of_author]))


def _cut(text, words):
    ends = [match.end() for match, _ in zip(WORD.finditer(text), range(words))]
    return text[: ends[-1]]


def _by_chance(wanted, guesses, seed):
    """Share right of guesses that are dealt to the texts at random, and how often they are at least
    as good.
    """
    names, index = np.unique(np.concatenate([wanted, guesses]), return_inverse=True)
    wanted, guesses = index[: len(wanted)], index[len(wanted) :]
    chance = (
        float(np.bincount(wanted, minlength=len(names)) @ np.bincount(guesses, minlength=len(names)))
        / len(wanted) ** 2
    )
    dealt = np.random.default_rng(seed).permuted(np.tile(guesses, (_PERMUTATIONS, 1)), axis=1)
    as_good = int(((dealt == wanted).sum(axis=1) >= (guesses == wanted).sum()).sum())
    return chance, (as_good + 1) / (_PERMUTATIONS + 1)


def _confusion(wanted, guesses, names):
    import pandas as pd

    table = pd.crosstab(wanted, guesses).reindex(index=names, columns=names, fill_value=0)
    return table.rename_axis(index="generated for", columns="guess")


def _answer(right, texts, interval, chance, p_value, human_share):
    low, high = (100 * value for value in interval)
    lead = (
        f"The classifier gives {right} of {pluralize(texts, 'text')} to the author for whom it was generated,"
        f" {100 * right / texts:.0f} % (95 % interval {low:.0f} to {high:.0f} %); blind guesses would get"
        f" {100 * chance:.0f} %"
    )
    human = f"Of human text of the same length it gets {100 * human_share:.0f} % right."
    if human_share <= chance:
        return (
            f"{lead}. {human} So it cannot tell these authors apart itself, and says nothing about the model."
        )
    if p_value < 0.05:
        return (
            f"{lead}, and as many right in {'less than 0.1' if p_value < 0.001 else f'{100 * p_value:.1f}'} %"
            f" of tries. {human}"
        )
    return f"{lead}, so that chance may be the reason. {human}"
