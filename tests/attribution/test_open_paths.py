"""Paths that have led to nothing so far: cut from each person's touches when they are read."""

import random
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.tenancy import workspace_scope
from attribution.storage import load_open_paths
from common.periods import Period
from tests.attribution.conftest import make_client
from tracking.models import Conversion
from tracking.models import Touch as TouchRow
from tracking.storage.open_paths import save_open_paths

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def anna(client_of_agency):
    return client_of_agency


def stand(client) -> None:
    """Write everybody's open path, as deriving does."""
    with workspace_scope(client.workspace):
        people = {*TouchRow.objects.of(client.workspace).values_list("person_id", flat=True)}
        save_open_paths(client.workspace.pk, people)


def open_paths(client, *, goal="purchase", period=MARCH, lookback_days=90) -> dict:
    """{path by names of marks: people}."""
    names = {mark: name for name, mark in client.marks.items()}
    with workspace_scope(client.workspace):
        found = load_open_paths(
            client.workspace, goal_id=client.goals[goal], period=period, lookback_days=lookback_days
        )
    marks = iter(found.marks.tolist())
    counts: Counter = Counter()
    for length, people in zip(found.lengths.tolist(), found.people.tolist(), strict=True):
        counts[tuple(names[next(marks)] for _ in range(length))] += people
    return dict(counts)


def open_paths_from_scratch(client, *, goal, period, lookback_days) -> dict:
    """The same from touches and conversions, one person at a time, by the definition."""
    names = {mark: name for name, mark in client.marks.items()}
    zone = ZoneInfo(client.workspace.timezone)
    found: Counter = Counter()
    with workspace_scope(client.workspace):
        touches = list(TouchRow.objects.of(client.workspace).order_by("at", "tie"))
        reached = list(Conversion.objects.of(client.workspace).filter(goal_id=client.goals[goal]))
    for person in {touch.person_id for touch in touches}:
        mine = [touch for touch in touches if touch.person_id == person]
        last = max((c.at for c in reached if c.person_id == person), default=None)
        since = [touch for touch in mine if last is None or touch.at > last]
        if since and since[-1].at.astimezone(zone).date() in period:
            earliest = since[-1].at - timedelta(days=lookback_days)
            found[tuple(names[touch.mark_id] for touch in since if touch.at >= earliest)] += 1
    return dict(found)


@pytest.mark.parametrize("seed", range(4))
def test_open_paths_equal_those_by_the_definition(anna, seed):
    chance = random.Random(seed)
    # Few instants, so that touches meet conversions and the ends of look-backs exactly.
    moments = [
        f"2026-{month}-{day:02} {hour:02}:00" for month in ("02", "03") for day in (1, 10, 11, 28) for hour in (0, 23)
    ]
    for person in range(1, 60):
        for tie in range(chance.randrange(5)):
            anna.touched(person, chance.choice(moments), chance.choice(list(anna.marks)), tie=tie)
        for _ in range(chance.randrange(3)):
            anna.reached(person, chance.choice(moments), goal=chance.choice(["purchase", "lead"]))
    stand(anna)
    met = set()
    for goal in anna.goals:
        for lookback_days in (1, 18, 90):
            for period in (MARCH, Period(date(2026, 3, 11), date(2026, 3, 12)), Period(date(2026, 1, 1), MARCH.end)):
                asked = {"goal": goal, "period": period, "lookback_days": lookback_days}
                expected = open_paths_from_scratch(anna, **asked)
                assert open_paths(anna, **asked) == expected
                met |= {len(path) for path in expected}
    assert {1, 2, 3} <= met


def test_a_touch_in_the_instant_of_the_conversion_led_to_it(anna):
    anna.touched(1, "2026-03-10 12:00", "Email")
    anna.reached(1, "2026-03-10 12:00")
    stand(anna)
    assert open_paths(anna) == {}
    assert open_paths(anna, goal="lead") == {("Email",): 1}
    anna.touched(1, "2026-03-11 12:00", "Direct")
    stand(anna)
    assert open_paths(anna) == {("Direct",): 1}
    assert open_paths(anna, goal="lead") == {("Email", "Direct"): 1}


def test_both_ends_of_the_look_back_before_the_last_touch_are_inside(anna):
    for when in ("2026-03-01 11:59:59.999999", "2026-03-01 12:00", "2026-03-08 12:00"):
        anna.touched(1, when, "Email")
    stand(anna)
    assert open_paths(anna, lookback_days=7) == {("Email", "Email"): 1}


def test_one_workspace_never_sees_anothers_open_paths(anna):
    berta = make_client("berta")
    anna.touched(1, "2026-03-10 12:00", "Email")
    berta.touched(1, "2026-03-10 12:00", "Direct")
    for client in (anna, berta):
        stand(client)
    assert (open_paths(anna), open_paths(berta)) == ({("Email",): 1}, {("Direct",): 1})
