"""The peer: the same events through Django's ORM, one INSERT per request, or one bulk_create per batch."""

import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

get_wsgi_application()

from accounts.tenancy import workspace_scope  # noqa: E402 - Django must be set up first
from tracking.models import Event  # noqa: E402

WORKSPACE = int(os.environ["BENCHMARK_WORKSPACE"])


def to_row(event: dict[str, Any]) -> Event:
    """What a plain view would make of an event."""
    now = datetime.now(UTC)
    return Event(
        workspace_id=WORKSPACE,
        message_id=event["messageId"],
        received_at=now,
        at=datetime.fromisoformat(event["timestamp"]),
        kind=event["type"],
        anonymous_id=event["anonymousId"],
        payload={"properties": event["properties"], "context": event["context"]},
        door="benchmark",
    )


def store(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Store the body's event or events, then answer."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    body = json.loads(environ["wsgi.input"].read())
    with workspace_scope(WORKSPACE):
        Event.objects.bulk_create([to_row(event) for event in body.get("batch", [body])])
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


application: Any = WSGIMiddleware(store, workers=8)  # type: ignore[arg-type]
