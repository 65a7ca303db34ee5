"""Counts of the past are summed by hour and day, and every sum stays what it was, whoever adds to it meanwhile."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from tests.tracking.shop import Shop, open_shop
from tracking.actions import retention
from tracking.models import EventCount, RejectedEvent
from tracking.storage import ingestion_state
from tracking.tasks import let_go, look_for_the_past

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def count(shop: Shop, at: datetime, events: int) -> None:
    with shop.open():
        EventCount.objects.create(workspace=shop.workspace, received_at=at, events=events)


def rows(shop: Shop) -> list[tuple[datetime, int]]:
    with shop.open():
        return list(shop.rows(EventCount).order_by("received_at").values_list("received_at", "events"))


def test_hours_and_long_ago_days_become_one_row_each(shop):
    recent, today, long_ago = NOW - timedelta(minutes=30), NOW - timedelta(hours=5), NOW - timedelta(days=60)
    for minute in range(3):
        count(shop, recent + timedelta(minutes=minute), 1)
        count(shop, today + timedelta(minutes=minute), 10)
        count(shop, today + timedelta(hours=1, minutes=minute), 100)
        count(shop, long_ago + timedelta(hours=minute), 1_000)
    retention.fold(shop.workspace, NOW)
    after = [
        (long_ago + timedelta(hours=2), 3_000),
        (today + timedelta(minutes=2), 30),
        (today + timedelta(hours=1, minutes=2), 300),
        *((recent + timedelta(minutes=minute), 1) for minute in range(3)),
    ]
    assert rows(shop) == after
    retention.fold(shop.workspace, NOW)
    assert rows(shop) == after


def test_what_was_rejected_keeps_its_reasons_and_its_bytes(shop):
    at = NOW - timedelta(hours=5)
    with shop.open():
        for place, (reason, body) in enumerate([("duplicate", None), ("too_large", b"x"), ("too_large", None)] * 3):
            RejectedEvent.objects.create(
                workspace=shop.workspace, received_at=at + timedelta(minutes=place), reason=reason, body=body, events=2
            )
        before = ingestion_state(shop.workspace, NOW)
    retention.fold(shop.workspace, NOW)
    with shop.open():
        assert ingestion_state(shop.workspace, NOW) == before
        kept = sorted((row.reason, row.events, row.body is None) for row in shop.rows(RejectedEvent))
    assert kept == [("duplicate", 6, True), *[("too_large", 2, False)] * 3, ("too_large", 6, True)]


def test_sums_hold_while_others_count_and_fold(shop):
    started_at = now() - timedelta(hours=3)
    with shop.open():
        EventCount.objects.bulk_create(
            EventCount(workspace=shop.workspace, received_at=started_at + timedelta(seconds=n), events=1)
            for n in range(2_000)
        )
    wrong, added, done = [], [], threading.Event()

    def in_thread(work):
        def run():
            try:
                work()
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def add():
        for n in range(300):
            # Late rows fall into hours that are being summed.
            count(shop, started_at + timedelta(seconds=7 * n), 1)
            added.append(1)
        done.set()

    def fold():
        while not done.is_set():
            retention.fold(shop.workspace, now())

    def look():
        while not done.is_set():
            least = 2_000 + len(added)
            with shop.open():
                found = ingestion_state(shop.workspace, now()).accepted
            if not least <= found <= 2_000 + len(added) + 1:
                wrong.append((least, found, len(added)))

    threads = [in_thread(work) for work in (add, fold, fold, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    retention.fold(shop.workspace, now())
    assert wrong == []
    assert sum(events for _, events in rows(shop)) == 2_300
    assert len(rows(shop)) < 10


def test_the_clock_has_every_workspace_looked_at(shop, monkeypatch):
    other = open_shop()
    asked = []
    monkeypatch.setattr(let_go, "apply_async", lambda args, **options: asked.append((args, options)))
    look_for_the_past()
    assert sorted(asked) == [((one.workspace.pk,), {"queue": "default"}) for one in (shop, other)]


def test_a_workspace_that_is_gone_ends_the_task_quietly(shop):
    let_go(0)
    count(shop, now() - timedelta(days=2), 1)
    count(shop, now() - timedelta(days=2), 1)
    let_go(shop.workspace.pk)
    assert [events for _, events in rows(shop)] == [2]
