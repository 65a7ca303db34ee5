"""How long and how many touches conversions take: buckets, the median and what nine of ten need at most."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from attribution.core.frames import Ints

MICROS_AN_HOUR = 3_600_000_000
MICROS_A_DAY = 24 * MICROS_AN_HOUR
# Lower ends in microseconds: under an hour, the rest of a day, then days; the last has no end.
TIME_BOUNDS = (0, MICROS_AN_HOUR, *(days * MICROS_A_DAY for days in (1, 2, 4, 8, 15, 31, 61, 91)))
# Lower ends of numbers of touches.
LENGTH_BOUNDS = (1, 2, 3, 4, 5, 6, 8, 11, 21)


class Bucket(NamedTuple):
    """Conversions from `low` on and below `high` (None: no end), and their value in millionths."""

    low: int
    high: int | None
    conversions: int
    value: int


def spread(numbers: Ints, value: Ints, bounds: Sequence[int]) -> list[Bucket]:
    """Each bound opens a bucket; numbers are at least the first. Buckets after the last that holds any are left out.

    1, 1, 2 and 9 touches over 1, 2, 3, 4, 5, 6, 8, 11, 21: 2, 1, 0, 0, 0, 0 and 1.
    """
    place = np.searchsorted(np.array(bounds), numbers, side="right") - 1
    counts = np.bincount(place, minlength=len(bounds))
    worth = np.zeros(len(bounds), np.int64)
    np.add.at(worth, place, value)
    last = int(place.max()) if len(place) else -1
    ends = [*bounds[1:], None]
    return [Bucket(bounds[i], ends[i], int(counts[i]), int(worth[i])) for i in range(last + 1)]


def median(numbers: Ints) -> float | None:
    """The middle one; of an even number the mean of the middle two; None of nothing."""
    return float(np.median(numbers)) if len(numbers) else None


def at_most(numbers: Ints, share: float) -> int | None:
    """The least number that at least this share are not above: of 1 … 10 and 0.9 it is 9; None of nothing."""
    if not len(numbers):
        return None
    place = max(0, int(np.ceil(round(share * len(numbers), 9))) - 1)
    return int(np.sort(numbers)[place])
