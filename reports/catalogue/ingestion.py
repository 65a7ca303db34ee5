"""How far what came in is worked off."""

from datetime import datetime

from accounts.models import Workspace
from tracking.storage import ingestion_state


def find_as_of(workspace: Workspace, now: datetime) -> datetime:
    """The time up to which everything accepted is in the reports."""
    return ingestion_state(workspace, now).as_of
