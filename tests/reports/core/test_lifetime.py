"""What a customer is worth."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from common.errors import Refusal
from reports.core.lifetime import FIRST_CHANNELS, ORDERS, ChannelLifetime, measure_lifetime

TODAY = date(2026, 6, 30)


def order(customer, value, *, days_ago=10):
    micros = None if value is None else round(value * 1_000_000)
    return {
        "customer": customer,
        "day": TODAY - timedelta(days=days_ago),
        "value": micros,
    }


def measure(orders, channels=(), margin="0.6", years="3"):
    return measure_lifetime(
        pl.DataFrame(orders, schema=ORDERS),
        pl.DataFrame(list(channels), schema=FIRST_CHANNELS, orient="row"),
        as_of=TODAY,
        margin=Decimal(margin),
        lifetime_years=Decimal(years),
    )


FIVE = [order(customer, 90 if customer < 3 else 60) for customer in range(5) for _ in range(2)] + [order(4, 20)]


def test_worked_example():
    answer = measure(FIVE)
    assert answer.customers == 5
    assert answer.mean_historic_clv == 160
    assert answer.average_order_value == Decimal("72.727273")
    assert answer.purchases_per_customer_per_year == 2.2
    assert str(answer.predictive_clv) == "288.000000"


def test_customers_count_for_the_channel_that_brought_them_first():
    answer = measure(FIVE, [(0, "Email"), (1, "Paid Search"), (2, "Email"), (3, "Email"), (9, "Display")])
    assert answer.by_channel == [
        # Each channel's own: 480 of 6 orders by 3 customers, 80 × 2 × 0.6 × 3.
        ChannelLifetime("Email", 3, Decimal(160), Decimal(288)),
        ChannelLifetime("Paid Search", 1, Decimal(180), Decimal(324)),
        ChannelLifetime(None, 1, Decimal(140), Decimal(252)),
    ]


def test_the_forecast_sees_a_year_and_the_history_everything():
    answer = measure([order(1, 50, days_ago=0), order(1, 70, days_ago=364), order(1, 1000, days_ago=365)])
    assert answer.mean_historic_clv == 1120
    assert (answer.average_order_value, answer.purchases_per_customer_per_year) == (60, 2)
    assert measure([order(1, 50, days_ago=-1)]).customers == 0


def test_an_order_without_a_rate_is_an_order_but_has_no_value():
    answer = measure([order(1, 100), order(1, None), order(2, None)])
    assert answer.mean_historic_clv == 50
    assert (answer.average_order_value, answer.purchases_per_customer_per_year) == (100, 1.5)
    assert answer.orders_without_value == 2


def test_without_orders_nothing_is_made_up():
    answer = measure([])
    assert (answer.customers, answer.by_channel) == (0, [])
    assert answer.mean_historic_clv is answer.average_order_value is answer.predictive_clv is None
    assert answer.purchases_per_customer_per_year is None
    old = measure([order(1, 10, days_ago=400)])
    assert (old.mean_historic_clv, old.predictive_clv) == (10, None)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"margin": "1.01"}, "margin"),
        ({"margin": "-0.1"}, "margin"),
        ({"margin": "NaN"}, "margin"),
        ({"years": "101"}, "lifetime_years"),
        ({"years": "Infinity"}, "lifetime_years"),
        ({"years": "-1"}, "lifetime_years"),
    ],
)
def test_terms_beyond_reason_are_refused_by_name(terms, field):
    with pytest.raises(Refusal) as refusal:
        measure(FIVE, **terms)
    assert refusal.value.field == field
