"""The stream of events as it is stored, newest first, and the facts that events led to; every read is bounded."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts.models import Workspace
from reports.ask import ask, in_order_of_index
from tracking.models import Goal

# A filter by name looks through so many of the latest events at a time, one by fate through fewer.
WINDOW, FATE_WINDOW = 5_000, 400

_COLUMNS = """
message_id, received_at, at, kind, anonymous_id, user_id, name, order_id, door,
coalesce(payload->'properties'->>'url', payload->'context'->'page'->>'url', payload->'properties'->>'path', ''),
coalesce(payload->'context'->>'userAgent', '')
"""
# By bytes, as Python compares them too.
_AFTER = """received_at <= %(at)s::timestamptz
    and (received_at, message_id collate "C") < (%(at)s::timestamptz, %(id)s)"""
_EVENTS = f"""
select {_COLUMNS} from tracking_event
where workspace_id = %(workspace)s and {_AFTER}
order by received_at desc, message_id collate "C" desc limit %(most)s
"""  # noqa: S608 - our own text
# The window is cut before anything is filtered, so that a name nobody sends costs no walk over all there is; what it
# holds is narrow, in the order of the index, and only what fits is read whole.
_FILTERED = f"""
select {_COLUMNS} from (
    select message_id as fits from (
        select message_id, received_at, kind, name, door from tracking_event
        where workspace_id = %(workspace)s and received_at <= %(upto)s::timestamptz
        order by received_at desc fetch first %(window)s rows with ties
    ) as latest
    where {_AFTER}
        and (%(kind)s::text is null or kind = %(kind)s) and (%(name)s::text is null or name = %(name)s)
        and (%(door)s::text is null or door = %(door)s)
    order by received_at desc, message_id collate "C" desc limit %(most)s
) as found, lateral (
    select * from tracking_event where workspace_id = %(workspace)s and message_id = fits offset 0
) as tracking_event
order by received_at desc, message_id collate "C" desc
"""  # noqa: S608 - our own text
_WINDOW_END = """
select received_at from tracking_event where workspace_id = %(workspace)s and received_at <= %(upto)s::timestamptz
order by received_at desc offset %(window)s limit 1
"""
_WAITING = f"""
select {_COLUMNS} from (
    select message_id as waits from tracking_inbox where workspace_id = %(workspace)s and {_AFTER}
    order by received_at desc, message_id collate "C" desc limit %(most)s
) as inbox, lateral (
    select * from tracking_event where workspace_id = %(workspace)s and message_id = waits offset 0
) as tracking_event
order by received_at desc, message_id collate "C" desc
"""  # noqa: S608 - our own text
_ONE = f"select {_COLUMNS} from tracking_event where workspace_id = %(workspace)s and message_id = %(id)s"  # noqa: S608
_REFUSED = """
select id, received_at, reason, field, detail, events, door, message_id from tracking_rejectedevent
where workspace_id = %(workspace)s and (received_at, id) < (%(at)s::timestamptz, %(id)s::bigint)
    and (%(reasons)s::text[] is null or reason = any(%(reasons)s::text[])) and reason <> all(%(never)s::text[])
    and (%(door)s::text is null or door = %(door)s) and events > 0
order by received_at desc, id desc limit %(most)s
"""
_STILL = (
    "select message_id from tracking_inbox where workspace_id = %(workspace)s and message_id = any(%(ids)s::text[])"
)
# One look by key for each event and kind of fact.
_FACTS = """
select e.id, a.person_id, s.ended_at >= e.at, s.started_at = e.at, t.channel, c.id, c.goal, c.value_micros,
    st.name, o.order_id, r.order_id, l.anonymous_id
from unnest(%(ids)s::text[], %(spaces)s::text[], %(who)s::text[], %(anonymous)s::text[], %(ats)s::timestamptz[],
    %(orders)s::text[]) as e (id, namespace, alias, anonymous_id, at, order_id)
