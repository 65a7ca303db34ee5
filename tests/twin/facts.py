"""The slow twin: facts worked out from all events at once, by the words of the specification.

It shares nothing with the pipeline but the reading of arrivals and the table of bots, and is in no hurry.
"""

import json
from datetime import timedelta

from tracking.core.bots import is_bot
from tracking.core.marks import Arrival, ArrivalRules, read_arrival

HALF_AN_HOUR = timedelta(minutes=30)


def place(event):
    return (event["at"], event["message_id"].encode())


def people_of(events):
    """{person: (ids, events)}, a person being named by the sorted ids that are theirs."""
    users = {e["user_id"] for e in events if e["user_id"]}
    links = []
    same = []
    anonymous = {e["anonymous_id"] for e in events if e["anonymous_id"]}
    for e in events:
        previous = e["payload"].get("previousId") if e["kind"] == "alias" else None
        for id_ in (e["anonymous_id"], previous):
            if id_ and e["user_id"]:
                links.append((place(e), id_, e["user_id"]))
                anonymous.add(id_)
        if previous in users and e["user_id"]:
            same.append({previous, e["user_id"]})
    circles = [{u} for u in users]
    for pair in same:
        touched = [c for c in circles if c & pair]
        circles = [c for c in circles if not c & pair] + [set().union(*touched)]
    owner = {}
    for _, id_, user in sorted(links, reverse=True):
        owner[id_] = user
    bodies = [({("user", u) for u in c} | {("anonymous", a) for a, u in owner.items() if u in c}) for c in circles]
    bodies += [{("anonymous", a)} for a in anonymous if a not in owner]
    people = {}
    for ids in bodies:
        mine = [
            e for e in events if (("user", e["user_id"]) if e["user_id"] else ("anonymous", e["anonymous_id"])) in ids
        ]
        people[tuple(sorted(ids))] = sorted(mine, key=place)
    return people


def visits_of(events, arrivals):
    """[(session, touches)] where each is a plain dict."""
    visits = []
    previous = None
    for e in events:
        if e["kind"] not in ("page", "screen"):
            continue
        properties = e["payload"].get("properties", {})
        context = e["payload"].get("context", {})
        if is_bot(context.get("userAgent", "")):
            continue
        page = context.get("page", {})
        url = properties.get("url") or page.get("url") or ""
        referrer = properties.get("referrer") or page.get("referrer") or ""
        read = read_arrival(Arrival(url, referrer, context.get("campaign", {})), arrivals)
        origin = (read.mark.source, read.mark.medium, read.mark.campaign)
        touch = {"at": e["at"], "message_id": e["message_id"], "mark": read.mark, "url": url, "ids": read.click_ids}
        if previous is None or e["at"] > previous + HALF_AN_HOUR or e["payload"].get("newVisit") is True:
            visits.append({"start": e["at"], "end": e["at"], "hits": 1, "mark": read.mark, "touches": [touch]})
            current = origin
        else:
            visits[-1]["end"] = e["at"]
            visits[-1]["hits"] += 1
            if read.says_origin and origin != current:
                visits[-1]["touches"].append(touch)
                current = origin
        previous = e["at"]
    return visits


def amount(value):
    """Cents of test amounts, which have no more than two decimals."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return round(number * 100) * 10_000 if 0 <= number <= 10_000_000_000 else None


def facts_of(rows, goals, *, lookback_days=90, arrivals=None):
    """Everything derived from `rows` ({message_id, kind, at, …, payload}); repeats of a messageId must be gone.

    `goals` are {id, event, once, drop_refunded, stage}; all values are in the workspace's own currency.
    """
    arrivals = arrivals or ArrivalRules()
    orders, refunds = {}, {}
    for e in sorted(rows, key=place):
        if e["name"] == "Order Completed" and e["order_id"]:
            orders.setdefault(e["order_id"], e["message_id"])
        if e["name"] == "Order Refunded" and e["order_id"]:
            properties = e["payload"].get("properties", {})
            which = ("id", properties["refund_id"]) if properties.get("refund_id") else ("event", e["message_id"])
            refunds.setdefault((e["order_id"], which), amount(properties.get("revenue")))
    people = people_of(rows)
    return {
        ids: person_facts(ids, mine, goals, orders, refunds, timedelta(days=lookback_days), arrivals)
        for ids, mine in people.items()
    }


def person_facts(ids, events, goals, orders, refunds, lookback, arrivals):
    visits = visits_of(events, arrivals)
    touches = [t for v in visits for t in v["touches"]]
    conversions, entries = [], []
    for goal in goals:
        reached = []
        entered = False
        for e in events:
            if e["kind"] != "track" or e["name"] != goal["event"]:
                continue
            order = e["order_id"] if e["name"] == "Order Completed" else None
            if order and orders[order] != e["message_id"]:
                continue
            if goal.get("stage") and not entered:
                entries.append((goal["stage"], e["at"], e["message_id"]))
                entered = True
            sent = amount(e["payload"].get("properties", {}).get("revenue"))
            left, whole = sent, False
            for (of, _), back in refunds.items():
                if order and of == order:
                    whole = whole or back is None
                    left = None if left is None else 0 if back is None else max(0, left - back)
            back_at_all = any(order and of == order for of, _ in refunds)
            if goal.get("drop_refunded") and back_at_all and (left == 0 or (sent is None and whole)):
                continue
            paths = any(e["at"] - lookback <= t["at"] <= e["at"] for t in touches)
            note = "" if paths or not used_other_device(ids, events, e["at"]) else "shared_device"
            reached.append((goal["id"], e["at"], e["message_id"], order, left, note))
        conversions += reached[:1] if goal.get("once") else reached
    return {
        "visits": [(v["start"], v["end"], v["hits"], v["mark"]) for v in visits],
        "touches": [(t["at"], t["message_id"], t["mark"], t["url"], tuple(sorted(t["ids"].items()))) for t in touches],
        "conversions": sorted(conversions),
        "entries": sorted(entries),
    }


def used_other_device(ids, events, until):
    for e in events:
        if e["at"] <= until and e["user_id"]:
            named = [e["anonymous_id"], e["payload"].get("previousId") if e["kind"] == "alias" else None]
            if any(n and ("anonymous", n) not in ids for n in named):
                return True
    return False


def as_row(event):
    """One twin event as the columns of the event table, payload as JSON text."""
    return {**event, "payload": json.dumps(event["payload"])}
