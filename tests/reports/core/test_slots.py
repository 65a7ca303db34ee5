"""Periods cut into days, weeks and months."""

from datetime import date

import pytest

from common.periods import Period
from reports.core.slots import cut, places_of

ENDS_OF_WINTER = Period(date(2026, 2, 27), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("interval", "starts"),
    [
        ("month", [(2, 27), (3, 1)]),
        # 2 and 9 March 2026 are Mondays.
        ("week", [(2, 27), (3, 2), (3, 9)]),
    ],
)
def test_slots_are_cut_at_the_ends_of_the_period(interval, starts):
    slots = cut(ENDS_OF_WINTER, interval)
    assert [slot.start for slot in slots] == [date(2026, *start) for start in starts]
    assert slots[-1].end == ENDS_OF_WINTER.end


@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_every_day_lies_in_exactly_one_slot(interval):
    slots = cut(ENDS_OF_WINTER, interval)
    assert [day for slot in slots for day in slot] == list(ENDS_OF_WINTER)
    assert sorted(set(places_of(slots).values())) == list(range(len(slots)))
