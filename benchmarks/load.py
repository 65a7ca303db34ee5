"""A small load generator: keeps connections busy with new events, and says how many were accepted how fast.

python -m benchmarks.load PORT CONNECTIONS EVENTS_PER_REQUEST SECONDS [PATH]
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass, field

URL = "https://shop.example.test/landing?utm_source=newsletter&utm_medium=email&utm_campaign=spring"
EVENT = {
    "type": "page",
    "anonymousId": "ANONYMOUS",
    "messageId": "MESSAGE",
    "timestamp": "2026-11-19T23:33:33.016Z",
    "properties": {"url": URL, "title": "Landing"},
    "context": {
        "page": {"url": URL, "referrer": "https://mail.example.test/"},
        "campaign": {"source": "newsletter", "medium": "email", "name": "spring"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0",
        "library": {"name": "benchmark", "version": "1"},
    },
}
TEMPLATE = json.dumps(EVENT, separators=(",", ":"))
HEAD = "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic YmVuY2g6\r\nContent-Length: {length}\r\n\r\n"


@dataclass
class Result:
    """What was sent, and how long each answer took, in seconds."""

    accepted: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)


def new_event() -> str:
    """One event with ids of its own, in the order of time as clients make them."""
    mark = f"{time.time_ns():x}{os.urandom(6).hex()}"
    return TEMPLATE.replace("MESSAGE", mark).replace("ANONYMOUS", f"a{mark}")


def new_request(events: int, path: str) -> bytes:
    """A whole request: one event, or a batch."""
    body = new_event() if events == 1 else f'{{"batch":[{",".join(new_event() for _ in range(events))}]}}'
    return (HEAD.format(path=path, length=len(body)) + body).encode()


async def keep_busy(port: int, *, events: int, path: str, until: float, result: Result) -> None:
    """Send one request after another over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        request = new_request(events, path)
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        result.seconds.append(time.perf_counter() - started)
        if head.startswith(b"HTTP/1.1 200"):
            result.accepted += events
        else:
            result.refused += events
    writer.close()


async def measure(port: int, connections: int, *, events: int, seconds: float, path: str) -> dict[str, float]:
    """Load the door for `seconds`; rates are per second, times in milliseconds."""
    result = Result()
    started = time.perf_counter()
    until = started + seconds
    workers = [keep_busy(port, events=events, path=path, until=until, result=result) for _ in range(connections)]
    await asyncio.gather(*workers)
    took = time.perf_counter() - started
    times = sorted(result.seconds)
    return {
        "accepted_per_s": result.accepted / took,
        "refused_per_s": result.refused / took,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
    }


if __name__ == "__main__":
    port, connections, events = (int(argument) for argument in sys.argv[1:4])
    path = sys.argv[5] if len(sys.argv) > 5 else ("/v1/page" if events == 1 else "/v1/batch")
    measured = measure(port, connections, events=events, seconds=float(sys.argv[4]), path=path)
    print(json.dumps(asyncio.run(measured)))
