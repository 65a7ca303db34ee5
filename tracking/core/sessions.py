"""Visits and the touches in them: the 30-minute rule."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from tracking.core.facts import PersonFacts, Session, StoredEvent, Touch
from tracking.core.marks import Arrival, Mark, ReadArrival
from tracking.core.payloads import as_object, as_text, read_payload

# A gap of exactly this length still belongs to the session.
LONGEST_GAP = timedelta(minutes=30)

ReadArrivals = Callable[[Arrival], ReadArrival]


class Hit(NamedTuple):
    """A page or screen event, read."""

    at: datetime
    message_id: str
    arrival: Arrival
    user_agent: str
    starts_visit: bool


def read_hit(event: StoredEvent) -> Hit:
    """The address and referrer are the properties', else the context's."""
    payload = read_payload(event.payload)
    properties, context = as_object(payload.get("properties")), as_object(payload.get("context"))
    page = as_object(context.get("page"))
    arrival = Arrival(
        as_text(properties.get("url")) or as_text(page.get("url")),
        as_text(properties.get("referrer")) or as_text(page.get("referrer")),
        as_object(context.get("campaign")),
    )
    return Hit(event.at, event.message_id, arrival, as_text(context.get("userAgent")), payload.get("newVisit") is True)


def walk_sessions(hits: list[Hit], read: ReadArrivals, sealed: PersonFacts) -> tuple[list[Session], list[Touch]]:
    """Sessions and touches of one person's hits, which come in order, after those that are `sealed`.

    A hit is a touch if it opens a session, or tells of another origin than the session's last touch did.
    """
    sessions, touches = list(sealed.sessions), list(sealed.touches)
    last = sessions[-1].ended_at if sessions else None
    for hit in hits:
        arrived = read(hit.arrival)
        if last is None or hit.starts_visit or hit.at - last > LONGEST_GAP:
            touches.append(make_touch(hit, arrived, touches))
            sessions.append(Session(hit.at, touches[-1].tie, hit.at, 1, arrived.mark))
        else:
            if arrived.says_origin and origin_of(arrived.mark) != origin_of(touches[-1].mark):
                touches.append(make_touch(hit, arrived, touches))
            sessions[-1] = sessions[-1]._replace(ended_at=hit.at, hits=sessions[-1].hits + 1)
        last = hit.at
    return sessions, touches


def make_touch(hit: Hit, arrived: ReadArrival, before: list[Touch]) -> Touch:
    """The touch of a hit; touches of the same time are counted through."""
    tie = before[-1].tie + 1 if before and before[-1].at == hit.at else 0
    return Touch(hit.at, tie, hit.message_id, arrived.mark, hit.arrival.url, arrived.click_ids)


def origin_of(mark: Mark) -> tuple[str, str, str | None]:
    """What must differ for a touch inside a session."""
    return mark.source, mark.medium, mark.campaign
