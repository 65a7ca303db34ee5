"""Faults of a running part: stopped for a while, gone for a while, killed with all its children."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.embedded.supervisor import Supervisor
from tests.reliability.killing.house import descendants


def family(supervisor: Supervisor, name: str) -> list[int]:
    """The processes of a program, itself first; its guard is none of them."""
    runner = next(runner for runner in supervisor.runners if runner.program.name == name)
    return descendants(runner.process.pid) if runner.process else []


def send(processes: list[int], number: signal.Signals) -> None:
    """Send a signal to those that still live."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


@contextmanager
def stopped(supervisor: Supervisor, name: str) -> Iterator[None]:
    """A program hangs: it lives, holds what it holds, and does nothing."""
    processes = family(supervisor, name)
    send(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        send(processes, signal.SIGCONT)


@contextmanager
def gone(supervisor: Supervisor, name: str) -> Iterator[None]:
    """A program is dead with all its children, and nobody starts it again."""
    runner = next(runner for runner in supervisor.runners if runner.program.name == name)
    place = supervisor.runners.index(runner)
    supervisor.runners.remove(runner)
    send(descendants(runner.process.pid) if runner.process else [], signal.SIGKILL)
    runner.stop()
    try:
        yield
    finally:
        runner.start(patience_s=1)
        supervisor.runners.insert(place, runner)
