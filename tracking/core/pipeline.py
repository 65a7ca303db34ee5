"""From stored events to facts, step by step: read this first.

    parse -> refuse bots -> join sessions -> read touches -> reach goals -> enter stages -> note shared devices

Whose events are whose (`identity`) and which event is an order's own (`orders`) is settled before, because both look
beyond one person. Everything here is a function of one person's events, so facts never depend on how events arrived.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import TypeVar

from tracking.core.bots import is_bot
from tracking.core.facts import (
    Conversion,
    Ledger,
    PersonEvents,
    PersonFacts,
    Rules,
    StoredEvent,
    Touch,
)
from tracking.core.goals import SHARED_DEVICE, enter_stages, find_occurrences, find_stage_events, reach_goal
from tracking.core.identity import links_of
from tracking.core.marks import Arrival, ReadArrival, read_arrival
from tracking.core.sealed import NOTHING, Sealed, put_before
from tracking.core.sessions import Hit, ReadArrivals, read_hit, walk_sessions

Number = TypeVar("Number")
IN_ORDER = attrgetter("at", "message_id")
# Pages are seen by many people in the same way; beyond this many ways memory is worth more than time.
MOST_READ_ARRIVALS = 20_000


def derive(
    people: Mapping[Number, PersonEvents],
    ledger: Ledger,
    rules: Rules,
    sealed: Mapping[Number, Sealed] = MappingProxyType({}),
    read: ReadArrivals | None = None,
) -> dict[Number, PersonFacts]:
    """The facts of people from all their events, and from what is sealed of them; the order of events is irrelevant.

    `read` remembers arrivals from one call to the next.
    """
    read = read or reader_of_arrivals(rules)
    return {
        number: derive_person(person, ledger, rules, read, sealed.get(number, NOTHING))
        for number, person in people.items()
    }


def derive_person(
    person: PersonEvents, ledger: Ledger, rules: Rules, read: ReadArrivals, sealed: Sealed
) -> PersonFacts:
    """The facts of one person."""
    events = sorted(person.events, key=IN_ORDER)
    sessions, touches = walk_sessions(refuse_bots(parse_hits(events)), read, sealed.facts)
    occurrences = find_occurrences(events, ledger, rules.event_names)
    conversions = [found for goal in rules.goals for found in reach_goal(goal, occurrences, ledger, rules)]
    if conversions:
        shared_since = find_shared_since(events, person.anonymous_ids)
        shared_since = min(filter(None, (shared_since, sealed.shared_since)), default=None)
        conversions = note_shared_device(conversions, touches, shared_since, rules)
    entries, stage_events = enter_stages(occurrences, rules), find_stage_events(events, rules)
    facts = PersonFacts(sessions, touches, conversions, entries, stage_events)
    if sealed is NOTHING:
        return facts
    return put_before(sealed.facts, facts, frozenset(goal.id for goal in rules.goals if goal.once))


def parse_hits(events: Iterable[StoredEvent]) -> list[Hit]:
    """Page and screen events, read; only these make sessions and touches, whatever others say about a page."""
    return [read_hit(event) for event in events if event.kind in ("page", "screen")]


def refuse_bots(hits: Iterable[Hit]) -> list[Hit]:
    """Hits of machines open no session; what they track is kept, for accepted money is never lost."""
    return [hit for hit in hits if not (hit.user_agent and is_bot(hit.user_agent))]


def note_shared_device(
    conversions: list[Conversion],
    touches: list[Touch],
    shared_since: datetime | None,
    rules: Rules,
) -> list[Conversion]:
    """Say why a conversion has no touch, where its person used a device whose visits are somebody else's."""
    if shared_since is None:
        return conversions
    lookbacks = {goal.id: goal.lookback for goal in rules.goals}

    def noted(conversion: Conversion) -> Conversion:
        from_at = conversion.at - lookbacks[conversion.goal_id]
        if shared_since > conversion.at or any(from_at <= touch.at <= conversion.at for touch in touches):
            return conversion
        return conversion._replace(note=",".join(filter(None, (SHARED_DEVICE, conversion.note))))

    return [noted(conversion) for conversion in conversions]


def find_shared_since(events: list[StoredEvent], anonymous_ids: frozenset[str]) -> datetime | None:
    """When the person first used an anonymousId that belongs to somebody else; None if never."""
    for event in events:
        if event.user_id is not None and any(link.anonymous_id not in anonymous_ids for link in links_of(event)):
            return event.at
    return None


def reader_of_arrivals(rules: Rules) -> Callable[[Arrival], ReadArrival]:
    """Reads arrivals under the workspace's rules, and remembers those it has read."""
    known: dict[tuple[str, str], ReadArrival] = {}

    def read(arrival: Arrival) -> ReadArrival:
        if arrival.campaign:
            return read_arrival(arrival, rules.arrivals)
        found = known.get((arrival.url, arrival.referrer))
        if found is None:
            found = read_arrival(arrival, rules.arrivals)
            if len(known) < MOST_READ_ARRIVALS:
                known[arrival.url, arrival.referrer] = found
        return found

    return read
