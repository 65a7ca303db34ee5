"""What the collector asks PostgreSQL again and again: at most once a second each, many in one question."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from tracking.collector.connection import Connection, DatabaseAway, LazyConnection
from tracking.collector.writer import Unavailable

# What is revoked must be refused after a second, everywhere.
FRESH_S = 0.8
MAX_WAIT_S = 0.9
MAX_REMEMBERED = 10_000
MAX_ASKED = 1_000

Asked = TypeVar("Asked", bound=Hashable)
Found = TypeVar("Found")
LookUp = Callable[[Connection, list[Asked]], Awaitable[dict[Asked, Found]]]


class Lookups(Generic[Asked, Found]):
    """What was asked lately and what was found, None for nothing."""

    def __init__(self, connection: LazyConnection, look_up: LookUp[Asked, Found]) -> None:
        self._connection = connection
        self._look_up = look_up
        self._remembered: dict[Asked, tuple[float, Found | None]] = {}
        self._asked: dict[Asked, asyncio.Future[Found | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def look(self, asked: Asked) -> Found | None:
        """What is known of `asked`, or the answer to a question; raises Unavailable when nobody can tell."""
        remembered = self._remembered.get(asked)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        try:
            return await asyncio.wait_for(asyncio.shield(self._ask(asked)), MAX_WAIT_S)
        except (TimeoutError, DatabaseAway) as error:
            raise Unavailable from error

    def forget(self, asked: Asked) -> None:
        """Ask anew the next time."""
        self._remembered.pop(asked, None)

    def _ask(self, asked: Asked) -> "asyncio.Future[Found | None]":
        if asked not in self._asked:
            if len(self._asked) >= MAX_ASKED:
                raise Unavailable
            self._asked[asked] = asyncio.get_running_loop().create_future()
            if self._asking is None or self._asking.done():
                self._asking = asyncio.ensure_future(self._ask_until_answered())
        return self._asked[asked]

    async def _ask_until_answered(self) -> None:
        """One question at a time, with everything that came up during the last."""
        while self._asked:
            asked, self._asked = self._asked, {}
            fresh_until = time.monotonic() + FRESH_S
            try:
                found = await self._connection.run(lambda opened, wanted=list(asked): self._look_up(opened, wanted))  # type: ignore[misc]
            except Exception as error:
                _answer_all(asked, DatabaseAway(str(error)))
                continue
            if len(self._remembered) + len(asked) > MAX_REMEMBERED:
                self._remembered.clear()
            for one, future in asked.items():
                self._remembered[one] = (fresh_until, found.get(one))
                if not future.done():
                    future.set_result(found.get(one))

    async def stop(self) -> None:
        """Close the connection."""
        if self._asking is not None:
            self._asking.cancel()
        await self._connection.close()


def _answer_all(asked: "dict[Asked, asyncio.Future[Found | None]]", error: Exception) -> None:
    for future in asked.values():
        if not future.done():
            future.set_exception(error)
            # Whoever asked may have stopped waiting.
            future.exception()
