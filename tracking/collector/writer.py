"""Group commit without a timer: the next group is whatever queued while the last one was being committed."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tracking.collector.connection import DatabaseAway, LazyConnection, is_data_fault
from tracking.collector.fair import FairQueue
from tracking.collector.storing import Refusal, Row, in_key_order, store
from tracking.intake import MAX_EVENT_BYTES, IncomingEvent, ParsedRequest, Rejected

logger = logging.getLogger(__name__)

MAX_GROUP_ROWS = 5_000
# Below that, waiting for the running commit and going together costs less than a commit of one's own.
ROWS_WORTH_ANOTHER_WRITER = 500
# A commit takes milliseconds; after this long without a word nobody is kept waiting any more.
MAX_SILENCE_S = 0.8
LOOK_EVERY_S = 0.1


class Unavailable(Exception):
    """Not stored now; the client should send it again in a second."""


class Submission:
    """What one request brought, and the future that says when it is safe."""

    __slots__ = ("done", "events", "received_at", "rejected", "rows", "size", "workspace_id")

    def __init__(self, workspace_id: int, received_at: datetime, request: ParsedRequest, size: int) -> None:
        self.workspace_id = workspace_id
        self.received_at = received_at
        self.events: list[IncomingEvent] = request.events
        self.rejected: list[Rejected] = request.rejected
        self.rows = len(request.events) + len(request.rejected)
        self.size = size
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def resolve(self, error: Exception | None = None) -> None:
        """Tell the request, unless it has been told or has gone."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class GroupWriter:
    """Stores what requests submit; each of its connections commits one group at a time."""

    def __init__(self, connections: Sequence[LazyConnection], *, door: str, ring: Callable[[set[int]], None]) -> None:
        self._connections = connections
        self._door = door
        self._ring = ring
        self._queue: FairQueue[Submission] = FairQueue()
        self._wake = asyncio.Event()
        self._busy: dict[LazyConnection, tuple[float, list[Submission]]] = {}
        self._silent = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to write, in the running loop."""
        self._tasks = [asyncio.ensure_future(self._write_forever(connection)) for connection in self._connections]
        self._tasks.append(asyncio.ensure_future(self._watch()))

    async def stop(self) -> None:
        """Write what is waiting, then close; what a silent database keeps us from writing is refused."""
        while (self._queue or self._busy) and not self._silent:
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections:
            await connection.close()

    async def write(self, submission: Submission) -> None:
        """Return once the submission is committed; raise Unavailable when it is not."""
        if self._silent or self._queue.is_full_for(submission):
            raise Unavailable
        self._queue.join(submission)
        if self._is_worth_a_commit():
            self._wake.set()
        await submission.done

    def _is_worth_a_commit(self) -> bool:
        return not self._busy or self._queue.rows >= ROWS_WORTH_ANOTHER_WRITER

    async def _write_forever(self, connection: LazyConnection) -> None:
        while True:
            group = self._take_group() if self._is_worth_a_commit() else []
            if not group:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._write_group(connection, group)

    def _take_group(self) -> list[Submission]:
        """What is next, up to MAX_GROUP_ROWS, without those who have gone."""
        group: list[Submission] = []
        while self._queue and not group:
            group = [one for one in self._queue.take(MAX_GROUP_ROWS) if not one.done.done()]
        return group

    async def _write_group(self, connection: LazyConnection, group: list[Submission]) -> None:
        rows = in_key_order([(one.workspace_id, event) for one in group for event in one.events])
        refusals = [
            (one.workspace_id, one.received_at, self._door, rejected) for one in group for rejected in one.rejected
        ]
        error: Exception | None = None
        try:
            await self._store(connection, group, rows, refusals)
        except DatabaseAway as away:
            logger.warning("%d events not stored: %s", len(rows), away)
            error = Unavailable()
        except Exception:
            logger.exception("%d events not stored.", len(rows))
            error = Unavailable()
        finally:
            self._busy.pop(connection, None)
        for submission in group:
            submission.resolve(error)
        if error is None and rows:
            self._ring({workspace_id for workspace_id, _ in rows})

    async def _store(
        self, connection: LazyConnection, group: list[Submission], rows: list[Row], refusals: list[Refusal]
    ) -> None:
        """Store all; where data is at fault, halve until the bad row stands alone, and put that in quarantine."""
        if not rows and not refusals:
            return
        self._busy[connection] = (asyncio.get_running_loop().time(), group)
        try:
            await connection.run(lambda opened: store(opened, rows, refusals))
            return
        except Exception as error:
            if not is_data_fault(error):
                raise
            fault = str(error)
        if len(rows) + len(refusals) == 1:
            await self._quarantine(connection, group, rows, refusals, fault)
            return
        for part in _halves(rows):
            await self._store(connection, group, part, [])
        for part in _halves(refusals):
            await self._store(connection, group, [], part)

    async def _quarantine(
        self,
        connection: LazyConnection,
        group: list[Submission],
        rows: list[Row],
        refusals: list[Refusal],
        fault: str,
    ) -> None:
        if rows:
            await self._store(connection, group, [], [_refusal_of(rows[0], fault)])
            return
        workspace_id, received_at, door, rejected = refusals[0]
        bare = Rejected(rejected.reason, events=rejected.events)
        if rejected == bare:
            logger.error("A refusal could not be stored: %s", fault)
            return
        await self._store(connection, group, [], [(workspace_id, received_at, door, bare)])

    async def _watch(self) -> None:
        """When the database says nothing for too long, stop keeping requests waiting for it."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = asyncio.get_running_loop().time()
            overdue = [group for since, group in self._busy.values() if now - since > MAX_SILENCE_S]
            self._silent = bool(overdue)
            if overdue:
                self._give_up([*(one for group in overdue for one in group), *self._queue])

    def _give_up(self, submissions: list[Submission]) -> None:
        for submission in submissions:
            submission.resolve(Unavailable())


def _halves(rows: list[Any]) -> list[list[Any]]:
    middle = (len(rows) + 1) // 2
    return [part for part in (rows[:middle], rows[middle:]) if part]


def _refusal_of(row: Row, fault: str) -> Refusal:
    workspace_id, event = row
    rejected = Rejected(
        "not_processable",
        detail=fault.replace("\0", "\ufffd")[:300],
        message_id=event.message_id.replace("\0", "\ufffd"),
        body=event.payload[:MAX_EVENT_BYTES],
    )
    return workspace_id, datetime.now(UTC), event.door, rejected
