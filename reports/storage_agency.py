"""Everything the agency's home shows of one workspace, asked in one statement."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, open_workspace_id
from campaigns.core.spend import Spend
from common.periods import Period
from reports.storage import Day

# Rows of the workspace's own money within the period are added up by what they paid for; others stay as they are.
_STATEMENT = """
with goal as materialized (
    select id, name from tracking_goal where workspace_id = %(workspace)s and archived_at is null
    order by id limit 1
), days as materialized (
    select d.day, {arrays} d.conversions, d.conversions_value, d.unattributed, d.unattributed_value
    from attribution_dailycredit d, goal
    where d.workspace_id = %(workspace)s and d.goal_id = goal.id and d.rule = %(rule)s
        and d.day between %(before)s and %(end)s
), {money} came as (
    select max(received_at) as last, min(received_at) as first from tracking_eventcount
    where workspace_id = %(workspace)s
)
select json_build_object(
    'goal', (select name from goal),
    'days', (select json_agg(json_build_array(day, conversions, conversions_value, unattributed, unattributed_value)
        order by day) from days),
    {sums}
    'first', came.first,
    'last', came.last,
    'recent', (select sum(events) from tracking_eventcount
        where workspace_id = %(workspace)s and received_at > came.last - interval '7 days'),
    'waiting', (select min(received_at) from tracking_inbox where workspace_id = %(workspace)s),
    'to_fill', (select count(distinct day) from tracking_changedday where workspace_id = %(workspace)s),
    'due', (select next_due_at from reports_schedule where workspace_id = %(workspace)s and is_on),
    'edition', (select json_build_array(reason, look_again_at is not null, made_at) from reports_edition
        where workspace_id = %(workspace)s order by start desc, id desc limit 1)
) from came
"""
_MONEY = """credited as (
    select packed.mark, sum(packed.value) as value
    from days, unnest(days.marks, days.value) as packed (mark, value)
    where days.day >= %(start)s group by packed.mark
), earned as (
    select m.channel, sum(c.value) as value
    from credited c join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark group by m.channel
), paid as (
    select channel, source, medium, campaign, currency, sum(amount_micros) as amount,
        case when own then %(start)s::date else start end as start, case when own then %(start)s::date else "end" end
            as "end"
    from (
        select *, currency = %(currency)s and start >= %(start)s and "end" <= %(end)s as own from campaigns_spend
        where workspace_id = %(workspace)s and start <= %(end)s and "end" >= %(start)s
    ) as rows group by channel, source, medium, campaign, currency, 7, 8, case when own then 0 else id end
),
"""
_SUMS = """'earned', (select json_object_agg(channel, value) from earned),
    'paid', (select json_agg(json_build_array(start, "end", amount, currency, channel, source, medium, campaign))
        from paid),
"""
_WHOLE = _STATEMENT.format(arrays="d.marks, d.value,", money=_MONEY, sums=_SUMS)
# What says who needs care; lists of marks stay where they are.
_CARE = _STATEMENT.format(arrays="", money="", sums="")


@dataclass(frozen=True, slots=True)
class AtAGlance:
    """One workspace: its first goal, its days, what channels earned, what was paid, and how its data arrive.

    Money in micros; `earned` by channel and `paid` are of the later period alone, `days` of both.
    """

    goal: str | None
    days: list[Day]
    earned: dict[str, int]
    paid: list[Spend]
    # By the server's clock; None before the first event.
    first_at: datetime | None
    last_at: datetime | None
    # Events of the seven days up to the last one.
    recent: int
    waiting_since: datetime | None
    days_to_fill: int
    # When the next report is due; why the latest one is held back, empty where it is not.
    due_at: datetime | None
    held_back: str
    sent_at: datetime | None


def load_at_a_glance(workspace: Workspace, period: Period, *, rule: str, with_money: bool = True) -> AtAGlance:
    """Read a period and the one before it; in the workspace's scope. `earned` and `paid` only `with_money`."""
    if open_workspace_id() != workspace.pk:
        raise NoWorkspace(f"open workspace_scope({workspace.pk}) first.")
    values: dict[str, Any] = {"workspace": workspace.pk, "rule": rule, "currency": workspace.currency}
    days: dict[str, Any] = {"before": period.before.start, "start": period.start, "end": period.end}
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE if with_money else _CARE, values | days)
        found = cursor.fetchone()[0]
    return _read(json.loads(found) if isinstance(found, str) else found)


def _read(found: dict[str, Any]) -> AtAGlance:
    reason, is_held, made_at = found["edition"] or ("", False, None)
    return AtAGlance(
        goal=found["goal"],
        days=[Day(date.fromisoformat(day), *sums) for day, *sums in found["days"] or ()],
        earned=found.get("earned") or {},
        paid=[_read_spend(*row) for row in found.get("paid") or ()],
        first_at=_read_time(found["first"]),
        last_at=_read_time(found["last"]),
        recent=found["recent"] or 0,
        waiting_since=_read_time(found["waiting"]),
        days_to_fill=found["to_fill"],
        due_at=_read_time(found["due"]),
        held_back=reason if is_held else "",
        sent_at=None if reason else _read_time(made_at),
    )


def _read_spend(
    start: str,
    end: str,
    amount: int,
    currency: str,
    channel: str | None,
    source: str | None,
    medium: str | None,
    campaign: str | None,
) -> Spend:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return Spend(first, last, amount, currency, channel=channel, source=source, medium=medium, campaign=campaign)


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
