"""Whoever takes much away at once does so beside workers: nobody is killed for it, and nothing is left over."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils.timezone import now

from accounts.models import Workspace
from accounts.tenancy import TenantModel
from attribution import actions as filling
from config.embedded import postgres
from tests.servers import DATA_DIR
from tests.tracking.core.given import identify, minutes, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import derive, erase_person, retention
from tracking.models import Event
from tracking.storage import retention as keeping
from web.demo.agency import remove_workspace

pytestmark = pytest.mark.django_db(transaction=True)
# Longer than PostgreSQL takes to see a deadlock.
PATIENCE_S = 3.0


class Meeting:
    """Two of our own: one stops halfway until the other waits for a lock of the first's, or is done."""

    def __init__(self) -> None:
        self.halfway, self.failed = threading.Event(), []
        self.threads: list[threading.Thread] = []

    def begin(self, act: Callable[[], Any]) -> threading.Thread:
        def run() -> None:
            try:
                act()
            except Exception as error:
                self.failed.append(error)
            finally:
                connection.close()

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return self.threads[-1]

    def stop_after(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same as `act`; whoever calls it first waits afterwards until the other can go no further."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            done = act(*args, **kwargs)
            if not self.halfway.is_set():
                self.halfway.set()
                self.wait_for_the_other()
            return done

        return wrapped

    def wait_for_the_other(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with postgres.superuser(DATA_DIR, "headwater") as watcher:
            while time.monotonic() < deadline and not _somebody_waits(watcher):
                others = [one for one in self.threads if one is not threading.current_thread()]
                if others and not any(one.is_alive() for one in others):
                    return
                time.sleep(0.02)

    def of(self, first: Callable[[], Any], second: Callable[[], Any]) -> None:
        """Let the first go halfway, then the second come; neither may fail."""
        self.begin(first)
        assert self.halfway.wait(10), self.failed
        self.begin(second)
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert self.failed == []


def _somebody_waits(watcher: Any) -> bool:
    waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock')"
    return bool(watcher.execute(waits).fetchone()[0])


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    yield Meeting()
    connection.close()


@pytest.fixture
def shop() -> Shop:
    shop = open_shop()
    shop.tell(
        page("?ann-phone", url=tagged("spring"), message_id="m-1"),
        order("?ann-phone", minutes(5), "o-1", revenue=80, currency="EUR"),
        page("?bob-phone", minutes(9), tagged("summer")),
        order("?bob-phone", minutes(20), "o-2", revenue=70, currency="EUR"),
    )
    return shop


def rows_of(workspace_id: int) -> dict[str, int]:
    """How many rows each table holds of a workspace, whether it is there or not."""
    tables = [table._meta.db_table for table in apps.get_models() if issubclass(table, TenantModel)]
    with postgres.superuser(DATA_DIR, "headwater") as watcher:
        counted = {
            name: watcher.execute(f"select count(*) from {name} where workspace_id = {workspace_id}").fetchone()[0]
            for name in tables
        }
    return {name: count for name, count in counted.items() if count}


def remove(shop: Shop) -> None:
    # Another instance: one that is deleted loses its number.
    remove_workspace(Workspace.objects.get(pk=shop.workspace.pk))


def come_back(shop: Shop) -> None:
    """More of the same people, which nobody has derived yet."""
    again = page("?ann-phone", minutes(90), tagged("autumn"), message_id="m-5")
    shop.post([again, order("?ann-phone", minutes(95), "o-3", revenue=20, currency="EUR")])


def test_a_workspace_goes_while_its_events_are_derived(shop, meeting, monkeypatch):
    come_back(shop)
    monkeypatch.setattr(derive, "_settle", meeting.stop_after(derive._settle))
    meeting.of(lambda: derive.derive_waiting(shop.workspace), lambda: remove(shop))
    assert not Workspace.objects.filter(pk=shop.workspace.pk).exists()
    assert rows_of(shop.workspace.pk) == {}


@pytest.mark.parametrize("filled_before", [True, False])
def test_a_workspace_goes_while_its_days_are_filled(shop, meeting, monkeypatch, filled_before):
    if filled_before:
        filling.fill_next_days(shop.workspace)
        come_back(shop)
        derive.derive_waiting(shop.workspace)
    monkeypatch.setattr(filling, "save_day_paths", meeting.stop_after(filling.save_day_paths))
    meeting.of(lambda: filling.fill_next_days(shop.workspace), lambda: remove(shop))
    assert rows_of(shop.workspace.pk) == {}


def test_a_person_is_erased_while_old_events_go(meeting, monkeypatch):
    shop = open_shop(retention_days=30)
    shop.tell(
        identify("mary@person.example", "?mary-phone", minutes(1), "m-1"),
        page("mary@person.example", minutes(3), tagged("spring"), message_id="m-2"),
    )
    far_on = now() + timedelta(days=36_500)
    filling.fill_next_days(shop.workspace)
    assert retention.seal_days(shop.workspace, far_on)
    monkeypatch.setattr(keeping, "run", meeting.stop_after(keeping.run))
    meeting.of(
        lambda: retention.forget_events(shop.workspace, far_on),
        lambda: erase_person(shop.workspace, "mary@person.example", far_on),
    )
    assert shop.count(Event) == 0
