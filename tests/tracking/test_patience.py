"""Waiting with a limit, for thousands at once."""

import asyncio

import pytest

from tracking.collector.patience import Patience, TooSlow


async def late(seconds, value="done"):
    await asyncio.sleep(seconds)
    return value


def test_what_ends_in_time_gives_its_result():
    assert asyncio.run(Patience(1).wait_for(late(0.01))) == "done"


def test_what_takes_too_long_is_cancelled_and_said():
    ended = []

    async def work():
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(True)

    with pytest.raises(TooSlow):
        asyncio.run(Patience(0.05).wait_for(work()))
    assert ended == [True]


def test_one_that_is_too_slow_leaves_the_others_alone():
    async def both():
        patience = Patience(0.2)
        slow, quick = asyncio.ensure_future(patience.wait_for(late(30))), patience.wait_for(late(0.1))
        said = [await quick, (await asyncio.gather(slow, return_exceptions=True))[0]]
        return said, await patience.wait_for(late(0))

    said, afterwards = asyncio.run(both())
    assert said[0] == "done"
    assert isinstance(said[1], TooSlow)
    assert afterwards == "done"


def test_somebody_elses_cancelling_is_not_ours():
    async def cancelled():
        task = asyncio.ensure_future(Patience(5).wait_for(late(30)))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
