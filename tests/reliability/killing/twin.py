"""What must come of the events, worked out from scratch in plain Python that shares no code with the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

HALF_AN_HOUR = timedelta(minutes=30)
LOOKBACK = timedelta(days=90)
WHOLE = 1_000_000_000
Event = dict[str, Any]


def touches_of(events: Iterable[Event]) -> list[tuple[datetime, str, tuple[str, ...]]]:
    """Of one person: (when, message id, origin) of each visit, and of each change of origin within one."""
    touches = []
    before: datetime | None = None
    current: tuple[str, ...] = ()
    for event in sorted((event for event in events if event["type"] == "page"), key=_place):
        at, origin = datetime.fromisoformat(event["timestamp"]), tuple(event["origin"])
        if before is None or at > before + HALF_AN_HOUR or origin != current:
            touches.append((at, event["messageId"], origin))
            current = origin
        before = at
    return touches


def conversions_of(events: Iterable[Event]) -> list[tuple[datetime, str, int]]:
    """Of one person: (when, message id, value in millionths) of each order."""
    orders = sorted((event for event in events if event["type"] == "track"), key=_place)
    return [
        (
            datetime.fromisoformat(order["timestamp"]),
            order["messageId"],
            int(order["properties"]["revenue"].replace(".", "")) * 10_000,
        )
        for order in orders
    ]


def _place(event: Event) -> tuple[datetime, bytes]:
    return datetime.fromisoformat(event["timestamp"]), event["messageId"].encode()


class Expected:
    """Everything derived from the events of one workspace: `touches`, `conversions`, `credit` and `totals`."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.touches: set[tuple[Any, ...]] = set()
        self.conversions: set[tuple[Any, ...]] = set()
        # (day, rule, origin) → credit, value; (day, rule) → conversions, value, unattributed ones and their value.
        self.credit: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
        self.totals: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
        people: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            people[event["anonymousId"]].append(event)
        for who, mine in people.items():
            self._add_person(who, touches_of(mine), conversions_of(mine))

    def _add_person(self, who: str, touches: list[Any], conversions: list[Any]) -> None:
        self.touches |= {(who, at, message_id, origin) for at, message_id, origin in touches}
        for at, message_id, value in conversions:
            self.conversions.add((who, at, message_id, value))
            path = [origin for touched_at, _, origin in touches if at - LOOKBACK <= touched_at <= at]
            for rule in ("linear", "last_touch"):
                self._share(at.date(), rule, path, value)

    def _share(self, day: Any, rule: str, path: list[Any], value: int) -> None:
        total = self.totals[day, rule]
        total["conversions"] += 1
        total["conversions_value"] += value
        if not path:
            total["unattributed"] += 1
            total["unattributed_value"] += value
            return
        earners = path if rule == "linear" else path[-1:]
        for origin, credit, money in zip(earners, _shares(WHOLE, earners), _shares(value, earners), strict=True):
            self.credit[day, rule, origin]["credit"] += credit
            self.credit[day, rule, origin]["value"] += money


def _shares(total: int, earners: list[Any]) -> list[int]:
    """Equal shares that add up exactly; what is left over goes to the first."""
    share, rest = divmod(total, len(earners))
    return [share + (place < rest) for place in range(len(earners))]
