"""Stored credit and sessions by channel and by week or month: as many statements, however many weeks there are."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import numpy as np

from accounts.models import Workspace
from common.periods import Period
from reports.core.steps import Step, split_period, start_of_step
from reports.session_days import count_sessions_by_mark
from reports.storage import Day, load_names
from reports.stored_credit import load_stored

# The first day of a week or month, and a channel.
Key = tuple[date, str]


def load_credit_by_step(
    workspace: Workspace, *, goal_id: int, rule: str, period: Period, step: Step
) -> tuple[Mapping[Key, tuple[int, int]], list[Day]]:
    """Credit (1e-9 of a conversion) and value (1e-6) of each channel in each week or month, and by day in all.

    Days tell of conversions with a touch, and of their value; days without conversions have no entry.
    """
    stored = load_stored(workspace, goal_id=goal_id, rules=[rule], period=period, group_by="channel")
    found: dict[Key, tuple[int, int]] = {}
    for group in stored.by_day_of(rule):
        if group.name is not None:
            key = (start_of_step(group.day, step), group.name)
            credit, value = found.get(key, (0, 0))
            found[key] = (credit + group.credit, value + group.value)
    days = [
        Day(day.day, day.conversions - day.unattributed, day.value - day.unattributed_value, 0, 0)
        for day in stored.days_of(rule)
    ]
    return found, days


def count_sessions_by_step(workspace: Workspace, period: Period, step: Step) -> Mapping[Key, int]:
    """How many sessions began in each week or month, by the channel that opened them."""
    parts = split_period(period, step)
    counted = count_sessions_by_mark(workspace, parts)
    channels, _ = load_names(workspace, np.unique(counted.mark).tolist(), "channel")
    found: Counter[Key] = Counter()
    for part, mark, sessions in zip(
        counted.part.tolist(), counted.mark.tolist(), counted.sessions.tolist(), strict=True
    ):
        if mark in channels:
            found[start_of_step(parts[part].start, step), channels[mark]] += sessions
    return found
