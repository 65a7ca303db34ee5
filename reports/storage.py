"""The one door to stored credit and to facts that reports count: summed by the database in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from accounts.models import Workspace
from common.periods import Period, bounds, day_of, start_of_day
from reports.ask import ask
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

# Every rule at once, with each rule's own totals: from one snapshot too, so that the rules can be held side by side.
_SIDE_BY_SIDE = """
with days as materialized (
    select rule, marks, credit, value, conversions, conversions_value, unattributed, unattributed_value
    from attribution_dailycredit
    where workspace_id = %(workspace)s and goal_id = %(goal)s and rule = any(%(rules)s)
        and day between %(start)s and %(end)s
), credited as (
    select days.rule, packed.mark, sum(packed.credit) as credit, sum(packed.value) as value
    from days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    group by days.rule, packed.mark
), grouped as (
    select c.rule, {group} as name,
        case when count(distinct m.channel) = 1 then min(m.channel) end as channel,
        sum(c.credit) as credit, sum(c.value) as value
    from credited c
    left join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
    group by 1, 2
)
select true, rule, name, channel, credit, value, 0, 0 from grouped where credit <> 0 or value <> 0
union all
select false, rule, null, null,
    sum(conversions), sum(conversions_value), sum(unattributed), sum(unattributed_value)
from days group by rule
"""
_BY_DAY = """
with credited as (
    select days.day, packed.mark, packed.credit, packed.value
    from attribution_dailycredit days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    where days.workspace_id = %(workspace)s and days.goal_id = %(goal)s and days.rule = %(rule)s
        and days.day between %(start)s and %(end)s
)
select c.day, {group} as name,
    case when count(distinct m.channel) = 1 then min(m.channel) end, sum(c.credit), sum(c.value)
from credited c
left join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
group by 1, 2
"""
_NAMES = """
select m.id, m.channel, {group} from tracking_mark m
where m.workspace_id = %(workspace)s and m.id = any(%(marks)s::bigint[]) order by m.id
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


@dataclass(frozen=True, slots=True)
class Totals:
    """Conversions of a period, their value, and those no touch could be found for; values in 1e-6."""

    conversions: int = 0
    value: int = 0
    unattributed: int = 0
    unattributed_value: int = 0


@dataclass(frozen=True, slots=True)
class DayGroup:
    """What one group earned on one day: credit in 1e-9 of a conversion, value in 1e-6 of the currency."""

    day: date
    name: str | None
    channel: str | None
    credit: int
    value: int


def load_credit(
    workspace: Workspace, *, goal_id: int, rule: str, period: Period, group_by: str
) -> tuple[list[Group], list[Day]]:
    """What is stored of a goal and rule in a period; days without conversions have no entry.

    Each day is stored under one variant only, so that days may be added whatever they were filled with.
    """
    values = {"goal": goal_id, "rule": rule, "start": period.start, "end": period.end}
    rows = ask(workspace, _STATEMENT.format(group=GROUPS[group_by]), **values)
    groups = [Group(row[1], row[2], int(row[3]), int(row[4])) for row in rows if row[0] is None]
    days = [Day(row[0], *(int(number) for number in row[3:])) for row in rows if row[0] is not None]
    return groups, sorted(days, key=lambda day: day.day)


def load_side_by_side(
    workspace: Workspace, *, goal_id: int, rules: Sequence[str], period: Period, group_by: str
) -> tuple[dict[str, list[Group]], dict[str, Totals]]:
    """What is stored of a goal in a period under each of the rules, and what each rule's days add up to."""
    values = {"goal": goal_id, "rules": list(rules), "start": period.start, "end": period.end}
    groups: dict[str, list[Group]] = {rule: [] for rule in rules}
    totals = dict.fromkeys(rules, Totals())
    for is_group, rule, name, channel, *numbers in ask(
        workspace, _SIDE_BY_SIDE.format(group=GROUPS[group_by]), **values
    ):
        if is_group:
            groups[rule].append(Group(name, channel, int(numbers[0]), int(numbers[1])))
        else:
            totals[rule] = Totals(*(int(number) for number in numbers))
    return groups, totals


def load_credit_by_day(
    workspace: Workspace, *, goal_id: int, rule: str, period: Period, group_by: str
) -> list[DayGroup]:
    """What is stored of a goal and rule, day by day; what earned nothing on a day has no entry."""
    values = {"goal": goal_id, "rule": rule, "start": period.start, "end": period.end}
    rows = ask(workspace, _BY_DAY.format(group=GROUPS[group_by]), **values)
    return [DayGroup(day, name, channel, int(credit), int(value)) for day, name, channel, credit, value in rows]


def load_names(
    workspace: Workspace, marks: Sequence[int], group_by: str
) -> tuple[dict[int, str], dict[int, str | None]]:
    """The channels of these marks, and the groups they belong to, as they are labelled now."""
    rows = ask(workspace, _NAMES.format(group=GROUPS[group_by]), marks=list(marks))
    return {mark: channel for mark, channel, _ in rows}, {mark: name for mark, _, name in rows}


def count_sessions(workspace: Workspace, period: Period, group_by: str) -> dict[str | None, int]:
    """How many sessions began in the period, by what the touch that opened them says."""
    start, end = bounds(period, ZoneInfo(workspace.timezone))
    rows = ask(workspace, _SESSIONS.format(group=GROUPS[group_by]), **{"from": start, "until": end})
    return {name: int(sessions) for name, sessions in rows}


def load_orders(workspace: Workspace, goal_id: int, *, as_of: date) -> pl.DataFrame:
    """A goal's conversions up to a day, that day included; columns of ORDERS."""
    zone = ZoneInfo(workspace.timezone)
    rows = ask(workspace, _ORDERS, goal=goal_id, until=start_of_day(as_of + timedelta(days=1), zone))
    return pl.DataFrame([(who, day_of(at, zone), value) for who, at, value in rows], schema=ORDERS, orient="row")


def load_first_channels(workspace: Workspace, people: Sequence[int]) -> pl.DataFrame:
    """The channel of each person's first touch, of those who have one; columns of FIRST_CHANNELS."""
    rows = ask(workspace, _FIRST_CHANNELS, people=list(people))
    return pl.DataFrame(rows, schema=FIRST_CHANNELS, orient="row")
