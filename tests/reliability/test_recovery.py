"""D5 in its short form: the web process is killed, and hangs, and another goes on. Figures: `benchmarks.recovery`."""

import os
import signal
import time

from benchmarks.recovery import running
from tests.reliability.trouble.posting import Posting

# Whoever has everything loaded needs a fraction of a second; a machine that does many other things may take longer.
HANDED_OVER_S = 10
# Ten seconds of silence, and the time to see it.
HANGING_S = 40


def test_whoever_answers_is_replaced_by_one_that_is_ready_when_killed_and_when_hung() -> None:
    with running() as headwater:
        headwater.wait_until_well()
        for number, most_s in ((signal.SIGKILL, HANDED_OVER_S), (signal.SIGSTOP, HANGING_S)):
            headwater.wait_until_well()
            ready = {headwater.process_id(name) for name in ("web", "web2")}
            answering = headwater.answering()
            assert answering in ready
            with Posting(headwater.port, headwater.shop.write_key, name=number.name) as posting:
                posting.wait_until_accepted(time.monotonic(), seconds=20)
                since = time.monotonic()
                os.kill(answering, number)
                took = posting.wait_until_accepted(since, seconds=most_s)
            print(f"{number.name}: accepted again after {took:.2f} s")
            # What was under way is lost to its client, who sends it again; nobody new is refused.
            assert posting.statuses() <= {200, 0}
            assert {headwater.answering()} == ready - {answering}
            stored = headwater.shop.get("ingestion/")["accepted"]
            assert stored >= len(posting.accepted)
