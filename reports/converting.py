"""The touches of those who converted, for what no stored day can tell: other look-backs, and how long people took."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from accounts.models import Workspace
from attribution.core.credit import MAX_TOTAL
from attribution.core.frames import Flags, Ints
from attribution.core.journeys import NEVER
from common.periods import Period, bounds
from reports.ask import ask
from tracking.storage.packed import microseconds, unpack_numbers
from tracking.storage.rows import run

# From the index of touches alone; in the order of people one look lies beside the next, which halves their price. Both
# ends of the look-back are included. Lists of times are sent as numbers too.
_TOOK = """
with reached as materialized (
    select person_id, at, coalesce(value_micros, 0) as value from tracking_conversion
    where workspace_id = %(workspace)s and goal_id = %(goal)s and at >= %(start)s and at < %(until)s
    order by person_id
), met as materialized (
    select c.at, c.value, t.touches, t.first_at
    from reached c, lateral (
        select count(*) as touches, min(t.at) as first_at from tracking_touch t
        where t.workspace_id = %(workspace)s and t.person_id = c.person_id
            and t.at >= c.at - make_interval(secs => %(lookback)s) and t.at <= c.at offset 0
    ) as t
)
select array_send(array_agg(touches)), array_send(array_agg(at)), array_send(array_agg(coalesce(first_at, at))),
    array_send(array_agg(value))
from met
"""
_REACHED = """
select array_send(array_agg(person_id)), array_send(array_agg(at)), array_send(array_agg(coalesce(value_micros, 0))),
    array_send(array_agg((value_micros is not null)::int::bigint))
from tracking_conversion
where workspace_id = %(workspace)s and goal_id = %(goal)s and at >= %(start)s and at < %(until)s
"""
# Whole lists as bytes, joined in parts, for PostgreSQL joins no more than a gigabyte. Times count from 2000.
_TOUCHES = """
select array_send(array_agg(person_id)), array_send(array_agg(cardinality(marks)::bigint)),
    string_agg(array_send(marks), ''), string_agg(array_send(ats), '')
from (
    select o.person_id, o.marks, o.ats from tracking_openpath o
    where o.workspace_id = %(workspace)s and o.person_id = any(%(people)s::bigint[]) offset 0
) as whose
group by person_id %% 16
"""
_MILESTONES = """
select e.person_id, min(e.at) filter (where s.role = 'lead'), min(e.at) filter (where s.role = 'opportunity')
from tracking_stageentry e
join tracking_stage s on s.workspace_id = %(workspace)s and s.id = e.stage_id
where e.workspace_id = %(workspace)s and s.role in ('lead', 'opportunity') and e.person_id = any(%(people)s::bigint[])
group by e.person_id
"""
# A list as sent: five words of four bytes, and for each number its size in bytes and its own two words.
_HEAD_WORDS = 5


@dataclass(frozen=True, slots=True)
class Took:
    """One entry a conversion: touches inside the look-back, microseconds from the first of them, value in millionths.

    A conversion without a touch has 0 of all but its value.
    """

    touches: Ints
    micros: Ints
    value: Ints


@dataclass(frozen=True, slots=True)
class Converting:
    """Conversions, and all touches of those who reached them; person p's are at[first[p]:first[p + 1]].

    Times in microseconds since 2000; milestones are NEVER for those who never got there.
    """

    person: Ints
    reached_at: Ints
    value: Ints
    has_value: Flags
    first: Ints
    at: Ints
    mark: Ints
    lead: Ints
    opportunity: Ints


def load_took(workspace: Workspace, *, goal_id: int, period: Period, lookback_days: float) -> Took:
    """How many touches and how long each conversion of a period took."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    values = {"goal": goal_id, "start": start, "until": until, "lookback": lookback_days * 86_400}
    [sent] = run(workspace.pk, _TOOK, **values)
    touches, at, first_at, value = map(unpack_numbers, sent)
    return Took(touches, at - first_at, np.where(np.abs(value) > MAX_TOTAL, 0, value))


def count_converting(workspace: Workspace, *, goal_id: int, period: Period) -> int:
    """How many conversions a period has."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    statement = (
        "select count(*) from tracking_conversion where workspace_id = %(workspace)s and goal_id = %(goal)s"
        " and at >= %(start)s and at < %(until)s"
    )
    return int(ask(workspace, statement, goal=goal_id, start=start, until=until)[0][0])


def load_converting(workspace: Workspace, *, goal_id: int, period: Period) -> Converting:
    """The conversions of a period with every touch of their people, as a fill reads them."""
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    [sent] = run(workspace.pk, _REACHED, goal=goal_id, start=start, until=until)
    people, reached_at, value, has_value = map(unpack_numbers, sent)
    who, person = np.unique(people, return_inverse=True)
    parts = run(workspace.pk, _TOUCHES, people=who.tolist())
    first, at, mark = _order(who, [_read_part(*part) for part in parts])
    lead, opportunity = _load_milestones(workspace, who)
    honest = np.abs(value) <= MAX_TOTAL
    return Converting(
        person=person.astype(np.int64),
        reached_at=reached_at,
        value=np.where(honest, value, 0),
        has_value=(has_value == 1) & honest,
        first=first,
        at=at,
        mark=mark,
        lead=lead,
        opportunity=opportunity,
    )


def _read_part(people: bytes, lengths: bytes, marks: bytes, ats: bytes) -> tuple[Ints, Ints, Ints, Ints]:
    sizes = unpack_numbers(lengths)
    return unpack_numbers(people), sizes, _read_lists(marks, sizes), _read_lists(ats, sizes)


def _read_lists(sent: bytes, lengths: Ints) -> Ints:
    """The numbers of lists of eight-byte numbers that were sent one after another, each with a head."""
    words = np.frombuffer(sent, ">u4")
    heads = np.repeat(np.arange(1, len(lengths) + 1), lengths)
    spots = 3 * np.arange(lengths.sum()) + _HEAD_WORDS * heads + 1
    return (words[spots].astype(np.int64) << 32) | words[spots + 1]


def _order(who: Ints, parts: list[tuple[Ints, Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    """(first, at, mark) by ascending person; people without a touch have none of either."""
    nothing = np.zeros(0, np.int64)
    people, lengths, marks, ats = (
        (np.concatenate(columns) for columns in zip(*parts, strict=True)) if parts else (nothing,) * 4
    )
    counts = np.zeros(len(who), np.int64)
    place = np.searchsorted(who, people)
    counts[place] = lengths
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)[:-1]]) if len(lengths) else nothing
    spots = np.arange(lengths.sum()) + np.repeat(first[place] - begins, lengths)
    ordered_at, ordered_mark = np.empty_like(ats), np.empty_like(marks)
    ordered_at[spots], ordered_mark[spots] = ats, marks
    return first, ordered_at, ordered_mark


def _load_milestones(workspace: Workspace, who: Ints) -> tuple[Ints, Ints]:
    lead, opportunity = np.full(len(who), NEVER), np.full(len(who), NEVER)
    for person, lead_at, opportunity_at in run(workspace.pk, _MILESTONES, people=who.tolist()):
        place = int(np.searchsorted(who, person))
        lead[place], opportunity[place] = _since_2000(lead_at), _since_2000(opportunity_at)
    return lead, opportunity


def _since_2000(at: datetime | None) -> int:
    return NEVER if at is None else microseconds(at)
