"""Paths by day as a fill leaves them, and what a report solves credit from, in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from accounts.models import Workspace
from attribution.core.daily import Terms
from attribution.core.day_paths import DayPaths
from attribution.core.frames import Ints
from attribution.models import DailyPath
from common.periods import Period
from tracking.storage.packed import pack
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
# Each row takes its part of the marks of all.
_SAVE = """
insert into attribution_dailypath (
    workspace_id, filled_at, day, goal_id, lookback_days, marks, steps, lengths, conversions, value, conversions_total,
    value_total, unattributed, unattributed_value
)
select %(workspace)s, %(filled_at)s, day, goal, lookback, (%(marks)s::bigint[])[since:until], steps, lengths,
    conversions, value, conversions_total, value_total, unattributed, unattributed_value
from unnest(
    %(day)s::date[], %(goal)s::bigint[], %(lookback)s::integer[], %(since)s::integer[], %(until)s::integer[],
    %(steps)s::bytea[], %(lengths)s::bytea[], %(conversions)s::bytea[], %(value)s::bytea[],
    %(conversions_total)s::bigint[], %(value_total)s::bigint[], %(unattributed)s::bigint[],
    %(unattributed_value)s::bigint[]
) as row (
    day, goal, lookback, since, until, steps, lengths, conversions, value, conversions_total, value_total, unattributed,
    unattributed_value
)
"""
_LABELS = """
select id, channel, campaign from tracking_mark
where workspace_id = %(workspace)s and id = any(%(marks)s::bigint[]) order by id
"""


def save_day_paths(
    workspace: Workspace, days: Sequence[date], rows: Sequence[DayPaths], terms: Terms, *, filled_at: datetime
) -> None:
    """Replace every path stored about the days by the rows."""
    DailyPath.objects.of(workspace).filter(day__in=days).delete()
    if rows:
        run(workspace.pk, _SAVE, filled_at=filled_at, **_columns_of(rows, terms))


def _columns_of(rows: Sequence[DayPaths], terms: Terms) -> dict[str, Any]:
    ends = np.cumsum([len(row.marks) for row in rows])
    return {
        "day": [row.day for row in rows],
        "goal": [row.goal for row in rows],
        "lookback": [terms.goal_lookback_days.get(row.goal, terms.lookback_days) for row in rows],
        "since": [1, *(ends[:-1] + 1).tolist()],
        "until": ends.tolist(),
        "marks": pack("bigint", np.concatenate([row.marks for row in rows])),
        "steps": [row.steps.astype(COUNTS).tobytes() for row in rows],
        "lengths": [row.lengths.astype(COUNTS).tobytes() for row in rows],
        "conversions": [row.conversions.astype(COUNTS).tobytes() for row in rows],
        "value": [row.value.astype(AMOUNTS).tobytes() for row in rows],
        "conversions_total": [row.conversions_total for row in rows],
        "value_total": pack("bigint", [row.value_total for row in rows]),
        "unattributed": [row.unattributed_conversions for row in rows],
        "unattributed_value": pack("bigint", [row.unattributed_value for row in rows]),
    }


def load_day_paths(workspace: Workspace, *, goal_id: int, period: Period) -> list[DayPaths]:
    """What is stored of a goal in a period, day by day; days without conversions have no entry."""
    rows = run(workspace.pk, _LOAD, goal=goal_id, start=period.start, end=period.end)
    return [_unpack(*row) for row in rows]


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
