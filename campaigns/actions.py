"""What campaigns write: rows of spend."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from campaigns import models
from campaigns.core.spend import Plan, Spend, SpendKey, plan_rows
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


def remove_month(workspace: Workspace, key: SpendKey, currency: str, first: date) -> int:
    """Take away the rows of one key and currency that begin in the month of `first`; return how many there were."""
    after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    with workspace_scope(workspace):
        _lock_spend(workspace)
        rows = models.Spend.objects.of(workspace).filter(channel=key.channel, source=key.source, medium=key.medium)
        rows = rows.filter(currency=currency, start__gte=first.replace(day=1), start__lt=after)
        removed, _ = rows.delete()
    return removed


def preview_spend(workspace: Workspace, spends: Sequence[Spend]) -> Plan:
    """What put_spend would do now; writes nothing."""
    with workspace_scope(workspace):
        return plan_rows(spends, load_related(workspace, spends))


def _lock_spend(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"campaigns.spend:{workspace.pk}"])
