"""How far the demo's story is told, read from the events themselves: their messageIds name the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models.functions import Substr

from accounts.models import Workspace
from tracking.models import Event, Inbox
from web.demo.story import PREFIX

# The story tells of so many days up to the one on which the workspace was made, and of every day since.
DAYS = 365
# Years begin with a 2.
_FROM, _BEFORE = f"{PREFIX}2", f"{PREFIX}3"


@dataclass(frozen=True, slots=True)
class Posted:
    """When the newest posted event was received and the day of the oldest; all that lies between was posted too."""

    newest: datetime
    oldest: date


def first_day(workspace: Workspace) -> date:
    """The day on which the story begins."""
    made = workspace.created_at.astimezone(ZoneInfo(workspace.timezone)).date()
    return made - timedelta(days=DAYS - 1)


def find_posted(workspace: Workspace) -> Posted | None:
    """What was posted so far, None before the first event; in the workspace's scope."""
    told = Event.objects.of(workspace).filter(message_id__gte=_FROM, message_id__lt=_BEFORE)
    newest = told.order_by("-message_id").values_list("at", "payload__receivedAt").first()
    oldest = told.order_by("message_id").values_list("message_id", flat=True).first()
    if newest is None or oldest is None:
        return None
    # A demo of an earlier release did not say when it was received, and nothing in it was late.
    at, said = newest
    return Posted(datetime.fromisoformat(said) if said else at, day_in(oldest))


def is_posted(workspace: Workspace, message_id: str) -> bool:
    """Whether this very event is stored; in the workspace's scope."""
    return Event.objects.of(workspace).filter(message_id=message_id).exists()


def waiting_days(workspace: Workspace) -> set[date]:
    """Days of the story with an event that waits for its facts; in the workspace's scope."""
    waiting = Inbox.objects.of(workspace).filter(message_id__gte=_FROM, message_id__lt=_BEFORE)
    days = waiting.annotate(name=Substr("message_id", 1, len(PREFIX) + 8)).values_list("name", flat=True).distinct()
    return {day_in(name) for name in days}


def day_in(message_id: str) -> date:
    """The day that a messageId of the story names."""
    return datetime.strptime(message_id[len(PREFIX) :][:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
