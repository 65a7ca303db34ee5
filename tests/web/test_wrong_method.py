"""Addresses that only forms are sent to, opened by hand."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/log-out/", "/theme/"])
def test_whoever_opens_an_address_for_forms_reads_so(client, path):
    answer = client.get(path)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "This address only takes a form" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_programs_are_told_as_before(client):
    assert client.put("/log-out/").content == b""
    assert client.get("/api/v1/workspaces/", headers={"Accept": "text/html"}).json()["code"] == "not_authenticated"
