"""The demo's story: believable, repeatable, and told in calls the intake takes."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tracking.core.bots import is_bot
from tracking.core.channels import CHANNELS, classify
from tracking.core.marks import Arrival, ArrivalRules, read_arrival
from tracking.intake import Rejected
from tracking.intake.segment import read_request
from web.demo import agency
from web.demo.posted import day_in
from web.demo.software import STAGES
from web.demo.spend import bill
from web.demo.story import Told, received_at, tell

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=364)
CLIENTS = {setup.slug: setup.client for setup in agency.SETUPS}
YEARS: dict[str, Told] = {}


def year_of(slug: str) -> Told:
    """A client's whole year; telling it takes a second, so that tests share one."""
    if slug not in YEARS:
        YEARS[slug] = tell(CLIENTS[slug], zone=AMSTERDAM, first=FIRST, start=FIRST, end=LAST)
    return YEARS[slug]


def calls_of(slug: str) -> list[dict]:
    return [call for day in sorted(year_of(slug).days) for call in year_of(slug).days[day]]


def visits_of(slug: str) -> int:
    """Pages that somebody opened from elsewhere."""
    site = CLIENTS[slug].site
    pages = (call for call in calls_of(slug) if call["type"] == "page" and not is_bot(call["context"]["userAgent"]))
    return sum(not call["properties"]["referrer"].startswith(site) for call in pages)


def events(slug: str) -> Counter[str]:
    return Counter(call["event"] for call in calls_of(slug) if call["type"] == "track")


@pytest.mark.parametrize("slug", CLIENTS)
def test_any_days_told_alone_are_the_same_days(slug):
    start = LAST - timedelta(days=9)
    alone = tell(CLIENTS[slug], zone=AMSTERDAM, first=FIRST, start=start, end=LAST)
    assert alone.days == {day: calls for day, calls in year_of(slug).days.items() if day >= start}
    assert alone.paid == {bought: n for bought, n in year_of(slug).paid.items() if bought.day >= start}


@pytest.mark.parametrize("slug", CLIENTS)
def test_ids_name_the_day_and_follow_the_time(slug):
    for day, calls in year_of(slug).days.items():
        assert {day_in(call["messageId"]) for call in calls} <= {day}
        assert all(a["messageId"] <= b["messageId"] and a["receivedAt"] <= b["receivedAt"] for a, b in pairwise(calls))
        assert {received_at(call).astimezone(AMSTERDAM).date() for call in calls} <= {day}


@pytest.mark.parametrize("slug", CLIENTS)
def test_the_intake_takes_everything_but_what_names_nobody(slug):
    import json

    received_at = datetime(2026, 11, 22, tzinfo=AMSTERDAM)
    calls = calls_of(slug)
    parts = (calls[place : place + 100] for place in range(0, len(calls), 100))
    rejected: list[Rejected] = []
    for part in parts:
        options = {"path_kind": "batch", "gzipped": False, "key_from_basic": "key", "received_at": received_at}
        read = read_request(json.dumps({"batch": part}).encode(), **options, new_id=lambda: "new")
        rejected += read.rejected
        assert read.error is None
        assert not any(event.time_replaced for event in read.events)
    assert {one.reason for one in rejected} == {"missing_identity"}
    assert 3 < len(rejected) < len(calls) / 100


def test_the_year_is_as_large_as_a_first_start_can_bear():
    assert 40_000 < sum(len(calls_of(slug)) for slug in CLIENTS) < 75_000


@pytest.mark.parametrize(
    ("slug", "goal", "least", "most"),
    [
        ("northwind-bikes", "Order Completed", 0.03, 0.05),
        ("alder-finch", "Deal Won", 0.01, 0.02),
        ("harbour-dental", "Appointment Booked", 0.02, 0.04),
    ],
)
def test_a_believable_share_of_visits_leads_to_something(slug, goal, least, most):
    assert least < events(slug)[goal] / visits_of(slug) < most


def test_the_pipeline_has_one_bottleneck():
    counts = [events("alder-finch")[stage["event"]] for stage in STAGES]
    shares = [after / before for before, after in pairwise(counts)]
    assert shares.index(min(shares)) == 1
    assert min(shares) < 0.35 < 0.55 < sorted(shares)[1]


def test_orders_without_a_visit_refunds_and_shared_devices_happen():
    tracked = [call for call in calls_of("northwind-bikes") if call["type"] == "track" and "userId" in call]
    orders = [call for call in tracked if call["event"] == "Order Completed"]
    assert 0.01 < sum("anonymousId" not in call for call in orders) / len(orders) < 0.06
    assert 0.02 < events("northwind-bikes")["Order Refunded"] / len(orders) < 0.1
    buyers = Counter(device for device, _ in {(call.get("anonymousId"), call["userId"]) for call in orders})
    assert any(number > 1 for device, number in buyers.items() if device)


def test_a_third_of_the_shops_orders_comes_in_when_the_money_does_and_nothing_else_is_late():
    late = Counter()
    for call in calls_of("northwind-bikes"):
        waited = received_at(call) - datetime.fromisoformat(call["timestamp"])
        late[call.get("event"), waited > timedelta(0), waited > timedelta(days=4)] += 1
    orders = sum(n for (event, *_), n in late.items() if event == "Order Completed")
    assert 0.28 < sum(late["Order Completed", True, very] for very in (True, False)) / orders < 0.4
    assert 0.005 < late["Order Completed", True, True] / orders < 0.05
    assert not any(is_late for (event, is_late, _) in late if event != "Order Completed")


def test_tags_are_typed_carelessly_and_most_still_find_their_channel():
    addresses = [call["properties"]["url"] for call in calls_of("northwind-bikes") if call["type"] == "page"]
    for typed in ("utm_source=FB", "utm_medium=e-mail", "utm_medium=CPC", "utm_campaign=Autumn-Gravel"):
        assert any(typed in address for address in addresses), typed
    channels = Counter()
    rules = ArrivalRules(own_domains=frozenset({"northwind-bikes.example"}))
    for call in calls_of("northwind-bikes"):
        if call["type"] == "page":
            said = call["properties"]
            channels[classify(read_arrival(Arrival(said["url"], said["referrer"], {}), rules).mark)] += 1
    assert {"Paid Search", "Organic Search", "Email", "AI Assistants", "Display", "Affiliates"} <= set(channels)
    assert 0 < channels["Unassigned"] < channels.total() / 100
    assert set(channels) <= set(CHANNELS)


@pytest.mark.parametrize("slug", CLIENTS)
def test_bills_name_campaigns_that_were_visited_and_stop_before_today(slug):
    rows = bill(year_of(slug).paid, "EUR", until=LAST)
    assert max(row.end for row in rows) < LAST
    assert len({row.external_id for row in rows}) == len(rows)
    assert all(row.amount > 0 and row.clicks and row.impressions for row in rows)


def test_seasons_and_weekdays_can_be_seen():
    by_month, by_weekday = Counter(), Counter()
    for day, calls in year_of("alder-finch").days.items():
        by_month[day.month] += len(calls)
        by_weekday[day.weekday()] += len(calls)
    assert by_month[8] < by_month[9] < by_month[10]
    assert by_weekday[6] < by_weekday[2] / 2
