"""Weeks and months of a period."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from common.periods import Period

Step = Literal["week", "month"]
STEPS: tuple[Step, ...] = ("week", "month")


def start_of_step(day: date, step: Step) -> date:
    """The Monday of its week, or the first of its month."""
    return day - timedelta(days=day.weekday()) if step == "week" else day.replace(day=1)


def split_period(period: Period, step: Step) -> list[Period]:
    """The weeks (from Monday) or months of a period; the first and the last may be a part of one.

    Wed 4 Mar to Tue 17 Mar by week: 4 to 8, 9 to 15, 16 to 17 March.
    """
    parts, start = [], period.start
    while start <= period.end:
        following = _next_start(start, step)
        parts.append(Period(start, min(following - timedelta(days=1), period.end)))
        start = following
    return parts


def touched_parts(parts: Sequence[Period], days: Period) -> range:
    """Which of the parts, in order and without gaps, share a day with `days`."""
    starts = [part.start for part in parts]
    first = max(bisect_right(starts, days.start) - 1, 0)
    last = bisect_right(starts, days.end) - 1
    if not parts or days.start > parts[-1].end or last < 0:
        return range(0)
    return range(first, last + 1)


def _next_start(day: date, step: Step) -> date:
    if step == "week":
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
