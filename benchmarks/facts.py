"""How fast events become facts, and how far reports are behind while events keep coming (P8).

    python -m benchmarks.facts [--events 200000] [--rate 2000] [--seconds 20]

First one process derives the facts of events that lie ready: of new people, of the same people when they come back,
and of one id that many events share. What counts is events a core: for each second of work, that of this process and
that of every process of PostgreSQL's but vacuum added up, however many cores they ran on and whatever else the machine
did. COPY, which only stores the same events, is measured in the same way in the same run.
Then a whole Headwater is sent `rate` events a second, and every second an order of its own: how long after the answer
does the report show it? `--seconds 0` leaves that out. Exits with 1 when a goal is missed.
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
from pathlib import Path
from typing import Any, NamedTuple

for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.kills import make_tables  # noqa: E402 - the addresses come first
from config.embedded import postgres  # noqa: E402
from tests.reliability.killing.house import House  # noqa: E402
from tests.reliability.killing.judge import waiting_rows  # noqa: E402

EVENTS_A_CORE = 50_000
MOST_LAG_S = 10.0
A_REQUEST = 20
SOURCES = ["google", "facebook", "newsletter", "partner", "bing"]
COLUMNS = "workspace_id, message_id, received_at, at, kind, anonymous_id, name, order_id, payload, door"
COPY = f"copy tracking_event ({COLUMNS}) from stdin"
SHARED_EVENTS = 40_000


class Work(NamedTuple):
    """Seconds by the clock, and of work: this process's, and all of PostgreSQL's processes'."""

    clock: float
    own: float
    database: float

    def a_core(self, events: int) -> float:
        """Events for each second of work, whoever did it."""
        return events / (self.own + self.database)

    def say(self, of: str, events: int, copied: "Work") -> str:
        """One line."""
        python, database = (f"{part / events * 1e6:.1f}" for part in (self.own, self.database))
        a_core = self.a_core(events)
        return (
            f"{of:<24}{a_core:>8,.0f} events a core: {python} + {database} µs of Python and PostgreSQL each;"
            f" {a_core / copied.a_core(events):.0%} of COPY's {copied.a_core(events):,.0f};"
            f" {events / self.clock:,.0f} a second by the clock"
        )


class Meter:
    """Measures the work of what runs inside it."""

    def __init__(self, house: House) -> None:
        self._house = house

    def __enter__(self) -> "Meter":
        self._postgres = _work_of_postgres(self._house.data_dir)
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        clock, own = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        after = _work_of_postgres(self._house.data_dir)
        self.work = Work(clock, own, sum(work - self._postgres.get(who, 0) for who, work in after.items()))


