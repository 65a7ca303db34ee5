"""Everything in order: lock, servers, roles, tables, web, worker, clock, demo; and back when asked to end."""

import errno
import fcntl
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from accounts.rowsecurity import grant_rights
from config import kernels, safety
from config.embedded import demo, postgres, stack, valkey
from config.embedded.folders import CannotStart, make_data_folder, remove_socket_folder, secret_key
from config.embedded.places import addresses, bring_your_own_broker, bring_your_own_database
from config.embedded.supervisor import Program, Supervisor

PARTS = frozenset({"web", "worker", "clock"})


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True
    parts: frozenset[str] = PARTS

    @property
    def is_public(self) -> bool:
        """Whether anybody but this machine can reach us, directly or through what BASE_URL names."""
        named = os.environ.get("BASE_URL", "")
        has_proxy = os.environ.get("TRUSTED_PROXIES", "0") not in ("", "0")
        return has_proxy or safety.is_public(self.host) or safety.is_public_url(named)

    @property
    def url(self) -> str:
        """The address to open on this machine."""
        name = stack.local_name(self.host)
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"


class Launch:
    """One run of Headwater over one data folder."""

    def __init__(self, data_dir: Path, wishes: Wishes) -> None:
        self.data_dir = data_dir
        self.wishes = wishes
        self.started_at = time.monotonic()
        self.compiling_since: float | None = None
        self.fill_demo_at: float | None = None
        self.demo_filled = False
        # Open from beginning to end: who comes while the web process starts again waits, and is not refused.
        self.listener: socket.socket | None = None
        self.supervisor = Supervisor(data_dir, say)
        # Systems of a few hundred equations are solved twice as slowly by threads that wait for each other.
        threads = os.environ.get("OPENBLAS_NUM_THREADS", "1")
        self.environ = {"HEADWATER_DATA": str(data_dir), "OPENBLAS_NUM_THREADS": threads}
        if not os.environ.get("BASE_URL"):
            self.environ["BASE_URL"] = wishes.url

    def run(self) -> int:
        """Start all, watch over all until a signal, stop all; the exit code."""
        os.umask(0o077)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            make_data_folder(self.data_dir)
            secret_key(self.data_dir)
            with held(self.data_dir):
                if "web" in self.wishes.parts:
                    self.listener = listen(self.wishes)
                return self._run_locked()
        except KeyboardInterrupt:
            return 0

    def _run_locked(self) -> int:
        try:
            self._start()
            return self._watch()
        except KeyboardInterrupt:
            return 0
        finally:
            self._stop()

    def _step(self, text: str) -> None:
        say("up", f"{time.monotonic() - self.started_at:5.1f} s  {text}")

    def _start(self) -> None:
        self._compile_kernels()
        self._start_valkey()
        self._start_postgres()
        self._wait_for_valkey()
        self._migrate()
        self._look_after_safety()
        self._start_processes()
        if "web" in self.wishes.parts:
            self._start_demo()
            # It answers when the first is killed, and has loaded everything by then.
            self.supervisor.start(self._web_program("web2"))

    def _web_program(self, name: str) -> Program:
        listener = self.listener.fileno() if self.listener else None
        return stack.web_program(self.wishes.host, self.wishes.port, self.environ, name=name, listener=listener)

    def _compile_kernels(self) -> None:
        if "worker" in self.wishes.parts and not kernels.are_compiled(Path(os.environ["NUMBA_CACHE_DIR"])):
            self._step("Compiling the kernels, once for this version; the worker starts after it…")
            self.compiling_since = time.monotonic()
            self.supervisor.start(stack.kernels_program(self.environ))

    def _note_kernels(self) -> None:
        code = self.supervisor.take_result("kernels")
        if code is None or self.compiling_since is None:
            return
        seconds = time.monotonic() - self.compiling_since
        self.compiling_since = None
        # The worker's processes compile what they miss, each for itself.
        self._step(f"The kernels are compiled: {seconds:.1f} s." if code == 0 else "The kernels could not be compiled.")
        self.supervisor.start(stack.worker_program(self.environ))

    def _start_postgres(self) -> None:
        if bring_your_own_database():
            self._prepare_given_database()
            return
        if not (self.data_dir / "postgres").exists():
            self._step("Making the database folder…")
        postgres.prepare(self.data_dir)
        program = stack.postgres_program(self.data_dir)
        self.supervisor.start(program, is_ready=lambda: postgres.is_ready(self.data_dir))
        postgres.make_roles(self.data_dir)
        self._step("PostgreSQL is ready.")

    def _prepare_given_database(self) -> None:
        self._step("Waiting for the given PostgreSQL…")
        owner_url = addresses(self.data_dir).owner_url
        reason = postgres.wait_until_answers(owner_url, seconds=30)
        if reason:
            raise CannotStart(reason)
        postgres.make_derived_roles(self.data_dir, owner_url)
        self._step("The given PostgreSQL answers.")

    def _start_valkey(self) -> None:
        if bring_your_own_broker():
            self._step("Using the given Redis.")
            return
        valkey.prepare(self.data_dir)
        self.supervisor.start(stack.valkey_program(self.data_dir))

    def _wait_for_valkey(self) -> None:
        if not bring_your_own_broker():
            self.supervisor.wait("valkey", lambda: valkey.is_ready(self.data_dir))
            self._step("Valkey is ready.")

    def _migrate(self) -> None:
        from django.core.management import call_command
        from django.db import connections

        if unapplied_migrations():
            places = addresses(self.data_dir)
            if places.owner_url == places.app_url:
                raise CannotStart("the tables are older than this code; start first where OWNER_DATABASE_URL is set.")
            self._step("Bringing the tables up to date…")
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            if not bring_your_own_database():
                # Else a crash soon after would wait for the disk, for some seconds, with all that was made just now.
                threading.Thread(target=postgres.checkpoint, args=(self.data_dir,), daemon=True).start()
        else:
            grant_rights("owner")
        connections.close_all()
        self._step("The tables are up to date.")

    def _look_after_safety(self) -> None:
        places = addresses(self.data_dir)
        safety.refuse_forgetful_database(places.app_url, places.collector_url)
        if self.wishes.is_public and os.environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on"):
            raise CannotStart("DEBUG shows settings and data to everybody; leave it off on a public address.")
        if safety.forgets_bells(places.redis_url):
            self._step("Redis keeps no append-only file: nothing is lost, but after a crash work waits a little.")

    def _start_processes(self) -> None:
        wishes, start = self.wishes, self.supervisor.start
        # The door needs no worker: what comes in is safe, and the worker takes it up when it is there.
        if "web" in wishes.parts:
            (self.data_dir / "static").mkdir(exist_ok=True)
            start(self._web_program("web"))
        if "worker" in wishes.parts and self.compiling_since is None:
            start(stack.worker_program(self.environ))
        if "clock" in wishes.parts:
            start(stack.beat_program(self.data_dir, self.environ))
        if "web" in wishes.parts:
            self.supervisor.wait("web", lambda: stack.answers(wishes.host, wishes.port))
            self._step(f"Headwater answers on {wishes.url}")

    def _start_demo(self) -> None:
        demo.allow_log_in(not self.wishes.is_public)
        if self.wishes.is_public:
            self._step("The demo is refused on a public address: its log-in is off.")
            self._step("Pages answer to the names in ALLOWED_HOSTS only; `manage.py create_agency` makes a log-in.")
        elif self.wishes.demo:
            self._make_demo()

    def _make_demo(self) -> None:
        for line in demo.make_agency():
            self._step(f"Demo log-in: {line}")
        self._step("Filling the demo workspaces through the collector…")
        self._fill_demo()

    def _fill_demo(self) -> None:
        self.fill_demo_at = None
        self.supervisor.start(demo.filling_program(self.wishes.url, self.environ))

    def _note_demo(self) -> None:
        if self.fill_demo_at is not None and time.monotonic() >= self.fill_demo_at:
            self._fill_demo()
        code = self.supervisor.take_result("demo")
        if code is None:
            return
        self.fill_demo_at = time.monotonic() + demo.REFRESH_SECONDS
        if code:
            self._step(f"The demo workspaces could not be filled; see {self.data_dir / 'logs' / 'demo.log'}.")
        elif not self.demo_filled:
            self.demo_filled = True
            self._step(f"The demo workspaces have their events: {self.wishes.url}")

    def _watch(self) -> int:
        self._step("Ctrl-C stops everything.")
        if "clock" in self.wishes.parts:
            self._watch_alarms()
        while True:
            self._note_kernels()
            self._note_demo()
            name = self.supervisor.watch()
            if name:
                self._step(f"{name} keeps ending; see {self.data_dir / 'logs' / name}.log. Giving up.")
                return 1
            time.sleep(0.05)

    def _watch_alarms(self) -> None:
        # Not the clock's own work: nobody can tell of their own silence.
        from config import alarms

        alarms.watch(self._step)

    def _stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._step("Stopping…")
        self.supervisor.stop(first=("demo", "web2", "web", "beat", "worker"))
        remove_socket_folder(self.data_dir)
        self._step("Everything is stopped.")


