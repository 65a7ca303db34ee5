"""Sharing whole units by largest remainder."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attribution.core.credit import MAX_TOTAL, make_whole, share_credit, share_whole

totals = st.integers(-MAX_TOTAL, MAX_TOTAL)


def share_exactly(weights, total):
    """Largest remainder in fractions of any length, ties to the earlier."""
    whole = sum(map(Fraction, weights))
    exact = [Fraction(weight) * abs(total) / whole for weight in weights]
    units = [int(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda i: (units[i] - exact[i], i))
    for i in order[: abs(total) - sum(units)]:
        units[i] += 1
    return [unit if total >= 0 else -unit for unit in units]


def share_compiled(weights, total):
    whole, units, rests = (np.zeros(len(weights), np.int64) for _ in range(3))
    whole_sum = make_whole(np.array(weights, np.float64), len(weights), whole)
    share_whole(whole, len(weights), whole_sum, total, units, rests)
    return units.tolist()


@pytest.mark.parametrize(
    ("weights", "total", "expected"),
    [
        ([1, 1, 1], 100, [34, 33, 33]),
        ([1, 1, 1], -100, [-34, -33, -33]),
        ([1, 1, 1, 1], 2, [1, 1, 0, 0]),
        ([1, 2], 1, [0, 1]),
        ([1, 0, 1], 1, [1, 0, 0]),
        ([0, 5], 7, [0, 7]),
        ([1, 1], 0, [0, 0]),
        ([1, 1, 1], 10**15, [333_333_333_333_334, 333_333_333_333_333, 333_333_333_333_333]),
        ([3], MAX_TOTAL, [MAX_TOTAL]),
    ],
)
def test_sharing(weights, total, expected):
    assert share_credit(weights, total) == share_compiled(weights, total) == expected


@settings(max_examples=200, deadline=None)
@given(weights=st.lists(st.integers(0, 1000), min_size=1, max_size=200).filter(any), total=totals)
@example(weights=[1] * 150, total=149)
@example(weights=[7, 1] * 60, total=MAX_TOTAL)
def test_whole_weights_are_shared_as_exact_fractions_would_be(weights, total):
    assert share_credit(weights, total) == share_compiled(weights, total) == share_exactly(weights, total)


@settings(max_examples=200, deadline=None)
@given(
    weights=st.lists(st.just(0.0) | st.floats(1e-200, 1e200), min_size=1, max_size=100).filter(any),
    total=totals,
)
def test_any_weights_are_shared_without_losing_a_unit(weights, total):
    shares = share_credit(weights, total)
    assert shares == share_compiled(weights, total)
    assert sum(shares) == total
    assert all(share == 0 or (share > 0) == (total > 0) for share in shares)


def test_a_hundred_thousand_touches_share_one_conversion():
    shares = share_compiled([1.0] * 100_000, 999_999_999)
    assert sum(shares) == 999_999_999
    assert shares == [10_000] * 99_999 + [9_999]
    weights = [float(i % 1000 + 1) for i in range(100_000)]
    assert share_compiled(weights, MAX_TOTAL) == share_exactly(weights, MAX_TOTAL)


def test_an_amount_too_large_to_share_exactly_is_refused():
    with pytest.raises(ValueError, match="total must be within"):
        share_credit([1, 1], MAX_TOTAL + 1)
