"""Whose write key is it?"""

from dataclasses import dataclass
from functools import lru_cache

from accounts.keys import digest_of
from tracking.collector.connection import Connection, LazyConnection
from tracking.collector.lookups import Lookups

FIND = """
select wanted, found.workspace_id, found.write_key_id
from unnest(%b::bytea[]) as wanted, lateral find_write_key(wanted) as found
"""
MAX_CHARACTERS = 255
# The same few keys come again and again.
_digest_of = lru_cache(maxsize=1_024)(digest_of)


@dataclass(frozen=True, slots=True)
class WriteKey:
    """A key that is valid: its own id and its workspace's."""

    id: int
    workspace_id: int


class WriteKeys(Lookups[bytes, WriteKey]):
    """The write keys seen lately, known and unknown."""

    def __init__(self, connection: LazyConnection) -> None:
        super().__init__(connection, _look_up)

    async def find(self, key: str | None) -> WriteKey | None:
        """Return the key, or None for one that is unknown or revoked; raise Unavailable when nobody can tell."""
        if not key or len(key) > MAX_CHARACTERS:
            return None
        return await self.look(_digest_of(key))


async def _look_up(connection: Connection, digests: list[bytes]) -> dict[bytes, WriteKey]:
    cursor = await connection.execute(FIND, [digests], binary=True)
    return {bytes(wanted): WriteKey(key_id, workspace_id) for wanted, workspace_id, key_id in await cursor.fetchall()}
