"""The one door between tracking's tables and the frames of funnels.

Events come as Arrow over a connection of their own, in a transaction that opens the workspace's rows. What a client
wrote travels as parameters; only numbers and instants of our own stand in a statement's text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
from django.conf import settings

from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, open_workspace_id
from funnels.core.asked import Funnel, keys_of
from funnels.core.fitting import EVENTS
from funnels.core.progress import NO_LIMIT
from tracking.storage.packed import unpack_numbers
from tracking.storage.rows import run

CHANNELS = {"row": pl.Int64, "group": pl.String}

# Of any name: the index knows times only, and what must be looked at is what takes long.
_COUNT = """
    select count(*) as events from (select 1 from tracking_event e where {conditions} limit {most}) as counted
"""
# $1 all names, $2 names whose properties are asked for, $3 those properties, $4 names whose ids are. A userId says
# whose an event is; an anonymousId does where there is none. Each id is looked up once.
_EVENTS = """
    with hits as materialized (
        select e.at, (coalesce(array_position($1::text[], e.name), 0) - 1)::smallint as name,
            case when e.user_id is null then 'anonymous' else 'user' end as namespace,
            coalesce(e.user_id, e.anonymous_id) as value,
            case when e.name = any($2::text[]) and jsonb_typeof(e.payload -> 'properties') = 'object' then (
                select jsonb_object_agg(key, e.payload -> 'properties' -> key)::text
                from unnest($3::text[]) as asked (key) where e.payload -> 'properties' ? key
            ) end as properties,
            case when e.name = any($4::text[]) then e.message_id end as message
        from tracking_event e where {conditions}{names}
    ), ids as materialized (
        select distinct namespace, value from hits
    ), known as materialized (
        select ids.namespace, ids.value, found.person_id from ids, lateral (
            select a.person_id from tracking_alias a
            where a.workspace_id = {workspace} and a.namespace = ids.namespace and a.value = ids.value offset 0
        ) as found
    )
    select known.person_id as person, hits.at, hits.name, hits.properties, hits.message
    from hits join known using (namespace, value)
"""
# Any event may stand between the steps of a strict funnel.
_NAMES = {"ordered": " and e.name = any($1::text[])", "strict": ""}
# One look at the index for each person, whatever else they did.
_CHANNELS = """
    select who.row, m.channel as "group"
    from unnest('{{{rows}}}'::bigint[], '{{{people}}}'::bigint[], '{{{ats}}}'::bigint[]) as who (row, person, micros)
    left join lateral (
        select t.mark_id from tracking_touch t
        where t.workspace_id = {workspace} and t.person_id = who.person
            and t.at <= timestamptz 'epoch' + who.micros * interval '1 microsecond'
        order by t.at desc, t.tie desc limit 1
    ) as latest on true
    left join tracking_mark m on m.workspace_id = {workspace} and m.id = latest.mark_id
"""
_CHUNK = 100_000
# PostgreSQL counts from 2000, everybody else from 1970.
_EPOCH_MICROS = 946_684_800_000_000
# From the index alone; array_send gives a list as bytes, which NumPy reads as they are.
_STAGE_EVENTS = """
    select name, array_send(array_agg(person_id)), array_send(array_agg(at)) from tracking_stageevent
    where workspace_id = %(workspace)s and name = any(%(names)s::text[]) and at >= %(start)s::timestamptz
        and at < coalesce(%(until)s::timestamptz, 'infinity')
    group by name
