"""The door of Matomo's clients: what is answered, and what is in the tables once it is."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils.timezone import now

from accounts.actions import create_api_token
from accounts.models import ApiToken
from accounts.tenancy import workspace_scope
from tests.tracking.doors import open_door
from tests.tracking.test_collector import refused, stored
from tracking.models import Goal

SHOP = "https://shop.example.test"
VISITOR = "8c4db3eb00000000"


@pytest.fixture
def token(ada):
    return create_api_token(ada.agency, name="importer", scope="manage")[1]


def hit(site, **parameters):
    return {"idsite": str(site.pk), "rec": "1", "apiv": "1", "_id": VISITOR, "url": f"{SHOP}/"} | parameters


def send(door, method, path, **options):
    """As clients do: again where a machine with much to do could not store it now."""
    for _ in range(20):
        answer = door.request(method, path, **options)
        if answer.status_code != 503:
            break
        door.wait(1)
    return answer


def get(door, path="/matomo.php", headers=None, **parameters):
    return send(door, "GET", path, params=parameters, headers=headers or {})


def send_bulk(door, hits, path="/matomo.php", headers=None, **more):
    return send(door, "POST", path, content=json.dumps({"requests": hits, **more}).encode(), headers=headers or {})


def counts(tracked, invalid=0):
    return {"status": "success", "tracked": tracked, "invalid": invalid}


def is_image(answer):
    return (
        answer.status_code == 200 and answer.headers["content-type"] == "image/gif" and answer.content[:6] == b"GIF89a"
    )


@pytest.mark.parametrize("path", ["/matomo.php", "/piwik.php"])
def test_a_hit_is_answered_with_an_image_or_with_nothing(ada, door, path):
    assert is_image(get(door, path, **hit(ada)))
    quiet = get(door, path, **hit(ada, send_image="0"))
    assert (quiet.status_code, quiet.content, quiet.headers["access-control-allow-origin"]) == (204, b"", "*")
    assert is_image(send(door, "POST", path, data=hit(ada)))
    assert is_image(send(door, "POST", path, params=hit(ada), data={"rand": "1"}))
    assert is_image(send(door, "POST", path, content=urlencode(hit(ada)), headers={"content-type": "text/plain"}))
    assert [(event.kind, event.anonymous_id, event.door) for event in stored(ada)] == [("page", VISITOR, "matomo")] * 5


def test_browsers_may_ask_first_and_other_methods_are_refused(door):
    asked = door.request("OPTIONS", "/matomo.php", headers={"origin": "https://shop.example.test"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (200, "GET, POST, OPTIONS")
    assert door.request("PUT", "/matomo.php").status_code == 405
    assert door.request("GET", "/matomo.php").text.startswith("This address takes hits")


@pytest.mark.parametrize("parameters", [{"rec": "0"}, {"rec": ""}, {"ping": "1"}])
def test_without_rec_nothing_is_stored(ada, door, parameters):
    assert is_image(get(door, **hit(ada, **parameters)))
    assert stored(ada) == []


@pytest.mark.parametrize("named", ["", "abc", "-1", "7.5", "999999", "9" * 40, "²"])
def test_an_unknown_site_is_named(ada, door, named):
    answer = get(door, **hit(ada, idsite=named))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_site")
    assert answer.json()["message"].startswith("idsite: ")


def test_a_page_hit_says_where_it_came_from(ada, door):
    headers = {"user-agent": "Mozilla/5.0 (X11)", "accept-language": "de-DE,de;q=0.9"}
    get(
        door,
        headers=headers,
        **hit(ada, urlref="https://www.bing.com/", action_name="Landing", uid="u1", dimension3="b"),
    )
    (event,) = stored(ada)
    assert (event.kind, event.name, event.user_id) == ("page", "Landing", "u1")
    assert event.payload == {
        "properties": {"url": f"{SHOP}/", "title": "Landing", "referrer": "https://www.bing.com/", "dimension3": "b"},
        "context": {"locale": "de-DE", "userAgent": "Mozilla/5.0 (X11)"},
    }


def test_parameters_go_before_headers_and_bots_may_be_kept(ada, door):
    headers = {"user-agent": "Googlebot/2.1", "referer": f"{SHOP}/from-header"}
    get(door, headers=headers, **hit(ada, ua="Mozilla/5.0", url=""))
    get(door, headers=headers, **hit(ada, bots="1", new_visit="1"))
    first, second = stored(ada)
    assert first.payload["context"]["userAgent"] == "Mozilla/5.0"
    assert first.payload["properties"]["url"] == f"{SHOP}/from-header"
    assert second.payload["context"]["botUserAgent"] == "Googlebot/2.1"
    assert "userAgent" not in second.payload["context"]
    assert second.payload["newVisit"] is True


@pytest.mark.parametrize(
    ("said", "campaign", "referrer"),
    [
        ({"urlref": ""}, {"name": "php", "term": "socks"}, "https://www.bing.com/x"),
        ({"urlref": f"{SHOP}/cart"}, {"name": "php", "term": "socks"}, "https://www.bing.com/x"),
        ({"url": f"{SHOP}/?mtm_campaign=own"}, None, None),
        ({"urlref": "https://www.google.com/"}, None, "https://www.google.com/"),
    ],
)
def test_the_remembered_campaign_counts_where_the_hit_itself_carries_none(ada, door, said, campaign, referrer):
    remembered = {"_rcn": "php", "_rck": "socks", "_refts": "1795304046", "_ref": "https://www.bing.com/x"}
    get(door, **hit(ada, **remembered | said))
    (event,) = stored(ada)
    assert event.payload["context"].get("campaign") == campaign
    assert event.payload["properties"].get("referrer") == referrer


@pytest.mark.parametrize(
    "parameters", [{"cid": "a9dc92f900000000"}, {"cip": "198.51.100.7"}, {"cdt": "2020-01-01 10:00:00"}]
)
def test_what_only_the_site_itself_may_say_needs_its_token(ada, bob, door, token, parameters):
    (field,) = parameters
    wrong = create_api_token(bob.agency, name="other", scope="manage")[1]
    reading = create_api_token(ada.agency, name="reader", scope="read")[1]
    for sent, status in (({}, 401), *(({"token_auth": key}, 403) for key in ("no", wrong, reading))):
        answer = get(door, **hit(ada, **parameters | sent))
        assert (answer.status_code, answer.json()["code"]) == (status, "needs_token")
        assert answer.json()["message"].startswith(f"{field}: ")
    assert stored(ada) == []
    assert {(row.reason, row.field, row.door) for row in refused(ada)} == {("needs_token", field, "matomo")}
    assert not any(b"hw_t_" in bytes(row.body) for row in refused(ada))
    assert is_image(send(door, "POST", "/matomo.php", params=hit(ada, **parameters), data={"token_auth": token}))
    assert len(stored(ada)) == 1
    assert ApiToken.objects.get(name="importer").last_used_at is not None


def test_an_expired_or_revoked_token_is_none(ada, door, token):
    ApiToken.objects.update(revoked_at=now() - timedelta(seconds=1))
    assert get(door, **hit(ada, cip="198.51.100.7", token_auth=token)).status_code == 403
    door.wait(1)
    ApiToken.objects.update(revoked_at=None, expires_at=now() - timedelta(seconds=1))
    assert get(door, **hit(ada, cip="198.51.100.7", token_auth=token)).status_code == 403


def test_a_wrong_token_where_none_is_needed_is_no_matter(ada, door):
    assert is_image(get(door, **hit(ada, token_auth="wrong", cdt=str(int(now().timestamp()) - 3_600))))


@pytest.mark.parametrize(
    "written", ["2026-10-01 10:00:00", str(int(datetime(2026, 10, 1, 10, tzinfo=UTC).timestamp()))]
)
def test_the_time_is_the_hits_own(ada, door, token, written):
    get(door, **hit(ada, cdt=written, token_auth=token))
    (event,) = stored(ada)
    assert (event.at, event.time_replaced) == (datetime(2026, 10, 1, 10, tzinfo=UTC), False)


@pytest.mark.parametrize("written", ["soon", "4000000000", "1999-01-01 10:00:00", "1e999", "99999-01-01"])
def test_an_odd_time_is_the_servers(ada, door, token, written):
    assert is_image(get(door, **hit(ada, cdt=written, token_auth=token)))
    (event,) = stored(ada)
    assert (event.at, event.time_replaced) == (event.received_at, True)


def test_a_guess_cannot_be_tried_out_without_the_key_of_the_house(ada, door, servers):
    get(door, **hit(ada, _id=""))
    other_house = open_door(servers.collector_url, visitor_key=b"other")
    get(other_house, **hit(ada, _id=""))
    other_house.close()
    first, second = (event.anonymous_id for event in stored(ada))
    assert first.startswith("guess-")
    assert first != second


def test_the_visitor_is_cid_then_id_then_a_guess_that_keeps_no_address(ada, door, token):
    get(door, **hit(ada, cid="a9dc92f900000000", token_auth=token))
    get(door, **hit(ada, _id="", uid="only-user"))
    for agent in ("Mozilla/5.0 A", "Mozilla/5.0 A", "Mozilla/5.0 B"):
        get(door, **hit(ada, _id="", cip="198.51.100.7", ua=agent, token_auth=token))
    named, user, *guessed = sorted(stored(ada), key=lambda event: event.received_at)
    assert named.anonymous_id == "a9dc92f900000000"
    assert (user.anonymous_id, user.user_id) == (None, "only-user")
    first, again, other = (event.anonymous_id for event in guessed)
    assert first == again != other
    assert not any("198.51.100.7" in json.dumps(event.payload) for event in guessed)


def test_an_order_a_cart_an_action_and_a_goal(ada, door):
    with workspace_scope(ada):
        goal = Goal.objects.create(workspace=ada, name="Lead", event="Lead Sent")
    items = '[["SKU1","Mug","Kitchen",15.0,3],"odd"]'
    order = {"idgoal": "0", "ec_id": "mc-1", "revenue": "49.90", "ec_st": "45.00", "ec_tx": "3", "ec_items": items}
    for sent in (order, {"idgoal": "0", "revenue": "5"}, {"e_c": "Video", "e_a": "Play", "e_n": "Intro", "e_v": "3.5"}):
        assert is_image(get(door, **hit(ada, **sent)))
    for number in (goal.pk, 987654):
        assert is_image(get(door, **hit(ada, idgoal=number, revenue="12.5")))
    events = {event.name: event for event in stored(ada)}
    assert set(events) == {"Order Completed", "Cart Updated", "Play", "Lead Sent", "Goal 987654"}
    assert {event.kind for event in events.values()} == {"track"}
    assert events["Order Completed"].order_id == "mc-1"
    told = events["Order Completed"].payload["properties"]
    assert (told["revenue"], told["subtotal"], told["tax"]) == ("49.90", "45.00", "3")
    assert told["products"] == [
        {"product_id": "SKU1", "name": "Mug", "category": "Kitchen", "price": 15.0, "quantity": 3}
    ]
    assert events["Play"].payload["properties"] | {"url": ""} == {
        "url": "", "category": "Video", "action": "Play", "name": "Intro", "value": "3.5"
    }  # fmt: skip
    assert events["Lead Sent"].payload["properties"]["revenue"] == "12.5"


def test_a_goal_made_a_moment_ago_is_known(ada, door):
    get(door, **hit(ada))
    with workspace_scope(ada):
        goal = Goal.objects.create(workspace=ada, name="Lead", event="Lead Sent")
    get(door, **hit(ada, idgoal=goal.pk))
    assert {event.name for event in stored(ada)} == {None, "Lead Sent"}


def test_an_action_without_its_name_is_refused_by_field(ada, door):
    answer = get(door, **hit(ada, e_c="Video"))
    assert (answer.status_code, answer.json()["message"][:5]) == (400, "e_a: ")


def test_every_shape_of_bulk_is_counted_exactly(ada, bob, door, token):
    old = "2026-10-01 10:00:00"
    hits = [
        "?" + urlencode(hit(ada)),
        "http://127.0.0.1:8000/matomo.php?" + urlencode(hit(ada, cdt=old, cid="cdcccc7f00000000")),
        hit(ada, cip="198.51.100.21", cdt=old, urlref="", bw_bytes=512, dp="1"),
        hit(ada, idsite=ada.pk, rec=1),
        hit(bob),
    ]
    assert send_bulk(door, hits, token_auth=token).json() == counts(5)
    assert (len(stored(ada)), len(stored(bob))) == (4, 1)
    bad = [
        "?" + urlencode(hit(ada)),
        5,
        None,
        hit(ada, rec="0"),
        hit(ada, idsite="999999"),
        hit(ada, cip="198.51.100.7"),
    ]
    answer = send_bulk(door, bad, path="/piwik.php?queuedtracking=0")
    assert (answer.status_code, answer.json()) == (200, counts(1, 5))
    assert send_bulk(door, []).json() == counts(0)
    packed = gzip.compress(json.dumps({"requests": [hit(ada)]}).encode())
    assert send(door, "POST", "/matomo.php", content=packed, headers={"content-encoding": "gzip"}).json() == counts(1)


def test_a_bulk_sent_again_counts_once(ada, door, token):
    hits = [hit(ada, cdt="2026-10-01 10:00:00")] * 2 + [hit(ada, cdt="2026-10-01 10:00:01")]
    for _ in range(2):
        assert send_bulk(door, hits, token_auth=token).json() == counts(3)
    assert len(stored(ada)) == 3
    assert [(row.reason, row.events) for row in refused(ada)] == [("duplicate", 3)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"{}", "missing_batch"),
        (b"[]", "missing_batch"),
        (b'{"requests": {}}', "missing_batch"),
        (b'{"requests": [' + b"[" * 40, "too_deep"),
        (b'{"requests": ["' + b"x" * 600_000 + b'"]}', "too_large"),
        (b'{"requests": [' + b"1," * 10_001 + b"1]}", "too_many"),
    ],
)
def test_a_bulk_that_cannot_be_read_is_refused(door, body, code):
    answer = send(door, "POST", "/matomo.php", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_hit_over_32_kilobytes_is_refused(ada, door):
    answer = send(door, "POST", "/matomo.php", data=hit(ada, action_name="x" * 40_000))
    assert (answer.status_code, answer.json()["code"]) == (400, "too_large")


@pytest.mark.parametrize("path", ["/", "/index.php"])
def test_the_log_importer_learns_the_address_of_its_site(ada, door, token, path):
    ada.own_domains = ["shop.example.test"]
    ada.save()
    asked = {"module": "API", "format": "json", "method": "SitesManager.getSiteFromId", "filter_limit": "-1"}
    answer = send(door, "POST", path, data=asked | {"token_auth": token, "idSite": ada.pk})
    assert answer.status_code == 200
    assert answer.json().items() >= {"idsite": str(ada.pk), "main_url": SHOP}.items()
    for wrong in ({"token_auth": "no"}, {}, {"token_auth": token, "idSite": 999_999}):
        assert send(door, "POST", path, data=asked | {"idSite": ada.pk} | wrong).status_code == 401
    assert send(door, "POST", path, data={"module": "API", "method": "Other.thing"}).status_code == 404


def test_a_bulk_may_name_a_hundred_sites_and_no_more(ada, door):
    others = [hit(ada, idsite=str(1_000_000 + number)) for number in range(100)]
    assert send_bulk(door, [*others[:99], hit(ada), *others]).json() == counts(1, 199)
    assert send_bulk(door, [*others, hit(ada)]).json() == counts(0, 101)


def test_only_so_many_hits_a_second(ada, servers):
    from tests.tracking.doors import open_door

    tight = open_door(servers.collector_url, events_per_second=1)
    try:
        assert send_bulk(tight, [hit(ada)] * 60).json() == counts(60)
        answer = get(tight, **hit(ada))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    finally:
        tight.close()
    assert len(stored(ada)) == 60


def test_behind_a_proxy_the_visitor_is_whom_the_proxy_names(ada, servers):
    from tests.tracking.doors import open_door

    behind = open_door(servers.collector_url, proxies=1)
    try:
        for noted in ("1.1.1.1, 198.51.100.7", "2.2.2.2, 198.51.100.7", "198.51.100.8"):
            get(behind, headers={"x-forwarded-for": noted}, **hit(ada, _id=""))
    finally:
        behind.close()
    first, again, other = (event.anonymous_id for event in sorted(stored(ada), key=lambda event: event.received_at))
    assert first == again != other
