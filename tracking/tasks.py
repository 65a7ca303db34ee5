"""Tracking's tasks: look for waiting events, and derive their facts."""

import logging

from celery import shared_task
from django.utils.timezone import now

from accounts.models import Workspace
from tracking.actions.derive import DatabaseTrouble, derive_waiting, find_waiting_workspaces
from tracking.actions.retention import fold, retain

log = logging.getLogger(__name__)

# Longer than a look's interval, shorter than what would pile up behind a busy workspace.
BELL_EXPIRES_SECONDS = 10
# A worker has other things to do: what is left after so long waits for the next message.
TIDY_S = 20.0


@shared_task(name="tracking.look_for_events")
def look_for_events() -> None:
    """Have every workspace derived where something waits; beat runs this, so no lost message matters."""
    for workspace_id in find_waiting_workspaces():
        derive_facts.apply_async((workspace_id,), expires=BELL_EXPIRES_SECONDS)


# Not a workspace_task: each batch is a transaction of its own.
@shared_task(name="tracking.derive_facts")
def derive_facts(workspace_id: int) -> None:
    """Derive what waits in a workspace; if it takes long, make room for others and ring again."""
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        return
    try:
        more = derive_waiting(workspace)
    except DatabaseTrouble as trouble:
        # The clock looks again within seconds; that is the pause a database in trouble needs.
        log.warning("workspace %s: %s", workspace_id, trouble)
        return
    if more:
        derive_facts.apply_async((workspace_id,), expires=BELL_EXPIRES_SECONDS)


@shared_task(name="tracking.look_for_the_past")
def look_for_the_past() -> None:
    """Have every workspace let go of what it no longer keeps, and its counts summed; beat runs this."""
    for workspace_id in Workspace.objects.values_list("id", flat=True):
        let_go.apply_async((workspace_id,), queue="default")


# Not a workspace_task: each batch is a transaction of its own.
@shared_task(name="tracking.let_go")
def let_go(workspace_id: int) -> None:
    """Seal old days of a workspace, delete their events a batch at a time, and sum its counts."""
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        return
    fold(workspace, now())
    if retain(workspace, now(), seconds=TIDY_S):
        let_go.apply_async((workspace_id,), queue="default")
