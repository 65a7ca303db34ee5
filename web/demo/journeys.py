"""Two months of a bicycle shop's visitors as Segment calls, the same for the same seed and last day.

Pure: no clock, no I/O. People arrive through a mix of channels, come back, and some of them order; a few orders come
from the till (no touch at all), a few are refunded, some people switch devices and are joined by their log-in.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHOP = "https://northwind-bikes.example"
DAYS = 62
Call = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way into the shop: how often it starts a journey, brings people back, and where it lands."""

    first: float
    back: float
    query: str
    referrer: str
    path: str
    pull: float  # how likely a visit by it is to end in an order, relative to the others


WAYS = [
    Way(24, 14, "", "https://www.google.com/", "/guides/choosing-a-gravel-bike", 0.8),
    Way(6, 3, "", "https://duckduckgo.com/", "/guides/winter-tyres", 0.8),
    Way(9, 26, "", "", "/", 1.3),
    Way(10, 9, "utm_source=google&utm_medium=cpc&utm_campaign=brand-nl&gclid={id}",
        "https://www.google.com/", "/", 1.6),
    Way(9, 4, "utm_source=google&utm_medium=cpc&utm_campaign=generic-ebike&utm_term=e-bike&gclid={id}",
        "https://www.google.com/", "/e-bikes", 0.7),
    Way(9, 5, "utm_source=facebook&utm_medium=paid_social&utm_campaign=autumn-gravel&utm_content=video-a&fbclid={id}",
        "https://www.facebook.com/", "/gravel", 0.6),
    Way(6, 2, "utm_source=tiktok&utm_medium=cpc&utm_campaign=autumn-gravel&ttclid={id}",
        "https://www.tiktok.com/", "/gravel", 0.5),
    Way(1, 14, "utm_source=newsletter&utm_medium=email&utm_campaign=welcome-series", "", "/welcome", 1.8),
    Way(1, 11, "utm_source=newsletter&utm_medium=email&utm_campaign=november-news", "https://mail.google.com/",
        "/news/november", 1.5),
    Way(5, 4, "utm_source=ridehub&utm_medium=affiliate&utm_campaign=partner-ridehub", "https://ridehub.example/",
        "/partners/ridehub", 1.2),
    Way(6, 3, "", "https://chatgpt.com/", "/guides/commuting", 1.1),
    Way(2, 1, "", "https://www.perplexity.ai/", "/guides/locks", 0.9),
    Way(5, 2, "", "https://forum.gravel-riders.example/t/which-bike", "/gravel", 0.9),
    Way(4, 2, "", "https://www.instagram.com/", "/", 0.4),
    Way(4, 3, "utm_source=criteo&utm_medium=display&utm_campaign=retargeting-autumn", "", "/sale", 0.4),
    Way(2, 1, "", "https://www.youtube.com/", "/guides/fit", 0.5),
]  # fmt: skip

PRODUCTS = [
    ("helmet", 89.0),
    ("lock", 59.95),
    ("tyres", 74.5),
    ("rain-jacket", 149.0),
    ("lights", 44.9),
    ("bag", 119.0),
]
BIKES = [("gravel-3", 1899.0), ("commuter-1", 899.0), ("e-city", 2499.0)]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36"
# Monday to Sunday: people look at bicycles on Sunday evening and on Monday.
WEEKDAYS = [1.15, 1.0, 0.95, 0.95, 0.9, 0.95, 1.2]


