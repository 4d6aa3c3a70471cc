"""How late a submission is, and what that costs, on the clocks of the course."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from gpt2lab.errors import ArgumentError


@dataclass(frozen=True)
class Late:
    """What lateness costs: a share of the notebook's points for each day that has begun, up to a share,
    after minutes of grace.
    """

    per_day: float = 0.0
    at_most: float = 1.0
    grace_minutes: float = 0.0


def moment_of(value, zone):
    """A date of TOML as a moment; a date alone means its end.

    Raises
    ------
    ValueError
        If it is none; says what would be right.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(23, 59, 59))
    if not isinstance(value, datetime):
        raise ValueError("write a date and a time without quotes, such as 2026-12-01T23:59:00")
    if not 2000 <= value.year <= 2100:
        raise ValueError("give a year from 2000 to 2100")
    if value.tzinfo is None and zone is None:
        raise ValueError(
            "say which time is meant: add an offset, as in 2026-12-01T23:59:00+01:00, or timezone ="
            ' "Europe/Zurich" to [grading]'
        )
    return value if value.tzinfo else later_of_two(value, zone)


def later_of_two(local, zone):
    """A time on the clocks of a zone; the later one where summer time ends or begins and it is there twice
    or not at all.
    """
    moment = max(
        (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)), key=lambda moment: moment.astimezone(UTC)
    )
    # Two moments of one zone would be compared without their offsets.
    return moment.replace(tzinfo=timezone(moment.utcoffset()))


def penalty(settings, number, student, submitted, points):
    """How late a submission is, and what that costs.

    Parameters
    ----------
    settings : Settings
    number : str
        Of the notebook, ``"03"``.
    student : str
    submitted : str, datetime or None
        When; ISO 8601 if it is a string. None if that is not known: then it is not late.
    points : float
        Of the whole notebook.

    Returns
    -------
    (int, float)
        Days begun after it was due and the time of grace, and points, rounded to two decimals.

    Raises
    ------
    ArgumentError
        If ``submitted`` is no date, or has no offset and the course no time zone.

    Notes
    -----
    A day goes to the same time on the clocks of the course's time zone (of the due date's own offset if it
    has none), whether it has 23, 24 or 25 hours.
    """
    due = settings.due_for(number, student)
    if submitted is None or due is None:
        return 0, 0.0
    days = _days_late(_parse_moment(submitted, settings.timezone), due, settings)
    share = min(settings.late.at_most, days * settings.late.per_day)
    return days, min(float(points), round(share * points, 2))


def _parse_moment(submitted, zone):
    try:
        moment = datetime.fromisoformat(submitted) if isinstance(submitted, str) else submitted
        moment = moment if moment.tzinfo else later_of_two(moment, zone)
        # A clock that was set wrong must not end the batch: beyond these years nothing changes.
        return min(
            max(moment, datetime(1970, 1, 2, tzinfo=UTC)), datetime(2200, 1, 1, tzinfo=UTC)
        ).astimezone(UTC)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise ArgumentError(
            f"submitted={str(submitted)[:60]!r} is no moment; give an ISO date with its offset, as in"
            " 2026-12-01T12:00:00+01:00."
        ) from None


def _days_late(submitted, due, settings):
    zone = settings.timezone or due.tzinfo
    local = due.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=settings.late.grace_minutes)

    def end(days):
        return (
            later_of_two(local + timedelta(days=days), zone)
            if days
            else due + timedelta(minutes=settings.late.grace_minutes)
        )

    days = max(0, math.floor((submitted - due) / timedelta(days=1)) - 8)
    while submitted > end(days):
        days += 1
    return days
