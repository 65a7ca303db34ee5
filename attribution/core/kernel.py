"""The compiled heart: credit of one day's conversions of one goal, by every rule at once.

A journey × touch table is never built: each conversion walks back over its person's touches, every rule
weighs them, and the shares are added to one small slab per rule and mark. All sums are whole numbers, so the
order of conversions and the number of threads cannot change a result.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from attribution.core.credit import CREDIT_UNITS, make_whole, share_whole
from attribution.core.frames import Flags, Floats, Ints
from attribution.core.journeys import LEAD, OPPORTUNITY, describe_path, find_path, mark_milestone
from attribution.core.rules import RULES

RULE_CODES = {name: code for code, name in enumerate(RULES)}
"""The number the kernel knows each rule by."""


class Paths(NamedTuple):
    """Touches gathered by person: person p's are at[first[p]:first[p + 1]]; marks index is_direct.

    lead[p] and opportunity[p] say when person p became one, or NEVER.
    """

    first: Ints
    at: Ints
    mark: Ints
    is_direct: Flags
    lead: Ints
    opportunity: Ints


class Reached(NamedTuple):
    """Conversions of one goal on one day; a value counts only where has_value."""

    person: Ints
    at: Ints
    value: Ints
    has_value: Flags


class Slab(NamedTuple):
    """Sums by [rule, mark], all zero between calls; one slab per thread."""

    credit: Ints
    value: Ints
    touches: Ints


class Packed(NamedTuple):
    """The sums that are not zero: rule r's are [starts[r]:starts[r + 1]], by ascending mark.

    totals: conversions, value, unattributed conversions, unattributed value, conversions without a value.
    """

    starts: Ints
    mark: Ints
    credit: Ints
    value: Ints
    touches: Ints
    totals: Ints


def new_slab(rules: int, marks: int) -> Slab:
    """Return an empty slab."""
    return Slab(*(np.zeros((rules, marks), dtype=np.int64) for _ in range(3)))


@njit(nogil=True)
def _weigh_nothing(code: int, anchors: int, others: int, halvings: float) -> float:
    return 0.0


def _either(weigh: Any, otherwise: Any) -> Any:
    @njit(nogil=True)
    def pick(code: int, anchors: int, others: int, halvings: float) -> float:
        if code == 0:
            return weigh(anchors, others, halvings)
        return otherwise(code - 1, anchors, others, halvings)

    return pick


def _join(weighs: Iterable[Any]) -> Any:
    """Compile one function that picks among the rules' `weigh` by code; unlike a table it can be inlined."""
    joined = _weigh_nothing
    for weigh in reversed(list(weighs)):
        joined = _either(weigh, joined)
    return joined


_weigh_touch = _join(rule.weigh for rule in RULES.values())
_ANCHORS = np.array([rule.anchors for rule in RULES.values()], dtype=np.int64)


@njit(nogil=True)
def _weigh_path(code: int, anchors: Ints, ages: Floats, n: int, half_life: float, weights: Floats) -> None:
    """Write the weights of one path under one rule."""
    others = 0
    for i in range(n):
        others += anchors[i] & _ANCHORS[code] == 0
    for i in range(n):
        weights[i] = _weigh_touch(code, anchors[i], others, ages[i] / half_life)


@njit(nogil=True)
def _pack(slab: Slab, marks: Ints, totals: Ints) -> Packed:
    """Take what the given marks have collected out of the slab, leaving it empty."""
    rules = slab.touches.shape[0]
    starts = np.zeros(rules + 1, dtype=np.int64)
    for rule in range(rules):
        starts[rule + 1] = starts[rule]
        for mark in marks:
            starts[rule + 1] += slab.touches[rule, mark] > 0
    size = starts[rules]
    packed = Packed(
        starts,
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        totals,
    )
    spot = 0
    for rule in range(rules):
        for mark in marks:
            if slab.touches[rule, mark] > 0:
                packed.mark[spot] = mark
                packed.credit[spot] = slab.credit[rule, mark]
                packed.value[spot] = slab.value[rule, mark]
                packed.touches[spot] = slab.touches[rule, mark]
                spot += 1
                slab.credit[rule, mark] = slab.value[rule, mark] = slab.touches[rule, mark] = 0
    return packed


def _stamp_of_sources() -> str:
    """Fingerprint of the files compiled into the kernel."""
    folder = Path(__file__).parent
    files = [
        folder / "kernel.py",
        folder / "credit.py",
        folder / "journeys.py",
        *(folder / "rules").glob("*.py"),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


def _compile(stamp: str) -> Callable[..., Packed]:
    @njit(nogil=True, cache=True)
    def weigh_group(
        paths: Paths, reached: Reached, lookback: int, codes: Ints, half_lives: Floats, slab: Slab
    ) -> Packed:
        stamp  # noqa: B018 - Numba's cache knows this file and this cell only, not the functions called here
        room = 64
        anchors, whole = np.empty(room, np.int64), np.empty(room, np.int64)
        units, rests = np.empty(room, np.int64), np.empty(room, np.int64)
        ages, weights = np.empty(room, np.float64), np.empty(room, np.float64)
        marks_met = np.empty(len(paths.is_direct), np.int64)
        is_met = np.zeros(len(paths.is_direct), np.bool_)
        met = 0
        totals = np.zeros(5, np.int64)
        for c in range(len(reached.person)):
            person = reached.person[c]
            begin, end = find_path(paths.at, paths.first[person], paths.first[person + 1], reached.at[c], lookback)
            n = end - begin
            value = reached.value[c] if reached.has_value[c] else 0
            totals[0] += 1
            totals[1] += value
            totals[4] += not reached.has_value[c]
            if n == 0:
                totals[2] += 1
                totals[3] += value
                continue
            if n > room:
                room = 2 * n
                anchors, whole = np.empty(room, np.int64), np.empty(room, np.int64)
                units, rests = np.empty(room, np.int64), np.empty(room, np.int64)
                ages, weights = np.empty(room, np.float64), np.empty(room, np.float64)
            describe_path(paths.at, paths.mark, begin, end, paths.is_direct, anchors, ages)
            if paths.lead[person] <= reached.at[c]:
                mark_milestone(paths.at, begin, end, paths.lead[person], LEAD, anchors)
            if paths.opportunity[person] <= reached.at[c]:
                mark_milestone(paths.at, begin, end, paths.opportunity[person], OPPORTUNITY, anchors)
            for i in range(begin, end):
                if not is_met[paths.mark[i]]:
                    is_met[paths.mark[i]] = True
                    marks_met[met] = paths.mark[i]
                    met += 1
            for r in range(len(codes)):
                _weigh_path(codes[r], anchors, ages, n, half_lives[r], weights)
                whole_sum = make_whole(weights, n, whole)
                share_whole(whole, n, whole_sum, CREDIT_UNITS, units, rests)
                for i in range(n):
                    slab.credit[r, paths.mark[begin + i]] += units[i]
                    slab.touches[r, paths.mark[begin + i]] += whole[i] > 0
                if value != 0:
                    share_whole(whole, n, whole_sum, value, units, rests)
                    for i in range(n):
                        slab.value[r, paths.mark[begin + i]] += units[i]
        return _pack(slab, np.sort(marks_met[:met]), totals)

    return weigh_group


weigh_group = _compile(_stamp_of_sources())
"""Credit one goal's conversions of one day; nogil and single-threaded, so threads may each run a group."""
