"""What reports write besides mail: how late conversions come in, and sessions summed by day."""

from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from reports.catalogue.ingestion import find_as_of
from reports.core.lateness import count_lateness
from reports.session_days import forget_days, list_days_to_sum, sum_days
from reports.storage_lateness import count_cohorts, goals_of, save_lateness

# Days are summed while nobody can move a session of theirs, so for a moment only.
DAYS_A_CHUNK = 32
# Until then most of what comes in late is here.
_REST = timedelta(days=1)


def measure_lateness(workspace: Workspace, now: datetime) -> None:
    """Count anew how late each goal's conversions came in; a goal without any gets a row that says so.

    What waits to be worked off is not in it, so it is as of the time up to which everything is.
    """
    with workspace_scope(workspace):
        as_of = find_as_of(workspace, now)
        cohorts = count_cohorts(workspace, as_of)
        measured = {goal_id: count_lateness(cohorts.get(goal_id, [])) for goal_id in goals_of(workspace)}
        save_lateness(workspace, measured, as_of)


def sum_next_session_days(workspace: Workspace, now: datetime) -> bool:
    """Count the sessions of some days gone by that lack it, the newest first; return whether days are left over.

    Does nothing while somebody is moving sessions of the workspace; the next look takes care.
    """
    with workspace_scope(workspace):
        if not _try_lock_sessions(workspace):
            return False
        forget_days(workspace, before=now)
        days = list_days_to_sum(workspace, before=now - _REST)
        if days:
            sum_days(workspace, days[:DAYS_A_CHUNK])
        return len(days) > DAYS_A_CHUNK


def _try_lock_sessions(workspace: Workspace) -> bool:
    """Keep everybody from moving sessions, if nobody is; the trigger of migration 0006 takes its share of this lock."""
    with connection.cursor() as cursor:
        name = f"reports.sessions:{workspace.pk}"
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
