"""What a funnel's report says."""

import statistics
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnels.core.asked import Funnel, Step
from funnels.core.fitting import EVENTS, follow_events, open_people_of
from funnels.core.progress import Progress
from funnels.core.timing import StepFigures, find_bottleneck, measure_steps

SECOND = 1_000_000


def progress_of(*times):
    """Progress of people by the seconds at which each reached the steps."""
    steps = max(map(len, times))
    at = [[second * SECOND for second in person] + [0] * (steps - len(person)) for person in times]
    return Progress(np.array([len(person) for person in times]), np.array(at, np.int64))


def test_a_pipeline_says_where_it_narrows():
    reached = [1000, 620, 155, 110, 77]
    times = [tuple(range(sum(count > person for count in reached))) for person in range(1000)]
    figures = measure_steps(progress_of(*times))
    assert [step.count for step in figures] == reached
    assert [step.conversion_from_previous for step in figures] == [None, 0.62, 0.25, pytest.approx(22 / 31), 0.7]
    assert [step.drop_off for step in figures] == [None, 0.38, 0.75, pytest.approx(9 / 31), 0.3]
    assert find_bottleneck(reached) == 3


@pytest.mark.parametrize(
    ("counts", "step"),
    [
        ([1000, 620, 155, 110, 77], 3),
        ([100, 50, 25], 2),
        ([100, 90, 0, 0], 3),
        ([0, 0, 0], None),
        ([5], None),
        ([], None),
        ([3, 1, 1, 0], 4),
        ([7, 7, 7], 2),
        # Ratios that round to one and the same float are still told apart.
        ([10**18, 10**18 - 1, 10**18 - 3], 3),
    ],
)
def test_bottleneck(counts, step):
    assert find_bottleneck(counts) == step


def test_median_of_an_even_number_is_the_mean_of_the_middle_two():
    figures = measure_steps(progress_of((0, 10), (0, 20), (0, 70), (5, 5), (9,)))
    assert figures == [StepFigures(5, None, None, None), StepFigures(4, 0.8, 0.2, 15.0)]
    assert measure_steps(progress_of((0, 10), (0, 20), (0, 70)))[1].median_seconds == 20


def test_a_step_without_people_has_no_median():
    figures = measure_steps(progress_of((0, 3, 4), (0,))._replace(depth=np.array([1, 1])))
    assert figures[1] == StepFigures(0, 0.0, 1.0, None)
    assert figures[2] == StepFigures(0, None, None, None)


def test_figures_of_some_people_only():
    progress = progress_of((0, 10), (0, 20), (0,))
    figures = measure_steps(progress, np.array([False, True, True]))
    assert figures == [StepFigures(2, None, None, None), StepFigures(1, 0.5, 0.5, 20.0)]
    assert [step.count for step in measure_steps(progress, np.array([], np.int64))] == [0, 0]


@settings(max_examples=200, deadline=None)
@given(spans=st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_median_equals_the_textbook(spans):
    figures = measure_steps(progress_of(*((7, 7 + span) for span in spans)))
    assert figures[1].median_seconds == statistics.median(spans)


def test_who_got_no_further_is_still_open_while_they_have_time():
    progress, has_time = progress_of((0, 3, 4), (0, 5), (0, 9), (0,), (0,)), np.array([True, True, False, True, True])
    figures = measure_steps(progress, open_people=has_time)
    assert [step.still_open for step in figures] == [2, 1, 0]
    assert [step.still_open for step in measure_steps(progress, np.array([2, 3]), has_time)] == [1, 0, 0]
    assert [step.still_open for step in measure_steps(progress)] == [None, None, None]


@pytest.mark.parametrize(("now", "has_time"), [(20, True), (21, False)])
def test_the_latest_start_decides_who_has_time_and_the_last_instant_counts(now, has_time):
    def instant(second):
        return datetime.fromtimestamp(second, UTC)

    # The first attempt gets furthest; a second one that starts at 10 may still overtake it.
    rows = [(7, instant(at), name, None, None) for at, name in ((0, 0), (1, 1), (10, 0))]
    funnel = Funnel((Step("a"), Step("b"), Step("c")), window=10 * SECOND)
    walked = follow_events(pl.DataFrame(rows, schema=EVENTS, orient="row"), funnel, until=100 * SECOND)
    assert open_people_of(walked, window=10 * SECOND, now=now * SECOND).tolist() == [has_time]
