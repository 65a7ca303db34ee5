"""D7 in its short form: PostgreSQL hangs, or is gone, under a running Headwater. Longer: `benchmarks.recovery`."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import httpx
import pytest

from config.embedded import places, postgres
from config.embedded.supervisor import Supervisor
from tests.live import Live
from tests.reliability.trouble.faults import gone, stopped
from tests.reliability.trouble.posting import Posting
from tests.servers import DATA_DIR
from tests.whole.agency import Shop, open_shop, wait_for_worker

SECONDS = float(os.environ.get("DATABASE_AWAY_S", "4"))
# The promise is a second. A machine that does many other things must not turn this red, a wait without end must.
MOST_S = 3.0
PARTS = ("web", "worker", "beat")
Harm = Callable[[Supervisor, str], AbstractContextManager[None]]


@pytest.fixture
def shop(live_headwater: Live, transactional_db: None) -> Iterator[Shop]:
    from django.db import connections

    from accounts.actions import create_agency, create_api_token

    wait_for_worker(live_headwater.base_url)
    token = create_api_token(create_agency("Marlow and Pike"), name="tests", scope="manage")[1]
    opened = open_shop(live_headwater.base_url, token)
    yield opened
    opened.http.close()
    # Ours died with the server.
    connections.close_all()


@pytest.fixture
def commits_that_last(live_headwater: Live) -> Iterator[None]:
    """The tests' server answers before a commit is written down, for speed; killed, it loses half a second."""
    roles = (places.APP, places.COLLECTOR)
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        for role in roles:
            connection.execute(f"alter role {role} set synchronous_commit = on")
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = any(%s)", [[*roles]])
    yield
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        for role in roles:
            connection.execute(f"alter role {role} reset synchronous_commit")


def stored_ids() -> list[str]:
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        return [name for (name,) in connection.execute("select message_id from tracking_event").fetchall()]


@pytest.mark.parametrize("harm", [stopped, gone], ids=["hung", "gone"])
def test_while_the_database_is_away_clients_are_told_to_come_again(
    live_headwater: Live, commits_that_last: None, shop: Shop, harm: Harm
) -> None:
    port = int(httpx.URL(live_headwater.base_url).port or 0)
    before = {part: live_headwater.process_id(part) for part in PARTS}
    with Posting(port, shop.write_key) as posting:
        posting.wait_until_accepted(time.monotonic(), seconds=20)
        with harm(live_headwater.supervisor, "postgres"):
            away_from = time.monotonic()
            # Pages ask too; they must neither be in the collector's way nor wait for as long as the database is away.
            with ThreadPoolExecutor(6) as asking:
                healths = list(asking.map(health_of, [live_headwater.base_url] * 6))
            asked_for = time.monotonic() - away_from
            time.sleep(max(0.0, away_from + SECONDS - time.monotonic()))
            away_until = time.monotonic()
        back = posting.wait_until_accepted(time.monotonic(), seconds=30)
    assert {(answer.status_code, answer.json()["database"]) for answer in healths} == {(503, "away")}
    assert asked_for < 2 * MOST_S + 2
    meanwhile = [one for one in posting.answers if away_from + 0.1 < one.sent_at and one.answered_at < away_until]
    times = [one.seconds for one in meanwhile]
    print(f"{len(times)} answers, median {statistics.median(times):.2f} s, worst {max(times):.2f} s; back {back:.2f} s")
    assert {(one.status, one.retry_after) for one in meanwhile} == {(503, "1")}
    assert max(times) < MOST_S
    assert posting.statuses() <= {200, 503}

    state = shop.wait_until_caught_up(accepted=len(posting.accepted), seconds=60)
    assert state["processed"] == state["accepted"] == len(posting.accepted)
    assert sorted(stored_ids()) == sorted(posting.accepted)
    assert {part: live_headwater.process_id(part) for part in PARTS} == before
    assert set(health_of(live_headwater.base_url).json().values()) == {"ok"}


def health_of(base_url: str) -> httpx.Response:
    return httpx.get(f"{base_url}/healthz", timeout=60)
