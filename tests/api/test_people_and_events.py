"""Ingestion and journeys over the API; what stands behind them is tested with tracking."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tenancy import workspace_scope
from tests.api.cast import first_goal
from tracking.models import (
    Alias,
    ChangedDay,
    Conversion,
    EventCount,
    Mark,
    Person,
    RejectedEvent,
    Stage,
    StageEntry,
    Touch,
    TouchDetail,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 3, 10, tzinfo=UTC)


def test_an_untouched_workspace_is_caught_up(manager, shop):
    state = manager.get("workspaces/shop/ingestion/").json()
    as_of = datetime.fromisoformat(state.pop("as_of"))
    assert timezone.now() - as_of < timedelta(seconds=30)
    assert state == {
        "accepted": 0,
        "processed": 0,
        "pending": 0,
        "duplicates": 0,
        "rejected": 0,
        "quarantined": 0,
        "caught_up": True,
        "lag_seconds": 0.0,
        "days_to_fill": 0,
    }


def let_wait(shop, *times):
    """Events in the inbox; only the database numbers them."""
    with connection.cursor() as cursor:
        statement = "insert into tracking_inbox (workspace_id, message_id, received_at) values (%s, %s, %s)"
        cursor.executemany(statement, [(shop.pk, f"m{place}", at) for place, at in enumerate(times)])


def test_what_waits_and_what_was_refused_is_counted(manager, shop):
    with workspace_scope(shop):
        EventCount.objects.create(workspace=shop, received_at=AT, events=7)
        EventCount.objects.create(workspace=shop, received_at=AT, events=3)
        let_wait(shop, AT + timedelta(minutes=2), AT + timedelta(minutes=1))
        RejectedEvent.objects.create(workspace=shop, reason="duplicate", events=4)
        RejectedEvent.objects.create(workspace=shop, reason="no_type")
        RejectedEvent.objects.create(workspace=shop, reason="not_processable")
    state = manager.get("workspaces/shop/ingestion/").json()
    names = ("accepted", "processed", "pending", "duplicates", "rejected", "quarantined")
    assert [state[name] for name in names] == [10, 7, 2, 4, 1, 1]
    assert state["caught_up"] is False
    assert state["as_of"] == "2026-02-03T10:01:00Z"
    assert state["lag_seconds"] > 0


def test_a_day_that_waits_to_be_filled_is_not_caught_up(manager, shop):
    with workspace_scope(shop):
        ChangedDay.objects.create(workspace=shop, day=AT.date(), noted_at=AT)
    state = manager.get("workspaces/shop/ingestion").json()
    assert (state["caught_up"], state["days_to_fill"], state["as_of"]) == (False, 1, "2026-02-03T10:00:00Z")


def a_journey(shop, alias):
    """One touch, one conversion and one stage of the person with this id."""
    goal = first_goal(shop)
    with workspace_scope(shop):
        person = Person.objects.create(workspace=shop, created_at=AT).pk
        Alias.objects.create(workspace=shop, namespace="anonymous", value=alias, person_id=person)
        mark = Mark.objects.create(
            workspace=shop, digest=b"1" * 32, source="tiktok", medium="cpc", campaign="spring", channel="Paid Social"
        )
        Touch.objects.create(workspace=shop, person_id=person, at=AT, mark_id=mark.pk)
        detail = {"message_id": "m1", "landing_url": "https://shop.example/?ttclid=T1", "click_ids": {"ttclid": "T1"}}
        TouchDetail.objects.create(workspace=shop, person_id=person, at=AT, **detail)
        Conversion.objects.create(
            workspace=shop,
            goal_id=goal.pk,
            key="order:o-1",
            order_id="o-1",
            person_id=person,
            at=AT + timedelta(hours=1),
            message_id="m2",
            value_micros=60_000_000,
            amount_micros=80_000_000,
            refunded_micros=20_000_000,
            currency="USD",
        )
        stage = Stage.objects.create(
            workspace=shop, position=1, name="Won", event="Order Completed", role="customer", goal_id=goal.pk
        )
        StageEntry.objects.create(workspace=shop, person_id=person, stage_id=stage.pk, at=AT, message_id="m2")


@pytest.mark.parametrize("alias", ["ann", "a/b", "a/journey/", "ä ö\n%2F?#", "../../ann"])
def test_a_journey_is_told_under_any_id(manager, shop, alias):
    a_journey(shop, alias)
    answer = manager.get(f"workspaces/shop/people/{quote(alias, safe='')}/journey/")
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "touches": [
            {
                "at": "2026-02-03T10:00:00Z",
                "channel": "Paid Social",
                "source": "tiktok",
                "medium": "cpc",
                "campaign": "spring",
                "term": None,
                "content": None,
                "landing_url": "https://shop.example/?ttclid=T1",
                "referrer_host": None,
                "click_ids": {"ttclid": "T1"},
            }
        ],
        "conversions": [
            {
                "at": "2026-02-03T11:00:00Z",
                "goal": "purchase",
                "event": "Order Completed",
                "order_id": "o-1",
                "value": "60.000000",
                "currency": "USD",
                "refunded": "20.000000",
                "note": "",
            }
        ],
        "stages": [{"at": "2026-02-03T10:00:00Z", "name": "Won", "role": "customer"}],
    }


def test_nobody_by_that_name_is_not_found(manager, shop):
    a_journey(shop, "ann")
    assert manager.get("workspaces/shop/people/Ann/journey/").status_code == 404
