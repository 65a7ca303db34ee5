"""Events gathered by person, each person's in the order of time: what a walk along the steps reads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Masks = npt.NDArray[np.int32]
Order = Literal["ordered", "strict"]
Done = TypeVar("Done")

NEVER = np.iinfo(np.int64).min
# A table of every number that could be somebody's is smaller than a sort as long as few of them are nobody's.
_SPARE_NUMBERS = 4
# Beyond, a person's events are worth a real sort.
_FEW = 32


class Events(NamedTuple):
    """Events of people 0 … people−1: at in microseconds, bit k of mask = the event fits step k + 1.

    They come in any order. in_period says whether an attempt may start at this instant. A strict funnel needs every
    page, screen and track event, its mask 0 where it fits no step.
    """

    person: Ints
    at: Ints
    mask: Ints
    in_period: Flags


class Histories(NamedTuple):
    """Events by person, in the order of time: person p's are at[first[p]:first[p + 1]], and so are their masks."""

    first: Ints
    at: Ints
    mask: Masks


def gather_histories(events: Events, *, people: int, order: Order = "ordered", threads: int = 1) -> Histories:
    """Gather events by person, linear in their number; an ordered funnel spares those that fit no step.

    Each thread counts and places a part of the events of its own. Raises ValueError where a person is unknown.
    """
    parts = cut_evenly(len(events.person), threads)
    places, first = np.zeros((threads, people), np.int64), np.empty(people + 1, np.int64)
    keep_others = order == "strict"

    def count(thread: int) -> bool:
        part = slice(*parts[thread])
        return bool(_count(events.person[part], events.mask[part], keep_others, places[thread]))

    if not all(in_threads(threads, count)):
        raise ValueError(f"events must be of people 0 to {people - 1}")
    number = _find_places(places, first)
    at, mask = np.empty(number, np.int64), np.empty(number, np.int32)

    def scatter(thread: int) -> None:
        part = slice(*parts[thread])
        columns = (events.person[part], events.at[part], events.mask[part], events.in_period[part])
        _scatter(*columns, keep_others, places[thread], at, mask)

    in_threads(threads, scatter)
    ranges = cut_evenly(people, threads)
    in_threads(threads, lambda thread: _sort_people(first, *ranges[thread], at, mask))
    return Histories(first, at, mask)


def number_people(person: Ints) -> tuple[Ints, Ints]:
    """Who is there, by ascending number, and for each row the place of its person among them."""
    if len(person) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    lowest, highest = int(person.min()), int(person.max())
    if highest - lowest >= _SPARE_NUMBERS * len(person):
        people, place = np.unique(person, return_inverse=True)
        return people, place.astype(np.int64)
    place_of = np.zeros(highest - lowest + 1, np.int64)
    people, place = np.empty(_number(person, lowest, place_of), np.int64), np.empty(len(person), np.int64)
    _name_places(person, lowest, place_of, people, place)
    return people, place


def find_latest_starts(histories: Histories) -> Ints:
    """When each person could last start an attempt; NEVER for whoever could not."""
    latest = np.full(len(histories.first) - 1, NEVER)
    _find_latest(*histories, latest)
    return latest


def in_threads(threads: int, act: Callable[[int], Done]) -> list[Done]:
    """Do the work of each thread, 0 … threads−1; the first in place where there is but one."""
    if threads == 1:
        return [act(0)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, range(threads)))


def cut_evenly(number: int, threads: int) -> list[tuple[int, int]]:
    """Begin and end of each thread's part."""
    return list(pairwise(number * i // threads for i in range(threads + 1)))


@njit(nogil=True, cache=True)
def _count(person: Ints, mask: Ints, keep_others: bool, counts: Ints) -> bool:
    people = len(counts)
    for i in range(len(person)):
        p = person[i]
        if p < 0 or p >= people:
            return False
        counts[p] += keep_others or mask[i] != 0
    return True


@njit(nogil=True, cache=True)
def _find_places(counts: Ints, first: Ints) -> int:
    """Turn how many events each thread has of each person into where the thread puts them; return how many in all."""
    total = 0
    for p in range(counts.shape[1]):
        first[p] = total
        for thread in range(counts.shape[0]):
            number = counts[thread, p]
            counts[thread, p] = total
            total += number
    first[counts.shape[1]] = total
    return total


@njit(nogil=True, cache=True)
def _scatter(
    person: Ints,
    at: Ints,
    mask: Ints,
    in_period: Flags,
    keep_others: bool,
    place: Ints,
    by_at: Ints,
    by_mask: Masks,
) -> None:
    for i in range(len(person)):
        if keep_others or mask[i] != 0:
            spot = place[person[i]]
            by_at[spot] = at[i]
            # No attempt starts outside the period; that is all the period says.
            by_mask[spot] = mask[i] if in_period[i] else mask[i] & ~1
            place[person[i]] = spot + 1


@njit(nogil=True, cache=True)
def _sort_people(first: Ints, begin: int, end: int, at: Ints, mask: Masks) -> None:
    """Put each person's events in order; those who are in order already cost one look."""
    for p in range(begin, end):
        start, stop = first[p], first[p + 1]
        if stop - start > _FEW:
            if not np.all(at[start + 1 : stop] >= at[start : stop - 1]):
                order = np.argsort(at[start:stop], kind="mergesort")
                at[start:stop] = at[start:stop][order]
                mask[start:stop] = mask[start:stop][order]
            continue
        for i in range(start + 1, stop):
            moved_at, moved_mask = at[i], mask[i]
            j = i
            while j > start and at[j - 1] > moved_at:
                at[j], mask[j] = at[j - 1], mask[j - 1]
                j -= 1
            at[j], mask[j] = moved_at, moved_mask


@njit(nogil=True, cache=True)
def _number(person: Ints, lowest: int, place_of: Ints) -> int:
    """Give everybody who is there a place, by ascending number; return how many they are."""
    for i in range(len(person)):
        place_of[person[i] - lowest] = 1
    people = 0
    for number in range(len(place_of)):
        here = place_of[number]
        place_of[number] = people
        people += here
    return people


@njit(nogil=True, cache=True)
def _name_places(person: Ints, lowest: int, place_of: Ints, people: Ints, place: Ints) -> None:
    for i in range(len(person)):
        place[i] = place_of[person[i] - lowest]
        people[place[i]] = person[i]


@njit(nogil=True, cache=True)
def _find_latest(first: Ints, at: Ints, mask: Masks, latest: Ints) -> None:
    for p in range(len(latest)):
        for i in range(first[p + 1] - 1, first[p] - 1, -1):
            if mask[i] & 1:
                latest[p] = at[i]
                break
