"""The script for customers' pages, as the collector hands it out."""

import gzip

import pytest

from tracking.collector.snippet import FILE

MOST_BYTES = 1_500


def test_it_is_small():
    assert len(gzip.compress(FILE.read_bytes(), 9)) <= MOST_BYTES


def test_it_is_handed_out_packed_for_an_hour_and_to_every_page(door):
    answer = door.request("GET", "/hw.js", headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, FILE.read_bytes())
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"].startswith("public, max-age=3600")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    plain = door.request("GET", "/hw.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_who_has_it_already_gets_nothing_again(door):
    etag = door.request("GET", "/hw.js").headers["etag"]
    for known in (etag, f"W/{etag}"):
        again = door.request("GET", "/hw.js", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    other = door.request("GET", "/hw.js", headers={"if-none-match": '"something else"'})
    assert other.status_code == 200


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_it_can_only_be_read(door, method, status):
    answer = door.request(method, "/hw.js")
    assert answer.status_code == status
    if method == "HEAD":
        assert answer.content == b""
