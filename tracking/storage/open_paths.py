"""Open paths: each person's touches in one row, with what the person has reached so far."""

from collections.abc import Collection, Mapping
from datetime import datetime
from operator import attrgetter

from tracking.core.facts import PersonFacts
from tracking.storage.packed import Packed, pack
from tracking.storage.rows import run, send

_time_of = attrgetter("at")
# An aggregate over nothing is null: whoever has no touch gets no row.
_PUT = """
insert into tracking_openpath (workspace_id, person_id, last_at, ats, marks, goals, reached_at)
select %(workspace)s, who.id, touched.ats[cardinality(touched.ats)], touched.ats, touched.marks,
       coalesce(reached.goals, '{}'), coalesce(reached.ats, '{}')
from unnest(%(people)s::bigint[]) as who (id), lateral (
    select array_agg(t.at order by t.at, t.tie) as ats, array_agg(t.mark_id order by t.at, t.tie) as marks
    from tracking_touch t where t.workspace_id = %(workspace)s and t.person_id = who.id
) as touched, lateral (
    select array_agg(latest.goal_id order by latest.goal_id) as goals,
           array_agg(latest.at order by latest.goal_id) as ats
    from (
        select c.goal_id, max(c.at) as at from tracking_conversion c
        where c.workspace_id = %(workspace)s and c.person_id = who.id group by c.goal_id
    ) as latest
) as reached
where touched.ats is not null
on conflict (workspace_id, person_id) do update
set last_at = excluded.last_at, ats = excluded.ats, marks = excluded.marks, goals = excluded.goals,
    reached_at = excluded.reached_at
returning person_id
"""
_REMOVE = "delete from tracking_openpath where workspace_id = %(workspace)s and person_id = any(%(people)s::bigint[])"


# Each person's part of all touches and of all conversions, from one place to another.
_ADD = """
insert into tracking_openpath (workspace_id, person_id, last_at, ats, marks, goals, reached_at)
select %(workspace)s, who.id, (%(ats)s::timestamptz[])[who.until], (%(ats)s::timestamptz[])[who.since:who.until],
       (%(marks)s::bigint[])[who.since:who.until], (%(goals)s::bigint[])[who.first:who.last],
       (%(reached)s::timestamptz[])[who.first:who.last]
from unnest(%(people)s::bigint[], %(since)s::integer[], %(until)s::integer[], %(first)s::integer[],
    %(last)s::integer[]) as who (id, since, until, first, last)
"""


def add_open_paths(workspace_id: int, facts: Mapping[int, PersonFacts], ats: Packed, marks: Packed) -> None:
    """Store the open paths of people who have none; they equal those that `save_open_paths` makes of stored facts.

    `ats` and `marks` are those of all the touches, one person's after the other's.
    """
    reached: list[tuple[int, datetime]] = []
    places: list[tuple[int, int, int, int, int]] = []
    since = 1
    for person, found in facts.items():
        if found.touches:
            until, first = since + len(found.touches), len(reached) + 1
            if found.conversions:
                reached += sorted({one.goal_id: one.at for one in sorted(found.conversions, key=_time_of)}.items())
            places.append((person, since, until - 1, first, len(reached)))
            since = until
    columns = dict(zip(("people", "since", "until", "first", "last"), zip(*places, strict=True), strict=True))
    packed = {name: pack("bigint" if name == "people" else "integer", part) for name, part in columns.items()}
    goals, reached_at = zip(*reached, strict=True) if reached else ((), ())
    send(
        workspace_id,
        _ADD,
        ats=ats,
        marks=marks,
        goals=pack("bigint", goals),
        reached=pack("timestamptz", reached_at),
        **packed,
    )


def save_open_paths(workspace_id: int, people: Collection[int]) -> None:
    """Make the open paths of these people follow from their stored touches and conversions."""
    if people:
        standing = {person for (person,) in run(workspace_id, _PUT, people=pack("bigint", sorted(people)))}
        if without_touches := set(people) - standing:
            send(workspace_id, _REMOVE, people=pack("bigint", without_touches))
