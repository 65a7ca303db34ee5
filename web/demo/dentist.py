"""Harbour Dental, a local service: few visits, calls and bookings instead of baskets. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from web.demo.story import Call, Client, Teller
from web.demo.ways import Way

WAYS = [
    Way(26, 10, 1.1, "/", "https://www.google.com/"),
    Way(5, 2, 1.0, "/prices", "https://www.bing.com/"),
    Way(12, 20, 1.2, "/"),
    Way(14, 6, 1.1, "/emergency", "https://www.google.com/", "google", "cpc", "dentist-near-me", "gclid={click}",
        cost=2.3),
    Way(8, 3, 0.6, "/whitening", "https://www.facebook.com/", "facebook", "paid_social", "whitening-{season}",
        "fbclid={click}", cost=2.3),
    Way(1, 14, 1.5, "/check-up", "", "recall", "email", "check-up-reminder", cost=0.3),
    Way(5, 2, 0.9, "/", "https://www.harbour-town.example/dentists"),
    Way(4, 2, 1.1, "/nervous-patients", "https://chatgpt.com/", rises=True),
    Way(4, 2, 0.12, "/whitening", "", "local-news", "display", "banner-{month}", cost=1.6),
]  # fmt: skip
TREATMENTS = [("check-up", 68, 50), ("hygiene", 92, 30), ("whitening", 210, 10), ("implant-consultation", 145, 8),
              ("emergency", 120, 14)]  # fmt: skip
BOOKED, CALLED = "Appointment Booked", "Phone Call"


def tell(teller: Teller, day: date) -> Iterator[Call]:
    """One journey: a look or two, then perhaps a call or a booking; some book at the desk."""
    dice, name, agent = teller.dice, teller.next_name(), teller.agent()
    if dice.random() < 0.0012:
        yield _book(teller, {"userId": f"{name}@desk.example"}, teller.moment(day, around=12, spread=2))
        return
    for visit in range(1 + min(3, int(dice.expovariate(1.4)))):
        if visit:
            day += timedelta(days=1 + int(dice.expovariate(0.15)))
        way = teller.pick(WAYS, back=visit > 0, day=day)
        at = teller.moment(day, around=14, spread=4)
        pages = ["/prices"] if dice.random() < 0.3 else []
        yield from teller.visit(way, name, at, pages=pages, agent=agent)
        if dice.random() < 0.016 * way.pull * (1 + visit):
            calls = {"anonymousId": name, "properties": {"seconds": round(dice.uniform(20, 400))}}
            yield teller.call("track", at + timedelta(minutes=3), event=CALLED, **calls)
        if dice.random() < 0.03 * way.pull * (1 + visit):
            who = {"anonymousId": name, "userId": f"{name}@patient.example"}
            yield _book(teller, who, at + timedelta(minutes=5))
            return


def _book(teller: Teller, who: dict[str, str], at: datetime) -> Call:
    treatment, price, _ = teller.dice.choices(TREATMENTS, [often for *_, often in TREATMENTS])[0]
    properties = {"treatment": treatment, "revenue": price, "currency": "GBP"}
    return teller.call("track", at, **who, event=BOOKED, properties=properties)


DENTIST = Client(
    name="Harbour Dental",
    site="https://harbour-dental.example",
    locale="en-GB",
    tell=tell,
    a_day=14,
    weekdays=(1.3, 1.15, 1.05, 1.0, 0.95, 0.75, 0.8),
    months=(1.15, 1.02, 1.0, 0.96, 1.0, 0.96, 0.9, 0.84, 1.06, 1.05, 1.04, 0.85),
)
