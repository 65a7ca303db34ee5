"""Small, quarrelsome worlds: a handful of ids, times and orders, so that everything collides."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
USERS = ["ada", "bob", "x1"]
ANONYMOUS = ["x1", "x2", "x3"]
ORDERS = ["o1", "o2"]
URLS = [
    "https://shop.example.test/",
    "https://shop.example.test/?utm_source=news&utm_medium=email&utm_campaign=spring",
    "https://shop.example.test/shoes?utm_source=news&utm_medium=email&utm_campaign=Spring",
    "https://shop.example.test/?gclid=g1",
    "",
]
REFERRERS = ["", "https://www.google.com/", "https://shop.example.test/cart", "https://blog.example.org/a"]
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
GOALS = [
    {"id": 1, "event": "Order Completed"},
    {"id": 2, "event": "Order Completed", "once": True, "drop_refunded": True, "stage": 20},
    {"id": 3, "event": "Signed Up", "once": True, "stage": 10},
]

minutes = st.sampled_from([0, 1, 29, 30, 31, 60, 61, 90, 24 * 60, 89 * 24 * 60, 90 * 24 * 60, 90 * 24 * 60 + 1])
ids = st.tuples(st.none() | st.sampled_from(ANONYMOUS), st.none() | st.sampled_from(USERS)).filter(any)


@st.composite
def page(draw):
    properties = {"url": draw(st.sampled_from(URLS)), "referrer": draw(st.sampled_from(REFERRERS))}
    payload = {"properties": properties, "context": {}}
    if draw(st.integers(0, 5)) == 0:
        payload["context"]["userAgent"] = ROBOT
    if draw(st.integers(0, 5)) == 0:
        payload["context"]["campaign"] = {"source": "partner", "medium": "affiliate", "name": "c"}
    if draw(st.integers(0, 7)) == 0:
        payload["newVisit"] = True
    return draw(st.sampled_from(["page", "page", "screen"])), None, None, payload


@st.composite
def order(draw):
    properties = {"revenue": draw(st.sampled_from([100, "42.50", 0, -1, "NaN", None]))}
    order_id = draw(st.sampled_from([*ORDERS, None]))
    return "track", "Order Completed", order_id, {"properties": properties}


@st.composite
def refund(draw):
    properties = {"revenue": draw(st.sampled_from([20, "20.00", 500, None]))}
    if refund_id := draw(st.sampled_from(["r1", "r2", None])):
        properties["refund_id"] = refund_id
    return "track", "Order Refunded", draw(st.sampled_from([*ORDERS, None])), {"properties": properties}


others = st.sampled_from(
    [
        ("track", "Signed Up", None, {"properties": {}}),
        ("track", "Seen", None, {"properties": {}}),
        ("identify", None, None, {}),
        ("group", None, None, {}),
    ]
)


@st.composite
def alias(draw):
    return "alias", None, None, {"previousId": draw(st.sampled_from([*USERS, *ANONYMOUS]))}


@st.composite
def events(draw):
    """Events in the order in which they arrive, none twice."""
    made = []
    for place in range(draw(st.integers(1, 14))):
        kind, name, order_id, payload = draw(st.one_of(page(), page(), page(), order(), refund(), others, alias()))
        anonymous_id, user_id = draw(ids)
        if kind == "alias" and user_id is None:
            user_id = draw(st.sampled_from(USERS))
        at = NOON + timedelta(minutes=draw(minutes))
        made.append(
            {
                "message_id": f"{draw(st.sampled_from('ABé'))}{place:02}",
                "kind": kind,
                "at": at,
                "anonymous_id": anonymous_id,
                "user_id": user_id,
                "name": name,
                "order_id": order_id,
                "payload": payload,
            }
        )
    return made
