"""Northwind Bikes, a shop: many short journeys, baskets, late transfers, refunds, a till, shared tablets. Pure."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from web.demo.story import PHONES, Call, Claims, Client, Teller
from web.demo.ways import Way

WAYS = [
    Way(23, 10, 1.0, "/guides/choosing-a-gravel-bike", "https://www.google.com/"),
    Way(5, 2, 0.9, "/guides/winter-tyres", "https://duckduckgo.com/"),
    Way(10, 25, 1.15, "/"),
    Way(9, 7, 1.5, "/", "https://www.google.com/", "google", "cpc", "brand-nl", "gclid={click}", cost=1.95),
    Way(8, 3, 0.75, "/e-bikes", "https://www.google.com/", "google", "cpc", "generic-ebike",
        "utm_term=e-bike&gclid={click}", cost=3.4),
    Way(8, 4, 0.75, "/gravel", "https://www.facebook.com/", "facebook", "paid_social", "{season}-gravel",
        "utm_content=video-a&fbclid={click}", cost=3.2),
    Way(4, 1, 0.6, "/gravel", "https://www.tiktok.com/", "tiktok", "paid_social", "{season}-gravel",
        "utm_content=video-b&ttclid={click}", cost=2.7),
    Way(1, 13, 1.5, "/welcome", "", "newsletter", "email", "welcome-series", cost=0.6),
    Way(1, 9, 1.35, "/news", "https://mail.google.com/", "newsletter", "email", "{month}-news", cost=0.6),
    Way(5, 3, 1.2, "/partners/ridehub", "https://ridehub.example/", "ridehub", "affiliate", "partner-ridehub",
        cost=1.95),
    Way(5, 2, 1.1, "/guides/commuting", "https://chatgpt.com/", rises=True),
    Way(2, 1, 1.0, "/guides/locks", "https://www.perplexity.ai/", rises=True),
    Way(1, 0.5, 1.0, "/guides/fit", "https://gemini.google.com/", rises=True),
    Way(5, 2, 0.95, "/gravel", "https://forum.gravel-riders.example/t/which-bike"),
    Way(3, 1.5, 0.45, "/", "https://www.instagram.com/"),
    Way(2, 1, 0.4, "/guides/fit", "https://www.youtube.com/"),
    Way(5, 4, 0.3, "/sale", "", "criteo", "display", "retargeting-{season}", cost=6.4),
    # Ad clicks whose tags somebody forgot: the click id still tells the channel, nobody knows the campaign.
    Way(1.5, 0.8, 1.0, "/e-bikes", "https://www.google.com/", more="gclid={click}"),
    Way(1.2, 1, 1.6, "/sale", "", "newsletter", "email", "black-friday", months=frozenset({11}), cost=0.6),
    # Source and medium changed places: no channel knows it.
    Way(0.4, 0.3, 0.8, "/", "", "cpc", "facebook", "spring-test", months=frozenset({3, 4}),
        cost=2.9),
]  # fmt: skip
THINGS = [
    ("helmet", 89.0), ("lock", 59.95), ("tyres", 74.5), ("rain-jacket", 149.0), ("lights", 44.9), ("bag", 119.0),
]  # fmt: skip
BIKES = [("kids-20", 329.0), ("commuter-1", 649.0)]
# Orders that the shop hands on when their transfer has come, days after the visit; the others come in at once.
BY_TRANSFER = 0.34
# Of one visit, before the way's pull and what the visits before have done.
ORDERS_A_VISIT = 0.0195


def tell(teller: Teller, day: date) -> Iterator[Call]:
    """One journey; a few are a sale at the till, to somebody no page has seen."""
    if teller.dice.random() < 0.0016:
        yield from _till_sale(teller, day)
        return
    yield from _journey(teller, day)


def _journey(teller: Teller, day: date) -> Iterator[Call]:
    dice, name = teller.dice, teller.next_name()
    device, agent, pull = name, teller.agent(), 0.0
    # One household in a hundred buys on the tablet in the kitchen.
    shared = dice.random() < 0.012
    for visit in range(1 + min(6, int(dice.expovariate(1.05)))):
        if visit:
            day += timedelta(days=1 + int(dice.expovariate(0.2)))
        if visit > 1 and dice.random() < 0.2:
            device, agent = f"{name}-phone", PHONES[0]
        way = teller.pick(WAYS, back=visit > 0, day=day)
        at = teller.moment(day)
        pull += way.pull
        yield from teller.visit(way, device, at, pages=_looked_at(teller), agent=agent)
        if dice.random() < ORDERS_A_VISIT * pull * way.pull * (1 + 0.35 * visit) * _fever(day):
            bought_at = at + timedelta(minutes=dice.uniform(4, 14))
            yield from _order(teller, device, f"{name}@mail.example", bought_at, agent)
            if shared:
                other = at + timedelta(minutes=dice.uniform(16, 25))
                yield from _order(teller, device, f"{name}.b@mail.example", other, agent)
            if dice.random() < 0.75:
                return
            pull = 0.6


def _looked_at(teller: Teller) -> list[str]:
    more = teller.dice.choices([0, 1, 2, 3], [66, 20, 9, 5])[0]
    return [f"/products/{teller.dice.choice(THINGS + BIKES)[0]}" for _ in range(more)]


def _fever(day: date) -> float:
    """How much readier people are to buy: at the end of November, before Christmas, and in the first warm weeks."""
    if day.month == 11 and day.day >= 20:
        return 1.35
    return 1.2 if (day.month == 12 and day.day <= 20) or day.month == 4 else 1.0


def _order(teller: Teller, device: str, user: str, at: datetime, agent: str) -> Iterator[Call]:
    dice, number = teller.dice, teller.next_name("NB")
    if dice.random() < 0.3:
        # Back from the bank's page: not where the order came from.
        paid_at, bank = at - timedelta(seconds=20), dice.choice(["https://pay.mollie.com/", "https://www.paypal.com/"])
        yield teller.page(device, paid_at, f"{teller.client.site}/checkout/thanks", bank, agent)
    elif dice.random() < 0.2:
        own = "https://checkout.northwind-bikes.example/pay"
        yield teller.page(device, at - timedelta(seconds=20), f"{teller.client.site}/checkout/thanks", own, agent)
    if dice.random() < 0.6:
        yield teller.call("identify", at, anonymousId=device, userId=user, traits={"country": "NL"})
    properties, worth = _bought(teller, number)
    order = {"anonymousId": device, "userId": user, "event": "Order Completed", "properties": properties}
    yield teller.call("track", at + timedelta(seconds=3), _wait_for_money(number), **order)
    if dice.random() < 0.05:
        yield _refund(teller, user, number, at + timedelta(days=dice.uniform(2, 12)), worth)


def _wait_for_money(number: str) -> timedelta:
    """How long after an order the shop tells of it."""
    dice = random.Random(number)  # noqa: S311 - a repeatable story, not a secret
    return timedelta(hours=4 + dice.expovariate(1 / 34)) if dice.random() < BY_TRANSFER else timedelta(0)


def _refund(teller: Teller, user: str, number: str, at: datetime, worth: float) -> Call:
    back = worth if teller.dice.random() < 0.4 else round(worth * teller.dice.choice([0.25, 0.5]), 2)
    properties = {"order_id": number, "refund_id": f"{number}-back", "revenue": back, "currency": "EUR"}
    return teller.call("track", at, userId=user, event="Order Refunded", properties=properties)


def _till_sale(teller: Teller, day: date) -> Iterator[Call]:
    number = teller.next_name("TILL")
    properties, _ = _bought(teller, number)
    user = f"{number.lower()}@mail.example"
    yield teller.call("track", teller.moment(day), userId=user, event="Order Completed", properties=properties)


def _bought(teller: Teller, number: str) -> tuple[dict[str, Any], float]:
    dice = teller.dice
    basket = [dice.choice(THINGS) for _ in range(dice.choices([1, 2, 3], [62, 28, 10])[0])]
    if dice.random() < 0.02:
        basket.append(dice.choice(BIKES))
    products = [{"product_id": name, "price": price, "quantity": 1} for name, price in basket]
    worth = round(sum(price for _, price in basket), 2)
    return {"order_id": number, "revenue": worth, "currency": "EUR", "products": products}, worth


SHOP = Client(
    name="Northwind Bikes",
    site="https://northwind-bikes.example",
    locale="nl-NL",
    tell=tell,
    a_day=58,
    # People look at bicycles on Sunday evening and on Monday.
    weekdays=(1.14, 1.0, 0.95, 0.94, 0.9, 0.92, 1.15),
    months=(0.82, 0.86, 1.02, 1.14, 1.12, 1.06, 0.98, 0.94, 1.0, 1.0, 1.08, 1.1),
    # Views count for them too, and each counts as if it were alone.
    claims=Claims({"cpc": 0.066, "paid_social": 0.041, "display": 0.036}, worth=128),
)
