"""Paths by day as a fill leaves them, and what a report solves credit from, in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from accounts.models import Workspace
from attribution.core.daily import Terms
from attribution.core.day_paths import DayPaths
from attribution.core.frames import Ints
from attribution.core.path_groups import NO_OPEN_PATHS, OpenPaths
from attribution.models import DailyPath
from common.periods import Period, bounds
from tracking.storage.rows import run

# Little-endian; four bytes hold any number of touches or marks.
COUNTS, AMOUNTS = np.dtype("<i4"), np.dtype("<i8")

_LOAD = """
select day, goal_id, marks, steps, lengths, conversions, value,
       conversions_total, value_total, unattributed, unattributed_value
from attribution_dailypath
where workspace_id = %(workspace)s and goal_id = %(goal)s and day between %(start)s and %(end)s
order by day
"""
# width_bucket counts by bisection how many of a person's touches lie at or before an instant: those up to the last
# conversion, and those before the look-back, are cut off. Whoever has not come back since has no path left.
# array_send gives a list as bytes, which NumPy reads thirty times as fast as Python's lists are made; joined in parts,
# because PostgreSQL joins no more than a gigabyte.
_LOAD_OPEN = """
select array_send(array_agg(cardinality(path))), string_agg(array_send(path), '') from (
    select o.marks[1 + greatest(
        width_bucket(o.reached_at[array_position(o.goals, %(goal)s::bigint)], o.ats),
        width_bucket(o.last_at - make_interval(secs => %(lookback_seconds)s) - interval '1 microsecond', o.ats)
    ) :] as path, o.person_id %% 16 as part
    from tracking_openpath o
    where o.workspace_id = %(workspace)s and o.last_at >= %(start)s and o.last_at < %(end)s
    offset 0
) as cut
where path <> '{}'
group by part
"""
# A list as sent: five words of four bytes, and for each number its size in bytes and its own one or two words.
_HEAD_WORDS = 5
_LABELS = """
select id, channel, campaign from tracking_mark
where workspace_id = %(workspace)s and id = any(%(marks)s::bigint[]) order by id
"""


def save_day_paths(
    workspace: Workspace, days: Sequence[date], rows: Sequence[DayPaths], terms: Terms, *, filled_at: datetime
) -> None:
    """Replace every path stored about the days by the rows."""
    DailyPath.objects.of(workspace).filter(day__in=days).delete()
    DailyPath.objects.bulk_create(
        DailyPath(
            workspace=workspace,
            day=row.day,
            goal_id=row.goal,
            lookback_days=terms.goal_lookback_days.get(row.goal, terms.lookback_days),
            marks=row.marks.tolist(),
            steps=row.steps.astype(COUNTS).tobytes(),
            lengths=row.lengths.astype(COUNTS).tobytes(),
            conversions=row.conversions.astype(COUNTS).tobytes(),
            value=row.value.astype(AMOUNTS).tobytes(),
            conversions_total=row.conversions_total,
            value_total=row.value_total,
            unattributed=row.unattributed_conversions,
            unattributed_value=row.unattributed_value,
            filled_at=filled_at,
        )
        for row in rows
    )


def load_day_paths(workspace: Workspace, *, goal_id: int, period: Period) -> list[DayPaths]:
    """What is stored of a goal in a period, day by day; days without conversions have no entry."""
    rows = run(workspace.pk, _LOAD, goal=goal_id, start=period.start, end=period.end)
    return [_unpack(*row) for row in rows]


def load_open_paths(workspace: Workspace, *, goal_id: int, period: Period, lookback_days: float) -> OpenPaths:
    """Each path as it is now that has not led to the goal and whose last touch lies in the period."""
    start, end = bounds(period, ZoneInfo(workspace.timezone))
    seconds = lookback_days * 86_400
    rows = run(workspace.pk, _LOAD_OPEN, goal=goal_id, start=start, end=end, lookback_seconds=seconds)
    parts = [_read_sent(lengths, paths) for lengths, paths in rows]
    if not parts:
        return NO_OPEN_PATHS
    marks, lengths = (np.concatenate(found) for found in zip(*parts, strict=True))
    return OpenPaths(marks, lengths, np.ones(len(lengths), np.int64))


def load_labels(workspace: Workspace, marks: Sequence[int]) -> list[tuple[int, str, str | None]]:
    """(mark, channel, campaign) of these marks as they are labelled now, by ascending mark."""
    return [(mark, channel, campaign) for mark, channel, campaign in run(workspace.pk, _LABELS, marks=list(marks))]


def _unpack(
    day: date, goal: int, marks: list[int], steps: bytes, lengths: bytes, conversions: bytes, value: bytes, *totals: int
) -> DayPaths:
    return DayPaths(
        day,
        goal,
        np.array(marks, np.int64),
        _read(steps, COUNTS),
        _read(lengths, COUNTS),
        _read(conversions, COUNTS),
        _read(value, AMOUNTS),
        *totals,
    )


def _read(packed: bytes, kind: np.dtype[Any]) -> Ints:
    return np.frombuffer(packed, kind).astype(np.int64)


def _read_sent(sent_lengths: bytes, sent_paths: bytes) -> tuple[Ints, Ints]:
    """Marks and lengths of paths that were sent one after another, each with a head."""
    lengths = np.frombuffer(sent_lengths, ">u4").astype(np.int64)[_HEAD_WORDS + 1 :: 2]
    words = np.frombuffer(sent_paths, ">u4")
    heads = np.repeat(np.arange(1, len(lengths) + 1), lengths)
    spots = 3 * np.arange(lengths.sum()) + _HEAD_WORDS * heads + 1
    return (words[spots].astype(np.int64) << 32) | words[spots + 1], lengths
