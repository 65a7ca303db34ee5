"""Weeks and months of a period."""

from datetime import date, timedelta

import pytest

from common.periods import Period
from reports.core.steps import split_period, start_of_step, touched_parts

MARCH = Period(date(2026, 3, 4), date(2026, 3, 17))


def test_weeks_begin_on_monday_and_the_ends_are_cut():
    parts = split_period(MARCH, "week")
    assert [(part.start.day, part.end.day) for part in parts] == [(4, 8), (9, 15), (16, 17)]
    assert start_of_step(parts[0].start, "week") == date(2026, 3, 2)


def test_months_begin_on_their_first_over_the_turn_of_the_year():
    parts = split_period(Period(date(2026, 12, 31), date(2027, 2, 1)), "month")
    assert [(part.start, part.days) for part in parts] == [
        (date(2026, 12, 31), 1),
        (date(2027, 1, 1), 31),
        (date(2027, 2, 1), 1),
    ]
    assert start_of_step(parts[0].start, "month") == date(2026, 12, 1)


@pytest.mark.parametrize("step", ["week", "month"])
@pytest.mark.parametrize("days", [1, 2, 7, 31, 400])
def test_parts_hold_every_day_once(step, days):
    period = Period(date(2026, 1, 30), date(2026, 1, 30) + timedelta(days=days - 1))
    assert [day for part in split_period(period, step) for day in part] == list(period)


@pytest.mark.parametrize(
    ("first", "last", "touched"),
    [(4, 4, [0]), (8, 9, [0, 1]), (1, 31, [0, 1, 2]), (1, 3, []), (18, 31, []), (17, 17, [2]), (10, 11, [1])],
)
def test_days_touch_the_parts_they_share_a_day_with(first, last, touched):
    days = Period(date(2026, 3, first), date(2026, 3, last))
    assert list(touched_parts(split_period(MARCH, "week"), days)) == touched
