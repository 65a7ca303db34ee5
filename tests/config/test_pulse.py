"""Who counts as deaf: a worker with a free hand that lets messages wait."""

from typing import Any

import pytest
import redis

from config import pulse
from config.pulse import DEAF_S, Hearing


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Queues:
    """As much of Redis as is asked."""

    def __init__(self) -> None:
        self.waiting, self.is_away = 0, False

    def llen(self, queue: str) -> int:
        if self.is_away:
            raise redis.ConnectionError
        return self.waiting if queue == "fill" else 0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pulse, "time", clock)
    return clock


@pytest.fixture
def queues() -> Queues:
    return Queues()


@pytest.fixture
def hearing(clock: Clock, queues: Queues) -> Hearing:
    return Hearing(queues)


def is_deaf_later(hearing: Hearing, clock: Clock, seconds: float = DEAF_S + 1) -> bool:
    clock.now += seconds
    return hearing.is_deaf()


def test_messages_that_wait_beside_a_free_hand_are_a_sign(hearing: Hearing, clock: Clock, queues: Queues) -> None:
    queues.waiting = 1
    assert not is_deaf_later(hearing, clock, DEAF_S - 1)
    assert is_deaf_later(hearing, clock, 2)
    hearing.note()
    assert not hearing.is_deaf()


def test_an_empty_queue_an_absent_redis_and_work_are_none(
    hearing: Hearing, clock: Clock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_deaf_later(hearing, clock)
    queues.waiting, queues.is_away = 1, True
    assert not is_deaf_later(hearing, clock)
    queues.is_away = False
    monkeypatch.setattr("celery.worker.state.active_requests", {"a task"})
    assert not is_deaf_later(hearing, clock)


def test_a_sign_is_a_file_whose_time_moves(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "web.sign"
    monkeypatch.setenv("HEADWATER_SIGN", str(path))
    pulse.sign()
    first = path.stat().st_mtime_ns
    pulse.sign()
    assert path.stat().st_mtime_ns > first
    monkeypatch.setenv("HEADWATER_SIGN", str(tmp_path / "nowhere" / "web.sign"))
    pulse.sign()
    monkeypatch.delenv("HEADWATER_SIGN")
    pulse.sign()
