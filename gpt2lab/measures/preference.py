"""Which of two is preferred, and whether chance alone could have answered so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError

# Below this probability chance is ruled out; the interval is the same test seen from the other side
LEVEL = 0.05
_MOST = 300  # pairs beyond which nobody reads on


@dataclass(frozen=True)
class Preference:
    """How often one of two was preferred to the other.

    Attributes
    ----------
    names : tuple of str
        The one whose wins are counted, and the other.
    wins, losses, ties : int
        How often the first was preferred, the second, and neither.
    share : float
        ``wins / (wins + losses)``; NaN if there were ties only.
    interval : tuple of float
        Exact 95 % interval of the share (Clopper and Pearson).
    p_value : float
        Of the two-sided sign test: how probable answers at least as one-sided are if each is the toss of a
        coin.
    explanation : str
        Whether there is a difference, in plain words.
    """

    names: tuple[str, str]
    wins: int
    losses: int
    ties: int
    share: float
    interval: tuple[float, float]
    p_value: float
    explanation: str = field(repr=False)

    @property
    def told_apart(self) -> bool:
        """Whether chance is ruled out: ``p_value`` is below 0.05."""
        return self.p_value < LEVEL

    @property
    def numbers(self) -> str:
        """Share, interval and p-value in words."""
        if not self.wins + self.losses:
            return "no pair was decided"
        share, low, high = (100 * value for value in (self.share, *self.interval))
        return (
            f"share of {self.names[0]} {share:.0f} %, exact 95 % interval {low:.0f} to {high:.0f} %, sign"
            f" test p = {self.p_value:.2g}"
        )


def preference(
    wins: int, losses: int, ties: int = 0, names: Sequence[str] = ("the first", "the second")
) -> Preference:
    """Which of two was preferred, with an exact interval and the sign test.

    Parameters
    ----------
    wins : int
        How often the first was preferred.
    losses : int
        How often the second was.
    ties : int, default 0
        How often the answer was "cannot tell". They are reported, and left out of the share, the interval and
        the test.
    names : tuple of str, default ("the first", "the second")
        What the two are called in the explanation.

    Returns
    -------
    Preference

    Raises
    ------
    ArgumentError
        If a count is no whole number of 0 or more, or names are not two different strings.

    Notes
    -----
    The interval holds one half exactly where the sign test finds nothing, since both give each tail 2.5 %. It
    is exact in that it covers the true share at least 95 % of the time, however few answers there are; with
    few it is wide.

    References
    ----------
    Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the
    binomial"; sign test, ties left out: Dixon and Mood (1946), "The statistical sign test".

    Examples
    --------
    >>> result = preference(9, 1, names=("3M", "1M"))
    >>> low, high = result.interval
    >>> print(f"{result.share:.2f}, {low:.2f} to {high:.2f}, p = {result.p_value:.3f}")
    0.90, 0.55 to 1.00, p = 0.021
    """
    wins, losses, ties = (
        whole_number(name, value, 0) for name, value in (("wins", wins), ("losses", losses), ("ties", ties))
    )
    names = two_names(names)
    decided = wins + losses
    share = wins / decided if decided else math.nan
    p_value = sign_test(wins, losses)
    return Preference(
        names,
        wins,
        losses,
        ties,
        share,
        clopper_pearson(wins, decided),
        p_value,
        _explain(wins, losses, ties, names, p_value),
    )


def two_names(names, argument="names"):
    """``names`` as a tuple of two different strings.

    Raises
    ------
    ArgumentError
        If they are not.
    """
    found = tuple(names) if isinstance(names, (list, tuple)) else ()
    if (
        len(found) != 2
        or not all(isinstance(name, str) and name.strip() for name in found)
        or found[0] == found[1]
    ):
        raise ArgumentError(
            f"{argument}={names!r} are not two different names; give for example ('3M', '1M')."
        )
    return found


def sign_test(wins, losses):
    """Two-sided p-value of the sign test: the probability that tosses of a coin are at least as one-sided."""
    # `scipy.stats.binomtest` says the same, after most of a second of importing and 100 times as slowly.
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))


def clopper_pearson(wins, decided, confidence=0.95):
    """Exact interval of a share: (low, high), (0, 1) if nothing was decided."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = betaincinv(wins, decided - wins + 1, tail) if wins else 0.0
    high = betaincinv(wins + 1, decided - wins, 1 - tail) if wins < decided else 1.0
    return float(low), float(high)


def pairs_needed(wins, losses):
    """How many decided answers would rule chance out if the share stayed what it is: int, or None if more
    than anybody would give.
    """
    more = max(wins, losses)
    decided = wins + losses
    for number in range(decided, _MOST + 1):
        # In integers, so that a share of exactly 3 in 5 is that of 6 in 10 too.
        expected = (2 * number * more + decided) // (2 * decided)
        if sign_test(expected, number - expected) < LEVEL:
            return number
    return None


def _explain(wins, losses, ties, names, p_value):
    decided = wins + losses
    untold = f' {ties} of {decided + ties} answers were "cannot tell" and are left out.' if ties else ""
    if not decided:
        return "There is no answer that prefers one of the two, so nothing can be said about a difference."
    count = f"{names[0]} was preferred in {wins} of {decided} pairs"
    if p_value < LEVEL:
        # Said as of tests, not of pairs: the p-value is about the whole set of answers.
        chance = f"tossing a coin gives answers as one-sided in {_percent(p_value)} of such tests"
        if wins > losses:
            return f"Yes, you could tell: {count}, and {chance}.{untold}"
        return f"Yes, you could tell, but you preferred {names[1]}: {count}, and {chance}.{untold}"
    lead = (
        f"You could not tell, or there were too few pairs: {count}, and tossing a coin gives answers as"
        f" one-sided in {_percent(p_value)} of such tests."
    )
    return f"{lead} {_what_would_do(wins, losses)}{untold}"


def _what_would_do(wins, losses):
    needed = pairs_needed(wins, losses)
    if needed is None:
        return f"At such a share not even {_MOST} pairs would rule chance out."
    if not min(wins, losses):
        return f"Even if all answers agree it takes {needed} pairs to rule chance out."
    return f"If the share stayed the same, about {needed:,} pairs would rule chance out."


def _percent(p_value):
    percent = 100 * p_value
    return (
        f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 0.1 else "less than 0.1 %"
    )
