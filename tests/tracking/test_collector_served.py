"""The collector behind a real web server on a real port, beside Django, with Segment's own client."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from segment.analytics.client import Client

from tests.live import free_port
from tests.tracking.test_collector import page, refused, stored


@pytest.fixture
def address(servers, transactional_db) -> Iterator[str]:
    """Where a freshly made collector and Django answer."""
    from config import asgi
    from tracking.collector import Collector

    asgi.collector = Collector(servers.collector_url, events_per_second=10_000, send_bell=asgi.tell_workers)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(asgi.application, port=port, log_level="warning", loop="uvloop", http="httptools", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def send_everything(address: str, *, packed: bool) -> None:
    failures: list[object] = []
    client = Client("ada-key", host=address, gzip=packed, on_error=lambda error, _: failures.append(error))
    at = datetime.now(UTC) - timedelta(days=1)
    client.page("user-1", "Landing", properties={"url": "https://shop.example.test/"}, timestamp=at, message_id="m1")
    client.identify("user-1", {"plan": "pro"}, anonymous_id="anon-1", message_id="m2")
    client.alias("anon-2", "user-1", message_id="m3")
    client.track("user-1", "Order Completed", {"order_id": "o1", "revenue": 90.0}, message_id="m4")
    client.shutdown()
    assert failures == []


@pytest.mark.parametrize("packed", [False, True])
def test_what_the_official_client_sends_twice_counts_once(ada, address, packed):
    send_everything(address, packed=packed)
    send_everything(address, packed=packed)
    assert [(event.message_id, event.kind) for event in stored(ada)] == [
        ("m1", "page"),
        ("m2", "identify"),
        ("m3", "alias"),
        ("m4", "track"),
    ]
    assert stored(ada)[3].order_id == "o1"
    # The client's clock is ours, so the correction moves its time by next to nothing.
    assert abs(datetime.now(UTC) - timedelta(days=1) - stored(ada)[0].at) < timedelta(seconds=30)
    assert sum(one.events for one in refused(ada)) == 4


def test_events_and_pages_share_a_port(ada, address):
    with httpx.Client(base_url=address, timeout=60) as http:
        answer = http.post("/v1/page/", json=page(), auth=("ada-key", ""))
        assert (answer.status_code, answer.history) == (200, [])
        # Not the collector's 404, which is JSON with a code.
        assert http.get("/v1x").headers["content-type"].startswith("text/html")
        assert http.get("/v1/page").status_code == 405


def test_a_body_in_chunks_and_a_client_that_leaves(ada, address):
    def chunks():
        yield b'{"anonymousId": '
        yield b'"anna"}'

    assert httpx.post(f"{address}/v1/page", content=chunks(), auth=("ada-key", "")).status_code == 200
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as leaving:
        leaving.sendall(b"POST /v1/page HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert httpx.post(f"{address}/v1/page", json=page(), auth=("ada-key", "")).status_code == 200
    assert len(stored(ada)) == 2


def test_a_body_far_too_large_is_answered_and_the_connection_lives_on(ada, address):
    with httpx.Client(base_url=address, auth=("ada-key", ""), timeout=60) as http:
        assert http.post("/v1/batch", content=b" " * 5_000_000).status_code == 400
        assert http.post("/v1/page", json=page()).status_code == 200


def test_many_clients_at_once_are_all_stored(ada, address):
    async def post_all():
        async with httpx.AsyncClient(base_url=address, auth=("ada-key", ""), timeout=60) as http:
            return await asyncio.gather(*(http.post("/v1/page", json=page(f"m{n}")) for n in range(300)))

    assert {answer.status_code for answer in asyncio.run(post_all())} == {200}
    assert len(stored(ada)) == 300
