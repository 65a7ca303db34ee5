"""What came in and what became of it: every fate, counters that add up, and a stream without gaps or repeats."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.errors import Refusal
from reports.catalogue import live, live_event, live_rows
from reports.core.masking import HIDDEN, mask, write_raw
from tests.tracking.core.given import NOON, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import set_pipeline
from tracking.models import EventCount, RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)

# The Shop stores everything as received at noon.
NOW = NOON + timedelta(hours=1)
BOT = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
STAGES = [
    {"name": "Lead", "event": "Signed Up", "role": "lead"},
    {"name": "Customer", "event": "Order Completed", "role": "customer"},
]


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def look(shop: Shop, *, now: datetime = NOW, most: int = live.PAGE, **query: str):
    with shop.open():
        return live.build(shop.workspace, live.parse_params(query), now, most=most)


def refuse(shop: Shop, reason: str, events: int = 1, at: datetime = NOON, **more: object) -> RejectedEvent:
    with shop.open():
        return RejectedEvent.objects.create(
            workspace=shop.workspace, received_at=at, reason=reason, events=events, door="segment", **more
        )


def fates(report) -> dict[str, tuple[str, str]]:
    return {row.message_id: (row.fate, row.words) for row in report.rows}


def test_every_event_is_shown_with_what_became_of_it(shop):
    set_pipeline(shop.workspace, STAGES)
    shop.tell(
        page("?v", NOON, tagged("spring"), message_id="arrival"),
        page("?v", minutes(1), "https://shop.example.test/a", message_id="further"),
        page("?v", minutes(2), tagged("brand", "google", "cpc"), message_id="again"),
        page("?bot", minutes(3), message_id="bot", context=BOT),
        event("track", "?v", minutes(4), "viewed", name="Product Viewed"),
        event("track", "?v", minutes(4), "signed", name="Signed Up"),
        identify("ada", "?v", minutes(5), "joins"),
        identify("ada", "?v", minutes(6), "joined"),
        order("ada", minutes(7), "N-1", "ordered", revenue=80),
        order("ada", minutes(8), "N-1", "told", revenue=80),
        refund("ada", minutes(9), "N-1", "refunded", total=10),
    )
    shop.post([page("?late", NOON, message_id="waits")])
    assert fates(look(shop)) == {
        "arrival": ("touch", "New session, touch"),
        "further": ("session", "Same session"),
        "again": ("touch", "Touch in the same session"),
        "bot": ("bot", "Machine, no touch"),
        "viewed": ("kept", "Kept"),
        "signed": ("conversion", "Conversion: Lead"),
        "joins": ("kept", "Joined two ids"),
        "joined": ("kept", "Known already"),
        "ordered": ("conversion", "Conversion: purchase, €70.00"),
        "told": ("kept", "Order N-1 was told before"),
        "refunded": ("conversion", "Refund of N-1"),
        "waits": ("waiting", "Waiting"),
    }


def test_the_counters_of_today_add_up_whatever_came_in(shop):
    shop.tell(page("?a", NOON), page("?b", NOON))
    shop.post([page("?late", NOON)])
    refuse(shop, "duplicate", 5)
    refuse(shop, "missing_type", 2)
    # Accepted first, and set aside later: an event that was received once.
    with shop.open():
        EventCount.objects.create(workspace=shop.workspace, received_at=NOON, events=1)
    refuse(shop, "not_processable")
    refuse(shop, "missing_identity", 100, at=NOON - timedelta(days=2))
    refuse(shop, "duplicate", 3, at=NOON - timedelta(days=1))
    # Events are counted by the hour at which the collector stored them.
    with shop.open():
        EventCount.objects.of(shop.workspace).update(received_at=NOON)
        EventCount.objects.create(workspace=shop.workspace, received_at=NOON - timedelta(days=1), events=7)
    counted = look(shop).counters
    assert (counted.in_reports, counted.waiting, counted.duplicates, counted.refused) == (2, 1, 5, 3)
    assert counted.received == 11
    assert counted.received == counted.in_reports + counted.waiting + counted.duplicates + counted.refused
    assert counted.received_before == 10
    assert counted.main_reason == "missing_type"


def test_the_stream_has_neither_gaps_nor_repeats(shop):
    shop.tell(*(page(f"?v{n}", minutes(n), message_id=f"m-{'aB_é'[n % 4]}{n}") for n in range(23)))
    for n in range(7):
        refuse(shop, "missing_type" if n % 2 else "duplicate", at=NOON + timedelta(seconds=n - 3))
    whole = look(shop)
    assert len(whole.rows) == 30
    found, cursor = [], ""
    for _page in range(20):
        report = look(shop, most=4, cursor=cursor)
        found += report.rows
        cursor = report.next_cursor
        if not cursor:
            break
    assert [(row.message_id, row.rejected_id) for row in found] == [
        (row.message_id, row.rejected_id) for row in whole.rows
    ]


def test_filters_show_what_they_say(shop):
    shop.tell(page("?a", NOON, tagged("x"), message_id="p"), order("?a", minutes(1), "N-1", "o", revenue=5))
    shop.post([event("track", "?a", NOON, "w", name="Product Viewed")])
    refuse(shop, "missing_type")
    refuse(shop, "duplicate", 2)
    ids = {
        fate: {row.message_id or row.words for row in look(shop, fate=fate).rows}
        for fate in ("touch", "conversion", "waiting", "refused", "duplicate", "bot")
    }
    assert ids == {
        "touch": {"p"},
        "conversion": {"o"},
        "waiting": {"w"},
        "refused": {"Refused: no type"},
        "duplicate": {"Sent before, dropped ×2"},
        "bot": set(),
    }
    assert [row.message_id for row in look(shop, event="page").rows] == ["p"]
    assert [row.message_id for row in look(shop, event="track:Order Completed").rows] == ["o"]
    assert look(shop, source="nowhere").rows == []
    assert ("track:Order Completed", "Order Completed") in look(shop).names


def test_a_search_that_stops_short_says_where_it_goes_on(shop, monkeypatch):
    monkeypatch.setattr(live_rows, "WINDOW", 3)
    monkeypatch.setattr(live_rows, "FATE_WINDOW", 3)
    shop.tell(
        order("?a", NOON, "N-1", "a-first", revenue=1), *(page("?a", minutes(n), message_id=f"p{n}") for n in range(5))
    )
    for query in ({"event": "track"}, {"fate": "conversion"}):
        found, cursor, looks = [], "", 0
        while cursor is not None and looks < 9:
            report = look(shop, cursor=cursor, **query)
            found += [row.message_id for row in report.rows]
            cursor, looks = report.next_cursor, looks + 1
            assert (report.searched is None) == (cursor is None)
        assert found == ["a-first"], query
        assert cursor is None
        assert looks >= 2


@pytest.mark.parametrize(
    "query", [{"fate": "x"}, {"event": "x"}, {"cursor": "x"}, {"cursor": "MTplOgA="}, {"source": "\0"}]
)
def test_a_bad_filter_is_refused(query):
    with pytest.raises(Refusal):
        live.parse_params(query)


def test_one_event_is_shown_with_its_json_but_without_secrets(shop):
    shop.tell(order("ada", NOON, "N-1", "o/1", revenue=80, password="hunter2", note="<script>"))
    with shop.open():
        report = live_event.build_event(shop.workspace, "o/1")
        assert live_event.build_event(shop.workspace, "none") is None
        assert live_event.build_event(shop.workspace, "nul\0") is None
    assert "hunter2" not in report.raw
    assert '"revenue": 80' in report.raw
    assert report.row.fate == "conversion"
    assert ("userId", "ada") in report.facts


def test_a_refused_event_says_how_to_mend_it_and_hides_its_key(shop):
    body = b'{"writeKey": "hw_write_verysecret", "type": "trak"}'
    row = refuse(shop, "unknown_type", field="type", body=body)
    broken = refuse(shop, "malformed_json", body=b'{"writeKey": "hw_write_verysecret", "a": ')
    counted = refuse(shop, "too_large")
    with shop.open():
        report = live_event.build_refused(shop.workspace, row.pk)
        torn = live_event.build_refused(shop.workspace, broken.pk)
        bare = live_event.build_refused(shop.workspace, counted.pk)
        assert live_event.build_refused(shop.workspace, row.pk + 1000) is None
    assert "verysecret" not in report.raw + torn.raw
    assert '"trak"' in report.raw
    assert report.mend.startswith("Change “type”")
    assert bare.raw == ""


def test_every_reason_can_be_told_and_mended():
    from reports.catalogue.live_words import MENDS, REASONS
    from tracking.intake import REASONS as ALL

    assert set(MENDS) == set(REASONS) == set(ALL)


def test_secrets_are_hidden_at_any_depth():
    assert mask({"a": [{"API-Key": "x", "b": 1}], "tokens": 3}) == {"a": [{"API-Key": HIDDEN, "b": 1}], "tokens": 3}
    assert write_raw("writeKey=abc&x=1", 100) == (f"writeKey={HIDDEN}&x=1", False)
    assert write_raw(b"\xff\x00" * 9, 4)[1] is True
    assert write_raw("[" * 100_000, 10) == ("[" * 10, True)


def test_the_stream_costs_few_questions(shop):
    shop.tell(page("?a", NOON, tagged("x")), order("?a", minutes(1), "N-1", revenue=5))
    refuse(shop, "missing_type")
    with CaptureQueriesContext(connection) as asked:
        look(shop)
    assert len(asked) <= 22


def test_nothing_at_all_says_what_will_happen(shop):
    report = look(shop, now=datetime.now(UTC))
    assert report.finding.stress == "Nothing has arrived yet"
    assert sum(report.minutes) == 0
