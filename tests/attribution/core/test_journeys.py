"""Which touches lead to a conversion, and in which order."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.core.credit import MAX_TOTAL
from attribution.core.daily import Terms, fill
from attribution.core.frames import TOUCHES
from attribution.core.journeys import MICROS_A_DAY, Touch, index_of, path_of
from tests.attribution.core import worlds
from tests.attribution.core.worlds import EMAIL, SEARCH, SOCIAL, Reach, Row, fill_world

DAY = MICROS_A_DAY


@pytest.mark.parametrize(
    ("touched_at", "counts"),
    [(10 * DAY, True), (10 * DAY + 1, False), (3 * DAY, True), (3 * DAY - 1, False)],
)
def test_both_ends_of_the_look_back_are_inside(touched_at, counts):
    assert path_of([Touch(touched_at, SEARCH)], converted_at=10 * DAY, lookback=7 * DAY) == [0] * counts
    [row] = fill_world(
        [Row(3, touched_at, "a", SEARCH)],
        [Reach(3, 10 * DAY, 1, 5)],
        Terms(lookback_days=7, rules=["linear"]),
    )
    assert row.marks.tolist() == [SEARCH] * counts
    assert (row.conversions, row.value_total) == (1, 5)
    assert (row.unattributed_conversions, row.unattributed_value) == (1 - counts, 5 * (1 - counts))


def test_an_earlier_conversion_does_not_cut_the_path():
    rows = [Row(3, 0, "a", SEARCH), Row(3, 2 * DAY, "b", EMAIL)]
    reached = [Reach(3, DAY, 1, 0), Reach(3, 3 * DAY, 1, 0)]
    first, second = fill_world(rows, reached, Terms(rules=["first_touch"]))
    assert first.marks.tolist() == second.marks.tolist() == [SEARCH]


def test_two_conversions_in_the_same_instant_are_both_credited():
    [row] = fill_world([Row(3, 0, "a", SEARCH)], [Reach(3, DAY, 1, 7), Reach(3, DAY, 1, 8)], Terms(rules=["linear"]))
    assert (row.credit.tolist(), row.value.tolist(), row.touches.tolist()) == ([2 * 10**9], [15], [2])


def test_equal_times_are_ordered_by_message_id():
    rows = [Row(3, 0, "b", SOCIAL), Row(3, 0, "a", SEARCH), Row(3, 0, "c", EMAIL)]
    first, last = fill_world(rows, [Reach(3, 0, 1, 0)], Terms(rules=["first_touch", "last_touch"]))
    assert (first.marks.tolist(), last.marks.tolist()) == ([SEARCH], [EMAIL])


def test_a_goal_may_look_back_less_far():
    rows = [Row(3, 0, "a", SEARCH), Row(3, 9 * DAY, "b", EMAIL)]
    reached = [Reach(3, 10 * DAY, goal, 0) for goal in (1, 2)]
    wide, narrow = fill_world(rows, reached, Terms(goal_lookback_days={2: 1}, rules=["linear"]))
    assert (wide.goal, wide.marks.tolist()) == (1, [SEARCH, EMAIL])
    assert (narrow.goal, narrow.marks.tolist()) == (2, [EMAIL])


@settings(max_examples=100, deadline=None)
@given(
    keys=st.sets(st.integers(-(2**62), 2**62) | st.integers(0, 20), max_size=8),
    ids=st.lists(st.integers(-(2**62), 2**62) | st.integers(-5, 25), max_size=12),
)
def test_index_of_finds_ids_far_apart_and_close_together(keys, ids):
    ordered = sorted(keys)
    ids = [*ids, *ordered]
    expected = [ordered.index(i) if i in keys else -1 for i in ids]
    assert index_of(np.array(ordered, np.int64), np.array(ids, np.int64)).tolist() == expected


def test_frames_with_other_columns_are_refused_by_name():
    touches = worlds.touches_frame([]).with_columns(pl.lit(1).alias("channel"))
    with pytest.raises(ValueError, match="touches must have the columns"):
        fill(touches, worlds.conversions_frame([]), worlds.marks_frame(), Terms())


def test_a_touch_with_an_unknown_mark_is_refused_by_its_number():
    touches = pl.DataFrame([(3, worlds.START, 66)], schema=TOUCHES, orient="row")
    with pytest.raises(ValueError, match="66"):
        fill(touches, worlds.conversions_frame([Reach(3, 0, 1, 0)]), worlds.marks_frame(), Terms())


def test_a_value_too_large_to_share_exactly_is_refused():
    with pytest.raises(ValueError, match="value must be within"):
        fill_world([], [Reach(3, 0, 1, MAX_TOTAL + 1)], Terms())
