"""Visits and the touches in them: the 30-minute rule."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder

from tracking.core.facts import PersonFacts, Session, StoredEvent, Touch
from tracking.core.marks import Arrival, Mark, ReadArrival
from tracking.core.payloads import as_object, as_text, read_payload

# A gap of exactly this length still belongs to the session.
LONGEST_GAP = timedelta(minutes=30)

# Straight from rows of the right length: a batch has thousands.
_new_session: Callable[[Iterable[Any]], Session] = partial(tuple.__new__, Session)
_ENDED_AT, _HITS = Session._fields.index("ended_at"), Session._fields.index("hits")

ReadArrivals = Callable[[Arrival], ReadArrival]


class Hit(Struct, gc=False):
    """A page or screen event, read."""

    at: datetime
    message_id: str
    arrival: Arrival
    user_agent: str
    starts_visit: bool


class _Page(Struct, frozen=True):
    url: str | None = None
    referrer: str | None = None


class _Context(Struct, frozen=True):
    page: _Page = _Page()
    campaign: dict[str, Any] | None = None
    userAgent: str | None = None


class _Told(Struct, frozen=True):
    properties: _Page = _Page()
    context: _Context = _Context()
    newVisit: Any = False


# Reads a fifth of the time of the whole payload, where everything has the type it should have.
_read_told = Decoder(_Told).decode


def read_hit(event: StoredEvent) -> Hit:
    """The address and referrer are the properties', else the context's."""
    try:
        told = _read_told(event.payload or "{}")
    except MsgspecError:
        return _read_odd_hit(event)
    said, context = told.properties, told.context
    page = context.page
    arrival = Arrival(said.url or page.url or "", said.referrer or page.referrer or "", context.campaign or {})
    return Hit(event.at, event.message_id, arrival, context.userAgent or "", told.newVisit is True)


def _read_odd_hit(event: StoredEvent) -> Hit:
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
    visits: list[list[Any]] = [list(session) for session in sealed.sessions]
    touches = list(sealed.touches)
    visit: list[Any] = visits[-1] if visits else []
    for hit in hits:
        at, arrived = hit.at, read(hit.arrival)
        if not visit or hit.starts_visit or at - visit[_ENDED_AT] > LONGEST_GAP:
            touch = make_touch(hit, arrived, touches)
            touches.append(touch)
            visit = [at, touch.tie, at, 1, arrived.mark]
            visits.append(visit)
        else:
            if arrived.says_origin and origin_of(arrived.mark) != origin_of(touches[-1].mark):
                touches.append(make_touch(hit, arrived, touches))
            visit[_ENDED_AT] = at
            visit[_HITS] += 1
    return list(map(_new_session, visits)), touches


def make_touch(hit: Hit, arrived: ReadArrival, before: list[Touch]) -> Touch:
    """The touch of a hit; touches of the same time are counted through."""
    tie = before[-1].tie + 1 if before and before[-1].at == hit.at else 0
    return Touch(hit.at, tie, hit.message_id, arrived.mark, hit.arrival.url, arrived.click_ids)


def origin_of(mark: Mark) -> tuple[str, str, str | None]:
    """What must differ for a touch inside a session."""
    return mark.source, mark.medium, mark.campaign
