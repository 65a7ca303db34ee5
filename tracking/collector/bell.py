"""The bell: tells the workers to look now. Best effort, for they look every few seconds anyway."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

GATHER_S = 0.5


class Bell:
    """Rings for workspaces from one thread of its own, so that a dead broker never holds up a request.

    `send` gets a workspace's id, at most once in GATHER_S seconds each.
    """

    def __init__(self, send: Callable[[int], None], gather_s: float = GATHER_S) -> None:
        self._send = send
        self._gather_s = gather_s
        self._waiting: set[int] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_broken = False

    def ring(self, workspace_ids: set[int]) -> None:
        """Note that these workspaces have new events; returns at once."""
        with self._lock:
            self._waiting |= workspace_ids
        self._wake.set()

    def start(self) -> None:
        """Start the thread; it does not keep the process from ending."""
        self._thread = threading.Thread(target=self._ring_forever, name="bell", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; what was not rung is found by the next look."""
        self._stopping.set()
        self._wake.set()

    def _ring_forever(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                workspace_ids, self._waiting = self._waiting, set()
            for workspace_id in workspace_ids:
                self._ring_one(workspace_id)
            self._stopping.wait(self._gather_s)

    def _ring_one(self, workspace_id: int) -> None:
        try:
            self._send(workspace_id)
        except Exception as error:
            if not self._is_broken:
                logger.warning("The workers cannot be told of new events; they will look by themselves: %s", error)
            self._is_broken = True
        else:
            self._is_broken = False
