"""The contract of the doors: what is answered, and what is in the tables once it is."""

import asyncio
import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from accounts.models import WriteKey
from accounts.tenancy import workspace_scope
from tests.tracking.doors import open_door, posting
from tracking.intake.segment import PATHS
from tracking.models import Event, EventCount, Inbox, RejectedEvent

PAYLOADS = sorted((Path(__file__).parents[1] / "payloads" / "segment").glob("*.json"))
SUCCESS = {"success": True}


def page(message_id="m1", **fields):
    return {"type": "page", "anonymousId": "anna", "messageId": message_id, **fields}


def stored(workspace):
    with workspace_scope(workspace):
        return list(Event.objects.of(workspace).order_by("message_id"))


def refused(workspace):
    with workspace_scope(workspace):
        return list(RejectedEvent.objects.of(workspace).order_by("id"))


def waiting(workspace):
    with workspace_scope(workspace):
        return Inbox.objects.of(workspace).count(), sum(one.events for one in EventCount.objects.of(workspace))


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_recorded_requests_are_stored(ada, door, path):
    recorded = json.loads(path.read_text())
    body = json.dumps(recorded["body"]).encode()
    headers = {**recorded["headers"], "Authorization": "Basic YWRhLWtleTo="}
    answer = door.post(recorded["path"], gzip.compress(body) if recorded["gzip"] else body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, SUCCESS)
    sent = {event["messageId"]: event for event in recorded["body"].get("batch", [recorded["body"]])}
    events = stored(ada)
    assert {event.message_id for event in events} == set(sent)
    for event in events:
        original = sent[event.message_id]
        assert (event.kind, event.user_id) == (original["type"], original.get("userId"))
        assert event.payload.get("properties") == original.get("properties")
        assert event.payload["context"] == original["context"]
    assert waiting(ada) == (len(sent), len(sent))


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_path_answers_directly(ada, door, path, slash):
    event = page(event="Order Completed", userId="u", previousId="p")
    answer = door.post(f"/v1/{path}{slash}", {"batch": [event]} if PATHS[path] == "batch" else event, "ada-key")
    assert (answer.status_code, answer.json()) == (200, SUCCESS)
    assert [event.kind for event in stored(ada)] == ["page" if PATHS[path] == "batch" else PATHS[path]]


def test_the_wait_for_a_key_does_not_make_an_event_later(ada, door, monkeypatch):
    find = door.collector._keys.find

    async def find_slowly(wanted):
        await asyncio.sleep(0.5)
        return await find(wanted)

    monkeypatch.setattr(door.collector._keys, "find", find_slowly)
    began_at = now()
    sent = began_at.isoformat()
    assert door.post("/v1/page", page(timestamp=sent, sentAt=sent), "ada-key").status_code == 200
    (event,) = stored(ada)
    assert event.at - began_at < timedelta(seconds=0.5)


@pytest.mark.parametrize("slash", ["", "/"])
def test_analytics_js_is_told_to_send_to_the_host_it_asked(ada, door, slash):
    answer = door.request("GET", f"/v1/projects/ada-key/settings{slash}")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    sends_to = answer.json()["integrations"]["Segment.io"]
    assert (sends_to["apiKey"], sends_to["apiHost"], sends_to["protocol"]) == ("ada-key", "collector/v1", "http")
    assert door.request("GET", "/v1/projects/nobodys-key/settings").status_code == 404
    assert door.request("POST", "/v1/projects/ada-key/settings").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/batch", 405, "method_not_allowed"),
        ("PUT", "/v1/t/", 405, "method_not_allowed"),
        ("POST", "/v1/nothing", 404, "not_found"),
        ("POST", "/v1", 404, "not_found"),
        ("POST", "/v1/batch//", 404, "not_found"),
    ],
)
def test_other_methods_and_paths_are_refused(door, method, path, status, code):
    answer = door.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message"}


