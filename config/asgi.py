"""One port: collection paths go to the raw ASGI collector, everything else to Django.

Django is mounted as WSGI in a bounded pool of threads, so that pages can never take the collector's time or
connections. `config.asgi:application` serves both; `config.asgi:collector` serves events alone.
"""

import os
import sys
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import garbage
from config.celery import app as celery_app
from config.database import be_patient
from config.whole_body import WholeBody
from tracking.collector import Collector
from tracking.collector.application import takes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PAGE_PATIENCE_S = 20.0
# Pages that compute hold the interpreter for less long at a time, so that events pass in between.
sys.setswitchinterval(0.0005)
# Eight threads serve all pages: each may wait for PostgreSQL, but not for ever.
be_patient(PAGE_PATIENCE_S)
# WhiteNoise warns where the folder of collected files is missing; ours are found without it.
with suppress(OSError):
    settings.STATIC_ROOT.mkdir(exist_ok=True)


def tell_workers(workspace_id: int) -> None:
    """Ask for the facts of a workspace; a message that nobody took in time says nothing new."""
    celery_app.send_task(
        "tracking.derive_facts", args=[workspace_id], queue="facts", ignore_result=True, expires=30, retry=False
    )


# Loaded now: a third of a second of work, amid the first events, would hold all of them up.
celery_app.finalize(auto=True)
_ = celery_app.amqp.send_task_message

# A body that arrives a byte a second waits outside, and takes no thread.
pages: Any = WholeBody(WSGIMiddleware(get_wsgi_application(), workers=8))  # type: ignore[arg-type]
collector = Collector(
    settings.COLLECTOR_DATABASE_URL,
    events_per_second=settings.INGEST_RATE,
    send_bell=tell_workers,
    visitor_key=blake2b(settings.SECRET_KEY.encode(), person=b"unnamed visitors").digest(),
    proxies=settings.TRUSTED_PROXIES,
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send each request to its half of the house; the collector also answers for the whole when it starts and ends."""
    if scope["type"] == "lifespan" or takes(scope):
        await collector(scope, receive, send)
    else:
        await pages(scope, receive, send)


garbage.settle()
