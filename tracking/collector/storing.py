"""The statements that store: all the collector may do besides asking for a write key."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from tracking.collector.arrays import bigints, blobs, bools, integers, texts, times
from tracking.collector.connection import Connection
from tracking.intake import IncomingEvent, Rejected

Row = tuple[int, IncomingEvent]
Refusal = tuple[int, datetime, str, Rejected]

# No conflict target and no columns returned: both would need the right to read.
INSERT_EVENTS = """
insert into tracking_event (workspace_id, message_id, received_at, at, time_replaced, kind, anonymous_id, user_id,
    name, order_id, door, payload)
select workspace_id, message_id, received_at, at, time_replaced, kind, anonymous_id, user_id,
    name, order_id, door, convert_from(payload, 'UTF8')::jsonb
from unnest(%b::bigint[], %b::text[], %b::timestamptz[], %b::timestamptz[], %b::bool[], %b::text[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[])
    as sent (workspace_id, message_id, received_at, at, time_replaced, kind, anonymous_id, user_id, name, order_id,
        door, payload)
on conflict do nothing
"""
# For the events of one workspace: what was not stored was there already, and is counted in the same statement.
INSERT_EVENTS_AND_COUNT_REPEATS = f"""
with stored as ({INSERT_EVENTS} returning 1)
insert into tracking_rejectedevent (workspace_id, received_at, reason, events, door)
select %b::bigint, %b::timestamptz, 'duplicate', repeats, %b::text
from (select %b::bigint - count(*) as repeats from stored) as counted where repeats > 0
"""  # noqa: S608 - our own text
INSERT_REFUSALS = """
insert into tracking_rejectedevent (workspace_id, received_at, door, reason, field, detail, events, message_id, body)
select * from unnest(%b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::text[], %b::int[],
    %b::text[], %b::bytea[])
"""


def in_key_order(rows: Sequence[Row]) -> list[Row]:
    """By workspace and message id: two groups that lock the same keys in different order would deadlock."""
    return sorted(rows, key=lambda row: (row[0], row[1].message_id))


async def store(connection: Connection, rows: Sequence[Row], refusals: Sequence[Refusal]) -> None:
    """Commit the events that are new, the count of those that were not, and the refusals; all or nothing.

    `rows` must be in key order; of equal ids the first one is kept.
    """
    if not refusals and rows and rows[0][0] == rows[-1][0]:
        await _insert_counted(connection, rows)
        return
    async with connection.transaction():
        if refusals:
            await connection.execute(INSERT_REFUSALS, _refusal_columns(refusals))
        if rows:
            await _insert(connection, rows)


async def _insert(connection: Connection, rows: Sequence[Row]) -> None:
    """Try all workspaces at once; only where something repeats, go one by one to count whose."""
    async with connection.transaction() as attempt:
        cursor = await connection.execute(INSERT_EVENTS, _event_columns(rows))
        if cursor.rowcount == len(rows):
            return
        raise psycopg.Rollback(attempt)
    for _, group in groupby(rows, key=itemgetter(0)):
        await _insert_counted(connection, list(group))


async def _insert_counted(connection: Connection, rows: Sequence[Row]) -> None:
    workspace_id, first = rows[0]
    counting = [workspace_id, first.received_at, first.door, len(rows)]
    await connection.execute(INSERT_EVENTS_AND_COUNT_REPEATS, _event_columns(rows) + counting)


def _event_columns(rows: Sequence[Row]) -> list[Any]:
    events = [event for _, event in rows]
    return [
        bigints([workspace_id for workspace_id, _ in rows]),
        texts([event.message_id for event in events]),
        times([event.received_at for event in events]),
        times([event.at for event in events]),
        bools([event.time_replaced for event in events]),
        texts([event.kind for event in events]),
        texts([event.anonymous_id for event in events]),
        texts([event.user_id for event in events]),
        texts([event.name for event in events]),
        texts([event.order_id for event in events]),
        texts([event.door for event in events]),
        blobs([event.payload for event in events]),
    ]


def _refusal_columns(refusals: Sequence[Refusal]) -> list[Any]:
    refused = [rejected for *_, rejected in refusals]
    return [
        bigints([workspace_id for workspace_id, *_ in refusals]),
        times([received_at for _, received_at, *_ in refusals]),
        texts([door for *_, door, _ in refusals]),
        texts([rejected.reason for rejected in refused]),
        texts([rejected.field for rejected in refused]),
        texts([rejected.detail for rejected in refused]),
        integers([rejected.events for rejected in refused]),
        texts([rejected.message_id for rejected in refused]),
        blobs([rejected.body for rejected in refused]),
    ]
