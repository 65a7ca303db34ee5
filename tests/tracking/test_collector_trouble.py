"""The collector when something is wrong: poison, retries at the same moment, a database or broker that is away."""

import asyncio
import os
import random
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.tracking.doors import Door, open_door, posting
from tests.tracking.test_collector import SUCCESS, page, refused, stored, waiting
from tracking.collector import fair, writer
from tracking.collector.bell import Bell
from tracking.collector.patience import Patience
from tracking.collector.rate import RateLimit
from tracking.intake import IncomingEvent, ParsedRequest

NOWHERE = "postgresql://nobody@/nothing?host=/nonexistent"


def incoming(message_id, payload=b"{}", **fields):
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    whole = {
        "message_id": message_id,
        "kind": "page",
        "received_at": moment,
        "at": moment,
        "time_replaced": False,
        "anonymous_id": "anna",
        "user_id": None,
        "name": None,
        "order_id": None,
        "door": "segment",
        "payload": payload,
    }
    return IncomingEvent(**whole | fields)


def submit(door: Door, workspace, events):
    """Hand events to the writer as if the cleaning had let them through."""

    async def write():
        door.collector.start()
        request = ParsedRequest("key", events, [])
        await door.collector._writer.write(writer.Submission(workspace.pk, datetime.now(UTC), request, 0))

    return write()


@pytest.mark.parametrize(
    "poison",
    [
        incoming("poison", b'{"a": '),
        incoming("poison", b'{"a": "\\u0000"}'),
        incoming("poison", b'{"a": 1e999999}'),
        incoming("poison", b"\xff"),
        incoming("poison", name="a\0b"),
        incoming("poison", name="\ud800"),
        incoming("poison", anonymous_id="".join(random.choices("0123456789", k=60_000))),
    ],
    ids=["json", "nul escape", "number", "utf-8", "nul", "surrogate", "index row too large"],
)
def test_one_poison_row_leaves_the_others_of_its_group(ada, bob, door, poison):
    rows = [incoming(f"m{n:03}") for n in range(200)]
    rows.insert(57, poison)
    ours, theirs = submit(door, ada, rows), submit(door, bob, [incoming("m1")])
    door.loop.run_until_complete(_both(ours, theirs))
    assert [event.message_id for event in stored(ada)] == [f"m{n:03}" for n in range(200)]
    assert [event.message_id for event in stored(bob)] == ["m1"]
    (rejected,) = refused(ada)
    assert (rejected.reason, rejected.message_id) == ("not_processable", "poison")
    assert bytes(rejected.body) == poison.payload
    assert rejected.detail


async def _both(*writes):
    await asyncio.gather(*writes)


def test_the_same_retried_batches_at_the_same_moment_do_not_block_each_other(ada, bob, servers):
    rounds, together = 5, threading.Barrier(3)
    doors = [open_door(servers.collector_url) for _ in range(3)]
    answers = []

    def post_shuffled(door, seed):
        dice = random.Random(seed)
        for round_ in range(rounds):
            calls = []
            for key in ("ada-key", "bob-key") * 2:
                batch = [page(f"r{round_}-{n}") for n in range(500)]
                dice.shuffle(batch)
                calls.append(posting("/v1/batch", {"batch": batch}, key))
            together.wait()
            answers.extend(door.together(calls))

    threads = [threading.Thread(target=post_shuffled, args=(door, seed)) for seed, door in enumerate(doors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for door in doors:
        door.close()
    assert [answer.status_code for answer in answers] == [200] * 12 * rounds
    for workspace in (ada, bob):
        assert len(stored(workspace)) == 500 * rounds
        assert sum(one.events for one in refused(workspace)) == 5 * 500 * rounds
        assert waiting(workspace) == (500 * rounds, 500 * rounds)


def test_without_a_database_the_client_is_asked_to_come_again(servers):
    door = open_door(NOWHERE)
    answers = door.together([posting("/v1/page", page(), "ada-key")] * 3)
    door.close()
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "unavailable")}
    assert {answer.headers["retry-after"] for answer in answers} == {"1"}


def test_a_restarted_database_is_found_again(ada, door, started_servers):
    assert door.post("/v1/page", page("m1"), "ada-key").status_code == 200
    cut_connections(started_servers.data_dir)
    assert door.post("/v1/page", page("m2"), "ada-key").json() == SUCCESS
    door.wait(1)
    cut_connections(started_servers.data_dir)
    assert door.post("/v1/page", page("m3"), "ada-key").json() == SUCCESS
    assert [event.message_id for event in stored(ada)] == ["m1", "m2", "m3"]


