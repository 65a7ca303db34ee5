"""How far what came in is worked off."""

from dataclasses import fields
from datetime import datetime

from accounts.models import Workspace
from reports.report import Ingestion
from tracking.storage import ingestion_state


def build(workspace: Workspace, now: datetime) -> Ingestion:
    """The workspace's counts, as of now."""
    state = ingestion_state(workspace, now=now)
    return Ingestion(**{field.name: getattr(state, field.name) for field in fields(Ingestion)})


def find_as_of(workspace: Workspace, now: datetime) -> datetime:
    """The time up to which everything accepted is in the reports."""
    return build(workspace, now).as_of
