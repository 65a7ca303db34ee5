"""Changes that make numbers anew: how they begin and how far they are."""

from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from accounts.models import Workspace
from tracking.models import ChangedDay, ChangedPerson, Refill


def hold_settings(workspace: Workspace) -> None:
    """Wait for the batch that is being derived, and keep others from starting until the change is committed.

    Else a batch derived under the old settings could commit people whom the change never marked. Tells the workspace
    what is sealed by now.
    """
    with connection.cursor() as cursor:
        cursor.execute("select sealed_at from accounts_workspace where id = %s for update", [workspace.pk])
        (workspace.sealed_at,) = cursor.fetchone()


def share_settings(workspace: Workspace) -> None:
    """Wait for a change of settings or the erasure of a person, and keep others from starting one until we commit."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from accounts_workspace where id = %s for share", [workspace.pk])


def start_refill(workspace: Workspace, kind: str, reason: str) -> Refill:
    """Begin to make numbers anew; marks that carry its id are its work, and sealed days it leaves as they are."""
    return Refill.objects.create(workspace=workspace, kind=kind, reason=reason, sealed_before=workspace.sealed_before)


def refill_progress(workspace: Workspace, refill: Refill | None = None) -> dict[str, Any] | None:
    """How far a refill (the latest, if none is named) is: {id, state, done, total}; None if there never was one.

    Total grows while people are derived again, by the days that this spoils. In the workspace's scope.
    """
    refills = Refill.objects.of(workspace)
    found = refills.order_by("-id").first() if refill is None else refills.filter(pk=refill.pk).first()
    if found is None:
        return None
    left = sum(kind.objects.of(workspace).filter(refill_id=found.pk).count() for kind in (ChangedPerson, ChangedDay))
    total = max(found.total, left)
    state = "done" if not left else "queued" if left == total else "running"
    return {"id": found.pk, "state": state, "done": total - left, "total": total}


def finish_refills(workspace: Workspace) -> None:
    """Note the end of refills that have no mark left, neither a day nor a person."""
    left = (kind.objects.of(workspace).filter(refill_id=OuterRef("id")) for kind in (ChangedDay, ChangedPerson))
    unfinished = Refill.objects.of(workspace).filter(finished_at=None)
    unfinished.filter(*(~Exists(marks) for marks in left)).update(finished_at=now())
