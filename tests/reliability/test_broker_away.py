"""D6 in its short form: Valkey gone, wiped, full, and killed ten times. Longer: `benchmarks.recovery`."""

import os
import time
from collections.abc import Iterator

import httpx
import pytest
import redis

from tests.live import Live
from tests.reliability.trouble.faults import gone
from tests.reliability.trouble.posting import Posting
from tests.whole.agency import Shop, open_shop, wait_for_worker

SECONDS = float(os.environ.get("BROKER_AWAY_S", "4"))
# The promise is 30 s after the return, on a machine that nobody else uses.
DRAINED_S = 60
RESTARTS = 10
BALLAST = [f"ballast:{number}" for number in range(100)]


@pytest.fixture
def shop(live_headwater: Live, transactional_db: None) -> Iterator[Shop]:
    from accounts.actions import create_agency, create_api_token

    wait_for_worker(live_headwater.base_url)
    token = create_api_token(create_agency("Marlow and Pike"), name="tests", scope="manage")[1]
    opened = open_shop(live_headwater.base_url, token)
    yield opened
    opened.http.close()


@pytest.fixture
def posting(live_headwater: Live, shop: Shop) -> Iterator[Posting]:
    with Posting(int(httpx.URL(live_headwater.base_url).port or 0), shop.write_key) as posting:
        posting.wait_until_accepted(time.monotonic(), seconds=20)
        yield posting


@pytest.fixture
def valkey(live_headwater: Live) -> redis.Redis:
    return redis.Redis.from_url(live_headwater.addresses.redis_url)


def fill(valkey: redis.Redis) -> bool:
    """Put ballast into Valkey until it takes no more; whether it came to that."""
    try:
        for name in BALLAST:
            valkey.set(name, b"x" * 100_000)
    except redis.exceptions.OutOfMemoryError:
        return True
    return False


def nothing_was_refused_and_all_is_worked_off(posting: Posting, shop: Shop) -> None:
    """What has been accepted until now becomes facts soon after the return, while more comes in."""
    back_at, accepted = time.monotonic(), len(posting.accepted)
    while (state := shop.get("ingestion/"))["processed"] < accepted:
        assert time.monotonic() < back_at + DRAINED_S, state
        time.sleep(0.1)
    print(f"{accepted} events worked off {time.monotonic() - back_at:.1f} s after the return")
    assert posting.statuses() == {200}


def test_without_valkey_everything_is_accepted_and_worked_off_when_it_is_back(
    live_headwater: Live, posting: Posting, shop: Shop
) -> None:
    with gone(live_headwater.supervisor, "valkey"):
        time.sleep(SECONDS)
    nothing_was_refused_and_all_is_worked_off(posting, shop)


def test_a_wiped_valkey_forgets_nothing_of_worth(posting: Posting, shop: Shop, valkey: redis.Redis) -> None:
    for _ in range(5):
        valkey.flushall()
        time.sleep(0.4)
    nothing_was_refused_and_all_is_worked_off(posting, shop)


def test_a_full_valkey_keeps_nobody_out(posting: Posting, shop: Shop, valkey: redis.Redis) -> None:
    valkey.config_set("maxmemory", "4mb")
    try:
        assert fill(valkey)
        time.sleep(SECONDS)
    finally:
        valkey.config_set("maxmemory", "0")
        valkey.delete(*BALLAST)
    nothing_was_refused_and_all_is_worked_off(posting, shop)


def test_nobody_has_to_start_a_worker_by_hand_after_ten_restarts_of_valkey(
    live_headwater: Live, posting: Posting, shop: Shop
) -> None:
    runner = next(one for one in live_headwater.supervisor.runners if one.program.name == "valkey")
    for _ in range(RESTARTS):
        # Ours are no quick deaths of a broken program, which is started later and later.
        runner.quick_deaths = 0
        before = live_headwater.process_id("valkey")
        live_headwater.kill("valkey")
        while live_headwater.process_id("valkey") == before:
            time.sleep(0.05)
        time.sleep(0.3)
    nothing_was_refused_and_all_is_worked_off(posting, shop)
