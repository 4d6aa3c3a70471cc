"""How far a measure of samples would move with other samples of the same kind: intervals from leaving each sample out."""

from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
_TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
_Z = NormalDist().inv_cdf(_TAILS[1])


def resampled(value, without, seed, resamples):
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
    return np.round(value + draws @ _influence(without) / number, 12)  # so that rounding puts no zero on the wrong side of zero


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
    Matches come in runs, so that the n-grams are not so many independent trials. They count as the number of independent ones that would have the
    same standard error as the jackknife over samples gives, but as no more than they are; where none matches, or all do, as what they are.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference"; the effective number of trials: Korn and
    Graubard (1998), "Confidence intervals for proportions with small expected number of positive counts estimated from survey data".
    """
    matches, sizes = matches[sizes > 0], sizes[sizes > 0]
    number, total = len(sizes), sizes.sum()
    if number < 2:
        return np.nan, np.nan
    share = matches.sum() / total
    error = np.square(_influence(((matches.sum() - matches) / (total - sizes))[:, None])).sum() / (number * (number - 1))
    trials = min(total, share * (1 - share) / error) if error > 0 else total
    t = _student(number - 1)
    middle, reach = share + t**2 / (2 * trials), t * np.sqrt(share * (1 - share) / trials + t**2 / (4 * trials**2))
    low, high = (middle - reach) / (1 + t**2 / trials), (middle + reach) / (1 + t**2 / trials)
    return (float(low) if share > 0 else 0.0), (float(high) if share < 1 else 1.0)


def difference_interval(one, other):
    """The interval of ``other - one`` from the intervals of two independent shares, each given as (value, low, high).

    References
    ----------
    Zou and Donner (2008), "Construction of confidence limits about effect measures: a general approach".
    """
    (first, first_low, first_high), (second, second_low, second_high) = one, other
    difference = second - first
    return (difference - np.hypot(second - second_low, first_high - first), difference + np.hypot(second_high - second, first - first_low))


def _influence(without):
    """How much each sample moves a measure: the jackknife's pseudo-values, less the measure itself."""
    return (len(without) - 1) * (without.mean(axis=0) - without)


def _student(freedom):
    """The quantile of Student's t for the upper limit, expanded about the normal one (0.1 % off at three degrees of freedom, less at more)."""
    z, v = _Z, freedom
    return (z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2) + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
            + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4))
