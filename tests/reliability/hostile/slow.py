"""Clients that take a byte a second over everything, beside honest ones whose time is taken."""

import asyncio
import time

from tests.reliability.hostile.wire import head_of

SLOW_FROM = ("127.0.0.2", "127.0.0.3", "127.0.0.4")


async def measure_good(port: int, key: str, *, seconds: float, connections: int = 8) -> list[float]:
    """How long each answer took, in seconds; fails when one is no 200."""
    until = time.monotonic() + seconds
    times: list[float] = []
    await asyncio.gather(*(_be_good(port, key, number, until, times) for number in range(connections)))
    return sorted(times)


async def _be_good(port: int, key: str, number: int, until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.monotonic() < until:
        body = b'{"anonymousId": "good-%d", "messageId": "good-%d-%d-%d"}' % (number, number, count, time.time_ns())
        began_at = time.monotonic()
        writer.write(head_of(key, "page", f"content-length: {len(body)}") + body)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        times.append(time.monotonic() - began_at)
        count += 1
        await asyncio.sleep(0.02)
    writer.close()


async def hold(port: int, key: str, *, connections: int, seconds: float) -> int:
    """Keep slow connections open; returns how many the server had ended when the time was over."""
    return sum(await asyncio.gather(*(_be_slow(port, key, number, seconds) for number in range(connections))))


async def _be_slow(port: int, key: str, number: int, seconds: float) -> bool:
    address = SLOW_FROM[number % len(SLOW_FROM)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    kind = number % 3
    if kind == 1:
        writer.write(head_of(key, "page", "content-length: 5000"))
    if kind == 2:
        body = b"x" * 1_000
        writer.write(b"POST /api/v1/workspaces/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n\r\n" + body)
    drip = head_of(key, "page") if kind == 0 else b" " * 5_000
    until, place = time.monotonic() + seconds, 0
    try:
        while time.monotonic() < until:
            writer.write(drip[place : place + 1])
            await writer.drain()
            place += 1
            try:
                if not await asyncio.wait_for(reader.read(1_000), 1):
                    return True
            except TimeoutError:
                continue
    except ConnectionError:
        return True
    finally:
        writer.close()
    return False
