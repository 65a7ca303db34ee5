"""What every connection must keep to, before anybody looks at what it says: time, size, and how many an address holds.

Uvicorn knows no limit for a head that arrives a byte a second, for its length, or for a reader who does not read.
"""

import asyncio
from collections import Counter
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
# The collector is stricter by itself; a table of spend may take its time.
BODY_S = 60.0
# Some 48 KB must have been read in that time.
READING_S = 20.0
LOOK_EVERY_S = 0.5
MAX_HEAD_BYTES = 64 * 1024
# With chunk extensions and trailers, of which nobody else keeps count.
MAX_REQUEST_BYTES = 12 * 1024 * 1024

_open: Counter[str] = Counter()
_watched: set["GatedProtocol"] = set()


class GatedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, for connections that are given up when they take too long or too much."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.reads_until: float | None = None
        self.writes_until: float | None = None
        self._address: str | None = None
        self._request_bytes = 0
        self._in_head = self._in_request = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and refuse it where its address holds too many."""
        super().connection_made(transport)
        self.reads_until = self.loop.time() + HEAD_S
        if not _watched:
            self.loop.call_later(LOOK_EVERY_S, _look, self.loop)
        _watched.add(self)
        address, most = (self.client or ("", 0))[0], settings.MAX_CONNECTIONS_PER_ADDRESS
        if most and _open[address] >= most:
            self._refuse(b"429 Too Many Requests")
            return
        self._address = address
        _open[address] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _watched.discard(self)
        if self._address is not None:
            _open[self._address] -= 1
            if not _open[self._address]:
                del _open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came, unless it is too much."""
        # Empty lines between requests begin none, and must not keep a connection for ever.
        if self.reads_until is None:
            self.reads_until = self.loop.time() + HEAD_S
        super().data_received(data)
        if not self._in_request:
            return
        self._request_bytes += len(data)
        if self._in_head and self._request_bytes > MAX_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._request_bytes > MAX_REQUEST_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_request = self._in_head = True
        self._request_bytes = 0
        self.reads_until = self.loop.time() + HEAD_S

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._in_head = False
        self.reads_until = self.loop.time() + BODY_S
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._in_request = False
        self.reads_until = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        self.writes_until = self.loop.time() + READING_S
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self.writes_until = None
        super().resume_writing()

    def give_up_if_late(self, now: float) -> None:
        """End a connection whose time is over."""
        if self.writes_until is not None and now > self.writes_until:
            self.transport.abort()
        elif self.reads_until is not None and now > self.reads_until:
            self._give_up_reading(now)

    def _give_up_reading(self, now: float) -> None:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering and not self._in_request:
            # Stray bytes behind a request that is still being worked on.
            self.reads_until = now + HEAD_S
        elif is_answering and self.cycle.response_started:
            self.transport.abort()
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
        # Whoever does not even read that is cut off a little later.
        self.reads_until, self.writes_until = None, self.loop.time() + HEAD_S


def _look(loop: asyncio.AbstractEventLoop) -> None:
    """One look at all connections now and then costs less than a timer for each request."""
    now = loop.time()
    for connection in list(_watched):
        connection.give_up_if_late(now)
    if _watched:
        loop.call_later(LOOK_EVERY_S, _look, loop)
