"""The demo's story: believable, repeatable, and told in calls the intake takes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from web.demo.journeys import shop_calls

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LAST = date(2026, 11, 21)


def tell():
    return list(shop_calls(LAST, AMSTERDAM))


def test_the_same_seed_tells_the_same_story():
    assert tell() == tell()


def test_every_call_has_its_own_message_id():
    calls = tell()
    assert len({call["messageId"] for call in calls}) == len(calls)


def test_nothing_happens_after_the_last_day():
    assert max(datetime.fromisoformat(call["timestamp"]).astimezone(AMSTERDAM).date() for call in tell()) <= LAST


def test_people_order_and_some_orders_have_no_visit():
    calls = tell()
    orders = [call for call in calls if call.get("event") == "Order Completed"]
    visited = {call["anonymousId"] for call in calls if call["type"] == "page"}
    without_visit = [call for call in orders if call.get("anonymousId") not in visited]
    assert 200 < len(orders) < 600
    assert 0 < len(without_visit) < len(orders) / 5
