"""What waits: batches and how they are cut, people to derive again, days to fill again."""

from collections.abc import Collection
from datetime import date
from typing import Any

from tracking.storage.rows import run

# Sealed days are never filled again; their workspace keeps its time zone.
_SEALED_BEFORE = """
(select coalesce((sealed_at at time zone timezone)::date, '-infinity') from accounts_workspace
where id = %(workspace)s)
"""
_NOTE_DAYS = f"""
with noted as (
    insert into tracking_changedday (workspace_id, day, refill_id, noted_at)
    select %(workspace)s, day, %(refill)s::bigint, clock_timestamp() from unnest(%(days)s::date[]) as day
    where day >= {_SEALED_BEFORE}
    returning 1
)
update tracking_refill set total = total + (select count(*) from noted)
where workspace_id = %(workspace)s and id = %(refill)s
"""  # noqa: S608 - our own text
_MARKS = "select id from tracking_changedperson where workspace_id = %(workspace)s order by id limit %(most)s"
_TAKE_PEOPLE = """
delete from tracking_changedperson where workspace_id = %(workspace)s and ctid = any(array(
    select ctid from tracking_changedperson where workspace_id = %(workspace)s
        and (%(only)s::bigint is null or id = %(only)s) order by id limit %(size)s
)) returning person_id, refill_id
"""
_COUNT = "select count(*) from (select 1 from {table} where workspace_id = %(workspace)s limit %(most)s) as some"


def list_marks(workspace_id: int, most: int) -> list[int]:
    """Ids of the oldest marks of people to derive again, at most so many."""
    return [mark for (mark,) in run(workspace_id, _MARKS, most=most)]


def take_people(workspace_id: int, size: int, only: int | None = None) -> tuple[set[int], set[int]]:
    """Take the oldest marks of people to derive again, or the one with id `only`: their numbers and the refills."""
    rows = run(workspace_id, _TAKE_PEOPLE, size=size, only=only)
    return {person for person, _ in rows}, {refill for _, refill in rows if refill is not None}


def note_days(workspace_id: int, days: Collection[date], refill_id: int | None = None) -> None:
    """Leave a mark for each day whose numbers no longer hold; counted as work of the refill, if one made them so.

    Sealed days get none.
    """
    if days:
        run(workspace_id, _NOTE_DAYS, days=sorted(days), refill=refill_id)


_NOTE_DAYS_WITH_CONVERSIONS = f"""
with noted as (
    insert into tracking_changedday (workspace_id, day, refill_id, noted_at)
    select distinct %(workspace)s::bigint, (c.at at time zone zone)::date, %(refill)s::bigint, clock_timestamp()
    from tracking_conversion c, unnest(%(zones)s::text[]) as zone where c.workspace_id = %(workspace)s
        and (c.at at time zone zone)::date >= {_SEALED_BEFORE}
    returning 1
)
update tracking_refill set total = total + (select count(*) from noted)
where workspace_id = %(workspace)s and id = %(refill)s
"""  # noqa: S608 - our own text
_NOTE_PEOPLE = """
with people as ({people}), noted as (
    insert into tracking_changedperson (workspace_id, person_id, refill_id)
    select distinct %(workspace)s::bigint, person_id, %(refill)s::bigint from people where person_id is not null
    returning 1
)
update tracking_refill set total = total + (select count(*) from noted)
where workspace_id = %(workspace)s and id = %(refill)s
"""
_EVERYBODY = "select id as person_id from tracking_person where workspace_id = %(workspace)s"
_CONVERTED = "select person_id from tracking_conversion where workspace_id = %(workspace)s"
_CONVERTED_IN_OTHER_CURRENCIES = f"{_CONVERTED} and currency <> %(currency)s"
# Whoever has a touch that only the longer of two look-backs reaches, and none that both do.
_BETWEEN_LOOKBACKS = """
select c.person_id from tracking_conversion c
join tracking_goal g on g.workspace_id = c.workspace_id and g.id = c.goal_id and g.lookback_days is null
where c.workspace_id = %(workspace)s and exists (
    select from tracking_touch t where t.workspace_id = c.workspace_id and t.person_id = c.person_id
    and t.at >= c.at - make_interval(days => %(longer)s) and t.at < c.at - make_interval(days => %(shorter)s)
) and not exists (
    select from tracking_touch t where t.workspace_id = c.workspace_id and t.person_id = c.person_id
    and t.at >= c.at - make_interval(days => %(shorter)s) and t.at <= c.at
)
"""
_WITH_EVENTS = """
select a.person_id from (
    select distinct user_id, case when user_id is null then anonymous_id end as anonymous_id from tracking_event
    where workspace_id = %(workspace)s and kind = 'track' and name = any(%(names)s::text[])
) e join tracking_alias a on a.workspace_id = %(workspace)s
    and a.namespace = case when e.user_id is null then 'anonymous' else 'user' end
    and a.value = coalesce(e.user_id, e.anonymous_id)
"""


def note_days_with_conversions(workspace_id: int, zones: Collection[str], refill_id: int) -> None:
    """Have every day with conversions filled again, days being those of each of the zones."""
    run(workspace_id, _NOTE_DAYS_WITH_CONVERSIONS, zones=list(zones), refill=refill_id)


def note_everybody(workspace_id: int, refill_id: int) -> None:
    """Have everybody's facts derived again."""
    _note(workspace_id, _EVERYBODY, refill_id)


def note_converted(workspace_id: int, refill_id: int, *, other_than: str | None = None) -> None:
    """Have the facts derived again of everybody who converted, or did so in a currency `other_than` this one."""
    if other_than is None:
        _note(workspace_id, _CONVERTED, refill_id)
    else:
        _note(workspace_id, _CONVERTED_IN_OTHER_CURRENCIES, refill_id, currency=other_than)


def note_between_lookbacks(workspace_id: int, days: Collection[int], refill_id: int) -> None:
    """Have the facts derived again of whoever is attributed under one of two look-backs only."""
    _note(workspace_id, _BETWEEN_LOOKBACKS, refill_id, shorter=min(days), longer=max(days))


def note_people_of_events(workspace_id: int, names: Collection[str], refill_id: int) -> None:
    """Have the facts derived again of everybody who has track events of these names."""
    _note(workspace_id, _WITH_EVENTS, refill_id, names=list(names))


def _note(workspace_id: int, people: str, refill_id: int, **values: Any) -> None:
    run(workspace_id, _NOTE_PEOPLE.format(people=people), refill=refill_id, **values)
