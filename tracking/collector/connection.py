"""One connection of the collector: opened when needed, thrown away when in doubt, never waited for without end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg

from tracking.collector.arrays import know_packed

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_S = 5
# The server's own limit cleans up after a client that is gone.
SERVER_LIMITS = "set statement_timeout = '10s'; set idle_in_transaction_session_timeout = '10s'"

# Data that cannot be stored, whoever sends it: cardinality, data, constraint, program limit exceeded.
DATA_FAULTS = {"21", "22", "23", "54"}

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Answer = TypeVar("Answer")


class DatabaseAway(Exception):
    """PostgreSQL did not answer, or not in time; trying again later can help."""

    def __init__(self, message: str, *, is_silent: bool = False) -> None:
        super().__init__(message)
        self.is_silent = is_silent


def is_data_fault(error: BaseException) -> bool:
    """Whether the rows themselves are to blame, so that fewer of them may pass."""
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return isinstance(error, psycopg.DataError)
        return error.sqlstate[:2] in DATA_FAULTS
    return isinstance(error, ValueError | OverflowError | TypeError)


class LazyConnection:
    """A connection that opens itself, and once more when the server went away and came back."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._open: Connection | None = None
        # A cancelled statement may still wait for a server that is stopped; nobody waits for it.
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def run(self, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """Do `work`; it may run twice, so it must not mind. Raises DatabaseAway, or a data fault as it is."""
        was_open = self._open is not None
        try:
            return await self._run_in_time(work)
        except DatabaseAway as away:
            if away.is_silent or not was_open:
                raise
        return await self._run_in_time(work)

    async def _run_in_time(self, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        task = asyncio.ensure_future(self._connect_and(work))
        done, _ = await asyncio.wait((task,), timeout=STATEMENT_TIMEOUT_S)
        if not done:
            self._abandon(task)
            raise DatabaseAway("No answer in time.", is_silent=True)
        try:
            return task.result()
        except Exception as error:
            if is_data_fault(error):
                raise
            await self.close()
            raise DatabaseAway(str(error)) from error

    async def _connect_and(self, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        if self._open is None:
            self._open = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, application_name="headwater-collector"
            )
            know_packed(self._open)
            await self._open.execute(SERVER_LIMITS)
        return await work(self._open)

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        connection, self._open = self._open, None
        task.cancel()
        farewell = asyncio.ensure_future(_bury(task, connection))
        self._abandoned.add(farewell)
        farewell.add_done_callback(self._abandoned.discard)

    async def close(self) -> None:
        """Close the connection; the next work opens another."""
        connection, self._open = self._open, None
        if connection is not None:
            await connection.close()


async def _bury(task: asyncio.Task[Any], connection: Connection | None) -> None:
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()
    if connection is not None:
        await connection.close()
