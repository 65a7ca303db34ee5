"""What one person did, oldest first: touches, conversions and stages."""

from typing import Any

from accounts.models import Workspace
from common.money import from_micros
from tracking.core.identity import ANONYMOUS, USER
from tracking.models import Alias
from tracking.storage.rows import run

_TOUCHES = """
select t.at, m.channel, m.source, m.medium, m.campaign, m.term, m.content,
    coalesce(d.landing_url, ''), m.referrer_host, coalesce(d.click_ids::text, '{}')::json
from tracking_touch t
left join tracking_touchdetail d using (workspace_id, person_id, at, tie)
join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
where t.workspace_id = %(workspace)s and t.person_id = %(person)s order by t.at, t.tie
"""
_TOUCH = [
    "at",
    "channel",
    "source",
    "medium",
    "campaign",
    "term",
    "content",
    "landing_url",
    "referrer_host",
    "click_ids",
]
_CONVERSIONS = """
select c.at, g.name, g.event, c.value_micros, w.currency, c.order_id, c.refunded_micros, c.note
from tracking_conversion c
join tracking_goal g on g.workspace_id = c.workspace_id and g.id = c.goal_id and g.archived_at is null
join accounts_workspace w on w.id = c.workspace_id
where c.workspace_id = %(workspace)s and c.person_id = %(person)s order by c.at, c.message_id collate "C", c.goal_id
"""
_CONVERSION = ["at", "goal", "event", "value", "currency", "order_id", "refunded", "note"]
_STAGES = """
select e.at, s.name, nullif(s.role, '') from tracking_stageentry e
join tracking_stage s on s.workspace_id = e.workspace_id and s.id = e.stage_id
where e.workspace_id = %(workspace)s and e.person_id = %(person)s order by e.at, s.position
"""
_STAGE = ["at", "name", "role"]


def load_journey(workspace: Workspace, alias: str) -> dict[str, list[dict[str, Any]]] | None:
    """A person's journey by any id of theirs, a userId before an anonymousId; None if nobody has it.

    Value is in the workspace's currency after refunds, `refunded` in the order's own; both are decimals or None.
    """
    person = find_person(workspace, alias)
    if person is None:
        return None
    conversions = _read(workspace, _CONVERSIONS, _CONVERSION, person)
    for conversion in conversions:
        conversion["value"] = None if conversion["value"] is None else from_micros(conversion["value"])
        conversion["refunded"] = from_micros(conversion["refunded"])
    return {
        "touches": _read(workspace, _TOUCHES, _TOUCH, person),
        "conversions": conversions,
        "stages": _read(workspace, _STAGES, _STAGE, person),
    }


def find_person(workspace: Workspace, alias: str) -> int | None:
    """The number of the person with this userId, else of the one with this anonymousId."""
    known = dict(Alias.objects.of(workspace).filter(value=alias).values_list("namespace", "person_id"))
    return known.get(USER, known.get(ANONYMOUS))


def _read(workspace: Workspace, statement: str, names: list[str], person: int) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in run(workspace.pk, statement, person=person)]
