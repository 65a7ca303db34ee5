"""Stored events in the domain's words, and the facts of a whole world of them."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tracking.core.facts import GoalRule, PersonEvents, PersonFacts, Rules, StageRule, StoredEvent
from tracking.core.identity import group_ids, read_mentions
from tracking.core.orders import keep_ledger
from tracking.core.pipeline import derive

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PURCHASE = GoalRule(1, "Order Completed")


def minutes(number: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=number)


def event(kind, who, at=NOON, message_id=None, *, name=None, order_id=None, anonymous=None, **payload) -> StoredEvent:
    """An event of a user ("ada") or of an anonymous visitor ("?a"); `anonymous` goes beside a user."""
    user_id, anonymous_id = (None, who) if who.startswith("?") else (who, anonymous)
    event.made = getattr(event, "made", 0) + 1
    text = json.dumps(payload)
    return StoredEvent(message_id or f"m{event.made:06}", kind, at, anonymous_id, user_id, name, order_id, text)


def page(who, at=NOON, url="https://shop.example.test/", referrer="", message_id=None, **more) -> StoredEvent:
    anonymous = more.pop("anonymous", None)
    properties = {"url": url, "referrer": referrer}
    return event("page", who, at, message_id, anonymous=anonymous, properties=properties, **more)


def tagged(campaign: str, source="news", medium="email") -> str:
    return f"https://shop.example.test/?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}"


def order(who, at=NOON, order_id=None, message_id=None, *, anonymous=None, **properties) -> StoredEvent:
    return event(
        "track",
        who,
        at,
        message_id,
        name="Order Completed",
        order_id=order_id,
        anonymous=anonymous,
        properties=properties,
    )


def refund(who, at=NOON, order_id=None, message_id=None, **properties) -> StoredEvent:
    return event("track", who, at, message_id, name="Order Refunded", order_id=order_id, properties=properties)


def identify(who, anonymous, at=NOON, message_id=None) -> StoredEvent:
    return event("identify", who, at, message_id, anonymous=anonymous)


def alias(who, previous, at=NOON, message_id=None) -> StoredEvent:
    return event("alias", who, at, message_id, previousId=previous)


def rules(*goals: GoalRule, **settings) -> Rules:
    settings = {"currency": "EUR", "zone": ZoneInfo("Europe/Berlin"), **settings}
    stages = tuple(StageRule(*pair) for pair in settings.pop("stages", ()))
    return Rules(goals=goals or (PURCHASE,), stages=stages, **settings)


def people_of(events: list[StoredEvent]) -> list[frozenset[tuple[str, str]]]:
    """The ids of each person, as ("user", …) and ("anonymous", …)."""
    said = read_mentions(events)
    owners = {link.anonymous_id: link.user_id for link in said.links.values()}
    return [frozenset(map(tuple, g.ids())) for g in group_ids(said.users, said.anonymous, owners, said.merges)]


def owner_of(event: StoredEvent) -> tuple[str, str | None]:
    return ("user", event.user_id) if event.user_id is not None else ("anonymous", event.anonymous_id)


def facts_of(events: list[StoredEvent], under: Rules | None = None) -> dict[frozenset, PersonFacts]:
    """The facts of everybody, by the ids of each."""
    people = {}
    for ids in people_of(events):
        mine = [
            e
            for e in events
            if (("user", e.user_id) if e.user_id is not None else ("anonymous", e.anonymous_id)) in ids
        ]
        people[ids] = PersonEvents(mine, frozenset(value for space, value in ids if space == "anonymous"))
    return derive(people, keep_ledger(events), under or rules())


def facts_of_user(user: str, events: list[StoredEvent], under: Rules | None = None) -> PersonFacts:
    """The facts of whoever has this userId (or, as "?a", this anonymousId)."""
    wanted = ("anonymous" if user.startswith("?") else "user", user)
    return next(facts for ids, facts in facts_of(events, under).items() if wanted in ids)
