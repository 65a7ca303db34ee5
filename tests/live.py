"""A whole Headwater over the test database: web, worker and clock as `up` runs them, restarted when they die."""

import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from config import kernels
from config.embedded import Addresses, stack
from config.embedded.supervisor import Supervisor


@dataclass
class Live:
    """A running Headwater: where it answers, where its servers are, and how to hurt it."""

    base_url: str
    addresses: Addresses
    supervisor: Supervisor
    stopping: threading.Event = field(default_factory=threading.Event)

    def process_id(self, name: str) -> int:
        """The process of `web`, `worker`, `beat`, `postgres` or `valkey`, as it is now."""
        return self.supervisor.process_id(name)

    def kill(self, name: str) -> None:
        """End a program as a crash would; the supervisor starts it again, as in `up`.

        One that is just being started again is waited for: a crash that hits nothing proves nothing.
        """
        deadline = time.monotonic() + 60
        while True:
            try:
                os.kill(self.process_id(name), signal.SIGKILL)
                return
            except (OSError, IndexError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def lines(self, name: str) -> str:
        """Everything a program has said so far."""
        return (self.supervisor.data_dir / "logs" / f"{name}.log").read_text(errors="replace")


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_live(supervisor: Supervisor, addresses: Addresses, data_dir: Path) -> Live:
    """Start web, worker and clock beside the servers that `supervisor` runs already."""
    port = free_port()
    live = Live(f"http://127.0.0.1:{port}", addresses, supervisor)
    environ = {"HEADWATER_DATA": str(data_dir), "BASE_URL": live.base_url}
    if not kernels.are_compiled(Path(os.environ["NUMBA_CACHE_DIR"])):
        supervisor.start(stack.kernels_program(environ))
    web = stack.web_program("127.0.0.1", port, environ)
    supervisor.start(web, is_ready=lambda: stack.answers("127.0.0.1", port))
    wait_for_kernels(supervisor)
    supervisor.start(stack.worker_program(environ))
    supervisor.start(stack.beat_program(data_dir, environ))
    threading.Thread(target=_keep_running, args=(live,), daemon=True).start()
    return live


def wait_for_kernels(supervisor: Supervisor) -> None:
    """Let the compilation end, if there is one, before a worker compiles the same."""
    while any(runner.program.name == "kernels" for runner in supervisor.runners):
        assert supervisor.take_result("kernels") in (None, 0)
        time.sleep(0.05)


def _keep_running(live: Live) -> None:
    while not live.stopping.is_set():
        live.supervisor.watch()
        time.sleep(0.1)


def stop_live(live: Live) -> None:
    """Stop what `start_live` started; the servers stay."""
    live.stopping.set()
    for name in ("web", "beat", "worker"):
        live.supervisor.stop_one(name)
