"""Events on their way into the pipeline."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from tracking.core.facts import ORDER_COMPLETED, ORDER_REFUNDED, StoredEvent
from tracking.storage.packed import Packed, pack, unpack_numbers
from tracking.storage.rows import Row, for_each, run, send

COLUMNS = "message_id, kind, at, anonymous_id, user_id, name, order_id"
# Payloads are the bulk of an event: only those are read from which a fact may come.
_TELLING = "case when kind in ('page', 'screen', 'alias') or name = any(%(names)s::text[]) then payload::text end"
_OF_USER = f"""
select {COLUMNS}, {_TELLING} from tracking_event
where workspace_id = %(workspace)s and user_id = wanted.id and at >= wanted.since and (
    kind in ('page', 'screen', 'alias') or kind = 'track' and name = any(%(names)s::text[])
    or anonymous_id is not null
)
"""  # noqa: S608 - our own text
_OF_ANONYMOUS = f"""
select {COLUMNS}, {_TELLING} from tracking_event
where workspace_id = %(workspace)s and user_id is null and anonymous_id = wanted.id and at >= wanted.since
    and (kind in ('page', 'screen') or kind = 'track' and name = any(%(names)s::text[]))
"""  # noqa: S608 - our own text
_OF_PEOPLE = " union all ".join(
    [
        for_each("users", "text", _OF_USER, since="users_since"),
        for_each("anonymous", "text", _OF_ANONYMOUS, since="anonymous_since"),
    ]
)
_OF_ORDER = f"""
select {COLUMNS}, case when name = %(refunded)s then payload::text end from tracking_event
where workspace_id = %(workspace)s and order_id = wanted.id
"""  # noqa: S608 - our own text
# As the database sends arrays, for they go back as they came; ids in their order, in which an index walks through them.
_WAITING = """
select array_send(array_agg(seq)), array_send(array_agg(message_id order by message_id)) from (
    select seq, message_id from tracking_inbox where workspace_id = %(workspace)s
        and (%(only)s::bigint is null or seq = %(only)s) order by seq limit %(size)s
) as waiting
"""
_OF_MESSAGES = f"""
select {COLUMNS}, {_TELLING} from tracking_event
where workspace_id = %(workspace)s and message_id = any(%(messages)s::text[])
"""  # noqa: S608 - our own text
_PLACES = "select seq from tracking_inbox where workspace_id = %(workspace)s order by seq limit %(most)s"
_LEAVE = "delete from tracking_inbox where workspace_id = %(workspace)s and seq = any(%(places)s::bigint[])"


# Without a look at the length of each row: all are of one statement.
_new_event: Callable[[Row], StoredEvent] = partial(tuple.__new__, StoredEvent)


class Batch(NamedTuple):
    """The oldest waiting events, and their places in the inbox."""

    places: list[int]
    events: list[StoredEvent]


def list_places(workspace_id: int, most: int) -> list[int]:
    """The oldest places in the inbox, at most so many."""
    return [place for (place,) in run(workspace_id, _PLACES, most=most)]


def load_batch(workspace_id: int, size: int, only: int | None = None, *, names: Collection[str]) -> Batch:
    """The oldest waiting events, at most `size`, or the one at place `only`; a place whose event is gone has none.

    `names` are the events that goals are about; of others the payload is left unread.
    """
    [(places, messages)] = run(workspace_id, _WAITING, size=size, only=only)
    if messages is None:
        return Batch([], [])
    rows = run(workspace_id, _OF_MESSAGES, messages=Packed(messages), names=list(names))
    return Batch(unpack_numbers(places).tolist(), as_events(rows))


def as_events(rows: Iterable[Row]) -> list[StoredEvent]:
    """Rows of COLUMNS and a payload."""
    return list(map(_new_event, rows))


def leave_inbox(workspace_id: int, places: list[int]) -> None:
    """The events at these places are worked off."""
    send(workspace_id, _LEAVE, places=pack("bigint", places))


def load_events_of(
    workspace_id: int, users: Mapping[str, datetime], anonymous: Mapping[str, datetime], names: Collection[str]
) -> list[StoredEvent]:
    """The events of these ids, of each since its time, from which facts may come.

    `names` are the events that goals are about.
    """
    rows = run(
        workspace_id,
        _OF_PEOPLE,
        users=pack("text", users),
        users_since=pack("timestamptz", users.values()),
        anonymous=pack("text", anonymous),
        anonymous_since=pack("timestamptz", anonymous.values()),
        names=list(names),
    )
    return as_events(rows)


class OrderBook:
    """Everything told of orders, by whomever; each is asked for once."""

    def __init__(self, workspace_id: int) -> None:
        self._workspace_id = workspace_id
        self._told: dict[str | None, list[StoredEvent]] = {}

    def read(self, order_ids: Collection[str], *, seal: datetime | None = None) -> list[StoredEvent]:
        """All events that name these orders, since the seal."""
        if missing := [order_id for order_id in order_ids if order_id not in self._told]:
            self._told |= {order_id: [] for order_id in missing}
            values = {"orders": pack("text", missing), "refunded": ORDER_REFUNDED}
            for event in as_events(run(self._workspace_id, for_each("orders", "text", _OF_ORDER), **values)):
                self._told[event.order_id].append(event)
        told = [event for order_id in order_ids for event in self._told[order_id]]
        return told if seal is None else [event for event in told if event.at >= seal]


def order_ids_in(events: Iterable[StoredEvent], *names: str) -> set[str]:
    """The order ids of events with one of these names; of orders and refunds if none is given."""
    wanted = names or (ORDER_COMPLETED, ORDER_REFUNDED)
    return {e.order_id for e in events if e.order_id is not None and e.kind == "track" and e.name in wanted}
