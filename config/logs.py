"""Log lines as key=value, each with the request or task and the workspace it belongs to.

What a user typed never appears as a part of the line's shape, and addresses appear as routes: a path may hold a key.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from celery.signals import setup_logging, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("headwater.request")
# Asked for every few seconds by machines; only their failures are news.
QUIET_ROUTES = {"healthz", "metrics"}
_PLAIN = re.compile(r"[\w.:/<>+@-]+", re.ASCII)
_GIVEN_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


class KeyValue(logging.Formatter):
    """`time=… level=… logger=… request=… workspace=… message=…`; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03}",
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", ""),
            "workspace": getattr(record, "workspace", ""),
            **getattr(record, "fields", {}),
            "message": record.getMessage(),
        }
        line = " ".join(f"{key}={_quote(value)}" for key, value in fields.items() if value != "")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _quote(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


class Whose(logging.Filter):
    """Put the request's (or task's) id and the open workspace's on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        from accounts.tenancy import open_workspace_id

        record.request_id = _request_id.get()
        if not hasattr(record, "workspace"):
            opened = open_workspace_id()
            record.workspace = "" if opened is None else opened
        if record.name == "django.request" and isinstance(record.args, tuple) and record.args:
            # What came back, and the path; a path may hold the key of a link in an e-mail.
            record.args = (*record.args[:-1], _route_of(getattr(record, "request", None)))
        return True


def _route_of(request: HttpRequest | None) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "an unknown address"


class RequestId:
    """Give each request an id (or keep the one a proxy gave), answer with it, and log how the request ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
        # For the audit log, which lies below these settings.
        request.request_id = number  # type: ignore[attr-defined]
        began = time.monotonic()
        token = _request_id.set(number)
        try:
            response = self.get_response(request)
            _log_end(request, response, time.monotonic() - began)
        finally:
            _request_id.reset(token)
        response.headers["X-Request-ID"] = number
        return response


def _log_end(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    if match is None or (match.url_name in QUIET_ROUTES and response.status_code < 500):
        return
    fields = {
        "method": request.method,
        "route": f"/{match.route}",
        "status": response.status_code,
        "ms": round(seconds * 1000),
    }
    workspace = match.kwargs.get("workspace") or match.kwargs.get("slug") or ""
    log.info("answered", extra={"fields": fields, "workspace": workspace})


@setup_logging.connect
def _keep_our_own(**_: object) -> None:
    """With a receiver, Celery leaves the log to Django's settings."""


@task_prerun.connect
def _task_begins(task_id: str, **_: Any) -> None:
    _request_id.set(task_id)


@task_postrun.connect
def _task_ends(**_: Any) -> None:
    _request_id.set("")
