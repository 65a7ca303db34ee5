"""Orders, refunds and what a conversion is worth."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.tracking.core.given import PURCHASE, facts_of, facts_of_user, minutes, order, refund, rules

EVERY_VALUE = {"revenue": 90, "total": 110.5, "value": 7, "products": [{"price": 1, "quantity": 2}]}


def worth(*events, goal=PURCHASE, currency="EUR"):
    """What all conversions of a world are worth, in units of the workspace's currency."""
    facts = facts_of(list(events), rules(goal, currency=currency))
    found = sorted((c for f in facts.values() for c in f.conversions), key=lambda c: (c.at, c.message_id))
    return [None if c.value_micros is None else c.value_micros / 1e6 for c in found]


def without(*names):
    return {name: value for name, value in EVERY_VALUE.items() if name not in names}


VALUES = [
    (EVERY_VALUE, 90),
    (without("revenue"), 110.5),
    (without("revenue", "total"), 7),
    (without("revenue", "total", "value"), 2),
    ({"products": [{"price": "4.50", "quantity": "2"}, {"price": 1}, {"name": "gift"}, 3]}, 10),
    ({"revenue": "42.00"}, 42),
    ({"revenue": " 42 "}, 42),
    ({"revenue": "NaN", "total": 5}, 5),
    ({"revenue": "Infinity", "total": 5}, 5),
    ({"revenue": -1, "total": 5}, 5),
    ({"revenue": True, "total": 5}, 5),
    ({"revenue": [9], "total": 5}, 5),
    ({"revenue": "€ 9", "total": 5}, 5),
    ({"revenue": 1e300, "total": 5}, 5),
    ({"revenue": 10**400, "total": 5}, 5),
    ({"revenue": "1e-999999999", "total": 5}, 0),
    ({"revenue": 0, "total": 5}, 0),
    ({}, None),
    ({"products": "many"}, None),
    ({"products": []}, None),
    ({"products": [{"price": 1e9, "quantity": 1e9}]}, None),
]


@pytest.mark.parametrize(("properties", "value"), VALUES)
def test_value_of_an_order(properties, value):
    assert worth(order("ada", order_id="o1", **properties)) == [value]


HUNDRED = order("ada", order_id="o1", revenue=100)
ORDERS = [
    ("one order", [HUNDRED], [100]),
    (
        "told twice, the earliest counts",
        [order("ada", minutes(1), "o1", revenue=90), order("ada", minutes(0), "o1", revenue=100)],
        [100],
    ),
    (
        "told by two people, once",
        [order("bob", minutes(1), "o1", revenue=90), order("ada", minutes(0), "o1", revenue=100)],
        [100],
    ),
    (
        "at one time the smaller messageId counts",
        [order("bob", minutes(0), "o1", "m-2", revenue=90), order("ada", minutes(0), "o1", "m-10", revenue=100)],
        [100],
    ),
    ("without an order id each counts", [order("ada", revenue=1), order("ada", minutes(1), revenue=2)], [1, 2]),
    (
        "partial refunds add up",
        [HUNDRED, refund("ada", minutes(5), "o1", revenue=20), refund("ada", minutes(6), "o1", revenue=20)],
        [60],
    ),
    (
        "a refund sent twice counts once",
        [
            HUNDRED,
            refund("ada", minutes(5), "o1", refund_id="r1", revenue=20),
            refund("bob", minutes(6), "o1", refund_id="r1", revenue=50),
        ],
        [80],
    ),
    ("a refund before its order", [refund("?shop", minutes(-5), "o1", revenue=20), HUNDRED], [80]),
    (
        "a refund without an amount is all that is left",
        [HUNDRED, refund("ada", minutes(5), "o1"), refund("ada", minutes(6), "o1", revenue=20)],
        [0],
    ),
    ("never below zero", [HUNDRED, refund("ada", minutes(5), "o1", value="500")], [0]),
    ("a refund as a negative amount", [HUNDRED, refund("ada", minutes(5), "o1", total=-30)], [70]),
    ("a refund of another order", [HUNDRED, refund("ada", minutes(5), "o2", revenue=20)], [100]),
    ("a refund of no order", [order("ada", revenue=100), refund("ada", minutes(5), revenue=20)], [100]),
]


@pytest.mark.parametrize(("events", "values"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS])
def test_orders_and_refunds(events, values):
    assert worth(*events) == values
    assert worth(*reversed(events)) == values


def test_the_losing_teller_of_an_order_has_no_conversion():
    events = [order("bob", minutes(1), "o1", revenue=90), order("ada", minutes(0), "o1", revenue=100)]
    assert facts_of_user("bob", events).conversions == []
    assert len(facts_of_user("ada", events).conversions) == 1


def test_a_goal_may_drop_what_was_given_back_whole():
    events = [order("ada", order_id="o1", revenue=100), refund("ada", minutes(5), "o1")]
    rest = [*events, order("ada", minutes(9), "o2", revenue=7)]
    drops = replace(PURCHASE, drop_refunded=True)
    assert worth(*events) == [0]
    assert worth(*events, goal=drops) == []
    assert worth(*rest, goal=replace(drops, once=True)) == [7]
    assert worth(order("ada", order_id="o1", revenue=0), goal=drops) == [0]


def test_money_converts_at_the_rate_of_its_day_in_the_workspaces_zone():
    late = datetime(2024, 3, 14, 23, 30, tzinfo=UTC)  # in Berlin it is the 15th already
    [found] = facts_of_user("ada", [order("ada", late, "o1", revenue=100, currency="usd")], rules()).conversions
    assert (found.currency, found.amount_micros, found.rate_day) == ("USD", 100_000_000, date(2024, 3, 15))
    # The ECB's reference rate of 15 March 2024: 1 EUR = 1.0892 USD.
    assert found.rate == (Decimal(1) / Decimal("1.0892")).quantize(Decimal("1e-12"))
    assert found.value_micros == 91_810_503


def test_a_refund_uses_the_rate_of_its_order():
    day, later = datetime(2024, 3, 14, 12, tzinfo=UTC), datetime(2024, 6, 14, 12, tzinfo=UTC)
    events = [order("ada", day, "o1", revenue=100, currency="USD"), refund("ada", later, "o1", revenue=50)]
    whole, half = worth(events[0])[0], worth(*events)[0]
    assert half == pytest.approx(whole / 2, abs=1e-6)


@pytest.mark.parametrize("currency", ["ZZZ", "EURO", "€", 5, ["EUR"], "XAU"])
def test_without_a_rate_it_counts_and_says_so(currency):
    [found] = facts_of_user("ada", [order("ada", revenue=10, currency=currency)]).conversions
    assert (found.value_micros, found.note, found.amount_micros) == (None, "no_rate", 10_000_000)
    assert len(found.currency) == 3


@pytest.mark.parametrize("currency", [None, "", "eur", " EUR "])
def test_without_a_currency_it_is_the_workspaces(currency):
    [found] = facts_of_user("ada", [order("ada", revenue=10, currency=currency)]).conversions
    assert (found.value_micros, found.currency, found.rate, found.rate_day) == (10_000_000, "EUR", 1, None)


def test_a_value_too_large_in_the_workspaces_currency_is_none():
    [found] = facts_of_user(
        "ada", [order("ada", revenue=9_999_999_999, currency="EUR")], rules(currency="IDR")
    ).conversions
    assert (found.value_micros, found.note) == (None, "too_large")
