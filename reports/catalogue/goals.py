"""A workspace's goals with what they counted lately, and what a goal that is not saved yet would have counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.models import Workspace
from tracking.core.facts import ORDER_COMPLETED
from tracking.core.goals import meets_all
from tracking.core.payloads import as_object
from tracking.core.values import read_order_micros
from tracking.models import Alias, Conversion, Event, Goal, Stage
from tracking.storage.rows import run
from tracking.storage.rules import condition_of

DAYS = 30
# Newest first, so that a preview answers at once however much comes in.
MOST_READ = 20_000
MOST_NAMES, MOST_COUNTED, NAMES_SHOWN = 500, 2_000, 50
# From name to name through the index, then a count of each: however much comes in, it costs the names there are.
_NAMES = """
with recursive names as (
    (select name from tracking_event where workspace_id = %(workspace)s and kind = 'track' and name is not null
     order by name limit 1)
    union all
    select (select e.name from tracking_event e where e.workspace_id = %(workspace)s and e.kind = 'track'
        and e.name > names.name order by e.name limit 1)
    from names where names.name is not null
)
select name, counted.events from (select name from names where name is not null limit %(names)s) as known, lateral (
    select count(*) as events from (
        select 1 from tracking_event e where e.workspace_id = %(workspace)s and e.kind = 'track' and e.name = known.name
            and e.at >= %(since)s limit %(most)s
    ) as lately
) as counted where counted.events > 0 order by events desc, name limit %(shown)s
"""


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal, what it counted in the last 30 days and the 30 before, and the stage that stands on it."""

    goal: Goal
    counted: int
    before: int
    stage: str


@dataclass(frozen=True, slots=True)
class EventName:
    """The name of a track event, and how often it came lately, counted up to MOST_COUNTED."""

    name: str
    count: int

    @property
    def or_more(self) -> str:
        return "+" if self.count >= MOST_COUNTED else ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a goal would have counted of the events of its name; `partly`: only the newest MOST_READ were looked at."""

    counted: int
    events: int
    valued: int
    partly: bool


def build(workspace: Workspace, now: datetime) -> list[GoalLine]:
    """The goals in use by name; in the workspace's scope."""
    since, before = now - timedelta(days=DAYS), now - timedelta(days=2 * DAYS)
    counts = Conversion.objects.of(workspace).filter(at__gte=before, at__lt=now).values("goal_id")
    found = {
        row["goal_id"]: row
        for row in counts.annotate(counted=Count("id", filter=Q(at__gte=since)), both=Count("id")).order_by()
    }
    stages = dict(Stage.objects.of(workspace).values_list("goal_id", "name"))
    lines = []
    for goal in Goal.objects.of(workspace).in_use().order_by("name"):
        row = found.get(goal.pk, {"counted": 0, "both": 0})
        lines.append(GoalLine(goal, row["counted"], row["both"] - row["counted"], stages.get(goal.pk, "")))
    return lines


def list_archived(workspace: Workspace) -> list[Goal]:
    """The goals that are archived, the latest first; in the workspace's scope."""
    return list(Goal.objects.of(workspace).exclude(archived_at=None).order_by("-archived_at", "-pk"))


def list_event_names(workspace: Workspace, now: datetime) -> list[EventName]:
    """The names of track events of the last 30 days, the most frequent first; in the workspace's scope."""
    since = now - timedelta(days=DAYS)
    rows = run(workspace.pk, _NAMES, since=since, most=MOST_COUNTED, names=MOST_NAMES, shown=NAMES_SHOWN)
    return [EventName(name, count) for name, count in rows]


def preview(
    workspace: Workspace, *, event: str, once: bool, where: Sequence[Mapping[str, Any]], now: datetime
) -> Preview:
    """What a goal would have counted in the last 30 days; an order counts once. In the workspace's scope."""
    conditions = tuple(condition_of(dict(one)) for one in where)
    rows = Event.objects.of(workspace).filter(
        kind__in=("page", "screen", "track"), at__gte=now - timedelta(days=DAYS), at__lte=now
    )
    rows = rows.filter(kind="track", name=event).order_by("-at")
    found = list(rows.values_list("user_id", "anonymous_id", "order_id", "payload")[: MOST_READ + 1])
    seen: set[str] = set()
    met: list[tuple[str | None, str | None]] = []
    valued = 0
    for user, anonymous, order, payload in found[:MOST_READ]:
        properties = as_object(as_object(payload).get("properties"))
        if (event == ORDER_COMPLETED and order and order in seen) or not meets_all(conditions, properties):
            continue
        seen.add(order or "")
        met.append((user, anonymous))
        valued += read_order_micros(properties) is not None
    counted = _count_people(workspace, met) if once else len(met)
    return Preview(counted, min(len(found), MOST_READ), valued, len(found) > MOST_READ)


def _count_people(workspace: Workspace, ids: Sequence[tuple[str | None, str | None]]) -> int:
    wanted = {("user", user) if user is not None else ("anonymous", anonymous) for user, anonymous in ids}
    rows = Alias.objects.of(workspace).filter(value__in={value for _kind, value in wanted})
    people = {(kind, value): person for kind, value, person in rows.values_list("namespace", "value", "person_id")}
    return len({people.get(one, one) for one in wanted})  # type: ignore[arg-type]
