"""The door of Matomo's clients: hits one by one or in bulk, and the one question that the log importer asks first."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from tracking.collector import answers
from tracking.collector.answers import Answer
from tracking.collector.patience import Patience
from tracking.collector.rate import RateLimit
from tracking.collector.reading import Receive, TooLarge, is_gzip, read_body
from tracking.collector.sites import Site, Sites
from tracking.collector.writer import GroupWriter, Submission
from tracking.intake import MAX_BATCH_BYTES, MAX_EVENT_BYTES, REASONS, IncomingEvent, ParsedRequest, Rejected
from tracking.intake.matomo import PATHS, HitArrival, Visitor, is_recorded, names_unknown_goal, read_event, site_of
from tracking.intake.matomo_request import Hit, HitRequest, read_hits

API_PATHS = frozenset(("/", "/index.php"))
MAX_QUERY_BYTES = 64 * 1024
# Of sites and tokens in one request; hits beyond are of no site that we know.
MAX_PAIRS = 100


def takes_hits(scope: dict[str, Any]) -> bool:
    """Whether a request is for this door: hits, or a question to Matomo's API at the root."""
    if scope["path"] in PATHS:
        return True
    return scope["path"] in API_PATHS and (scope["method"] == "POST" or b"module=API" in scope["query_string"])


@dataclass(slots=True)
class Bulk:
    """What became of the hits of one request; indices say which."""

    sites: dict[int, Site] = field(default_factory=dict)
    events: dict[int, list[IncomingEvent]] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[int, list[Rejected]] = field(default_factory=lambda: defaultdict(list))
    tracked: int = 0
    refusals: list[Answer] = field(default_factory=list)
    alike: Counter[str] = field(default_factory=Counter)
    asked_anew: bool = False
    pairs: set[tuple[int | None, str]] = field(default_factory=set)


