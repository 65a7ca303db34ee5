"""`/metrics` for Prometheus: what waits, for how long, and what came in, over the whole installation.

Ages rather than counts say whether something is wrong: see docs/how-to/operate.md for the alarms. No name of a
workspace, a person or a key is in it.
"""

import hmac
import ipaddress
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from config import alarms, pulse
from config.database import patience

PATIENCE_MS = 5_000
GAUGES = {
    "waiting_events": "Events whose facts are not derived yet.",
    "waiting_seconds": "How long the oldest of them has waited.",
    "changed_days": "Days whose numbers have to be filled again.",
    "changed_seconds": "How long the oldest of them has waited.",
    "changed_people": "People whose facts have to be derived again.",
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The measures as text; 403 for whoever is neither on this machine nor holds METRICS_TOKEN."""
    if not may_read(request):
        return HttpResponse("Metrics are for this machine, or for METRICS_TOKEN.\n", "text/plain", 403)
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(namespace="headwater_web", registry=registry)
    registry.register(Measures())
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever sends it; without, this machine alone, and nobody whom a proxy speaks for."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode())
    if settings.TRUSTED_PROXIES or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Measures:
    """Asks database and broker anew each time; what does not answer is told as away."""

    def collect(self) -> Iterator[Metric]:
        """All measures, each with its help."""
        yield from _ask_database()
        yield from _ask_broker()
        yield from _ask_alarms()


def _ask_database() -> Iterator[Metric]:
    try:
        with patience(PATIENCE_MS / 1000 + 1), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local statement_timeout = {PATIENCE_MS}")
            cursor.execute("select name, reason, value from tracking_measures()")
            rows = cursor.fetchall()
    except DatabaseError:
        rows = []
    yield GaugeMetricFamily("headwater_database_up", "Whether PostgreSQL answers.", value=float(bool(rows)))
    if not rows:
        return
    for name, text in GAUGES.items():
        yield GaugeMetricFamily(f"headwater_{name}", text, value=_value(rows, name))
    accepted = _value(rows, "accepted")
    yield CounterMetricFamily("headwater_events_accepted", "Events stored.", value=accepted)
    refused = CounterMetricFamily("headwater_events_refused", "Events not stored, by reason.", labels=["reason"])
    for name, reason, value in rows:
        if name == "refused":
            refused.add_metric([reason], value)
    yield refused


def _ask_alarms() -> Iterator[Metric]:
    rings = GaugeMetricFamily("headwater_alarm", "Whether an alarm rings; left out what is away.", labels=["alarm"])
    for reading in alarms.look(now()):
        rings.add_metric([reading.name], float(reading.rings))
    yield rings


def _value(rows: list[tuple[str, str, float]], wanted: str) -> float:
    return next(value for name, _reason, value in rows if name == wanted)


def _ask_broker() -> Iterator[Metric]:
    queues = GaugeMetricFamily("headwater_queue_messages", "Messages nobody has taken yet.", labels=["queue"])
    alive = GaugeMetricFamily("headwater_alive", "Whether a part gave a sign of life of late.", labels=["part"])
    try:
        for queue in pulse.QUEUES:
            queues.add_metric([queue], pulse.length_of(queue))
        for part, key in (("worker", "worker"), ("clock", "beat")):
            alive.add_metric([part], float(pulse.age_s(key) is not None))
    except redis.RedisError:
        yield GaugeMetricFamily("headwater_broker_up", "Whether Valkey answers.", value=0.0)
        return
    yield GaugeMetricFamily("headwater_broker_up", "Whether Valkey answers.", value=1.0)
    yield queues
    yield alive