def test_browsers_may_post_from_anywhere(ada, door):
    preflight = door.request("OPTIONS", "/v1/p")
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    allowed = preflight.headers["access-control-allow-headers"]
    assert {"authorization", "content-type", "content-encoding"} <= set(allowed.split(", "))
    answer = door.post("/v1/p", json.dumps(page()).encode(), "ada-key", headers={"Content-Type": "text/plain"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert door.post("/v1/p", page()).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (None, page()),
        ("nobody", page()),
        ("nobody", page(writeKey="ada-key")),
        (None, page(writeKey="nobody")),
        (None, page(writeKey="x" * 300)),
        (None, page(writeKey=["ada-key"])),
    ],
)
def test_unknown_keys_are_refused(ada, door, key, body):
    answer = door.post("/v1/page", body, key)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_write_key")
    assert stored(ada) == []


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("ada-key", {"batch": [page()]}),
        ("ada-key", {"batch": [page()], "writeKey": "nobody"}),
        (None, {"batch": [page()], "writeKey": "ada-key"}),
        (None, {"batch": [page(writeKey="ada-key")]}),
    ],
)
def test_the_key_may_stand_in_the_header_or_the_body(ada, door, key, body):
    assert door.post("/v1/batch", body, key).status_code == 200
    assert len(stored(ada)) == 1


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic /w==", "Bearer x", "Basic Og=="])
def test_an_unreadable_header_leaves_the_key_of_the_body(ada, door, header):
    answer = door.post("/v1/page", page(writeKey="ada-key"), headers={"Authorization": header})
    assert answer.status_code == 200


def test_a_revoked_key_is_refused_after_a_second(ada, door):
    assert door.post("/v1/page", page(), "ada-key").status_code == 200
    WriteKey.objects.update(revoked_at=now() - timedelta(seconds=1))
    door.wait(1)
    assert door.post("/v1/page", page("m2"), "ada-key").status_code == 401


def test_a_new_key_is_found_soon_after_it_was_unknown(ada, door):
    assert door.post("/v1/page", page(), "new-key").status_code == 401
    from accounts.keys import digest_of

    WriteKey.objects.create(workspace=ada, prefix="new", digest=digest_of("new-key"))
    door.wait(1)
    assert door.post("/v1/page", page(), "new-key").status_code == 200


def test_a_batch_keeps_its_good_events_and_names_the_bad_one(ada, door):
    batch = [page(f"m{n}") for n in range(1000)]
    batch[417] = {"type": "track", "userId": "u", "messageId": "bad"}
    answer = door.post("/v1/batch", {"batch": batch}, "ada-key")
    assert (answer.status_code, answer.json()) == (200, SUCCESS)
    assert len(stored(ada)) == 999
    (rejected,) = refused(ada)
    assert (rejected.reason, rejected.field) == ("missing_event_name", "batch[417].event")
    assert (rejected.message_id, rejected.door, rejected.events) == ("bad", "segment", 1)
    assert json.loads(bytes(rejected.body)) == batch[417]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/track", b'{"event": ', "malformed_json"),
        ("/v1/batch", b"", "malformed_json"),
        ("/v1/track", {"event": "x"}, "missing_identity"),
        ("/v1/page", page(properties={"a": "x" * 33_000}), "too_large"),
        ("/v1/batch", {"batch": [page(properties={"a": "x" * 33_000})]}, "too_large"),
        ("/v1/batch", b" " * 600_000, "too_large"),
    ],
)
def test_what_can_never_be_stored_is_a_400_and_kept_as_refused(ada, door, path, body, code):
    answer = door.post(path, body, "ada-key")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]
    assert [rejected.reason for rejected in refused(ada)] == [code]
    assert stored(ada) == []


def test_a_bomb_is_refused(ada, door):
    bomb = gzip.compress(b'{"batch": [' + b" " * 100_000_000)
    answer = door.post("/v1/batch", bomb, "ada-key", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "too_large")


@pytest.mark.parametrize(("encoding", "status"), [("br", 415), ("gzip, gzip", 415), ("identity", 200), ("", 200)])
def test_gzip_is_the_only_encoding(ada, door, encoding, status):
    assert door.post("/v1/page", page(), "ada-key", headers={"Content-Encoding": encoding}).status_code == status


def test_repeats_are_dropped_and_counted(ada, door):
    batch = {"batch": [page("m1", name="first"), page("m2"), page("m1", name="second")]}
    assert door.post("/v1/batch", batch, "ada-key").json() == SUCCESS
    assert door.post("/v1/batch", batch, "ada-key").json() == SUCCESS
    assert [(event.message_id, event.name) for event in stored(ada)] == [("m1", "first"), ("m2", None)]
    assert sum(one.events for one in refused(ada) if one.reason == "duplicate") == 4
    assert waiting(ada) == (2, 2)


