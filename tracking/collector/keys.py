"""Whose write key is it? Asked of PostgreSQL at most once a second a key, many keys in one question."""

import asyncio
import time
from dataclasses import dataclass
from functools import lru_cache

from accounts.keys import digest_of
from tracking.collector.connection import Connection, DatabaseAway, LazyConnection
from tracking.collector.writer import Unavailable

FIND = """
select wanted, found.workspace_id, found.write_key_id
from unnest(%b::bytea[]) as wanted, lateral find_write_key(wanted) as found
"""
# A revoked key must be refused after a second, everywhere.
FRESH_S = 0.8
MAX_WAIT_S = 0.9
MAX_REMEMBERED = 10_000
MAX_ASKED = 1_000
MAX_CHARACTERS = 255
# The same few keys come again and again.
_digest_of = lru_cache(maxsize=1_024)(digest_of)


@dataclass(frozen=True, slots=True)
class WriteKey:
    """A key that is valid: its own id and its workspace's."""

    id: int
    workspace_id: int


class WriteKeys:
    """The write keys seen lately, known and unknown."""

    def __init__(self, connection: LazyConnection) -> None:
        self._connection = connection
        self._remembered: dict[bytes, tuple[float, WriteKey | None]] = {}
        self._asked: dict[bytes, asyncio.Future[WriteKey | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, key: str | None) -> WriteKey | None:
        """Return the key, or None for one that is unknown or revoked; raise Unavailable when nobody can tell."""
        if not key or len(key) > MAX_CHARACTERS:
            return None
        digest = _digest_of(key)
        remembered = self._remembered.get(digest)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        try:
            return await asyncio.wait_for(asyncio.shield(self._ask(digest)), MAX_WAIT_S)
        except (TimeoutError, DatabaseAway) as error:
            raise Unavailable from error

    def _ask(self, digest: bytes) -> asyncio.Future[WriteKey | None]:
        if digest not in self._asked:
            if len(self._asked) >= MAX_ASKED:
                raise Unavailable
            self._asked[digest] = asyncio.get_running_loop().create_future()
            if self._asking is None or self._asking.done():
                self._asking = asyncio.ensure_future(self._ask_until_answered())
        return self._asked[digest]

    async def _ask_until_answered(self) -> None:
        """One question at a time, with all the keys that came up during the last."""
        while self._asked:
            asked, self._asked = self._asked, {}
            fresh_until = time.monotonic() + FRESH_S
            try:
                found = await self._connection.run(lambda opened, wanted=list(asked): _look_up(opened, wanted))  # type: ignore[misc]
            except Exception as error:
                _answer_all(asked, DatabaseAway(str(error)))
                continue
            if len(self._remembered) + len(asked) > MAX_REMEMBERED:
                self._remembered.clear()
            for digest, future in asked.items():
                self._remembered[digest] = (fresh_until, found.get(digest))
                if not future.done():
                    future.set_result(found.get(digest))

    async def stop(self) -> None:
        """Close the connection."""
        if self._asking is not None:
            self._asking.cancel()
        await self._connection.close()


def _answer_all(asked: dict[bytes, asyncio.Future[WriteKey | None]], error: Exception) -> None:
    for future in asked.values():
        if not future.done():
            future.set_exception(error)
            # Whoever asked may have stopped waiting.
            future.exception()


async def _look_up(connection: Connection, digests: list[bytes]) -> dict[bytes, WriteKey]:
    cursor = await connection.execute(FIND, [digests], binary=True)
    return {bytes(wanted): WriteKey(key_id, workspace_id) for wanted, workspace_id, key_id in await cursor.fetchall()}
