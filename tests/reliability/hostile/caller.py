"""Sends raw requests over connections that are kept, and notes how each was answered and how fast."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.reliability.hostile.bent import Sent

SLOW_S = 1.0
TIMEOUT_S = 15.0


@dataclass
class Tally:
    """Statuses counted; `suspects` are the requests that were answered badly, or late, or not at all."""

    statuses: Counter[int] = field(default_factory=Counter)
    suspects: list[tuple[Sent, str]] = field(default_factory=list)
    slowest_s: float = 0.0

    def note(self, sent: Sent, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.slowest_s = max(self.slowest_s, seconds)
        if status >= 500 or status == 0 or seconds > SLOW_S:
            self.suspects.append((sent, f"{status} after {seconds:.2f} s"))


class Connection:
    """One connection, opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes) -> int:
        """The status of the answer; 0 when there was none."""
        try:
            return await asyncio.wait_for(self._ask(raw), TIMEOUT_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            await self.close()
            return 0

    async def _ask(self, raw: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, found, rest = head.partition(b"content-length: ")
        if found:
            await reader.readexactly(int(rest.split(b"\r\n")[0]))
        if not found or b"connection: close" in head:
            await self.close()
        return int(head.split(b" ", 2)[1])

    async def close(self) -> None:
        streams, self._streams = self._streams, None
        if streams:
            streams[1].close()


async def send_all(port: int, requests: Iterable[Sent], *, connections: int = 12) -> Tally:
    """Send everything, so many at a time."""
    tally, waiting = Tally(), iter(requests)
    await asyncio.gather(*(_send_each(Connection(port), waiting, tally) for _ in range(connections)))
    return tally


async def _send_each(connection: Connection, waiting: Iterator[Sent], tally: Tally) -> None:
    for sent in waiting:
        began_at = time.monotonic()
        status = await connection.ask(sent.raw)
        tally.note(sent, status, time.monotonic() - began_at)
    await connection.close()


async def send_suspects_again(port: int, tally: Tally) -> list[tuple[Sent, str]]:
    """Each suspect once more and alone: what is to blame is to blame twice, a busy machine is not."""
    guilty = []
    for sent, _ in tally.suspects[:200]:
        again = await send_all(port, [sent], connections=1)
        guilty += again.suspects
    return guilty
