"""What a journey is made of, as it is stored: each list in one statement, bounded however much a person did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Workspace
from reports.ask import ask
from tracking.core.identity import ANONYMOUS, USER
from tracking.models import Alias

MOST_NAMES = 12
MOST_CONVERSIONS = 100
# Of those that earn nothing, on either side of the journey.
MOST_OUTSIDE = 12
MOST_RETURNS = 20

_PATH = """
select t.at, t.tie, t.mark_id, m.channel from tracking_touch t
join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
where t.workspace_id = %(workspace)s and t.person_id = %(person)s
    and t.at >= %(start)s::timestamptz and t.at <= %(end)s::timestamptz
order by t.at, t.tie
"""
_OUTSIDE = """
(select at, tie from tracking_touch where workspace_id = %(workspace)s and person_id = %(person)s
    and at < %(start)s::timestamptz order by at desc, tie desc limit %(most)s)
union all
(select at, tie from tracking_touch where workspace_id = %(workspace)s and person_id = %(person)s
    and at > %(end)s::timestamptz order by at, tie limit %(most)s)
"""
_DETAILS = """
select t.at, t.tie, m.channel, m.source, m.medium, m.campaign, m.term, m.content, m.landing_path,
    coalesce(d.landing_url, ''), m.referrer_host, m.click_id_kind, coalesce(d.click_ids <> '{}'::jsonb, false)
from unnest(%(ats)s::timestamptz[], %(ties)s::int[]) as wanted (at, tie)
join tracking_touch t on t.workspace_id = %(workspace)s and t.person_id = %(person)s
    and t.at = wanted.at and t.tie = wanted.tie
join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
left join tracking_touchdetail d on d.workspace_id = t.workspace_id and d.person_id = t.person_id
    and d.at = t.at and d.tie = t.tie
order by t.at, t.tie
"""
_COUNT = "select count(*) from tracking_touch where workspace_id = %(workspace)s and person_id = %(person)s"
_CONVERSIONS = """
select c.id, c.at, c.goal_id, g.name, c.value_micros, c.amount_micros, c.refunded_micros, c.currency, c.order_id,
    c.message_id, c.note, count(*) over ()
from tracking_conversion c
join tracking_goal g on g.workspace_id = c.workspace_id and g.id = c.goal_id and g.archived_at is null
where c.workspace_id = %(workspace)s and c.person_id = %(person)s
order by c.id = %(wanted)s::bigint desc, c.at desc, c.id desc limit %(most)s
"""
_REFUNDS = """
select r.at, r.order_id, r.amount_micros, c.currency, c.goal_id
from tracking_conversion c
join tracking_refund r on r.workspace_id = c.workspace_id and r.order_id = c.order_id
where c.workspace_id = %(workspace)s and c.id = any(%(conversions)s::bigint[])
order by r.at, r.key limit 50
"""
_STAGES = """
select e.at, s.name, s.role from tracking_stageentry e
join tracking_stage s on s.workspace_id = e.workspace_id and s.id = e.stage_id
where e.workspace_id = %(workspace)s and e.person_id = %(person)s order by e.at, s.position
"""
_NAMES = """
select a.namespace, a.value, l.at, count(*) over ()
from tracking_alias a
left join tracking_anonymouslink l on l.workspace_id = a.workspace_id and a.namespace = 'anonymous'
    and l.anonymous_id = a.value
where a.workspace_id = %(workspace)s and a.person_id = %(person)s
order by a.namespace desc, l.at nulls last, a.value limit %(most)s
"""
_FIRST_NAMES = """
select who.id, found.namespace, found.value from unnest(%(people)s::bigint[]) as who (id),
    lateral (
        select namespace, value from tracking_alias
        where workspace_id = %(workspace)s and person_id = who.id order by namespace desc, value limit 1
    ) as found
"""
_HITS = """
select at, message_id, coalesce(nullif(payload->'properties'->>'url', ''), payload->'context'->'page'->>'url', ''),
    coalesce(nullif(payload->'properties'->>'referrer', ''), payload->'context'->'page'->>'referrer', '')
from tracking_event
where workspace_id = %(workspace)s and {whose} and kind = 'page'
    and at >= %(start)s::timestamptz and at <= %(end)s::timestamptz
    and coalesce(nullif(payload->'properties'->>'referrer', ''), payload->'context'->'page'->>'referrer', '') <> ''