def unapplied_migrations() -> bool:
    """Whether any migration has not run yet; far cheaper than `migrate`, which makes every model there ever was."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def say(name: str, line: str) -> None:
    """One line on the terminal, with the name of the program that said it."""
    try:
        sys.stdout.write(f"{name:<8} | {line}\n")
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        pass  # The terminal is gone; the log files have it.


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


class held:
    """Keep a second run away from this data folder; the lock goes with the process, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "lock"

    def __enter__(self) -> None:
        self.file = self.path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.file.seek(0)
            holder = self.file.read().strip() or "unknown"
            raise CannotStart(f"{self.path.parent} is in use by another Headwater (process {holder}).") from error
        self.file.truncate(0)
        self.file.write(str(os.getpid()))
        self.file.flush()

    def __exit__(self, *_: object) -> None:
        self.file.close()


def listen(wishes: Wishes) -> socket.socket:
    """The open socket; CannotStart for an address that we cannot listen on, before anything is started."""
    try:
        found = socket.getaddrinfo(wishes.host, wishes.port, type=socket.SOCK_STREAM)
        # A name that means both is reached by the older one everywhere.
        family, kind, protocol, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(place)
            listener.listen(stack.BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener
    except OverflowError as error:
        raise CannotStart(f"{wishes.port} is not a port; choose one from 1 to 65535 with --port.") from error
    except OSError as error:
        raise CannotStart(_why_not(error, wishes)) from error


def _why_not(error: OSError, wishes: Wishes) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {wishes.port} on {wishes.host} is taken; choose another, for example --port 8010."
    if error.errno == errno.EACCES:
        return f"port {wishes.port} is not ours to use; choose one above 1023 with --port."
    return f"cannot listen on {wishes.host} port {wishes.port}: {error.strerror}; see --host and --port."