def shop_calls(last_day: date, zone: ZoneInfo, seed: int = 7, days: int = DAYS) -> Iterator[Call]:
    """Segment calls in the order of their people; the very last one has the messageId `demo-end`."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable story, not a secret
    first_day = last_day - timedelta(days=days - 1)
    for n in range(days):
        day = first_day + timedelta(days=n)
        season = 0.8 + 0.4 * n / days
        for visitor in range(round(dice.gauss(38, 4) * WEEKDAYS[day.weekday()] * season)):
            yield from _journey(_Story(dice, zone, last_day, f"demo-{n}-{visitor}"), day)
        for sale in range(dice.choice([0, 0, 0, 1])):
            yield from _till_sale(_Story(dice, zone, last_day, f"demo-till-{n}-{sale}"), day)
    yield {"type": "identify", "userId": "demo-end", "messageId": "demo-end", "timestamp": _iso(_noon(first_day, zone))}


@dataclass
class _Story:
    """The teller of one person's journey: dice, a name, and a counter for the ids of what happens."""

    dice: random.Random
    zone: ZoneInfo
    last_day: date
    name: str
    told: int = 0

    def call(self, kind: str, at: datetime, **fields: Any) -> Call:
        self.told += 1
        return {"type": kind, "messageId": f"{self.name}-{self.told}", "timestamp": _iso(at), **fields}

    def some_time(self, day: date) -> datetime:
        hour = min(23.4, max(6.0, self.dice.gauss(17.5, 3.6)))
        return datetime.combine(day, time.min, self.zone) + timedelta(hours=hour, seconds=self.dice.random())

    def pick(self, weights: list[float]) -> Way:
        return self.dice.choices(WAYS, weights)[0]


def _journey(story: _Story, day: date) -> Iterator[Call]:
    dice = story.dice
    device, user = story.name, f"{story.name}-user"
    visits = 1 + min(5, int(dice.expovariate(1.1)))
    pull = 0.0
    for visit in range(visits):
        if visit:
            day += timedelta(days=1 + int(dice.expovariate(0.22)))
            if visit > 1 and dice.random() < 0.15:
                # A second device; the log-in at the order joins the two.
                device = f"{story.name}-phone"
        if day > story.last_day:
            return
        way = story.pick([w.back if visit else w.first for w in WAYS])
        pull += way.pull
        at = story.some_time(day)
        yield from _visit(story, way, device, at)
        if dice.random() < 0.095 * pull:
            yield from _order(story, device, user, at + timedelta(minutes=dice.uniform(4, 18)))
            if dice.random() < 0.8:
                return


def _visit(story: _Story, way: Way, device: str, at: datetime) -> Iterator[Call]:
    query = way.query.replace("{id}", f"{story.name}x{story.told}")
    url = f"{SHOP}{way.path}" + (f"?{query}" if query else "")
    yield _page(story, device, at, url, way.referrer)
    for _ in range(story.dice.choice([0, 1, 1, 2, 3])):
        at += timedelta(seconds=story.dice.uniform(15, 150))
        product = story.dice.choice(PRODUCTS + BIKES)[0]
        yield _page(story, device, at, f"{SHOP}/products/{product}", url)


def _page(story: _Story, device: str, at: datetime, url: str, referrer: str) -> Call:
    page = {"url": url, "referrer": referrer}
    return story.call(
        "page", at, anonymousId=device, properties=page, context={"page": page, "userAgent": BROWSER, "locale": "nl-NL"}
    )


def _order(story: _Story, device: str, user: str, at: datetime) -> Iterator[Call]:
    yield story.call("identify", at, anonymousId=device, userId=user, traits={"country": "NL"})
    yield story.call("track", at + timedelta(seconds=3), anonymousId=device, userId=user, **_bought(story))
    if story.dice.random() < 0.04:
        back = at + timedelta(days=story.dice.uniform(2, 9))
        if back.date() <= story.last_day:
            order = {"order_id": f"{story.name}-order", "refund_id": f"{story.name}-refund", "revenue": 40}
            yield story.call("track", back, userId=user, event="Order Refunded", properties=order)


def _till_sale(story: _Story, day: date) -> Iterator[Call]:
    yield story.call("track", story.some_time(day), userId=f"{story.name}-customer", **_bought(story))


def _bought(story: _Story) -> Call:
    dice = story.dice
    basket = [dice.choice(PRODUCTS) for _ in range(dice.choice([1, 1, 1, 2, 2, 3]))]
    if dice.random() < 0.025:
        basket.append(dice.choice(BIKES))
    products = [{"product_id": name, "price": price, "quantity": 1} for name, price in basket]
    revenue = round(sum(price for _, price in basket), 2)
    order = {"order_id": f"{story.name}-order", "revenue": revenue, "currency": "EUR", "products": products}
    return {"event": "Order Completed", "properties": order}


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), zone)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
