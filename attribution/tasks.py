"""Attribution's tasks: look for changed days and fill them, and sum open paths by day, a chunk at a time."""

from celery import shared_task
from django.db import transaction
from django.utils.timezone import now

from accounts.models import Workspace
from accounts.tenancy import workspace_task
from attribution.actions import fill_next_days, find_workspaces_to_fill, sum_next_open_days
from attribution.storage import find_workspaces_with_open_days

# What moves in that time is summed at once; until then it is added when it is read.
GATHER_MOVES_S = 300.0


@shared_task(name="attribution.look_for_changed_days")
def look_for_changed_days() -> None:
    """Have every workspace filled whose numbers no longer hold; beat runs this, so no lost message matters."""
    for workspace_id in find_workspaces_to_fill():
        fill_changed_days.delay(workspace_id)


@workspace_task(name="attribution.fill_changed_days")
def fill_changed_days(workspace: Workspace) -> None:
    """Fill one chunk of days in the task's own transaction; what is left goes to the next task."""
    if fill_next_days(workspace):
        transaction.on_commit(lambda: fill_changed_days.delay(workspace.pk))


@shared_task(name="attribution.look_for_open_days")
def look_for_open_days() -> None:
    """Have open paths summed wherever a day has gone by or paths have moved, so that reports read sums."""
    for workspace_id in find_workspaces_with_open_days(GATHER_MOVES_S):
        sum_open_days.delay(workspace_id)


@workspace_task(name="attribution.sum_open_days")
def sum_open_days(workspace: Workspace) -> None:
    """Sum one chunk of days; what is left goes to the next task."""
    if sum_next_open_days(workspace, now()):
        transaction.on_commit(lambda: sum_open_days.delay(workspace.pk))
