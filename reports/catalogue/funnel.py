"""How people move on: how many get from each step to the next, how fast, and where most are lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
# Beyond, a worker counts: a web process answers others meanwhile.
MOST_AT_ONCE = 300_000


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


def is_long(workspace: Workspace, params: FunnelParams) -> bool:
    """Whether so many events must be looked at that a worker should do it."""
    start, until = bounds(params.period, ZoneInfo(workspace.timezone))
    found = storage.count_events(workspace, params.funnel, start, until, most=MOST_AT_ONCE + 1)
    return found > MOST_AT_ONCE


def build(workspace: Workspace, params: FunnelParams, now: datetime) -> FunnelReport:
    """The report as of now."""
    steps = [FunnelStep(step.event) for step in params.funnel.steps]
    notes = [*describe_gone(workspace, params.period), *describe_open(workspace, params, now)]
    return measure(workspace, params, steps, now, notes=notes)


def load_events(workspace: Workspace, params: FunnelParams, start: datetime, until: datetime) -> pl.DataFrame:
    """Any event of the names of the steps, from the events themselves."""
    return storage.load_events(workspace, params.funnel, start, until, asked=_property_of(params))


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
