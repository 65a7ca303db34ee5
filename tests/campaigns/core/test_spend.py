"""Spend over days, and which rows replace or refuse one another."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.core.spend import (
    MOST_DAYS,
    Cost,
    Overlap,
    Spend,
    Stored,
    add_spend,
    check_spend,
    count_within,
    is_same,
    plan_rows,
    share_evenly,
    spread,
)
from common.errors import Refusal
from common.money import MOST_MICROS, Rate
from common.periods import Period

MARCH = date(2026, 3, 1)
EURO = 1_000_000


def day(number):
    """The so-manieth of March 2026."""
    return MARCH + timedelta(days=number - 1)


def spend(first=1, last=31, euros=100, channel="Paid Search", **more):
    return Spend(day(first), day(last), round(euros * EURO), "EUR", channel, **more)


spends = st.builds(
    lambda first, days, amount, clicks: Spend(
        day(first), day(first + days), amount, "EUR", "Paid Search", clicks=clicks
    ),
    first=st.integers(1, 60),
    days=st.integers(0, 40),
    amount=st.one_of(st.integers(0, 10**12), st.integers(0, 10**6).map(lambda cents: cents * 10_000)),
    clicks=st.none() | st.integers(0, 10**6),
)


@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [(100, 3, [34, 33, 33]), (-100, 3, [-34, -33, -33]), (0, 2, [0, 0]), (2, 4, [1, 1, 0, 0]), (7, 1, [7])],
)
def test_even_shares(total, parts, shares):
    assert share_evenly(total, parts) == shares


def test_cents_left_over_go_to_the_first_days():
    assert list(spread(spend(1, 3, euros=100)).values()) == [33_340_000, 33_330_000, 33_330_000]
    assert list(spread(spend(1, 3, euros=0.000_004)).values()) == [2, 1, 1]
    assert list(spread(spend(5, 5, euros=12.34))) == [day(5)]


@settings(max_examples=200, deadline=None)
@given(row=spends, cut=st.integers(-5, 120))
def test_any_split_of_a_period_adds_up_to_the_row(row, cut):
    whole = Period(day(-10), day(200))
    halves = Period(whole.start, day(cut)), Period(day(cut + 1), whole.end)
    costs = [Cost() for _ in halves]
    for cost, half in zip(costs, halves, strict=True):
        add_spend(cost, row, half, currency="EUR", find_rate=at_par)
    assert sum(cost.amount for cost in costs) == row.amount
    assert sum(cost.clicks for cost in costs) == (row.clicks or 0)
    shares = list(spread(row).values())
    assert max(shares) - min(shares) <= 10_000
    assert list(spread(row)) == list(row.period)


def at_par(given, wanted, on):
    return Rate(Decimal(1), on)


def test_each_day_costs_what_it_was_at_its_own_rate():
    def find_rate(given, wanted, on):
        assert (given, wanted) == ("EUR", "USD")
        return {day(1): Rate(Decimal("1.1"), on), day(2): Rate(Decimal("1.2"), on)}.get(on)

    cost = Cost()
    add_spend(cost, spend(1, 3, euros=30), Period(day(1), day(3)), currency="USD", find_rate=find_rate)
    assert cost == Cost(amount=23 * EURO, rows=1, days_without_rate=1)


def test_impressions_and_clicks_follow_the_days():
    row = spend(1, 4, impressions=10, clicks=None)
    assert count_within(row.impressions, row, Period(day(1), day(2))) == 6
    assert count_within(row.impressions, row, Period(day(4), day(9))) == 2
    assert count_within(row.clicks, row, Period(day(1), day(4))) == 0


def test_spend_outside_the_period_costs_nothing():
    cost = Cost()
    add_spend(cost, spend(5, 6), Period(day(7), day(9)), currency="EUR", find_rate=at_par)
    add_spend(cost, spend(5, 6), Period(day(1), day(4)), currency="EUR", find_rate=at_par)
    assert cost == Cost()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (spend(1, 7), spend(1, 7, euros=5), True),
        (spend(1, 7), spend(1, 8), False),
        (spend(1, 7), spend(1, 7, channel="Display"), False),
        (spend(1, 7), spend(1, 7, campaign="spring"), False),
        (spend(1, 7, external_id="x"), spend(3, 9, channel="Display", external_id="x"), True),
        (spend(1, 7, external_id="x"), spend(1, 7, external_id="y"), False),
        (spend(1, 7, external_id="x"), spend(1, 7), True),
        (spend(1, 7), replace(spend(1, 7), currency="USD"), True),
    ],
)
def test_which_rows_tell_of_the_same_money(one, other, same):
    assert is_same(one, other) == is_same(other, one) == same


def kept(plan, stored):
    return [row.spend for row in stored if row.id not in plan.removed] + plan.added


def test_sending_again_replaces():
    stored = [Stored(7, spend(1, 7, euros=50)), Stored(8, spend(8, 14, euros=60))]
    plan = plan_rows([spend(1, 7, euros=55), spend(15, 21)], stored)
    assert (plan.created, plan.replaced, plan.refused) == (1, 1, [])
    assert plan.removed == [7]
    assert plan.added == [spend(1, 7, euros=55), spend(15, 21)]


def test_an_external_id_may_move_to_other_days():
    stored = [Stored(7, spend(1, 7, external_id="x"))]
    plan = plan_rows([spend(3, 9, external_id="x")], stored)
    assert (plan.created, plan.replaced, plan.removed, plan.refused) == (0, 1, [7], [])


def test_other_days_of_the_same_key_are_refused_by_name():
    week = spend(1, 7)
    plan = plan_rows([spend(7, 9), spend(8, 9), spend(1, 31, channel="Display")], [Stored(7, week)])
    assert plan.refused == [Overlap(0, week)]
    assert (plan.created, plan.removed) == (2, [])


@pytest.mark.parametrize("days", [(1, 1), (1, 3), (4, 6), (7, 7), (7, 12), (-5, 1), (-5, 40), (6, 10)])
def test_overlaps_of_every_kind(days):
    stored = [Stored(1, spend(1, 7)), Stored(2, spend(10, 12))]
    assert len(plan_rows([spend(*days)], stored).refused) == 1
    assert plan_rows([spend(*days, campaign="spring")], stored).refused == []


def test_a_refused_row_replaces_nothing():
    stored = [Stored(1, spend(1, 7, external_id="x")), Stored(2, spend(8, 14))]
    plan = plan_rows([spend(5, 9, external_id="x"), spend(1, 7, euros=1)], stored)
    assert plan.refused == [Overlap(0, stored[1].spend)]
    assert plan.added == [spend(1, 7, euros=1)]
    assert plan.removed == [1]


def test_rows_of_one_call_meet_each_other():
    plan = plan_rows([spend(1, 7), spend(1, 7, euros=9), spend(2, 3)], [])
    assert (plan.created, plan.replaced) == (1, 1)
    assert plan.added == [spend(1, 7, euros=9)]
    assert plan.refused == [Overlap(2, spend(1, 7, euros=9))]


def test_two_ad_sets_of_one_campaign_stand_side_by_side():
    sets = [spend(1, 1, external_id="one"), spend(1, 1, euros=70, external_id="two")]
    plan = plan_rows(sets, [])
    assert (plan.created, plan.added) == (2, sets)


sent = st.lists(
    st.builds(
        lambda first, days, channel, external_id, euros: spend(
            first, first + days, euros, channel, external_id=external_id
        ),
        st.integers(1, 6),
        st.integers(0, 3),
        st.sampled_from(["Display", "Email"]),
        st.none() | st.sampled_from("xy"),
        st.integers(0, 5),
    ),
    max_size=8,
)


def plan_slowly(rows, before):
    """The rows that stand in the end, and the numbers of those refused."""
    standing, refused = list(before), []
    for number, row in enumerate(rows):
        others = [other for other in standing if not is_same(row, other)]
        clashes = [
            other
            for other in others
            if other.key == row.key
            and (other.start, other.end) != (row.start, row.end)
            and set(other.period) & set(row.period)
        ]
        if clashes:
            refused.append(number)
        else:
            standing = [*others, row]
    return standing, refused


@settings(max_examples=500, deadline=None)
@given(before=sent, rows=sent)
def test_planning_equals_looking_at_every_pair(before, rows):
    standing, _ = plan_slowly(before, [])
    stored = [Stored(number, row) for number, row in enumerate(standing)]
    plan = plan_rows(rows, stored)
    expected, refused = plan_slowly(rows, standing)
    assert sorted(map(repr, kept(plan, stored))) == sorted(map(repr, expected))
    assert [overlap.row for overlap in plan.refused] == refused
    assert plan.created + plan.replaced + len(refused) == len(rows)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": day(0)}, "end"),
        ({"end": day(1) + timedelta(days=MOST_DAYS)}, "end"),
        ({"amount": -1}, "amount"),
        ({"amount": MOST_MICROS + 1}, "amount"),
        ({"currency": "EURO"}, "currency"),
        ({"source": "google"}, "channel"),
        ({"channel": None}, "source"),
        ({"channel": None, "source": "google"}, "medium"),
        ({"channel": "x" * 61}, "channel"),
        ({"campaign": "x" * 501}, "campaign"),
        ({"impressions": -1}, "impressions"),
        ({"clicks": 10**16}, "clicks"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(change, field):
    check_spend(spend(1, 7, impressions=0, clicks=5))
    with pytest.raises(Refusal) as refusal:
        check_spend(replace(spend(1, 7), **change))
    assert refusal.value.field == field


def test_claims_follow_the_days_and_their_rates_like_the_cost():
    claiming = spend(1, 4, 40, claimed_conversions=2_000_000, claimed_value=100_000_000)
    cost, without = Cost(), spend(1, 1, channel="Email")
    half = Period(day(1), day(2))
    for row in (claiming, without):
        add_spend(cost, row, half, currency="USD", find_rate=lambda *_: Rate(Decimal("0.5"), day(1)))
    assert (cost.claimed_conversions, cost.claimed_value) == (1_000_000, 25_000_000)
    assert (cost.rows, cost.rows_claiming_conversions, cost.rows_claiming_value) == (2, 1, 1)


@pytest.mark.parametrize("name", ["claimed_conversions", "claimed_value"])
def test_a_claim_below_zero_or_beyond_all_bounds_is_refused(name):
    for claimed in (-1, 10**17):
        with pytest.raises(Refusal) as refused:
            check_spend(spend(1, 1, **{name: claimed}))
        assert refused.value.field == name
