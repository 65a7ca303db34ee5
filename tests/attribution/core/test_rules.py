"""Figures of the rules that a marketer can check with a pencil."""

from datetime import date

import pytest

from attribution.core.credit import CREDIT_UNITS
from attribution.core.daily import Terms, credit_of_one, unpack
from attribution.core.journeys import MICROS_A_DAY, NEVER, Touch
from attribution.core.rules import RULES
from tests.attribution.core.worlds import (
    DIRECT,
    EMAIL,
    SEARCH,
    SOCIAL,
    Milestones,
    Reach,
    Row,
    as_dict,
    credit_slowly,
    fill_world,
    parts_of_one,
)

DAY = MICROS_A_DAY


def credit(rule, days, marks=None, *, converted_on=None, half_life_days=7, value=0, lead=None, opportunity=None):
    """Credit of touches on the given days, by position; lead and opportunity are days too."""
    marks = marks or [SEARCH] * len(days)
    touches = [Touch(round(d * DAY), mark, is_direct=mark == DIRECT) for d, mark in zip(days, marks, strict=True)]
    when = round((days[-1] if converted_on is None else converted_on) * DAY)
    return credit_of_one(
        touches,
        rule,
        converted_at=when,
        value=value,
        lookback=90 * DAY,
        half_life=half_life_days * DAY,
        lead_at=NEVER if lead is None else round(lead * DAY),
        opportunity_at=NEVER if opportunity is None else round(opportunity * DAY),
    )


@pytest.mark.parametrize(
    ("rule", "days", "expected"),
    [
        ("first_touch", [0, 1, 2], [1, 0, 0]),
        ("last_touch", [0, 1, 2], [0, 0, 1]),
        ("linear", [0], [1]),
        ("linear", [0, 1, 1, 5], [0.25, 0.25, 0.25, 0.25]),
        ("time_decay", [0, 7], [1 / 3, 2 / 3]),
        ("time_decay", [0, 21], [1 / 9, 8 / 9]),
        ("time_decay", [0, 3.5, 7], [1 / (3 + 2**0.5), 2**0.5 / (3 + 2**0.5), 2 / (3 + 2**0.5)]),
        ("position_based", [0], [1]),
        ("position_based", [0, 1], [0.5, 0.5]),
        ("position_based", [0, 1, 2], [0.4, 0.2, 0.4]),
        ("position_based", [0, 1, 2, 3], [0.4, 0.1, 0.1, 0.4]),
    ],
)
def test_shares(rule, days, expected):
    assert [share for _, share, _ in credit(rule, days)] == [parts_of_one(part) for part in expected]


FIVE = [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rule", "days", "lead", "opportunity", "expected"),
    [
        ("u_shaped", FIVE, 1.1, 3.1, [0.4, 0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3]),
        ("w_shaped", FIVE, 1.1, 3.1, [0.3, 0.3, 0.05, 0.3, 0.05]),
        ("full_path", FIVE, 1.1, 3.1, [0.225, 0.225, 0.1, 0.225, 0.225]),
        ("w_shaped", [0, 1], 0.1, 0.1, [0.9, 0.1]),
        ("w_shaped", [0, 1, 2], None, None, [0.75, 0.125, 0.125]),
        ("u_shaped", [0, 1, 2], None, None, [2 / 3, 1 / 6, 1 / 6]),
        # The lead came with its touch, with the conversion, a moment too late, and before the look-back.
        ("u_shaped", [0, 1, 2], 1, None, [0.4, 0.4, 0.2]),
        ("u_shaped", [0, 1, 2], 2, None, [0.4, 0.2, 0.4]),
        ("u_shaped", [0, 1, 2], 2.001, None, [2 / 3, 1 / 6, 1 / 6]),
        ("u_shaped", [0, 1, 2], -1, None, [2 / 3, 1 / 6, 1 / 6]),
        ("u_shaped", [0], 0, None, [1]),
        ("u_shaped", [0, 1], 1, None, [0.5, 0.5]),
        ("w_shaped", [0, 1, 2], 1, 2, [1 / 3, 1 / 3, 1 / 3]),
        ("full_path", [0, 1, 2, 3], None, None, [0.225 / 0.55, 0.05 / 0.55, 0.05 / 0.55, 0.225 / 0.55]),
        ("full_path", [0, 1], 0, 0, [0.75, 0.25]),
    ],
)
def test_milestones_anchor_the_touches_that_led_to_them(rule, days, lead, opportunity, expected):
    shares = [share for _, share, _ in credit(rule, days, lead=lead, opportunity=opportunity)]
    assert shares == pytest.approx([parts_of_one(part) for part in expected], abs=1)
    # The kernel says the same.
    rows = [Row(3, round(day * DAY), str(day), (SEARCH, EMAIL, SOCIAL, DIRECT, EMAIL)[i]) for i, day in enumerate(days)]
    entered = {3: Milestones(*(None if at is None else round(at * DAY) for at in (lead, opportunity)))}
    reached, terms = [Reach(3, days[-1] * DAY, 1, None)], Terms(rules=[rule])
    assert as_dict(fill_world(rows, reached, terms, entered=entered)) == credit_slowly(rows, reached, terms, entered)


