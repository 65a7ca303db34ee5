"""How far what came in is worked off."""

from datetime import datetime

from django.db.models import Min

from accounts.models import Workspace
from tracking.models import ChangedDay, Inbox


def find_as_of(workspace: Workspace, now: datetime) -> datetime:
    """The time up to which everything accepted is in the reports, as the state of ingestion tells it."""
    waiting = Inbox.objects.of(workspace).aggregate(oldest=Min("received_at"))["oldest"]
    changed = ChangedDay.objects.of(workspace).aggregate(oldest=Min("noted_at"))["oldest"]
    return min([now, *(moment for moment in (waiting, changed) if moment is not None)])
