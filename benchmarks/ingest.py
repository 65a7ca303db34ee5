"""How fast events come in, against the same server's empty answer, Django's ORM, and PostgreSQL's own COPY.

    python -m benchmarks.ingest [SECONDS]

Everything shares one machine, so only the ratios of one run count. Exits with 1 when a goal is missed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(tempfile.mkdtemp(prefix="headwater-bench-"))
for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL"):
    os.environ.pop(name, None)
# Nobody listens there: the bell must cost nothing.
os.environ |= {"HEADWATER_DATA": str(FOLDER / "data"), "REDIS_URL": "redis://127.0.0.1:1/0", "INGEST_RATE": "100000000"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402 - the addresses come first

from benchmarks.load import EVENT  # noqa: E402
from config.embedded import folders, postgres, stack  # noqa: E402
from config.embedded.supervisor import Supervisor  # noqa: E402

DATA_DIR = FOLDER / "data"
COPY = "copy tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, payload, door) from stdin"


class Servers(Supervisor):
    """PostgreSQL alone, as safe as in earnest."""

    def __init__(self) -> None:
        super().__init__(DATA_DIR, say=lambda name, line: None)

    def start_database(self) -> None:
        folders.secret_key(DATA_DIR)
        postgres.prepare(DATA_DIR)
        self.start(stack.postgres_program(DATA_DIR), is_ready=lambda: postgres.is_ready(DATA_DIR))
        postgres.make_roles(DATA_DIR)


def make_workspace() -> int:
    """Make the tables, a workspace and the write key `bench`."""
    django.setup()
    from django.core.management import call_command

    from accounts.actions import create_agency, create_workspace

    call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)
    workspace, _ = create_workspace(create_agency("Bench"), name="Bench", write_key="bench")
    return int(workspace.pk)


@contextmanager
def served(application: str, port: int) -> Iterator[None]:
    """Uvicorn around an application, until the block ends."""
    options = ["--loop", "uvloop", "--http", "httptools", "--ws", "none", "--no-access-log", "--log-level", "error"]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), *options]
    server = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        while not stack.answers("127.0.0.1", port) and time.monotonic() < deadline:
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def load(port: int, connections: int, events: int, seconds: float, *path: str) -> dict[str, float]:
    """Run the load generator in a process of its own."""
    numbers = [str(number) for number in (port, connections, events, seconds)]
    command = [sys.executable, "-m", "benchmarks.load", *numbers, *path]
    measured: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return measured


def copy_rate(workspace: int, seconds: float, rows: int = 1_000) -> float:
    """Rows a second by COPY, a commit per `rows`, without our trigger: as fast as these tables can be filled."""
    payload = json.dumps({"properties": EVENT["properties"], "context": EVENT["context"]})
    copied, started = 0, time.perf_counter()
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        connection.execute("set session_replication_role = replica")
        while time.perf_counter() - started < seconds:
            with connection.transaction(), connection.cursor().copy(COPY) as copy:
                copy.write("".join(_copy_line(workspace, copied + row, payload) for row in range(rows)))
            copied += rows
    return copied / (time.perf_counter() - started)


def _copy_line(workspace: int, number: int, payload: str) -> str:
    return f"{workspace}\tcopy{number:012}\tnow\tnow\tpage\tanon{number}\t{payload}\tbenchmark\n"


def measure(seconds: float) -> dict[str, dict[str, float]]:
    """All doors, one after the other."""
    workspace = make_workspace()
    os.environ["BENCHMARK_WORKSPACE"] = str(workspace)
    measured: dict[str, Any] = {}
    with served("config.asgi:collector", 8790):
        measured["empty answer"] = load(8790, 64, 1, seconds, "/v1/nothing")
        measured["single events"] = load(8790, 64, 1, seconds)
        measured["batches of 500"] = load(8790, 8, 500, seconds)
    with served("benchmarks.orm_door:application", 8791):
        measured["ORM, an insert per request"] = load(8791, 64, 1, seconds)
        measured["ORM, bulk_create of 500"] = load(8791, 8, 500, seconds)
    measured["COPY, 1,000 rows each"] = {"accepted_per_s": copy_rate(workspace, seconds)}
    return measured


def judge(measured: dict[str, dict[str, float]]) -> bool:
    """Print each goal with what was reached; whether all were."""
    rate = {name: values["accepted_per_s"] for name, values in measured.items()}
    rate["empty answer"] = measured["empty answer"]["refused_per_s"]
    goals = [
        ("single events / ORM insert", rate["single events"] / rate["ORM, an insert per request"], 8),
        ("single events / empty answer", rate["single events"] / rate["empty answer"], 0.35),
        ("20 ms / p99 of single events", 20 / measured["single events"]["p99_ms"], 1),
        ("batches of 500 / COPY", rate["batches of 500"] / rate["COPY, 1,000 rows each"], 0.6),
        ("batches of 500 / bulk_create", rate["batches of 500"] / rate["ORM, bulk_create of 500"], 3),
    ]
    for name, reached, goal in goals:
        print(f"{name:32} {reached:6.2f}   goal {goal:5.2f}   {'met' if reached >= goal else 'MISSED'}")
    return all(reached >= goal for _, reached, goal in goals)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    servers = Servers()
    try:
        servers.start_database()
        measured = measure(seconds)
    finally:
        servers.stop()
        shutil.rmtree(folders.socket_folder(DATA_DIR), ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
    for name, values in measured.items():
        print(f"{name:32}", "  ".join(f"{key} {value:,.1f}" for key, value in values.items()))
    return 0 if judge(measured) else 1


if __name__ == "__main__":
    sys.exit(main())
