"""How many sessions began, by the mark that opened them: sums of days gone by, counted one by one for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from accounts.models import Workspace
from attribution.core.frames import Ints
from attribution.core.journeys import index_of, list_distinct
from attribution.storage.slices import bounds_of
from common.periods import Period, day_of
from reports.models import SessionDay
from tracking.storage.packed import unpack_numbers
from tracking.storage.rows import run

# Little-endian.
MARKS, COUNTS = np.dtype("<i8"), np.dtype("<i4")
# Older ones are counted whenever they are asked for; what moves there would otherwise have to be noted for ever.
DAYS_KEPT = 800

# One statement, and so one snapshot: no session is in a sum and counted beside it. Lists go as bytes, which NumPy reads
# as they are.
_LOAD = """
with slot as materialized (
    select s.part, s.starts_at, s.ends_at, d.marks is not null as is_summed, d.marks, d.counts
    from unnest(%(parts)s::bigint[], %(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        as s (part, day, starts_at, ends_at)
    left join lateral (
        select marks, counts from reports_sessionday d
        where d.workspace_id = %(workspace)s and d.day = s.day and d.starts_at = s.starts_at and d.ends_at = s.ends_at
            and not exists (
                select from reports_sessionmove m where m.workspace_id = %(workspace)s and m.day = s.day
            )
        offset 0
    ) as d on true
), counted as (
    select s.part, t.mark_id, count(*) as sessions
    from (select part, starts_at, ends_at from slot where not is_summed) as s, lateral (
        select mark_id from tracking_session t
        where t.workspace_id = %(workspace)s and t.started_at >= s.starts_at and t.started_at < s.ends_at offset 0
    ) as t
    group by s.part, t.mark_id
)
select true, array_send(array_agg(part)), array_send(array_agg(octet_length(counts)::bigint)),
    string_agg(marks, ''), string_agg(counts, '')
from slot where is_summed having count(*) > 0
union all
select false, array_send(array_agg(part)), null, array_send(array_agg(mark_id)), array_send(array_agg(sessions))
from counted having count(*) > 0
"""
# What was noted of the days lies in the rows that are counted now: it goes in the very same snapshot.
_SUM = """
with slot as materialized (
    select * from unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        as s (day, starts_at, ends_at)
), gone as (
    delete from reports_sessionmove m using slot s where m.workspace_id = %(workspace)s and m.day = s.day
), replaced as (
    delete from reports_sessionday d using slot s
    where d.workspace_id = %(workspace)s and (d.day = s.day or d.ends_at > s.starts_at and d.starts_at < s.ends_at)
), counted as (
    select s.day, t.mark_id, count(*) as sessions
    from slot s, lateral (
        select mark_id from tracking_session t
        where t.workspace_id = %(workspace)s and t.started_at >= s.starts_at and t.started_at < s.ends_at offset 0
    ) as t
    group by s.day, t.mark_id
)
select day, array_send(array_agg(mark_id)), array_send(array_agg(sessions)) from counted group by day
"""
_OLD = """
with gone as (
    delete from reports_sessionmove where workspace_id = %(workspace)s and day < %(day)s
)
delete from reports_sessionday where workspace_id = %(workspace)s and day < %(day)s
"""
_KNOWN = """
select day, starts_at, ends_at from reports_sessionday d
where workspace_id = %(workspace)s and not exists (
    select from reports_sessionmove m where m.workspace_id = %(workspace)s and m.day = d.day
)
"""
_NOTHING = (np.zeros(0, np.int64),) * 3
_FIRST_MOVED = "select min(day) from reports_sessionmove where workspace_id = %(workspace)s"
_FIRST = "select min(started_at) from tracking_session where workspace_id = %(workspace)s"


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """Sessions by part of what was asked for (0, 1, …) and by mark, in step; what nothing began in has no entry."""

    part: Ints
    mark: Ints
    sessions: Ints


def count_sessions_by_mark(workspace: Workspace, parts: Sequence[Period]) -> SessionCounts:
    """How many sessions began in each of some periods that do not overlap, by the mark that opened them."""
    days = [(place, day) for place, part in enumerate(parts) for day in part]
    starts, ends = bounds_of(workspace, [day for _, day in days])
    places = [place for place, _ in days]
    rows = run(workspace.pk, _LOAD, parts=places, days=[day for _, day in days], starts=starts, ends=ends)
    found = [_read_summed(*sent) if is_summed else _read_counted(*sent) for is_summed, *sent in rows]
    columns = zip(*(_NOTHING, *found), strict=True)
    return _add_up(*map(np.concatenate, columns), parts=len(parts))


def list_days_to_sum(workspace: Workspace, *, before: datetime) -> list[date]:
    """Days that ended by then without a sum that holds; newest first."""
    zone = ZoneInfo(workspace.timezone)
    [(first_at,)] = run(workspace.pk, _FIRST)
    # Of a day that was summed every session may be gone.
    [(first_moved,)] = run(workspace.pk, _FIRST_MOVED)
    begun = [] if first_at is None else [day_of(first_at, zone)]
    first = min([*begun, *([] if first_moved is None else [first_moved])], default=date.max)
    last = day_of(before, zone) - timedelta(days=1)
    days = list(Period(max(first, last - timedelta(days=DAYS_KEPT - 1)), last))
    known = set(run(workspace.pk, _KNOWN))
    slots = zip(days, *bounds_of(workspace, days), strict=True)
    return [day for day, start, end in reversed(list(slots)) if (day, start, end) not in known]


def sum_days(workspace: Workspace, days: Sequence[date]) -> None:
    """Replace what is stored of the days by counts of the sessions as they are.

    In the caller's transaction, under a lock that keeps everybody else from moving sessions of the workspace.
    """
    starts, ends = bounds_of(workspace, days)
    rows = run(workspace.pk, _SUM, days=list(days), starts=starts, ends=ends)
    found = {day: (unpack_numbers(marks), unpack_numbers(counts)) for day, marks, counts in rows}
    SessionDay.objects.of(workspace).bulk_create(
        SessionDay(
            workspace=workspace,
            day=day,
            starts_at=start,
            ends_at=end,
            marks=marks.astype(MARKS).tobytes(),
            counts=counts.astype(COUNTS).tobytes(),
        )
        for day, start, end in zip(days, starts, ends, strict=True)
        for marks, counts in [found.get(day, _NOTHING[1:])]
    )


def forget_days(workspace: Workspace, *, before: datetime) -> None:
    """Drop sums of days older than are kept; under the same lock."""
    oldest = day_of(before, ZoneInfo(workspace.timezone)) - timedelta(days=DAYS_KEPT + 2)
    run(workspace.pk, _OLD, day=oldest)


def find_workspaces_with_session_days(gathered_s: float) -> list[int]:
    """Ids of the workspaces with a day to sum, or with sessions that moved so long ago."""
    with connection.cursor() as cursor:
        cursor.execute("select reports_workspaces_with_session_days(make_interval(secs => %s))", [gathered_s])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def _read_summed(parts: bytes, sizes: bytes, marks: bytes, counts: bytes) -> tuple[Ints, Ints, Ints]:
    part = np.repeat(unpack_numbers(parts), unpack_numbers(sizes) // COUNTS.itemsize)
    return part, np.frombuffer(marks, MARKS).astype(np.int64), np.frombuffer(counts, COUNTS).astype(np.int64)


def _read_counted(parts: bytes, _sizes: None, marks: bytes, sessions: bytes) -> tuple[Ints, Ints, Ints]:
    return unpack_numbers(parts), unpack_numbers(marks), unpack_numbers(sessions)


def _add_up(part: Ints, mark: Ints, sessions: Ints, *, parts: int) -> SessionCounts:
    """Entries of the same part and mark as one."""
    marks = list_distinct(mark)
    size = len(marks)
    # Sums of counts are far below what a float holds exactly.
    sums = np.bincount(part * size + index_of(marks, mark), weights=sessions, minlength=parts * size).astype(np.int64)
    met = np.flatnonzero(sums)
    return SessionCounts(met // max(1, size), marks[met % max(1, size)], sums[met])
