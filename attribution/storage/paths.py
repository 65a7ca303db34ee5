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
