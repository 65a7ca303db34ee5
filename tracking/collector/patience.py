"""A limit on how long something may take, for thousands at once: one look over all, where a timer each costs more."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

LOOKS = 8

Result = TypeVar("Result")


class TooSlow(Exception):
    """What was awaited took longer than it may."""


class Patience:
    """Waits `seconds` for each of its awaitables, and up to an eighth longer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._next_look: asyncio.TimerHandle | None = None

    async def wait_for(self, work: Awaitable[Result]) -> Result:
        """What `work` returns; raises TooSlow when it took too long, and then has cancelled it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        loop = asyncio.get_running_loop()
        self._until[task] = loop.time() + self._seconds
        if self._next_look is None:
            self._next_look = loop.call_later(self._seconds / LOOKS, self._look, loop)
        try:
            return await work
        except asyncio.CancelledError:
            if task in self._late and task.uncancel() == 0:
                raise TooSlow from None
            raise
        finally:
            del self._until[task]
            self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task in [task for task, until in self._until.items() if until < now and task not in self._late]:
            self._late.add(task)
            task.cancel()
        self._next_look = loop.call_later(self._seconds / LOOKS, self._look, loop) if self._until else None
