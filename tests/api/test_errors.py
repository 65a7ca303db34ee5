"""Errors: one shape for every one, whatever went wrong and wherever."""

import json

import pytest
from django.db import OperationalError

from accounts.api.parsers import MAX_BODY_BYTES
from tests.api.cast import Caller, check_error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nowhere/", 404, "not_found"),
        ("POST", "nowhere", 404, "not_found"),
        ("GET", "", 404, "not_found"),
        ("GET", "workspaces/unknown/", 404, "not_found"),
        ("GET", "workspaces/sh%00p/", 404, "not_found"),
        ("GET", "workspaces/sh%C3%A9p/", 404, "not_found"),
        ("GET", "workspaces/shop/goals/999999999999999999999999/", 404, "not_found"),
        ("GET", "workspaces/shop/people/nobody/journey/", 404, "not_found"),
        ("DELETE", "workspaces/shop/", 405, "method_not_allowed"),
        ("OPTIONS", "workspaces/shop/", 405, "method_not_allowed"),
        ("BREW", "workspaces/shop/", 405, "method_not_allowed"),
    ],
)
def test_what_cannot_be_answered(manager, shop, method, path, status, code):
    answer = manager.call(method, path)
    assert (answer.status_code, check_error(answer)["code"]) == (status, code)


@pytest.mark.parametrize("path", ["workspaces/", "workspaces/shop/", "workspaces/shop/reports/attribution/"])
def test_without_a_token_the_answer_says_how_to_come_in(shop, path):
    answer = Caller().get(path)
    assert (answer.status_code, check_error(answer)["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer \u00e9", "Basic abc", "Bearer  ", "x" * 8000])
def test_a_bad_token_is_told_apart_from_none(shop, header):
    answer = Caller().get("workspaces/", Authorization=header)
    assert (answer.status_code, check_error(answer)["code"]) == (401, "invalid_token")


def test_a_missing_workspace_and_anothers_answer_in_the_same_bytes(manager, shop):
    from tests.api.cast import a_shop, an_agency

    theirs = a_shop(an_agency("Others"), name="Theirs")
    for rest in ("", "goals/", "reports/attribution/", "people/x/journey/"):
        known, unknown = (manager.get(f"workspaces/{slug}/{rest}") for slug in (theirs.slug, "no-such"))
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (404, known.content)
        assert known.headers.pop("X-Request-ID") != unknown.headers.pop("X-Request-ID")
        assert known.headers == unknown.headers


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"\xff", "application/json", 400, "parse_error"),
        (b"[" * 1000, "application/json", 400, "parse_error"),
        (b"[]", "application/json", 400, "invalid"),
        (b'"text"', "application/json", 400, "invalid"),
        (b"null", "application/json", 400, "null"),
        (b"12", "application/json", 400, "invalid"),
        (b"", "application/json", 400, "required"),
        (b"name=Shop", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
        (b"{}", "nonsense", 415, "unsupported_media_type"),
        (b'{"name": "' + b"x" * MAX_BODY_BYTES + b'"}', "application/json", 413, "too_large"),
    ],
)
def test_bodies_that_are_not_ours(manager, body, content_type, status, code):
    answer = manager.call("POST", "workspaces/", body, **{"Content-Type": content_type})
    assert (answer.status_code, check_error(answer)["code"]) == (status, code)


def test_a_body_of_almost_a_megabyte_is_read(manager):
    body = json.dumps({"name": "Shop", "ignored": "x" * (MAX_BODY_BYTES - 100)}).encode()
    assert manager.call("POST", "workspaces/", body).status_code == 201


def test_json_with_a_charset_is_json(manager):
    answer = manager.call(
        "POST", "workspaces/", b'{"name": "Shop"}', **{"Content-Type": "Application/JSON; charset=utf-8"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "*/*"])
def test_the_answer_is_json_whatever_a_client_accepts(manager, shop, accept):
    answer = manager.get("workspaces/shop/", Accept=accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(RuntimeError("secret"), 500, "error"), (OperationalError("secret"), 503, "unavailable")],
)
def test_what_we_did_not_foresee_is_told_without_details(manager, shop, monkeypatch, raised, status, code):
    def fail(*_args, **_kwargs):
        raise raised

    monkeypatch.setattr("tracking.api.views.show_workspace", fail)
    answer = manager.patch("workspaces/shop/", {"name": "Renamed"})
    body = check_error(answer)
    assert (answer.status_code, body["code"], body["type"]) == (status, code, "server_error")
    assert b"secret" not in answer.content
    shop.refresh_from_db()
    assert shop.name == "Shop", "what was written before the error is taken back"


@pytest.mark.parametrize("slash", ["", "/"])
def test_slashes_do_not_matter_and_nothing_redirects(manager, shop, slash):
    for path in ("workspaces", "workspaces/shop", "workspaces/shop/goals", "workspaces/shop/reports/attribution"):
        assert manager.get(path + slash).status_code == 200
    assert manager.post(f"workspaces{slash}", {"name": "Another"}).status_code == 201


@pytest.mark.parametrize("query", ["x=%00", "%00=x", "model=%00", "goal=a%00b"])
def test_a_query_that_cannot_be_kept_is_refused(manager, shop, query):
    answer = manager.get(f"workspaces/shop/reports/attribution/?{query}")
    assert answer.status_code == 400
    check_error(answer)
