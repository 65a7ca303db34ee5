"""The one door to stored credit and to facts that reports count: summed by the database in one statement each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from accounts.models import Workspace
from common.periods import Period, start_of_day
from reports.ask import ask
from reports.core.lifetime import FIRST_CHANNELS, ORDERS
from reports.session_days import count_sessions_by_mark
from tracking.storage.packed import pack, unpack_numbers
from tracking.storage.rows import run

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

_NAMES = """
select m.id, m.channel, {group} from tracking_mark m
where m.workspace_id = %(workspace)s and m.id = any(%(marks)s::bigint[]) order by m.id
"""

# Lists as bytes: rows of their own would be a hundred thousand. No value is the least number there is.
_ORDERS = """
select array_send(array_agg(person_id)),
    array_send(array_agg(((at at time zone %(zone)s)::date - date '1970-01-01')::bigint)),
    array_send(array_agg(coalesce(value_micros, %(none)s::bigint)))
from tracking_conversion
where workspace_id = %(workspace)s and goal_id = %(goal)s and at < %(until)s
"""
# All of a person's touches stand in one row, the first in front.
_FIRST_MARKS = """
select array_send(array_agg(person_id)), array_send(array_agg(marks[1])) from tracking_openpath
where workspace_id = %(workspace)s and person_id = any(%(people)s::bigint[])
"""
_NO_VALUE = -(2**63)
_CHANNEL_OF = {"mark": pl.Int64, "channel": pl.String}


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


def load_names(
    workspace: Workspace, marks: Sequence[int], group_by: str
) -> tuple[dict[int, str], dict[int, str | None]]:
    """The channels of these marks, and the groups they belong to, as they are labelled now."""
    rows = ask(workspace, _NAMES.format(group=GROUPS[group_by]), marks=list(marks))
    return {mark: channel for mark, channel, _ in rows}, {mark: name for mark, _, name in rows}


def count_sessions(workspace: Workspace, period: Period, group_by: str) -> dict[str | None, int]:
    """How many sessions began in the period, by what the touch that opened them says."""
    counted = count_sessions_by_mark(workspace, [period])
    _, names = load_names(workspace, counted.mark.tolist(), group_by)
    found: Counter[str | None] = Counter()
    for mark, sessions in zip(counted.mark.tolist(), counted.sessions.tolist(), strict=True):
        found[names.get(mark)] += sessions
    return dict(found)


def load_orders(workspace: Workspace, goal_id: int, *, as_of: date) -> pl.DataFrame:
    """A goal's conversions up to a day, that day included; columns of ORDERS."""
    until = start_of_day(as_of + timedelta(days=1), ZoneInfo(workspace.timezone))
    values = {"goal": goal_id, "until": until, "zone": workspace.timezone, "none": _NO_VALUE}
    [sent] = run(workspace.pk, _ORDERS, **values)
    people, days, micros = map(unpack_numbers, sent)
    value = pl.col("value")
    return pl.DataFrame(
        {"customer": people, "day": pl.Series(days, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date), "value": micros}
    ).select("customer", "day", pl.when(value != _NO_VALUE).then(value).alias("value").cast(ORDERS["value"]))


def load_first_channels(workspace: Workspace, people: Sequence[int]) -> pl.DataFrame:
    """The channel of each person's first touch, of those who have one; columns of FIRST_CHANNELS."""
    [sent] = run(workspace.pk, _FIRST_MARKS, people=pack("bigint", people))
    customers, marks = map(unpack_numbers, sent)
    channels, _ = load_names(workspace, np.unique(marks).tolist(), "channel")
    named = pl.DataFrame({"mark": list(channels), "channel": list(channels.values())}, schema=_CHANNEL_OF)
    firsts = pl.DataFrame({"customer": customers, "mark": marks})
    return pl.DataFrame(firsts.join(named, on="mark").select(*FIRST_CHANNELS), schema=FIRST_CHANNELS)
