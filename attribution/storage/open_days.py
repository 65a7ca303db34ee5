"""Paths that have led to nothing so far: summed by day for days gone by, read from each person for the rest."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from accounts.models import Workspace
from attribution.core.path_groups import NO_OPEN_PATHS, OpenPaths
from attribution.models import OpenDay
from attribution.storage.slices import bounds_of
from common.periods import Period, day_of
from tracking.storage.packed import unpack_lists, unpack_numbers
from tracking.storage.rows import run

# Little-endian.
MARKS, COUNTS = np.dtype("<i8"), np.dtype("<i4")
# Older ones are read from each person; what moves there would otherwise have to be kept for ever.
DAYS_KEPT = 800

# width_bucket counts by bisection how many of a person's touches lie at or before an instant: those up to the last
# conversion, and those before the look-back, are cut off. Whoever has not come back since has no path left.
_CUT = """marks[1 + greatest(
    width_bucket(reached_at[array_position(goals, {goal})], ats),
    width_bucket(last_at - make_interval(secs => {lookback_seconds}) - interval '1 microsecond', ats)
) :]"""
# array_send gives a list as bytes, which NumPy reads thirty times as fast as Python's lists are made; joined in parts,
# because PostgreSQL joins no more than a gigabyte. All of it is one statement, and so one snapshot.
_LOAD = f"""
with slot as materialized (
    select s.place, s.starts_at, s.ends_at, d.marks is not null as is_summed, d.marks, d.lengths, d.people
    from unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        with ordinality as s (day, starts_at, ends_at, place)
    left join lateral (
        select marks, lengths, people from attribution_openday d
        where d.workspace_id = %(workspace)s and d.goal_id = %(goal)s and d.day = s.day
            and d.lookback_days = %(lookback)s and d.starts_at = s.starts_at and d.ends_at = s.ends_at offset 0
    ) as d on true
), standing as (
    select 1 as people, person_id as part, last_at, ats, marks, goals, reached_at
    from (select starts_at, ends_at from slot where not is_summed) as s, lateral (
        select o.* from tracking_openpath o
        where o.workspace_id = %(workspace)s and o.last_at >= s.starts_at and o.last_at < s.ends_at offset 0
    ) as o
    union all
    select people, id, last_at, ats, marks, goals, reached_at
    from (select starts_at, ends_at from slot where is_summed) as s, lateral (
        select m.* from attribution_openmove m
        where m.workspace_id = %(workspace)s and m.last_at >= s.starts_at and m.last_at < s.ends_at offset 0
    ) as m
), cut as (
    select people, part, {_CUT.format(goal="%(goal)s::bigint", lookback_seconds="%(lookback_seconds)s")} as path
    from standing offset 0
)
select true, string_agg(marks, ''), string_agg(lengths, ''), string_agg(people, '')
from slot where is_summed group by place %% 16
union all
select false, string_agg(array_send(path), ''), array_send(array_agg(cardinality(path)::bigint)),
    array_send(array_agg(people::bigint))
from cut where path <> '{{}}' group by part %% 16
"""  # noqa: S608 - our own text
# What has moved since the last sum is in the rows that are summed now: it goes in the very same snapshot.
_SUM = f"""
with slot as materialized (
    select * from unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        as s (day, starts_at, ends_at)
), goal as materialized (
    select * from unnest(%(goals)s::bigint[], %(lookbacks)s::integer[]) as g (id, lookback_days)
), gone as (
    delete from attribution_openmove m using slot s
    where m.workspace_id = %(workspace)s and m.last_at >= s.starts_at and m.last_at < s.ends_at
), replaced as (
    delete from attribution_openday d using slot s
    where d.workspace_id = %(workspace)s and d.ends_at > s.starts_at and d.starts_at < s.ends_at
), summed as (
    select s.day, goal.id, {_CUT.format(goal="goal.id", lookback_seconds="goal.lookback_days * 86400.0")} as path,
        count(*) as people
    from slot s, lateral (
        select o.* from tracking_openpath o
        where o.workspace_id = %(workspace)s and o.last_at >= s.starts_at and o.last_at < s.ends_at offset 0
    ) as o, goal
    group by 1, 2, 3
)
select day, id, string_agg(array_send(path), ''), array_send(array_agg(cardinality(path)::bigint)),
    array_send(array_agg(people))
