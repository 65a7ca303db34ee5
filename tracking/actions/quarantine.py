"""What no attempt could derive stands aside, so that everything else goes on."""

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import now

from accounts.models import Workspace
from tracking.models import ChangedPerson, Event, Inbox, RejectedEvent

_ENCODER = DjangoJSONEncoder(ensure_ascii=False)
_FIELDS = [field.attname for field in Event._meta.concrete_fields]


def quarantine_event(workspace: Workspace, place: int) -> None:
    """Move a waiting event to the rejected ones, whole: left where it is, it would spoil every batch of its person."""
    waiting = Inbox.objects.of(workspace).filter(seq=place).first()
    if waiting is None:
        return
    event = Event.objects.of(workspace).filter(message_id=waiting.message_id)
    for row in event.values(*_FIELDS):
        RejectedEvent.objects.create(
            workspace=workspace,
            received_at=row["received_at"],
            reason="not_processable",
            door=row["door"],
            message_id=row["message_id"],
            body=_ENCODER.encode(row).encode(),
        )
    event.delete()
    Inbox.objects.of(workspace).filter(seq=waiting.seq).delete()


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
