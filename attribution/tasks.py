"""Attribution's tasks: look for changed days, and fill them a chunk at a time."""

from celery import shared_task
from django.db import transaction

from accounts.models import Workspace
from accounts.tenancy import workspace_task
from attribution.actions import fill_next_days, find_workspaces_to_fill


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
