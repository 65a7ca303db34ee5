"""Stored credit in the domain's words: who earned what on which day."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from django.utils import timezone

from accounts import actions
from accounts.models import Workspace
from attribution.models import DailyCredit, DailyPath
from attribution.storage.paths import AMOUNTS, COUNTS
from tracking.models import Goal, Mark

CREDIT, MICROS = 1_000_000_000, 1_000_000


def a_workspace(name: str = "Shop", **settings: object) -> Workspace:
    """A workspace of an agency of its own."""
    return actions.create_workspace(actions.create_agency("Marlow and Pike"), name=name, **settings)[0]


def a_goal(workspace: Workspace, name: str = "purchase", event: str = "Order Completed", **fields: object) -> Goal:
    """A goal; the workspace's scope must be open."""
    return Goal.objects.create(workspace=workspace, name=name, event=event, **fields)


def a_mark(workspace: Workspace, channel: str, **parts: object) -> int:
    """The id of a mark of this channel."""
    parts = {"source": "google", "medium": "organic"} | parts
    digest = hashlib.sha256(f"{channel}{sorted(parts.items())}".encode()).digest()
    mark, _ = Mark.objects.of(workspace).get_or_create(
        digest=digest, defaults={"workspace": workspace, "channel": channel, **parts}
    )
    return mark.pk


def a_day(
    goal: Goal,
    day: date,
    earned: Mapping[int, tuple[float, float]],
    *,
    rule: str = "linear",
    unattributed: tuple[int, float] = (0, 0),
    half_life_days: float = 0,
) -> DailyCredit:
    """One stored day: mark → (conversions, revenue), and the (conversions, revenue) nobody earned."""
    marks = sorted(earned)
    credit = [round(earned[mark][0] * CREDIT) for mark in marks]
    value = [round(earned[mark][1] * MICROS) for mark in marks]
    return DailyCredit.objects.create(
        workspace=goal.workspace,
        day=day,
        goal_id=goal.pk,
        rule=rule,
        lookback_days=90,
        half_life_days=half_life_days,
        marks=marks,
        credit=credit,
        value=value,
        touches=[1] * len(marks),
        conversions=sum(credit) // CREDIT + unattributed[0],
        conversions_value=sum(value) + round(unattributed[1] * MICROS),
        unattributed=unattributed[0],
        unattributed_value=round(unattributed[1] * MICROS),
        filled_at=timezone.now(),
    )


def a_path(goal: Goal, day: date, paths: Mapping[Sequence[int], tuple[int, float]]) -> DailyPath:
    """One stored day's journeys: marks in the order they were met → (conversions, revenue)."""
    marks = sorted({mark for path in paths for mark in path})
    conversions = [count for count, _revenue in paths.values()]
    values = [round(revenue * MICROS) for _count, revenue in paths.values()]
    return DailyPath.objects.create(
        workspace=goal.workspace,
        day=day,
        goal_id=goal.pk,
        lookback_days=90,
        marks=marks,
        steps=np.array([marks.index(mark) for path in paths for mark in path], COUNTS).tobytes(),
        lengths=np.array([len(path) for path in paths], COUNTS).tobytes(),
        conversions=np.array(conversions, COUNTS).tobytes(),
        value=np.array(values, AMOUNTS).tobytes(),
        conversions_total=sum(conversions),
        value_total=sum(values),
        unattributed=0,
        unattributed_value=0,
        filled_at=timezone.now(),
    )
