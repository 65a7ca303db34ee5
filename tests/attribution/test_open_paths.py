"""Paths that have led to nothing so far: cut from each person's touches when they are read."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.tenancy import workspace_scope
from attribution.actions import sum_next_open_days
from attribution.models import OpenDay, OpenMove
from attribution.storage import find_workspaces_with_open_days, load_open_paths
from common.periods import Period
from tests.attribution.conftest import in_another_connection, make_client
from tracking.models import Conversion, Goal
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
    return {path: people for path, people in counts.items() if people}


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


def live(client, chance, people) -> None:
    """Random touches and conversions; few instants, so that they meet each other and the ends of look-backs exactly."""
    moments = [
        f"2026-{month}-{day:02} {hour:02}:00" for month in ("02", "03") for day in (1, 10, 11, 28) for hour in (0, 23)
    ]
    for person in people:
        for _ in range(chance.randrange(5)):
            tie = chance.randrange(10**9)
            client.touched(person, chance.choice(moments), chance.choice(list(client.marks)), tie=tie)
        for _ in range(chance.randrange(3)):
            client.reached(person, chance.choice(moments), goal=chance.choice(["purchase", "lead"]))
    stand(client)


def sum_days(client, now="2026-04-02") -> None:
    """Sum the days gone by, as tasks do."""
    while sum_next_open_days(client.workspace, datetime.fromisoformat(now).replace(tzinfo=UTC)):
        pass


def summed(client) -> set[tuple[int, str]]:
    """(look-back, day) of each day that is summed."""
    with workspace_scope(client.workspace):
        return {(row.lookback_days, str(row.day)) for row in OpenDay.objects.of(client.workspace)}


def moves(client) -> list[tuple[str, int]]:
    """(day, people) of what has moved since."""
    with workspace_scope(client.workspace):
        rows = OpenMove.objects.of(client.workspace).values_list("last_at", "people").order_by("id")
        return [(str(at.date()), people) for at, people in rows]


def check_all(client, lookbacks=(1, 5, 18, 90)) -> set[int]:
    """Hold everything that can be asked against the definition; returns the lengths of paths that were met."""
    met = set()
    for goal in client.goals:
        for lookback_days in lookbacks:
            for period in (MARCH, Period(date(2026, 3, 11), date(2026, 3, 12)), Period(date(2026, 1, 1), MARCH.end)):
                asked = {"goal": goal, "period": period, "lookback_days": lookback_days}
                expected = open_paths_from_scratch(client, **asked)
                assert open_paths(client, **asked) == expected
                met |= {len(path) for path in expected}
    return met


@pytest.mark.parametrize("seed", range(4))
def test_open_paths_equal_those_by_the_definition_summed_or_not(anna, seed):
    chance = random.Random(seed)
    live(anna, chance, range(1, 60))
    assert {1, 2, 3} <= check_all(anna)
    sum_days(anna, "2026-03-20")
    check_all(anna)
    # Some come back, others come to days that are summed already.
    live(anna, chance, [*range(1, 20), *range(60, 80)])
    assert {people for _day, people in moves(anna)} == {-1, 1}
    check_all(anna)
    sum_days(anna)
    assert moves(anna) == []
    assert {(90, "2026-03-28"), (5, "2026-03-28"), (90, "2026-03-27")} <= summed(anna)
    check_all(anna)


def test_sums_are_made_anew_when_look_back_zone_or_goals_change(anna):
    live(anna, random.Random(7), range(1, 40))
    sum_days(anna)
    anna.workspace.lookback_days = 30
    anna.workspace.timezone = "America/New_York"
    anna.workspace.save()
    with workspace_scope(anna.workspace):
        anna.goals["call"] = Goal.objects.create(workspace=anna.workspace, name="call", event="call").id
    check_all(anna, lookbacks=(5, 30, 90))
    sum_days(anna)
    assert {lookback for lookback, _day in summed(anna)} == {5, 30}
    check_all(anna, lookbacks=(5, 30, 90))
    with workspace_scope(anna.workspace):
        Goal.objects.of(anna.workspace).filter(id=anna.goals.pop("lead")).delete()
    sum_days(anna)
    assert {lookback for lookback, _day in summed(anna)} == {30}


def test_a_day_is_summed_a_day_after_its_end(anna):
    anna.touched(1, "2026-03-10 12:00", "Email")
    stand(anna)
    sum_days(anna, "2026-03-11 22:00")
    assert summed(anna) == set()
    # The day ends at 23:00 UTC.
    sum_days(anna, "2026-03-11 23:00")
    assert {day for _lookback, day in summed(anna)} == {"2026-03-10"}


def test_what_moves_on_days_that_are_not_summed_is_not_noted(anna):
    anna.touched(1, "2026-03-10 12:00", "Email")
    stand(anna)
    sum_days(anna, "2026-03-13")
    anna.touched(1, "2026-03-20 12:00", "Email")
    stand(anna)
    assert moves(anna) == [("2026-03-10", -1)]
    assert open_paths(anna) == {("Email", "Email"): 1}


def test_nothing_is_summed_while_somebody_moves_paths(anna):
    anna.touched(1, "2026-03-10 12:00", "Email")
    stand(anna)
    anna.touched(2, "2026-03-10 13:00", "Email")
    with workspace_scope(anna.workspace):
        save_open_paths(anna.workspace.pk, {2})
        in_another_connection(lambda: sum_days(anna))
    assert summed(anna) == set()
    sum_days(anna)
    assert open_paths(anna) == {("Email",): 2}


def test_workspaces_are_found_by_days_gone_by_and_by_what_has_moved(anna):
    assert find_workspaces_with_open_days(0) == []
    anna.touched(1, "2026-03-10 12:00", "Email")
    stand(anna)
    assert find_workspaces_with_open_days(300) == [anna.workspace.pk]
    sum_days(anna, str(datetime.now(UTC)))
    assert find_workspaces_with_open_days(0) == []
    anna.touched(1, str(datetime.now(UTC) - timedelta(days=9))[:16], "Email")
    stand(anna)
    assert find_workspaces_with_open_days(300) == []
    assert find_workspaces_with_open_days(0) == [anna.workspace.pk]


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
