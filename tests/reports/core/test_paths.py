"""Paths, the time they take and what other look-backs make of them, on examples worked out by hand."""

import numpy as np
import pytest

from attribution.core.path_sums import PathRow, gather_paths
from reports.core.paths import PathTotal, collapse_repeats, count_reach, rank_paths
from reports.core.timing import LENGTH_BOUNDS, MICROS_A_DAY, MICROS_AN_HOUR, TIME_BOUNDS, at_most, median, spread

A, B = 0, 1


def ints(*numbers):
    return np.array(numbers, np.int64)


def test_equal_paths_are_one_and_the_most_common_comes_first():
    sums = gather_paths(
        [PathRow((A, B), 1, 10), PathRow((B,), 1, 50), PathRow((A, B), 2, 5), PathRow((A, A, B), 2, 99)]
    )
    assert rank_paths(sums, collapse=False) == [
        PathTotal((A, B), 3, 15),
        PathTotal((A, A, B), 2, 99),
        PathTotal((B,), 1, 50),
    ]


def test_repeats_in_a_row_are_one_but_a_return_is_not():
    sums = gather_paths([PathRow((A, A, B), 1), PathRow((A, B, B), 1), PathRow((A, B, A), 1), PathRow((A,), 1)])
    assert rank_paths(sums, collapse=True) == [
        PathTotal((A, B), 2, 0),
        PathTotal((A,), 1, 0),
        PathTotal((A, B, A), 1, 0),
    ]


def test_a_path_keeps_its_first_touch_whatever_the_path_before_ended_with():
    collapsed = collapse_repeats(gather_paths([PathRow((B, A), 1), PathRow((A, A), 1), PathRow((A,), 1)]))
    assert collapsed.first.tolist() == [0, 2, 3, 4]
    assert collapsed.channel.tolist() == [B, A, A, A]


def test_paths_that_led_to_nothing_are_no_paths_to_a_conversion():
    assert rank_paths(gather_paths([PathRow((A,), nulls=4), PathRow((B,), 1)]), collapse=True) == [
        PathTotal((B,), 1, 0)
    ]
    assert rank_paths(gather_paths([]), collapse=True) == []


def test_one_channel_over_and_over_is_one_channel():
    sums = gather_paths([PathRow((A, A, A), 3), PathRow((B,), 1), PathRow((A, B, A), 2)])
    assert count_reach(sums) == (4, 2)
    assert count_reach(gather_paths([])) == (0, 0)


def test_buckets_count_every_conversion_once():
    buckets = spread(ints(1, 1, 2, 9), ints(10, 20, 30, 40), LENGTH_BOUNDS)
    assert [(one.low, one.high, one.conversions, one.value) for one in buckets] == [
        (1, 2, 2, 30),
        (2, 3, 1, 30),
        (3, 4, 0, 0),
        (4, 5, 0, 0),
        (5, 6, 0, 0),
        (6, 8, 0, 0),
        (8, 11, 1, 40),
    ]
    assert spread(ints(), ints(), LENGTH_BOUNDS) == []


@pytest.mark.parametrize(
    ("micros", "low"),
    [
        (0, 0),
        (MICROS_AN_HOUR - 1, 0),
        (MICROS_AN_HOUR, MICROS_AN_HOUR),
        (MICROS_A_DAY - 1, MICROS_AN_HOUR),
        (MICROS_A_DAY, MICROS_A_DAY),
        (8 * MICROS_A_DAY - 1, 4 * MICROS_A_DAY),
        (400 * MICROS_A_DAY, 91 * MICROS_A_DAY),
    ],
)
def test_a_bucket_begins_with_its_lower_end(micros, low):
    assert [one.low for one in spread(ints(micros), ints(0), TIME_BOUNDS) if one.conversions] == [low]


def test_the_median_and_nine_of_ten():
    assert median(ints(3, 1, 2)) == 2
    assert median(ints(4, 1, 2, 3)) == 2.5
    assert median(ints()) is None
    assert at_most(ints(*range(1, 11)), 0.9) == 9
    assert at_most(ints(*range(1, 10)), 0.9) == 9
    assert at_most(ints(7), 0.9) == 7
    assert at_most(ints(), 0.9) is None
