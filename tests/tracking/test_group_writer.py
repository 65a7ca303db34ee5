"""Who goes along with whom when events are written."""

import asyncio
from datetime import UTC, datetime

from tests.tracking.test_collector_trouble import incoming
from tracking.collector.writer import ROWS_WORTH_ANOTHER_WRITER, GroupWriter, Submission
from tracking.intake import ParsedRequest


class Notebook:
    """Stands where a connection would: counts the commits, and the turns of the loop before the first."""

    def __init__(self):
        self.commits = 0
        self.turns = 0

    async def run(self, work):
        self.commits += 1
        await asyncio.sleep(0.01)

    async def close(self):
        pass

    async def count_turns(self):
        while not self.commits:
            await asyncio.sleep(0)
            self.turns += 1


def submission(events):
    request = ParsedRequest("key", [incoming(f"m{n}") for n in range(events)], [])
    return Submission(1, datetime.now(UTC), request, 100)


def write_after(*turns, events=1):
    """Submit once after each number of turns of the loop, and say what the connection saw."""

    async def write(writer, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        await writer.write(submission(events))

    async def write_all():
        notebook = Notebook()
        writer = GroupWriter([notebook], door="segment", ring=lambda workspaces: None)
        writer.start()
        # Until the writer waits for its first event.
        await asyncio.sleep(0.01)
        await asyncio.gather(notebook.count_turns(), *(write(writer, after) for after in turns))
        await writer.stop()
        return notebook

    return asyncio.run(write_all())


def test_whoever_comes_a_few_turns_of_the_loop_later_goes_along():
    assert write_after(0, 1, 2, 3).commits == 1


def test_whoever_comes_later_goes_with_the_next_commit():
    assert write_after(0, 10, 12).commits == 2


def test_a_large_group_waits_for_nobody():
    assert write_after(0, events=ROWS_WORTH_ANOTHER_WRITER).turns < write_after(0).turns
