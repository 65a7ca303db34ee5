"""`/healthz`: whether the parts answer, for people and their monitors; no figures, no secrets."""

import time
from collections.abc import Callable

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from config import pulse
from config.database import patience

# Worker and clock need a moment to come up after the first page can be served.
GRACE_S = 60.0
PATIENCE_S = 2.0
_started_at = time.monotonic()


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker, worker and clock are there; 503 with the same body when one is not."""
    checks = {
        "database": _ask(_database),
        "broker": _ask(_broker),
        "worker": _ask(lambda: _sign_of_life("worker")),
        "clock": _ask(lambda: _sign_of_life("beat")),
    }
    well = all(answer in ("ok", "starting") for answer in checks.values())
    body = {"status": "ok" if well else "failing", **checks}
    return JsonResponse(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def _ask(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, redis.RedisError):
        return "away"


def _database() -> str:
    with patience(PATIENCE_S), connection.cursor() as cursor:
        cursor.execute("select 1")
    return "ok"


def _broker() -> str:
    return "ok" if pulse.answers() else "away"


def _sign_of_life(who: str) -> str:
    if pulse.age_s(who) is not None:
        return "ok"
    return "starting" if time.monotonic() - _started_at < GRACE_S or _compiles(who) else "silent"


def _compiles(who: str) -> bool:
    # A first start compiles the kernels before the worker starts.
    return who == "worker" and pulse.age_s("kernels") is not None
