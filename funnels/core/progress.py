"""How far people get: the deepest attempt of each person at a funnel, and when it reached each step.

An attempt starts at an event of step 1 that lies in the period and ends one window later, the last instant
included. One event serves one step. Events of one instant stand in whichever order serves the steps best, so
that no tie-break by id can change a figure. Among equally deep attempts the one that starts first gives the times.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from funnels.core.histories import (
    NEVER,
    Events,
    Histories,
    Ints,
    Masks,
    Order,
    cut_evenly,
    find_latest_starts,
    gather_histories,
    in_threads,
    number_people,
)

ORDERS: tuple[Order, ...] = ("ordered", "strict")
MAX_STEPS = 30
NO_LIMIT = 2**62
"""A window that never closes."""


class Progress(NamedTuple):
    """For each person the depth (0 … steps) and when each step was reached: at[person, step], 0 beyond the depth."""

    depth: Ints
    at: Ints


def follow(histories: Histories, *, steps: int, window: int, order: Order = "ordered", threads: int = 1) -> Progress:
    """Find each person's deepest attempt within `window` microseconds of its step 1.

    a0 a4 b5 c11 within 10: depth 3 by the second a. a0 a4 b5 c9: depth 3 at 0, 5, 9. Strict a0 x1 b2: depth 1.
    Raises ValueError for too few or too many steps.
    """
    _check(steps, window, order)
    first, at, mask = histories
    people = len(first) - 1
    progress = Progress(np.zeros(people, np.int64), np.zeros((people, steps), np.int64))
    walk: Any = _walk_ordered if order == "ordered" else _walk_strict
    ranges = cut_evenly(people, threads)

    def walk_range(thread: int) -> None:
        begin, end = ranges[thread]
        walk(first[begin : end + 1], at, mask, window, progress.depth[begin:end], progress.at[begin:end])

    in_threads(threads, walk_range)
    return progress


def warm_up() -> None:
    """Compile the walks, or load them from Numba's cache; only in a process that will never fork."""
    one = np.zeros(1, np.int64)
    for order in ORDERS:
        _, place = number_people(one)
        histories = gather_histories(Events(place, one, one + 1, np.ones(1, np.bool_)), people=1, order=order)
        find_latest_starts(histories)
        follow(histories, steps=1, window=0, order=order)


def _check(steps: int, window: int, order: str) -> None:
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"steps must be 1 to {MAX_STEPS}, got {steps}")
    if not 0 <= window <= NO_LIMIT:
        raise ValueError(f"window must be 0 to {NO_LIMIT} microseconds, got {window}")
    if order not in ORDERS:
        raise ValueError(f"order must be one of {ORDERS}, got {order}")


@njit(nogil=True, cache=True)
def _end_of_instant(at: Ints, i: int, end: int) -> int:
    j = i + 1
    while j < end and at[j] == at[i]:
        j += 1
    return j


@njit(nogil=True, cache=True)
def _reach(mask: Masks, i: int, j: int, done: int, steps: int) -> int:
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
def _pick_fitting(mask: Masks, i: int, j: int, steps: int) -> Masks:
    """Pick as many masks as can ever matter: a step that `steps` events fit can always be served last."""
    picked = np.empty(min(j - i, steps * steps), np.int32)
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
def _find_seat(fitting: Masks, wanted: int, holder: Ints, seat: Ints) -> bool:
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
def _walk_ordered(first: Ints, at: Ints, mask: Masks, window: int, depth: Ints, reached: Ints) -> None:
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
def _find_depth(begin: int, end: int, at: Ints, mask: Masks, window: int, starts: Ints) -> tuple[int, int]:
    """Return the depth and the first instant at which it is reached.

    starts[k] is the latest start of an attempt that has done k + 1 steps, the one whose window closes last; it never
    rises with k.
    """
    steps = len(starts)
    starts[:] = NEVER
    deepest, reached_at = 0, 0
    i = begin
    while i < end and deepest < steps:
        j = _end_of_instant(at, i, end)
        opens = at[i] - window
        if j == i + 1:
            fits = mask[i]
            for done in range(min(deepest, steps - 1), 0, -1):
                if (fits >> done) & 1 and starts[done - 1] >= opens:
                    starts[done] = starts[done - 1]
            if fits & 1:
                starts[0] = at[i]
        else:
            _advance(i, j, at, mask, opens, deepest, starts)
        while deepest < steps and starts[deepest] != NEVER:
            deepest += 1
            reached_at = at[i]
        i = j
    return deepest, reached_at


@njit(nogil=True, cache=True)
def _advance(i: int, j: int, at: Ints, mask: Masks, opens: int, deepest: int, starts: Ints) -> None:
    """Take all attempts through an instant of several events; going down, none uses what this instant brought."""
    steps = len(starts)
    for done in range(min(deepest, steps - 1), 0, -1):
        if starts[done - 1] >= opens:
            for step in range(done, _reach(mask, i, j, done, steps)):
                starts[step] = starts[done - 1]
    for step in range(_reach(mask, i, j, 0, steps)):
        starts[step] = at[i]


@njit(nogil=True, cache=True)
def _replay(i: int, end: int, at: Ints, mask: Masks, done: int, deepest: int, reached: Ints) -> None:
    """Write when the steps beyond `done` were reached by the attempt whose next instant is the one at i."""
    while done < deepest:
        j = _end_of_instant(at, i, end)
        after = _reach(mask, i, j, done, deepest)
        reached[done:after] = at[i]
        done, i = after, j


@njit(nogil=True, cache=True)
def _walk_strict(first: Ints, at: Ints, mask: Masks, window: int, depth: Ints, reached: Ints) -> None:
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
def _run_strictly(i: int, end: int, at: Ints, mask: Masks, closes: int, done: int, steps: int) -> int:
    """Return the depth of an attempt that has done `done` steps when the event at i comes next."""
    while i < end and at[i] <= closes and done < steps:
        j = _end_of_instant(at, i, end)
        after = _reach(mask, i, j, done, steps)
        if after < done + (j - i):
            return after
        done, i = after, j
    return done
