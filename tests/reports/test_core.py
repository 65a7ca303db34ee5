"""Dividing, leading and writing figures into sentences."""

from decimal import Decimal as D

import pytest

from reports.core.leaders import leaders
from reports.core.ratios import average, change, conversions_of, is_new, share
from reports.core.words import count, money, percent


@pytest.mark.parametrize(
    ("units", "conversions"),
    [(1_500_000_000, "1.500000000"), (333_333_333, "0.333333333"), (1, "0.000000001"), (0, "0")],
)
def test_credit_is_read_exactly(units, conversions):
    assert conversions_of(units) == D(conversions)


@pytest.mark.parametrize(
    ("now", "before", "ratio"),
    [(D(112), D(100), 0.12), (D(50), D(100), -0.5), (D(1), D(0), None), (D(0), D(0), None), (None, D(1), None)],
)
def test_growth_from_nothing_is_no_percentage(now, before, ratio):
    assert change(now, before) == (None if ratio is None else pytest.approx(ratio))


@pytest.mark.parametrize(
    ("now", "before", "new"), [(D(1), D(0), True), (D(1), None, True), (D(0), D(0), False), (D(1), D(1), False)]
)
def test_something_from_nothing_is_new(now, before, new):
    assert is_new(now, before) is new


def test_a_share_of_nothing_is_unknown():
    assert share(D(0), D(0)) is None
    assert average(D(10), D(4)) == D("2.5")


@pytest.mark.parametrize(
    ("earned", "names"),
    [
        ([("A", 60), ("B", 30), ("C", 10)], ["A"]),
        ([("A", 40), ("B", 35), ("C", 10)], ["A", "B"]),
        ([("A", 30), ("B", 28), ("C", 25)], []),
        ([("A", 30), ("B", 25), ("C", 5), ("D", 5)] + [(str(i), 5) for i in range(20)], []),
        ([("A", 10)], ["A"]),
        ([("B", 10), ("A", 10)], ["A", "B"]),
        ([("A", 0)], []),
        ([], []),
    ],
)
def test_who_leads(earned, names):
    assert leaders([(name, D(value)) for name, value in earned]) == names
    assert leaders([(name, D(value)) for name, value in reversed(earned)]) == names


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (D("90"), "EUR", "€90.00"),
        (D("28412.4"), "EUR", "€28,412"),
        (D("-12.5"), "USD", "−$12.50"),
        (D("884210"), "SEK", "SEK\xa0884,210"),
    ],
)
def test_money_in_a_sentence(amount, currency, shown):
    assert money(amount, currency, "en") == shown


def test_counts_and_shares_in_a_sentence():
    assert count(D("1820.000000000"), "en") == "1,820"
    assert count(D("234.666"), "en") == "234.7"
    assert percent(D("0.4149"), "en") == "41%"
    assert percent(D("0.4149"), "de").replace("\xa0", " ") in ("41%", "41 %")


def test_an_amount_that_is_shown_as_a_thousand_has_no_cents():
    assert money(D("999.999"), "EUR", "en") == "€1,000"
    assert money(D("999.99"), "EUR", "en") == "€999.99"
    assert money(D("-1200"), "SEK", "en") == "−SEK\xa01,200"
    assert money(D("90"), "JPY", "en") == "¥90"
