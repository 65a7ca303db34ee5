"""Each of the six alarms rings when it should, and only then: a row, a line, a measure and the page say so."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import redis
from django.test import Client
from django.utils.timezone import now

from accounts.actions import create_membership, create_user
from accounts.alarms import LIMITS, ringing
from accounts.models import Agency, Alarm, Role, Upkeep
from config import alarms, metrics, pulse
from config.embedded import Addresses
from tests.tracking.core.given import page
from tests.tracking.shop import Shop, open_shop
from tracking.models import EventCount, RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def shop(servers: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An installation where all is well: a clock, a backup, a restore, room on the disk, and events worked off."""
    broker = redis.Redis.from_url(servers.redis_url)
    monkeypatch.setattr(pulse, "_client", broker)
    monkeypatch.setattr(alarms, "_started_at", alarms._started_at - 2 * alarms.GRACE_S)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1000, 500, 500))
    broker.set("headwater:pulse:beat", "1", px=60_000)
    opened = open_shop()
    Agency.objects.update(created_at=now() - timedelta(days=30))
    opened.tell(page("ann"))
    for kind in Upkeep.Kind:
        Upkeep.objects.create(kind=kind, went_well=True)
    yield opened
    broker.delete("headwater:pulse:beat")


def leave_an_event_waiting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.post([page("bob")])


def silence_the_clock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    pulse._client.delete("headwater:pulse:beat")


def quarantine_two_of_a_hundred(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.open():
        EventCount.objects.create(workspace_id=shop.workspace.pk, received_at=now(), events=97)
        RejectedEvent.objects.create(workspace_id=shop.workspace.pk, reason="not_processable", events=2)


def forget_to_back_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    Upkeep.objects.filter(kind=Upkeep.Kind.BACKUP).update(at=now() - timedelta(hours=24, minutes=1))


def fill_the_disk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # What only the superuser may fill is neither used nor free.
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1000, 860, 90))


def fail_a_restore(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    Upkeep.objects.create(kind=Upkeep.Kind.RESTORE_TEST, went_well=False)


HARM = {
    "facts_late": leave_an_event_waiting,
    "clock_silent": silence_the_clock,
    "quarantine": quarantine_two_of_a_hundred,
    "backup_old": forget_to_back_up,
    "disk_full": fill_the_disk,
    "restore_failed": fail_a_restore,
}


def names_ringing() -> set[str]:
    return {reading.name for reading in alarms.look(now()) if reading.rings}


def test_every_alarm_has_a_harm_words_and_a_measure_while_all_is_well(shop: Shop) -> None:
    assert set(HARM) == set(LIMITS) == set(alarms.WORDS)
    assert {reading.name: reading.rings for reading in alarms.look(now())} == dict.fromkeys(LIMITS, False)


@pytest.mark.parametrize("name", LIMITS)
def test_each_rings_alone_and_stops_when_it_is_over(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    alarms.look_once(told.append)
    assert told == []

    with monkeypatch.context() as harm:
        HARM[name](shop, harm)
        assert names_ringing() == {name}
        for _ in range(2):
            alarms.look_once(told.append)
        assert [line.split(":")[0] for line in told] == [f"Alarm {name}"]
        (row,) = ringing()
        assert (row.name, row.ended_at, row.limit) == (name, None, LIMITS[name])
        assert f'headwater_alarm{{alarm="{name}"}} 1.0' in Client().get("/metrics").content.decode()

    Alarm.objects.filter(name=name).update(began_at=now() - timedelta(minutes=1))
    quiet = [alarms.Reading(each, rings=False) for each in LIMITS]
    monkeypatch.setattr(alarms, "look", lambda at: quiet)
    alarms.look_once(told.append)
    assert told[1:] == [f"Alarm {name} is over."]
    assert ringing() == []
    assert Alarm.objects.get().ended_at is not None


def test_what_is_away_is_left_out_and_the_rest_measured(shop: Shop, tmp_path: Any) -> None:
    pulse._client = pulse.impatient(redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock")))
    assert {reading.name for reading in alarms.look(now())} == set(LIMITS) - {"clock_silent"}


def test_before_the_first_backup_the_first_real_agency_counts(shop: Shop) -> None:
    Upkeep.objects.all().delete()
    assert names_ringing() == {"backup_old"}
    Agency.objects.update(is_demo=True)
    assert names_ringing() == set()


def test_whoever_tests_restores_is_told_when_it_stops(shop: Shop) -> None:
    Upkeep.objects.filter(kind=Upkeep.Kind.RESTORE_TEST).update(at=now() - timedelta(days=9))
    assert names_ringing() == {"restore_failed"}
    Upkeep.objects.filter(kind=Upkeep.Kind.RESTORE_TEST).delete()
    assert names_ringing() == set()


def test_it_is_looked_often_enough_for_a_minute() -> None:
    # The sign of life of the clock fades after half a minute.
    assert pulse.LIFE_S + 2 * alarms.EVERY_S <= 60
    assert metrics.PATIENCE_MS < 60_000


@pytest.mark.parametrize(("role", "sees"), [(Role.OWNER, True), (Role.ADMIN, True), (Role.ANALYST, False)])
def test_the_page_of_all_workspaces_shows_it_to_those_who_manage(shop: Shop, role: Role, sees: bool) -> None:
    person = create_user(f"{role}@marlow.example", "x" * 12)
    create_membership(person, shop.workspace.agency, role)
    client = Client()
    client.force_login(person)
    assert "backup" not in client.get("/workspaces/").content.decode().lower()
    Alarm.objects.create(name="backup_old", began_at=now(), value=30, limit=24)
    assert ("more than a day old" in client.get("/workspaces/").content.decode()) is sees
