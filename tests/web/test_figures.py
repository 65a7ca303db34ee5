"""How numbers, amounts and days are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from common.periods import Period
from reports.report import Figure
from web.templatetags import figures


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("139741.30", "EUR", "€139,741"),
        ("1000", "EUR", "€1,000"),
        ("999.99", "EUR", "€999.99"),
        ("999.996", "EUR", "€1,000"),
        ("39.4", "EUR", "€39.40"),
        ("0", "EUR", "€0.00"),
        ("-3.2", "EUR", "−€3.20"),
        ("-4318", "GBP", "−£4,318"),
        ("884210", "SEK", "SEK\u00a0884,210"),
        ("12.5", "JPY", "¥12"),
        ("9999999999999.999999", "USD", "$10,000,000,000,000"),
    ],
)
def test_money(amount, currency, written):
    assert figures.money(Decimal(amount), currency) == written


def test_sums_that_are_checked_have_all_their_cents():
    assert figures.exact_money(Decimal("47375.384"), "EUR") == "€47,375.38"
    assert figures.exact_money(Decimal("47375"), "JPY") == "¥47,375"


def test_money_that_is_not_known_is_a_dash():
    assert figures.money(None, "EUR") == "–"


@pytest.mark.parametrize(
    ("part", "total", "written"),
    [("512.34", "43449", "€512"), ("0", "43449", "€0"), ("512.34", "900", "€512.34"), ("-0.4", "-5000", "€0")],
)
def test_parts_of_a_total_have_cents_all_or_none(part, total, written):
    assert figures.part_of(Decimal(part), Decimal(total), "EUR") == written


@pytest.mark.parametrize(("step", "written"), [("2000", "€2,000"), ("0", "€0"), ("2.5", "€2.50")])
def test_money_beside_an_axis(step, written):
    assert figures.axis_money(Decimal(step), "EUR") == written


def test_counts_shares_and_credit():
    assert figures.count(1820) == "1,820"
    assert figures.credited(Decimal("234.72")) == "234.7"
    assert figures.credited(Decimal(1820)) == "1,820.0"
    assert figures.share(Decimal("0.2018")) == "20.2%"
    assert [write(None) for write in (figures.count, figures.credited, figures.share)] == ["–"] * 3


@pytest.mark.parametrize(
    ("value", "before", "ratio", "written", "direction"),
    [
        (112, 100, 0.12, "+12.0%", "up"),
        (43, 100, -0.57, "−57.0%", "down"),
        (100, 100, 0.0, "+0.0%", "level"),
        (100, 100, 0.0001, "+0.0%", "level"),
        (5, 0, None, "new", "level"),
        (0, 0, None, "–", "level"),
        (None, 7, None, "–", "level"),
        (1300, 1, 1299.0, "+129,900.0%", "up"),
    ],
)
def test_changes_carry_their_sign_and_growth_from_nothing_is_new(value, before, ratio, written, direction):
    figure = Figure("Revenue", "money", None if value is None else Decimal(value), Decimal(before), ratio)
    assert figures.change(figure) == written
    assert figures.direction(figure) == direction


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (date(2026, 10, 24), date(2026, 11, 22), "24 Oct – 22 Nov 2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 Dec 2025 – 2 Jan 2026"),
        (date(2026, 11, 22), date(2026, 11, 22), "22 Nov 2026"),
    ],
)
def test_periods_name_the_year_once(start, end, written):
    assert figures.period(Period(start, end)) == written


def test_days_and_times_are_those_of_the_workspace():
    assert figures.weekday(date(2026, 11, 22)) == "Sun 22 Nov"
    assert figures.clock(datetime(2026, 11, 22, 8, 14, tzinfo=UTC), "Europe/Amsterdam") == "09:14"


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.2, "1 s"), (3.4, "4 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7300, "2 h")]
)
def test_waiting_times_are_short(seconds, written):
    assert figures.duration(seconds) == written
