"""How far people get, on examples a marketer can check."""

import numpy as np
import pytest

from funnels.core.histories import NEVER, Events, find_latest_starts, gather_histories, number_people
from funnels.core.progress import MAX_STEPS, NO_LIMIT
from tests.funnels.core.attempts import Seen, follow_all, follow_packed, follow_slowly, pack_events, read_events


@pytest.mark.parametrize(
    ("events", "steps", "window", "order", "times"),
    [
        ("a0 a4 b5 c11", "abc", 10, "ordered", [4, 5, 11]),
        ("a0 a4 b5 c9", "abc", 10, "ordered", [0, 5, 9]),
        ("a0 b5 c11", "abc", 10, "ordered", [0, 5]),
        ("a0 b5 c10", "abc", 10, "ordered", [0, 5, 10]),
        ("b0 a0 c0", "abc", 10, "ordered", [0, 0, 0]),
        ("b0 a0 c0", "abc", 0, "strict", [0, 0, 0]),
        ("a0 a1 b2 c3", "abc", 10, "strict", [1, 2, 3]),
        ("a0 x1 b2", "abc", 10, "strict", [0]),
        ("a0 x1 b2", "abc", 10, "ordered", [0, 2]),
        ("b0 a1", "abc", 10, "ordered", [1]),
        ("b0 c1", "abc", 10, "ordered", []),
        ("", "abc", 10, "ordered", []),
        ("a0", "aa", 10, "ordered", [0]),
        ("a0 a3", "aa", 10, "ordered", [0, 3]),
        ("a0 a0", "aa", 0, "ordered", [0, 0]),
        ("a0 a0", "aa", 0, "strict", [0, 0]),
        ("a0 b1 a2", "aba", 10, "ordered", [0, 1, 2]),
        ("a0 b1", "aba", 10, "ordered", [0, 1]),
        ("a0 a1 a2", "aab", 10, "strict", [0, 1]),
        ("a0 b1 a2 b3 c4", "abc", 10, "strict", [2, 3, 4]),
        # One of the two a0 lies before the attempt, or the a1 would stand in its way.
        ("a0 a0 a1 b1 c2", "aabc", 10, "strict", [0, 1, 1, 2]),
        ("a0 b1 x1 c2", "abc", 10, "strict", [0, 1]),
        ("a0 b1 a20 b25", "abc", 10, "ordered", [0, 1]),
        ("a0 b11 a20 b25", "abc", 10, "ordered", [20, 25]),
        ("a0 b1 c99", "abc", NO_LIMIT, "ordered", [0, 1, 99]),
    ],
)
def test_examples(events, steps, window, order, times):
    seen = read_events(events, steps)
    assert follow_all([seen], len(steps), window, order) == [times]
    assert follow_slowly(seen, len(steps), window, order) == times


def test_only_step_one_must_lie_in_the_period():
    seen = [event._replace(in_period=event.at < 5) for event in read_events("a0 b8 a6 b9", "ab")]
    assert follow_all([seen], 2, 100, "ordered") == [[0, 8]]
    late = [event._replace(in_period=event.at >= 5) for event in read_events("a0 b1 a6 b9", "ab")]
    assert follow_all([late], 2, 100, "ordered") == [[6, 9]]
    never = [event._replace(in_period=False) for event in late]
    assert follow_all([never], 2, 100, "strict") == [[]]


def test_an_event_that_fits_two_steps_serves_the_one_that_gets_further():
    both, second = read_events("b5", "abb")[0], read_events("b5", "ab")[0]
    seen = [*read_events("a0"), both, second]
    assert follow_all([seen], 3, 10, "ordered") == [[0, 5, 5]]


def test_one_instant_with_very_many_events():
    seen = read_events("a0 " + "a5 " * 20_000 + "b5", "aaab")
    assert follow_all([seen], 4, 10, "ordered") == [[0, 5, 5, 5]]
    assert follow_all([seen], 4, 4, "strict") == [[5, 5, 5, 5]]


