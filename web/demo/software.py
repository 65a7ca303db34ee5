"""Alder & Finch, business software: months from the first visit to the signature, told by site and CRM. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from web.demo.story import Call, Client, Teller
from web.demo.ways import Way

WAYS = [
    Way(22, 12, 1.0, "/blog/inventory-mistakes", "https://www.google.com/"),
    Way(8, 20, 1.1, "/"),
    Way(10, 6, 1.15, "/", "https://www.google.com/", "google", "cpc", "brand-eu", "gclid={click}", cost=15.0),
    Way(9, 4, 0.85, "/product", "https://www.google.com/", "google", "cpc", "inventory-software",
        "utm_term=inventory+software&gclid={click}", cost=29.0),
    Way(20, 5, 0.42, "/guides/stock-planning", "https://www.linkedin.com/", "linkedin", "paid_social",
        "operations-leads", "utm_content=guide-2&li_fat_id={click}", cost=19.0),
    Way(1, 22, 1.6, "/product", "", "hubspot", "email", "nurture-{season}", cost=2.2),
    Way(1, 9, 1.3, "/webinar", "https://outlook.live.com/", "newsletter", "email", "{month}-webinar", cost=2.2),
    Way(6, 5, 1.25, "/compare", "https://software-compare.example/inventory"),
    Way(5, 3, 1.1, "/product", "https://chatgpt.com/", rises=True),
    Way(2, 1, 1.1, "/compare", "https://copilot.microsoft.com/", rises=True),
    Way(4, 2, 0.8, "/blog/inventory-mistakes", "https://www.linkedin.com/"),
    Way(6, 3, 0.05, "/product", "", "dv360", "display", "always-on", cost=19.0),
]  # fmt: skip
# From each stage to the next: how many go on, and after how many days in the middle.
TOUR, GUIDE, DEMO, QUOTE, WON = "Tour Watched", "Guide Downloaded", "Demo Requested", "Quote Sent", "Deal Won"
STEPS = ((GUIDE, 0.62, 2.0), (DEMO, 0.25, 9.0), (QUOTE, 0.71, 12.0), (WON, 0.70, 18.0))
STAGES = [
    {"name": "Awareness", "event": TOUR, "role": ""},
    {"name": "Interest", "event": GUIDE, "role": "lead"},
    {"name": "Consideration", "event": DEMO, "role": ""},
    {"name": "Decision", "event": QUOTE, "role": "opportunity"},
    {"name": "Won", "event": WON, "role": "customer"},
]


@dataclass
class _Buyer:
    """Somebody who looks around, and what brought them so far."""

    name: str
    agent: str
    pull: float = 0.0

    @property
    def user(self) -> str:
        """As the CRM knows them."""
        return f"{self.name}@company.example"


def tell(teller: Teller, day: date) -> Iterator[Call]:
    """One journey: some look and leave, some watch the tour, few of those sign in the end."""
    dice, buyer = teller.dice, _Buyer(teller.next_name("b"), teller.agent())
    at = _office_time(teller, day)
    yield from _visit(teller, buyer, at, back=False)
    if dice.random() > 0.34 * buyer.pull:
        if dice.random() < 0.3:
            yield from _visit(teller, buyer, _later(teller, at, 5), back=True)
        return
    yield _do(teller, buyer, at + timedelta(minutes=6), TOUR)
    yield from _go_on(teller, buyer, at)


def _go_on(teller: Teller, buyer: _Buyer, at: datetime) -> Iterator[Call]:
    for stage, share, days in STEPS:
        reached = _later(teller, at, days)
        yield from _visits_between(teller, buyer, at, reached)
        # The average of the ways so far: what people came by decides how far they get.
        if teller.dice.random() > share * min(1.45, max(0.2, 0.1 + 0.9 * buyer.pull)):
            return
        at = reached
        if stage == GUIDE:
            yield from _visit(teller, buyer, at, back=True)
            traits = {"country": teller.dice.choice(["DE", "NL", "FR", "AT"])}
            who = {"anonymousId": buyer.name, "userId": buyer.user}
            yield teller.call("identify", at + timedelta(minutes=4), **who, traits=traits)
        yield _do(teller, buyer, at + timedelta(minutes=5), stage)


def _do(teller: Teller, buyer: _Buyer, at: datetime, event: str) -> Call:
    """What the site tells up to the guide, and the CRM from then on."""
    known = {"userId": buyer.user} if event in (QUOTE, WON) else {"anonymousId": buyer.name}
    if event in (GUIDE, DEMO):
        known["userId"] = buyer.user
    properties: dict[str, object] = {"source": "crm"} if event in (QUOTE, WON) else {"source": "site"}
    if event in (QUOTE, WON):
        # Both name the same deal, whichever comes to be.
        worth = 2_400 + 180 * (sum(map(ord, buyer.name)) * 7919 % 61)
        properties |= {"deal_id": f"D-{buyer.name[2:]}", "revenue": worth, "currency": "EUR"}
    return teller.call("track", at, **known, event=event, properties=properties)


def _visits_between(teller: Teller, buyer: _Buyer, begin: datetime, end: datetime) -> Iterator[Call]:
    days = (end - begin).days
    for _ in range(min(4, int(teller.dice.expovariate(1 / (0.4 + days / 9))))):
        between = begin.date() + timedelta(days=teller.dice.randint(1, max(1, days)))
        yield from _visit(teller, buyer, _office_time(teller, between), back=True)


def _visit(teller: Teller, buyer: _Buyer, at: datetime, *, back: bool) -> Iterator[Call]:
    way = teller.pick(WAYS, back=back, day=at.date())
    buyer.pull = (buyer.pull + way.pull) / 2 if buyer.pull else way.pull
    more = teller.dice.choices([0, 1, 2], [62, 26, 12])[0]
    pages = [teller.dice.choice(["/pricing", "/product/forecasts", "/customers", "/security"]) for _ in range(more)]
    yield from teller.visit(way, buyer.name, at, pages=pages, agent=buyer.agent)


def _office_time(teller: Teller, day: date) -> datetime:
    return teller.moment(day, around=13, spread=2.6)


def _later(teller: Teller, at: datetime, days: float) -> datetime:
    """A working day, mostly around `days` later."""
    day = at.date() + timedelta(days=max(1, round(days * teller.dice.lognormvariate(0, 0.5))))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return _office_time(teller, day)


SOFTWARE = Client(
    name="Alder & Finch",
    site="https://alder-finch.example",
    locale="en-IE",
    tell=tell,
    a_day=10,
    weekdays=(1.2, 1.25, 1.25, 1.2, 1.0, 0.3, 0.3),
    months=(1.02, 1.08, 1.1, 1.0, 0.98, 0.95, 0.78, 0.72, 1.08, 1.12, 1.1, 0.68),
)