class MatomoDoor:
    """Answers requests in Matomo's shape; stores through a writer of its own."""

    def __init__(
        self,
        sites: Sites,
        writer: GroupWriter,
        rate: RateLimit,
        patience: Patience,
        new_id: Callable[[], str],
        *,
        visitor_key: bytes,
        proxies: int,
    ) -> None:
        self._sites, self._writer, self._rate, self._patience = sites, writer, rate, patience
        self._new_id, self._visitor_key, self._proxies = new_id, visitor_key, proxies

    async def respond(self, scope: dict[str, Any], receive: Receive) -> Answer:
        """Answer one request; raises what the collector turns into 408 and 503."""
        if scope["method"] == "OPTIONS":
            return answers.HITS_PREFLIGHT
        if scope["method"] not in ("GET", "POST"):
            return answers.HITS_METHODS
        headers = dict(scope["headers"])
        gzipped = is_gzip(headers.get(b"content-encoding"))
        if gzipped is None:
            return answers.UNKNOWN_ENCODING
        received_at = datetime.now(UTC)
        try:
            length = headers.get(b"content-length")
            body = await read_body(receive, length, self._patience, most=MAX_BATCH_BYTES)
        except TooLarge:
            return answers.refusal(400, "too_large", REASONS["too_large"])
        request = read_hits(scope["query_string"][:MAX_QUERY_BYTES], body, gzipped=gzipped)
        if not isinstance(request, HitRequest):
            return answers.refusal(request.status, request.code, request.message)
        if scope["path"] in API_PATHS:
            return await self._answer_api(request)
        arrival = HitArrival(_visitor(scope, headers, self._proxies), received_at, self._new_id, self._visitor_key)
        return await self._take(request, arrival, is_get=scope["method"] == "GET")

    async def _take(self, request: HitRequest, arrival: HitArrival, *, is_get: bool) -> Answer:
        if not request.is_bulk and not request.hits[0]:
            return answers.HITS_GREETING
        bulk = Bulk()
        for hit in request.hits:
            await self._read(hit, request, arrival, bulk)
        for site_id in bulk.sites:
            count = len(bulk.events[site_id]) + len(bulk.rejected[site_id])
            # Keys count up from one, so that sites have the numbers below.
            if seconds := self._rate.seconds_to_wait(-site_id, max(count, 1), time.monotonic()):
                message = "Too many hits for this site; wait as long as Retry-After says."
                return answers.wait(429, "rate_limited", message, seconds)
        await self._store(bulk, arrival.received_at)
        if request.is_bulk:
            invalid = len(request.hits) - bulk.tracked
            return answers.json(200, {"status": "success", "tracked": bulk.tracked, "invalid": invalid})
        if bulk.refusals:
            return bulk.refusals[0]
        hit = request.hits[0] or {}
        return answers.NO_CONTENT if is_get and hit.get("send_image") == "0" else answers.IMAGE

    async def _read(self, hit: Hit | None, request: HitRequest, arrival: HitArrival, bulk: Bulk) -> None:
        """Look at one hit and put it where it belongs."""
        if hit is None or (request.is_bulk and not is_recorded(hit)):
            return
        site_id = site_of(hit)
        token = hit.pop("token_auth", "") or request.token
        bulk.pairs.add((site_id, token))
        may_ask = site_id is not None and len(bulk.pairs) <= MAX_PAIRS
        site = await self._sites.find(site_id, token) if site_id is not None and may_ask else None
        if site_id is None or site is None:
            bulk.refusals.append(answers.UNKNOWN_SITE)
            return
        if not is_recorded(hit):
            return
        if not bulk.asked_anew and names_unknown_goal(hit, site.goals):
            # Made a moment ago, perhaps.
            site = await self._sites.find(site_id, token, anew=True) or site
            bulk.asked_anew = True
        bulk.sites[site_id] = site
        alike = repr(sorted(hit.items()))
        event = read_event(hit, bulk.alike[alike], site_id, site.for_hits, arrival)
        bulk.alike[alike] += 1
        if isinstance(event, Rejected):
            bulk.rejected[site_id].append(_kept(event, hit))
            bulk.refusals.append(_refuse(event, has_token=bool(token)))
        else:
            bulk.events[site_id].append(event)
            bulk.tracked += 1

    async def _store(self, bulk: Bulk, received_at: datetime) -> None:
        writes = []
        for site_id in bulk.sites:
            events, rejected = bulk.events[site_id], bulk.rejected[site_id]
            size = sum(len(event.payload) for event in events)
            request = ParsedRequest(None, events, rejected)
            writes.append(self._writer.write(Submission(site_id, received_at, request, size)))
        if len(writes) == 1:
            await writes[0]
        elif writes:
            await asyncio.gather(*writes)

    async def _answer_api(self, request: HitRequest) -> Answer:
        """The address of a site, which the log importer puts before the paths it reads."""
        asked = {name.lower(): value for name, value in (request.hits[0] or {}).items()} if request.hits else {}
        if asked.get("module") != "API" or asked.get("method") != "SitesManager.getSiteFromId":
            return answers.json(404, _trouble("not_found", "Only SitesManager.getSiteFromId is answered."))
        site_id = site_of(asked)
        site = await self._sites.find(site_id, request.token) if site_id is not None else None
        if site is None or site.token_scope is None:
            return answers.json(401, _trouble("wrong_token", "idSite and token_auth do not go together."))
        domain = next(iter(site.own_domains), f"site-{site.id}.invalid")
        told = {"idsite": str(site.id), "name": site.name, "main_url": f"https://{domain}"}
        return answers.json(200, told | {"timezone": site.timezone, "currency": site.currency, "ecommerce": "1"})


def _visitor(scope: dict[str, Any], headers: dict[bytes, bytes], proxies: int) -> Visitor:
    """Who sent the hit; the address is the one noted by the outermost of our own proxies, if there are any."""

    def read(name: bytes) -> str:
        return headers.get(name, b"").decode("utf-8", "replace")

    client = scope.get("client")
    address = client[0] if client else ""
    if proxies:
        address = read(b"x-forwarded-for").rsplit(",", proxies)[-proxies:][0].strip() or address
    language = read(b"accept-language").partition(",")[0].strip()
    return Visitor(address, read(b"user-agent"), language, read(b"referer"))


def _kept(rejected: Rejected, hit: Hit) -> Rejected:
    body = msgspec.json.encode(hit)[:MAX_EVENT_BYTES]
    return Rejected(rejected.reason, rejected.field, rejected.detail, body=body)


def _refuse(rejected: Rejected, *, has_token: bool) -> Answer:
    placed = f"{rejected.field}: " if rejected.field else ""
    message = f"{placed}{REASONS[rejected.reason]} {rejected.detail}".strip()
    if rejected.reason == "needs_token":
        return answers.refusal(403 if has_token else 401, rejected.reason, message)
    return answers.refusal(400, rejected.reason, message)


def _trouble(code: str, message: str) -> dict[str, str]:
    return {"result": "error", "code": code, "message": message}