def test_a_person_who_starts_very_often_costs_no_more_than_their_events():
    at = np.arange(1_000_000)
    events = Events(at * 0, at, np.ones(len(at), np.int64), np.ones(len(at), np.bool_))
    for order in ("ordered", "strict"):
        assert follow_packed(events, 1, 3, 10**9, order).depth.tolist() == [1]


def test_gathering_by_person_keeps_each_person_in_order():
    histories = [read_events("a0 b2 x3 c7"), [], read_events("a1 x1 b4"), read_events("x5")]
    by_person = pack_events(histories)
    by_time = Events(*(column[np.argsort(by_person.at, kind="stable")] for column in by_person))
    for events in (by_person, by_time):
        gathered = gather_histories(events, people=4, order="strict")
        assert gathered.first.tolist() == [0, 4, 4, 7, 8]
        assert gathered.at.tolist() == by_person.at.tolist()
        assert gathered.mask.tolist() == by_person.mask.tolist()
        fewer = gather_histories(events, people=4)
        assert fewer.first.tolist() == [0, 3, 3, 5, 5]
        assert fewer.at.tolist() == [0, 2, 7, 1, 4]


@pytest.mark.parametrize("number", [3, 100])
def test_however_events_come_each_person_s_are_put_in_order(number):
    random = np.random.default_rng(number)
    person, at = random.integers(0, 3, number), random.permutation(number)
    events = Events(person, at, at % 3 + 1, at < number // 2)
    for threads in (1, 2, 4):
        first, times, mask = gather_histories(events, people=3, threads=threads)
        for p in range(3):
            mine = sorted(at[person == p].tolist())
            assert times[first[p] : first[p + 1]].tolist() == mine
            fits = [one % 3 + 1 if one < number // 2 else (one % 3 + 1) & ~1 for one in mine]
            assert mask[first[p] : first[p + 1]].tolist() == fits


@pytest.mark.parametrize("person", [2, -1])
def test_events_of_unknown_people_are_refused(person):
    one = np.ones(1, np.int64)
    with pytest.raises(ValueError, match="people 0 to 1"):
        gather_histories(Events(one * person, one, one, one == 1), people=2)


@pytest.mark.parametrize(
    ("numbers", "people"), [([7, 5, 7, 6], [5, 6, 7]), ([10**15, 3, 10**15], [3, 10**15]), ([-4, -4], [-4]), ([], [])]
)
def test_people_are_numbered_by_their_ids(numbers, people):
    found, place = number_people(np.array(numbers, np.int64))
    assert found.tolist() == people
    assert found[place].tolist() == numbers


def test_the_latest_start_is_the_last_in_the_period():
    seen = [event._replace(in_period=event.at < 5) for event in read_events("a0 a4 b5 a6", "ab")]
    latest = find_latest_starts(gather_histories(pack_events([seen, read_events("b1", "ab")]), people=2))
    assert latest.tolist() == [4, NEVER]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"steps": 0}, "steps must be"),
        ({"steps": MAX_STEPS + 1}, "steps must be"),
        ({"window": -1}, "window must be"),
        ({"order": "any"}, "order must be"),
    ],
)
def test_a_funnel_that_cannot_be_walked_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        follow_packed(pack_events([[]]), 1, **({"steps": 2, "window": 1, "order": "ordered"} | wrong))


def test_as_many_steps_as_there_may_be():
    seen = [Seen(at, frozenset([at + 1])) for at in range(MAX_STEPS)]
    for order in ("ordered", "strict"):
        assert follow_all([seen], MAX_STEPS, MAX_STEPS, order) == [list(range(MAX_STEPS))]


def test_nobody_has_no_progress():
    progress = follow_packed(pack_events([]), 0, 3, 1, "ordered")
    assert progress.depth.shape == (0,)
    assert progress.at.shape == (0, 3)
