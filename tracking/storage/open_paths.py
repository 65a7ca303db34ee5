"""Open paths: each person's touches in one row, with what the person has reached so far."""

from collections.abc import Collection

from tracking.storage.rows import run

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
"""
_REMOVE = """
delete from tracking_openpath o where o.workspace_id = %(workspace)s and o.person_id = any(%(people)s::bigint[])
and not exists (
    select from tracking_touch t where t.workspace_id = o.workspace_id and t.person_id = o.person_id offset 0
)
"""


def save_open_paths(workspace_id: int, people: Collection[int]) -> None:
    """Make the open paths of these people follow from their stored touches and conversions."""
    if people:
        run(workspace_id, _REMOVE, people=sorted(people))
        run(workspace_id, _PUT, people=sorted(people))
