"""How far people get: the deepest attempt of each person at a funnel, and when it reached each step.

An attempt starts at an event of step 1 that lies in the period and ends one window later, the last instant
included. One event serves one step. Events of one instant stand in whichever order serves the steps best, so
that no tie-break by id can change a figure. Among equally deep attempts the one that starts first gives the times.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Order = Literal["ordered", "strict"]

MAX_STEPS = 32
NO_LIMIT = 2**62
"""A window that never closes."""

_NEVER = np.iinfo(np.int64).min


class Events(NamedTuple):
    """Events by person (0 … people−1), each person's by time: at in microseconds, bit k of mask = fits step k + 1.

    in_period says whether an attempt may start at this instant. A strict funnel needs every page, screen and
    track event of a person; the steps' mask is 0 where an event fits none.
    """

    person: Ints
    at: Ints
    mask: Ints
    in_period: Flags


class Progress(NamedTuple):
    """For each person the depth (0 … steps) and when each step was reached: at[person, step], 0 beyond the depth."""

    depth: Ints
    at: Ints


def follow(
    events: Events, *, people: int, steps: int, window: int, order: Order = "ordered", threads: int = 1
) -> Progress:
    """Find each person's deepest attempt within `window` microseconds of its step 1.

    a0 a4 b5 c11 within 10: depth 3 by the second a. a0 a4 b5 c9: depth 3 at 0, 5, 9. Strict a0 x1 b2: depth 1.
    Raises ValueError for events in another order than declared and for too few or too many steps.
    """
    _check(steps, window, order)
    first = find_first(events.person, events.at, people)
    if len(first) == 0:
        raise ValueError(f"events must be ordered by person, 0 to {people - 1}, and time")
    mask = np.where(events.in_period, events.mask, events.mask & ~1)
    progress = Progress(np.zeros(people, np.int64), np.zeros((people, steps), np.int64))
    walk: Any = _walk_ordered if order == "ordered" else _walk_strict

    def walk_range(begin: int, end: int) -> None:
        walk(first[begin : end + 1], events.at, mask, window, progress.depth[begin:end], progress.at[begin:end])

    ranges = pairwise(people * i // threads for i in range(threads + 1))
    if threads == 1:
        walk_range(0, people)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda pair: walk_range(*pair), ranges))
    return progress


def warm_up() -> None:
    """Compile the walks, or load them from Numba's cache; only in a process that will never fork."""
    one = np.zeros(1, np.int64)
    events = gather_by_person(Events(one, one, one + 1, np.ones(1, np.bool_)), people=1)
    follow(events, people=1, steps=1, window=0)
    follow(events, people=1, steps=1, window=0, order="strict")


def gather_by_person(events: Events, *, people: int, keep_others: bool = True) -> Events:
    """Gather events that come in the order of time by person, linear in their number.

    Without keep_others, which an ordered funnel can spare, events that fit no step are dropped.
    """
    return Events(*_gather(*events, people, keep_others))


@njit(nogil=True, cache=True)
def find_first(person: Ints, at: Ints, people: int) -> Ints:
    """Return `first`: person p's events are [first[p]:first[p + 1]]; empty where the events are not in order."""
    first = np.zeros(people + 1, np.int64)
    for i in range(len(person)):
        known = 0 <= person[i] < people
        if not known or (i > 0 and (person[i] < person[i - 1] or (person[i] == person[i - 1] and at[i] < at[i - 1]))):
            return np.zeros(0, np.int64)
        first[person[i] + 1] += 1
    for p in range(people):
        first[p + 1] += first[p]
    return first


def _check(steps: int, window: int, order: str) -> None:
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"steps must be 1 to {MAX_STEPS}, got {steps}")
    if not 0 <= window <= NO_LIMIT:
        raise ValueError(f"window must be 0 to {NO_LIMIT} microseconds, got {window}")
    if order not in ("ordered", "strict"):
        raise ValueError(f"order must be ordered or strict, got {order}")


@njit(nogil=True, cache=True)
def _gather(
    person: Ints, at: Ints, mask: Ints, in_period: Flags, people: int, keep_others: bool
) -> tuple[Ints, Ints, Ints, Flags]:
    place = np.zeros(people + 1, np.int64)
    for i in range(len(person)):
        if keep_others or mask[i] != 0:
            place[person[i] + 1] += 1
    for p in range(people):
        place[p + 1] += place[p]
    size = place[people]
    by_person, by_at, by_mask = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    by_period = np.empty(size, np.bool_)
    for i in range(len(person)):
        if keep_others or mask[i] != 0:
            spot = place[person[i]]
            place[person[i]] += 1
            by_person[spot], by_at[spot], by_mask[spot], by_period[spot] = person[i], at[i], mask[i], in_period[i]
    return by_person, by_at, by_mask, by_period


@njit(nogil=True, cache=True)
def _end_of_instant(at: Ints, i: int, end: int) -> int:
    j = i + 1
    while j < end and at[j] == at[i]:
        j += 1
    return j


@njit(nogil=True, cache=True)
def _reach(mask: Ints, i: int, j: int, done: int, steps: int) -> int:
    """Return the depth after the events [i:j) of one instant when `done` steps were done before it."""
    if j == i + 1:
        return done + ((mask[i] >> done) & 1) if done < steps else done
    fitting = _pick_fitting(mask, i, j, steps)
    holder = np.full(len(fitting), -1, np.int64)  # the step that an event serves
    seat = np.full(steps, -1, np.int64)  # the event that serves a step
    while done < steps and _find_seat(fitting, done, holder, seat):
        done += 1
    return done


