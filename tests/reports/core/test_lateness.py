"""How late conversions come in, worked out by hand."""

from decimal import Decimal

import pytest

from reports.core.lateness import (
    LEAST_CONVERSIONS,
    LEAST_DAYS,
    MOST_HOURS,
    Cohort,
    Curve,
    Lateness,
    count_lateness,
    draw_curve,
    expect,
)

LONG_AGO = 24 * 90


def a_curve(*cohorts: Cohort) -> Curve:
    """The curve of these days, repeated until there are enough of them: shares stay what they are."""
    curve = draw_curve(count_lateness(cohorts * LEAST_CONVERSIONS))
    assert curve is not None
    return curve


def test_the_example_of_the_docstring():
    counted = count_lateness([Cohort(LONG_AGO, {10: 6, 30: 2}), Cohort(20, {10: 4})])
    assert counted == Lateness(days=2, conversions=12, hours=[10, 30], came=[10, 2], out_of=[10, 8])


def test_a_day_that_is_still_filling_does_not_hide_what_is_to_come():
    # Plain shares of all 12 would say 10/12 after hour 10; day 2 simply had no time for its late ones.
    curve = a_curve(Cohort(LONG_AGO, {10: 6, 30: 2}), Cohort(20, {10: 4}))
    assert curve.hours == [10, 30]
    assert curve.shares == [0.75, 1.0]


def test_shares_multiply_over_the_hours():
    # Hour 5: 50 of 50. Hour 26: 30 of 80. Hour 50: 20 of 100, so 0.8 before it and 0.8 × 50/80 = 0.5 before hour 26.
    curve = a_curve(Cohort(LONG_AGO, {5: 50, 26: 30, 50: 20}))
    assert curve.shares == pytest.approx([0.5, 0.8, 1.0])


@pytest.mark.parametrize(
    ("hours", "share"),
    [
        (-3, 0.0),
        (0, 0.0),
        (5, 0.0),
        (5.5, 0.25),
        (6, 0.5),
        (26, 0.5),
        (26.5, 0.65),
        (27, 0.8),
        (49.9, 0.8),
        (50.25, 0.85),
        (51, 1.0),
        (LONG_AGO, 1.0),
    ],
)
def test_the_share_grows_evenly_within_an_hour_and_stands_between_hours(hours, share):
    assert a_curve(Cohort(LONG_AGO, {5: 50, 26: 30, 50: 20})).share_at(hours) == pytest.approx(share)


def test_the_hour_that_is_not_over_is_left_out():
    counted = count_lateness([Cohort(11, {10: 6, 11: 3}), Cohort(LONG_AGO, {10: 1, 11: 1})])
    assert (counted.hours, counted.came, counted.out_of) == ([10, 11], [7, 1], [7, 2])


def test_what_comes_in_after_weeks_is_an_import():
    counted = count_lateness([Cohort(LONG_AGO, {10: 6, MOST_HOURS - 1: 1, MOST_HOURS: 500})])
    assert (counted.days, counted.conversions, counted.hours) == (1, 7, [10, MOST_HOURS - 1])


def test_a_day_without_conversions_is_no_day():
    assert count_lateness([Cohort(LONG_AGO, {}), Cohort(5, {7: 3})]) == Lateness(0, 0, [], [], [])


@pytest.mark.parametrize(
    ("days", "each", "speaks"),
    [
        (LEAST_DAYS, LEAST_CONVERSIONS, True),
        (LEAST_DAYS - 1, LEAST_CONVERSIONS, False),
        (20, 5, True),
        (33, 3, False),
    ],
)
def test_too_few_days_or_conversions_say_nothing(days, each, speaks):
    counted = count_lateness([Cohort(LONG_AGO, {10: each})] * days)
    assert (draw_curve(counted) is not None) is speaks


@pytest.mark.parametrize(
    ("value", "share", "expected"),
    [("60", 0.75, "80"), ("33672", 0.925, "36402.162162"), ("0", 0.5, "0"), ("-30", 0.5, "-30")],
)
def test_what_is_expected_is_the_value_over_its_share(value, share, expected):
    assert expect(Decimal(value), share, 6) == Decimal(expected)
