"""What the conversions behind a number are made of, as it is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Workspace
from reports.ask import ask
from reports.catalogue.within import Within, conditions

# The touches of one person inside the look-back are one look at the index, however many people there are.
_MET = """
and exists (
    select 1 from tracking_touch t
    where t.workspace_id = c.workspace_id and t.person_id = c.person_id
        and t.at >= c.at - %(lookback)s::interval and t.at <= c.at
        and t.mark_id in (select m.id from tracking_mark m where m.workspace_id = %(workspace)s and {within})
)
"""
_REACHED = """
select c.id, c.person_id, c.at, c.value_micros, c.order_id from tracking_conversion c
where c.workspace_id = %(workspace)s and c.goal_id = %(goal)s and c.at >= %(start)s and c.at < %(end)s
    and (c.at, c.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint) {met}
order by c.at desc, c.id desc limit %(most)s
"""
_COUNT = """
select count(*) from tracking_conversion c
where c.workspace_id = %(workspace)s and c.goal_id = %(goal)s and c.at >= %(start)s and c.at < %(end)s {met}
"""
_PATHS = """
select c.id, t.at, t.mark_id, m.channel, m.campaign, {within}
from unnest(%(ids)s::bigint[], %(people)s::bigint[], %(ats)s::timestamptz[]) as c (id, person_id, at)
join tracking_touch t on t.workspace_id = %(workspace)s and t.person_id = c.person_id
    and t.at >= c.at - %(lookback)s::interval and t.at <= c.at
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = t.mark_id
order by c.id, t.at, t.tie
"""
_MILESTONES = """
select e.person_id, min(e.at) filter (where s.role = 'lead'), min(e.at) filter (where s.role = 'opportunity')
from unnest(%(people)s::bigint[]) as who (id)
join tracking_stageentry e on e.workspace_id = %(workspace)s and e.person_id = who.id
join tracking_stage s on s.workspace_id = %(workspace)s and s.id = e.stage_id
group by e.person_id
"""


class Reached(NamedTuple):
    """A conversion; its value in millionths, None: it has none."""

    id: int
    person: int
    at: datetime
    value: int | None
    order_id: str | None


class Met(NamedTuple):
    """A touch on the journey of a conversion; `matches`: it belongs to the group in question."""

    conversion: int
    at: datetime
    mark: int
    channel: str
    campaign: str | None
    matches: bool

    def player(self, by: str) -> str | None:
        """The channel or campaign that shares the conversion."""
        return self.campaign if by == "campaign" else self.channel


def load_reached(
    workspace: Workspace, within: Within, *, before: tuple[datetime, int], most: int, **asked: Any
) -> list[Reached]:
    """Conversions, the newest first, on whose journey the group lies."""
    met, values = _met(within)
    values |= {"before_at": before[0], "before_id": before[1], "most": most}
    return [Reached._make(row) for row in ask(workspace, _REACHED.format(met=met), **asked, **values)]


def count_reached(workspace: Workspace, within: Within, **asked: Any) -> int:
    """How many there are."""
    met, values = _met(within)
    return int(ask(workspace, _COUNT.format(met=met), **asked, **values)[0][0])


def load_met(workspace: Workspace, within: Within, rows: Sequence[Reached], *, lookback: Any) -> list[Met]:
    """The touches inside the look-back of each conversion, in their order."""
    where, values = conditions(within)
    found = ask(
        workspace,
        _PATHS.format(within=where if within else "false"),
        ids=[row.id for row in rows],
        people=[row.person for row in rows],
        ats=[row.at for row in rows],
        lookback=lookback,
        **values,
    )
    return [Met._make(row) for row in found]


def load_milestones(workspace: Workspace, people: Sequence[int]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """When each person became a lead and an opportunity, where they did."""
    rows = ask(workspace, _MILESTONES, people=list(people))
    return {person: (lead, opportunity) for person, lead, opportunity in rows}


def _met(within: Within) -> tuple[str, dict[str, Any]]:
    where, values = conditions(within)
    return (_MET.format(within=where) if within else ""), dict(values)
