"""The sign of life that worker and clock leave in Redis, for /healthz: a key that fades when nobody renews it."""

import time
from typing import Any

from celery.signals import beat_init, before_task_publish, heartbeat_sent

LIFE_S = 30
# Both have something to say every two seconds; more often would only cost.
EVERY_S = 2.0
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
    import redis
    from django.conf import settings

    global _client
    if _client is None:
        _client = impatient(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2))
    return _client


def impatient(client: Any) -> Any:
    """The same client without its habit of asking again for seconds: whether it answers now is the question."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client.set_retry(Retry(NoBackoff(), 0))
    return client


_client: Any = None


@heartbeat_sent.connect
def _worker_lives(**_: object) -> None:
    leave("worker")


@beat_init.connect
def _beat_begins(**_: object) -> None:
    before_task_publish.connect(_beat_lives)


def _beat_lives(**_: object) -> None:
    leave("beat")
