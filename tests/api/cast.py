"""Who calls the API in tests, and how an answer must look."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.models import Agency, Scope, Workspace
from accounts.tenancy import workspace_scope
from tracking.actions import create_default_goals
from tracking.models import Goal


@dataclass
class Caller:
    """A client of the API with (or without) a token."""

    token: str | None = None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send one request; paths without a leading slash lie under /api/v1/."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        path = path if path.startswith("/") else f"/api/v1/{path}"
        kwargs: dict[str, Any] = {"headers": headers}
        if body is not None:
            kwargs |= {"data": body, "content_type": "application/json"}
        return client().generic(method, path, **prepared(kwargs))

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body)


@cache
def client() -> Client:
    """One for all: it keeps nothing, and making one loads every middleware."""
    return Client(raise_request_exception=False)


def prepared(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Bodies that are no bytes yet, as JSON."""
    data = kwargs.get("data")
    if data is not None and not isinstance(data, bytes):
        kwargs["data"] = json.dumps(data).encode()
    return kwargs


def an_agency(name: str = "Marlow and Pike") -> Agency:
    return actions.create_agency(name)


def a_shop(agency: Agency, name: str = "Shop", **settings: Any) -> Workspace:
    """A workspace with its first goal."""
    workspace, _ = actions.create_workspace(agency, name=name, **settings)
    create_default_goals(workspace)
    return workspace


def a_token(agency: Agency, *, scope: Scope = Scope.MANAGE, workspace: Workspace | None = None, **fields: Any) -> str:
    return actions.create_api_token(agency, scope=scope, workspace=workspace, **fields)[1]


def a_revoked_token(agency: Agency) -> str:
    token, secret = actions.create_api_token(agency, scope=Scope.MANAGE)
    actions.revoke_api_token(token, now=timezone.now())
    return secret


def an_expired_token(agency: Agency) -> str:
    return a_token(agency, expires_at=timezone.now() - timedelta(seconds=1))


def first_goal(workspace: Workspace) -> Goal:
    with workspace_scope(workspace):
        return Goal.objects.of(workspace).earliest("id")


def check_error(answer: Any) -> dict[str, Any]:
    """An error answer's body, after a look at its shape."""
    assert answer.status_code >= 400, answer.content
    assert answer.headers["Content-Type"] == "application/json", answer.content[:200]
    body = answer.json()
    assert set(body) == {"type", "code", "message", "errors"}
    assert body["type"] in {"validation_error", "client_error", "server_error"}
    assert all(isinstance(body[name], str) and body[name] for name in ("code", "message"))
    for error in body["errors"]:
        assert set(error) == {"field", "code", "message"}
        assert isinstance(error["message"], str)
        assert error["field"] is None or isinstance(error["field"], str)
    return body
