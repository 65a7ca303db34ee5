"""How fast events become facts, and how far reports are behind while events keep coming (P8).

    python -m benchmarks.facts [--events 100000] [--rate 2000] [--seconds 20]

First one process derives the facts of events that lie ready.
Then a whole Headwater is sent `rate` events a second. Exits with 1 when a goal is missed.
"""

import argparse
import http.client
import json
import os
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.kills import make_tables  # noqa: E402 - the addresses come first
from config.embedded import postgres  # noqa: E402
from tests.reliability.killing.house import House  # noqa: E402
from tests.reliability.killing.judge import waiting_rows  # noqa: E402

EVENTS_PER_SECOND = 50_000
MOST_LAG_S = 10.0
A_REQUEST = 20
SOURCES = ["google", "facebook", "newsletter", "partner", "bing"]
COLUMNS = "workspace_id, message_id, received_at, at, kind, anonymous_id, name, order_id, payload, door"
COPY = f"copy tracking_event ({COLUMNS}) from stdin"
# What stands in the way of a report: events, people and days that wait, the oldest first.
OLDEST = """
select min(since) from (
    select min(received_at) from tracking_inbox union all select min(noted_at) from tracking_changedday
) as waiting (since)
"""


def told_by(person: int) -> Iterator[dict[str, Any]]:
    """Four pages in two visits, and every third time an order."""
    source = SOURCES[person % len(SOURCES)]
    at = datetime.now(UTC) - timedelta(days=person % 60, seconds=person % 80_000, hours=2)
    who = f"p{person}"
    for page, minutes in enumerate((0, 1, 60, 61)):
        url = "https://shop.example.test/" + (f"?utm_source={source}&utm_medium=cpc" if minutes in (0, 60) else "b")
        moment = (at + timedelta(minutes=minutes)).isoformat()
        yield {
            "type": "page",
            "anonymousId": who,
            "messageId": f"m{person}-{page}",
            "timestamp": moment,
            "properties": {"url": url},
        }
    if person % 3 == 0:
        order = {"order_id": f"o{person}", "revenue": "49.90"}
        moment = (at + timedelta(minutes=62)).isoformat()
        yield {
            "type": "track",
            "event": "Order Completed",
            "anonymousId": who,
            "messageId": f"m{person}-o",
            "timestamp": moment,
            "properties": order,
        }


def make_workspace() -> tuple[Any, str]:
    """A workspace with the goal that every shop starts with, and its write key."""
    from django.db import transaction

    from accounts.actions import create_agency, create_workspace
    from tracking.actions.goals import create_default_goals

    with transaction.atomic():
        workspace, key = create_workspace(create_agency("Bench"), name="Bench")
        create_default_goals(workspace)
    return workspace, key


def lay_ready(house: House, workspace: int, events: int) -> int:
    """Put events where the collector would, with their places in the inbox; how many they became."""
    rows: list[str] = []
    person = 0
    now = datetime.now(UTC).isoformat()
    while len(rows) < events:
        for event in told_by(person):
            rows.append(_row(workspace, now, event))
        person += 1
    with postgres.superuser(house.data_dir, "headwater") as connection:
        for start in range(0, len(rows), 5_000):
            with connection.cursor().copy(COPY) as copy:
                copy.write("".join(rows[start : start + 5_000]))
        connection.execute("analyze")
    return len(rows)


def _row(workspace: int, now: str, event: dict[str, Any]) -> str:
    parts = [str(workspace), event["messageId"], now, event["timestamp"], event["type"], event["anonymousId"]]
    parts += [event.get("event", "\\N"), event["properties"].get("order_id", "\\N")]
    return "\t".join([*parts, json.dumps({"properties": event["properties"]}), "benchmark"]) + "\n"


def derive_all(workspace: Any) -> tuple[float, float]:
    """Seconds by the clock, and seconds of this process's own work, for everything that waits."""
    from tracking.actions import derive_waiting

    began_at, worked = time.perf_counter(), time.process_time()
    while derive_waiting(workspace):
        pass
    return time.perf_counter() - began_at, time.process_time() - worked


def keep_sending(port: int, key: str, rate: int, until: float) -> None:
    """Batches of new people's events at a steady pace."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
    people, due_at = iter(range(10**6, 10**9)), time.monotonic()
    waiting: list[Any] = []
    while time.monotonic() < until:
        while len(waiting) < A_REQUEST:
            waiting += told_by(next(people))
        batch, waiting = waiting[:A_REQUEST], waiting[A_REQUEST:]
        connection.request("POST", "/v1/batch", json.dumps({"batch": batch}), headers)
        connection.getresponse().read()
        due_at += A_REQUEST / rate
        time.sleep(max(0.0, due_at - time.monotonic()))


def worst_lag(house: House, key: str, rate: int, seconds: float) -> tuple[float, int]:
    """The oldest thing that ever waited while events came, in seconds, and how many events came."""
    until = time.monotonic() + seconds
    sender = threading.Thread(target=keep_sending, args=(house.ports["web"], key, rate, until))
    lags = [0.0]
    with postgres.superuser(house.data_dir, "headwater") as connection:
        counted = "select coalesce(sum(events), 0) from tracking_eventcount"
        before = connection.execute(counted).fetchone()[0]
        sender.start()
        while sender.is_alive():
            time.sleep(0.25)
            (oldest,) = connection.execute(OLDEST).fetchone()
            if oldest is not None:
                lags.append((datetime.now(UTC) - oldest).total_seconds())
        return max(lags), connection.execute(counted).fetchone()[0] - before


def main() -> int:
    """Both measurements; 0 when both goals are met."""
    reader = argparse.ArgumentParser(description="Events to facts, and how far behind reports are.")
    reader.add_argument("--events", type=int, default=100_000)
    reader.add_argument("--rate", type=int, default=2_000)
    reader.add_argument("--seconds", type=float, default=20)
    wanted = reader.parse_args()
    house = House()
    try:
        house.start_servers()
        make_tables(house)
        workspace, key = make_workspace()
        events = lay_ready(house, workspace.pk, wanted.events)
        seconds, own = derive_all(workspace)
        house.start_programs()
        wait_for_rest(house)
        lag, came = worst_lag(house, key, wanted.rate, wanted.seconds)
    finally:
        house.close()
    speed = events / seconds
    print(
        f"events to facts   {speed:>9,.0f} a second ({own / seconds:.0%} of it Python's)   goal {EVENTS_PER_SECOND:,}"
    )
    print(f"lag               {lag:>9.1f} s at {came / wanted.seconds:,.0f} events a second   goal {MOST_LAG_S:.0f} s")
    return int(speed < EVENTS_PER_SECOND or lag > MOST_LAG_S)


def wait_for_rest(house: House) -> None:
    """Until the worker runs, which compiles first, and has worked off what was laid ready."""
    deadline = time.monotonic() + 180
    while any(waiting_rows(house.data_dir)) and time.monotonic() < deadline:
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
