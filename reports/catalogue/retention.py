"""What a shorter retention would delete, told before it is chosen."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from common.periods import day_of
from tracking.actions.retention import start_of_kept
from tracking.models import Event


@dataclass(frozen=True, slots=True)
class WhatGoes:
    """Events of before `first_kept`, the first day that is kept, and how many there are just now."""

    days: int
    first_kept: date
    events: int


def build(workspace: Workspace, days: int, now: datetime) -> WhatGoes:
    """What goes if the workspace keeps events for so many days; in its scope."""
    start = start_of_kept(workspace, days, now)
    events = Event.objects.of(workspace).filter(at__lt=start).count()
    return WhatGoes(days, day_of(start, ZoneInfo(workspace.timezone)), events)


def is_shorter(before: int | None, after: int) -> bool:
    """Whether events go that would have stayed; None keeps them for ever."""
    return before is None or after < before
