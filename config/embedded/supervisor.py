"""Start programs under guards, copy their lines to terminal and log file, start them again when they die or hang."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded.folders import CannotStart

LOG_BYTES = 10_000_000
QUICK_DEATH_S = 10.0
QUICK_DEATHS = 5
LONGEST_PAUSE_S = 5.0
# The first sign of life follows when everything is loaded, which a busy machine takes its time for.
FIRST_SIGN_S = 300.0
PAUSED_S = 5.0
GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True)
class Program:
    """What to run, how to ask it to end, and how many seconds it gets for that."""

    name: str
    command: list[str]
    stop_signal: str = "TERM"
    grace_s: float = 10.0
    environ: Mapping[str, str] = field(default_factory=dict)
    # A program that ends by itself, like the demo, is not started again.
    once: bool = False
    # Whoever dies sooner than this after its start, and again, is started again later and later.
    quick_death_s: float = QUICK_DEATH_S
    # After so long without a sign of life (see `config.pulse.sign`) it hangs, and is killed; None: it gives none.
    silent_s: float | None = None
    # An open socket that it listens on; ours, so that nobody is refused while it starts again.
    listener: int | None = None


class Runner:
    """One program: its present process, its lines, and how often it died of late."""

    def __init__(self, program: Program, data_dir: Path, say: Callable[[str, str], None]) -> None:
        self.program = program
        self.say = say
        self.lock_path = data_dir / "run" / f"{program.name}.lock"
        self.log_path = data_dir / "logs" / f"{program.name}.log"
        for folder in (self.lock_path.parent, self.log_path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None
        self.sign_path = data_dir / "run" / f"{program.name}.sign"
        self.quick_deaths = 0
        # Whoever has worked once will work again: what kills it is not its own making.
        self.has_worked = False
        self.started_at = self.start_again_at = self.sign_seen_at = 0.0
        self.sign: float | None = None

    def start(self, *, patience_s: float = 0.0) -> None:
        """Start it, after a predecessor that outlived its supervisor has gone."""
        end_leftover(self.lock_path, self.program.stop_signal, patience_s=patience_s)
        command = [sys.executable, "-I", "-S", str(GUARD), str(self.lock_path), self.program.stop_signal]
        listener = self.program.listener
        self.sign_path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*command, str(self.program.grace_s), *self.program.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if listener is None else (listener,),
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "HEADWATER_SIGN": str(self.sign_path),
                "HEADWATER_LISTENER": "" if listener is None else str(listener),
                **self.program.environ,
            },
        )
        self.sign = None
        self.started_at = self.sign_seen_at = time.monotonic()
        threading.Thread(target=self._copy_lines, args=(self.process.stdout,), daemon=True).start()

    def _copy_lines(self, lines: IO[bytes]) -> None:
        log = self.log_path.open("ab")
        for line in lines:
            if log.tell() > LOG_BYTES:
                log.close()
                self.log_path.replace(self.log_path.with_name(f"{self.log_path.name}.1"))
                log = self.log_path.open("ab")
            log.write(line)
            log.flush()
            self.say(self.program.name, line.decode("utf-8", "replace").rstrip())
        log.close()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self.process.returncode if self.process else None

    def note_death(self, now: float) -> None:
        """Decide when to start again: at once after a long life and a first short one, later and later after more."""
        lived_s = now - self.started_at
        self.has_worked = self.has_worked or lived_s >= QUICK_DEATH_S
        self.quick_deaths = self.quick_deaths + 1 if lived_s < self.program.quick_death_s else 0
        pause = min(LONGEST_PAUSE_S, 0.125 * 2**self.quick_deaths) if self.quick_deaths > 1 else 0.0
        self.start_again_at = now + pause

    @property
    def is_hopeless(self) -> bool:
        return self.quick_deaths >= QUICK_DEATHS and not self.has_worked

    def is_silent(self, now: float) -> bool:
        """Whether it lives and gives no sign of it, by our own clock, which stands still while the machine sleeps."""
        if self.program.silent_s is None or not self.is_alive:
            return False
        try:
            sign = self.sign_path.stat().st_mtime
        except OSError:
            sign = None
        if sign is not None and sign != self.sign:
            self.sign, self.sign_seen_at, self.has_worked = sign, now, True
        return now - self.sign_seen_at > (FIRST_SIGN_S if self.sign is None else self.program.silent_s)

    def kill(self) -> None:
        """End it at once, with all it started; also one that is stopped."""
        _signal_holders(self.lock_path, signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait; its guard kills what is left after the grace."""
        if self.process is None:
            return
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(self.program.grace_s + 5)
        except subprocess.TimeoutExpired:
            end_leftover(self.lock_path, "KILL", patience_s=0)
            self.process.wait()


