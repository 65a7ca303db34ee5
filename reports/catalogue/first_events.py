"""What arrived lately, for whoever waits for the first event: what, from where, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from accounts.models import Workspace
from tracking.core.identity import ANONYMOUS, USER
from tracking.core.payloads import as_object, as_text
from tracking.models import Alias, Conversion, Event, Goal, Inbox, Mark, Touch
from tracking.storage import IngestionState, ingestion_state

SHOWN = 5
# As the two indexes by time are cut.
TIMED = ("page", "screen", "track")
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
    newest.sort(key=lambda event: event.at, reverse=True)
    return FirstEvents([_show(workspace, event) for event in newest[:SHOWN]], ingestion_state(workspace, now))


def fate_of(workspace: Workspace, message_id: str) -> Fate:
    """What became of one event; in the workspace's scope."""
    stored = Event.objects.of(workspace).filter(message_id=message_id).exists()
    waiting = Inbox.objects.of(workspace).filter(message_id=message_id).exists()
    reached = Conversion.objects.of(workspace).filter(message_id=message_id).values_list("goal_id", flat=True)
    goals = Goal.objects.of(workspace).filter(pk__in=list(reached)).values_list("name", flat=True)
    return Fate(stored, waiting, list(goals))


def _show(workspace: Workspace, event: Event) -> Arrived:
    mark = None if event.kind == "track" and event.name == TEST_EVENT else _mark_of(workspace, event)
    payload = as_object(event.payload)
    page = {**as_object(as_object(payload.get("context")).get("page")), **as_object(payload.get("properties"))}
    return Arrived(
        at=event.at,
        kind=event.kind,
        name=event.name or "",
        where=_place(as_text(page.get("url"))),
        referrer=_host(as_text(page.get("referrer"))),
        door=event.door,
        channel=mark.channel if mark else None,
        source=f"{mark.source} / {mark.medium}" if mark else "",
        is_test=event.anonymous_id == TEST_PERSON,
    )


def _mark_of(workspace: Workspace, event: Event) -> Mark | None:
    """The mark of the visit that the event is part of."""
    namespace, value = (USER, event.user_id) if event.user_id is not None else (ANONYMOUS, event.anonymous_id)
    alias = Alias.objects.of(workspace).filter(namespace=namespace, value=value).first()
    if alias is None:
        return None
    touches = Touch.objects.of(workspace).filter(person_id=alias.person_id)
    touch = touches.filter(at__lte=event.at).order_by("-at", "-tie").first()
    return Mark.objects.of(workspace).filter(pk=touch.mark_id).first() if touch else None


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
