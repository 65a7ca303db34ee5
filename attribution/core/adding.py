"""Whole numbers added up by place: what stored days come to."""

import numpy as np
from numba import njit

from attribution.core.frames import Ints


def add_by_place(places: Ints, numbers: Ints, size: int) -> Ints:
    """The sum of the numbers that belong to each place 0 … size−1, exactly; places below 0 are passed over."""
    return _add(places, numbers, np.zeros(size, np.int64))


def find_only(places: Ints, kinds: Ints) -> tuple[Ints, Ints]:
    """Each place that is met, ascending, and the kind that everything at it has; −1 where kinds (from 0) differ."""
    if len(places) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    size = int(places.max()) + 1
    least, most = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(least, places, kinds)
    np.maximum.at(most, places, kinds)
    met = np.flatnonzero(most >= 0)
    return met, np.where(least[met] == most[met], most[met], -1)


def warm_up() -> None:
    """Compile the kernel, or load it from Numba's cache; only in a process that will never fork."""
    add_by_place(np.zeros(1, np.int64), np.zeros(1, np.int64), 1)


@njit(nogil=True, cache=True)
def _add(places: Ints, numbers: Ints, sums: Ints) -> Ints:
    for i in range(len(places)):
        if places[i] >= 0:
            sums[places[i]] += numbers[i]
    return sums