def test_the_same_ids_in_two_workspaces_are_two_events(ada, bob, door):
    batch = {"batch": [page("m1"), page("m2")]}
    for _ in range(2):
        answers = door.together([posting("/v1/batch", batch, "ada-key"), posting("/v1/batch", batch, "bob-key")])
        assert [answer.status_code for answer in answers] == [200, 200]
    for workspace in (ada, bob):
        assert [event.message_id for event in stored(workspace)] == ["m1", "m2"]
        assert sum(one.events for one in refused(workspace)) == 2


def test_repeats_are_counted_for_the_workspace_that_sent_them(ada, bob, door):
    # Both keys are known by then, so that one group holds events of both.
    door.together([posting("/v1/page", page("m1"), "ada-key"), posting("/v1/batch", {"batch": []}, "bob-key")])
    calls = [posting("/v1/page", page(f"m{n}"), f"{name}-key") for n in range(8) for name in ("ada", "bob")]
    assert {answer.status_code for answer in door.together(calls)} == {200}
    assert (len(stored(ada)), len(stored(bob))) == (8, 8)
    assert [(one.reason, one.events) for one in refused(ada)] == [("duplicate", 1)]
    assert refused(bob) == []


def test_events_without_ids_are_all_kept(ada, door):
    batch = {"batch": [page(None) for _ in range(20)]}
    assert door.post("/v1/batch", batch, "ada-key").status_code == 200
    assert len({event.message_id for event in stored(ada)}) == 20


def test_odd_values_are_stored_clean(ada, door):
    body = rb'{"anonymousId": "a\u0000b", "properties": {"n": 1e999, "s": "\ud800", "big": ' + b"9" * 30 + b"}}"
    assert door.post("/v1/page", body, "ada-key").status_code == 200
    (event,) = stored(ada)
    assert event.anonymous_id == "a\ufffdb"
    assert event.payload["properties"] == {"n": None, "s": "\ufffd", "big": "9" * 30}


def test_too_many_events_are_asked_to_wait(ada, servers):
    door = open_door(servers.collector_url, events_per_second=2)
    batch = {"batch": [page(f"m{n}") for n in range(100)]}
    assert door.post("/v1/batch", batch, "ada-key").status_code == 200
    for _ in range(10):
        door.post("/v1/page", page(), "ada-key")
    answer = door.post("/v1/batch", batch, "ada-key")
    door.close()
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 40 <= int(answer.headers["retry-after"]) <= 50
    assert answer.headers["x-ratelimit-reset"] == answer.headers["retry-after"]


ODD_JSON = [
    rb'"\u0000"',
    rb'"\ud800x"',
    rb'"\udfff\ud83d"',
    b'"\xff\xc0"',
    b'"\x01\x1f"',
    b"1e400",
    b"-1e308",
    b"5e-324",
    b"0." + b"0" * 400 + b"1",
    b"9" * 400,
    b"-9223372036854775809",
    b"NaN",
    b"-Infinity",
    b'{"": {"\\u0000": []}}',
    b"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    b"true",
    b'"' + "😀ẞ\u2028\ufeff".encode() * 200 + b'"',
    b'"9999-12-31T23:59:59Z"',
    b'"0000-00-00"',
]


def test_the_database_takes_whatever_the_cleaning_lets_through(ada, door):
    fields = ["messageId", "anonymousId", "userId", "event", "name", "groupId", "category", "timestamp", "sentAt"]
    fields += ["originalTimestamp", "previousId", "type", "properties", "context", "traits", "integrations", "extra"]
    wholes = ["properties", "context", "traits"]
    for value in ODD_JSON:
        events = [b'{"type":"track","event":"e","userId":"u","%s":%s}' % (field.encode(), value) for field in fields]
        events += [b'{"type":"page","userId":"u","%s":{"a":%s}}' % (field.encode(), value) for field in wholes]
        events += [value]
        answer = door.post("/v1/batch", b'{"batch": [%s]}' % b",".join(events), "ada-key")
        assert (answer.status_code, answer.json()) == (200, SUCCESS), value
    reasons = {one.reason for one in refused(ada)}
    assert "not_processable" not in reasons
    assert len(stored(ada)) + sum(one.events for one in refused(ada)) == len(ODD_JSON) * 21
