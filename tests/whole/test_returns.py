"""Visits, orders, refunds and spend at one end; cost, ROI, ROAS and customers' worth at the other."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.whole.agency import Shop

NOW = datetime.now(UTC).replace(microsecond=0)
# Far enough back that all of it lies on full days, in whatever hour the test runs.
MONTH_AGO = NOW - timedelta(days=30)


def sell_through_two_channels(shop: Shop) -> None:
    """Facebook ads bring an order of 900,000, the newsletter one of 1,700,000."""
    shop.page("ann", MONTH_AGO, query="utm_source=fb&utm_medium=paid_social&utm_campaign=spring")
    shop.order("ann", MONTH_AGO + timedelta(minutes=5), "o-1", 900_000)
    shop.page("bob", MONTH_AGO, query="utm_source=newsletter&utm_medium=email")
    shop.order("bob", MONTH_AGO + timedelta(minutes=5), "o-2", 1_700_000)
    shop.wait_until_caught_up(accepted=4)


def put_spend(shop: Shop, *rows: dict) -> dict:
    days = {"start": str((NOW - timedelta(days=40)).date()), "end": str((NOW - timedelta(days=21)).date())}
    answer = shop.http.put(
        f"/api/v1/workspaces/{shop.id}/spend/", json={"rows": [days | {"currency": "EUR"} | row for row in rows]}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def returns(shop: Shop, **query: str) -> dict:
    days = {"start": str((NOW - timedelta(days=50)).date()), "end": str((NOW - timedelta(days=1)).date())}
    return shop.get("reports/returns/", **days | query)


def test_facebook_returns_80_and_email_240_per_cent(shop: Shop):
    sell_through_two_channels(shop)
    facebook = {"source": "facebook", "medium": "paid_social", "campaign": "spring", "amount": "500000.00"}
    assert put_spend(shop, facebook, {"channel": "email", "amount": 500_000})["created"] == 2
    report = returns(shop)
    told = {row["channel"]: (row["cost"], row["roi"], row["roas"], row["conversion_rate"]) for row in report["rows"]}
    assert told == {"Paid Social": ("500000.000000", 0.8, 1.8, 1.0), "Email": ("500000.000000", 2.4, 3.4, 1.0)}
    assert (report["total"]["cost"], report["total"]["cpa"]) == ("1000000.000000", "500000.000000")
    assert report["total"]["sessions"] == 2


def test_a_row_sent_again_is_paid_once_and_an_overlap_is_told(shop: Shop):
    row = {"channel": "Paid Search", "amount": "70.10", "external_id": "week-7"}
    assert put_spend(shop, row) == {"created": 1, "replaced": 0, "rejected": []}
    assert put_spend(shop, row | {"amount": "70.20"}) == {"created": 0, "replaced": 1, "rejected": []}
    clash = {"channel": "Paid Search", "amount": 5, "start": str((NOW - timedelta(days=60)).date())}
    outcome = put_spend(shop, clash, {"channel": "Email", "amount": 5})
    assert (outcome["created"], [told["code"] for told in outcome["rejected"]]) == (1, ["overlap"])
    assert returns(shop)["total"]["cost"] == "75.200000"
    halves = [{"end": str((NOW - timedelta(days=33)).date())}, {"start": str((NOW - timedelta(days=32)).date())}]
    assert sum(float(returns(shop, **half)["total"]["cost"]) for half in halves) == pytest.approx(75.20, abs=1e-9)


def test_a_changed_channel_rule_moves_credit_and_cost_together(shop: Shop):
    sell_through_two_channels(shop)
    put_spend(shop, {"source": "newsletter", "medium": "email", "amount": 500_000})
    rule = {"channel": "Letters", "all": [{"field": "source", "op": "equals", "value": "newsletter"}]}
    answer = shop.http.patch(f"/api/v1/workspaces/{shop.id}/", json={"channel_rules": [rule]})
    assert answer.status_code == 200, answer.text
    shop.wait_until_caught_up(accepted=4)
    rows = {row["channel"]: (row["revenue"], row["cost"]) for row in returns(shop)["rows"]}
    assert rows["Letters"] == ("1700000.000000", "500000.000000")
    assert "Email" not in rows


def test_what_a_customer_is_worth_is_what_refunds_have_left(shop: Shop):
    shop.page("ann", MONTH_AGO, query="utm_source=newsletter&utm_medium=email")
    shop.order("ann", MONTH_AGO + timedelta(minutes=5), "o-1", 100)
    shop.order("ann", MONTH_AGO + timedelta(days=3), "o-2", 80)
    shop.order("bob", MONTH_AGO, "o-3", 40)
    refund = {"order_id": "o-1", "revenue": 30, "refund_id": "r-1"}
    shop.post("track", {"anonymousId": "ann", "event": "Order Refunded", "properties": refund})
    shop.wait_until_caught_up(accepted=5)
    worth = shop.get("reports/lifetime-value/", margin="0.5", lifetime_years="2")
    assert worth["mean_historic_clv"] == "95.000000"
    # What is half kept for two years is, for each channel, what its customers bring in one.
    assert worth["by_channel"] == [
        {"channel": "Email", "customers": 1, "mean_historic_clv": "150.000000", "predictive_clv": "150.000000"},
        {"channel": None, "customers": 1, "mean_historic_clv": "40.000000", "predictive_clv": "40.000000"},
    ]
    # 190 over 3 orders, 1.5 orders a customer, half of it kept for 2 years.
    assert (worth["average_order_value"], worth["predictive_clv"]) == ("63.333333", "95.000000")
