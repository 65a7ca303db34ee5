"""Stored credit in the domain's words: who earned what on which day."""

import hashlib
from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from accounts import actions
from accounts.models import Workspace
from attribution.models import DailyCredit
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