def told_by(person: int, *, again: bool = False) -> Iterator[dict[str, Any]]:
    """Four pages in two visits, and every third time an order; the same three months later if they come `again`."""
    source = SOURCES[person % len(SOURCES)]
    days = person % 60 + (0 if again else 90)
    at = datetime.now(UTC) - timedelta(days=days, seconds=person % 80_000, hours=2)
    who, tag = f"p{person}", "again" if again else ""
    for page, minutes in enumerate((0, 1, 60, 61)):
        url = "https://shop.example.test/" + (f"?utm_source={source}&utm_medium=cpc" if minutes in (0, 60) else "b")
        moment = (at + timedelta(minutes=minutes)).isoformat()
        yield {
            "type": "page",
            "anonymousId": who,
            "messageId": f"m{person}-{page}{tag}",
            "timestamp": moment,
            "properties": {"url": url},
        }
    if person % 3 == 0:
        order = {"order_id": f"o{person}{tag}", "revenue": "49.90"}
        moment = (at + timedelta(minutes=62)).isoformat()
        yield {
            "type": "track",
            "event": "Order Completed",
            "anonymousId": who,
            "messageId": f"m{person}-o{tag}",
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


def told_by_many(events: int, *, again: bool = False) -> Iterator[dict[str, Any]]:
    """What new people, or those same people, tell: at least so many events."""
    person = told = 0
    while told < events:
        for event in told_by(person, again=again):
            told += 1
            yield event
        person += 1


def told_by_a_kiosk(events: int) -> Iterator[dict[str, Any]]:
    """So many pages of one id, every three minutes one, with pauses at night."""
    began_at = datetime.now(UTC) - timedelta(days=events // 240 + 2)
    for number in range(events):
        at = began_at + timedelta(days=number // 240, minutes=3 * (number % 240))
        url = f"https://shop.example.test/?utm_source={SOURCES[number // 40 % 5]}&utm_medium=cpc"
        message = {"type": "page", "anonymousId": "kiosk", "messageId": f"k{number}", "timestamp": at.isoformat()}
        yield message | {"properties": {"url": url}}


def lay_ready(house: House, workspace: int, told: Iterator[dict[str, Any]]) -> tuple[int, Work]:
    """Put events where the collector would, with their places in the inbox; how many, and what COPY took."""
    now = datetime.now(UTC).isoformat()
    rows = [_row(workspace, now, event) for event in told]
    with postgres.superuser(house.data_dir, "headwater") as connection:
        with Meter(house) as meter:
            for start in range(0, len(rows), 5_000):
                with connection.cursor().copy(COPY) as copy:
                    copy.write("".join(rows[start : start + 5_000]))
        connection.execute("analyze")
    return len(rows), meter.work


def _row(workspace: int, now: str, event: dict[str, Any]) -> str:
    parts = [str(workspace), event["messageId"], now, event["timestamp"], event["type"], event["anonymousId"]]
    parts += [event.get("event", "\\N"), event["properties"].get("order_id", "\\N")]
    return "\t".join([*parts, json.dumps({"properties": event["properties"]}), "benchmark"]) + "\n"


def derive_all(house: House, workspace: Any) -> Work:
    """Work off everything that waits."""
    from tracking.actions import derive_waiting

    with Meter(house) as meter:
        while derive_waiting(workspace):
            pass
    return meter.work


def _work_of_postgres(data_dir: Path) -> dict[str, float]:
    """Seconds of work of each process; not of vacuum, which comes once a minute for all that was written."""
    server = (data_dir / "postgres" / "postmaster.pid").read_text().split()[0]
    found: dict[str, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            is_vacuum = b"autovacuum worker" in (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if server in (folder.name, fields[1]) and not is_vacuum:
            found[folder.name] = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return found


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


class Watch(threading.Thread):
    """Posts an order of its own, waits until the report shows it, and so on until a time."""

    def __init__(self, port: int, key: str, token: str, workspace: str, until: float) -> None:
        super().__init__()
        self._port, self._until = port, until
        self._write = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
        self._read = {"Authorization": f"Bearer {token}"}
        today = datetime.now(UTC).date()
        days = f"start={today - timedelta(days=2)}&end={today + timedelta(days=1)}"
        self._report = f"/api/v1/workspaces/{workspace}/reports/attribution/?{days}&group_by=campaign&model=linear"
        self.lags: list[float] = []

    def run(self) -> None:
        """Until the time is over and the last order is seen."""
        while time.monotonic() < self._until:
            name = f"watch{len(self.lags)}"
            self._ask("POST", "/v1/batch", self._write, json.dumps({"batch": _order_of(name)}))
            answered_at = time.monotonic()
            while f'"{name}"' not in self._ask("GET", self._report, self._read):
                time.sleep(0.2)
            self.lags.append(time.monotonic() - answered_at)
            time.sleep(max(0.0, 1 - self.lags[-1]))

    def _ask(self, method: str, address: str, headers: dict[str, str], body: str | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {address}: {answer.status} {text[:200]}")
        return text


def _order_of(name: str) -> list[dict[str, Any]]:
    at = datetime.now(UTC) - timedelta(minutes=10)
    url = f"https://shop.example.test/?utm_source=google&utm_medium=cpc&utm_campaign={name}"
    told = {"anonymousId": name, "timestamp": at.isoformat()}
    order = {"order_id": name, "revenue": "1.00"}
    return [
        {**told, "type": "page", "messageId": f"{name}-p", "properties": {"url": url}},
        {**told, "type": "track", "messageId": f"{name}-o", "event": "Order Completed", "properties": order},
    ]


def measure_lags(house: House, workspace: Any, key: str, rate: int, seconds: float) -> tuple[list[float], float]:
    """Seconds from answer to report of one order after another while events come, and how many came a second."""
    from accounts.actions import create_api_token
    from accounts.models import Scope

    _, token = create_api_token(workspace.agency, name="Watch", scope=Scope.READ)
    until = time.monotonic() + seconds
    watch = Watch(house.ports["web"], key, token, workspace.slug, until)
    sender = threading.Thread(target=keep_sending, args=(house.ports["web"], key, rate, until))
    with postgres.superuser(house.data_dir, "headwater") as connection:
        counted = "select coalesce(sum(events), 0) from tracking_eventcount"
        before = connection.execute(counted).fetchone()[0]
        began_at = time.monotonic()
        for thread in (sender, watch):
            thread.start()
        sender.join()
        came = (connection.execute(counted).fetchone()[0] - before) / (time.monotonic() - began_at)
        watch.join()
    return watch.lags, came


def main() -> int:
    """All measurements; 0 when both goals are met."""
    reader = argparse.ArgumentParser(description="Events to facts, and how far behind reports are.")
    reader.add_argument("--events", type=int, default=200_000)
    reader.add_argument("--rate", type=int, default=2_000)
    reader.add_argument("--seconds", type=float, default=20)
    wanted = reader.parse_args()
    house, met = House(), True
    try:
        house.start_servers()
        make_tables(house)
        workspace, key = make_workspace()
        met &= measure_facts(house, workspace, wanted.events)
        if wanted.seconds:
            house.start_programs()
            wait_for_rest(house)
            met &= say_lags(*measure_lags(house, workspace, key, wanted.rate, wanted.seconds))
    finally:
        house.close()
    return int(not met)


def measure_facts(house: House, workspace: Any, events: int) -> bool:
    """Derive everybody's facts and say what it took; whether the goal was met."""
    told = {
        "new people": told_by_many(events),
        "the same people again": told_by_many(events, again=True),
        "one id that many share": told_by_a_kiosk(SHARED_EVENTS),
    }
    a_core = {}
    for whose, said in told.items():
        number, copied = lay_ready(house, workspace.pk, said)
        work = derive_all(house, workspace)
        a_core[whose] = work.a_core(number)
        print(work.say(whose, number, copied), flush=True)
    print("(a core: a second of work, this process's and all of PostgreSQL's but vacuum added up)")
    return _judge("events of new people a core", a_core["new people"] / EVENTS_A_CORE, f"{EVENTS_A_CORE:,}")


def say_lags(lags: list[float], came: float) -> bool:
    """Say how late orders stood in the report; whether the goal was met."""
    print(f"an order stands in the report after {max(lags):.1f} s at worst of {len(lags)}, {came:,.0f} events a second")
    return _judge("seconds until the report", MOST_LAG_S / max(lags), f"{MOST_LAG_S:.0f}")


def _judge(what: str, ratio: float, goal: str) -> bool:
    print(f"{'met' if ratio >= 1 else 'MISSED':<8}{what}: {ratio:.2f} of the goal of {goal}", flush=True)
    return ratio >= 1


def wait_for_rest(house: House) -> None:
    """Until the worker runs, which compiles first, and has worked off what was laid ready."""
    deadline = time.monotonic() + 180
    while any(waiting_rows(house.data_dir)) and time.monotonic() < deadline:
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
