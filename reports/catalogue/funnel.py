"""How people move on: how many get from each step to the next, how fast, and where most are lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.periods import Period, bounds
from funnels import storage
from funnels.core.asked import Funnel, Step
from funnels.core.fitting import Walked, follow_events, name_starts, open_people_of, starts_of
from funnels.core.groups import MOST_GROUPS, OTHER, measure_groups
from funnels.core.progress import NO_LIMIT
from funnels.core.timing import MICROS_A_SECOND, find_bottleneck, measure_steps
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import read_period
from reports.catalogue.sealed import describe_gone
from reports.report import FunnelReport, FunnelStep
from tracking.core.facts import Condition

CHANNEL = "channel"
# Beyond, a worker counts: so many cost a web process and the database 0.2 to 0.3 s together, and others wait meanwhile.
MOST_AT_ONCE = 50_000
# A worker says how far it is so many times at most.
MOST_SLICES = 60
DAY = timedelta(days=1)


@dataclass(frozen=True)
class FunnelParams:
    """A funnel over the people who start in a period, as a whole and by `breakdown` (channel, or a property's name)."""

    funnel: Funnel
    period: Period
    breakdown: str | None = None


# Loads what may matter to attempts that start between two instants, as EVENTS.
Load = Callable[[Workspace, FunnelParams, datetime, datetime], pl.DataFrame]


def read_params(workspace: Workspace, given: Mapping[str, Any], now: datetime) -> FunnelParams:
    """Make a question of its checked fields, days as text; raises Refusal for a period that cannot be."""
    days = {name: given[name] for name in ("start", "end") if given.get(name)}
    steps = tuple(
        Step(step["event"], tuple(Condition(one["property"], one["op"], one.get("value")) for one in step["where"]))
        for step in given["steps"]
    )
    funnel = Funnel(steps, given["window_seconds"] * MICROS_A_SECOND, given["order"])
    return FunnelParams(funnel, read_period(workspace, days, now), given.get("breakdown"))


def is_long(workspace: Workspace, params: FunnelParams, *, compared: bool = False) -> bool:
    """Whether so many events must be looked at, for the period before too if `compared`, that a worker should do it."""
    zone = ZoneInfo(workspace.timezone)
    start, until = bounds(params.period, zone)
    if compared:
        start = bounds(params.period.before, zone)[0]
    found = storage.count_events(workspace, params.funnel, start, until, most=MOST_AT_ONCE + 1)
    return found > MOST_AT_ONCE


def build(
    workspace: Workspace, params: FunnelParams, now: datetime, *, note: Callable[[int], None] | None = None
) -> FunnelReport:
    """The report as of now; `note` is told how many of the days of count_days are read, and may raise."""
    steps = [FunnelStep(step.event) for step in params.funnel.steps]
    notes = [*describe_gone(workspace, params.period), *describe_open(workspace, params, now)]
    load = load_events if note is None else partial(_load_slices, now=now, note=note)
    return measure(workspace, params, steps, now, notes=notes, load=load)


def load_events(
    workspace: Workspace,
    params: FunnelParams,
    start: datetime,
    until: datetime,
    *,
    slices: storage.Slices | None = None,
) -> pl.DataFrame:
    """Any event of the names of the steps, from the events themselves."""
    return storage.load_events(workspace, params.funnel, start, until, asked=_property_of(params), slices=slices)


def before_of(params: FunnelParams) -> FunnelParams:
    """The same question about the period before."""
    return replace(params, period=params.period.before)


def count_days(workspace: Workspace, params: FunnelParams, now: datetime) -> int:
    """How many days are read for the report: those of the period, and as many after it as the window goes on."""
    start, until = bounds(params.period, ZoneInfo(workspace.timezone))
    return max(1, -(-(_end(params, until, now) - start) // DAY))


def _end(params: FunnelParams, until: datetime, now: datetime) -> datetime:
    # Nothing to speak of comes after now; whatever does is read with the last days.
    return min(storage.last_of(params.funnel, until) or now, now)


def _load_slices(
    workspace: Workspace,
    params: FunnelParams,
    start: datetime,
    until: datetime,
    *,
    now: datetime,
    note: Callable[[int], None],
) -> pl.DataFrame:
    days = count_days(workspace, params, now)
    width = -(-days // MOST_SLICES)
    read = list(range(width, days, width))
    slices = storage.Slices([start + day * DAY for day in read], lambda number: note([*read, days][number - 1]))
    return load_events(workspace, params, start, until, slices=slices)


def measure(
    workspace: Workspace,
    params: FunnelParams,
    steps: list[FunnelStep],
    now: datetime,
    *,
    notes: Sequence[str],
    load: Load = load_events,
) -> FunnelReport:
    """Load, follow and count; `steps` say what the funnel's steps are called."""
    # Before the numbers: nothing that is promised to be in them may be missing.
    as_of = find_as_of(workspace, now)
    start, until = bounds(params.period, ZoneInfo(workspace.timezone))
    events = load(workspace, params, start, until)
    walked = follow_events(events, params.funnel, until=_micros(until))
    open_people = open_people_of(walked, window=params.funnel.window, now=_micros(now))
    figures = measure_steps(walked.progress, open_people=open_people)
    named = _name_groups(workspace, params, events, walked) if params.breakdown else None
    groups = None if named is None else measure_groups(walked.progress, named, open_people)
    hidden = groups is not None and len(groups) > MOST_GROUPS
    return FunnelReport(
        steps=steps,
        figures=figures,
        bottleneck=find_bottleneck([step.count for step in figures]),
        breakdown=params.breakdown,
        groups=groups,
        order=params.funnel.order,
        window_seconds=None if params.funnel.window == NO_LIMIT else params.funnel.window // MICROS_A_SECOND,
        period=params.period,
        as_of=as_of,
        notes=[*notes, *([_say_hidden()] if hidden else [])],
    )


def describe_open(workspace: Workspace, params: FunnelParams, now: datetime) -> list[str]:
    """A note where people of the period may still come further within the window."""
    until = bounds(params.period, ZoneInfo(workspace.timezone))[1]
    if until + timedelta(microseconds=params.funnel.window) <= now:
        return []
    return [_("Some people of this period still have time to come further; its counts may rise.")]


def _property_of(params: FunnelParams) -> str | None:
    return None if params.breakdown == CHANNEL else params.breakdown


def _name_groups(workspace: Workspace, params: FunnelParams, events: pl.DataFrame, walked: Walked) -> pl.DataFrame:
    path = _property_of(params)
    if path is None:
        return storage.load_channels(workspace, starts_of(walked))
    return name_starts(events, walked, path)


def _say_hidden() -> str:
    message = _("The %(most)d largest groups are shown; all others are in %(other)s.")
    return message % {"most": MOST_GROUPS, "other": OTHER}


def _micros(instant: datetime) -> int:
    return int(np.datetime64(instant.replace(tzinfo=None), "us").astype(np.int64))
