"""The ways in: each file turns one foreign shape into IncomingEvents, or into Rejected with a reason.

As pure as a core: bytes and values in, values out; the clock and the database belong to the collector.
"""

from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

MAX_EVENT_BYTES = 32 * 1024
MAX_BATCH_BYTES = 500 * 1024
# Some 28 bytes make an event, so 500 KB could hold 18,000; nothing real comes near.
MAX_BATCH_EVENTS = 10_000
# Of one request; what is beyond is only counted.
MAX_REFUSALS_KEPT = 100

# Every reason for which something is not taken in, with the sentence that people read.
REASONS = {
    "malformed_json": "The body is not valid JSON.",
    "bad_encoding": "The body is not valid gzip.",
    "too_large": "The event is over 32 KB, or the batch over 500 KB.",
    "too_many": "The batch has more than 10,000 events.",
    "too_deep": "The JSON is nested deeper than 32 levels.",
    "missing_batch": "A batch needs a list named batch.",
    "not_an_object": "An event must be a JSON object.",
    "missing_type": "The event has no type.",
    "unknown_type": "The type is none of page, screen, track, identify, group, alias.",
    "missing_identity": "The event has neither userId nor anonymousId.",
    "missing_event_name": "A track event needs the name of the event.",
    "missing_previous_id": "An alias needs previousId and userId.",
    "needs_token": "Only a token_auth that may manage the site may say this.",
    "duplicate": "An event with this messageId is here already.",
    "sealed": "The event is older than the workspace keeps events; the figures of its day stand.",
    "erased": "The event was of somebody who was erased since; nothing of it is kept.",
    "not_processable": "Facts could not be derived from this event.",
}


class IncomingEvent(Struct, frozen=True, kw_only=True):
    """One cleaned event in our own shape; times are UTC, ids are strings of at most 255 characters."""

    message_id: str
    kind: str
    received_at: datetime
    at: datetime
    time_replaced: bool
    anonymous_id: str | None
    user_id: str | None
    name: str | None
    order_id: str | None
    door: str
    # A JSON object with only what was sent, of: properties, traits, context, previousId, groupId, category,
    # originalTimestamp, newVisit. Bytes, because PostgreSQL is the first to look inside.
    payload: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was not taken in: the reason, the field to mend, and the bytes as they came (bounded)."""

    reason: str
    field: str = ""
    detail: str = ""
    message_id: str | None = None
    body: bytes | None = None
    events: int = 1


@dataclass(frozen=True, slots=True)
class RequestError:
    """Why a whole request is refused, as the client is told."""

    status: int
    code: str
    message: str


class ParsedRequest(Struct, frozen=True):
    """What one request holds; with an error its events are empty, and `rejected` says what to keep of it."""

    write_key: str | None
    events: list[IncomingEvent]
    rejected: list[Rejected]
    error: RequestError | None = None
