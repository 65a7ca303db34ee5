"""What came back for what was paid."""

from decimal import Decimal

import pytest

from reports.core.returns import work_out_returns


def returns(cost, revenue, conversions="10", sessions=100):
    cost = None if cost is None else Decimal(cost)
    return work_out_returns(cost=cost, conversions=Decimal(conversions), revenue=Decimal(revenue), sessions=sessions)


@pytest.mark.parametrize(
    ("cost", "revenue", "roi", "roas"),
    [
        ("500000", "900000", 0.8, 1.8),
        ("500000", "1700000", 2.4, 3.4),
        ("100", "100", 0.0, 1.0),
        ("100", "0", -1.0, 0.0),
        ("100", "-50", -1.5, -0.5),
        ("0.01", "1", 99.0, 100.0),
    ],
)
def test_returns(cost, revenue, roi, roas):
    answer = returns(cost, revenue)
    assert (answer.roi, answer.roas, answer.undefined) == (roi, roas, {})


def test_cost_of_a_conversion_and_conversions_of_a_session():
    answer = returns("100", "0", conversions="7.5", sessions=300)
    assert (answer.cpa, answer.conversion_rate) == (Decimal("13.333333"), 0.025)
    assert str(returns("0", "5").cpa) == "0.000000"


@pytest.mark.parametrize(
    ("given", "undefined"),
    [
        ({"cost": "0"}, {"roi": "no_spend", "roas": "no_spend"}),
        ({"cost": None}, {"cpa": "cost_unknown", "roi": "cost_unknown", "roas": "cost_unknown"}),
        ({"cost": None, "conversions": "0"}, dict.fromkeys(("cpa", "roi", "roas"), "cost_unknown")),
        ({"conversions": "0"}, {"cpa": "no_conversions"}),
        ({"sessions": 0}, {"conversion_rate": "no_sessions"}),
        ({"sessions": None}, {"conversion_rate": "no_sessions"}),
    ],
)
def test_what_is_not_defined_is_none_and_says_why(given, undefined):
    answer = returns(**({"cost": "5", "revenue": "9"} | given))
    assert answer.undefined == undefined
    figures = {name: getattr(answer, name) for name in ("conversion_rate", "cpa", "roi", "roas")}
    assert {name for name, figure in figures.items() if figure is None} == set(undefined)
