"""Static files stay whole when they are built anew under a running server."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.static_files import StaticFiles

ADDRESS = "/static/main.js"


@pytest.fixture
def served(tmp_path):
    def nothing(request):
        return HttpResponse(status=404)

    path = tmp_path / "main.js"
    path.write_text("one")
    server = StaticFiles(nothing)
    server.add_file_to_dictionary(ADDRESS, str(path))
    return server, path


def read(server, **headers):
    answer = server(RequestFactory().get(ADDRESS, headers=headers))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, answer.headers.get("Content-Length"), body


def test_a_file_that_was_built_anew_is_sent_whole(served):
    server, path = served
    assert read(server) == (200, "3", b"one")
    path.write_text("a longer one")
    assert read(server) == (200, "12", b"a longer one")


def test_so_is_its_packed_twin(served):
    server, path = served
    packed = path.with_name("main.js.gz")
    text = "a much longer one " * 100
    packed.write_bytes(gzip.compress(text.encode()))
    path.write_text(text)
    status, length, body = read(server, accept_encoding="gzip")
    assert (status, length) == (200, str(len(packed.read_bytes())))
    assert gzip.decompress(body) == text.encode()


def test_a_file_that_was_taken_away_leads_nowhere_and_may_come_back(served):
    server, path = served
    path.unlink()
    assert read(server)[0] == 404
    path.write_text("back")
    assert read(server) == (200, "4", b"back")
