"""When conversions came in, counted from the events behind them; imports are no lateness."""

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings

from accounts.tenancy import workspace_scope
from reports.actions import measure_lateness
from reports.core.lateness import Lateness
from reports.storage_lateness import find_workspaces_to_measure, load_lateness
from tests.reports.given import a_goal, a_workspace
from tracking.models import ChangedDay, Conversion, Inbox

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FIRST = datetime(2026, 2, 1, tzinfo=UTC)
STORE = """
insert into tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, name, payload, door)
values (%s, %s, %s, %s, 'track', 'ann', 'Order Completed', %s, %s)
"""


@pytest.fixture
def shop():
    """A workspace in Amsterdam, an hour ahead of UTC, whose first event came in on 1 February."""
    workspace = a_workspace(timezone="Europe/Amsterdam")
    with workspace_scope(workspace):
        workspace.goal = a_goal(workspace)
    receive(workspace, "first", FIRST, FIRST)
    return workspace


def receive(shop, name, at, received_at, *, door="segment", **payload):
    """Store an event as the collector does, and have nothing wait."""
    with psycopg.connect(settings.COLLECTOR_DATABASE_URL) as collector:
        collector.execute(STORE, [shop.pk, name, received_at, at, json.dumps(payload), door])
    with workspace_scope(shop):
        Inbox.objects.of(shop).delete()


def order(shop, name, at, late=timedelta(0), **more):
    """An order that came in so much later than it happened, with its conversion."""
    receive(shop, name, at, at + late, **more)
    with workspace_scope(shop):
        Conversion.objects.create(
            workspace=shop, goal_id=shop.goal.pk, key=name, person_id=1, at=at, message_id=name, currency="EUR"
        )


def measured(shop, now=NOW):
    measure_lateness(shop, now)
    with workspace_scope(shop):
        return load_lateness(shop, shop.goal.pk)


def test_hours_run_from_the_day_of_the_workspace_to_the_arrival(shop):
    # 23:30 UTC is half past midnight in Amsterdam, on the next day.
    order(shop, "o1", datetime(2026, 2, 10, 23, 30, tzinfo=UTC))
    order(shop, "o2", datetime(2026, 2, 11, 9, 0, tzinfo=UTC), late=timedelta(hours=30))
    order(shop, "o3", datetime(2026, 2, 12, 9, 59, tzinfo=UTC))
    assert measured(shop) == Lateness(days=2, conversions=3, hours=[0, 10, 40], came=[1, 1, 1], out_of=[1, 2, 3])


def test_files_and_what_happened_before_the_first_event_are_imports(shop):
    order(shop, "o1", FIRST - timedelta(days=5), late=timedelta(days=5, hours=1))
    order(shop, "o2", FIRST + timedelta(days=5), late=timedelta(days=5), door="csv")
    order(shop, "o3", FIRST + timedelta(hours=36))
    assert measured(shop) == Lateness(1, 1, [13], [1], [1])


def test_an_import_that_says_when_it_was_first_received_is_taken_at_its_word(shop):
    at = FIRST - timedelta(days=5)
    order(shop, "o1", at, late=timedelta(days=5), receivedAt=(at + timedelta(hours=30)).isoformat())
    assert measured(shop) == Lateness(1, 1, [31], [1], [1])


@pytest.mark.parametrize("said", ["soon", "2026-02-05T07:59:00Z", "2026-02-07T00:00:00Z", "x" * 255])
def test_a_first_arrival_that_cannot_be_is_not_believed(shop, said):
    # Before it happened, or after we had it ourselves.
    order(shop, "o1", datetime(2026, 2, 5, 8, tzinfo=UTC), late=timedelta(hours=24), receivedAt=said)
    assert measured(shop) == Lateness(1, 1, [33], [1], [1])


def test_what_waits_to_be_worked_off_is_not_held_against_the_days(shop):
    order(shop, "o1", datetime(2026, 3, 4, 7, 10, tzinfo=UTC))
    with workspace_scope(shop):
        ChangedDay.objects.create(workspace=shop, day=NOW.date(), noted_at=datetime(2026, 3, 4, 7, 30, tzinfo=UTC))
    # As of 07:30 the hour from 07:00 is not over.
    assert measured(shop) == Lateness(0, 0, [], [], [])


def test_a_workspace_is_measured_first_soon_and_then_now_and_then(shop):
    assert find_workspaces_to_measure(NOW) == [shop.pk]
    measure_lateness(shop, NOW)
    assert find_workspaces_to_measure(NOW + timedelta(days=3)) == []
    receive(shop, "news", NOW, NOW + timedelta(seconds=5))
    assert find_workspaces_to_measure(NOW + timedelta(seconds=30)) == []
    assert find_workspaces_to_measure(NOW + timedelta(minutes=2)) == [shop.pk]


def test_goals_stand_apart_and_those_that_are_gone_go(shop):
    with workspace_scope(shop):
        other = a_goal(shop, name="booking", event="Booked")
    order(shop, "o1", datetime(2026, 2, 12, 9, tzinfo=UTC))
    measure_lateness(shop, NOW)
    with workspace_scope(shop):
        assert load_lateness(shop, other.pk) == Lateness(0, 0, [], [], [])
        other.delete()
    measure_lateness(shop, NOW)
    with workspace_scope(shop):
        assert load_lateness(shop, other.pk) is None
        assert load_lateness(shop, shop.goal.pk) == Lateness(1, 1, [10], [1], [1])