def cut_connections(data_dir):
    from config.embedded import postgres

    with postgres.superuser(data_dir, "headwater") as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename like '%collector'")


def test_a_database_that_says_nothing_keeps_nobody_waiting(ada, door, started_servers):
    assert door.post("/v1/page", page("m1"), "ada-key").status_code == 200
    processes = database_processes(started_servers.data_dir)
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        for n in range(3):
            started = time.monotonic()
            answer = door.post("/v1/page", page(f"lost{n}"), "ada-key")
            assert time.monotonic() - started < 1.2
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
    door.wait(0.5)
    assert door.post("/v1/page", page("m2"), "ada-key").json() == SUCCESS
    assert {"m1", "m2"} <= {event.message_id for event in stored(ada)}


def database_processes(data_dir):
    """The server that takes new connections, and the collector's present ones."""
    from config.embedded import postgres

    with postgres.superuser(data_dir, "headwater") as connection:
        rows = connection.execute("select pid from pg_stat_activity where usename like '%collector'").fetchall()
    backends = [pid for (pid,) in rows]
    parent = subprocess.run(["ps", "-o", "ppid=", "-p", str(backends[0])], capture_output=True, check=True)
    return [int(parent.stdout), *backends]


def test_a_full_queue_refuses_rather_than_grows(ada, door, monkeypatch):
    monkeypatch.setattr(fair, "MAX_WAITING_ROWS", 20)
    batch = [{"batch": [page(f"b{b}-{n}") for n in range(6)]} for b in range(12)]
    answers = door.together([posting("/v1/batch", one, "ada-key") for one in batch])
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 503}
    assert len(stored(ada)) == 6 * codes.count(200)


def test_a_client_that_hangs_up_stores_nothing(ada, door):
    sent = []

    async def hang_up():
        messages = iter([{"type": "http.request", "body": b'{"a', "more_body": True}, {"type": "http.disconnect"}])
        scope = {"type": "http", "method": "POST", "path": "/v1/page", "headers": []}

        async def receive():
            return next(messages)

        async def send(message):
            sent.append(message)

        await door.collector(scope, receive, send)

    door.loop.run_until_complete(hang_up())
    assert sent == []
    assert stored(ada) == []


def test_a_slow_body_is_cut_off(door, monkeypatch):
    monkeypatch.setattr(door.collector, "_patience", Patience(0.2))

    async def drip():
        started = time.monotonic()
        sent = []
        scope = {"type": "http", "method": "POST", "path": "/v1/page", "headers": []}

        async def receive():
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b" ", "more_body": True}

        async def send(message):
            sent.append(message)

        await door.collector(scope, receive, send)
        return sent[0]["status"], time.monotonic() - started

    status, seconds = door.loop.run_until_complete(drip())
    assert status == 408
    assert seconds < 1


def test_a_lying_length_is_refused_before_the_body(ada, door):
    headers = {"Content-Length": "999999999999999999999999"}
    answer = door.post("/v1/page", b"{}", "ada-key", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "too_large")
    assert door.post("/v1/page", b"{}", headers={"Content-Length": "-1"}).status_code == 401


def test_the_bell_rings_at_most_once_in_a_while_for_each_workspace():
    rung = []
    bell = Bell(lambda workspace_id: rung.append((workspace_id, time.monotonic())), gather_s=0.2)
    bell.start()
    for _ in range(50):
        bell.ring({1, 2})
        time.sleep(0.01)
    time.sleep(0.3)
    bell.stop()
    for workspace_id in (1, 2):
        times = [at for one, at in rung if one == workspace_id]
        assert 3 <= len(times) <= 5
        assert all(later - earlier > 0.18 for earlier, later in pairwise(times))


def test_a_dead_broker_holds_nothing_up(ada, servers):
    def hang(workspace_id):
        time.sleep(3)
        raise ConnectionError("nobody there")

    door = open_door(servers.collector_url, send_bell=hang)
    started = time.monotonic()
    for n in range(20):
        assert door.post("/v1/page", page(f"m{n}"), "ada-key").status_code == 200
    door.close()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("posts", "waits"),
    [
        ([(600, 0)], [0]),
        ([(600, 0), (1, 0)], [0, 1]),
        ([(600, 0), (50, 0), (50, 5)], [0, 5, 0]),
        ([(1000, 0), (1, 0), (1, 41)], [0, 41, 0]),
        ([(600, 0), (600, 60)], [0, 0]),
    ],
)
def test_a_bucket_fills_at_its_rate_up_to_a_minute(posts, waits):
    limit = RateLimit(10)
    assert [limit.seconds_to_wait(1, events, float(at)) for events, at in posts] == waits
    assert limit.seconds_to_wait(2, 600, 0.0) == 0
