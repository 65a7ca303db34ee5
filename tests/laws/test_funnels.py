"""Laws that both orders of a funnel keep."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.funnels.core.attempts import Seen, follow_all, follow_packed, follow_slowly, pack_events

every_order = pytest.mark.parametrize("order", ["ordered", "strict"])
STEPS = 4
events = st.builds(
    Seen,
    at=st.integers(0, 8),
    fits=st.frozensets(st.integers(1, STEPS), max_size=2),
)
histories = st.lists(events, max_size=6)
periods = st.tuples(st.integers(0, 3), st.integers(2, 8))


def cut(history, period):
    return [event._replace(in_period=period[0] <= event.at <= period[1]) for event in history]


@every_order
@settings(max_examples=1_500, deadline=None)
@given(history=histories, period=periods, window=st.integers(0, 9), steps=st.integers(1, STEPS))
def test_the_walk_equals_the_definition(order, history, period, window, steps):
    history = cut(history, period)
    fitting = [event._replace(fits=event.fits & set(range(1, steps + 1))) for event in history]
    assert follow_all([fitting], steps, window, order) == [follow_slowly(fitting, steps, window, order)]


@every_order
@settings(max_examples=1_000, deadline=None)
@given(
    names=st.text("ab", min_size=1, max_size=STEPS),
    told=st.lists(st.tuples(st.sampled_from("aabbx"), st.integers(0, 4)), max_size=6),
    window=st.integers(0, 5),
)
def test_steps_may_share_a_name(order, names, told, window):
    history = [Seen(at, frozenset(k for k, step in enumerate(names, 1) if step == name)) for name, at in told]
    assert follow_all([history], len(names), window, order) == [follow_slowly(history, len(names), window, order)]


@every_order
@settings(max_examples=100, deadline=None)
@given(people=st.lists(histories, max_size=8), window=st.integers(0, 9), threads=st.integers(2, 3))
def test_people_and_threads_do_not_mix(order, people, window, threads):
    alone = [follow_all([history], STEPS, window, order)[0] for history in people]
    assert follow_all(people, STEPS, window, order) == alone
    assert follow_all(people, STEPS, window, order, threads=threads) == alone


@every_order
@settings(max_examples=100, deadline=None)
@given(history=histories, window=st.integers(0, 9), data=st.data())
def test_the_order_of_simultaneous_events_is_irrelevant(order, history, window, data):
    shuffled = data.draw(st.permutations(history))
    assert follow_all([shuffled], STEPS, window, order) == follow_all([history], STEPS, window, order)


@settings(max_examples=100, deadline=None)
@given(history=histories, window=st.integers(0, 9))
def test_a_wider_window_or_a_looser_order_never_loses_a_step(history, window):
    packed = pack_events([history])
    strict, narrow, wide = (
        follow_packed(packed, 1, STEPS, w, order).depth[0]
        for w, order in [(window, "strict"), (window, "ordered"), (window + 1, "ordered")]
    )
    assert strict <= narrow <= wide
