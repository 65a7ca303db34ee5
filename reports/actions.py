"""What reports write besides mail: how late conversions come in."""

from datetime import datetime

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from reports.catalogue.ingestion import find_as_of
from reports.core.lateness import count_lateness
from reports.storage_lateness import count_cohorts, goals_of, save_lateness


def measure_lateness(workspace: Workspace, now: datetime) -> None:
    """Count anew how late each goal's conversions came in; a goal without any gets a row that says so.

    What waits to be worked off is not in it, so it is as of the time up to which everything is.
    """
    with workspace_scope(workspace):
        as_of = find_as_of(workspace, now)
        cohorts = count_cohorts(workspace, as_of)
        measured = {goal_id: count_lateness(cohorts.get(goal_id, [])) for goal_id in goals_of(workspace)}
        save_lateness(workspace, measured, as_of)
