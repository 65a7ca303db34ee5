"""People with more events than are read again for each new one: an id that a million events share, say."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tracking.core.facts import PersonEvents, PersonFacts, Rules, StoredEvent
from tracking.core.identity import Group
from tracking.core.pipeline import find_shared_since
from tracking.core.sealed import Sealed
from tracking.core.tails import Tail, cut_facts, lacks_touch
from tracking.storage.tails import find_cut, find_shared_before, load_before

# Of an id; whoever has no more is read whole, which is simpler.
MANY = 500
NEVER = datetime.max.replace(tzinfo=UTC)
DeriveAfter = Callable[[PersonEvents, Sealed], PersonFacts]


def find_tail(workspace_id: int, number: int, rules: Rules, told: Iterable[StoredEvent]) -> Tail:
    """From where on a person is derived again because of what was `told` by them; the end of time if nothing was."""
    since = find_cut(workspace_id, number, min((event.at for event in told), default=NEVER))
    once = [goal.id for goal in rules.goals if goal.once]
    return Tail(since, load_before(workspace_id, number, since, once))


def derive_tail(
    workspace_id: int, group: Group, person: PersonEvents, tail: Tail, rules: Rules, derive: DeriveAfter
) -> PersonFacts:
    """A person's facts from the tail's beginning on; `derive` makes those of events after what is given."""
    facts = derive(person, tail.before)
    if group.users and lacks_touch(facts, tail.since, {goal.id: goal.lookback for goal in rules.goals}):
        # A walk over the whole story, but a seldom one.
        first, aliases = find_shared_before(workspace_id, group, tail.since)
        aliased = find_shared_since(sorted(aliases, key=lambda event: event.place), person.anonymous_ids)
        shared = min((at for at in (first, aliased) if at is not None), default=None)
        facts = derive(person, replace(tail.before, shared_since=shared))
    return cut_facts(facts, tail.since)


def events_of(group: Group, events: Iterable[StoredEvent]) -> list[StoredEvent]:
    """Those events that are the group's."""
    return [
        event
        for event in events
        if (event.user_id in group.users if event.user_id is not None else event.anonymous_id in group.anonymous)
    ]
