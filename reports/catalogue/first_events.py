"""What arrived lately, for whoever waits for the first event: what, from where, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from accounts.models import Workspace
from tracking.core.identity import ANONYMOUS, USER
from tracking.core.payloads import as_object, as_text
from tracking.models import Conversion, Event, Goal, Inbox
from tracking.storage import IngestionState, ingestion_state
from tracking.storage.rows import run

SHOWN = 5
# As the two indexes by time are cut.
TIMED = ("page", "screen", "track")
_MARKS = """
select wanted.place, m.channel, m.source, m.medium
from unnest(%(places)s::int[], %(namespaces)s::text[], %(ids)s::text[], %(ats)s::timestamptz[])
    as wanted (place, namespace, id, at)
join tracking_alias a on a.workspace_id = %(workspace)s and a.namespace = wanted.namespace and a.value = wanted.id
cross join lateral (
    select mark_id from tracking_touch t
    where t.workspace_id = %(workspace)s and t.person_id = a.person_id and t.at <= wanted.at
    order by t.at desc, t.tie desc limit 1
) as visit
join tracking_mark m on m.workspace_id = %(workspace)s and m.id = visit.mark_id
"""
TEST_EVENT = "Headwater Test"
TEST_PERSON = "headwater-test"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event: where it happened, where its visit came from, and the visit's channel once that is worked out."""

    at: datetime
    kind: str
    name: str
    where: str
    referrer: str
    door: str
    channel: str | None
    source: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one event that was sent as a test."""

    stored: bool
    waiting: bool
    goals: list[str]


@dataclass(frozen=True, slots=True)
class FirstEvents:
    """The newest events, and how many there are; tests of our own are told apart."""

    events: list[Arrived]
    ingestion: IngestionState


def build(workspace: Workspace, now: datetime) -> FirstEvents:
    """The newest events of a workspace; in its scope."""
    events = Event.objects.of(workspace)
    newest = [*events.filter(kind__in=TIMED).order_by("-at")[:SHOWN]]
    newest += [*events.exclude(kind__in=TIMED).order_by("-at")[:SHOWN]]
    newest = sorted(newest, key=lambda event: event.at, reverse=True)[:SHOWN]
    marks = _find_marks(workspace, newest)
    shown = [_show(event, marks.get(place)) for place, event in enumerate(newest)]
    return FirstEvents(shown, ingestion_state(workspace, now))


def fate_of(workspace: Workspace, message_id: str) -> Fate:
    """What became of one event; in the workspace's scope."""
    stored = Event.objects.of(workspace).filter(message_id=message_id).exists()
    waiting = Inbox.objects.of(workspace).filter(message_id=message_id).exists()
    reached = Conversion.objects.of(workspace).filter(message_id=message_id).values_list("goal_id", flat=True)
    goals = Goal.objects.of(workspace).in_use().filter(pk__in=list(reached)).values_list("name", flat=True)
    return Fate(stored, waiting, list(goals))


def _show(event: Event, mark: tuple[str, str, str] | None) -> Arrived:
    payload = as_object(event.payload)
    page = {**as_object(as_object(payload.get("context")).get("page")), **as_object(payload.get("properties"))}
    channel, source, medium = mark or (None, "", "")
    return Arrived(
        at=event.at,
        kind=event.kind,
        name=event.name or "",
        where=_place(as_text(page.get("url"))),
        referrer=_host(as_text(page.get("referrer"))),
        door=event.door,
        channel=channel,
        source=f"{source} / {medium}" if mark else "",
        is_test=event.anonymous_id == TEST_PERSON,
    )


def _find_marks(workspace: Workspace, events: Sequence[Event]) -> dict[int, tuple[str, str, str]]:
    """The channel, source and medium of the visit that each event is part of, by the event's place."""
    ids = [(USER, one.user_id) if one.user_id is not None else (ANONYMOUS, one.anonymous_id or "") for one in events]
    rows = run(
        workspace.pk,
        _MARKS,
        places=list(range(len(events))),
        namespaces=[namespace for namespace, _value in ids],
        ids=[value for _namespace, value in ids],
        ats=[one.at for one in events],
    )
    return {place: (channel, source, medium) for place, channel, source, medium in rows}


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path}"[:120]


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc[:120]
    except ValueError:
        return ""
