"""Visits and people by campaign; people are counted from the visits themselves, for they do not add up over days."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from common.periods import Period, bounds
from reports.ask import ask

# People are told apart within each campaign, and once more over all of them.
_VISITS = """
with seen as materialized (
    select m.campaign, min(m.channel) as low, max(m.channel) as high, v.person_id, sum(v.visits) as visits
    from (
        select mark_id, person_id, count(*) as visits from tracking_session
        where workspace_id = %(workspace)s and started_at >= %(from)s and started_at < %(until)s
        group by mark_id, person_id
    ) v
    join tracking_mark m on m.workspace_id = %(workspace)s and m.id = v.mark_id
    group by m.campaign, v.person_id
)
select false, campaign, case when min(low) = max(high) then min(low) end, sum(visits), count(*) from seen group by 2
union all
select true, null, null, coalesce(sum(visits), 0), count(distinct person_id) from seen
"""


@dataclass(frozen=True, slots=True)
class Visits:
    """How many visits a campaign opened, of how many people; `channel` where it has exactly one."""

    visits: int
    people: int
    channel: str | None = None


NO_VISITS = Visits(0, 0)


def count_visits(workspace: Workspace, period: Period) -> tuple[Mapping[str | None, Visits], Visits]:
    """Visits that began in the period, by the campaign that opened them (None: none did), and in all."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    rows = ask(workspace, _VISITS, **{"from": start, "until": until})
    found = {
        campaign: Visits(int(visits), int(people), channel)
        for all_, campaign, channel, visits, people in rows
        if not all_
    }
    (whole,) = (Visits(int(visits), int(people)) for all_, _, _, visits, people in rows if all_)
    return found, whole
