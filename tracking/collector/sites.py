"""Which workspace an idsite is, and what the token that came along may do there."""

from dataclasses import dataclass

from accounts.keys import digest_of
from tracking.collector.connection import Connection, LazyConnection
from tracking.collector.keys import MAX_CHARACTERS
from tracking.collector.lookups import Lookups
from tracking.intake.matomo import HitSite

FIND = """
select wanted.site, wanted.token, name, timezone, currency, own_domains, goals, token_scope
from unnest(%b::bigint[], %b::bytea[]) as wanted (site, token), lateral find_site(wanted.site, wanted.token)
"""
NO_TOKEN = b""
# The scopes of tokens that may say what only the site itself should.
WRITERS = frozenset(("manage",))

Pair = tuple[int, bytes]


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


class Sites(Lookups[Pair, Site]):
    """The sites asked for lately, with the tokens that came along."""

    def __init__(self, connection: LazyConnection) -> None:
        super().__init__(connection, _look_up)

    async def find(self, site_id: int, token: str, *, anew: bool = False) -> Site | None:
        """The site, or None for an unknown one; raises Unavailable when nobody can tell."""
        asked = (site_id, digest_of(token) if 0 < len(token) <= MAX_CHARACTERS else NO_TOKEN)
        if anew:
            self.forget(asked)
        return await self.look(asked)


async def _look_up(connection: Connection, pairs: list[Pair]) -> dict[Pair, Site]:
    sites, tokens = [site for site, _ in pairs], [token for _, token in pairs]
    cursor = await connection.execute(FIND, [sites, tokens], binary=True)
    return {(row[0], bytes(row[1])): _read(*row) for row in await cursor.fetchall()}


def _read(
    site_id: int,
    _token: bytes,
    name: str,
    timezone: str,
    currency: str,
    own_domains: list[str],
    goals: dict[str, str],
    token_scope: str | None,
) -> Site:
    events = {int(goal): event for goal, event in goals.items()}
    return Site(site_id, name, timezone, currency, tuple(own_domains), events, token_scope)
