"""What campaigns write: rows of spend."""

from collections.abc import Sequence

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from campaigns import models
from campaigns.core.spend import Plan, Spend, plan_rows
from campaigns.storage import load_related, save_plan


def put_spend(workspace: Workspace, spends: Sequence[Spend]) -> Plan:
    """Store rows in the place of those they tell of anew; what overlaps other days of its key is left out and told.

    All in one transaction; calls for one workspace wait for each other, so that none plans with rows that change.
    """
    with workspace_scope(workspace):
        _lock_spend(workspace)
        plan = plan_rows(spends, load_related(workspace, spends))
        save_plan(workspace, plan)
    return plan


def remove_spend(workspace: Workspace, spend_id: int) -> bool:
    """Take a row away; return whether it was there."""
    with workspace_scope(workspace):
        _lock_spend(workspace)
        removed, _ = models.Spend.objects.of(workspace).filter(pk=spend_id).delete()
    return bool(removed)


def _lock_spend(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"campaigns.spend:{workspace.pk}"])
