"""Kill each part of a running Headwater while events are posted; how long until the next event is accepted?

    python -m benchmarks.recovery [--rounds 5] [--parts web,postgres,…]

Starts the product as `./run` does, over a folder of its own. Prints median and worst of each part beside its goal,
one JSON line a part, and exits with 1 when a goal is missed.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.live import free_port
from tests.reliability.killing.house import descendants
from tests.reliability.trouble.faults import send
from tests.reliability.trouble.posting import Posting
from tests.whole.agency import Shop, open_shop

ROOT = Path(__file__).resolve().parents[1]
# As much as two commits and a client's own pause may lie apart on a busy machine.
NO_PAUSE_S = 0.5
QUIET_S = 3.0
BATCHES, BATCH = 60, 500
SETTLED_S = 0.5
UP_S = 300.0


@dataclass
class Running:
    """One `manage.py up`, and a shop of its own in it."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes]
    shop: Shop

    def process_id(self, name: str) -> int:
        """The process of a program itself."""
        return int((self.data_dir / "run" / f"{name}.lock").read_text().split()[0])

    def answering(self) -> int:
        """Which of the web processes has its turn."""
        inode = (self.data_dir / "run" / "web.turn").stat().st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
                return int(words[4])
        raise LookupError("nobody has the turn")

    def is_well(self) -> bool:
        """Whether everything is there, and both web processes are loaded."""
        signs = [self.data_dir / "run" / f"{name}.sign" for name in ("web", "web2", "worker", "beat")]
        try:
            health = self.shop.http.get("/healthz").json()
        except (httpx.HTTPError, ValueError):
            # Nobody answers, or somebody who is just ending.
            return False
        return set(health.values()) == {"ok"} and all(sign.exists() for sign in signs)

    def wait_until_well(self) -> None:
        """Wait for that, and a little for the machine to come to rest."""
        deadline = time.monotonic() + UP_S
        while not self.is_well():
            if time.monotonic() > deadline:
                raise TimeoutError("not well again")
            time.sleep(0.1)
        time.sleep(1)


@contextmanager
def running(data_dir: Path | None = None) -> Iterator[Running]:
    """Start all, as durable as in earnest; stop all and leave nothing behind but a `data_dir` that was given."""
    with tempfile.TemporaryDirectory(prefix="headwater-recovery-") as folder:
        data_dir, port = data_dir or Path(folder) / "data", free_port()
        environ = {**os.environ, "HEADWATER_DATA": str(data_dir)}
        environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".pytest_cache" / "numba"))
        command = [sys.executable, "manage.py"]
        with (Path(folder) / "up.txt").open("wb") as output:
            process = subprocess.Popen(
                [*command, "up", "--no-demo", "--port", str(port)], cwd=ROOT, env=environ, stdout=output, stderr=output
            )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: b"Ctrl-C" in (Path(folder) / "up.txt").read_bytes())
            manage(environ, "create_agency", "Recovery", "--owner-email", "ada@example.com")
            token = manage(environ, "token", "--agency", "recovery", "--scope", "manage")
            yield Running(data_dir, port, process, open_shop(url, token))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def manage(environ: dict[str, str], *arguments: str) -> str:
    """The last line that a command says."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def wait_for(is_true: Callable[[], bool], seconds: float = UP_S) -> None:
    """Until it is true, or TimeoutError."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def kill(processes: list[int]) -> float:
    """SIGKILL for all of them; the moment after."""
    send(processes, signal.SIGKILL)
    return time.monotonic()


def until_accepted(headwater: Running, posting: Posting, victims: list[int]) -> float:
    """From the kill to the next event that was sent after it and accepted."""
    return posting.wait_until_accepted(kill(victims), seconds=60)


def longest_pause(headwater: Running, posting: Posting, victims: list[int]) -> float:
    """The longest time between two accepted events after the kill."""
    since = kill(victims)
    time.sleep(QUIET_S)
    times = sorted(one.answered_at for one in list(posting.answers) if one.status == 200 and one.answered_at > since)
    return max(later - earlier for earlier, later in zip([since, *times], [*times, time.monotonic()], strict=True))


def until_taken_up(headwater: Running, posting: Posting, victims: list[int]) -> float:
    """From the kill, in the middle of a heap of events, until more of them have become facts than had before."""
    name = time.time_ns()
    for batch in range(BATCHES):
        events = [{"type": "track", "event": "Seen", "anonymousId": f"{name}-{batch}-{n}"} for n in range(BATCH)]
        headwater.shop.post("batch", {"batch": events})
    since = kill(victims)
    # PostgreSQL still ends what the dead had begun.
    time.sleep(SETTLED_S)
    before = headwater.shop.get("ingestion/")
    if not before["pending"]:
        raise RuntimeError("the worker was done before it was killed; this measures nothing")
    wait_for(lambda: headwater.shop.get("ingestion/")["processed"] > before["processed"])
    took = time.monotonic() - since
    headwater.shop.wait_until_caught_up(accepted=before["accepted"], seconds=UP_S)
    return took


def whole(name: str) -> Callable[[Running], list[int]]:
    """A program with all its children."""
    return lambda headwater: [headwater.process_id(name), *descendants(headwater.process_id(name))]


# part: (who is killed, what is measured, goal in seconds)
PARTS = {
    "web": (lambda headwater: [headwater.answering()], until_accepted, 1.0),
    "both webs": (lambda headwater: whole("web")(headwater) + whole("web2")(headwater), until_accepted, None),
    "postgres": (whole("postgres"), until_accepted, 2.0),
    "one backend": (lambda headwater: descendants(headwater.process_id("postgres"))[-1:], until_accepted, 2.0),
    "valkey": (whole("valkey"), longest_pause, NO_PAUSE_S),
    "clock": (whole("beat"), longest_pause, NO_PAUSE_S),
    "worker": (whole("worker"), until_taken_up, 10.0),
}


def measure(headwater: Running, part: str, rounds: int) -> bool:
    """Kill a part so many times; print what it took; whether the goal was met each time."""
    find, gauge, goal = PARTS[part]
    times = []
    for _ in range(rounds):
        headwater.wait_until_well()
        with Posting(headwater.port, headwater.shop.write_key, name=f"{part}-{time.time_ns()}") as posting:
            posting.wait_until_accepted(time.monotonic(), seconds=60)
            time.sleep(1)
            times.append(gauge(headwater, posting, find(headwater)))
    told = {"part": part, "rounds": rounds, "median_s": statistics.median(times), "worst_s": max(times), "goal_s": goal}
    met = goal is None or max(times) <= goal
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in told.items()}))
    print(f"  load {os.getloadavg()[0]:.1f}, each {' '.join(f'{one:.2f}' for one in times)}", flush=True)
    return met


def main() -> int:
    """Measure every part; 0 when every goal was met."""
    reader = argparse.ArgumentParser(description="Kill each part; how long until the next event is accepted?")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, with commas between")
    wanted = reader.parse_args()
    with running() as headwater:
        missed = [part for part in wanted.parts.split(",") if not measure(headwater, part, wanted.rounds)]
    print(f"missed: {', '.join(missed)}" if missed else "every goal was met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