@njit(nogil=True, cache=True)
def _pick_fitting(mask: Ints, i: int, j: int, steps: int) -> Ints:
    """Pick as many masks as can ever matter: a step that `steps` events fit can always be served last."""
    picked = np.empty(min(j - i, steps * steps), np.int64)
    offers = np.zeros(steps, np.int64)
    n = 0
    for e in range(i, j):
        matters = False
        for step in range(steps):
            if (mask[e] >> step) & 1:
                matters |= offers[step] < steps
        if matters:
            for step in range(steps):
                offers[step] += (mask[e] >> step) & 1
            picked[n] = mask[e]
            n += 1
    return picked[:n]


@njit(nogil=True, cache=True)
def _find_seat(fitting: Ints, wanted: int, holder: Ints, seat: Ints) -> bool:
    """Give step `wanted` an event of its own, moving the steps before it to others if need be."""
    asked_by = np.full(len(fitting), -1, np.int64)
    queue = np.empty(len(seat), np.int64)
    queue[0], asked, waiting = wanted, 0, 1
    while asked < waiting:
        step = queue[asked]
        asked += 1
        for e in range(len(fitting)):
            if (fitting[e] >> step) & 1 == 0 or asked_by[e] >= 0:
                continue
            asked_by[e] = step
            if holder[e] >= 0:
                queue[waiting] = holder[e]
                waiting += 1
                continue
            while True:
                taker = asked_by[e]
                left = seat[taker]
                holder[e], seat[taker] = taker, e
                if taker == wanted:
                    return True
                e = left
    return False


@njit(nogil=True, cache=True)
def _walk_ordered(first: Ints, at: Ints, mask: Ints, window: int, depth: Ints, reached: Ints) -> None:
    """Find the depth in one pass per person, then replay the attempt that gives the times."""
    starts = np.empty(reached.shape[1], np.int64)
    for p in range(len(depth)):
        begin, end = first[p], first[p + 1]
        deepest, reached_at = _find_depth(begin, end, at, mask, window, starts)
        depth[p] = deepest
        if deepest > 0:
            # A later start never gets further sooner, so the first start the window allows is as deep as any.
            i = begin
            while at[i] < reached_at - window or mask[i] & 1 == 0:
                i += 1
            while i > begin and at[i - 1] == at[i]:
                i -= 1
            _replay(i, end, at, mask, 0, deepest, reached[p])


@njit(nogil=True, cache=True)
def _find_depth(begin: int, end: int, at: Ints, mask: Ints, window: int, starts: Ints) -> tuple[int, int]:
    """Return the depth and the first instant at which it is reached.

    starts[k] is the latest start of an attempt that has done k + 1 steps: the one whose window closes last.
    """
    steps = len(starts)
    starts[:] = _NEVER
    deepest, reached_at = 0, 0
    i = begin
    while i < end and deepest < steps:
        j = _end_of_instant(at, i, end)
        opens = at[i] - window
        for done in range(min(deepest, steps - 1), 0, -1):
            if starts[done - 1] >= opens:
                for step in range(done, _reach(mask, i, j, done, steps)):
                    starts[step] = max(starts[step], starts[done - 1])
        for step in range(_reach(mask, i, j, 0, steps)):
            starts[step] = at[i]
        while deepest < steps and starts[deepest] != _NEVER:
            deepest += 1
            reached_at = at[i]
        i = j
    return deepest, reached_at


@njit(nogil=True, cache=True)
def _replay(i: int, end: int, at: Ints, mask: Ints, done: int, deepest: int, reached: Ints) -> None:
    """Write when the steps beyond `done` were reached by the attempt whose next instant is the one at i."""
    while done < deepest:
        j = _end_of_instant(at, i, end)
        after = _reach(mask, i, j, done, deepest)
        reached[done:after] = at[i]
        done, i = after, j


@njit(nogil=True, cache=True)
def _walk_strict(first: Ints, at: Ints, mask: Ints, window: int, depth: Ints, reached: Ints) -> None:
    steps = reached.shape[1]
    for p in range(len(depth)):
        end = first[p + 1]
        i = first[p]
        while i < end and depth[p] < steps:
            j = _end_of_instant(at, i, end)
            # Of an instant's events some may lie before the attempt, so it may leave it with fewer steps done.
            for done in range(_reach(mask, i, j, 0, steps), 0, -1):
                after = _run_strictly(j, end, at, mask, at[i] + window, done, steps)
                if after > depth[p]:
                    depth[p] = after
                    reached[p, :done] = at[i]
                    _replay(j, end, at, mask, done, after, reached[p])
            i = j


@njit(nogil=True, cache=True)
def _run_strictly(i: int, end: int, at: Ints, mask: Ints, closes: int, done: int, steps: int) -> int:
    """Return the depth of an attempt that has done `done` steps when the event at i comes next."""
    while i < end and at[i] <= closes and done < steps:
        j = _end_of_instant(at, i, end)
        after = _reach(mask, i, j, done, steps)
        if after < done + (j - i):
            return after
        done, i = after, j
    return done
