"""How late conversions come in: which share of a day's is usually here so many hours after the day began.

The hours run from the beginning of the day, in the workspace's zone, on which a conversion happened to when it was
first received. So one curve says both how much of yesterday is still to come and how much of today is over.

Days that are still filling would make lateness look shorter than it is. So each hour is only held against the days
that have lived through it: of the conversions those days had by its end, which share came in during it? The share
known after h hours is the product, over all later hours, of one minus that (D. Lynden-Bell, 1971, for data cut off on
the right; insurers know it as the chain ladder).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

LOOK_BACK_DAYS = 90
"""Days whose conversions are looked at."""
MOST_DAYS_LATE = 45
"""What comes in later than this is an import, not a late conversion."""
MOST_HOURS = MOST_DAYS_LATE * 24
LEAST_DAYS = 14
"""Fewer days with conversions than these say too little about how days fill."""
LEAST_CONVERSIONS = 100
"""Fewer conversions than these say nothing: one late one would move the curve by more than a per cent."""
COMPLETE = 0.98
"""A day of which this share is expected to be here no longer counts as still filling."""
LEAST_SHARE = 0.25
"""Below this share nothing is expected of a day: chance would be multiplied by more than four."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """One day's conversions: how many whole hours ago it began, and how many came in during each hour since."""

    lived_hours: int
    came: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Lateness:
    """Sums over days, of the hours in which something came in: how many came, of how many those days had by then."""

    days: int
    conversions: int
    hours: list[int]
    came: list[int]
    out_of: list[int]


def count_lateness(cohorts: Iterable[Cohort]) -> Lateness:
    """Add up days. Hours that a day has not lived through wholly say nothing about it yet.

    Day 1 had 6 in its hour 10 and 2 in its hour 30; day 2, begun 20 hours ago, 4 in its hour 10. Of 10 known after
    hour 10 all came in it; of the 8 of day 1 known after hour 30 there came 2.
    """
    kept = [cohort for cohort in cohorts if any(_lived(cohort))]
    came = np.zeros((len(kept), MOST_HOURS), np.int64)
    lived = np.zeros((len(kept), MOST_HOURS), np.bool_)
    for place, cohort in enumerate(kept):
        lived[place, : cohort.lived_hours] = True
        for hour in _lived(cohort):
            came[place, hour] = cohort.came[hour]
    sums = came.sum(axis=0)
    out_of = np.where(lived, came.cumsum(axis=1), 0).sum(axis=0)
    hours = np.flatnonzero(sums)
    return Lateness(len(kept), int(sums.sum()), hours.tolist(), sums[hours].tolist(), out_of[hours].tolist())


def _lived(cohort: Cohort) -> list[int]:
    """The hours in which something came in, without the one that is not over and what is too late to be late."""
    limit = min(cohort.lived_hours, MOST_HOURS)
    return [hour for hour, count in cohort.came.items() if 0 <= hour < limit and count]


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that is known at the end of each hour in which something ever came in; it rises to 1."""

    hours: list[int]
    shares: list[float]

    def share_at(self, hours: float) -> float:
        """The share known so many hours after a day began; within an hour it grows evenly."""
        if hours <= 0:
            return 0.0
        hour = int(hours)
        before = self._known_before(hour)
        place = bisect_right(self.hours, hour) - 1
        after = self.shares[place] if place >= 0 and self.hours[place] == hour else before
        return before + (after - before) * (hours - hour)

    def _known_before(self, hour: int) -> float:
        place = bisect_right(self.hours, hour - 1) - 1
        return self.shares[place] if place >= 0 else 0.0


def draw_curve(lateness: Lateness) -> Curve | None:
    """The curve of what was counted; None under the evidence gate.

    6 of 10 in hour 10 and 2 of 8 in hour 30, that is all: after hour 30 everything is known, before it 1 − 2/8.
    """
    if lateness.days < LEAST_DAYS or lateness.conversions < LEAST_CONVERSIONS:
        return None
    shares, known = [], 1.0
    for came, out_of in zip(reversed(lateness.came), reversed(lateness.out_of), strict=True):
        shares.append(known)
        known *= 1 - came / out_of
    return Curve(lateness.hours, shares[::-1])


def expect(value: Decimal, share: float, digits: int) -> Decimal:
    """What a value will be once everything is in, with so many digits: 60 of a share of 0.75 becomes 80.

    What refunds have taken to zero or below stays as it is: nothing is known of orders that would outweigh them.
    """
    return value if value <= 0 else round(value / Decimal(repr(share)), digits)


def is_still_filling(share: float) -> bool:
    """Whether a day of which this share is here may still grow by more than a reader would overlook."""
    return share < COMPLETE


def can_expect(share: float) -> bool:
    """Whether so much of a day is here that the rest can be told from it."""
    return share >= LEAST_SHARE
