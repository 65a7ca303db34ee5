"""What happened: events as posted, and the facts derived from them."""

from tracking.models.events import DerivingState, Event, EventCount, Inbox, RejectedEvent
from tracking.models.facts import (
    Conversion,
    Mark,
    OpenPath,
    Refund,
    Session,
    StageEntry,
    StageEvent,
    Touch,
    TouchDetail,
)
from tracking.models.goals import Goal, Stage
from tracking.models.people import Alias, AnonymousLink, ErasedId, Person, UserMerge
from tracking.models.work import ChangedDay, ChangedPerson, Refill

__all__ = [
    "Alias",
    "AnonymousLink",
    "ChangedDay",
    "ChangedPerson",
    "Conversion",
    "DerivingState",
    "ErasedId",
    "Event",
    "EventCount",
    "Goal",
    "Inbox",
    "Mark",
    "OpenPath",
    "Person",
    "Refill",
    "Refund",
    "RejectedEvent",
    "Session",
    "Stage",
    "StageEntry",
    "StageEvent",
    "Touch",
    "TouchDetail",
    "UserMerge",
]
