"""Markov credit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.core.credit import CREDIT_UNITS, MAX_TOTAL
from attribution.core.markov import count_transitions, credit_by_markov, find_removal_effects
from attribution.core.path_sums import PathRow, gather_paths
from tests.attribution.core.chains import remove_slowly

A, B, C = 0, 1, 2
CHANNELS = 4
FIRST_DAY = [PathRow((A,), 1), PathRow((A, B), 1), PathRow((B,), nulls=1)]
SECOND_DAY = [PathRow((B,), 1), PathRow((A,), nulls=2)]

rows = st.lists(
    st.builds(
        PathRow,
        path=st.lists(st.integers(0, CHANNELS - 1), min_size=1, max_size=6).map(tuple),
        conversions=st.integers(0, 5),
        value=st.integers(0, 10**9),
        nulls=st.integers(0, 5),
    ),
    max_size=8,
).map(lambda rows: [row if row.conversions else row._replace(value=0) for row in rows])
every_order = pytest.mark.parametrize("order", [1, 2])


def credit(rows, channels=CHANNELS, order=1):
    return credit_by_markov(gather_paths(rows), channels=channels, order=order)


def removal(rows, channels=CHANNELS, order=1):
    counts = count_transitions(gather_paths(rows), channels=channels, order=order)
    return find_removal_effects(counts, order=order)


def test_worked_example():
    assert removal(FIRST_DAY, 2).probability == pytest.approx(2 / 3, abs=1e-12)
    assert removal(FIRST_DAY, 2).effects == pytest.approx([3 / 4, 1 / 2], abs=1e-12)
    assert credit(FIRST_DAY, 2).credit.tolist() == [1_200_000_000, 800_000_000]


def test_counts_of_days_add_up_but_credits_do_not():
    assert credit(SECOND_DAY, 2).credit.tolist() == [0, CREDIT_UNITS]
    both = credit(FIRST_DAY + SECOND_DAY, 2).credit
    assert both.tolist() == [1_363_636_364, 1_636_363_636]
    assert both / CREDIT_UNITS == pytest.approx([15 / 11, 18 / 11], abs=1e-9)
    days = [count_transitions(gather_paths(day), channels=2) for day in (FIRST_DAY, SECOND_DAY)]
    assert (sum(days) == count_transitions(gather_paths(FIRST_DAY + SECOND_DAY), channels=2)).all()


def test_revenue_is_shared_like_conversions():
    worth = [PathRow((A,), 1, value=40_000_000), PathRow((A, B), 1, value=60_000_001), PathRow((B,), nulls=1)]
    shared = credit(worth, 2)
    assert shared.value.tolist() == [60_000_001, 40_000_000]
    assert shared.credit.tolist() == [1_200_000_000, 800_000_000]


def test_repeats_stay_in_the_path():
    counts = count_transitions(gather_paths([PathRow((A, A, B), 2, nulls=1)]), channels=2)
    assert counts.tolist() == [[3, 0, 0, 0], [3, 3, 0, 0], [0, 0, 2, 1]]
    second = count_transitions(gather_paths([PathRow((A, A, B), 2, nulls=1)]), channels=2, order=2)
    assert {state: row.tolist() for state, row in enumerate(second) if row.any()} == {
        0: [3, 0, 0, 0],
        1: [3, 0, 0, 0],
        4: [0, 3, 0, 0],
        5: [0, 0, 2, 1],
    }


def test_the_second_order_remembers_one_touch_more():
    # After A alone nobody converts, after C then A everybody does.
    world = [PathRow((A,), nulls=3), PathRow((C, A), 3)]
    assert removal(world, 3, order=2).probability == pytest.approx(1 / 2)
    assert credit(world, 3, order=2).credit.tolist() == [1_500_000_000, 0, 1_500_000_000]
    assert credit(world, 3, order=1).credit.tolist() == [2_000_000_000, 0, 1_000_000_000]


@every_order
def test_where_nothing_converts_there_is_nothing_to_share(order):
    for world in ([], [PathRow((A, B), nulls=3)]):
        shared = credit(world, 2, order)
        assert shared.credit.tolist() == shared.value.tolist() == [0, 0]
        assert removal(world, 2, order).probability == 0


def test_a_period_worth_more_than_can_be_shared_at_once():
    world = [PathRow((A,), 10**9, value=3 * MAX_TOTAL + 1), PathRow((B,), 10**9)]
    shared = credit(world, 2)
    assert shared.credit.tolist() == [10**9 * CREDIT_UNITS] * 2
    assert shared.value.sum() == 3 * MAX_TOTAL + 1
    assert abs(int(shared.value[0]) - int(shared.value[1])) <= 1


@every_order
@settings(max_examples=300, deadline=None)
@given(rows=rows)
def test_removal_effects_equal_the_definition(order, rows):
    slowly = remove_slowly(rows, CHANNELS, order)
    expected = slowly or [Fraction(0)] * CHANNELS
    assert removal(rows, order=order).effects == pytest.approx([float(effect) for effect in expected], abs=1e-10)


@every_order
@settings(max_examples=200, deadline=None)
@given(rows=rows)
def test_credit_and_value_add_up_and_follow_the_effects(order, rows):
    shared, conversions = credit(rows, order=order), sum(row.conversions for row in rows)
    assert shared.credit.sum() == conversions * CREDIT_UNITS
    assert shared.value.sum() == sum(row.value for row in rows)
    if conversions:
        effects = remove_slowly(rows, CHANNELS, order)
        exact = [float(effect / sum(effects)) for effect in effects]
        assert shared.credit / (conversions * CREDIT_UNITS) == pytest.approx(exact, abs=2e-9)


@every_order
@settings(max_examples=60, deadline=None)
@given(rows=rows, data=st.data())
def test_neither_row_order_nor_splitting_a_row_matters(order, rows, data):
    whole = credit(rows, order=order)
    shuffled = data.draw(st.permutations(rows))
    split = [part for row in shuffled for part in (row._replace(nulls=0), row._replace(conversions=0, value=0))]
    for again in (credit(shuffled, order=order), credit(split, order=order)):
        assert (again.credit == whole.credit).all()
        assert (again.value == whole.value).all()


def test_twenty_channels_of_order_two_are_solved_exactly():
    rng = np.random.default_rng(5)
    world = [
        PathRow(tuple(int(c) for c in rng.integers(0, 20, rng.integers(1, 9))), int(won), int(won) * 10**6, int(lost))
        for won, lost in rng.integers(0, 4, (3_000, 2))
    ]
    counts = count_transitions(gather_paths(world), channels=20, order=2)
    solved = find_removal_effects(counts, order=2)
    for channel in (0, 19):
        without = counts.copy()
        without[:, 21] += without[:, channel]
        without[:, channel] = 0
        without[np.arange(len(counts)) % 21 == channel + 1] = 0
        lost = 1 - find_removal_effects(without, order=2).probability / solved.probability
        assert solved.effects[channel] == pytest.approx(lost, abs=1e-10)


@pytest.mark.parametrize(
    ("path", "order", "message"),
    [((2,), 1, "channel must be 0 to 1"), ((-1,), 1, "channel must be"), ((), 1, "at least one touch"),
     ((0,), 3, "order must be")],
)  # fmt: skip
def test_what_makes_no_chain_is_refused(path, order, message):
    with pytest.raises(ValueError, match=message):
        credit([PathRow(path, 1)], 2, order)
