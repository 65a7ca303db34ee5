"""`/metrics`: who may read it, and whether it says what is so."""

from typing import Any

import pytest
import redis
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from config import pulse
from config.embedded import Addresses
from tests.tracking.core.given import minutes, order, page
from tests.tracking.shop import open_shop
from tracking.models import RejectedEvent


def read(**headers: Any) -> dict[tuple[str, ...], float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.mark.django_db(transaction=True)
def test_what_waits_what_came_in_and_what_was_refused(servers: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = redis.Redis.from_url(servers.redis_url)
    monkeypatch.setattr(pulse, "_client", broker)
    broker.delete("facts", "headwater:pulse:worker", "headwater:pulse:beat")
    broker.set("headwater:pulse:worker", "1", px=10_000)
    broker.lpush("facts", "a message", "another")
    shop = open_shop()
    shop.tell(page("ann"), order("ann", minutes(5), "1001", revenue=80, currency="EUR"))
    shop.post([page("bob", minutes(10))])
    with shop.open():
        RejectedEvent.objects.create(workspace_id=shop.workspace.pk, reason="too_large", events=3)

    found = read()
    broker.delete("facts")
    assert found["headwater_database_up",] == found["headwater_broker_up",] == 1
    assert found["headwater_waiting_events",] == 1
    assert found["headwater_waiting_seconds",] > 60
    assert found["headwater_changed_days",] == 1
    assert 0 <= found["headwater_changed_seconds",] < 600
    assert found["headwater_events_accepted_total",] == 3
    assert found["headwater_events_refused_total", "too_large"] == 3
    assert found["headwater_queue_messages", "facts"] == 2
    assert (found["headwater_alive", "worker"], found["headwater_alive", "clock"]) == (1, 0)

    text = Client().get("/metrics").content.decode().lower()
    assert not [word for word in ("shop", "marlow", "ann", "bob") if word in text.replace("channel", "")]


@pytest.mark.django_db
def test_parts_that_are_away_are_told_and_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    nobody = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"))
    monkeypatch.setattr(pulse, "_client", pulse.impatient(nobody))
    found = read()
    assert (found["headwater_broker_up",], found["headwater_database_up",]) == (0, 1)
    assert not [key for key in found if key[0] == "headwater_queue_messages"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "proxies", "address", "headers", "status"),
    [
        ("", 0, "127.0.0.1", {}, 200),
        ("", 0, "::1", {}, 200),
        ("", 0, "10.0.0.7", {}, 403),
        ("", 0, "", {}, 403),
        ("", 1, "127.0.0.1", {}, 403),
        ("", 0, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("", 0, "127.0.0.1", {"Authorization": "Bearer "}, 200),
        ("s3cret-token", 0, "10.0.0.7", {"Authorization": "Bearer s3cret-token"}, 200),
        ("s3cret-token", 1, "127.0.0.1", {"Authorization": "Bearer s3cret-token"}, 200),
        ("s3cret-token", 0, "127.0.0.1", {}, 403),
        ("s3cret-token", 0, "127.0.0.1", {"Authorization": "Bearer other"}, 403),
        ("s3cret-token", 0, "127.0.0.1", {"Authorization": "Bearer ünï"}, 403),
    ],
)
def test_who_may_read(
    token: str, proxies: int, address: str, headers: dict[str, str], status: int, settings: Any
) -> None:
    settings.METRICS_TOKEN, settings.TRUSTED_PROXIES = token, proxies
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status