@pytest.mark.parametrize(
    ("marks", "earner"),
    [
        ([EMAIL, SEARCH, DIRECT, DIRECT], 1),
        ([DIRECT, SEARCH, DIRECT, EMAIL], 3),
        ([DIRECT, DIRECT], 1),
        ([DIRECT], 0),
        ([SEARCH, DIRECT], 0),
    ],
)
def test_last_non_direct_passes_over_direct(marks, earner):
    shares = credit("last_non_direct", list(range(len(marks))), marks)
    assert [i for i, share, _ in shares if share] == [earner]


def test_the_units_that_rounding_leaves_go_to_the_earlier_touches():
    assert [share for _, share, _ in credit("linear", [0, 1, 2])] == [333_333_334, 333_333_333, 333_333_333]
    assert [share for _, share, _ in credit("position_based", [0, 1, 2, 3, 4])] == [
        400_000_000,
        66_666_667,
        66_666_667,
        66_666_666,
        400_000_000,
    ]


def test_time_decay_still_shares_when_every_touch_is_ages_old():
    shares = credit("time_decay", [0, 1], converted_on=89, half_life_days=1)
    assert [share for _, share, _ in shares] == [333_333_333, 666_666_667]
    long_ago = credit_of_one(
        [Touch(0, SEARCH), Touch(DAY, EMAIL)],
        "time_decay",
        converted_at=5000 * DAY,
        value=3,
        lookback=5000 * DAY,
        half_life=DAY,
    )
    assert long_ago == [(0, 333_333_333, 1), (1, 666_666_667, 2)]


def story(rule):
    """A blog visit from search, a social ad click 21 days later, then an order of 80."""
    rows = [Row(1, 0, "a", SEARCH), Row(1, 21 * DAY, "b", SOCIAL)]
    [row] = fill_world(rows, [Reach(1, 21 * DAY + 60_000_000, 1, 80_000_000)], Terms(rules=[rule]))
    assert row.day == date(2026, 3, 22)
    return dict(zip(row.marks.tolist(), zip(row.credit.tolist(), row.value.tolist(), strict=True), strict=True))


def test_the_story_of_search_and_social():
    half = (CREDIT_UNITS // 2, 40_000_000)
    assert story("linear") == story("position_based") == {SEARCH: half, SOCIAL: half}
    assert story("first_touch") == {SEARCH: (CREDIT_UNITS, 80_000_000)}
    assert story("last_touch") == story("last_non_direct") == {SOCIAL: (CREDIT_UNITS, 80_000_000)}
    assert story("time_decay") == {SEARCH: (111_111_111, 8_888_889), SOCIAL: (888_888_889, 71_111_111)}


def test_a_channel_that_appears_twice_gets_two_shares():
    rows = [Row(1, DAY * i, str(i), mark) for i, mark in enumerate([SEARCH, EMAIL, SEARCH, DIRECT])]
    [row] = fill_world(rows, [Reach(1, 4 * DAY, 1, None)], Terms(rules=["linear"]))
    assert row.marks.tolist() == [DIRECT, SEARCH, EMAIL]
    assert row.credit.tolist() == [250_000_000, 500_000_000, 250_000_000]
    assert row.touches.tolist() == [1, 2, 1]
    assert (row.value.tolist(), row.without_value, row.value_total) == ([0, 0, 0], 1, 0)


def test_formulas_name_the_half_life_where_it_matters():
    assert "7)" in RULES["time_decay"].formula_text(7)
    assert RULES["linear"].formula_text(7) == "1/n for each of the n touches"


def test_nothing_to_credit_gives_no_rows():
    assert fill_world([Row(1, 0, "a", SEARCH)], [], Terms()) == []
    assert unpack([]).is_empty()
