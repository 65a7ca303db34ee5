"""Visits and people by campaign; people are counted from the visits themselves, for they do not add up over days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from common.periods import Period, bounds
from reports.ask import ask

# Whose visit it was stands in the table only, not in its index: telling people apart costs a look at every visit.
MOST_TOLD_APART = 30_000
_VISITS = """
with visits as (
    select mark_id, count(*) as visits from tracking_session
    where workspace_id = %(workspace)s and started_at >= %(from)s and started_at < %(until)s
    group by mark_id
)
select m.campaign, case when count(distinct m.channel) = 1 then min(m.channel) end, sum(v.visits)
from visits v join tracking_mark m on m.workspace_id = %(workspace)s and m.id = v.mark_id
group by m.campaign
"""
_PEOPLE = """
with seen as materialized (
    select distinct m.campaign, s.person_id from tracking_session s
    join tracking_mark m on m.workspace_id = %(workspace)s and m.id = s.mark_id
    where s.workspace_id = %(workspace)s and s.started_at >= %(from)s and s.started_at < %(until)s
)
select false, campaign, count(*) from seen group by campaign
union all
select true, null, count(distinct person_id) from seen
"""


@dataclass(frozen=True, slots=True)
class Visits:
    """How many visits a campaign opened, of how many people (None: too many to tell apart while somebody waits).

    `channel` where the campaign has exactly one.
    """

    visits: int
    people: int | None
    channel: str | None = None


NO_VISITS = Visits(0, 0)


def count_visits(workspace: Workspace, period: Period) -> tuple[Mapping[str | None, Visits], Visits]:
    """Visits that began in the period, by the campaign that opened them (None: none did), and in all."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    when = {"from": start, "until": until}
    rows = ask(workspace, _VISITS, **when)
    found = {campaign: Visits(int(visits), None, channel) for campaign, channel, visits in rows}
    whole = Visits(sum(one.visits for one in found.values()), None)
    if whole.visits > MOST_TOLD_APART:
        return found, whole
    return _tell_apart(workspace, found, whole, when)


def _tell_apart(
    workspace: Workspace, found: Mapping[str | None, Visits], whole: Visits, when: Mapping[str, Any]
) -> tuple[Mapping[str | None, Visits], Visits]:
    told = dict(found)
    for is_all, campaign, people in ask(workspace, _PEOPLE, **when):
        if is_all:
            whole = replace(whole, people=int(people))
        else:
            told[campaign] = replace(told[campaign], people=int(people))
    return told, whole
