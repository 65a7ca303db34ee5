"""What others read: how far what came in is worked off, and a person's journey."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.tracking.core.given import NOON, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import set_pipeline
from tracking.models import RejectedEvent
from tracking.storage import ingestion_state, load_journey
from tracking.tasks import derive_facts, look_for_events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def state(shop: Shop, **later):
    with shop.open():
        return ingestion_state(shop.workspace, now=NOON + timedelta(**later))


def test_what_waits_is_told(shop):
    empty = state(shop)
    assert (empty.accepted, empty.caught_up, empty.lag_seconds, empty.as_of) == (0, True, 0, NOON)
    shop.post([page("?a"), order("ada", minutes(5), "o1", revenue=1)])
    waiting = state(shop, seconds=30)
    assert (waiting.accepted, waiting.processed, waiting.pending) == (2, 0, 2)
    assert (waiting.caught_up, waiting.lag_seconds, waiting.as_of) == (False, 30, NOON)
    shop.derive()
    derived = state(shop, seconds=31)
    assert (derived.processed, derived.pending, derived.days_to_fill, derived.caught_up) == (2, 0, 1, False)
    shop.changed_days()
    assert state(shop, days=1).caught_up
    assert state(shop, days=1).as_of == NOON + timedelta(days=1)


def test_what_was_refused_is_counted_apart(shop):
    with shop.open():
        for reason, events in [("duplicate", 3), ("too_large", 2), ("not_processable", 1)]:
            RejectedEvent.objects.create(workspace=shop.workspace, reason=reason, events=events)
    shop.post([page("?a"), page("?b"), page("?c")])
    told = state(shop)
    assert (told.duplicates, told.rejected, told.quarantined, told.processed) == (3, 2, 1, 0)


def journey(shop: Shop, alias: str):
    with shop.open():
        return load_journey(shop.workspace, alias)


def test_a_journey_is_told_in_order(shop):
    set_pipeline(shop.workspace, [{"name": "Lead", "event": "Signed Up", "role": "lead"}])
    url = tagged("spring") + "&gclid=G1"
    shop.tell(
        page("?a", minutes(60), referrer="https://www.google.com/"),
        page("?a", url=url),
        identify("ada", "?a", minutes(61)),
        event("track", "ada", minutes(62), name="Signed Up"),
        order("ada", minutes(63), "o1", revenue="80.50"),
        refund("ada", minutes(64), "o1", revenue=20),
    )
    told = journey(shop, "ada")
    assert told == journey(shop, "?a")
    assert [(t["at"], t["source"], t["landing_url"]) for t in told["touches"]] == [
        (minutes(0), "google", url),
        (minutes(60), "google", "https://shop.example.test/"),
    ]
    assert told["touches"][0]["click_ids"] == {"gclid": "G1"}
    assert told["touches"][1]["referrer_host"] == "google.com"
    assert [c["goal"] for c in told["conversions"]] == ["Lead", "purchase"]
    bought = told["conversions"][1]
    assert (bought["value"], bought["refunded"], bought["currency"]) == (Decimal("60.500000"), Decimal(20), "EUR")
    assert (bought["order_id"], bought["event"], bought["note"]) == ("o1", "Order Completed", "")
    assert told["stages"] == [{"at": minutes(62), "name": "Lead", "role": "lead"}]


def test_a_user_comes_before_a_visitor_of_the_same_name(shop):
    shop.tell(event("page", "?same", properties={"url": tagged("one")}), order("?same", minutes(5), "o1", revenue=1))
    shop.tell(event("track", "ada", name="Seen"))
    assert len(journey(shop, "?same")["touches"]) == 1
    assert journey(shop, "ada") == {"touches": [], "conversions": [], "stages": []}
    assert journey(shop, "nobody") is None


def test_the_clock_finds_what_waits(shop, monkeypatch):
    other, rung = open_shop(), []
    monkeypatch.setattr(derive_facts, "apply_async", lambda args, **_: rung.append(args[0]))
    shop.post([page("?a")])
    look_for_events()
    assert rung == [shop.workspace.pk]
    derive_facts(shop.workspace.pk)
    derive_facts(other.workspace.pk)
    derive_facts(0)
    assert shop.waiting() == 0
    look_for_events()
    assert rung == [shop.workspace.pk]
