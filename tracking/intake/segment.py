"""Events in the shape of Segment's and RudderStack's clients."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import DecodeError, Raw, Struct, ValidationError, field
from msgspec.json import Decoder, encode

from tracking.intake import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    MAX_EVENT_BYTES,
    MAX_REFUSALS_KEPT,
    REASONS,
    IncomingEvent,
    ParsedRequest,
    Rejected,
    RequestError,
)
from tracking.intake.clean import clean_json, inflate
from tracking.intake.values import correct_time, identifier, parse_time

DOOR = "segment"
KINDS = ("track", "page", "screen", "identify", "group", "alias")
# The last part of the path: what arrives there.
PATHS = {
    **{kind: kind for kind in KINDS},
    **{kind[0]: kind for kind in KINDS},
    "batch": "batch",
    "import": "batch",
    "b": "batch",
}
ORDER_EVENTS = frozenset(("Order Completed", "Order Refunded"))
NOTHING = Raw()


class _Event(Struct, rename="camel"):
    type: Any = None
    message_id: Any = None
    anonymous_id: Any = None
    user_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    # Named by archives of events: when another collector had received it first.
    received_at: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    write_key: Any = None
    properties: Raw = NOTHING
    traits: Raw = NOTHING
    context: Raw = NOTHING


class _Batch(Struct, rename="camel"):
    batch: Raw = NOTHING
    write_key: Any = None
    sent_at: Any = None
    context: Raw = NOTHING


class _Order(Struct):
    order_id: Any = None
    order_id_in_camel: Any = field(name="orderId", default=None)


class _Traits(Struct):
    traits: Raw = NOTHING


class Arrival(Struct, frozen=True, kw_only=True):
    """What is the same for all events of a request; `kind` is None where each event names its own."""

    kind: str | None
    received_at: datetime
    sent_at: datetime | None
    context: bytes
    new_id: Callable[[], str]


_decode_event = Decoder(_Event).decode
_decode_batch = Decoder(_Batch).decode
_decode_list = Decoder(list[Raw]).decode
_decode_order = Decoder(_Order).decode
_decode_traits = Decoder(_Traits).decode
_decode_object = Decoder(dict[str, Raw]).decode


def read_request(
    body: bytes,
    *,
    path_kind: str,
    gzipped: bool,
    key_from_basic: str | None,
    received_at: datetime,
    new_id: Callable[[], str],
) -> ParsedRequest:
    """Read one POST; `path_kind` is a value of PATHS, `new_id` makes the id of an event that came without one."""
    limit = MAX_BATCH_BYTES if path_kind == "batch" else MAX_EVENT_BYTES
    unpacked = inflate(body, limit) if gzipped else body
    if isinstance(unpacked, Rejected):
        return _refuse(unpacked, body, key_from_basic)
    if len(unpacked) > limit:
        return _refuse(Rejected("too_large", detail=f"{len(unpacked)} bytes."), unpacked, key_from_basic)
    cleaned = clean_json(unpacked)
    if isinstance(cleaned, Rejected):
        return _refuse(cleaned, unpacked, key_from_basic)
    read = _read_batch if path_kind == "batch" else _read_single
    arrival = Arrival(
        kind=None if path_kind == "batch" else path_kind,
        received_at=received_at,
        sent_at=None,
        context=b"",
        new_id=new_id,
    )
    try:
        return read(cleaned, arrival, key_from_basic)
    except ValidationError:
        return _refuse(Rejected("not_an_object"), unpacked, key_from_basic)
    except (DecodeError, RecursionError) as error:
        return _refuse(Rejected("malformed_json", detail=str(error)[:200]), unpacked, key_from_basic)


def _read_single(body: bytes, arrival: Arrival, key_from_basic: str | None) -> ParsedRequest:
    event = _decode_event(body)
    key = key_from_basic or _write_key(event.write_key)
    incoming = _to_incoming(event, arrival)
    if isinstance(incoming, Rejected):
        return _refuse(incoming, body, key)
    return ParsedRequest(key, [incoming], [])


def _read_batch(body: bytes, arrival: Arrival, key_from_basic: str | None) -> ParsedRequest:
    head = _decode_batch(body)
    key = key_from_basic or _write_key(head.write_key)
    if memoryview(head.batch)[:1] != b"[":
        return _refuse(Rejected("missing_batch", field="batch"), body, key)
    raws = _decode_list(head.batch)
    key = key or _first_write_key(raws)
    if len(raws) > MAX_BATCH_EVENTS:
        return _refuse(Rejected("too_many", field="batch", detail=f"{len(raws)} events."), body, key)
    arrival = Arrival(
        kind=None,
        received_at=arrival.received_at,
        sent_at=parse_time(head.sent_at),
        context=_if_object(head.context),
        new_id=arrival.new_id,
    )
    return _read_events(raws, arrival, key)


def _read_events(raws: list[Raw], arrival: Arrival, key: str | None) -> ParsedRequest:
    events: list[IncomingEvent] = []
    rejected: list[Rejected] = []
    for index, raw in enumerate(raws):
        if len(memoryview(raw)) > MAX_EVENT_BYTES:
            too_large = Rejected("too_large", field=f"batch[{index}]", detail=f"{len(memoryview(raw))} bytes.")
            return _refuse(too_large, bytes(raw), key)
        incoming = _read_one(raw, arrival)
        if isinstance(incoming, Rejected):
            rejected.append(_placed(incoming, f"batch[{index}]", bytes(raw)))
        else:
            events.append(incoming)
    return ParsedRequest(key, events, _bounded(rejected))


def _read_one(raw: Raw, arrival: Arrival) -> IncomingEvent | Rejected:
    try:
        return _to_incoming(_decode_event(raw), arrival)
    except ValidationError:
        return Rejected("not_an_object")


def _to_incoming(event: _Event, arrival: Arrival) -> IncomingEvent | Rejected:
    """Turn one event into our shape, or say which field keeps it out."""
    message_id = identifier(event.message_id)
    kind = arrival.kind or _kind(event.type)
    if kind not in KINDS:
        return Rejected("unknown_type" if kind else "missing_type", field="type", message_id=message_id)
    anonymous_id, user_id = identifier(event.anonymous_id), identifier(event.user_id)
    if anonymous_id is None and user_id is None:
        return Rejected("missing_identity", field="userId", message_id=message_id)
    name = identifier(event.event if kind == "track" else event.name)
    if kind == "track" and name is None:
        return Rejected("missing_event_name", field="event", message_id=message_id)
    previous_id = identifier(event.previous_id)
    if kind == "alias" and (previous_id is None or user_id is None):
        missing = "userId" if user_id is None else "previousId"
        return Rejected("missing_previous_id", field=missing, message_id=message_id)
    original = event.original_timestamp if event.timestamp is None or event.timestamp == "" else event.timestamp
    # The event's own is stamped when it is queued, so the batch's says more.
    sent_at = arrival.sent_at or parse_time(event.sent_at)
    at, time_replaced = correct_time(sent_at, original, arrival.received_at)
    return IncomingEvent(
        message_id=message_id or arrival.new_id(),
        kind=kind,
        received_at=arrival.received_at,
        at=at,
        time_replaced=time_replaced,
        anonymous_id=anonymous_id,
        user_id=user_id,
        name=name,
        order_id=_order_id(event) if name in ORDER_EVENTS and kind == "track" else None,
        door=DOOR,
        payload=_payload(event, kind, previous_id, original, arrival.context),
    )


def _payload(event: _Event, kind: str, previous_id: str | None, original: Any, batch_context: bytes) -> bytes:
    """The rest of the event as a JSON object, mostly by joining the bytes that came."""
    context = _if_object(event.context)
    if batch_context:
        context = _merged(batch_context, context)
    traits = _if_object(event.traits)
    if kind == "identify" and not traits and context:
        # RudderStack's clients put them there.
        traits = _if_object(_decode_traits(context).traits)
    parts = []
    if properties := _if_object(event.properties):
        parts.append(b'"properties":' + properties)
    if traits:
        parts.append(b'"traits":' + traits)
    if context:
        parts.append(b'"context":' + context)
    if previous_id is not None:
        parts.append(b'"previousId":' + encode(previous_id))
    if (group_id := identifier(event.group_id)) is not None:
        parts.append(b'"groupId":' + encode(group_id))
    if (category := identifier(event.category)) is not None:
        parts.append(b'"category":' + encode(category))
    if (original := identifier(original)) is not None:
        parts.append(b'"originalTimestamp":' + encode(original))
    if (first_received := identifier(event.received_at)) is not None:
        parts.append(b'"receivedAt":' + encode(first_received))
    return b"{" + b",".join(parts) + b"}"


def _if_object(raw: Raw) -> bytes:
    """The bytes of a JSON object; nothing where something else was sent."""
    if raw is NOTHING:
        return b""
    value = bytes(raw)
    return value if value[:1] == b"{" else b""


def _merged(under: bytes, over: bytes) -> bytes:
    """The batch's context with each event's own laid over it, key by key."""
    if not over:
        return under
    return encode(_decode_object(under) | _decode_object(over))


def _order_id(event: _Event) -> str | None:
    properties = _if_object(event.properties)
    if not properties:
        return None
    order = _decode_order(properties)
    return identifier(order.order_id) or identifier(order.order_id_in_camel)


def _kind(value: Any) -> str:
    if value in KINDS:
        return str(value)
    return value.strip().lower() if isinstance(value, str) else ""


def _write_key(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _first_write_key(raws: list[Raw]) -> str | None:
    for raw in raws:
        try:
            if key := _write_key(_decode_event(raw).write_key):
                return key
        except ValidationError:
            continue
    return None


def _placed(rejected: Rejected, place: str, body: bytes) -> Rejected:
    where = f"{place}.{rejected.field}" if rejected.field else place
    return Rejected(rejected.reason, where, rejected.detail, rejected.message_id, body[:MAX_EVENT_BYTES])


def _bounded(rejected: list[Rejected]) -> list[Rejected]:
    """The first refusals in full, the others counted by reason."""
    kept, rest = rejected[:MAX_REFUSALS_KEPT], rejected[MAX_REFUSALS_KEPT:]
    counts = Counter(one.reason for one in rest)
    return kept + [Rejected(reason, detail="Only counted.", events=events) for reason, events in counts.items()]


def _refuse(rejected: Rejected, body: bytes, key: str | None) -> ParsedRequest:
    """Refuse the whole request; clients do not try a 400 again."""
    placed = f"{rejected.field}: " if rejected.field else ""
    message = f"{placed}{REASONS[rejected.reason]} {rejected.detail}".strip()
    kept = Rejected(rejected.reason, rejected.field, rejected.detail, rejected.message_id, body[:MAX_EVENT_BYTES])
    return ParsedRequest(key, [], [kept], RequestError(400, rejected.reason, message))
