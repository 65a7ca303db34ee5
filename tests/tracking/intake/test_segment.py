"""Requests of real clients, and everything else that may come, read into events or refusals."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.intake import MAX_BATCH_BYTES, MAX_EVENT_BYTES, REASONS
from tracking.intake.segment import PATHS, read_request

RECEIVED = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "segment").glob("*.json"))


def read(body, path="batch", **given_):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    options = {"gzipped": False, "key_from_basic": None, "received_at": RECEIVED, "new_id": lambda: "made"} | given_
    return read_request(raw, path_kind=PATHS[path], **options)


def page(**fields):
    return {"type": "page", "anonymousId": "ada", "messageId": "m1", **fields}


def order(**fields):
    return {"type": "track", "event": "Order Completed", "userId": "ada", "properties": {"order_id": "o1"}, **fields}


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_recorded_requests_are_read_whole(path):
    recorded = json.loads(path.read_text())
    body = json.dumps(recorded["body"]).encode()
    request = read(
        gzip.compress(body) if recorded["gzip"] else body,
        path=recorded["path"].removeprefix("/v1/"),
        gzipped=recorded["gzip"],
        key_from_basic="WK1",
    )
    sent = recorded["body"].get("batch", [recorded["body"]])
    assert request.error is None
    assert request.rejected == []
    assert [event.message_id for event in request.events] == [event["messageId"] for event in sent]
    assert [event.user_id for event in request.events] == [event.get("userId") for event in sent]
    assert [event.anonymous_id for event in request.events] == [event.get("anonymousId") for event in sent]
    for event, original in zip(request.events, sent, strict=True):
        payload = json.loads(event.payload)
        assert payload["context"] == original["context"]
        assert payload.get("properties") == original.get("properties")
        assert not event.time_replaced


def test_an_order_in_full():
    (event,) = read(order(messageId="m9", timestamp="2026-11-22T09:00:00.000Z", extra=1), path="t").events
    assert (event.kind, event.name, event.order_id, event.user_id) == ("track", "Order Completed", "o1", "ada")
    assert (event.message_id, event.door, event.received_at) == ("m9", "segment", RECEIVED)
    assert event.at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert json.loads(event.payload) == {
        "properties": {"order_id": "o1"},
        "originalTimestamp": "2026-11-22T09:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("event", "order_id"),
    [
        (order(), "o1"),
        (order(properties={"orderId": 17}), "17"),
        (order(event="Order Refunded"), "o1"),
        (order(event="Order Cancelled"), None),
        (order(properties={}), None),
        (order(properties="o1"), None),
        (order(properties={"order_id": ["o1"]}), None),
        (order(properties={"order_id": "x" * 400}), "x" * 180),
    ],
)
def test_order_ids_are_kept_for_orders_and_refunds(event, order_id):
    (event,) = read(event, path="track").events
    assert event.order_id == order_id or event.order_id.startswith(f"{order_id}…")


@pytest.mark.parametrize(
    ("event", "reason", "field"),
    [
        (page(type=None), "missing_type", "type"),
        (page(type=7), "missing_type", "type"),
        (page(type="purchase"), "unknown_type", "type"),
        (page(anonymousId=None), "missing_identity", "userId"),
        (page(anonymousId="", userId=[]), "missing_identity", "userId"),
        (order(event=""), "missing_event_name", "event"),
        (order(event=None), "missing_event_name", "event"),
        ({"type": "alias", "userId": "ada"}, "missing_previous_id", "previousId"),
        ({"type": "alias", "anonymousId": "a", "previousId": "b"}, "missing_previous_id", "userId"),
        ([], "not_an_object", ""),
        ("page", "not_an_object", ""),
        (None, "not_an_object", ""),
    ],
)
def test_one_invalid_event_leaves_the_others_of_its_batch(event, reason, field):
    request = read({"batch": [page(), event, page(messageId="m3")]})
    assert [kept.message_id for kept in request.events] == ["m1", "m3"]
    assert request.error is None
    (rejected,) = request.rejected
    assert (rejected.reason, rejected.field) == (reason, f"batch[1].{field}".rstrip("."))
    assert json.loads(rejected.body) == event


def test_an_invalid_single_call_is_refused_and_kept():
    request = read(order(event=None, messageId="m1"), path="track")
    assert (request.error.status, request.error.code) == (400, "missing_event_name")
    assert request.error.message == "event: A track event needs the name of the event."
    assert [(kept.reason, kept.message_id) for kept in request.rejected] == [("missing_event_name", "m1")]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (b"", "batch", "malformed_json"),
        (b"{", "track", "malformed_json"),
        (b'{"batch": [{]}', "batch", "malformed_json"),
        (b'{"batch": []} x', "batch", "malformed_json"),
        (b"[]", "batch", "not_an_object"),
        (b"7", "page", "not_an_object"),
        (b"{}", "batch", "missing_batch"),
        (b'{"batch": {}}', "batch", "missing_batch"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "page", "too_deep"),
        ({"batch": [page(), page(properties={"a": "x" * MAX_EVENT_BYTES})]}, "batch", "too_large"),
        ({"batch": [page(properties={"a": "x" * 30_000})] * 18}, "batch", "too_large"),
        (page(properties={"a": "x" * MAX_EVENT_BYTES}), "page", "too_large"),
        ({"batch": [0] * 10_001}, "batch", "too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(body, path, code):
    request = read(body, path=path, key_from_basic="WK1")
    assert (request.error.status, request.error.code, request.events) == (400, code, [])
    assert [kept.reason for kept in request.rejected] == [code]
    assert len(request.rejected[0].body) <= MAX_EVENT_BYTES


def test_sizes_are_those_of_the_unpacked_body():
    event = page(properties={"a": "x" * 30_000})
    assert read(gzip.compress(json.dumps(event).encode()), path="page", gzipped=True).error is None
    big = json.dumps({"batch": [event] * 18}).encode()
    assert len(gzip.compress(big)) < MAX_EVENT_BYTES < MAX_BATCH_BYTES < len(big)
    assert read(gzip.compress(big), gzipped=True).error.code == "too_large"
    assert read(b"not gzip", gzipped=True).error.code == "bad_encoding"


@pytest.mark.parametrize(
    ("basic", "body", "key"),
    [
        ("B", {"batch": [page(writeKey="E")], "writeKey": "T"}, "B"),
        (None, {"batch": [page(writeKey="E")], "writeKey": "T"}, "T"),
        (None, {"batch": [1, page(), page(writeKey="E")]}, "E"),
        (None, {"batch": [page()], "writeKey": 7}, None),
        (None, {"batch": []}, None),
    ],
)
def test_the_write_key_of_basic_wins(basic, body, key):
    assert read(body, key_from_basic=basic).write_key == key


def test_an_empty_batch_is_fine():
    request = read({"batch": []}, key_from_basic="WK1")
    assert (request.events, request.rejected, request.error) == ([], [], None)


def test_the_path_says_the_type_of_a_single_call():
    kinds = {path: read(order(previousId="b"), path=path).events[0].kind for path in PATHS if PATHS[path] != "batch"}
    assert kinds == {path: kind for path, kind in PATHS.items() if kind != "batch"}


def test_the_batch_context_lies_under_each_events_own():
    body = {
        "batch": [page(context={"ip": "1", "page": {"url": "u"}}), page(messageId="m2")],
        "context": {"ip": "9", "library": {"name": "l"}},
    }
    first, second = (json.loads(event.payload)["context"] for event in read(body).events)
    assert first == {"ip": "1", "page": {"url": "u"}, "library": {"name": "l"}}
    assert second == {"ip": "9", "library": {"name": "l"}}


@pytest.mark.parametrize(
    ("batch_sent", "event", "at"),
    [
        # The batch's sentAt wins over the event's, which is stamped when it is queued.
        ("2026-11-22T10:00:05Z", {"timestamp": "2026-11-22T10:00:00Z", "sentAt": "2026-11-22T10:00:00Z"}, "11:59:55"),
        (None, {"timestamp": "2026-11-22T10:00:00Z", "sentAt": "2026-11-22T10:00:20Z"}, "11:59:40"),
        (None, {"originalTimestamp": "2026-11-22T10:00:00Z"}, "10:00:00"),
        (None, {"timestamp": "2026-11-22T09:00:00Z", "originalTimestamp": "2026-11-22T10:00:00Z"}, "09:00:00"),
        (None, {}, "12:00:00"),
    ],
)
def test_times_follow_the_clients_clock(batch_sent, event, at):
    body = {"batch": [page(**event)], "timestamp": "2001-01-01T00:00:00Z", "sentAt": batch_sent}
    (event,) = read(body).events
    assert event.at == datetime.fromisoformat(f"2026-11-22T{at}+00:00")


def test_absurd_times_are_replaced_and_flagged():
    (event,) = read({"batch": [page(timestamp="2036-01-01T00:00:00Z")]}).events
    assert (event.at, event.time_replaced) == (RECEIVED, True)
    assert json.loads(event.payload)["originalTimestamp"] == "2036-01-01T00:00:00Z"


def test_an_id_is_made_where_none_came():
    assert [event.message_id for event in read({"batch": [page(messageId=None), page(messageId="")]}).events] == [
        "made",
        "made",
    ]


@pytest.mark.parametrize(
    ("event", "traits"),
    [
        ({"traits": {"plan": "pro"}, "context": {"traits": {"plan": "free"}}}, {"plan": "pro"}),
        ({"context": {"traits": {"plan": "free"}}}, {"plan": "free"}),
        ({"context": {"traits": 7}}, None),
        ({"context": []}, None),
    ],
)
def test_traits_of_identify_may_stand_in_the_context(event, traits):
    (event,) = read({"userId": "ada", **event}, path="identify").events
    assert json.loads(event.payload).get("traits") == traits


def test_many_refusals_are_counted_rather_than_kept():
    request = read({"batch": [page()] + [{}] * 300 + [page(type="x")] * 5})
    assert sum(rejected.events for rejected in request.rejected) == 305
    assert len(request.rejected) == 102


FIELDS = ["type", "messageId", "userId", "anonymousId", "timestamp", "sentAt", "event", "properties", "context"]
FIELDS += ["traits", "batch", "writeKey"]
ODD = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(["page", "track"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=25,
)


@given(ODD, st.sampled_from(sorted(PATHS)))
def test_no_json_raises(value, path):
    request = read(json.dumps(value).encode(), path=path)
    assert {rejected.reason for rejected in request.rejected} <= set(REASONS)
    assert all(isinstance(json.loads(event.payload), dict) for event in request.events)


@given(st.binary(max_size=200), st.sampled_from(sorted(PATHS)), st.booleans())
def test_no_bytes_raise(body, path, gzipped):
    read(body, path=path, gzipped=gzipped)


def test_an_archive_may_say_when_an_event_was_first_received():
    first = "2026-11-20T08:00:01.000Z"
    (event,) = read({"batch": [page(receivedAt=first)]}).events
    assert (json.loads(event.payload)["receivedAt"], event.received_at) == (first, RECEIVED)
