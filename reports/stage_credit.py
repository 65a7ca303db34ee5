"""Stored credit of several goals at once, as the stages of a pipeline are: days are read packed and summed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from accounts.models import Workspace
from common.periods import Period
from tracking.storage.packed import unpack_numbers
from tracking.storage.rows import Row, run

_DAYS = """
select goal_id, array_send(marks), array_send(credit), array_send(value), unattributed, unattributed_value
from attribution_dailycredit
where workspace_id = %(workspace)s and goal_id = any(%(goals)s::bigint[]) and rule = %(rule)s
    and day between %(start)s::date and %(end)s::date
"""
_MARKS = """
select id, channel, campaign from tracking_mark
where workspace_id = %(workspace)s and id = any(%(marks)s::bigint[])
"""
_CREDIT_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StageCredit:
    """What one group earned of one goal, in 1e-9 of an entry and 1e-6 of the currency.

    `channel` is that of all its marks, None where they have several.
    """

    channel: str | None
    credit: int
    value: int


class Earned(NamedTuple):
    """What one mark earned of one goal."""

    channel: str
    campaign: str | None
    credit: int
    value: int


NOTHING = StageCredit(None, 0, 0)


@dataclass(frozen=True, slots=True)
class GoalCredit:
    """One goal's credit by mark; what nobody earned stands beside."""

    marks: Sequence[Earned]
    unattributed: StageCredit

    def by_channel(self) -> dict[str | None, StageCredit]:
        """What each channel earned."""
        return _sum_groups([(one.channel, one) for one in self.marks])

    def by_campaign(self) -> dict[str | None, StageCredit]:
        """What each campaign earned; None: marks without one."""
        return _sum_groups([(one.campaign, one) for one in self.marks])


def load_goals_credit(
    workspace: Workspace, goals: Sequence[int], *, rule: str, period: Period
) -> dict[int, GoalCredit]:
    """Each goal's credit in a period; every goal has an entry."""
    days = {"start": period.start, "end": period.end}
    rows = run(workspace.pk, _DAYS, goals=list(goals), rule=rule, **days)
    summed = {goal: _sum_days([row for row in rows if row[0] == goal]) for goal in goals}
    marks = sorted({mark for found, _ in summed.values() for mark in found})
    names = {mark: (channel, campaign) for mark, channel, campaign in run(workspace.pk, _MARKS, marks=marks)}
    return {
        goal: GoalCredit([Earned(*names[mark], *earned) for mark, earned in found.items()], unattributed)
        for goal, (found, unattributed) in summed.items()
    }


def _sum_days(rows: Sequence[Row]) -> tuple[dict[int, tuple[int, int]], StageCredit]:
    """Credit and value by mark, and what nobody earned."""
    nobody = StageCredit(None, sum(row[4] for row in rows) * _CREDIT_UNITS, sum(row[5] for row in rows))
    if not rows:
        return {}, nobody
    marks, credit, value = (np.concatenate([unpack_numbers(row[column]) for row in rows]) for column in (1, 2, 3))
    known, place = np.unique(marks, return_inverse=True)
    sums = np.zeros((2, len(known)), np.int64)
    for row, amounts in zip(sums, (credit, value), strict=True):
        np.add.at(row, place, amounts)
    return dict(zip(known.tolist(), zip(*sums.tolist(), strict=True), strict=True)), nobody


def _sum_groups(earned: Sequence[tuple[str | None, Earned]]) -> dict[str | None, StageCredit]:
    channels: dict[str | None, set[str]] = {}
    sums: dict[str | None, tuple[int, int]] = {}
    for name, one in earned:
        channels.setdefault(name, set()).add(one.channel)
        credit, value = sums.get(name, (0, 0))
        sums[name] = (credit + one.credit, value + one.value)
    only: Mapping[str | None, str | None] = {
        name: next(iter(found)) if len(found) == 1 else None for name, found in channels.items()
    }
    return {name: StageCredit(only[name], *sums[name]) for name in sums}
