"""Which workspace an idsite is, and what a token may do there; asked of PostgreSQL at most once a second a pair."""

import asyncio
import time
from dataclasses import dataclass

from accounts.keys import digest_of
from tracking.collector.connection import Connection, DatabaseAway, LazyConnection
from tracking.collector.keys import FRESH_S, MAX_CHARACTERS, MAX_REMEMBERED, MAX_WAIT_S
from tracking.collector.writer import Unavailable
from tracking.intake.matomo import HitSite

FIND = "select name, timezone, currency, own_domains, goals, token_scope from find_site(%b, %b)"
NO_TOKEN = b""
# The scopes of tokens that may say what only the site itself should.
WRITERS = frozenset(("manage",))


@dataclass(frozen=True, slots=True)
class Site:
    """A workspace as Matomo's clients know it; the scope is that of the token sent along, None if none was good."""

    id: int
    name: str
    timezone: str
    currency: str
    own_domains: tuple[str, ...]
    goals: dict[int, str]
    token_scope: str | None

    @property
    def for_hits(self) -> HitSite:
        return HitSite(frozenset(self.own_domains), self.goals, self.token_scope in WRITERS)


class Sites:
    """The sites asked for lately, with the tokens that came along."""

    def __init__(self, connection: LazyConnection) -> None:
        self._connection = connection
        self._remembered: dict[tuple[int, bytes], tuple[float, Site | None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def find(self, site_id: int, token: str, *, anew: bool = False) -> Site | None:
        """The site, or None for an unknown one; raises Unavailable when nobody can tell."""
        digest = digest_of(token) if 0 < len(token) <= MAX_CHARACTERS else NO_TOKEN
        asked = (site_id, digest)
        if anew:
            self._remembered.pop(asked, None)
        if (known := self._remembered.get(asked)) and known[0] > time.monotonic():
            return known[1]
        asking = asyncio.ensure_future(self._ask(asked))
        # Whoever asks next gains from an answer that comes too late for this one.
        asking.add_done_callback(_overhear)
        try:
            return await asyncio.wait_for(asyncio.shield(asking), MAX_WAIT_S)
        except (TimeoutError, DatabaseAway) as error:
            raise Unavailable from error

    async def _ask(self, asked: tuple[int, bytes]) -> Site | None:
        async with self._one_at_a_time:
            if (known := self._remembered.get(asked)) and known[0] > time.monotonic():
                return known[1]
            fresh_until = time.monotonic() + FRESH_S
            site = await self._connection.run(lambda opened: _look_up(opened, *asked))
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[asked] = (fresh_until, site)
            return site

    async def stop(self) -> None:
        """Close the connection."""
        await self._connection.close()


def _overhear(asking: "asyncio.Task[Site | None]") -> None:
    if not asking.cancelled():
        asking.exception()


async def _look_up(connection: Connection, site_id: int, digest: bytes) -> Site | None:
    row = await (await connection.execute(FIND, [site_id, digest])).fetchone()
    if row is None:
        return None
    name, timezone, currency, own_domains, goals, token_scope = row
    events = {int(goal): event for goal, event in goals.items()}
    return Site(site_id, name, timezone, currency, tuple(own_domains), events, token_scope)
