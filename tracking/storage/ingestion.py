"""How far what came in is worked off."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Workspace
from tracking.models import ChangedDay, ChangedPerson, EventCount, Inbox, RejectedEvent


@dataclass(frozen=True, slots=True)
class IngestionState:
    """Counts of events; `caught_up`: everything accepted is visible in reports, else `as_of` says up to when."""

    accepted: int
    processed: int
    pending: int
    duplicates: int
    rejected: int
    quarantined: int
    caught_up: bool
    as_of: datetime
    # Seconds the oldest waiting event has waited; 0 when none waits.
    lag_seconds: float
    days_to_fill: int


def ingestion_state(workspace: Workspace, now: datetime) -> IngestionState:
    """What was accepted, and how much of it waits; in the workspace's scope."""
    # Waiting first: an event that is taken in between is then missing rather than called processed.
    waiting = Inbox.objects.of(workspace).aggregate(number=Count("seq"), oldest=Min("received_at"))
    days = ChangedDay.objects.of(workspace).aggregate(number=Count("day", distinct=True), oldest=Min("noted_at"))
    people_wait = ChangedPerson.objects.of(workspace).exists()
    accepted = EventCount.objects.of(workspace).aggregate(number=Coalesce(Sum("events"), 0))["number"]
    refused = _count_refused(workspace)
    oldest = [moment for moment in (waiting["oldest"], days["oldest"]) if moment is not None]
    return IngestionState(
        accepted=accepted,
        processed=max(0, accepted - waiting["number"] - refused["quarantined"]),
        pending=waiting["number"],
        duplicates=refused["duplicates"],
        rejected=refused["rejected"],
        quarantined=refused["quarantined"],
        caught_up=not waiting["number"] and not days["number"] and not people_wait,
        as_of=min([now, *oldest]),
        lag_seconds=max(0.0, (now - waiting["oldest"]).total_seconds()) if waiting["oldest"] else 0.0,
        days_to_fill=days["number"],
    )


def _count_refused(workspace: Workspace) -> dict[str, int]:
    duplicate, stuck = Q(reason="duplicate"), Q(reason="not_processable")
    return RejectedEvent.objects.of(workspace).aggregate(
        duplicates=Coalesce(Sum("events", filter=duplicate), 0),
        quarantined=Coalesce(Sum("events", filter=stuck), 0),
        rejected=Coalesce(Sum("events", filter=~duplicate & ~stuck), 0),
    )
