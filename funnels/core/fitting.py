"""From loaded events to people's progress: which steps an event fits, and who of the loaded people got how far."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from funnels.core.asked import Funnel
from funnels.core.histories import NEVER, Events, Flags, Ints, find_latest_starts, gather_histories, number_people
from funnels.core.progress import Progress, follow
from tracking.core.goals import meets_all
from tracking.core.payloads import look_up, read_payload

# One row for each event that may matter.
EVENTS: dict[str, Any] = {
    "person": pl.Int64,
    "at": pl.Datetime("us", "UTC"),
    # The place of its name among the funnel's names, -1 for any other.
    "name": pl.Int16,
    # JSON of the properties that are asked about; null where none is.
    "properties": pl.String,
    # Its messageId, null where it decides nothing.
    "message": pl.String,
}


class Walked(NamedTuple):
    """How far people got: progress row i is that of people[i], who last started at latest[i] (or NEVER).

    `may_start` says of each row of the events whether an attempt may start with it.
    """

    people: Ints
    progress: Progress
    latest: Ints
    may_start: Flags


def follow_events(events: pl.DataFrame, funnel: Funnel, *, until: int, threads: int = 1) -> Walked:
    """Follow everybody in the frame (columns of EVENTS, any order); attempts start before `until` (microseconds)."""
    mask = fit_steps(events, funnel)
    at = events["at"].to_physical().to_numpy()
    in_period = at < until
    people, person = number_people(events["person"].to_numpy())
    packed = Events(person, at, mask, in_period)
    histories = gather_histories(packed, people=len(people), order=funnel.order, threads=threads)
    progress = follow(histories, steps=len(funnel.steps), window=funnel.window, order=funnel.order, threads=threads)
    return Walked(people, progress, find_latest_starts(histories), (mask & 1 == 1) & in_period)


def fit_steps(events: pl.DataFrame, funnel: Funnel) -> Ints:
    """For each event the steps it fits: bit k for step k + 1."""
    names = events["name"].to_numpy()
    # The last entry is what the place -1 finds.
    mask = np.array([_bits(funnel, name, None) for name in funnel.names] + [0], np.int64)[names]
    for name in funnel.names_looked_into:
        rows = np.flatnonzero(names == funnel.names.index(name))
        fits = _remember(lambda text, name=name: _bits(funnel, name, read_payload(text)))  # type: ignore[misc]
        mask[rows] = [fits(text) for text in events["properties"].gather(rows)]
    return mask


def _bits(funnel: Funnel, name: str, properties: Mapping[str, Any] | None) -> int:
    """The steps that an event of this name fits; those with conditions only if its properties are known."""
    bits = 0
    for place, step in enumerate(funnel.steps):
        known = not step.where or (properties is not None and meets_all(step.where, properties))
        bits |= int(step.event == name and known) << place
    return bits


def _remember(decide: Callable[[str | None], int]) -> Callable[[str | None], int]:
    # Many events say the same; each text is read once.
    known: dict[str | None, int] = {}

    def recall(text: str | None) -> int:
        if text not in known:
            known[text] = decide(text)
        return known[text]

    return recall


def starts_of(walked: Walked) -> pl.DataFrame:
    """When each person who got anywhere started: row (its place in `people`), person, at (microseconds)."""
    rows = np.flatnonzero(walked.progress.depth > 0)
    return pl.DataFrame({"row": rows, "person": walked.people[rows], "at": walked.progress.at[rows, 0]})


def open_people_of(walked: Walked, *, window: int, now: int) -> Flags:
    """Whether each person still has time: their latest start lies less than a window (microseconds) before now."""
    # No window is so long that the sum runs over.
    still_open: Flags = (walked.latest != NEVER) & (walked.latest + window >= now)
    return still_open


def name_starts(events: pl.DataFrame, walked: Walked, path: str) -> pl.DataFrame:
    """A property of the event each person started with: row, group (null: none). Of one instant's, the first by id."""
    starters = events.filter(pl.Series(walked.may_start)).with_columns(pl.col("at").to_physical())
    first = starters.sort("person", "at", "message").unique(["person", "at"], keep="first")
    found = starts_of(walked).join(first, on=["person", "at"], how="left")
    groups = [name_value(look_up(read_payload(text), path)) for text in found["properties"]]
    return found.select("row").with_columns(pl.Series("group", groups, pl.String))


def name_value(value: object) -> str | None:
    """A property's value as the name of a group: true, 12 and `pro` as they are sent; empty text is none."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
