"""Kill the worker and wipe Valkey in the middle of 20,000 events: nothing is lost, nothing is counted twice."""

import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import redis

from tests.live import Live
from tests.whole.agency import SHOP, Shop, open_shop, wait_for_worker

PEOPLE = 10_000  # a visit and an order each
BATCH = 200
AT = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def shop(live_headwater: Live, transactional_db: None) -> Shop:
    from accounts.actions import create_agency, create_api_token

    wait_for_worker(live_headwater.base_url)
    token = create_api_token(create_agency("Marlow and Pike"), name="tests", scope="manage")[1]
    return open_shop(live_headwater.base_url, token)


def calls_of(person: int) -> list[dict]:
    who, seconds = f"p-{person}", timedelta(seconds=person)
    visit = {"type": "page", "properties": {"url": f"{SHOP}/?utm_source=google&utm_medium=cpc"}}
    order = {"type": "track", "event": "Order Completed", "properties": {"order_id": f"o-{person}", "revenue": 1}}
    common = {"anonymousId": who, "timestamp": (AT - seconds).isoformat()}
    return [
        visit | common | {"messageId": f"visit-{person}"},
        order | common | {"timestamp": (AT - seconds + timedelta(minutes=5)).isoformat(), "messageId": f"o-{person}"},
    ]


def post_everybody(shop: Shop) -> None:
    """Visits and orders travel apart, so that orders wait for visits and visits for orders."""
    calls = [call for person in range(PEOPLE) for call in calls_of(person)]
    calls = calls[::2] + calls[1::2]
    with httpx.Client(base_url=shop.http.base_url, auth=(shop.write_key, ""), timeout=30) as http:
        for start in range(0, len(calls), BATCH):
            body = {"batch": calls[start : start + BATCH]}
            while http.post("/v1/batch", json=body).status_code != 200:
                time.sleep(0.1)


def test_a_killed_worker_and_a_wiped_valkey_lose_and_double_nothing(live_headwater: Live, shop: Shop):
    posting = threading.Thread(target=post_everybody, args=(shop,))
    posting.start()
    valkey = redis.Redis.from_url(live_headwater.addresses.redis_url)
    for harm in ("kill", "wipe", "kill", "wipe"):
        time.sleep(0.8)
        if harm == "kill":
            live_headwater.kill("worker")
        else:
            valkey.flushall()
    posting.join()
    live_headwater.kill("worker")
    state = shop.wait_until_caught_up(accepted=2 * PEOPLE, seconds=120)
    assert state["accepted"] == state["processed"] == 2 * PEOPLE
    assert (state["rejected"], state["pending"]) == (0, 0)
    report = shop.report("linear")
    assert report["total"] == {"conversions": float(PEOPLE), "revenue": f"{PEOPLE}.000000"}
    assert shop.revenue_by("channel", "linear") == {"Paid Search": PEOPLE}
