"""What is posted, request by request, and what must come of it; all of it follows from a seed.

Cold people are fed by one request alone, on a day of their own: a mark that is lost is not healed by the next event.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

SHOP = "https://shop.example.test/landing"
ORIGINS = [
    ("newsletter", "email", "spring"),
    ("facebook", "paid_social", "boots"),
    ("google", "cpc", "brand"),
    ("partner", "affiliate", "winter"),
]
WORKSPACES = 4
# Cold days lie in the past, hot ones behind them.
FIRST_COLD_DAY = datetime(2004, 1, 1, tzinfo=UTC)
FIRST_HOT_DAY = datetime(2024, 1, 1, tzinfo=UTC)
COLD_DAYS = 7_000
HOT_DAYS = 20
HOT_PEOPLE = 200
PEOPLE_A_REQUEST = (1, 5)


@dataclass(frozen=True)
class Request:
    """One batch for one workspace; with a wrong key it must be refused, and nothing of it kept."""

    slot: int
    workspace: int
    events: list[dict[str, Any]]
    wrong_key: bool = False


def request_of(seed: int, slot: int) -> Request:
    """The request in a slot; asked twice, the answer is the same."""
    random = Random(f"{seed}:{slot}")
    workspace, is_cold = slot % WORKSPACES, random.random() < 0.6
    people = random.randint(*PEOPLE_A_REQUEST)
    events: list[dict[str, Any]] = []
    for person in range(people):
        if is_cold:
            day = FIRST_COLD_DAY + timedelta(days=slot // WORKSPACES % COLD_DAYS)
            who = f"cold-{slot}-{person}"
        else:
            day = FIRST_HOT_DAY + timedelta(days=random.randrange(HOT_DAYS))
            who = f"hot-{random.randrange(HOT_PEOPLE)}"
        # The same ids in every workspace, which have nothing to do with each other.
        events += _visits_and_order(random, who, day, f"{slot // WORKSPACES}-{person}")
    random.shuffle(events)
    return Request(slot, workspace, events, wrong_key=random.random() < 0.02)


def _visits_and_order(random: Random, who: str, day: datetime, name: str) -> list[dict[str, Any]]:
    order_at = day + timedelta(seconds=random.randrange(86_400))
    events = [
        _visit(random, who, order_at - timedelta(seconds=random.randrange(1, 95 * 86_400)), f"v-{name}-{number}")
        for number in range(random.randint(0, 3))
    ]
    if random.random() < 0.8:
        events.append(_order(random, who, order_at, f"o-{name}"))
    return events


def _visit(random: Random, who: str, at: datetime, message_id: str) -> dict[str, Any]:
    source, medium, campaign = random.choice(ORIGINS)
    query = f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign}"
    # Nobody reads `origin` but the twin, which need not take addresses apart then.
    told = {"properties": {"url": f"{SHOP}?{query}"}, "origin": [source, medium, campaign]}
    return _event("page", who, at, message_id) | told


def _order(random: Random, who: str, at: datetime, message_id: str) -> dict[str, Any]:
    properties = {"order_id": message_id, "revenue": f"{random.randint(1, 99_999) / 100:.2f}"}
    return _event("track", who, at, message_id) | {"event": "Order Completed", "properties": properties}


def _event(kind: str, who: str, at: datetime, message_id: str) -> dict[str, Any]:
    return {"type": kind, "anonymousId": who, "messageId": message_id, "timestamp": at.isoformat()}
