"""What the health of data is read from: one bounded statement each."""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from campaigns.models import Spend
from common.periods import Period, bounds, start_of_day
from reports.ask import ask

_REFUSED = """
select (received_at at time zone %(zone)s)::date as day, reason, sum(events)::bigint from tracking_rejectedevent
where workspace_id = %(workspace)s and received_at >= %(start)s::timestamptz and received_at < %(end)s::timestamptz
group by 1, 2
"""
_ACCEPTED = """
select coalesce(sum(events), 0)::bigint from tracking_eventcount
where workspace_id = %(workspace)s and received_at >= %(start)s::timestamptz and received_at < %(end)s::timestamptz
"""
_LAST = """
select received_at from tracking_event where workspace_id = %(workspace)s order by received_at desc limit 1
"""
# Visits are counted by mark before anything is read of the marks.
_VISITS = """
with visits as (
    select mark_id, count(*) as n, started_at >= %(start)s::timestamptz as is_now from tracking_session
    where workspace_id = %(workspace)s and started_at >= %(before)s::timestamptz and started_at < %(end)s::timestamptz
    group by mark_id, is_now
)
select v.is_now, m.channel, m.source, m.medium, m.click_id_kind is not null and m.campaign is null, sum(v.n)::bigint
from visits v join tracking_mark m on m.workspace_id = %(workspace)s and m.id = v.mark_id
group by 1, 2, 3, 4, 5
"""
_CONVERSIONS = """
select note, currency, value_micros is null, count(*) from tracking_conversion c
where workspace_id = %(workspace)s and at >= %(start)s::timestamptz and at < %(end)s::timestamptz
    and (note <> '' or value_micros is null and exists (
        select 1 from tracking_goal g where g.workspace_id = c.workspace_id and g.id = c.goal_id
            and g.value_kind = 'auto'))
    and not exists (
        select 1 from tracking_goal g where g.workspace_id = c.workspace_id and g.id = c.goal_id
            and g.archived_at is not null)
group by 1, 2, 3
"""
_REFILLS = (
    "select reason, total from tracking_refill where workspace_id = %(workspace)s and finished_at is null limit 20"
)
MOST_SPEND = 50_000


class Visits(NamedTuple):
    """Visits alike: `is_now` in the period, else in the one before; `bare`: a click id, but no campaign."""

    is_now: bool
    channel: str
    source: str
    medium: str
    bare: bool
    number: int


def count_refused(workspace: Workspace, period: Period) -> dict[str, dict[date, int]]:
    """By reason and day, for the period and the one before it."""
    start, _ = bounds(period.before, ZoneInfo(workspace.timezone))
    _, end = bounds(period, ZoneInfo(workspace.timezone))
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for day, reason, number in ask(workspace, _REFUSED, zone=workspace.timezone, start=start, end=end):
        found[reason][day] = int(number)
    return found


def count_accepted(workspace: Workspace, period: Period) -> int:
    """Events accepted in a period."""
    start, end = bounds(period, ZoneInfo(workspace.timezone))
    return int(ask(workspace, _ACCEPTED, start=start, end=end)[0][0])


def find_last(workspace: Workspace) -> datetime | None:
    """When the last event arrived."""
    rows = ask(workspace, _LAST)
    return rows[0][0] if rows else None


def count_visits(workspace: Workspace, period: Period) -> list[Visits]:
    """Visits of the period and of the one before, by what their marks say."""
    zone = ZoneInfo(workspace.timezone)
    start, end = bounds(period, zone)
    rows = ask(workspace, _VISITS, before=start_of_day(period.before.start, zone), start=start, end=end)
    return [Visits._make((*row[:5], int(row[5]))) for row in rows]


def count_doubtful(workspace: Workspace, period: Period) -> list[tuple[str, str, bool, int]]:
    """(note, currency, without a value, number) of conversions of which something is doubtful."""
    start, end = bounds(period, ZoneInfo(workspace.timezone))
    rows = ask(workspace, _CONVERSIONS, start=start, end=end)
    return [(note, currency, without, int(number)) for note, currency, without, number in rows]


def load_refills(workspace: Workspace) -> list[tuple[str, int]]:
    """(reason, marks left at its start) of changes at work."""
    return [(reason, total) for reason, total in ask(workspace, _REFILLS)]


def load_spent_days(workspace: Workspace, period: Period) -> dict[str, list[tuple[date, date]]]:
    """Days that were paid for, as (first, last), by channel or by source / medium."""
    rows = Spend.objects.of(workspace).filter(end__gte=period.start, start__lte=period.end, amount_micros__gt=0)
    spent: dict[str, list[tuple[date, date]]] = defaultdict(list)
    listed = rows.order_by("start").values_list("channel", "source", "medium", "start", "end")
    for channel, source, medium, start, end in listed[:MOST_SPEND]:
        spent[channel or f"{source} / {medium}"].append((start, end))
    return spent