left join tracking_alias a on a.workspace_id = %(workspace)s and a.namespace = e.namespace and a.value = e.alias
left join lateral (
    select started_at, ended_at from tracking_session where workspace_id = %(workspace)s
        and person_id = a.person_id and started_at <= e.at order by started_at desc, tie desc limit 1
) s on true
left join lateral (
    select m.channel from tracking_touchdetail d
    join tracking_touch t on t.workspace_id = d.workspace_id and t.person_id = d.person_id and t.at = d.at
        and t.tie = d.tie
    join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
    where d.workspace_id = %(workspace)s and d.person_id = a.person_id and d.at = e.at and d.message_id = e.id limit 1
) t on true
left join lateral (
    select c.id, g.name as goal, c.value_micros from tracking_conversion c
    join tracking_goal g on g.workspace_id = c.workspace_id and g.id = c.goal_id and g.archived_at is null
    where c.workspace_id = %(workspace)s and c.person_id = a.person_id and c.at = e.at and c.message_id = e.id
    order by c.value_micros desc nulls last, c.id limit 1
) c on true
left join lateral (
    select x.name from tracking_stageentry n
    join tracking_stage x on x.workspace_id = n.workspace_id and x.id = n.stage_id
    where n.workspace_id = %(workspace)s and n.person_id = a.person_id and n.message_id = e.id limit 1
) st on true
left join lateral (
    select order_id from tracking_conversion where workspace_id = %(workspace)s and goal_id = any(%(goals)s::bigint[])
        and key = 'order:' || e.order_id and message_id <> e.id limit 1
) o on true
left join lateral (
    select order_id from tracking_refund where workspace_id = %(workspace)s and order_id = e.order_id
        and message_id = e.id limit 1
) r on true
left join tracking_anonymouslink l on l.workspace_id = %(workspace)s and l.anonymous_id = e.anonymous_id
    and l.message_id = e.id
"""
_LATELY = """
select kind, name, door, count(*), max(received_at) from (
    select kind, case when kind = 'track' then name end as name, door, received_at from tracking_event
    where workspace_id = %(workspace)s order by received_at desc limit 2000
) as latest group by 1, 2, 3 order by 4 desc
"""
_MINUTES = """
select floor(extract(epoch from %(now)s::timestamptz - received_at) / 60)::int, sum(events)::bigint
from tracking_eventcount where workspace_id = %(workspace)s
    and received_at > %(now)s::timestamptz - interval '60 minutes' and received_at <= %(now)s::timestamptz
group by 1
"""
_ACCEPTED = """
select coalesce(sum(events) filter (where received_at >= %(start)s::timestamptz), 0)::bigint,
    coalesce(sum(events) filter (where received_at < %(before)s::timestamptz), 0)::bigint
from tracking_eventcount where workspace_id = %(workspace)s
    and received_at >= %(start)s::timestamptz - interval '1 day'
"""
_REFUSALS = """
select reason, coalesce(sum(events) filter (where received_at >= %(start)s::timestamptz), 0)::bigint,
    coalesce(sum(events) filter (where received_at < %(before)s::timestamptz), 0)::bigint
from tracking_rejectedevent where workspace_id = %(workspace)s
    and received_at >= %(start)s::timestamptz - interval '1 day'
