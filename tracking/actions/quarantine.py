"""What no attempt could derive stands aside, so that everything else goes on."""

import json
from datetime import datetime
from typing import Any

from django.utils.timezone import now

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from tracking.core.facts import StoredEvent
from tracking.models import ChangedPerson, Event, EventCount, Inbox, RejectedEvent

REPLAYED_AT_ONCE = 500
_FIELDS = [field.attname for field in Event._meta.concrete_fields]


def quarantine_event(workspace: Workspace, place: int) -> None:
    """Move a waiting event to the rejected ones, whole: left where it is, it would spoil every batch of its person."""
    waiting = Inbox.objects.of(workspace).filter(seq=place).first()
    if waiting is None:
        return
    _set_aside(workspace, [waiting.message_id], "not_processable")
    Inbox.objects.of(workspace).filter(seq=waiting.seq).delete()


def refuse_sealed(workspace: Workspace, events: list[StoredEvent]) -> list[StoredEvent]:
    """Those events that lie after the seal; the others are moved to the rejected ones, for their days stand."""
    seal = workspace.sealed_at
    if seal is None or all(event.at >= seal for event in events):
        return events
    _set_aside(workspace, [event.message_id for event in events if event.at < seal], "sealed")
    return [event for event in events if event.at >= seal]


def replay_quarantined(workspace: Workspace) -> int:
    """Put every event that was put aside back, to be derived once more; returns how many. Repeatable at any point."""
    put_back = REPLAYED_AT_ONCE
    total = 0
    while put_back == REPLAYED_AT_ONCE:
        with workspace_scope(workspace):
            put_back = _put_back_some(workspace)
        total += put_back
    return total


def _put_back_some(workspace: Workspace) -> int:
    aside = RejectedEvent.objects.of(workspace).filter(reason="not_processable", body__isnull=False)
    rows = list(aside.order_by("id")[:REPLAYED_AT_ONCE])
    events = [Event(**_read(bytes(row.body or b""))) for row in rows]
    known = Event.objects.of(workspace).filter(message_id__in=[event.message_id for event in events])
    again = set(known.values_list("message_id", flat=True))
    new = [event for event in events if event.message_id not in again]
    Event.objects.bulk_create(new, ignore_conflicts=True)
    # They were counted when they came, and are counted as they go in again.
    if new:
        EventCount.objects.create(workspace=workspace, received_at=now(), events=-len(new))
    aside.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _read(body: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(body)
    return row | {name: datetime.fromisoformat(row[name]) for name in ("received_at", "at")}


def drop_events(workspace: Workspace, message_ids: list[str], reason: str) -> None:
    """Delete events, of which only the number is kept."""
    if message_ids:
        RejectedEvent.objects.create(workspace=workspace, reason=reason, events=len(message_ids))
        Event.objects.of(workspace).filter(message_id__in=message_ids).delete()


def _set_aside(workspace: Workspace, message_ids: list[str], reason: str) -> None:
    events = Event.objects.of(workspace).filter(message_id__in=message_ids)
    RejectedEvent.objects.bulk_create(
        RejectedEvent(
            workspace=workspace,
            received_at=row["received_at"],
            reason=reason,
            door=row["door"],
            message_id=row["message_id"],
            body=json.dumps(row, ensure_ascii=False, default=datetime.isoformat).encode(),
        )
        for row in events.values(*_FIELDS)
    )
    events.delete()


def quarantine_person(workspace: Workspace, mark_id: int) -> None:
    """Leave a marked person's facts as they are, and say so."""
    mark = ChangedPerson.objects.of(workspace).filter(id=mark_id).first()
    if mark is None:
        return
    RejectedEvent.objects.create(
        workspace=workspace,
        received_at=now(),
        reason="not_processable",
        events=0,
        detail=f"Facts of person {mark.person_id} could not be derived again.",
    )
    mark.delete()