order by at limit 500
"""
_BY_USER = "user_id = any(%(users)s::text[])"
_BY_ANONYMOUS = "user_id is null and anonymous_id = any(%(anonymous)s::text[])"


class Step(NamedTuple):
    """A touch of the path, as credit is shared over it."""

    at: datetime
    tie: int
    mark_id: int
    channel: str


class Detail(NamedTuple):
    """All that a touch says."""

    at: datetime
    tie: int
    channel: str
    source: str
    medium: str
    campaign: str | None
    term: str | None
    content: str | None
    landing_path: str | None
    landing_url: str
    referrer_host: str | None
    # Which had the say; a click id that tags outweighed is only told of.
    click_id_kind: str | None
    has_click_id: bool


class Reached(NamedTuple):
    """A conversion as stored, and how many its person has."""

    id: int
    at: datetime
    goal_id: int
    goal: str
    value_micros: int | None
    amount_micros: int | None
    refunded_micros: int
    currency: str
    order_id: str | None
    message_id: str
    note: str
    in_all: int


class Hit(NamedTuple):
    """A page that was opened from somewhere."""

    at: datetime
    message_id: str
    url: str
    referrer: str


def find_people(workspace: Workspace, alias: str) -> dict[str, int]:
    """Who is known by this id, by its name space: at most a user and an anonymous visitor."""
    if "\x00" in alias:
        return {}
    return dict(Alias.objects.of(workspace).filter(value=alias).values_list("namespace", "person_id"))


def load_path(workspace: Workspace, person: int, start: datetime, end: datetime) -> list[Step]:
    """Touches of a person from `start` to `end`, both included, in their order."""
    return [Step._make(row) for row in ask(workspace, _PATH, person=person, start=start, end=end)]


def find_outside(
    workspace: Workspace, person: int, start: datetime, end: datetime, *, most: int = MOST_OUTSIDE
) -> list[tuple[datetime, int]]:
    """Some touches just before `start` and just after `end`, at most so many on either side."""
    return sorted(ask(workspace, _OUTSIDE, person=person, start=start, end=end, most=most))


def load_details(workspace: Workspace, person: int, keys: Sequence[tuple[datetime, int]]) -> list[Detail]:
    """All that some touches say, in their order."""
    ats, ties = [at for at, _tie in keys], [tie for _at, tie in keys]
    return [Detail._make(row) for row in ask(workspace, _DETAILS, person=person, ats=ats, ties=ties)]


def count_touches(workspace: Workspace, person: int) -> int:
    """All touches of a person."""
    return int(ask(workspace, _COUNT, person=person)[0][0])


def load_conversions(workspace: Workspace, person: int, wanted: int | None) -> list[Reached]:
    """The latest conversions of a person; first of all the wanted one, if it is theirs."""
    rows = ask(workspace, _CONVERSIONS, person=person, wanted=wanted, most=MOST_CONVERSIONS)
    return [Reached._make(row) for row in rows]


def load_refunds(workspace: Workspace, conversions: Sequence[int]) -> list[tuple[Any, ...]]:
    """(at, order, micros or None for all that was left, currency, goal) of what was given back for them."""
    return ask(workspace, _REFUNDS, conversions=list(conversions))


def load_stages(workspace: Workspace, person: int) -> list[tuple[datetime, str, str]]:
    """(at, name, role) of each stage the person entered."""
    return [(at, name, role) for at, name, role in ask(workspace, _STAGES, person=person)]


def load_names(workspace: Workspace, person: int) -> tuple[list[tuple[str, str, datetime | None]], int]:
    """(name space, id, when it was first said to be theirs) of a person's ids, and how many there are."""
    rows = ask(workspace, _NAMES, person=person, most=MOST_NAMES)
    return [(namespace, value, at) for namespace, value, at, _all in rows], rows[0][3] if rows else 0


def load_first_names(workspace: Workspace, people: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(name space, id) by which each person is best named: a userId before an anonymousId."""
    rows = ask(workspace, _FIRST_NAMES, people=list(people))
    return {person: (namespace, value) for person, namespace, value in rows}


def load_hits(workspace: Workspace, names: Sequence[tuple[str, str, Any]], start: datetime, end: datetime) -> list[Hit]:
    """Pages that a person opened from somewhere else between two times, the first 500."""
    users = [value for namespace, value, _ in names if namespace == USER]
    anonymous = [value for namespace, value, _ in names if namespace == ANONYMOUS]
    found: list[Hit] = []
    for whose, ids in ((_BY_USER, users), (_BY_ANONYMOUS, anonymous)):
        if ids:
            rows = ask(workspace, _HITS.format(whose=whose), users=users, anonymous=anonymous, start=start, end=end)
            found += [Hit._make(row) for row in rows]
    return sorted(found)
