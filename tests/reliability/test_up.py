"""`manage.py up` as a person meets it: started, started twice, killed, refused, stopped. Real programs throughout."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.live import free_port

HOUSE = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "tests", "benchmarks", "docs")


class Up:
    """One `manage.py up` over one data folder."""

    def __init__(self, house: Path, data_dir: Path, *arguments: str, port: int | None = None) -> None:
        self.data_dir = data_dir
        self.house = house
        self.port = port or free_port()
        self.output = data_dir.with_name(f"{data_dir.name} {self.port}.txt")
        command = [sys.executable, "manage.py", "up", "--port", str(self.port), *(arguments or ("--no-demo",))]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=house, env=self.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def environ(self) -> dict[str, str]:
        # Compiling the kernels is no part of this, and would take most of the time.
        return {**os.environ, "HEADWATER_DATA": str(self.data_dir), "NUMBA_DISABLE_JIT": "1"}

    def health(self) -> dict[str, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)
        except HTTPError as error:
            return json.load(error)
        except (URLError, OSError):
            return {}

    def is_well(self) -> bool:
        return "Ctrl-C stops everything" in self.said() and set(self.health().values()) == {"ok"}

    def wait_until_well(self) -> "Up":
        wait(self.is_well, what=lambda: f"{self.health()}\n{self.said()}")
        return self

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=self.house, env=self.environ, capture_output=True, text=True, check=True)
        return done.stdout.strip().splitlines()[-1]

    def program_id(self, name: str) -> int:
        return int((self.data_dir / "run" / f"{name}.lock").read_text().split()[0])

    def processes(self) -> set[int]:
        """Everything this `up` started, and what that started."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
        found = {self.process.pid}
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def wait(is_true: Callable[[], bool], *, seconds: float = 120, what: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


def all_gone(processes: set[int]) -> bool:
    listed = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return not processes & {int(number) for number, state in rows if not state.startswith("Z")}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code in a path with spaces."""
    return Path(shutil.copytree(HOUSE, tmp_path / "a house with spaces", ignore=NOT_COPIED))


@pytest.fixture
def up(house: Path, tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Start `up` over a data folder of that name; whatever a test leaves running is ended."""
    started: list[Up] = []

    def start(name: str, *arguments: str, port: int | None = None) -> Up:
        started.append(Up(house, tmp_path / name, *arguments, port=port))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop()


def test_two_run_side_by_side_and_ctrl_c_ends_one_wholly(up: Callable[..., Up]) -> None:
    one, two = up("data one"), up("data two")
    one.wait_until_well()
    two.wait_until_well()

    again = up("data one")
    assert again.process.wait(60) == 1
    assert f"in use by another Headwater (process {one.process.pid})" in again.said()

    started = one.processes()
    assert len(started) > 10
    assert one.stop(signal.SIGINT) == 0
    assert all_gone(started), one.said()
    assert two.is_well()
    assert two.stop(signal.SIGTERM) == 0


def test_the_demo_prints_its_log_ins_and_fills_itself_from_the_newest_day(up: Callable[..., Up]) -> None:
    # Without a worker: what it makes of the events is told elsewhere.
    running = up("data", "--only", "web")
    wait(lambda: "demo events." in running.said(), seconds=300, what=running.said)
    for email, role in (("demo", "owner"), ("analyst", "analyst"), ("client", "client")):
        assert f"Demo log-in: {email}@example.com  password: headwater-demo  ({role})" in running.said()
    assert running.stop() == 0


def test_killed_outright_it_leaves_no_orphans_and_starts_again_over_the_same_data(up: Callable[..., Up]) -> None:
    first = up("data").wait_until_well()
    first.manage("create_agency", "Acme", "--owner-email", "ada@example.com")
    started = first.processes()
    first.process.kill()
    first.process.wait()

    second = up("data").wait_until_well()
    assert all_gone(started), first.said()
    assert second.manage("token", "--agency", "acme", "--scope", "manage")
    assert second.stop() == 0


def test_a_program_that_dies_is_started_again(up: Callable[..., Up]) -> None:
    running = up("data").wait_until_well()
    before = {name: running.program_id(name) for name in ("postgres", "valkey", "web", "worker", "beat")}
    for process in before.values():
        os.kill(process, signal.SIGKILL)

    wait(lambda: all(running.program_id(name) != was for name, was in before.items()), what=running.said)
    running.wait_until_well()
    assert all_gone(set(before.values()))


def test_a_taken_port_is_refused_before_anything_starts(up: Callable[..., Up]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = up("data", port=other.getsockname()[1])
        assert refused.process.wait(60) == 1
    assert f"port {refused.port} on 127.0.0.1 is taken; choose another, for example --port 8010" in refused.said()
    assert not (refused.data_dir / "postgres").exists()


def test_a_folder_that_is_not_ours_is_refused(up: Callable[..., Up], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data" / "holiday.jpg").touch()
    refused = up("data")
    assert refused.process.wait(60) == 1
    assert "is neither empty nor a Headwater data folder" in refused.said()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o755


def test_parts_can_be_left_to_other_hosts(up: Callable[..., Up]) -> None:
    refused = up("data", "--only", "web,kitchen")
    assert refused.process.wait(60) == 2
    assert "choose among clock, web, worker" in refused.said()

    running = up("data", "--only", "clock")
    wait((running.data_dir / "run" / "beat.lock").exists, what=running.said)
    assert "Ctrl-C stops everything" in running.said()
    assert sorted(path.stem for path in (running.data_dir / "run").glob("*.lock")) == ["beat", "postgres", "valkey"]
    assert running.health() == {}
    assert running.stop() == 0
