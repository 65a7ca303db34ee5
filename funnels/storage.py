"""The one door between tracking's tables and the frames of funnels.

Many events come as Arrow over a connection of their own, few over the one that is open anyway. What a client wrote
travels as parameters; only numbers and instants of our own stand in a statement's text.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from accounts.models import Workspace
from funnels.core.asked import Funnel, keys_of
from funnels.core.fitting import EVENTS
from funnels.core.progress import NO_LIMIT
from tracking.storage.apart import read_apart
from tracking.storage.packed import pack, unpack_numbers
from tracking.storage.rows import run

CHANNELS = {"row": pl.Int64, "group": pl.String}

# Names, names whose properties are asked for, those properties, names whose ids are. A userId says whose an event is;
# an anonymousId does where there is none.
_PART = """
    select e.at, (coalesce(array_position({names}::text[], e.name), 0) - 1)::smallint as name,
        case when e.user_id is null then 'anonymous' else 'user' end as namespace,
        coalesce(e.user_id, e.anonymous_id) as value,
        case when e.name = any({looked_into}::text[]) and jsonb_typeof(e.payload -> 'properties') = 'object' then (
            select jsonb_object_agg(key, e.payload -> 'properties' -> key)::text
            from unnest({keys}::text[]) as asked (key) where e.payload -> 'properties' ? key
        ) end as properties,
        case when e.name = any({with_ids}::text[]) then e.message_id end as message
    from tracking_event e where {conditions}
