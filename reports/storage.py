"""The one door to stored credit and to facts that reports count: summed by the database in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, open_workspace_id
from common.periods import Period, bounds, day_of, start_of_day
from reports.core.lifetime import FIRST_CHANNELS, ORDERS

# Closed: what a user types never becomes a part of a statement.
GROUPS = {
    "channel": "m.channel",
    "source": "m.source",
    "medium": "m.medium",
    "campaign": "m.campaign",
    "content": "m.content",
    "term": "m.term",
    "source_medium": "m.source || ' / ' || m.medium",
    "landing_page": "m.landing_path",
}

# Groups and days come from one statement, and so from one snapshot: a fill that commits meanwhile cannot part them.
_STATEMENT = """
with days as materialized (
    select day, marks, credit, value, conversions, conversions_value, unattributed, unattributed_value
    from attribution_dailycredit
    where workspace_id = %(workspace)s and goal_id = %(goal)s and rule = %(rule)s
        and day between %(start)s and %(end)s
), credited as (
    select packed.mark, sum(packed.credit) as credit, sum(packed.value) as value
    from days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    group by packed.mark
), grouped as (
    select {group} as name,
        case when count(distinct m.channel) = 1 then min(m.channel) end as channel,
        sum(c.credit) as credit, sum(c.value) as value
    from credited c
    left join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
    group by 1
)
select null::date, name, channel, credit, value, 0, 0 from grouped where credit <> 0 or value <> 0
union all
select day, null, null, conversions, conversions_value, unattributed, unattributed_value from days
"""

_SESSIONS = """
with visits as (
    select mark_id, count(*) as sessions from tracking_session
    where workspace_id = %(workspace)s and started_at >= %(from)s and started_at < %(until)s
    group by mark_id
)
select {group} as name, sum(v.sessions)
from visits v
left join tracking_mark m on m.workspace_id = %(workspace)s and m.id = v.mark_id
group by 1
"""
_ORDERS = """
select person_id, at, value_micros from tracking_conversion
where workspace_id = %(workspace)s and goal_id = %(goal)s and at < %(until)s
"""
# One look at the index for each customer, whatever else they did.
_FIRST_CHANNELS = """
select who.id, m.channel
from unnest(%(people)s::bigint[]) as who (id),
    lateral (
        select mark_id from tracking_touch t
        where t.workspace_id = %(workspace)s and t.person_id = who.id
        order by t.at, t.tie limit 1
    ) as first
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = first.mark_id
"""


@dataclass(frozen=True, slots=True)
class Group:
    """What one group earned: credit in 1e-9 of a conversion, value in 1e-6 of the currency."""

    name: str | None
    channel: str | None
    credit: int
    value: int


@dataclass(frozen=True, slots=True)
class Day:
    """Conversions of one day, their value, and those no touch could be found for; values in 1e-6."""

    day: date
    conversions: int
    value: int
    unattributed: int
    unattributed_value: int


def load_credit(
    workspace: Workspace, *, goal_id: int, rule: str, period: Period, group_by: str
) -> tuple[list[Group], list[Day]]:
    """What is stored of a goal and rule in a period; days without conversions have no entry.

    Each day is stored under one variant only, so that days may be added whatever they were filled with.
    """
    values = {"goal": goal_id, "rule": rule, "start": period.start, "end": period.end}
    rows = _ask(workspace, _STATEMENT.format(group=GROUPS[group_by]), **values)
    groups = [Group(row[1], row[2], int(row[3]), int(row[4])) for row in rows if row[0] is None]
    days = [Day(row[0], *(int(number) for number in row[3:])) for row in rows if row[0] is not None]
    return groups, sorted(days, key=lambda day: day.day)


def count_sessions(workspace: Workspace, period: Period, group_by: str) -> dict[str | None, int]:
    """How many sessions began in the period, by what the touch that opened them says."""
    start, end = bounds(period, ZoneInfo(workspace.timezone))
    rows = _ask(workspace, _SESSIONS.format(group=GROUPS[group_by]), **{"from": start, "until": end})
    return {name: int(sessions) for name, sessions in rows}


def load_orders(workspace: Workspace, goal_id: int, *, as_of: date) -> pl.DataFrame:
    """A goal's conversions up to a day, that day included; columns of ORDERS."""
    zone = ZoneInfo(workspace.timezone)
    rows = _ask(workspace, _ORDERS, goal=goal_id, until=start_of_day(as_of + timedelta(days=1), zone))
    return pl.DataFrame([(who, day_of(at, zone), value) for who, at, value in rows], schema=ORDERS, orient="row")


def load_first_channels(workspace: Workspace, people: Sequence[int]) -> pl.DataFrame:
    """The channel of each person's first touch, of those who have one; columns of FIRST_CHANNELS."""
    rows = _ask(workspace, _FIRST_CHANNELS, people=list(people))
    return pl.DataFrame(rows, schema=FIRST_CHANNELS, orient="row")


def _ask(workspace: Workspace, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    if open_workspace_id() != workspace.pk:
        raise NoWorkspace(f"open workspace_scope({workspace.pk}) first.")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"workspace": workspace.pk, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
