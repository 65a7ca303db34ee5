"""Laws that every credit rule keeps, over the same list the product uses."""

import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.core.credit import CREDIT_UNITS
from attribution.core.daily import Terms, credit_of_one, fill, unpack
from attribution.core.frames import DAILY
from attribution.core.journeys import MICROS_A_DAY, NEVER, Journey, Touch
from attribution.core.kernel import _weigh_path
from attribution.core.rules import RULES
from tests.attribution.core import worlds

every_rule = pytest.mark.parametrize("name", RULES)
DAY = MICROS_A_DAY
moments = st.one_of(st.integers(0, 4).map(lambda day: day * DAY), st.integers(0, 80 * DAY))
paths = st.lists(st.tuples(moments, st.sampled_from(worlds.MARK_IDS)), min_size=1, max_size=90).map(
    lambda pairs: [Touch(at, mark, is_direct=mark == worlds.DIRECT) for at, mark in sorted(pairs)]
)
milestones = st.tuples(moments | st.just(NEVER), moments | st.just(NEVER))
half_lives = st.sampled_from([DAY // 100, DAY, 7 * DAY, 30 * DAY])


def share(touches, name, value=0, half_life=7 * DAY, milestones=(NEVER, NEVER)):
    return credit_of_one(
        touches,
        name,
        converted_at=touches[-1].at + DAY,
        value=value,
        lookback=90 * DAY,
        half_life=half_life,
        lead_at=milestones[0],
        opportunity_at=milestones[1],
    )


@every_rule
@settings(max_examples=60, deadline=None)
@given(touches=paths, value=worlds.values, half_life=half_lives, milestones=milestones)
def test_credit_adds_up_to_one_and_value_to_the_value(name, touches, value, half_life, milestones):
    shares = share(touches, name, value, half_life, milestones)
    assert sum(credit for _, credit, _ in shares) == CREDIT_UNITS
    if value is None:
        assert {part for _, _, part in shares} == {None}
    else:
        assert sum(part for _, _, part in shares) == value


@every_rule
@settings(max_examples=60, deadline=None)
@given(touches=paths, half_life=half_lives, milestones=milestones)
def test_no_touch_is_more_than_a_unit_from_its_exact_share(name, touches, half_life, milestones):
    journey = Journey(touches, touches[-1].at + DAY, half_life, *milestones)
    weights = [Fraction(w) for w in RULES[name].twin(journey)]
    assert all(math.isfinite(w) and w >= 0 for w in weights)
    for (_, credit, _), weight in zip(share(touches, name, 0, half_life, milestones), weights, strict=True):
        assert abs(credit - weight / sum(weights) * CREDIT_UNITS) < 1 + Fraction(1, 1000)


@every_rule
@settings(max_examples=40, deadline=None)
@given(touches=paths, milestones=milestones, by=st.integers(-(10**15), 10**15))
def test_moving_a_whole_journey_in_time_changes_nothing(name, touches, milestones, by):
    moved = [Touch(touch.at + by, touch.mark, touch.is_direct) for touch in touches]
    moved_milestones = [when if when == NEVER else when + by for when in milestones]
    assert share(moved, name, milestones=moved_milestones) == share(touches, name, milestones=milestones)


@settings(max_examples=150, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms, entered=worlds.entries)
def test_the_kernel_equals_the_definitions_to_the_unit(rows, reached, terms, entered):
    filled = worlds.fill_world(rows, reached, terms, entered=entered)
    assert worlds.as_dict(filled) == worlds.credit_slowly(rows, reached, terms, entered)


@settings(max_examples=60, deadline=None)
@given(touches=paths, value=worlds.values, half_life=half_lives)
def test_the_kernel_equals_the_definitions_on_long_journeys(touches, value, half_life):
    rows = [worlds.Row(1, touch.at, f"{i:03}", touch.mark) for i, touch in enumerate(touches)]
    reached = [worlds.Reach(1, touches[-1].at, 1, value)]
    terms = Terms(lookback_days=90, half_life_days=half_life / DAY)
    assert worlds.as_dict(worlds.fill_world(rows, reached, terms)) == worlds.credit_slowly(rows, reached, terms)


@settings(max_examples=60, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms)
def test_totals_reconcile_for_every_rule(rows, reached, terms):
    for row in worlds.fill_world(rows, reached, terms):
        today = [r for r in reached if (worlds.at(r.at).date(), r.goal) == (row.day, row.goal)]
        assert row.conversions == len(today)
        assert row.value_total == sum(r.value or 0 for r in today)
        assert row.without_value == sum(r.value is None for r in today)
        assert row.credit.sum() == (row.conversions - row.unattributed_conversions) * CREDIT_UNITS
        assert row.value.sum() == row.value_total - row.unattributed_value
        assert (row.touches > 0).all()


@settings(max_examples=40, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms, data=st.data())
def test_row_order_and_threads_are_irrelevant(rows, reached, terms, data):
    plain = unpack(worlds.fill_world(rows, reached, terms))
    shuffled = data.draw(st.permutations(rows)), data.draw(st.permutations(reached))
    assert unpack(worlds.fill_world(*shuffled, terms, threads=2)).equals(plain)
    by_person = worlds.touches_frame(rows).sort("person", maintain_order=True, descending=True)
    conversions = worlds.conversions_frame(reached)
    assert unpack(fill(by_person, conversions, worlds.marks_frame(), terms)).equals(plain)


@settings(max_examples=40, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms, cut=st.integers(0, 31))
def test_two_halves_of_a_month_merge_into_the_month(rows, reached, terms, cut):
    halves = [r for r in reached if r.at < cut * DAY], [r for r in reached if r.at >= cut * DAY]
    merged = [row for half in halves for row in worlds.fill_world(rows, half, terms)]
    assert unpack(merged).equals(unpack(worlds.fill_world(rows, reached, terms)))


@settings(max_examples=40, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms)
def test_two_groups_of_people_merge_into_all(rows, reached, terms):
    parts = [r for r in reached if r.person == 3], [r for r in reached if r.person != 3]
    sums = pl.concat([unpack(worlds.fill_world(rows, part, terms)) for part in parts])
    summed = sums.group_by("day", "goal", "rule", "mark").agg(pl.col("credit", "value", "touches").sum())
    whole = unpack(worlds.fill_world(rows, reached, terms))
    assert summed.select(list(DAILY)).sort(list(DAILY)).equals(whole.sort(list(DAILY)))


@every_rule
def test_a_rule_says_in_words_what_it_does(name):
    rule = RULES[name]
    assert rule.name == name
    assert rule.title
    assert ("3.5" in rule.formula_text(3.5)) == rule.uses_half_life
    assert rule.twin.__doc__


def test_the_kernel_knows_every_rule():
    anchors, ages, weights = np.array([7]), np.array([0.0]), np.zeros(1)
    for code in range(len(RULES)):
        _weigh_path(code, anchors, ages, 1, 1.0, weights)
        assert weights[0] > 0
