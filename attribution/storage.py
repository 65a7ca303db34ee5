"""The one door between attribution's tables and its frames.

Touches and conversions come as Arrow over a connection of their own, inside a transaction that opens the
workspace's rows; credit goes back through Django, in the caller's transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
from django.conf import settings
from django.db import connection

from accounts.models import Workspace
from attribution.core.credit import MAX_TOTAL
from attribution.core.daily import DayCredit, Terms
from attribution.core.frames import CONVERSIONS, MARKS, TOUCHES
from attribution.core.rules import RULES
from attribution.models import DailyCredit
from common.periods import Period, bounds
from tracking.models import Goal

DIRECT = "Direct"

# A value beyond what can be shared exactly is no honest order; the conversion counts, its value does not.
_CONVERSIONS = """
    select day, c.goal_id as goal, c.person_id as person, c.at,
           case when c.value_micros between -{most} and {most} then c.value_micros end as value
    from unnest({days}::date[], {starts}::timestamptz[], {ends}::timestamptz[]) as slot (day, starts, ends)
    join tracking_conversion c on c.workspace_id = {workspace} and c.at >= starts and c.at < ends
"""
_TOUCHES = """
    with slot as (
        select * from unnest({starts}::timestamptz[], {ends}::timestamptz[]) as slot (starts, ends)
    ), people as (
        select distinct c.person_id from slot
        join tracking_conversion c on c.workspace_id = {workspace} and c.at >= starts and c.at < ends
    )
    select t.person_id as person, t.at, t.mark_id as mark
    from people join tracking_touch t on t.workspace_id = {workspace} and t.person_id = people.person_id
    where t.at >= (select min(starts) from slot) - interval '{lookback} days'
      and t.at < (select max(ends) from slot)
    order by t.person_id, t.at, t.tie
"""
_MARKS = "select id as mark, channel = '{direct}' as is_direct from tracking_mark where workspace_id = {workspace}"


@dataclass(frozen=True)
class Slice:
    """What a fill of some days needs: their conversions, those people's touches, and the marks."""

    touches: pl.DataFrame
    conversions: pl.DataFrame
    marks: pl.DataFrame


def terms_of(workspace: Workspace) -> Terms:
    """What the workspace has agreed on: look-back, half-life, and the goals that look back otherwise."""
    goals = Goal.objects.of(workspace).values_list("id", "lookback_days")
    own = {goal: days for goal, days in goals if days is not None}
    return Terms(workspace.lookback_days, workspace.half_life_days, goal_lookback_days=own)


def load_slice(workspace: Workspace, days: Sequence[date], terms: Terms) -> Slice:
    """Load what crediting the days (of the workspace's zone) needs, as one snapshot of what is committed."""
    conversions, touches = _queries(workspace, days, terms)
    with _reading(workspace) as cursor:
        return Slice(
            conversions=_fetch(cursor, conversions, CONVERSIONS),
            touches=_fetch(cursor, touches, TOUCHES),
            marks=_fetch(cursor, _MARKS.format(direct=DIRECT, workspace=workspace.pk), MARKS),
        )


def count_conversions(workspace: Workspace, days: Sequence[date]) -> dict[date, int]:
    """How many conversions lie on each of the days, in the order of `days`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, (select count(*) from tracking_conversion c"
            " where c.workspace_id = %s and c.at >= starts and c.at < ends)"
            " from unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) as slot (day, starts, ends)",
            [workspace.pk, list(days), *_bounds_of(workspace, days)],
        )
        found = dict(cursor.fetchall())
    return {day: found[day] for day in days}


def save_day_credits(
    workspace: Workspace, days: Sequence[date], rows: Sequence[DayCredit], terms: Terms, *, filled_at: datetime
) -> None:
    """Replace everything stored about the days by the rows."""
    DailyCredit.objects.of(workspace).filter(day__in=days).delete()
    DailyCredit.objects.bulk_create((_stored(workspace, row, terms, filled_at) for row in rows), batch_size=500)


def _stored(workspace: Workspace, row: DayCredit, terms: Terms, filled_at: datetime) -> DailyCredit:
    return DailyCredit(
        workspace=workspace,
        day=row.day,
        goal_id=row.goal,
        rule=row.rule,
        lookback_days=terms.goal_lookback_days.get(row.goal, terms.lookback_days),
        half_life_days=terms.half_life_days if RULES[row.rule].uses_half_life else 0,
        marks=row.marks.tolist(),
        credit=row.credit.tolist(),
        value=row.value.tolist(),
        touches=row.touches.tolist(),
        conversions=row.conversions,
        conversions_value=row.value_total,
        unattributed=row.unattributed_conversions,
        unattributed_value=row.unattributed_value,
        filled_at=filled_at,
    )


def _bounds_of(workspace: Workspace, days: Sequence[date]) -> tuple[list[datetime], list[datetime]]:
    zone = ZoneInfo(workspace.timezone)
    pairs = [bounds(Period(day, day), zone) for day in days]
    return [start for start, _ in pairs], [end for _, end in pairs]


def _queries(workspace: Workspace, days: Sequence[date], terms: Terms) -> tuple[str, str]:
    # Days, instants and numbers of our own making: nothing a client wrote is ever part of the text.
    starts, ends = _bounds_of(workspace, days)
    parts: dict[str, Any] = {
        "workspace": workspace.pk,
        "days": _array(days),
        "starts": _array(starts),
        "ends": _array(ends),
        "lookback": max([terms.lookback_days, *terms.goal_lookback_days.values()]),
        "most": MAX_TOTAL,
    }
    return _CONVERSIONS.format(**parts), _TOUCHES.format(**parts)


def _array(moments: Sequence[date]) -> str:
    return "'{" + ",".join(moment.isoformat() for moment in moments) + "}'"


@contextmanager
def _reading(workspace: Workspace) -> Iterator[Any]:
    with adbc.connect(settings.DATABASE_URL) as reader, reader.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(f"select set_config('app.workspace_id', '{workspace.pk:d}', true)").fetch_polars()
        yield cursor


def _fetch(cursor: Any, query: str, schema: dict[str, Any]) -> pl.DataFrame:
    cursor.execute(query)
    return cursor.fetch_polars().select(list(schema)).cast(schema)
