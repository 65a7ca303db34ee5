"""Stored paths of marks read as paths of groups: channels, campaigns or whatever marks are told apart by."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from attribution.core.day_paths import DayPaths
from attribution.core.frames import Ints
from attribution.core.journeys import index_of, list_distinct
from attribution.core.path_sums import PathSums


class OpenPaths(NamedTuple):
    """Paths that have led to nothing so far, and how many people stand on each; a path may stand in several rows.

    Path p is the next lengths[p] of `marks`, oldest touch first.
    """

    marks: Ints
    lengths: Ints
    people: Ints


NO_OPEN_PATHS = OpenPaths(*(np.zeros(0, np.int64) for _ in range(3)))


def list_marks(days: Sequence[DayPaths], open_paths: OpenPaths = NO_OPEN_PATHS) -> list[int]:
    """Every mark on the paths, ascending."""
    return list_distinct(_join([*(day.marks for day in days), open_paths.marks])).tolist()


def read_paths(
    days: Sequence[DayPaths], group_of: Mapping[int, int], open_paths: OpenPaths = NO_OPEN_PATHS
) -> PathSums:
    """All paths with each mark taken for its group; `group_of` knows every mark that list_marks lists.

    Days keep rows of their own, so that what adds up over days adds up to the unit.
    """
    marks = np.array(sorted(group_of), np.int64)
    groups = np.array([group_of[mark] for mark in sorted(group_of)], np.int64)
    parts = [groups[index_of(marks, day.marks)][day.steps] for day in days if len(day.steps)]
    if len(open_paths.marks):
        parts.append(groups[index_of(marks, open_paths.marks)])
    nothing = np.zeros(len(open_paths.lengths), np.int64)
    lengths = _join([*(day.lengths for day in days), open_paths.lengths])
    conversions = _join([*(day.conversions for day in days), nothing])
    nulls = np.zeros(len(conversions), np.int64)
    nulls[len(conversions) - len(nothing) :] = open_paths.people
    return PathSums(
        np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        _join(parts),
        conversions,
        _join([*(day.value for day in days), nothing]),
        nulls,
    )


def split_by_day(days: Sequence[DayPaths], group_of: Mapping[int, int]) -> Iterator[PathSums]:
    """The paths of each day by itself, as read_paths would give them one day at a time."""
    sums = read_paths(days, group_of)
    ends = np.cumsum([0, *(len(day.lengths) for day in days)])
    for begin, end in pairwise(ends.tolist()):
        first = sums.first[begin : end + 1]
        channel = sums.channel[first[0] : first[-1]]
        yield PathSums(first - first[0], channel, *(part[begin:end] for part in sums[2:]))


def count_reach(sums: PathSums, *, groups: int) -> Ints:
    """By group, the conversions on whose path it lies, however often."""
    return _count_reach(sums.first, sums.channel, sums.conversions, groups)


@njit(nogil=True, cache=True)
def _count_reach(first: Ints, group: Ints, conversions: Ints, groups: int) -> Ints:
    reach = np.zeros(groups, np.int64)
    met_in = np.full(groups, -1, np.int64)
    for p in range(len(conversions)):
        for i in range(first[p], first[p + 1]):
            if met_in[group[i]] != p:
                met_in[group[i]] = p
                reach[group[i]] += conversions[p]
    return reach


def _join(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
