"""What a fill reads: touches, conversions, milestones and marks.

They come as Arrow over a connection of each thread's own, inside a transaction that opens the workspace's rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection

from accounts.models import Workspace
from attribution.core.credit import MAX_TOTAL
from attribution.core.daily import Terms
from attribution.core.frames import CONVERSIONS, MARKS, MILESTONES, TOUCHES
from common.periods import Period, bounds
from tracking.models import Goal
from tracking.storage.apart import read_apart

DIRECT = "Direct"

# The planner knows little about a workspace and would rather read all of its rows once more than look for some; looked
# up one by one, "offset 0", it has no choice.
# A value beyond what can be shared exactly is no honest order; the conversion counts, its value does not.
_CONVERSIONS = """
    select day, c.goal_id as goal, c.person_id as person, c.at,
           case when c.value_micros between -{most} and {most} then c.value_micros end as value
    from unnest({days}::date[], {starts}::timestamptz[], {ends}::timestamptz[]) as slot (day, starts, ends), lateral (
        select c.goal_id, c.person_id, c.at, c.value_micros from tracking_conversion c
        where c.workspace_id = {workspace} and c.at >= starts and c.at < ends offset 0
    ) as c
"""
_TOUCHES = """
    select t.person_id as person, t.at, t.mark_id as mark
    from unnest({people}::bigint[]) as who (id), lateral (
        select t.person_id, t.at, t.mark_id from tracking_touch t
        where t.workspace_id = {workspace} and t.person_id = who.id and t.at >= '{first}' and t.at < '{last}'
        order by t.at, t.tie offset 0
    ) as t
"""
_MILESTONES = """
    select who.id as person, e.lead_at, e.opportunity_at
    from (select array_agg(id) filter (where role = 'lead') as lead,
                 array_agg(id) filter (where role = 'opportunity') as opportunity
          from tracking_stage where workspace_id = {workspace}
          having count(*) filter (where role in ('lead', 'opportunity')) > 0) as stage,
        unnest({people}::bigint[]) as who (id), lateral (
        select min(e.at) filter (where e.stage_id = any(stage.lead)) as lead_at,
               min(e.at) filter (where e.stage_id = any(stage.opportunity)) as opportunity_at
        from tracking_stageentry e where e.workspace_id = {workspace} and e.person_id = who.id offset 0
    ) as e
    where e.lead_at is not null or e.opportunity_at is not null
"""
_MARKS = "select id as mark, channel = '{direct}' as is_direct from tracking_mark where workspace_id = {workspace}"


@dataclass(frozen=True)
class Slice:
    """What a fill of some days needs: their conversions, those people's touches and milestones, and the marks."""

    touches: pl.DataFrame
    conversions: pl.DataFrame
    marks: pl.DataFrame
    milestones: pl.DataFrame


def terms_of(workspace: Workspace) -> Terms:
    """What the workspace has agreed on: look-back, half-life, and the goals that look back otherwise."""
    goals = Goal.objects.of(workspace).values_list("id", "lookback_days")
    own = {goal: days for goal, days in goals if days is not None}
    return Terms(workspace.lookback_days, workspace.half_life_days, goal_lookback_days=own)


def load_slice(workspace: Workspace, days: Sequence[date], terms: Terms) -> Slice:
    """Load what crediting the days (of the workspace's zone) needs, as one snapshot of what is committed."""
    with read_apart(workspace) as cursor:
        conversions = _fetch(cursor, _conversions_query(workspace, days), CONVERSIONS)
        people = conversions["person"].unique().to_list()
        touches = _fetch(cursor, _touches_query(workspace, days, terms, people), TOUCHES)
        entries = _MILESTONES.format(workspace=workspace.pk, people=_array(map(str, people)))
        milestones = _fetch(cursor, entries, MILESTONES)
        marks = _fetch(cursor, _MARKS.format(direct=DIRECT, workspace=workspace.pk), MARKS)
    return Slice(touches, conversions, marks, milestones)


def count_conversions(workspace: Workspace, days: Sequence[date]) -> dict[date, int]:
    """How many conversions lie on each of the days, in the order of `days`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, (select count(*) from tracking_conversion c"
            " where c.workspace_id = %s and c.at >= starts and c.at < ends)"
            " from unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) as slot (day, starts, ends)",
            [workspace.pk, list(days), *bounds_of(workspace, days)],
        )
        found = dict(cursor.fetchall())
    return {day: found[day] for day in days}


def bounds_of(workspace: Workspace, days: Sequence[date]) -> tuple[list[datetime], list[datetime]]:
    """The UTC instants at which the days of the workspace's zone begin, and at which they end."""
    zone = ZoneInfo(workspace.timezone)
    pairs = [bounds(Period(day, day), zone) for day in days]
    return [start for start, _ in pairs], [end for _, end in pairs]


# The texts are made of days, instants and numbers of our own; nothing a client wrote is ever part of them.
def _conversions_query(workspace: Workspace, days: Sequence[date]) -> str:
    starts, ends = bounds_of(workspace, days)
    return _CONVERSIONS.format(
        workspace=workspace.pk,
        days=_array(day.isoformat() for day in days),
        starts=_array(start.isoformat() for start in starts),
        ends=_array(end.isoformat() for end in ends),
        most=MAX_TOTAL,
    )


def _touches_query(workspace: Workspace, days: Sequence[date], terms: Terms, people: Sequence[int]) -> str:
    starts, ends = bounds_of(workspace, days)
    lookback = timedelta(days=max([terms.lookback_days, *terms.goal_lookback_days.values()]))
    return _TOUCHES.format(
        workspace=workspace.pk,
        people=_array(map(str, people)),
        first=(min(starts) - lookback).isoformat(),
        last=max(ends).isoformat(),
    )


def _array(parts: Iterable[str]) -> str:
    return "'{" + ",".join(parts) + "}'"


def _fetch(cursor: Any, query: str, schema: dict[str, Any]) -> pl.DataFrame:
    cursor.execute(query)
    frame: pl.DataFrame = cursor.fetch_polars()
    # Each select or cast starts an engine, which costs more than the few rows of a day.
    as_declared = list(frame.schema.items()) == list(schema.items())
    return frame if as_declared else frame.select(list(schema)).cast(pl.Schema(schema))
