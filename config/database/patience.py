"""How long a process waits for an answer of PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

CONNECT_S = 5.0
_of_this_process: float | None = None
_here: ContextVar[float | None] = ContextVar("patience", default=None)


def be_patient(seconds: float) -> None:
    """Give up on any single answer after so many seconds, from now on, in all of this process."""
    global _of_this_process
    _of_this_process = seconds


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait no longer than this for each answer inside, nor for a new connection."""
    token = _here.set(seconds)
    try:
        yield
    finally:
        _here.reset(token)


def seconds_to_wait() -> float | None:
    """For one answer; None for as long as it takes."""
    here = _here.get()
    return _of_this_process if here is None else here


def seconds_to_connect() -> int:
    """For a new connection; libpq knows whole seconds, and two of them at least."""
    return max(2, round(min(CONNECT_S, seconds_to_wait() or CONNECT_S)))
