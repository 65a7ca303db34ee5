"""A period cut into days, weeks or months."""

from collections.abc import Callable
from datetime import date, timedelta

from common.periods import Period


def _first_of_week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


INTERVALS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": _first_of_week,
    "month": _first_of_month,
}
"""Name → the day on which the slot of a day begins; weeks begin on Mondays."""


def cut(period: Period, interval: str) -> list[Period]:
    """The slots of a period in order, the first and the last cut at its ends.

    28 February to 10 March 2026 by month: 28 February, and 1 to 10 March.
    """
    starts = [day for day in period if day == period.start or INTERVALS[interval](day) == day]
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return [Period(start, end) for start, end in zip(starts, [*ends, period.end], strict=True)]


def places_of(slots: list[Period]) -> dict[date, int]:
    """Which slot each day lies in."""
    return {day: place for place, slot in enumerate(slots) for day in slot}
