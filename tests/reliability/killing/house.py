"""A whole Headwater over a folder of its own, as durable as in earnest; every part can be killed."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from config.embedded import folders, postgres, stack, valkey
from config.embedded.supervisor import Program, Supervisor
from tests.live import free_port

WEBS = ("web", "web2")
KINDS = ("web", "worker", "beat", "postgres", "valkey")


class House(Supervisor):
    """All five programs; `change` may replace the command of any of them."""

    def __init__(self, *, change: Callable[[Program], Program] = lambda program: program) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-kills-"))
        data_dir = self.folder / "data"
        super().__init__(data_dir, say=lambda name, line: None)
        # Two collectors, as on two hosts: their transactions overlap, so that rows commit out of order.
        self.ports = {name: free_port() for name in WEBS}
        self._change = change
        self._stopping = threading.Event()
        self._watching: threading.Thread | None = None

    def start_servers(self) -> None:
        """PostgreSQL and Valkey, with every care for what was promised."""
        folders.secret_key(self.data_dir)
        (self.data_dir / "static").mkdir()
        postgres.prepare(self.data_dir)
        self.start(stack.postgres_program(self.data_dir), is_ready=lambda: postgres.is_ready(self.data_dir))
        postgres.make_roles(self.data_dir)
        valkey.prepare(self.data_dir)
        self.start(self._change(stack.valkey_program(self.data_dir)), is_ready=lambda: valkey.is_ready(self.data_dir))

    def start_programs(self) -> None:
        """Web, worker and clock; from now on whatever dies is started again."""
        environ = {"HEADWATER_DATA": str(self.data_dir), "BASE_URL": f"http://127.0.0.1:{self.ports['web']}"}
        for name, port in self.ports.items():
            web = replace(stack.web_program("127.0.0.1", port, environ), name=name)
            self.start(self._change(web), is_ready=partial(stack.answers, "127.0.0.1", port))
        self.start(self._change(stack.worker_program(environ)))
        self.start(stack.beat_program(self.data_dir, environ))
        self._watching = threading.Thread(target=self._watch_over_all, daemon=True)
        self._watching.start()

    def _watch_over_all(self) -> None:
        while not self._stopping.is_set():
            # Ours are no quick deaths of a broken program: nobody should wait longer and longer for the next start.
            for runner in self.runners:
                runner.quick_deaths = 0
            self.watch()
            time.sleep(0.05)

    def kill(self, name: str, *, only_a_child: bool = False) -> bool:
        """End a program with SIGKILL; PostgreSQL with all its children. Whether there was anything to kill."""
        runner = next(runner for runner in self.runners if runner.program.name == name)
        if runner.process is None or not runner.is_alive:
            return False
        family = descendants(runner.process.pid)
        if not family:
            return False
        victims = family if name == "postgres" else family[:1]
        if only_a_child and len(family) > 1:
            victims = family[-1:]
        for number in victims:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return True

    def last_lines(self, name: str, number: int = 25) -> str:
        """What a program said last."""
        path = self.data_dir / "logs" / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-number:]) if path.exists() else ""

    def close(self) -> None:
        """Stop everything and leave nothing behind."""
        self._stopping.set()
        if self._watching:
            self._watching.join()
        self.stop(first=(*WEBS, "beat", "worker"))
        folders.remove_socket_folder(self.data_dir)
        shutil.rmtree(self.folder, ignore_errors=True)


def descendants(number: int) -> list[int]:
    """The processes started by one of ours, parents before children."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [], sorted(children.get(number, []))
    while waiting:
        found.append(waiting.pop(0))
        waiting += sorted(children.get(found[-1], []))
    return found
