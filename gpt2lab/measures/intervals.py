"""How far a measure would move with other samples, or with other documents, of the same kind."""

import math
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
_TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
_DRAWN = 400_000
_LARGEST = 50


def resample_influences(value, without, seed, resamples):
    """The bootstrap, of influences instead of samples: measures of resamples.

    Parameters
    ----------
    value : numpy.ndarray of shape (measures,)
        Of all samples.
    without : numpy.ndarray of shape (samples, measures)
        Of all samples but one.
    seed, resamples : int

    Returns
    -------
    numpy.ndarray of shape (resamples, measures)
        NaN if there are fewer than two samples.
    """
    number = len(without)
    if number < 2:
        return np.full((resamples, len(value)), np.nan)
    draws = np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), size=resamples)
    # So that rounding puts no zero on the wrong side of zero
    return np.round(value + draws @ _influence(without) / number, 12)


def quantiles(drawn):
    """The limits of the interval from resamples: array of shape (2, measures)."""
    return np.quantile(drawn, _TAILS, axis=0)


def share_interval(matches, sizes):
    """Wilson's interval of ``matches.sum() / sizes.sum()``, for counts that come in samples.

    Parameters
    ----------
    matches, sizes : numpy.ndarray of shape (samples,)
        How many n-grams of each sample match, and how many it has.

    Returns
    -------
    tuple of float
        NaN if fewer than two samples have n-grams.

    Notes
    -----
    Matches come in runs, so that the n-grams are not so many independent trials. They count as the number of
    independent ones that would have the same standard error as the jackknife over samples gives, but as no
    more than they are; where none matches, or all do, as what they are.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference"; the effective
    number of trials: Korn and Graubard (1998), "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data".
    """
    from scipy.special import stdtrit

    matches = matches[sizes > 0]
    sizes = sizes[sizes > 0]
    number = len(sizes)
    total = sizes.sum()
    if number < 2:
        return np.nan, np.nan
    share = matches.sum() / total
    error = np.square(_influence(((matches.sum() - matches) / (total - sizes))[:, None])).sum() / (
        number * (number - 1)
    )
    trials = min(total, share * (1 - share) / error) if error > 0 else total
    t = stdtrit(number - 1, _TAILS[1])  # the quantile of Student's t
    middle = share + t**2 / (2 * trials)
    reach = t * np.sqrt(share * (1 - share) / trials + t**2 / (4 * trials**2))
    low = (middle - reach) / (1 + t**2 / trials)
    high = (middle + reach) / (1 + t**2 / trials)
    return (float(low) if share > 0 else 0.0), (float(high) if share < 1 else 1.0)


def difference_interval(one, other):
    """The interval of ``other - one`` from the intervals of two independent shares, each given as (value,
    low, high).

    References
    ----------
    Zou and Donner (2008), "Construction of confidence limits about effect measures: a general approach".
    """
    first, first_low, first_high = one
    second, second_low, second_high = other
    difference = second - first
    return (
        difference - np.hypot(second - second_low, first_high - first),
        difference + np.hypot(second_high - second, first - first_low),
    )


def _influence(without):
    """How much each sample moves a measure: the jackknife's pseudo-values, less the measure itself."""
    return (len(without) - 1) * (without.mean(axis=0) - without)


def pooled_mean(totals, sizes):
    """Total of all documents by their total size, and its 95 % interval over documents.

    Parameters
    ----------
    totals : array of float, [N]
        What is summed, a document each: its nats, for example.
    sizes : array of float, [N]
        What it is divided by: its tokens, for example.

    Returns
    -------
    tuple of float
        The mean, and the low and the high end of its interval; both are NaN for a single document, and all
        three if the total size is 0.

    Notes
    -----
    The documents are taken as drawn independently of each other; what is inside one may depend on itself in
    any way. A long document has more weight, and pulls the mean towards itself, so that its own deviation
    looks smaller than it is. The error is corrected for that as if all documents varied alike, and so is the
    number of errors that the interval reaches to either side. With documents of equal length that number is
    Student's. Where one document outweighs the others, Student's with fewer degrees of freedom, as Bell and
    McCaffrey have it, gives intervals several times too wide, and where documents are few the bootstrap gives
    ones that are too narrow.

    The interval holds the mean of all texts about 19 times of 20, and somewhat less often where the longest
    documents, much longer than others, are also the most surprising ones: 18 of 20 in simulations with
    lengths spread over two orders of magnitude.

    References
    ----------
    Cochran (1977), "Sampling techniques", chapter 6, for the ratio of two totals; Bell and McCaffrey (2002),
    "Bias reduction in standard errors for linear regression with multi-stage samples", for the error where
    clusters are few and unequal.
    """
    totals = np.asarray(totals, float)
    sizes = np.asarray(sizes, float)
    if not sizes.sum():
        return (math.nan,) * 3
    mean = float(totals.sum() / sizes.sum())
    weights = sizes / sizes.sum()
    if len(weights) < 2:
        return mean, math.nan, math.nan
    shares = _left_shares(weights)
    error = math.sqrt(np.sum(((totals - mean * sizes) / sizes.sum()) ** 2 / shares))
    reach = _errors_to_either_side(weights, shares) * error
    return mean, mean - reach, mean + reach


def _left_shares(weights):
    """Of each document's variance, what is left after the mean, of which it is a part, was taken off."""
    return (1 - weights) ** 2 + np.maximum(weights @ weights - weights**2, 0)


def _errors_to_either_side(weights, shares):
    """How many errors the mean is off at most, 19 times of 20, if the documents' own means are normal and
    vary alike.
    """
    order = np.argsort(-weights)
    large = weights[order[:_LARGEST]]
    left = shares[order[:_LARGEST]]
    small = weights[order[_LARGEST:]]
    draws = _normal(len(large) + 1)
    # Of the many small ones only the sum matters, and what they add to the error is practically the same each
    # time.
    off = large @ draws[:-1] + math.sqrt(small @ small) * draws[-1]
    squared_error = (large**2 / left) @ (draws[:-1] - off) ** 2 + small @ small
    return float(np.quantile(np.abs(off) / np.sqrt(squared_error), CONFIDENCE))


@lru_cache(maxsize=1)  # 3 MB at most
def _normal(rows):
    return np.random.default_rng(0).standard_normal((rows, _DRAWN // rows))
