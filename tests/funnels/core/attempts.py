"""The definition of a funnel in plain Python: every order of simultaneous events, every attempt, event by event."""

from itertools import groupby, permutations, product
from typing import NamedTuple

import numpy as np

from funnels.core.histories import Events, gather_histories
from funnels.core.progress import follow


class Seen(NamedTuple):
    """An event of one person: when, which steps it fits (from 1), whether it lies in the period."""

    at: int
    fits: frozenset[int]
    in_period: bool = True


def read_events(text, steps="abc"):
    """Read `a0 x1 b2`: names with their times; a repeated letter in `steps` is a repeated step."""
    places = {name: frozenset(k for k, step in enumerate(steps, 1) if step == name) for name in text if name.isalpha()}
    return [Seen(int(word[1:]), places[word[0]]) for word in text.split()]


def list_timelines(events):
    """Every order in which the events may have happened."""
    instants = [list(group) for _, group in groupby(sorted(events, key=lambda event: event.at), lambda e: e.at)]
    for orders in product(*(permutations(instant) for instant in instants)):
        yield [event for instant in orders for event in instant]


def attempt(timeline, start, steps, window, order):
    """Times of the steps that the attempt from position `start` reaches."""
    times, spot = [timeline[start].at], start
    for step in range(2, steps + 1):
        later = range(spot + 1, len(timeline))
        spots = later[:1] if order == "strict" else later
        spot = next((i for i in spots if step in timeline[i].fits), None)
        if spot is None or timeline[spot].at > times[0] + window:
            break
        times.append(timeline[spot].at)
    return times


def follow_slowly(events, steps, window, order):
    """Times of the deepest attempt, of the earliest start among equals, each step as early as it can be."""
    attempts = [
        attempt(timeline, start, steps, window, order)
        for timeline in list_timelines(events)
        for start, event in enumerate(timeline)
        if 1 in event.fits and event.in_period
    ]
    return min(attempts, key=lambda times: (-len(times), times), default=[])


def pack_events(people):
    """One Events from the events of each person, in any order."""
    rows = [(p, *event) for p, events in enumerate(people) for event in sorted(events, key=lambda e: e.at)]
    return Events(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        np.array([sum(1 << (k - 1) for k in row[2]) for row in rows], np.int64),
        np.array([row[3] for row in rows], np.bool_),
    )


def follow_packed(events, people, steps, window, order, **options):
    """Progress by the compiled walk."""
    histories = gather_histories(events, people=people, order=order)
    return follow(histories, steps=steps, window=window, order=order, **options)


def follow_all(people, steps, window, order, **options):
    """Times of the deepest attempt of each person, by the compiled walk."""
    progress = follow_packed(pack_events(people), len(people), steps, window, order, **options)
    return [list(map(int, at[:depth])) for depth, at in zip(progress.depth, progress.at, strict=True)]
