"""Signs of life: for /healthz in Redis, as keys that fade when nobody renews them, and in a file for the supervisor.

A live process is not a working one. So the worker gives its signs only while it takes what waits for it.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

from celery.signals import beat_init, before_task_publish, task_received, worker_ready

QUEUES = ("facts", "fill", "reports", "default")
LIFE_S = 30
# Both have something to say every two seconds; more often would only cost.
EVERY_S = 2.0
# A worker with a free hand takes a message in milliseconds; one that lost its connection tries again every second.
DEAF_S = 10.0
_left_at: dict[str, float] = {}


def leave(who: str) -> None:
    """Renew the sign of life of `who`, at most every two seconds; a Redis that is away is nobody's death."""
    import redis

    now = time.monotonic()
    if now - _left_at.get(who, 0.0) < EVERY_S:
        return
    _left_at[who] = now
    try:
        _redis().set(f"headwater:pulse:{who}", "1", px=LIFE_S * 1000)
    except redis.RedisError:
        pass


def sign() -> None:
    """Tell the supervisor that this process does its work; see `Program.silent_s`."""
    path = os.environ.get("HEADWATER_SIGN")
    if path:
        try:
            Path(path).touch()
        except OSError:
            pass


def age_s(who: str) -> float | None:
    """Seconds since the last sign of life of `who`; None when there was none for half a minute."""
    left_ms = _redis().pttl(f"headwater:pulse:{who}")
    return round(LIFE_S - left_ms / 1000, 1) if left_ms > 0 else None


def length_of(queue: str) -> int:
    """How many messages wait in a queue of Celery's."""
    return int(_redis().llen(queue))


def answers() -> bool:
    """Whether Redis answers."""
    return bool(_redis().ping())


def _redis() -> Any:
    global _client
    if _client is None:
        _client = _connect()
    return _client


def _connect() -> Any:
    import redis
    from django.conf import settings

    return impatient(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2))


def impatient(client: Any) -> Any:
    """The same client without its habit of asking again for seconds: whether it answers now is the question."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client.set_retry(Retry(NoBackoff(), 0))
    return client


_client: Any = None


class Hearing:
    """Whether the worker of this process hears: deaf is who has a free hand and lets messages wait."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.heard_at = time.monotonic()

    def note(self, **_: object) -> None:
        """A message came in."""
        self.heard_at = time.monotonic()

    def is_deaf(self) -> bool:
        """Whether messages have waited for DEAF_S although nothing is being worked on."""
        if self._is_busy() or not self._something_waits():
            self.note()
        return time.monotonic() - self.heard_at > DEAF_S

    def _is_busy(self) -> bool:
        from celery.worker import state

        return bool(state.active_requests)

    def _something_waits(self) -> bool:
        import redis

        try:
            return any(self._client.llen(queue) for queue in QUEUES)
        except redis.RedisError:
            return False


@worker_ready.connect
def _worker_begins(**_: object) -> None:
    hearing = Hearing(_connect())
    task_received.connect(hearing.note, weak=False)
    threading.Thread(target=_sign_while_hearing, args=(hearing,), name="signs", daemon=True).start()


def _sign_while_hearing(hearing: Hearing) -> None:
    while True:
        if not hearing.is_deaf():
            sign()
            leave("worker")
        time.sleep(EVERY_S)


@beat_init.connect
def _beat_begins(**_: object) -> None:
    before_task_publish.connect(_beat_lives)


def _beat_lives(**_: object) -> None:
    sign()
    leave("beat")
