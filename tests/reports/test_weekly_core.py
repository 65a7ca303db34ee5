"""Weeks, brand colours and the looks of channels: no database."""

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reports.core import brand, channel_looks
from reports.core.weeks import last_full_week, next_due
from web.drawing.channels import SHAPES, Palette

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CSS = Path(__file__).resolve().parents[2] / "frontend" / "src" / "css" / "channels.css"


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)])
def test_any_day_of_a_week_tells_of_the_week_before(day):
    week = last_full_week(day)
    assert (week.start, week.end) == (date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # Sunday evening, the same Monday at 7 and at 8 sharp.
        (datetime(2026, 11, 22, 20, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)),
        (datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        # In summer 8 o'clock comes an hour earlier.
        (datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
    ],
)
def test_due_is_the_next_monday_at_8_in_the_zone(after, due):
    assert next_due(after, weekday=0, hour=8, zone=AMSTERDAM) == due


def test_an_hour_that_summer_time_leaves_out_counts_as_the_next():
    due = next_due(datetime(2026, 3, 28, tzinfo=UTC), weekday=6, hour=2, zone=AMSTERDAM)
    assert due.astimezone(AMSTERDAM) == datetime(2026, 3, 29, 3, tzinfo=AMSTERDAM)


def test_weeks_follow_each_other_without_gap_through_a_year():
    due, weeks = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(60):
        due = next_due(due, weekday=3, hour=2, zone=AMSTERDAM)
        weeks.append(last_full_week(due.astimezone(AMSTERDAM).date()).start)
    assert {(later - earlier).days for earlier, later in pairwise(weeks)} == {7}


@pytest.mark.parametrize("colour", ["#FFFFFF", "#FFD400", "#0B5C63", "#7A2E42", "#00FF00", "#000000", "#767676"])
def test_a_brand_colour_is_darkened_until_it_is_readable_and_no_further(colour):
    darker = brand.darken(colour)
    assert brand.contrast_on_white(darker) >= 4.5
    if brand.contrast_on_white(colour) >= 4.5:
        assert darker == colour.upper()
    else:
        assert brand.contrast_on_white(darker) < 5.2


@pytest.mark.parametrize(
    ("name", "letters"), [("Marlow & Pike", "MP"), ("acme", "A"), ("The Big Shop", "TB"), ("…", "–"), ("北 风", "北风")]
)
def test_initials_stand_for_a_name(name, letters):
    assert brand.initials(name) == letters


def test_channels_look_on_paper_as_on_the_screen():
    styles = CSS.read_text()
    for name, look in channel_looks.LOOKS.items():
        (rule,) = [line for line in styles.splitlines() if re.search(rf"\.{Palette().style(name)}\b", line)]
        assert f"light-dark({look.colour}," in rule, name
        assert look.shape == SHAPES[name], name
    assert set(channel_looks.LOOKS) == set(SHAPES)


def test_own_channels_take_the_same_colours_in_the_same_order():
    rules = [{"channel": f"Own {n}"} for n in range(11)]
    styles = CSS.read_text()
    for name, look in channel_looks.own_looks(rules).items():
        (rule,) = [line for line in styles.splitlines() if re.search(rf"\.{Palette(rules).style(name)}\b", line)]
        assert f"light-dark({look.colour}," in rule, name
