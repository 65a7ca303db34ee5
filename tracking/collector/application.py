"""The ASGI callable: which path takes what, and the way of one request from its bytes to its answer."""

import os
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from tracking.collector import answers, snippet
from tracking.collector.answers import Answer
from tracking.collector.bell import Bell
from tracking.collector.browser_settings import answer_settings, key_of_settings
from tracking.collector.connection import LazyConnection
from tracking.collector.keys import WriteKey, WriteKeys
from tracking.collector.matomo import MatomoDoor, takes_hits
from tracking.collector.patience import Patience, TooSlow
from tracking.collector.rate import RateLimit
from tracking.collector.reading import (
    Gone,
    Receive,
    TooLarge,
    is_gzip,
    key_from_basic,
    read_body,
    read_headers,
)
from tracking.collector.sites import Sites
from tracking.collector.writer import GroupWriter, Submission, Unavailable
from tracking.intake import MAX_BATCH_BYTES, REASONS, ParsedRequest, Rejected, RequestError, matomo, segment

ReadRequest = Callable[..., ParsedRequest]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/v1"
# Every path, with and without its last slash: a redirect would make clients repeat the call without its body.
DOORS: dict[str, tuple[ReadRequest, str]] = {
    f"{PREFIX}/{name}{slash}": (segment.read_request, kind)
    for name, kind in segment.PATHS.items()
    for slash in ("", "/")
}
UNREADABLE = ("malformed_json", "bad_encoding", "too_large", "too_deep", "not_an_object")
WRITERS = 2
BODY_S = 20
TOO_LARGE = ParsedRequest(None, [], [Rejected("too_large")], RequestError(400, "too_large", REASONS["too_large"]))


def takes(scope: dict[str, Any]) -> bool:
    """Whether a request is the collector's, its path known or not."""
    path = scope["path"]
    if path in DOORS or path == snippet.PATH:
        return True
    return (path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in ("", "/")) or takes_hits(scope)


def time_ordered_id() -> str:
    """A UUID of version 7: random, but later ones are larger, which the index likes."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 7 << 76 | (noise >> 68 & 0xFFF) << 64 | 2 << 62 | noise & (1 << 62) - 1
    return str(uuid.UUID(int=value))


class Refused(Exception):
    """The way out of a request before its end, with what to say."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Collector:
    """Answers the doors for events; owns its connections, which open in the loop of the first request."""

    def __init__(
        self,
        database_url: str,
        *,
        events_per_second: int,
        send_bell: Callable[[int], None] | None = None,
        visitor_key: bytes = b"",
        proxies: int = 0,
    ) -> None:
        self._keys = WriteKeys(LazyConnection(database_url))
        self._bell = Bell(send_bell) if send_bell else None
        ring = self._bell.ring if self._bell else lambda workspace_ids: None
        self._writer = GroupWriter([LazyConnection(database_url) for _ in range(WRITERS)], door=segment.DOOR, ring=ring)
        self._rate = RateLimit(events_per_second)
        self._patience = Patience(BODY_S)
        self._sites = Sites(LazyConnection(database_url))
        self._hits_writer = GroupWriter([LazyConnection(database_url)], door=matomo.DOOR, ring=ring)
        self._hits = MatomoDoor(
            self._sites,
            self._hits_writer,
            self._rate,
            self._patience,
            time_ordered_id,
            visitor_key=visitor_key,
            proxies=proxies,
        )
        self._proxies = proxies
        self._is_started = False

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            response = await self._respond(scope, receive)
        except Refused as refused:
            response = refused.answer
        except Unavailable:
            response = answers.UNAVAILABLE
        except TooSlow:
            response = answers.TOO_SLOW
        except Gone:
            return
        await send(response.start)
        await send(response.body)

    async def _respond(self, scope: dict[str, Any], receive: Receive) -> Answer:
        if scope["path"] not in DOORS:
            return await self._respond_elsewhere(scope, receive)
        read, kind = DOORS[scope["path"]]
        if scope["method"] == "OPTIONS":
            return answers.PREFLIGHT_ANSWER
        if scope["method"] != "POST":
            return answers.METHOD_NOT_ALLOWED
        self.start()
        authorization, encoding, length = read_headers(scope["headers"])
        gzipped = is_gzip(encoding)
        if gzipped is None:
            return answers.UNKNOWN_ENCODING
        # Before anything that may wait: by it the client's clock is set right.
        received_at = datetime.now(UTC)
        basic = key_from_basic(authorization)
        # An unknown key is refused before its body is looked at.
        key = await self._demand_key(basic) if basic else None
        try:
            body = await read_body(receive, length, self._patience, most=MAX_BATCH_BYTES)
            request = read(
                body,
                path_kind=kind,
                gzipped=gzipped,
                key_from_basic=basic,
                received_at=received_at,
                new_id=time_ordered_id,
            )
        except TooLarge:
            body, request = b"", TOO_LARGE
        key = key or await self._demand_key(request.write_key, error=request.error)
        self._demand_room(key, request)
        if request.events or request.rejected:
            await self._writer.write(Submission(key.workspace_id, received_at, request, len(body)))
        return _refuse_whole(request.error) if request.error else answers.ACCEPTED

    async def _respond_elsewhere(self, scope: dict[str, Any], receive: Receive) -> Answer:
        if scope["path"] == snippet.PATH:
            return _hand_out_snippet(scope)
        if takes_hits(scope):
            self.start()
            return await self._hits.respond(scope, receive)
        key = key_of_settings(scope["path"])
        if key is None or await self._keys.find(key) is None:
            return answers.NOT_FOUND
        return answer_settings(key, scope, self._proxies) if scope["method"] == "GET" else answers.READ_ONLY

    async def _demand_key(self, wanted: str | None, *, error: RequestError | None = None) -> WriteKey:
        key = await self._keys.find(wanted)
        if key is not None:
            return key
        # Whoever could not put a key where it can be read is told what is wrong with the body.
        if wanted is None and error is not None and error.code in UNREADABLE:
            raise Refused(_refuse_whole(error))
        raise Refused(answers.UNKNOWN_KEY)

    def _demand_room(self, key: WriteKey, request: ParsedRequest) -> None:
        events = len(request.events) + len(request.rejected)
        seconds = self._rate.seconds_to_wait(key.id, max(events, 1), time.monotonic())
        if seconds:
            message = "Too many events for this write key; wait as long as Retry-After says."
            raise Refused(answers.wait(429, "rate_limited", message, seconds))

    def start(self) -> None:
        """Start writing and ringing, once, in the running loop."""
        if self._is_started:
            return
        self._is_started = True
        self._writer.start()
        self._hits_writer.start()
        if self._bell:
            self._bell.start()

    async def stop(self) -> None:
        """Commit what is waiting and let go of everything."""
        if not self._is_started:
            return
        if self._bell:
            self._bell.stop()
        await self._writer.stop()
        await self._hits_writer.stop()
        await self._sites.stop()
        await self._keys.stop()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _hand_out_snippet(scope: dict[str, Any]) -> Answer:
    if scope["method"] not in snippet.METHODS:
        return answers.READ_ONLY
    return snippet.answer_snippet(scope["method"], list(scope["headers"])) or answers.NOT_FOUND


def _refuse_whole(error: RequestError) -> Answer:
    return answers.refusal(error.status, error.code, error.message)
