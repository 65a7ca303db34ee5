"""Whole requests bent out of shape: an event, a field, a trap, and then perhaps the bytes and the headers too."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.reliability.hostile.bending import bend_bytes
from tests.reliability.hostile.bent_hits import bent_hits
from tests.reliability.hostile.traps import TRAPS

URL = "https://shop.example.test/landing?utm_source=newsletter&utm_medium=email&utm_campaign=spring"
HOLE = "\x1ahole\x1a"
CONTEXT = {
    "page": {"url": URL, "referrer": "https://mail.example.test/"},
    "campaign": {"source": "newsletter", "medium": "email", "name": "spring"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
    "ip": "192.0.2.1",
}
BASES: list[dict[str, Any]] = [
    {"type": "page", "properties": {"url": URL, "referrer": "", "title": "Landing"}, "context": CONTEXT},
    {"type": "page", "properties": {"url": URL}, "newVisit": True},
    {"type": "screen", "name": "Home", "category": "App"},
    {"type": "track", "event": "Order Completed", "properties": {"revenue": 90.5, "currency": "EUR"}},
    {"type": "track", "event": "Order Refunded", "properties": {"revenue": "5", "refund_id": "r1"}},
    {"type": "track", "event": "Signed Up", "properties": {"plan": "pro"}, "context": CONTEXT},
    {"type": "identify", "userId": "u", "traits": {"email": "a@example.test"}, "context": {"traits": {"a": 1}}},
    {"type": "group", "groupId": "g", "traits": {"name": "G"}},
    {"type": "alias", "previousId": "before", "userId": "u"},
]
FIELDS = [
    "type", "messageId", "anonymousId", "userId", "previousId", "groupId", "timestamp", "originalTimestamp", "sentAt",
    "event", "name", "category", "writeKey", "newVisit", "properties", "traits", "context", "properties.url",
    "properties.referrer", "properties.revenue", "properties.currency", "properties.order_id", "properties.orderId",
    "properties.refund_id", "properties.products", "context.page", "context.page.url", "context.page.referrer",
    "context.campaign", "context.campaign.source", "context.campaign.name", "context.userAgent", "context.traits",
]  # fmt: skip
SHARE_OF_HITS = 0.2
KINDS = ("page", "screen", "track", "identify", "group", "alias")
SINGLE = [*KINDS, "p", "s", "t", "i", "g", "a"]
BATCH = ["batch", "import", "b"]
TYPES = [
    "application/json", "text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-16", "", "x",
    "multipart/form-data", "multipart/form-data; boundary=", "application/x-www-form-urlencoded", "text/xml", "a" * 500,
]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """The bytes of one request; `number` makes it again from the same seed."""

    number: int
    raw: bytes


def bent_requests(seed: int, count: int, key: str, site: int) -> Iterator[Sent]:
    """As many requests as asked for, to the doors of both kinds of clients; the same ones for the same seed."""
    for number in range(count):
        random = Random(f"{seed}:{number}")
        raw = bent_hits(random, site) if random.random() < SHARE_OF_HITS else bent_events(random, number, key)
        yield Sent(number, raw)


def bent_events(random: Random, number: int, key: str) -> bytes:
    """One request in full."""
    is_batch = random.random() < 0.25
    body = _batch(random, number) if is_batch else _bent_event(random, number)
    path = "/v1/" + random.choice(BATCH if is_batch != (random.random() < 0.05) else SINGLE) + random.choice(["", "/"])
    headers = {"host": "localhost", "content-type": random.choice(TYPES) if random.random() < 0.3 else TYPES[0]}
    data, encoding = bend_bytes(random, body.encode("utf-8", "surrogatepass"))
    if encoding:
        headers["content-encoding"] = encoding
    if random.random() < 0.97:
        headers["authorization"] = _authorization(random, key)
    if random.random() < 0.02:
        path += random.choice(["?x=%00", "/x", "/..", "?" + "a" * 2_000, "%00", "//", ";"])
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{head}content-length: {len(data)}\r\n\r\n".encode("latin-1") + data


def _bent_event(random: Random, number: int) -> str:
    event = json.loads(json.dumps(random.choice(BASES)))
    event.setdefault("anonymousId", f"p-{random.randrange(2_000)}")
    if "userId" in event:
        event["userId"] = f"u-{random.randrange(2_000)}"
    if event.get("event", "").startswith("Order"):
        event["properties"]["order_id"] = f"o-{random.randrange(2_000)}"
    event |= {"messageId": f"m-{number}-{random.randrange(100)}", "timestamp": "2026-10-20T12:00:00.000Z"}
    path = random.choice(FIELDS).split(".")
    inner = event
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = HOLE
    return json.dumps(event).replace(json.dumps(HOLE), random.choice(TRAPS), 1)


def _batch(random: Random, number: int) -> str:
    events = [_bent_event(random, number) for _ in range(random.choice([1, 2, 5, 20]))]
    body = f'"batch": [{",".join(events)}]'
    if random.random() < 0.2:
        extra = random.choice(["sentAt", "context", "writeKey", "batch"])
        body += f', "{extra}": {random.choice(TRAPS)}'
    return "{" + body + "}"


def _authorization(random: Random, key: str) -> str:
    good = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    if random.random() < 0.96:
        return good
    return random.choice(
        [
            "",
            "Basic",
            "Basic ",
            "Basic !!!",
            "Basic //79",
            "Bearer x",
            "Basic Og==",
            good + "=",
            "Basic " + "QQ" * 4_000,
        ]
    )
