"""Visits, and which pages are touches."""

import pytest

from tests.tracking.core.given import event, facts_of_user, minutes, order, page, tagged
from tracking.core.marks import NOT_SET

ROBOT = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
GOOGLE = "https://www.google.com/"
HOME = "https://shop.example.test/"


def touches(*events):
    return [(t.mark.source, t.mark.campaign, int((t.at - minutes(0)).total_seconds() // 60))
            for t in facts_of_user("?a", list(events)).touches]  # fmt: skip


DIRECT, NEWS, SEARCH = "(direct)", "news", "google"

TABLE = [
    ("one page is a touch", [page("?a")], [(DIRECT, None, 0)]),
    ("30 minutes are one session", [page("?a"), page("?a", minutes(30))], [(DIRECT, None, 0)]),
    (
        "longer is another",
        [page("?a"), page("?a", minutes(30.01))],
        [(DIRECT, None, 0), (DIRECT, None, 30)],
    ),
    (
        "the gap counts from the page before",
        [page("?a"), page("?a", minutes(25)), page("?a", minutes(50))],
        [(DIRECT, None, 0)],
    ),
    ("another campaign inside", [page("?a"), page("?a", minutes(5), tagged("c"))], [(DIRECT, None, 0), (NEWS, "c", 5)]),
    (
        "the same campaign again",
        [page("?a", url=tagged("c")), page("?a", minutes(5), tagged("c"))],
        [(NEWS, "c", 0)],
    ),
    (
        "the same campaign on another page",
        [page("?a", url=tagged("c")), page("?a", minutes(5), tagged("c").replace("/?", "/shoes?"))],
        [(NEWS, "c", 0)],
    ),
    (
        "back and forth",
        [page("?a", url=tagged("c")), page("?a", minutes(5), tagged("d")), page("?a", minutes(6), tagged("c"))],
        [(NEWS, "c", 0), (NEWS, "d", 5), (NEWS, "c", 6)],
    ),
    (
        "no direct touch inside a session",
        [page("?a", url=tagged("c")), page("?a", minutes(5)), page("?a", minutes(6), tagged("c"))],
        [(NEWS, "c", 0)],
    ),
    (
        "an external referrer inside",
        [page("?a"), page("?a", minutes(5), referrer=GOOGLE)],
        [(DIRECT, None, 0), (SEARCH, None, 5)],
    ),
    (
        "a payment page inside is no touch",
        [page("?a"), page("?a", minutes(5), referrer="https://checkout.stripe.com/pay")],
        [(DIRECT, None, 0)],
    ),
    ("newVisit", [page("?a"), page("?a", minutes(5), newVisit=True)], [(DIRECT, None, 0), (DIRECT, None, 5)]),
    ("newVisit must be true", [page("?a"), page("?a", minutes(5), newVisit="yes")], [(DIRECT, None, 0)]),
    (
        "a bot opens and keeps open nothing",
        [page("?a"), page("?a", minutes(20), tagged("c"), context=ROBOT), page("?a", minutes(40))],
        [(DIRECT, None, 0), (DIRECT, None, 40)],
    ),
    (
        "other events make and prolong no session",
        [
            page("?a"),
            order("?a", minutes(20)),
            event("identify", "?a", minutes(21), context={"page": {"url": tagged("c")}}),
            page("?a", minutes(40)),
        ],
        [(DIRECT, None, 0), (DIRECT, None, 40)],
    ),
    ("a screen", [event("screen", "?a", name="Home")], [(DIRECT, None, 0)]),
    (
        "the context's page where properties have none",
        [event("page", "?a", context={"page": {"url": tagged("c"), "referrer": GOOGLE}})],
        [(NEWS, "c", 0)],
    ),
    (
        "the context's campaign where the address has no tags",
        [page("?a", context={"campaign": {"source": "news", "name": "c"}})],
        [(NEWS, "c", 0)],
    ),
    ("nonsense in every place", [event("page", "?a", properties=[1], context="x")], [(DIRECT, None, 0)]),
    ("numbers for addresses", [event("page", "?a", properties={"url": 3, "referrer": {}})], [(DIRECT, None, 0)]),
]


@pytest.mark.parametrize(("events", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_touches(events, expected):
    assert touches(*events) == expected
    assert touches(*reversed(events)) == expected


def test_a_session_knows_its_length_and_where_it_began():
    pages = [page("?a", url=tagged("c")), page("?a", minutes(10)), page("?a", minutes(20), tagged("d"))]
    [session] = facts_of_user("?a", pages).sessions
    assert (session.started_at, session.ended_at, session.hits) == (minutes(0), minutes(20), 3)
    assert session.mark.campaign == "c"


def test_touches_of_one_time_are_ordered_by_message_id_and_counted_through():
    pages = [page("?a", url=tagged(c), message_id=m) for c, m in [("third", "é"), ("first", "A"), ("second", "B")]]
    found = facts_of_user("?a", pages).touches
    assert [(t.mark.campaign, t.tie) for t in found] == [("first", 0), ("second", 1), ("third", 2)]


def test_a_touch_keeps_the_address_and_every_click_id():
    url = f"{HOME}?gclid=G&fbclid=F&utm_content=x"
    [touch] = facts_of_user("?a", [page("?a", url=url, referrer=GOOGLE)]).touches
    assert touch.landing_url == url
    assert touch.click_ids == {"gclid": "G", "fbclid": "F"}
    assert touch.mark.medium != NOT_SET


def test_merged_devices_share_one_line_of_time():
    from tests.tracking.core.given import identify

    pages = [page("?a"), page("?b", minutes(20)), page("?a", minutes(40))]
    links = [identify("ada", "?a", minutes(99)), identify("ada", "?b", minutes(99))]
    assert len(facts_of_user("ada", pages + links).sessions) == 1
    assert len(facts_of_user("?a", pages).sessions) == 2
