"""Shapley credit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.core.credit import CREDIT_UNITS, share_credit
from attribution.core.path_sums import PathRow, gather_paths
from attribution.core.shapley import credit_by_shapley
from tests.attribution.core.chains import shapley_slowly

A, B, C = 0, 1, 2
CHANNELS = 4

rows = st.lists(
    st.builds(
        PathRow,
        path=st.lists(st.integers(0, CHANNELS - 1), min_size=1, max_size=7).map(tuple),
        conversions=st.integers(1, 9),
        value=st.integers(-(10**15), 10**15),
        nulls=st.integers(0, 3),
    ),
    max_size=8,
)


def credit(rows, channels=CHANNELS):
    shared = credit_by_shapley(gather_paths(rows), channels=channels)
    return shared.credit.tolist(), shared.value.tolist()


@pytest.mark.parametrize(
    ("world", "credits", "values"),
    [
        ([PathRow((A, B, A), 1, 100)], [500_000_000, 500_000_000, 0], [50, 50, 0]),
        ([PathRow((C,), 2, 7)], [0, 0, 2_000_000_000], [0, 0, 7]),
        ([PathRow((B, A, C), 1, 100)], [333_333_333, 333_333_334, 333_333_333], [33, 34, 33]),
        ([PathRow((B, A, C), 1, -100)], [333_333_333, 333_333_334, 333_333_333], [-33, -34, -33]),
        ([PathRow((B, A, C), 5)], [1_666_666_665, 1_666_666_670, 1_666_666_665], [0, 0, 0]),
        ([PathRow((A, B), nulls=4)], [0, 0, 0], [0, 0, 0]),
        ([], [0, 0, 0], [0, 0, 0]),
    ],
)
def test_examples(world, credits, values):
    assert credit(world, 3) == (credits, values)


@settings(max_examples=200, deadline=None)
@given(rows=rows)
def test_the_closed_form_equals_the_game(rows):
    credits, values = credit(rows)
    exact = shapley_slowly(rows, CHANNELS, lambda row: row.conversions * CREDIT_UNITS)
    assert all(abs(a - b) <= sum(row.conversions for row in rows) for a, b in zip(credits, exact, strict=True))
    exact = shapley_slowly(rows, CHANNELS, lambda row: row.value)
    assert all(abs(a - b) < len(rows) + 1 for a, b in zip(values, exact, strict=True))


@settings(max_examples=200, deadline=None)
@given(rows=rows)
def test_credit_and_value_add_up(rows):
    credits, values = credit(rows)
    assert sum(credits) == sum(row.conversions for row in rows) * CREDIT_UNITS
    assert sum(values) == sum(row.value for row in rows)


@settings(max_examples=100, deadline=None)
@given(path=st.permutations(range(CHANNELS)), value=st.integers(-(10**12), 10**12))
def test_even_shares_keep_the_law_of_sharing(path, value):
    credits, values = credit([PathRow(tuple(path), 1, value)])
    assert [credits[channel] for channel in path] == share_credit([1.0] * CHANNELS, CREDIT_UNITS)
    assert [values[channel] for channel in path] == share_credit([1.0] * CHANNELS, value)


@settings(max_examples=100, deadline=None)
@given(first=rows, second=rows)
def test_days_add_up_to_the_unit(first, second):
    both = credit(first + second)
    for whole, a, b in zip(both, credit(first), credit(second), strict=True):
        assert whole == [x + y for x, y in zip(a, b, strict=True)]


def test_a_channel_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="channel must be 0 to 1"):
        credit([PathRow((2,), 1)], 2)
