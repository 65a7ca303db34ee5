"""What waits to be stored, in one line per workspace, so that nobody stands behind another's ten thousand events."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

MAX_WAITING_ROWS = 50_000
MAX_WAITING_BYTES = 128 * 1024 * 1024
# Of all that may wait, what one workspace may fill: the rest is there for everybody else.
SHARE_OF_ONE = 0.5
# Of one workspace in one group, while others wait too.
MAX_ROWS_OF_ONE = 1_000


class Waiting(Protocol):
    """What stands in line."""

    workspace_id: int
    rows: int
    size: int


One = TypeVar("One", bound=Waiting)


@dataclass(slots=True)
class Line(Generic[One]):
    """What waits of one workspace, the oldest first."""

    waiting: deque[One] = field(default_factory=deque)
    rows: int = 0
    size: int = 0

    def join(self, one: One) -> None:
        self.waiting.append(one)
        self.rows += one.rows
        self.size += one.size

    def leave(self) -> One:
        one = self.waiting.popleft()
        self.rows -= one.rows
        self.size -= one.size
        return one


class FairQueue(Generic[One]):
    """Lines that are served by turns, each up to a bound."""

    def __init__(self) -> None:
        # In the order of their turns.
        self._lines: dict[int, Line[One]] = {}
        self.rows = 0
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __iter__(self) -> Iterator[One]:
        for line in self._lines.values():
            yield from line.waiting

    def is_full_for(self, one: One) -> bool:
        """Whether `one` would be too much, for all or for its workspace; whoever stands alone always has room."""
        if not self._lines:
            return False
        if self.rows + one.rows > MAX_WAITING_ROWS or self.size + one.size > MAX_WAITING_BYTES:
            return True
        line = self._lines.get(one.workspace_id)
        return line is not None and (
            line.rows + one.rows > MAX_WAITING_ROWS * SHARE_OF_ONE
            or line.size + one.size > MAX_WAITING_BYTES * SHARE_OF_ONE
        )

    def join(self, one: One) -> None:
        """Let `one` wait behind those of its own workspace."""
        line = self._lines.get(one.workspace_id)
        if line is None:
            line = self._lines[one.workspace_id] = Line()
        line.join(one)
        self.rows += one.rows
        self.size += one.size

    def take(self, most_rows: int) -> list[One]:
        """The next ones, one of each line by turns, up to `most_rows`; the first one however large it is."""
        # Asked once: who is in a shared group waits for all of it, also after their own line is empty.
        if len(self._lines) == 1:
            return self._take_of_one(most_rows)
        taken: list[One] = []
        rows = 0
        rows_of: dict[int, int] = {}
        resting: set[int] = set()
        while turns := [workspace_id for workspace_id in self._lines if workspace_id not in resting]:
            for workspace_id in turns:
                line = self._lines[workspace_id]
                more = line.waiting[0].rows
                mine = rows_of.get(workspace_id, 0) + more
                if taken and (rows + more > most_rows or mine > MAX_ROWS_OF_ONE):
                    resting.add(workspace_id)
                    continue
                rows, rows_of[workspace_id] = rows + more, mine
                taken.append(self._take_first(workspace_id))
        return taken

    def _take_of_one(self, most_rows: int) -> list[One]:
        """Nobody else waits: no turns, and no share of the group to keep to."""
        [(workspace_id, line)] = self._lines.items()
        before_rows, before_size = line.rows, line.size
        taken = [line.leave()]
        while line.waiting and before_rows - line.rows + line.waiting[0].rows <= most_rows:
            taken.append(line.leave())
        if not line.waiting:
            del self._lines[workspace_id]
        self.rows -= before_rows - line.rows
        self.size -= before_size - line.size
        return taken

    def _take_first(self, workspace_id: int) -> One:
        # Whoever had a turn goes to the end.
        line = self._lines.pop(workspace_id)
        one = line.leave()
        if line.waiting:
            self._lines[workspace_id] = line
        self.rows -= one.rows
        self.size -= one.size
        return one
