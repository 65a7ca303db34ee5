"""How much of the demo is in the figures, for the bar on its pages."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from tracking.models import ChangedDay
from web.demo.agency import is_told
from web.demo.posted import find_posted, first_day, waiting_days

# So few days are not worth a bar: those that happen while it is shown.
FEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Progress:
    """Days of the demo that are in the figures, of all its days."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total


def demo_progress(workspace: Workspace, now: datetime) -> Progress | None:
    """How far a demo workspace is filled; None for any other workspace, and once all of it is there."""
    if not is_told(workspace):
        return None
    today = now.astimezone(ZoneInfo(workspace.timezone)).date()
    first = first_day(workspace)
    total = (today - first).days + 1
    with workspace_scope(workspace):
        posted = find_posted(workspace)
        if posted is None:
            return Progress(0, total)
        unfinished = waiting_days(workspace) | _days_to_fill(workspace)
    newest = posted.newest.astimezone(ZoneInfo(workspace.timezone)).date()
    missing = max(0, (posted.oldest - first).days) + max(0, (today - newest).days)
    missing += sum(posted.oldest <= day <= newest for day in unfinished)
    return Progress(max(0, total - missing), total) if missing > FEW_DAYS else None


def _days_to_fill(workspace: Workspace) -> set[date]:
    """Days whose credit waits for new events; what a changed setting makes anew has its own bar."""
    return set(ChangedDay.objects.of(workspace).filter(refill_id=None).values_list("day", flat=True).distinct())
