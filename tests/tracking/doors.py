"""A collector in the test's own process, spoken to as a web server would, over the test database."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from tracking.collector import Collector

Call = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]


@dataclass
class Door:
    """One collector and its loop; every call drives the loop until it is answered."""

    collector: Collector
    loop: asyncio.AbstractEventLoop

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.together([lambda client: client.request(method, path, **options)])[0]

    def post(self, path: str, body: Any, key: str | None = None, **options: Any) -> httpx.Response:
        return self.together([posting(path, body, key, **options)])[0]

    def together(self, calls: Iterable[Call]) -> list[httpx.Response]:
        """Answer all calls at the same time."""
        return self.loop.run_until_complete(self._together(list(calls)))

    async def _together(self, calls: list[Call]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=self.collector)
        async with httpx.AsyncClient(transport=transport, base_url="http://collector") as client:
            return await asyncio.gather(*(call(client) for call in calls))

    def wait(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def close(self) -> None:
        self.loop.run_until_complete(self.collector.stop())
        self.loop.close()


def open_door(database_url: str, **settings: Any) -> Door:
    return Door(Collector(database_url, **{"events_per_second": 10_000} | settings), asyncio.new_event_loop())


def posting(path: str, body: Any, key: str | None = None, **options: Any) -> Call:
    """A POST to make later; bytes go as they are, everything else as JSON."""
    if key is not None:
        options["auth"] = (key, "")
    options |= {"content": body} if isinstance(body, bytes) else {"json": body}
    return lambda client: client.post(path, **options)
