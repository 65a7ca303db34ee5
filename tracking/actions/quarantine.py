"""What no attempt could derive stands aside, so that everything else goes on."""

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import now

from accounts.models import Workspace
from tracking.core.facts import StoredEvent
from tracking.models import ChangedPerson, Event, Inbox, RejectedEvent

_ENCODER = DjangoJSONEncoder(ensure_ascii=False)
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
            body=_ENCODER.encode(row).encode(),
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
