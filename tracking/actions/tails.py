"""People of whom much is known already: only what new events may change of their facts is derived again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from tracking.core.facts import PersonFacts, Rules, StoredEvent
from tracking.core.identity import Group
from tracking.core.sealed import NOTHING, Sealed
from tracking.core.tails import Tail, cut_facts, lacks_touch
from tracking.storage.tails import find_cuts, find_shared_before, load_before

NEVER = datetime.max.replace(tzinfo=UTC)
DeriveAfter = Callable[[Mapping[int, Sealed]], dict[int, PersonFacts]]


def find_tails(
    workspace_id: int, groups: Mapping[int, Group], rules: Rules, told: Iterable[StoredEvent]
) -> dict[int, Tail]:
    """From where on these people are derived again because of what was `told`; the end of time if they told nothing."""
    since = find_cuts(workspace_id, _earliest_told(groups, told))
    before = load_before(workspace_id, {n: since[n] for n in groups if n in since}, groups, rules)
    return {n: Tail(since.get(n, NEVER), before.get(n, NOTHING)) for n in groups}


def derive_tails(
    workspace_id: int, groups: Mapping[int, Group], tails: Mapping[int, Tail], rules: Rules, derive: DeriveAfter
) -> dict[int, PersonFacts]:
    """People's facts from their tails' beginnings on; `derive` makes those of events after what is given."""
    facts = derive({n: tail.before for n, tail in tails.items()})
    lookbacks = {goal.id: goal.lookback for goal in rules.goals}
    lacking = {
        n: groups[n] for n, tail in tails.items() if groups[n].users and lacks_touch(facts[n], tail.since, lookbacks)
    }
    if lacking:
        # A walk over their whole stories; whoever never shares a device has touches, or few events.
        shared = find_shared_before(workspace_id, lacking, {n: tails[n].since for n in lacking})
        facts |= derive({n: replace(tails[n].before, shared_since=at) for n, at in shared.items()})
    return {n: facts[n] if tail.before is NOTHING else cut_facts(facts[n], tail.since) for n, tail in tails.items()}


def _earliest_told(groups: Mapping[int, Group], told: Iterable[StoredEvent]) -> dict[int, datetime]:
    users = {user: number for number, group in groups.items() for user in group.users}
    anonymous = {one: number for number, group in groups.items() for one in group.anonymous}
    earliest: dict[int, datetime] = {}
    for event in told:
        user = event.user_id
        number = users.get(user) if user is not None else anonymous.get(event.anonymous_id or "")
        if number is not None and event.at < earliest.get(number, NEVER):
            earliest[number] = event.at
    return earliest
