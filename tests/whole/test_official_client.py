"""The official Python client of Segment, pointed at us by its host option and nothing else."""

from datetime import UTC, datetime, timedelta

from segment.analytics.client import Client

from tests.whole.agency import Shop

AT = datetime.now(UTC) - timedelta(hours=1)
URL = "https://shop.example.test/?utm_source=newsletter&utm_medium=email&utm_campaign=spring"


def send_everything(shop: Shop) -> None:
    failures: list[object] = []
    client = Client(
        shop.write_key, host=str(shop.http.base_url), on_error=lambda error, _items: failures.append(error), gzip=True
    )
    client.page(
        anonymous_id="anon-r1", properties={"url": URL}, timestamp=AT, message_id="page-r1", context={"locale": "en"}
    )
    client.identify("user-r1", {"plan": "pro"}, anonymous_id="anon-r1", message_id="identify-r1")
    client.alias("anon-r1", "user-r1", message_id="alias-r1")
    client.track(
        "user-r1", "Order Completed", {"order_id": "o-r1", "revenue": 90.0, "currency": "EUR"}, message_id="order-r1"
    )
    client.shutdown()
    assert failures == []


def test_the_pages_channel_earns_the_order_within_ten_seconds(shop: Shop):
    send_everything(shop)
    shop.wait_until_caught_up(accepted=4, seconds=10)
    assert shop.revenue_by("channel", "linear") == {"Email": 90}


def test_sent_twice_it_counts_once(shop: Shop):
    send_everything(shop)
    send_everything(shop)
    state = shop.wait_until_caught_up(accepted=4, seconds=10)
    assert (state["accepted"], state["duplicates"]) == (4, 4)
    assert shop.report()["total"] == {"conversions": 1.0, "revenue": "90.000000"}
