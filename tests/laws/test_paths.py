"""Laws of stored paths, and of every model that is solved from them, over the same list the product uses."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.core.credit import CREDIT_UNITS
from attribution.core.day_paths import sum_day_paths
from attribution.core.gathered import gather
from attribution.core.journeys import MICROS_A_DAY, path_of
from attribution.core.path_groups import OpenPaths, count_reach, list_marks, read_paths
from attribution.core.path_sums import PathRow, gather_paths
from attribution.core.rules import RULES
from attribution.core.solved import MODELS, SOLVED
from tests.attribution.core import worlds

every_model = pytest.mark.parametrize("name", SOLVED)
GROUP_OF = {mark: place % 3 for place, mark in enumerate(worlds.MARK_IDS)}
open_paths = st.lists(
    st.tuples(st.lists(st.sampled_from(worlds.MARK_IDS), min_size=1, max_size=4), st.integers(1, 5)), max_size=4
).map(
    lambda paths: OpenPaths(
        np.array([mark for path, _ in paths for mark in path], np.int64),
        np.array([len(path) for path, _ in paths], np.int64),
        np.array([people for _, people in paths], np.int64),
    )
)
small = st.lists(
    st.builds(
        worlds.Reach, worlds.people, worlds.instants, st.sampled_from([1, 2]), st.none() | st.integers(0, 10**12)
    ),
    max_size=12,
)


def sum_world(rows, reached, terms):
    gathered = gather(worlds.touches_frame(rows), worlds.conversions_frame(reached), worlds.marks_frame())
    return sum_day_paths(gathered, terms)


def paths_slowly(rows, reached, terms):
    """{(day, goal, path of marks): [conversions, value]} by the definition, one conversion at a time."""
    sums: dict = defaultdict(lambda: [0, 0])
    for reach in reached:
        touches = worlds.timeline(rows, reach.person)
        path = path_of(touches, converted_at=reach.at, lookback=terms.lookback_of(reach.goal))
        if path:
            key = (worlds.at(reach.at).date(), reach.goal, tuple(touches[i].mark for i in path))
            sums[key][0] += 1
            sums[key][1] += reach.value or 0
    return dict(sums)


def unpack(days):
    found: dict = {}
    for day in days:
        steps = iter(day.marks[day.steps].tolist())
        for n, conversions, value in zip(
            day.lengths.tolist(), day.conversions.tolist(), day.value.tolist(), strict=True
        ):
            key = (day.day, day.goal, tuple(next(steps) for _ in range(n)))
            assert key not in found, "equal paths of a day must be one"
            found[key] = [conversions, value]
        assert next(steps, None) is None
    return found


@settings(max_examples=150, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms)
def test_summed_paths_equal_those_by_the_definition(rows, reached, terms):
    days = sum_world(rows, reached, terms)
    assert unpack(days) == paths_slowly(rows, reached, terms)
    for day in days:
        today = [r for r in reached if (worlds.at(r.at).date(), r.goal) == (day.day, day.goal)]
        assert (day.conversions_total, day.value_total) == (len(today), sum(r.value or 0 for r in today))
        assert day.conversions.sum() == day.conversions_total - day.unattributed_conversions
        assert day.value.sum() == day.value_total - day.unattributed_value
        assert day.marks.tolist() == sorted({*day.marks[day.steps].tolist()})


@settings(max_examples=60, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms, data=st.data())
def test_row_order_is_irrelevant(rows, reached, terms, data):
    shuffled = data.draw(st.permutations(rows)), data.draw(st.permutations(reached))
    assert unpack(sum_world(*shuffled, terms)) == unpack(sum_world(rows, reached, terms))


@settings(max_examples=60, deadline=None)
@given(rows=worlds.touch_rows, reached=worlds.reaches, terms=worlds.terms, open_paths=open_paths)
def test_paths_read_by_group_are_those_of_the_marks(rows, reached, terms, open_paths):
    days = sum_world(rows, reached, terms)
    assert set(list_marks(days, open_paths)) <= set(GROUP_OF)
    sums = read_paths(days, GROUP_OF, open_paths)
    told = [PathRow(tuple(GROUP_OF[mark] for mark in path), *counts) for (_, _, path), counts in unpack(days).items()]
    marks = iter(open_paths.marks.tolist())
    for n, people in zip(open_paths.lengths.tolist(), open_paths.people.tolist(), strict=True):
        told.append(PathRow(tuple(GROUP_OF[next(marks)] for _ in range(n)), nulls=people))
    for found, expected in zip(sums, gather_paths(told), strict=True):
        assert found.tolist() == expected.tolist()
    met = [sum(row.conversions for row in told if group in row.path) for group in range(3)]
    assert count_reach(sums, groups=3).tolist() == met


@every_model
@settings(max_examples=60, deadline=None)
@given(rows=worlds.touch_rows, reached=small, terms=worlds.terms, open_paths=open_paths)
def test_credit_adds_up_to_the_attributed_conversions_and_their_value(name, rows, reached, terms, open_paths):
    days = sum_world(rows, reached, terms)
    credit, value = SOLVED[name].solve(read_paths(days, GROUP_OF, open_paths), 3)
    assert credit.sum() == sum(d.conversions_total - d.unattributed_conversions for d in days) * CREDIT_UNITS
    assert value.sum() == sum(d.value_total - d.unattributed_value for d in days)
    assert (credit >= 0).all()


@every_model
@settings(max_examples=40, deadline=None)
@given(rows=worlds.touch_rows, reached=small, terms=worlds.terms, cut=st.integers(0, 31), open_paths=open_paths)
def test_paths_of_two_halves_of_a_month_solve_to_the_month(name, rows, reached, terms, cut, open_paths):
    halves = [r for r in reached if r.at < cut * MICROS_A_DAY], [r for r in reached if r.at >= cut * MICROS_A_DAY]
    merged = [day for half in halves for day in sum_world(rows, half, terms)]
    whole = SOLVED[name].solve(read_paths(sum_world(rows, reached, terms), GROUP_OF, open_paths), 3)
    again = SOLVED[name].solve(read_paths(merged, GROUP_OF, open_paths), 3)
    assert [part.tolist() for part in again] == [part.tolist() for part in whole]


@every_model
def test_a_model_says_in_words_what_it_does(name):
    model = SOLVED[name]
    assert model.name == name
    assert model.title
    assert model.formula_text(7)
    assert model.solve.__doc__


def test_the_promised_models_are_all_there():
    promised = "first_touch last_touch last_non_direct linear time_decay position_based u_shaped w_shaped full_path"
    assert set(f"{promised} markov_1 markov_2 shapley".split()) <= set(MODELS)
    assert not set(RULES) & set(SOLVED)
