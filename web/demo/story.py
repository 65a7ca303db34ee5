"""How a demo client's story is told: dice of each day, calls as Segment's clients send them, and ids that name the day.

Pure: no clock, no I/O. A day's calls follow from the client, the first day of the story and that day alone, so that
any part of the story can be told again, and repeats are dropped by their messageIds. A call belongs to the day on which
it is received, and says when that was, as archives of events do: the past is posted at once, but was not late for that.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from web.demo.ways import Way

Call = dict[str, Any]
# Nobody's journey lasts longer.
LONGEST_DAYS = 200
# Before a day in the ids: what else is posted into the demo begins otherwise.
PREFIX = "demo:"
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
)
PHONES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile "
    "Safari/537.36",
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
# One visit in so many has tags as somebody typed them.
DIRTY_SHARE = 0.06


class PaidFor(NamedTuple):
    """What visits are paid as: a day, source, medium and campaign, and what one costs in the workspace's currency."""

    day: date
    source: str
    medium: str
    campaign: str
    cost: float


class Claims(NamedTuple):
    """What ad platforms say that they brought: orders a visit, by medium, and what an order is worth on average."""

    a_visit: Mapping[str, float]
    worth: float


@dataclass(frozen=True)
class Client:
    """One client of the demo agency: who tells its days, and how busy they are."""

    name: str
    # The addresses of its pages begin with it.
    site: str
    locale: str
    # Tells the journeys that begin on a day.
    tell: Callable[[Teller, date], Iterator[Call]]
    # Journeys that begin on a usual day of a usual month.
    a_day: float
    # Monday to Sunday.
    weekdays: tuple[float, ...]
    # January to December.
    months: tuple[float, ...]
    claims: Claims | None = None


@dataclass
class Teller:
    """The teller of one day's journeys: its dice, the client, and what is to be paid for the visits."""

    client: Client
    dice: random.Random
    zone: ZoneInfo
    day: date
    number: int = 0
    paid: Counter[PaidFor] = field(default_factory=Counter)

    def next_name(self, kind: str = "v") -> str:
        """A name that nobody else in the story has."""
        self.number += 1
        return f"{kind}-{self.day:%y%m%d}-{self.number}"

    def moment(self, day: date, *, around: float = 16.5, spread: float = 3.8) -> datetime:
        """Some time of a day, mostly around an hour; one in eight at any."""
        hour = self.dice.gauss(around, spread) if self.dice.random() < 0.875 else self.dice.uniform(0, 23.6)
        hour = min(23.6, max(0.0, hour))
        return datetime.combine(day, time.min, self.zone) + timedelta(hours=hour)

    def pick(self, ways: list[Way], *, back: bool, day: date) -> Way:
        """A way in: for somebody new, or for somebody who comes back."""
        return self.dice.choices(ways, [way.weight(day, back=back) for way in ways])[0]

    def visit(self, way: Way, device: str, at: datetime, *, pages: list[str], agent: str) -> Iterator[Call]:
        """A visit: its landing page, then others, half a minute to some minutes apart."""
        day = at.date()
        if way.campaign:
            self.paid[PaidFor(day, way.source, way.medium, way.campaign_on(day), way.cost)] += 1
        query = way.query_on(day, click=f"{device}.{at:%H%M%S}")
        if query and self.dice.random() < DIRTY_SHARE:
            query = way.dirty(query, self.dice)
        url = f"{self.client.site}{way.path}" + (f"?{query}" if query else "")
        yield self.page(device, at, url, way.referrer, agent)
        for path in pages:
            at += timedelta(seconds=self.dice.uniform(25, 160))
            yield self.page(device, at, f"{self.client.site}{path}", url, agent)
            url = f"{self.client.site}{path}"

    def page(self, device: str, at: datetime, url: str, referrer: str, agent: str) -> Call:
        """One page view."""
        properties = {"url": url, "referrer": referrer}
        context = {"userAgent": agent, "locale": self.client.locale}
        return self.call("page", at, anonymousId=device, properties=properties, context=context)

    def call(self, kind: str, at: datetime, late: timedelta = timedelta(0), /, **fields: Any) -> Call:
        """Any call, and when it is received; its id is given when the day is complete."""
        return {"type": kind, "timestamp": _stamp(at), "receivedAt": _stamp(at + late), **fields}

    def agent(self) -> str:
        """A browser, as often as not on a phone."""
        return self.dice.choice(PHONES if self.dice.random() < 0.55 else BROWSERS)


class Told(NamedTuple):
    """Days of a story: the calls received on each, in that order, and how many visits were paid for."""

    days: dict[date, list[Call]]
    paid: Counter[PaidFor]


def tell(client: Client, *, zone: ZoneInfo, first: date, start: date, end: date) -> Told:
    """The days from start to end of a story that begins on `first`."""
    days: dict[date, list[Call]] = {start + timedelta(days=n): [] for n in range((end - start).days + 1)}
    paid: Counter[PaidFor] = Counter()
    begin = max(first, start - timedelta(days=LONGEST_DAYS))
    for n in range((end - begin).days + 1):
        teller = Teller(client, _dice_of(client, begin + timedelta(days=n)), zone, begin + timedelta(days=n))
        for call in _tell_day(teller, first):
            day = received_at(call).astimezone(zone).date()
            if day in days and (day - teller.day).days <= LONGEST_DAYS:
                days[day].append(call)
        paid.update({bought: visits for bought, visits in teller.paid.items() if bought.day in days})
    return Told({day: _number(day, calls) for day, calls in days.items()}, paid)


def _tell_day(teller: Teller, first: date) -> Iterator[Call]:
    client, day = teller.client, teller.day
    # A client grows over its first year, and goes on a little afterwards.
    growth = 0.4 + 1.15 * min(1.2, (day - first).days / 365)
    usual = client.a_day * growth * client.weekdays[day.weekday()] * client.months[day.month - 1]
    for _ in range(max(0, round(teller.dice.gauss(usual, 0.09 * usual + 0.4)))):
        yield from client.tell(teller, day)
    if teller.dice.random() < 0.35:
        yield from _crawl(teller)
    if teller.dice.random() < 0.03:
        # Nobody's: the collector refuses it, and says why.
        yield teller.call("track", teller.moment(day), event="Cart Viewed")


def _crawl(teller: Teller) -> Iterator[Call]:
    """A machine reads some pages; it makes no visit."""
    at, agent = teller.moment(teller.day, around=12, spread=6), teller.dice.choice(CRAWLERS)
    name = teller.next_name("c")
    for path in ("/", "/sitemap"):
        yield teller.page(name, at, f"{teller.client.site}{path}", "", agent)
        at += timedelta(seconds=3)


def received_at(call: Call) -> datetime:
    """When a call is received: some are sent hours or days after what they tell of."""
    return datetime.fromisoformat(call["receivedAt"])


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(day: date, calls: list[Call]) -> list[Call]:
    calls.sort(key=lambda call: str(call["receivedAt"]))
    numbered = [{**call, "messageId": f"{PREFIX}{day:%Y%m%d}:{place:05}"} for place, call in enumerate(calls)]
    # A client that tries again although its call had arrived.
    return numbered + numbered[-1:] if day.toordinal() % 9 == 0 else numbered


def _dice_of(client: Client, day: date) -> random.Random:
    return random.Random(f"{client.name} {day.isoformat()}")  # noqa: S311 - a repeatable story, not a secret