from summed where path <> '{{}}' group by day, id
"""  # noqa: S608 - our own text
# A day may begin before and end after; nothing that moved on it may be dropped.
_OLD = """
with gone as (
    delete from attribution_openmove where workspace_id = %(workspace)s and last_at < %(before)s - interval '2 days'
)
delete from attribution_openday where workspace_id = %(workspace)s and ends_at <= %(before)s
"""
_MOVED = (
    "select distinct (last_at at time zone %(zone)s)::date from attribution_openmove where workspace_id = %(workspace)s"
)
_FIRST = "select min(last_at) from tracking_openpath where workspace_id = %(workspace)s"


def load_open_paths(workspace: Workspace, *, goal_id: int, period: Period, lookback_days: float) -> OpenPaths:
    """Each path as it is now that has not led to the goal and whose last touch lies in the period.

    People may be below zero: they have gone from a path that another row still counts.
    """
    days = list(period)
    starts, ends = bounds_of(workspace, days)
    asked = {"goal": goal_id, "lookback": lookback_days, "lookback_seconds": lookback_days * 86_400}
    rows = run(workspace.pk, _LOAD, days=days, starts=starts, ends=ends, **asked)
    parts = [_read_summed(*sent) if is_summed else _read_sent(*sent) for is_summed, *sent in rows]
    if not parts:
        return NO_OPEN_PATHS
    return OpenPaths(*(np.concatenate(found) for found in zip(*parts, strict=True)))


def list_days_to_sum(workspace: Workspace, lookbacks: Mapping[int, int], *, before: datetime) -> list[date]:
    """Days that ended by then without a sum that holds for each goal, or with paths that moved since; newest first."""
    zone = ZoneInfo(workspace.timezone)
    [(first_at,)] = run(workspace.pk, _FIRST)
    moved = {day for (day,) in run(workspace.pk, _MOVED, zone=workspace.timezone)}
    first = min([*moved, *([] if first_at is None else [day_of(first_at, zone)])], default=date.max)
    last = day_of(before, zone) - timedelta(days=1)
    days = list(Period(max(first, last - timedelta(days=DAYS_KEPT - 1)), last))
    known = set(OpenDay.objects.of(workspace).values_list("day", "goal_id", "lookback_days", "starts_at", "ends_at"))
    slots = zip(days, *bounds_of(workspace, days), strict=True)
    return [
        day
        for day, start, end in reversed(list(slots))
        if day in moved or any((day, goal, back, start, end) not in known for goal, back in lookbacks.items())
    ]


def sum_open_days(workspace: Workspace, days: Sequence[date], lookbacks: Mapping[int, int]) -> None:
    """Replace what is stored of the days by sums of the open paths as they are, for each goal and its look-back.

    In the caller's transaction, under a lock that keeps everybody else from moving paths of the workspace.
    """
    starts, ends = bounds_of(workspace, days)
    goals, backs = list(lookbacks), list(lookbacks.values())
    rows = run(workspace.pk, _SUM, days=list(days), starts=starts, ends=ends, goals=goals, lookbacks=backs)
    found = {(day, goal): _read_sent(*sent) for day, goal, *sent in rows}
    OpenDay.objects.bulk_create(
        OpenDay(
            workspace=workspace,
            goal_id=goal,
            day=day,
            lookback_days=back,
            starts_at=start,
            ends_at=end,
            marks=paths.marks.astype(MARKS).tobytes(),
            lengths=paths.lengths.astype(COUNTS).tobytes(),
            people=paths.people.astype(COUNTS).tobytes(),
        )
        for day, start, end in zip(days, starts, ends, strict=True)
        for goal, back in lookbacks.items()
        for paths in [found.get((day, goal), NO_OPEN_PATHS)]
    )


def forget_open_days(workspace: Workspace, goals: Collection[int], *, before: datetime) -> None:
    """Drop sums of days older than are kept, and of goals that are gone; under the same lock."""
    OpenDay.objects.of(workspace).exclude(goal_id__in=goals).delete()
    run(workspace.pk, _OLD, before=before - timedelta(days=DAYS_KEPT + 1))


def find_workspaces_with_open_days(gathered_s: float) -> list[int]:
    """Ids of the workspaces with a day to sum, or with paths that moved so long ago."""
    with connection.cursor() as cursor:
        cursor.execute("select attribution_workspaces_with_open_days(make_interval(secs => %s))", [gathered_s])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def _read_summed(marks: bytes, lengths: bytes, people: bytes) -> OpenPaths:
    return OpenPaths(
        np.frombuffer(marks, MARKS).astype(np.int64),
        np.frombuffer(lengths, COUNTS).astype(np.int64),
        np.frombuffer(people, COUNTS).astype(np.int64),
    )


def _read_sent(sent_paths: bytes, sent_lengths: bytes, sent_people: bytes) -> OpenPaths:
    lengths = unpack_numbers(sent_lengths)
    return OpenPaths(unpack_lists(sent_paths, lengths), lengths, unpack_numbers(sent_people))
