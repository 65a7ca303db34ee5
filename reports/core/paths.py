"""Paths that led to conversions, most common first."""

from typing import NamedTuple

import numpy as np

from attribution.core.path_sums import PathSums


class PathTotal(NamedTuple):
    """One path by the places of its channels, oldest touch first, and what it led to (value in millionths)."""

    path: tuple[int, ...]
    conversions: int
    value: int


class Reach(NamedTuple):
    """Conversions by how many different channels they met."""

    alone: int
    several: int


def rank_paths(sums: PathSums, *, collapse: bool) -> list[PathTotal]:
    """Equal paths as one, by conversions, then value, then path; `collapse` takes repeats in a row as one.

    A A B and A B B are the same when repeats are taken as one, A B A is another.
    """
    sums = collapse_repeats(sums) if collapse else sums
    # Paths as bytes are compared and hashed at once.
    steps = sums.channel.astype(np.uint16).tobytes()
    ends = (2 * sums.first).tolist()
    totals: dict[bytes, list[int]] = {}
    rows = zip(ends, ends[1:], sums.conversions.tolist(), sums.value.tolist(), strict=False)
    for begin, end, conversions, value in rows:
        found = totals.setdefault(steps[begin:end], [0, 0])
        found[0] += conversions
        found[1] += value
    paths = [
        PathTotal(tuple(np.frombuffer(path, np.uint16).tolist()), conversions, value)
        for path, (conversions, value) in totals.items()
        if conversions
    ]
    return sorted(paths, key=lambda total: (-total.conversions, -total.value, len(total.path), total.path))


def collapse_repeats(sums: PathSums) -> PathSums:
    """The same paths with every run of one channel taken as a single touch."""
    if not len(sums.channel):
        return sums
    kept = np.ones(len(sums.channel), np.bool_)
    kept[1:] = sums.channel[1:] != sums.channel[:-1]
    # A path's first touch stays, whatever the path before it ended with.
    kept[sums.first[:-1][np.diff(sums.first) > 0]] = True
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return PathSums(before[sums.first], sums.channel[kept], sums.conversions, sums.value, sums.nulls)


def count_reach(sums: PathSums) -> Reach:
    """How many conversions met one channel only, and how many met several."""
    if not len(sums.conversions):
        return Reach(0, 0)
    low, high = (reduce.reduceat(sums.channel, sums.first[:-1]) for reduce in (np.minimum, np.maximum))
    alone = int(sums.conversions[low == high].sum())
    return Reach(alone, int(sums.conversions.sum()) - alone)
