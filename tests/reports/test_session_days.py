"""Sessions by mark: sums of days gone by say what counting each session says, whatever has moved since."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.periods import Period
from reports.actions import sum_next_session_days
from reports.campaign_visits import NO_VISITS, count_visits
from reports.models import SessionDay, SessionMove
from reports.over_time import count_sessions_by_step
from reports.session_days import count_sessions_by_mark, find_workspaces_with_session_days
from reports.storage import count_sessions
from tests.attribution.conftest import in_another_connection
from tests.reports.given import a_mark, a_workspace
from tracking.models import Session

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
# Summer time begins in Berlin on 29 March.
DAYS = Period(date(2026, 3, 20), date(2026, 4, 2))
PARTS = [Period(date(2026, 3, 20), date(2026, 3, 28)), Period(date(2026, 3, 29), date(2026, 4, 2))]


@pytest.fixture
def shop(transactional_db):
    return a_workspace(timezone="Europe/Berlin")


@pytest.fixture
def marks(shop):
    with workspace_scope(shop):
        return [
            a_mark(shop, channel, campaign=name) for channel, name in (("Email", "a"), ("Paid", "a"), ("Paid", "b"))
        ]


def live(shop, marks, chance, number=60) -> None:
    """Random visits, some in the last or first instant of a day."""
    zone = ZoneInfo(shop.timezone)
    with workspace_scope(shop):
        for _ in range(number):
            day = datetime.combine(chance.choice(list(DAYS)), datetime.min.time(), zone)
            at = day + chance.choice([timedelta(), timedelta(microseconds=-1), timedelta(hours=chance.randrange(24))])
            begin(shop, at, chance.choice(marks), chance)


def begin(shop, at, mark, chance) -> None:
    person = chance.randrange(10**12)
    Session.objects.create(workspace=shop, person_id=person, started_at=at, ended_at=at, hits=1, mark_id=mark)


def leave(shop, chance) -> None:
    """Every third visit goes."""
    with workspace_scope(shop):
        rows = sorted(Session.objects.of(shop), key=lambda row: row.person_id)
        for row in chance.sample(rows, len(rows) // 3):
            Session.objects.of(shop).filter(person_id=row.person_id).delete()


def sum_days(shop, now=NOW) -> None:
    while sum_next_session_days(shop, now):
        pass


def count_each(shop, part) -> dict[int, int]:
    """By the definition: the days on which sessions began, one by one."""
    zone = ZoneInfo(shop.timezone)
    rows = Session.objects.of(shop).values_list("started_at", "mark_id")
    return dict(Counter(mark for at, mark in rows if part.start <= at.astimezone(zone).date() <= part.end))


def check(shop) -> None:
    with workspace_scope(shop):
        found = count_sessions_by_mark(shop, PARTS)
        for place, part in enumerate(PARTS):
            here = found.part == place
            assert dict(zip(found.mark[here].tolist(), found.sessions[here].tolist(), strict=True)) == count_each(
                shop, part
            )


def summed(shop) -> list[date]:
    with workspace_scope(shop):
        return sorted(SessionDay.objects.of(shop).values_list("day", flat=True))


def moved(shop) -> set[date]:
    with workspace_scope(shop):
        return set(SessionMove.objects.of(shop).values_list("day", flat=True))


@pytest.mark.parametrize("seed", range(3))
def test_sums_equal_what_is_counted_whatever_moves(shop, marks, seed):
    chance = random.Random(seed)
    live(shop, marks, chance)
    check(shop)
    sum_days(shop, NOW - timedelta(days=4))
    assert summed(shop)[-1] == date(2026, 3, 27)
    check(shop)
    live(shop, marks, chance)
    assert moved(shop)
    check(shop)
    leave(shop, chance)
    check(shop)
    sum_days(shop)
    assert moved(shop) == set()
    assert summed(shop)[-1] == date(2026, 3, 31)
    check(shop)


def test_only_the_day_of_a_late_visit_is_counted_again(shop, marks):
    chance = random.Random(1)
    live(shop, marks, chance)
    sum_days(shop)
    with workspace_scope(shop):
        begin(shop, datetime(2026, 3, 24, 22, 59, tzinfo=UTC), marks[0], chance)
        begin(shop, NOW, marks[0], chance)
    assert moved(shop) == {date(2026, 3, 24)}
    check(shop)


def test_a_visit_that_gets_another_mark_is_counted_there(shop, marks):
    chance = random.Random(2)
    live(shop, marks, chance)
    sum_days(shop)
    with workspace_scope(shop):
        assert Session.objects.of(shop).filter(mark_id=marks[0]).update(mark_id=marks[1])
    check(shop)


def test_sums_of_another_zone_are_not_used(shop, marks):
    live(shop, marks, random.Random(3))
    sum_days(shop)
    Workspace.objects.filter(pk=shop.pk).update(timezone="Asia/Tokyo")
    shop.refresh_from_db()
    check(shop)
    sum_days(shop)
    check(shop)
    with workspace_scope(shop):
        starts = set(SessionDay.objects.of(shop).values_list("starts_at", flat=True))
    assert {start.hour for start in starts} == {15}


def test_days_are_not_summed_while_somebody_moves_visits(shop, marks):
    chance = random.Random(4)
    live(shop, marks, chance)
    with workspace_scope(shop):
        begin(shop, datetime(2026, 3, 24, 12, tzinfo=UTC), marks[0], chance)
        in_another_connection(lambda: sum_days(shop))
    assert summed(shop) == []
    sum_days(shop)
    check(shop)


def test_readers_read_sums(shop, marks):
    """Sums that are made up show who reads them: each day says that the first mark opened seven visits."""
    live(shop, marks, random.Random(5))
    sum_days(shop)
    with workspace_scope(shop):
        seven = {"marks": marks[0].to_bytes(8, "little"), "counts": (7).to_bytes(4, "little")}
        assert SessionDay.objects.of(shop).update(**seven) == 12
        gone = Period(date(2026, 3, 20), date(2026, 3, 31))
        assert count_sessions(shop, gone, "channel") == {"Email": 84}
        weeks = [date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 30)]
        by_week = {(week, "Email"): 7 * days for week, days in zip(weeks, (3, 7, 2), strict=True)}
        assert count_sessions_by_step(shop, gone, "week") == by_week
        visits, whole = count_visits(shop, gone)
        assert (visits["a"].visits, visits["a"].channel, whole.visits) == (84, "Email", 84)


def test_a_campaign_of_several_channels_has_none(shop, marks):
    live(shop, marks, random.Random(6))
    with workspace_scope(shop):
        visits, whole = count_visits(shop, DAYS)
        found = count_each(shop, DAYS)
    assert (visits["a"].channel, visits["b"].channel) == (None, "Paid")
    assert (visits["a"].visits, visits["b"].visits) == (found[marks[0]] + found[marks[1]], found[marks[2]])
    assert visits["a"].people == visits["a"].visits
    assert whole.visits == sum(found.values())
    assert visits.get("c", NO_VISITS).visits == 0


def test_workspaces_are_found_by_days_gone_by_and_by_what_has_moved(shop, marks):
    assert find_workspaces_with_session_days(0) == []
    chance, now = random.Random(7), datetime.now(UTC)
    with workspace_scope(shop):
        begin(shop, now - timedelta(days=9), marks[0], chance)
    assert find_workspaces_with_session_days(300) == [shop.pk]
    sum_days(shop, now)
    assert find_workspaces_with_session_days(0) == []
    with workspace_scope(shop):
        begin(shop, now - timedelta(days=9), marks[0], chance)
    assert find_workspaces_with_session_days(300) == []
    assert find_workspaces_with_session_days(0) == [shop.pk]


def test_a_workspace_of_others_says_nothing_here(shop, marks):
    live(shop, marks, random.Random(8))
    sum_days(shop)
    other = a_workspace(name="Other", timezone="Europe/Berlin")
    with workspace_scope(other):
        assert count_sessions_by_mark(other, PARTS).sessions.tolist() == []
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from reports_sessionday")
        assert cursor.fetchone() == (0,), "nothing is seen outside a scope"
