"""Paths of converting journeys, summed by day and goal: what Markov and Shapley credit is solved from."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numba import njit

from attribution.core.daily import Terms
from attribution.core.frames import CONVERSIONS, MARKS, TOUCHES, Ints
from attribution.core.gathered import Gathered, Group, gather
from attribution.core.journeys import find_path, index_of, list_distinct
from attribution.core.kernel import Paths, Reached


@dataclass(frozen=True)
class DayPaths:
    """The distinct paths that led to one goal on one day, and the totals they reconcile with.

    Path p is the next lengths[p] of `steps`, oldest touch first; a step is a place in `marks`, whose ids ascend.
    Σ conversions = conversions_total − unattributed_conversions, and likewise value, both exactly; values in
    millionths of the currency, conversions without a value adding none.
    """

    day: date
    goal: int
    marks: Ints
    steps: Ints
    lengths: Ints
    conversions: Ints
    value: Ints
    conversions_total: int
    value_total: int
    unattributed_conversions: int
    unattributed_value: int


def sum_day_paths(gathered: Gathered, terms: Terms) -> list[DayPaths]:
    """Sum equal paths of the same day and goal, by ascending day and goal; days without conversions have no row."""
    return [_sum_group(gathered, group, terms.lookback_of(group.goal)) for group in gathered.groups]


def warm_up() -> None:
    """Compile the kernel, or load it from Numba's cache; only in a process that will never fork."""
    at = datetime(2020, 1, 1, tzinfo=UTC)
    sum_day_paths(
        gather(
            pl.DataFrame({"person": [1], "at": [at], "mark": [1]}, schema=TOUCHES),
            pl.DataFrame(
                {"day": [at.date()], "goal": [1], "person": [1], "at": [at], "value": [1]}, schema=CONVERSIONS
            ),
            pl.DataFrame({"mark": [1], "is_direct": [False]}, schema=MARKS),
        ),
        Terms(),
    )


def _sum_group(gathered: Gathered, group: Group, lookback: int) -> DayPaths:
    reached = gathered.reached_in(group)
    found = sum_paths(gathered.paths, reached, lookback)
    marks = list_distinct(found.mark)
    value = int(np.where(reached.has_value, reached.value, 0).sum())
    return DayPaths(
        group.day,
        group.goal,
        gathered.mark_ids[marks],
        index_of(marks, found.mark),
        found.lengths,
        found.conversions,
        found.value,
        conversions_total=len(reached.at),
        value_total=value,
        unattributed_conversions=len(reached.at) - int(found.conversions.sum()),
        unattributed_value=value - int(found.value.sum()),
    )


class Summed(NamedTuple):
    """Distinct paths one after another: their marks, how many marks each has, and what each led to."""

    mark: Ints
    lengths: Ints
    conversions: Ints
    value: Ints


@njit(nogil=True)
def _is_same(mark: Ints, one: int, other: int, n: int) -> bool:
    for i in range(n):  # noqa: SIM110 - Numba compiles no generators
        if mark[one + i] != mark[other + i]:
            return False
    return True


@njit(nogil=True)
def _fingerprint(mark: Ints, begin: int, end: int) -> np.int64:
    """A number that equal paths share, and others hardly ever; what decides is _is_same."""
    print_ = np.uint64(14695981039346656037)
    for i in range(begin, end):
        print_ = (print_ ^ np.uint64(mark[i] + 1)) * np.uint64(1099511628211)
    return np.int64(print_ >> np.uint64(1))


def _compile(stamp: str) -> Callable[..., Summed]:
    @njit(nogil=True, cache=True)
    def sum_paths(paths: Paths, reached: Reached, lookback: int) -> Summed:
        stamp  # noqa: B018 - Numba's cache knows this file and this cell only, not the functions called here
        size = len(reached.at)
        begins, ends, prints = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
        for c in range(size):
            person = reached.person[c]
            begins[c], ends[c] = find_path(
                paths.at, paths.first[person], paths.first[person + 1], reached.at[c], lookback
            )
            prints[c] = _fingerprint(paths.mark, begins[c], ends[c])
        kept = np.empty(size, np.int64)
        conversions, value = np.zeros(size, np.int64), np.zeros(size, np.int64)
        found = 0
        steps = 0
        last = -1
        for c in np.argsort(prints, kind="mergesort"):
            n = ends[c] - begins[c]
            if n == 0:
                continue
            before = kept[found - 1] if found else -1
            if (
                before < 0
                or last != prints[c]
                or ends[before] - begins[before] != n
                or not _is_same(paths.mark, begins[before], begins[c], n)
            ):
                kept[found] = c
                found += 1
                steps += n
                last = prints[c]
            conversions[found - 1] += 1
            if reached.has_value[c]:
                value[found - 1] += reached.value[c]
        mark, lengths = np.empty(steps, np.int64), np.empty(found, np.int64)
        spot = 0
        for p in range(found):
            begin, end = begins[kept[p]], ends[kept[p]]
            lengths[p] = end - begin
            mark[spot : spot + end - begin] = paths.mark[begin:end]
            spot += end - begin
        return Summed(mark, lengths, conversions[:found].copy(), value[:found].copy())

    return sum_paths


def _stamp_of_sources() -> str:
    folder = Path(__file__).parent
    sources = [(folder / name).read_bytes() for name in ("day_paths.py", "journeys.py")]
    return hashlib.sha256(b"".join(sources)).hexdigest()


sum_paths = _compile(_stamp_of_sources())
"""Sum the equal paths among one goal's conversions of one day; conversions without a touch are left out."""