"""


@dataclass(frozen=True, slots=True)
class Slices:
    """Where a long reading is cut, and who is told how many of its parts are read; raising there ends it."""

    cuts: Sequence[datetime]
    note: Callable[[int], None]


def count_events(workspace: Workspace, funnel: Funnel, start: datetime, until: datetime, *, most: int) -> int:
    """How many events must be looked at for the funnel, counted up to `most`."""
    query = _COUNT.format(conditions=_conditions(workspace, funnel, start, last_of(funnel, until)), most=most)
    with _reading(workspace) as cursor:
        return int(_fetch(cursor, query, {"events": pl.Int64})["events"][0])


def load_events(
    workspace: Workspace,
    funnel: Funnel,
    start: datetime,
    until: datetime,
    *,
    asked: str | None = None,
    slices: Slices | None = None,
) -> pl.DataFrame:
    """The events that may matter to attempts that start in [start, until), as EVENTS; of people who are known.

    `asked` is a property that is wanted of the events of step 1. An ordered funnel needs the names of its steps only.
    With `slices` they are read some days at a time, of one state of the database.
    """
    last = last_of(funnel, until)
    parts = list(pairwise([start, *(slices.cuts if slices else ()), last]))
    found = []
    with _reading(workspace) as cursor:
        # The planner takes any workspace for a tiny one, and would compare every event with every id.
        cursor.execute("set local enable_nestloop = off")
        for read, (since, end) in enumerate(parts, 1):
            conditions = _conditions(workspace, funnel, since, end)
            query = _EVENTS.format(workspace=workspace.pk, conditions=conditions, names=_NAMES[funnel.order])
            found.append(_fetch(cursor, query, EVENTS, _parameters(funnel, asked)))
            if slices:
                slices.note(read)
    return pl.concat(found)


def last_of(funnel: Funnel, until: datetime) -> datetime | None:
    """When what matters to attempts that start before `until` ends; None where they may go on for ever."""
    return until + timedelta(microseconds=funnel.window) if funnel.window < NO_LIMIT else None


def load_stage_events(workspace: Workspace, funnel: Funnel, start: datetime, until: datetime) -> pl.DataFrame:
    """As load_events, for a funnel of the pipeline's stages without conditions: whose they are is known already."""
    found = run(workspace.pk, _STAGE_EVENTS, names=funnel.names, start=start, until=last_of(funnel, until))
    parts = [
        pl.DataFrame({"person": unpack_numbers(people), "at": unpack_numbers(ats) + _EPOCH_MICROS}).with_columns(
            pl.col("at").cast(EVENTS["at"]), name=pl.lit(funnel.names.index(name), EVENTS["name"])
        )
        for name, people, ats in found
    ]
    return pl.concat([pl.DataFrame(schema=EVENTS), *parts], how="diagonal")


def load_channels(workspace: Workspace, starts: pl.DataFrame) -> pl.DataFrame:
    """The channel of each person's latest touch at or before a time: row, group (null: no touch)."""
    found = [pl.DataFrame(schema=CHANNELS)]
    with _reading(workspace) as cursor:
        for chunk in starts.iter_slices(_CHUNK):
            query = _CHANNELS.format(
                workspace=workspace.pk,
                rows=",".join(map(str, chunk["row"])),
                people=",".join(map(str, chunk["person"])),
                ats=",".join(map(str, chunk["at"])),
            )
            found.append(_fetch(cursor, query, CHANNELS))
    return pl.concat(found)


def _conditions(workspace: Workspace, funnel: Funnel, start: datetime | None, end: datetime | None) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in funnel.kinds)
    said = f"e.workspace_id = {workspace.pk:d} and e.kind in ({kinds})"
    if start is not None:
        said += f" and e.at >= '{start.isoformat()}'"
    return said if end is None else f"{said} and e.at < '{end.isoformat()}'"


def _parameters(funnel: Funnel, asked: str | None) -> list[str]:
    first = [funnel.steps[0].event] if asked else []
    paths = funnel.paths + ([asked] if asked else [])
    return [_array(funnel.names), _array({*funnel.names_looked_into, *first}), _array(keys_of(paths)), _array(first)]


def _array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array; sent as a parameter, never as a part of a statement."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


@contextmanager
def _reading(workspace: Workspace) -> Iterator[Any]:
    if open_workspace_id() != workspace.pk:
        raise NoWorkspace(f"open workspace_scope({workspace.pk}) first.")
    with adbc.connect(settings.DATABASE_URL) as reader, reader.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(f"select set_config('app.workspace_id', '{workspace.pk:d}', true)").fetch_polars()
        yield cursor


def _fetch(cursor: Any, query: str, schema: dict[str, Any], parameters: Sequence[str] = ()) -> pl.DataFrame:
    cursor.execute(query, tuple(parameters) or None)
    return cursor.fetch_polars().select(list(schema)).cast(schema)