group by reason
"""
_WAITING_SINCE = """
select count(*) from tracking_inbox where workspace_id = %(workspace)s and received_at >= %(start)s::timestamptz
"""


class Seen(NamedTuple):
    """An event as the stream reads it."""

    message_id: str
    received_at: datetime
    at: datetime
    kind: str
    anonymous_id: str | None
    user_id: str | None
    name: str | None
    order_id: str | None
    door: str
    url: str
    user_agent: str

    @property
    def who(self) -> tuple[str, str]:
        """Name space and id of whose event it is."""
        return ("user", self.user_id) if self.user_id is not None else ("anonymous", self.anonymous_id or "")


class Turned(NamedTuple):
    """A refusal; `events` of them."""

    id: int
    received_at: datetime
    reason: str
    field: str
    detail: str
    events: int
    door: str
    message_id: str | None


class Facts(NamedTuple):
    """What an event led to; None where it led to nothing of the kind."""

    message_id: str
    person_id: int | None
    in_session: bool | None
    opens_session: bool | None
    channel: str | None
    conversion_id: int | None
    goal: str | None
    value_micros: int | None
    stage: str | None
    told_before: str | None
    refunded: str | None
    joined: str | None


def load_events(workspace: Workspace, at: datetime, message_id: str, most: int) -> list[Seen]:
    """The latest events before a place in the stream."""
    with in_order_of_index(workspace):
        return [Seen._make(row) for row in ask(workspace, _EVENTS, at=at, id=message_id, most=most)]


def load_filtered(
    workspace: Workspace, at: datetime, message_id: str, most: int, wanted: Mapping[str, str | None]
) -> tuple[list[Seen], tuple[datetime, str] | None]:
    """The same of one kind, name or door; and where the search ended, if there is more behind it."""
    # Below the beginning of a time lie only earlier ones; a window that held them would never move on.
    upto = at if message_id else at - timedelta(microseconds=1)
    with in_order_of_index(workspace):
        rows = ask(workspace, _FILTERED, upto=upto, at=at, id=message_id, most=most, window=WINDOW, **wanted)
        found = [Seen._make(row) for row in rows]
        if len(found) >= most:
            return found, None
        end = ask(workspace, _WINDOW_END, upto=upto, window=WINDOW - 1)
    # All events of that very time are in the window, so the next one begins below them.
    return found, (end[0][0], "") if end else None


def load_waiting(workspace: Workspace, at: datetime, message_id: str, most: int) -> list[Seen]:
    """The latest events whose facts are not derived yet."""
    return [Seen._make(row) for row in ask(workspace, _WAITING, at=at, id=message_id, most=most)]


def load_event(workspace: Workspace, message_id: str) -> Seen | None:
    """One event by its id."""
    rows = ask(workspace, _ONE, id=message_id)
    return Seen._make(rows[0]) if rows else None


def load_refused(
    workspace: Workspace,
    at: datetime,
    number: int,
    most: int,
    *,
    reasons: Sequence[str] | None = None,
    never: Sequence[str] = (),
    door: str | None = None,
) -> list[Turned]:
    """The latest refusals before a place, of some reasons (None: all) but never of others."""
    values = {"reasons": None if reasons is None else list(reasons), "never": list(never), "door": door}
    with in_order_of_index(workspace):
        return [Turned._make(row) for row in ask(workspace, _REFUSED, at=at, id=number, most=most, **values)]


def load_facts(workspace: Workspace, events: Sequence[Seen]) -> dict[str, Facts]:
    """What each of some events led to, by its id."""
    if not events:
        return {}
    values: dict[str, Any] = {
        "ids": [event.message_id for event in events],
        "spaces": [event.who[0] for event in events],
        "who": [event.who[1] for event in events],
        "anonymous": [event.anonymous_id for event in events],
        "ats": [event.at for event in events],
        "orders": [event.order_id for event in events],
        "goals": list(Goal.objects.of(workspace).values_list("id", flat=True)),
    }
    return {row[0]: Facts._make(row) for row in ask(workspace, _FACTS, **values)}


def find_waiting(workspace: Workspace, ids: Sequence[str]) -> set[str]:
    """Which of some events wait."""
    return {row[0] for row in ask(workspace, _STILL, ids=list(ids))} if ids else set()


def load_lately(workspace: Workspace) -> list[tuple[str, str | None, str, int, datetime]]:
    """(kind, name, door, number, last) over the latest 2,000 events."""
    with in_order_of_index(workspace):
        rows = ask(workspace, _LATELY)
    return [(*row[:4], row[4]) for row in rows]


def load_minutes(workspace: Workspace, now: datetime) -> list[int]:
    """Events stored in each of the last 60 minutes, the oldest first."""
    found = dict(ask(workspace, _MINUTES, now=now))
    return [int(found.get(minute, 0)) for minute in reversed(range(60))]


def count_accepted(workspace: Workspace, start: datetime, before: datetime) -> tuple[int, int]:
    """Events accepted since `start`, and those of the day before up to `before`."""
    now, then = ask(workspace, _ACCEPTED, start=start, before=before)[0]
    return int(now), int(then)


def count_refused(workspace: Workspace, start: datetime, before: datetime) -> dict[str, tuple[int, int]]:
    """The same for refusals, by reason."""
    rows = ask(workspace, _REFUSALS, start=start, before=before)
    return {reason: (int(now), int(then)) for reason, now, then in rows}


def count_waiting(workspace: Workspace, start: datetime) -> int:
    """Events that arrived since `start` and wait."""
    return int(ask(workspace, _WAITING_SINCE, start=start)[0][0])