"""
# Of few events each id is looked up, once.
_FEW_EVENTS = """
    with hits as materialized ({parts}), ids as materialized (
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
# Beside many events all ids are read.
_MANY_EVENTS = """
    select a.person_id as person, hits.at, hits.name, hits.properties, hits.message
    from ({parts}) as hits join tracking_alias a
        on a.workspace_id = {workspace} and a.namespace = hits.namespace and a.value = hits.value
"""
MANY = 20_000
# Any event may stand between the steps of a strict funnel. The texts are those of the indexes.
_HITS = "e.kind in ('page', 'screen', 'track')"
_TRACKED = "e.kind = 'track' and e.name = any({names}::text[])"
_SHOWN = "e.kind in ('page', 'screen') and e.name is not null and e.name = any({names}::text[])"
# One look at the index for each person, whatever else they did; -1 where nothing brought them.
_CHANNELS = """
    select array_send(array_agg(who.row)), array_send(array_agg(coalesce(latest.mark_id, -1)))
    from unnest(%(rows)s::bigint[], %(people)s::bigint[], %(ats)s::bigint[]) as who (row, person, micros)
    left join lateral (
        select t.mark_id from tracking_touch t
        where t.workspace_id = %(workspace)s and t.person_id = who.person
            and t.at <= timestamptz 'epoch' + who.micros * interval '1 microsecond'
        order by t.at desc, t.tie desc limit 1
    ) as latest on true
"""
_NAMES_OF_MARKS = """
    select id, channel from tracking_mark where workspace_id = %(workspace)s and id = any(%(marks)s::bigint[])
"""
_CHUNK = 100_000
_STARTS = {"rows": "row", "people": "person", "ats": "at"}
# How a parameter stands in a statement for ADBC, and for psycopg.
_NUMBERED = {"names": "$1", "looked_into": "$2", "keys": "$3", "with_ids": "$4"}
_NAMED = {name: f"%({name})s" for name in _NUMBERED}
# For the ids of a million people; a worker or two read at a time.
_WORK_MEM = "64MB"
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
    return _count(workspace, funnel, start, last_of(funnel, until), most)


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
    if slices is None and _count(workspace, funnel, start, last, MANY) < MANY:
        return _load_few(workspace, funnel, start, last, asked)
    times = list(pairwise([start, *(slices.cuts if slices else ()), last]))
    found = []
    with read_apart(workspace) as cursor:
        # The planner takes any workspace for a tiny one, and would compare every event with every id.
        cursor.execute("set local enable_nestloop = off")
        cursor.execute(f"set local work_mem = '{_WORK_MEM}'")
        for read, (since, end) in enumerate(times, 1):
            is_few = _count(workspace, funnel, since, end, MANY) < MANY
            query = _query(_FEW_EVENTS if is_few else _MANY_EVENTS, workspace, funnel, since, end, sent=_NUMBERED)
            cursor.execute(query, tuple(_array(texts) for texts in _asked_for(funnel, asked).values()))
            found.append(cursor.fetch_polars().select(list(EVENTS)).cast(EVENTS))
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
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for chunk in starts.iter_slices(_CHUNK):
        values = {name: pack("bigint", chunk[column].to_list()) for name, column in _STARTS.items()}
        [sent] = run(workspace.pk, _CHANNELS, **values)
        found.append((unpack_numbers(sent[0]), unpack_numbers(sent[1])))
    rows, marks = (np.concatenate(column) for column in zip(*found, strict=True))
    names = run(workspace.pk, _NAMES_OF_MARKS, marks=np.unique(marks).tolist())
    named = pl.DataFrame(names, schema={"mark": pl.Int64, "group": pl.String}, orient="row")
    return pl.DataFrame({"row": rows, "mark": marks}).join(named, on="mark", how="left").select(list(CHANNELS))


def _load_few(
    workspace: Workspace, funnel: Funnel, start: datetime, end: datetime | None, asked: str | None
) -> pl.DataFrame:
    """Over the connection that is open anyway: another takes longer than the reading."""
    query = _query(_FEW_EVENTS, workspace, funnel, start, end, sent=_NAMED)
    run(workspace.pk, "set local enable_nestloop = off")
    rows = run(workspace.pk, query, **_asked_for(funnel, asked))
    run(workspace.pk, "set local enable_nestloop = on")
    return pl.DataFrame(rows, schema=EVENTS, orient="row")


def _query(
    form: str,
    workspace: Workspace,
    funnel: Funnel,
    start: datetime | None,
    end: datetime | None,
    *,
    sent: Mapping[str, str],
) -> str:
    parts = [_PART.format(conditions=one, **sent) for one in _parts(workspace, funnel, start, end, sent["names"])]
    return form.format(workspace=workspace.pk, parts=" union all ".join(parts))


def _count(workspace: Workspace, funnel: Funnel, start: datetime | None, end: datetime | None, most: int) -> int:
    parts = _parts(workspace, funnel, start, end, _NAMED["names"])
    rows = " union all ".join(f"(select 1 from tracking_event e where {part} limit {most:d})" for part in parts)  # noqa: S608
    query = f"select count(*) from (select 1 from ({rows}) as e limit {most:d}) as counted"  # noqa: S608 - our own text
    return int(run(workspace.pk, query, names=funnel.names)[0][0])


def _parts(workspace: Workspace, funnel: Funnel, start: datetime | None, end: datetime | None, names: str) -> list[str]:
    """What the events of a time must fulfil, each part along an index of its own."""
    when = f"e.workspace_id = {workspace.pk:d}"
    if start is not None:
        when += f" and e.at >= '{start.isoformat()}'"
    if end is not None:
        when += f" and e.at < '{end.isoformat()}'"
    ordered = [_TRACKED] if funnel.kinds == ("track",) else [_TRACKED, _SHOWN]
    return [f"{when} and {kind.format(names=names)}" for kind in ([_HITS] if funnel.order == "strict" else ordered)]


def _asked_for(funnel: Funnel, asked: str | None) -> dict[str, list[str]]:
    """What the parameters of a statement hold, in their order."""
    first = [funnel.steps[0].event] if asked else []
    paths = funnel.paths + ([asked] if asked else [])
    return {
        "names": funnel.names,
        "looked_into": list({*funnel.names_looked_into, *first}),
        "keys": keys_of(paths),
        "with_ids": first,
    }


def _array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array; sent as a parameter, never as a part of a statement."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
