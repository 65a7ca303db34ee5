"""The one door to stored credit: slices of days, summed by the database in one statement."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, open_workspace_id
from common.periods import Period

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
    if open_workspace_id() != workspace.pk:
        raise NoWorkspace(f"open workspace_scope({workspace.pk}) first.")
    values: dict[str, int | str | date] = {
        "workspace": workspace.pk,
        "goal": goal_id,
        "rule": rule,
        "start": period.start,
        "end": period.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(group=GROUPS[group_by]), values)
        rows = cursor.fetchall()
    groups = [Group(row[1], row[2], int(row[3]), int(row[4])) for row in rows if row[0] is None]
    days = [Day(row[0], *(int(number) for number in row[3:])) for row in rows if row[0] is not None]
    return groups, sorted(days, key=lambda day: day.day)
