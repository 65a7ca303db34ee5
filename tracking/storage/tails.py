"""What matters of a long story from before the part that is derived again."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.core.facts import Conversion, PersonFacts, Rules, StageEntry, Touch
from tracking.core.identity import Group, links_of
from tracking.core.marks import Mark
from tracking.core.sealed import Sealed
from tracking.core.sessions import LONGEST_GAP
from tracking.storage.events import COLUMNS, as_events
from tracking.storage.packed import pack
from tracking.storage.rows import Row, for_each, run

# The last visit that began before may go on.
_VISIT = """
select person_id, started_at, ended_at from tracking_session
where workspace_id = %(workspace)s and person_id = wanted.id and started_at < wanted.since
order by started_at desc, tie desc limit 1
"""
_TOUCH = """
select person_id, at, tie from tracking_touch
where workspace_id = %(workspace)s and person_id = wanted.id and at < wanted.since
order by at desc, tie desc limit 1
"""
_REACHED = """
select wanted.id, reached.* from unnest(%(goals)s::bigint[]) as goal (id), lateral (
    select goal_id, key, at, message_id, order_id, value_micros, amount_micros, refunded_micros, currency, rate,
        rate_day, note
    from tracking_conversion
    where workspace_id = %(workspace)s and person_id = wanted.id and goal_id = goal.id and at < wanted.since limit 1
) as reached
"""
_ENTERED = """
select person_id, stage_id, at, message_id from tracking_stageentry
where workspace_id = %(workspace)s and person_id = wanted.id and at < wanted.since
"""
_SHARED = """
select wanted.id, min(at) from tracking_event e
where workspace_id = %(workspace)s and user_id = wanted.id and at < wanted.since and anonymous_id is not null
    and not exists (
        select from tracking_alias a
        where a.workspace_id = %(workspace)s and a.namespace = 'anonymous' and a.value = e.anonymous_id
        and a.person_id = (
            select person_id from tracking_alias
            where workspace_id = %(workspace)s and namespace = 'user' and value = wanted.id
        )
    )
"""
_ALIASES = f"""
select {COLUMNS}, payload::text from tracking_event
where workspace_id = %(workspace)s and user_id = wanted.id and at < wanted.since and kind = 'alias'
"""  # noqa: S608 - our own text
# Only its time matters.
_SOME_MARK = Mark("", "", None, None, None, None, None, None)


def find_cuts(workspace_id: int, ats: Mapping[int, datetime]) -> dict[int, datetime]:
    """For each person the start of the visit that something at this time may belong to; else the time itself."""
    cuts = dict(ats)
    for person, started_at, ended_at in _ask(workspace_id, _VISIT, ats):
        if ats[person] - ended_at <= LONGEST_GAP:
            cuts[person] = started_at
    return cuts


def load_before(
    workspace_id: int, since: Mapping[int, datetime], groups: Mapping[int, Group], rules: Rules
) -> dict[int, Sealed]:
    """What of the time before makes a difference after it, of those people of whom anything does."""
    facts: dict[int, PersonFacts] = defaultdict(PersonFacts)
    # Touches of before only tell whether a device may be shared; nobody without a userId knows of others.
    known = {person: at for person, at in since.items() if groups[person].users}
    for person, at, tie in _ask(workspace_id, _TOUCH, known):
        facts[person].touches.append(Touch(at, tie, "", _SOME_MARK, "", {}))
    if once := [goal.id for goal in rules.goals if goal.once]:
        for person, *conversion in _ask(workspace_id, _REACHED, since, goals=once):
            facts[person].conversions.append(Conversion(*conversion))
    if rules.stages:
        for person, *entry in _ask(workspace_id, _ENTERED, since):
            facts[person].entries.append(StageEntry(*entry))
    return {person: Sealed(found) for person, found in facts.items()}


def find_shared_before(
    workspace_id: int, groups: Mapping[int, Group], since: Mapping[int, datetime]
) -> dict[int, datetime]:
    """When before `since` people first told of an anonymousId not theirs, of those who did; aliases do so too."""
    people = {user: number for number, group in groups.items() for user in group.users}
    ids = {user: since[number] for user, number in people.items()}
    told = [(people[user], at) for user, at in _ask(workspace_id, _SHARED, ids, kind="text") if at is not None]
    for alias in as_events(_ask(workspace_id, _ALIASES, ids, kind="text")):
        number = people[alias.user_id or ""]
        if any(link.anonymous_id not in groups[number].anonymous for link in links_of(alias)):
            told.append((number, alias.at))
    return dict(sorted(told, reverse=True))


def _ask(
    workspace_id: int, query: str, since: Mapping[Any, datetime], kind: str = "bigint", **values: Any
) -> list[Row]:
    if not since:
        return []
    statement = for_each("wanted_ids", kind, query, since="since")
    columns = {"wanted_ids": pack(kind, since), "since": pack("timestamptz", since.values())}
    return run(workspace_id, statement, **columns, **values)
