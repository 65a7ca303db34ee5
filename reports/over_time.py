"""Stored credit and sessions by channel and by week or month: one statement each, however many weeks there are."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from common.periods import Period, bounds
from reports.ask import ask
from reports.storage import Day

_CREDIT = """
with days as materialized (
    select date_trunc(%(step)s, day)::date as bucket, marks, credit, value
    from attribution_dailycredit
    where workspace_id = %(workspace)s and goal_id = %(goal)s and rule = %(rule)s
        and day between %(start)s and %(end)s
), credited as (
    select bucket, packed.mark, sum(packed.credit) as credit, sum(packed.value) as value
    from days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    group by bucket, packed.mark
)
select c.bucket, m.channel, sum(c.credit), sum(c.value)
from credited c
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
group by c.bucket, m.channel
"""
_CREDITED_DAYS = """
select day, conversions - unattributed, conversions_value - unattributed_value from attribution_dailycredit
where workspace_id = %(workspace)s and goal_id = %(goal)s and rule = %(rule)s and day between %(start)s and %(end)s
"""
# A walk through the index for each week or month: telling of a million visits which one they fall in costs more.
_SESSIONS = """
with steps as (
    select first::date as bucket, greatest(first at time zone %(zone)s, %(from)s) as since,
        least((first + ('1 ' || %(step)s)::interval) at time zone %(zone)s, %(until)s) as until
    from generate_series(date_trunc(%(step)s, %(from)s at time zone %(zone)s),
        %(until)s at time zone %(zone)s - interval '1 microsecond', ('1 ' || %(step)s)::interval) as first
), visits as (
    select steps.bucket, counted.mark_id, counted.sessions
    from steps, lateral (
        select mark_id, count(*) as sessions from tracking_session
        where workspace_id = %(workspace)s and started_at >= steps.since and started_at < steps.until
        group by mark_id
    ) as counted
)
select v.bucket, m.channel, sum(v.sessions)
from visits v
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = v.mark_id
group by v.bucket, m.channel
"""

# The first day of a week or month, and a channel.
Key = tuple[date, str]


def load_credit_by_step(
    workspace: Workspace, *, goal_id: int, rule: str, period: Period, step: str
) -> Mapping[Key, tuple[int, int]]:
    """Credit (1e-9 of a conversion) and value (1e-6) of each channel in each week or month; steps as date_trunc's."""
    days = {"start": period.start, "end": period.end}
    rows = ask(workspace, _CREDIT, goal=goal_id, rule=rule, step=step, **days)
    return {(bucket, channel): (int(credit), int(value)) for bucket, channel, credit, value in rows}


def load_credited_days(workspace: Workspace, *, goal_id: int, rule: str, period: Period) -> list[Day]:
    """Each day's conversions with a touch, and their value; days without conversions have no entry."""
    rows = ask(workspace, _CREDITED_DAYS, goal=goal_id, rule=rule, start=period.start, end=period.end)
    return [Day(day, conversions, int(value), 0, 0) for day, conversions, value in rows]


def count_sessions_by_step(workspace: Workspace, period: Period, step: str) -> Mapping[Key, int]:
    """How many sessions began in each week or month, by the channel that opened them."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    rows = ask(workspace, _SESSIONS, step=step, zone=workspace.timezone, **{"from": start, "until": until})
    return {(bucket, channel): int(sessions) for bucket, channel, sessions in rows}
