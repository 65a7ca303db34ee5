"""Paths and what they led to, summed: what Markov and Shapley credit is solved from."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from attribution.core.frames import Ints


class PathSums(NamedTuple):
    """Path p is channel[first[p]:first[p + 1]], oldest touch first; a path may stand in several rows.

    conversions and value (millionths of the currency) it led to, nulls: how often it led to nothing so far.
    """

    first: Ints
    channel: Ints
    conversions: Ints
    value: Ints
    nulls: Ints


class ChannelCredit(NamedTuple):
    """By channel: credit in billionths of a conversion and value in millionths; both add up exactly."""

    credit: Ints
    value: Ints


class PathRow(NamedTuple):
    """One path by the indices of its channels, oldest touch first, and what it led to."""

    path: tuple[int, ...]
    conversions: int = 0
    value: int = 0
    nulls: int = 0


def gather_paths(rows: Iterable[PathRow]) -> PathSums:
    """Pack rows of paths into arrays; raises ValueError for a path without touches."""
    rows = list(rows)
    if not all(row.path for row in rows):
        raise ValueError("path must have at least one touch: a conversion without touches takes part in no model")
    return PathSums(
        np.cumsum([0, *(len(row.path) for row in rows)], dtype=np.int64),
        np.array([channel for row in rows for channel in row.path], dtype=np.int64),
        *(np.array([row[field] for row in rows], dtype=np.int64) for field in (1, 2, 3)),
    )


def check_channels(sums: PathSums, channels: int) -> None:
    """Raise ValueError when a path names a channel that is not among the 0 … channels−1."""
    if len(sums.channel) and not (sums.channel.min() >= 0 and sums.channel.max() < channels):
        raise ValueError(f"channel must be 0 to {channels - 1}, got {sums.channel.min()} to {sums.channel.max()}")
