"""The description of the API: complete, without warnings, the same as in the repository, and readable in a browser."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.api import schema

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated() -> str:
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    return out.getvalue()


def test_the_schema_in_the_repository_is_the_api_we_serve(generated):
    assert COMMITTED.read_text() == generated, (
        "Write it anew: .venv/bin/python manage.py spectacular --file docs/openapi.yaml"
    )


@pytest.mark.parametrize(
    "promised",
    [
        "/api/v1/workspaces/:",
        "/api/v1/workspaces/{workspace}/:",
        "/api/v1/workspaces/{workspace}/goals/:",
        "/api/v1/workspaces/{workspace}/pipeline/:",
        "/api/v1/workspaces/{workspace}/ingestion/:",
        "/api/v1/workspaces/{workspace}/people/{alias}/journey/:",
        "/api/v1/workspaces/{workspace}/spend/:",
        "/api/v1/workspaces/{workspace}/reports/attribution/:",
        "/api/v1/workspaces/{workspace}/reports/funnel/:",
        "/api/v1/workspaces/{workspace}/reports/returns/:",
        "/api/v1/workspaces/{workspace}/reports/lifetime-value/:",
    ],
)
def test_the_promised_paths_are_in_it_once(generated, promised):
    assert generated.count(f"\n  {promised}\n") == 1


@pytest.mark.parametrize("slash", ["", "/"])
def test_anybody_may_read_the_schema(slash):
    answer = Client().get(f"/api/v1/schema{slash}")
    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content


def test_the_schema_is_made_once_for_each_language_and_format(generated, monkeypatch):
    monkeypatch.setattr(schema, "_made", {})
    assert Client().get("/api/v1/schema/?version=7&lang=xx").content.decode() == generated
    as_json = Client().get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert as_json.json()["info"]["version"] == "1"
    assert as_json.headers["Content-Type"] == "application/vnd.oai.openapi+json"
    monkeypatch.setattr(SchemaGenerator, "get_schema", None)
    again = Client().get("/api/v1/schema/")
    assert again.content.decode() == generated
    assert Client().get("/api/v1/schema/", headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_the_page_keeps_the_policy_and_every_file_of_it_is_ours():
    answer = Client().get("/api/v1/docs/")
    page = answer.content.decode()
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", page)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) == 5
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            script = Client().get(address.replace("&amp;", "&"))
            assert script.status_code == 200
            assert script.headers["Content-Type"].startswith("application/javascript")
            assert b"/api/v1/schema" in script.content