class Supervisor:
    """Runs programs in order, keeps them running, and stops them in the opposite order."""

    def __init__(self, data_dir: Path, say: Callable[[str, str], None]) -> None:
        self.data_dir = data_dir
        self.say = say
        self.runners: list[Runner] = []
        self.watched_at = time.monotonic()

    def start(self, program: Program, *, is_ready: Callable[[], bool] | None = None, seconds: float = 120) -> None:
        """Start a program and wait until it is ready; CannotStart when it dies first or takes too long."""
        runner = Runner(program, self.data_dir, self.say)
        self.runners.append(runner)
        runner.start(patience_s=20)
        if is_ready:
            self._wait(runner, is_ready, seconds)

    def wait(self, name: str, is_ready: Callable[[], bool], *, seconds: float = 120) -> None:
        """Wait until a program that was started before is ready; CannotStart as with `start`."""
        self._wait(next(runner for runner in self.runners if runner.program.name == name), is_ready, seconds)

    def _wait(self, runner: Runner, is_ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not runner.is_alive:
                raise CannotStart(f"{runner.program.name} ended at once; see {runner.log_path}.")
            if time.monotonic() > deadline:
                raise CannotStart(f"{runner.program.name} is not ready after {seconds:.0f} s; see {runner.log_path}.")
            time.sleep(0.03)
        runner.has_worked = True

    def watch(self) -> str:
        """Start the dead again, and end those that hang; the name of a program that never comes up, else empty."""
        now = time.monotonic()
        if now - self.watched_at > PAUSED_S:
            # All of us were stopped, and the others need as long to come round.
            for runner in self.runners:
                runner.sign_seen_at = now
        self.watched_at = now
        for runner in self.runners:
            if runner.is_silent(now):
                self.say("up", f"{runner.program.name} gives no sign of life; ending it.")
                runner.kill()
            if runner.is_alive or runner.program.once:
                continue
            if runner.start_again_at < runner.started_at:
                runner.note_death(now)
                if runner.is_hopeless:
                    return runner.program.name
                self.say("up", f"{runner.program.name} ended with {runner.exit_code}; starting it again.")
            if now >= runner.start_again_at:
                runner.start()
        return ""

    def take_result(self, name: str) -> int | None:
        """The exit code of a program that was to run once, told once; None while it runs."""
        for runner in self.runners:
            if runner.program.once and runner.program.name == name and not runner.is_alive:
                self.runners.remove(runner)
                return runner.exit_code
        return None

    def process_id(self, name: str) -> int:
        """The process of a running program itself, not of its guard."""
        runner = next(runner for runner in self.runners if runner.program.name == name)
        return int(runner.lock_path.read_text(encoding="ascii").split()[0])

    def stop_one(self, name: str) -> None:
        """Stop one program and leave the others running."""
        for runner in [runner for runner in self.runners if runner.program.name == name]:
            self.runners.remove(runner)
            runner.stop()

    def stop(self, first: Sequence[str] = ()) -> None:
        """Stop everything: the named ones in that order, then the last started first."""
        for name in first:
            self.stop_one(name)
        while self.runners:
            self.runners.pop().stop()


def end_leftover(lock_path: Path, stop_signal: str, *, patience_s: float) -> None:
    """Wait for a program of an earlier life to end; past our patience, end it; then its lock is free."""
    kill_at = [time.monotonic() + patience_s, time.monotonic() + patience_s + 20]
    kinds = [f"SIG{stop_signal}", "SIGKILL"]
    give_up_at = kill_at[-1] + 20
    while _is_held(lock_path):
        now = time.monotonic()
        if kill_at and now >= kill_at[0]:
            kill_at.pop(0)
            _signal_holders(lock_path, signal.Signals[kinds.pop(0)])
        if now > give_up_at:
            raise CannotStart(f"a program of an earlier run still holds {lock_path}.")
        time.sleep(0.05)


def _is_held(lock_path: Path) -> bool:
    try:
        with lock_path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _signal_holders(lock_path: Path, number: signal.Signals) -> None:
    # The lock is held, so the process group still exists and its number cannot have gone to somebody else.
    noted = lock_path.read_text(encoding="ascii").split()
    if len(noted) == 2:
        for send in (lambda: os.killpg(int(noted[0]), number), lambda: os.kill(int(noted[1]), number)):
            try:
                send()
            except ProcessLookupError:
                pass
