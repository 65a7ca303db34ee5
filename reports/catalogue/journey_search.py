"""Look for people in the order in which they were seen or converted, so many at a time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from accounts.models import Workspace
from reports.ask import ask, in_order_of_index

# A filter that few or none fit looks through so many at a time; a file looks through all there are.
WINDOW, MOST_WINDOW = 20_000, 2**40
# person, when, touches, when first seen, the first mark and the last; and a place between two of them.
Found = tuple[int, datetime, int, datetime | None, int | None, int | None]
Place = tuple[datetime, int]

# Who has touches stands in a row of their own; the index by the time of the last one gives the order. The window is
# cut before anything is filtered, so that a channel that brought nobody costs no walk over everybody.
_SEEN = """
select o.person_id, o.last_at, cardinality(o.marks), o.ats[1], o.marks[1], o.marks[cardinality(o.marks)]
from (
    select workspace_id, person_id, last_at, ats, marks from tracking_openpath
    where workspace_id = %(workspace)s and last_at >= %(start)s and last_at <= %(at)s and last_at < %(end)s
        and (last_at, person_id) < (%(at)s::timestamptz, %(below)s)
    order by last_at desc, person_id desc limit %(window)s
) as o
where {where}
order by o.last_at desc, o.person_id desc limit %(most)s
"""
_SEEN_END = """
select last_at, person_id from tracking_openpath
where workspace_id = %(workspace)s and last_at >= %(start)s and last_at <= %(at)s and last_at < %(end)s
    and (last_at, person_id) < (%(at)s::timestamptz, %(below)s)
order by last_at desc, person_id desc offset %(window)s - 1 limit 1
"""
# People by their last conversion inside the period; one may have no touch at all.
_CONVERTED = """
select c.person_id, c.at, coalesce(cardinality(o.marks), 0), o.ats[1], o.marks[1], o.marks[cardinality(o.marks)]
from (
    select workspace_id, person_id, at, id, goal_id from tracking_conversion
    where workspace_id = %(workspace)s and at >= %(start)s and at <= %(at)s and at < %(end)s
        and (at, person_id) < (%(at)s::timestamptz, %(below)s)
    order by at desc, person_id desc limit %(window)s
) as c
left join tracking_openpath o on o.workspace_id = c.workspace_id and o.person_id = c.person_id
where c.goal_id = any(%(goals)s::bigint[])
    and not exists (
        select 1 from tracking_conversion later where later.workspace_id = c.workspace_id
            and later.person_id = c.person_id and later.at < %(end)s
            and later.goal_id = any(%(goals)s::bigint[]) and (later.at, later.id) > (c.at, c.id)
    ) and {where}
order by c.at desc, c.person_id desc limit %(most)s
"""
_CONVERTED_END = """
select at, person_id from tracking_conversion
where workspace_id = %(workspace)s and at >= %(start)s and at <= %(at)s and at < %(end)s
    and (at, person_id) < (%(at)s::timestamptz, %(below)s)
order by at desc, person_id desc offset %(window)s - 1 limit 1
"""
_NEVER = """
not exists (
    select 1 from tracking_conversion c where c.workspace_id = o.workspace_id and c.person_id = o.person_id
        and c.goal_id = any(%(goals)s::bigint[])
)
"""
# The marks of a channel stand in the text, so that the planner makes a table of them to look into.
_THROUGH = "exists (select 1 from unnest(o.marks) as passed (mark) where passed.mark = any(%(marks)s::bigint[]))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for: seen or converted from `start` to `end` and before a place.

    `converted` None: everybody seen; `goals`: what counts as a conversion; `marks`: any of these brought them.
    """

    start: datetime
    end: datetime
    before: Place
    goals: Sequence[int]
    converted: bool | None
    marks: Sequence[int] | None


def search(workspace: Workspace, wanted: Wanted, most: int, window: int) -> tuple[list[Found], Place | None]:
    """At most `most` people, newest first, and where the search stopped if there are more to look through."""
    values: dict[str, Any] = asdict(wanted) | {"window": window, "most": most}
    values["at"], values["below"] = values.pop("before")
    parts = [_THROUGH] if wanted.marks is not None else []
    parts += [_NEVER] if wanted.converted is False else []
    listed, last = (_CONVERTED, _CONVERTED_END) if wanted.converted else (_SEEN, _SEEN_END)
    with in_order_of_index(workspace):
        found = ask(workspace, listed.format(where=" and ".join(parts) or "true"), **values)
        end = ask(workspace, last, **values) if len(found) < most and (parts or wanted.converted) else []
    return found, end[0] if end else None
