"""Journeys: which touches lead to a conversion, and what each of them is on that way.

A person's touches are ordered by time, equal times by message id. The path of a conversion is every touch
with conversion − look-back <= time <= conversion, both ends included; earlier conversions do not cut it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from attribution.core.frames import Flags, Floats, Ints

MICROS_A_DAY = 86_400_000_000

FIRST, LAST, LAST_NON_DIRECT, LEAD, OPPORTUNITY = 1, 2, 4, 8, 16
"""What a touch can be on its path, as bits; one touch may be several."""

NEVER = 2**63 - 1
"""When a stage was entered by somebody who never entered it."""


@dataclass(frozen=True)
class Touch:
    """A touch of one person; `at` in microseconds since 1970, UTC."""

    at: int
    mark: int
    is_direct: bool = False


@dataclass(frozen=True)
class Journey:
    """The path of one conversion, oldest touch first; at least one touch. Times in microseconds.

    The milestones are when the person first became a lead and an opportunity, if ever.
    """

    touches: Sequence[Touch]
    converted_at: int
    half_life: int = 7 * MICROS_A_DAY
    lead_at: int = NEVER
    opportunity_at: int = NEVER


def anchor_of(journey: Journey, milestone_at: int) -> int | None:
    """Position of the touch that led to a milestone: the latest at or before it.

    None where the milestone came after the conversion, or before every touch of the path.
    """
    if milestone_at > journey.converted_at:
        return None
    return max((i for i, touch in enumerate(journey.touches) if touch.at <= milestone_at), default=None)


def path_of(touches: Sequence[Touch], *, converted_at: int, lookback: int) -> list[int]:
    """Positions of the touches that lead to the conversion, in plain Python (the slow twin of find_path)."""
    earliest = converted_at - lookback
    return [i for i, touch in enumerate(touches) if earliest <= touch.at <= converted_at]


@njit(nogil=True)
def find_path(at: Ints, start: int, stop: int, converted_at: int, lookback: int) -> tuple[int, int]:
    """Return the range of a person's touches at[start:stop] that lead to the conversion; it may be empty."""
    begin, end = start, stop
    while begin < end:
        middle = (begin + end) // 2
        if at[middle] <= converted_at:
            begin = middle + 1
        else:
            end = middle
    begin = end
    # A path is short beside a person's history, so walking back beats a second search.
    while begin > start and at[begin - 1] >= converted_at - lookback:
        begin -= 1
    return begin, end


@njit(nogil=True)
def describe_path(at: Ints, mark: Ints, begin: int, end: int, is_direct: Flags, anchors: Ints, ages: Floats) -> None:
    """Write for each touch of the path its anchor bits and its age before the latest in microseconds."""
    n = end - begin
    last_non_direct = n - 1
    for i in range(n):
        anchors[i] = 0
        ages[i] = at[end - 1] - at[begin + i]
        if not is_direct[mark[begin + i]]:
            last_non_direct = i
    anchors[0] |= FIRST
    anchors[n - 1] |= LAST
    anchors[last_non_direct] |= LAST_NON_DIRECT


@njit(nogil=True)
def mark_milestone(at: Ints, begin: int, end: int, milestone_at: int, bit: int, anchors: Ints) -> None:
    """Give the anchor of a milestone its bit, if the path has one (anchor_of says which)."""
    for i in range(end - 1, begin - 1, -1):
        if at[i] <= milestone_at:
            anchors[i - begin] |= bit
            return


@njit(nogil=True, cache=True)
def order_by_person(person: Ints, at: Ints, mark: Ints, people: int) -> tuple[Ints, Ints, Ints]:
    """Gather touches by person (0 … people−1), keeping each person's order; below 0 means nobody's.

    Return (first, at, mark): person p's touches are at[first[p]:first[p + 1]]. A counting sort: linear time.
    """
    first = np.zeros(people + 1, dtype=np.int64)
    for i in range(len(person)):
        if person[i] >= 0:
            first[person[i] + 1] += 1
    for p in range(people):
        first[p + 1] += first[p]
    place = first[:-1].copy()
    ordered_at = np.empty(first[people], dtype=np.int64)
    ordered_mark = np.empty(first[people], dtype=np.int64)
    for i in range(len(person)):
        if person[i] >= 0:
            spot = place[person[i]]
            ordered_at[spot] = at[i]
            ordered_mark[spot] = mark[i]
            place[person[i]] += 1
    return first, ordered_at, ordered_mark


# Numbers that lie within so many of each other are looked up in a table.
_SPAN = 1_000_000


def list_distinct(ids: Ints) -> Ints:
    """Each number once, ascending."""
    if len(ids) == 0:
        return np.zeros(0, np.int64)
    least = int(ids.min())
    span = int(ids.max()) - least + 1
    if span > max(_SPAN, 8 * len(ids)):
        return np.unique(ids)
    met = np.zeros(span, np.bool_)
    met[ids - least] = True
    return np.flatnonzero(met) + least


def index_of(keys: Ints, ids: Ints) -> Ints:
    """Return for each id its position in the sorted, distinct `keys`, or −1 where it is not among them."""
    if len(keys) == 0:
        return np.full(len(ids), -1, dtype=np.int64)
    span = int(keys[-1]) - int(keys[0]) + 1
    if span <= max(_SPAN, 8 * len(keys)):
        return _look_up(keys, ids, span)
    spots = np.minimum(np.searchsorted(keys, ids), len(keys) - 1)
    return np.where(keys[spots] == ids, spots, -1)


@njit(nogil=True, cache=True)
def _look_up(keys: Ints, ids: Ints, span: int) -> Ints:
    """index_of for keys that lie close together: one table instead of a search per id."""
    table = np.full(span, -1, dtype=np.int64)
    for spot in range(len(keys)):
        table[keys[spot] - keys[0]] = spot
    spots = np.full(len(ids), -1, dtype=np.int64)
    for i in range(len(ids)):
        if keys[0] <= ids[i] <= keys[-1]:
            spots[i] = table[ids[i] - keys[0]]
    return spots
