"""What `/healthz` answers while parts come, stay away and fall silent."""

import time
from pathlib import Path

import pytest
import redis
from django.test import Client

from config import health, pulse
from config.embedded import Addresses


@pytest.fixture(autouse=True)
def _no_signs_of_life(servers: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = redis.Redis.from_url(servers.redis_url)
    broker.delete("headwater:pulse:worker", "headwater:pulse:beat", "headwater:pulse:kernels")
    monkeypatch.setattr(pulse, "_client", broker)
    monkeypatch.setattr(pulse, "_left_at", {})


def ask() -> tuple[int, dict[str, str]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_worker_and_clock_get_a_moment_to_start_and_then_count_as_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_started_at", time.monotonic())
    expected = {"status": "ok", "database": "ok", "broker": "ok", "worker": "starting", "clock": "starting"}
    assert ask() == (200, expected)

    monkeypatch.setattr(health, "_started_at", time.monotonic() - health.GRACE_S - 1)
    assert ask() == (503, {**expected, "status": "failing", "worker": "silent", "clock": "silent"})

    pulse.leave("worker")
    pulse.leave("beat")
    assert ask() == (200, {**expected, "worker": "ok", "clock": "ok"})


@pytest.mark.django_db
def test_a_worker_counts_as_starting_while_kernels_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_started_at", time.monotonic() - health.GRACE_S - 1)
    pulse.leave("beat")
    pulse.leave("kernels")
    assert ask() == (200, {"status": "ok", "database": "ok", "broker": "ok", "worker": "starting", "clock": "ok"})


@pytest.mark.django_db
def test_a_broker_that_is_away_is_told_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"))
    monkeypatch.setattr(pulse, "_client", pulse.impatient(nobody))
    began = time.monotonic()
    status, body = ask()
    assert (status, body["database"], body["broker"]) == (503, "ok", "away")
    assert time.monotonic() - began < 3
    pulse.leave("worker")


@pytest.mark.django_db
def test_a_sign_of_life_is_as_old_as_it_is() -> None:
    assert pulse.age_s("worker") is None
    pulse.leave("worker")
    assert 0 <= pulse.age_s("worker") < 5
