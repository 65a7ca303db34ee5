"""Stored credit of several goals at once, as the stages of a pipeline are: summed by the database in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Workspace
from common.periods import Period
from reports.ask import ask

# Closed: what a user types never becomes a part of a statement.
BY = {"channel": "m.channel", "campaign": "m.campaign"}

_STATEMENT = """
with days as materialized (
    select goal_id, marks, credit, value, conversions, conversions_value, unattributed, unattributed_value
    from attribution_dailycredit
    where workspace_id = %(workspace)s and goal_id = any(%(goals)s) and rule = %(rule)s
        and day between %(start)s and %(end)s
), credited as (
    select goal_id, packed.mark, sum(packed.credit) as credit, sum(packed.value) as value
    from days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    group by goal_id, packed.mark
)
select c.goal_id, false, {by} as name, case when count(distinct m.channel) = 1 then min(m.channel) end,
    sum(c.credit), sum(c.value)
from credited c
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
group by c.goal_id, {by}
union all
select goal_id, true, null, null, sum(unattributed) * 1000000000, sum(unattributed_value) from days group by goal_id
"""


@dataclass(frozen=True, slots=True)
class StageCredit:
    """What one group earned of one goal, in 1e-9 of an entry and 1e-6 of the currency."""

    channel: str | None
    credit: int
    value: int


@dataclass(frozen=True, slots=True)
class GoalCredit:
    """One goal's credit by group; what nobody earned stands beside."""

    groups: Mapping[str | None, StageCredit]
    unattributed: StageCredit


NOTHING = StageCredit(None, 0, 0)


def load_goals_credit(
    workspace: Workspace, goals: Sequence[int], *, rule: str, period: Period, by: str
) -> dict[int, GoalCredit]:
    """Each goal's credit in a period by channel or campaign; every goal has an entry."""
    days = {"start": period.start, "end": period.end}
    rows = ask(workspace, _STATEMENT.format(by=BY[by]), goals=list(goals), rule=rule, **days)
    groups: dict[int, dict[str | None, StageCredit]] = {goal: {} for goal in goals}
    rest: dict[int, StageCredit] = {}
    for goal, nobody, name, channel, credit, value in rows:
        found = StageCredit(channel, int(credit), int(value))
        if nobody:
            rest[goal] = found
        else:
            groups[goal][name] = found
    return {goal: GoalCredit(groups[goal], rest.get(goal, NOTHING)) for goal in goals}
