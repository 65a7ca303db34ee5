"""What matters of a long story from before the part that is derived again."""

from collections.abc import Collection
from datetime import datetime

from tracking.core.facts import Conversion, PersonFacts, StageEntry, StoredEvent, Touch
from tracking.core.identity import Group
from tracking.core.marks import Mark
from tracking.core.sealed import Sealed
from tracking.core.sessions import LONGEST_GAP
from tracking.storage.events import COLUMNS
from tracking.storage.rows import run

# The last visit that began before may go on.
_VISIT = """
select started_at, ended_at from tracking_session
where workspace_id = %(workspace)s and person_id = %(person)s and started_at < %(at)s::timestamptz
order by started_at desc, tie desc limit 1
"""
_TOUCH = """
select at, tie from tracking_touch
where workspace_id = %(workspace)s and person_id = %(person)s and at < %(since)s::timestamptz
order by at desc, tie desc limit 1
"""
_REACHED = """
select found.* from unnest(%(goals)s::bigint[]) as wanted (id), lateral (
    select goal_id, key, at, message_id, order_id, value_micros, amount_micros, refunded_micros, currency, rate,
        rate_day, note
    from tracking_conversion
    where workspace_id = %(workspace)s and person_id = %(person)s and goal_id = wanted.id
        and at < %(since)s::timestamptz limit 1
) as found
"""
_ENTERED = """
select stage_id, at, message_id from tracking_stageentry
where workspace_id = %(workspace)s and person_id = %(person)s and at < %(since)s::timestamptz
"""
_SHARED = """
select min(at) from tracking_event
where workspace_id = %(workspace)s and user_id = any(%(users)s::text[]) and at < %(since)s::timestamptz
    and not anonymous_id = any(%(anonymous)s::text[])
"""
_ALIASES = f"""
select {COLUMNS}, payload::text from tracking_event
where workspace_id = %(workspace)s and user_id = any(%(users)s::text[]) and at < %(since)s::timestamptz
    and kind = 'alias'
"""  # noqa: S608 - our own text
# Only its time matters.
_SOME_MARK = Mark("", "", None, None, None, None, None, None)


def find_cut(workspace_id: int, person: int, at: datetime) -> datetime:
    """The start of the visit that something at this time may belong to; the time itself if there is none."""
    for started_at, ended_at in run(workspace_id, _VISIT, person=person, at=at):
        if at - ended_at <= LONGEST_GAP:
            return started_at
    return at


def load_before(workspace_id: int, person: int, since: datetime, goals: Collection[int]) -> Sealed:
    """What of the time before makes a difference after it; `goals` are those that count once."""
    touches = [
        Touch(at, tie, "", _SOME_MARK, "", {}) for at, tie in run(workspace_id, _TOUCH, person=person, since=since)
    ]
    reached = run(workspace_id, _REACHED, person=person, since=since, goals=list(goals))
    entered = run(workspace_id, _ENTERED, person=person, since=since)
    return Sealed(
        PersonFacts([], touches, [Conversion(*row) for row in reached], [StageEntry(*row) for row in entered])
    )


def find_shared_before(workspace_id: int, group: Group, since: datetime) -> tuple[datetime | None, list[StoredEvent]]:
    """When before `since` the users first told of an anonymousId not theirs, and their aliases, which may do so too."""
    values = {"users": list(group.users), "anonymous": list(group.anonymous), "since": since}
    (first,) = run(workspace_id, _SHARED, **values)[0]
    return first, [StoredEvent._make(row) for row in run(workspace_id, _ALIASES, **values)]
