"""When a workspace's report is mailed and what it is about."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from attribution.core.solved import MODELS
from common.errors import Refusal
from reports.core.weeks import next_due
from reports.models import MOST_WORDS, Schedule
from tracking.models import Goal


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a schedule; a goal of None is the workspace's first."""

    is_on: bool
    weekday: int
    hour: int
    goal_id: int | None
    model: str
    words: str


def find_schedule(workspace: Workspace) -> Schedule:
    """The workspace's schedule, or one that is off and not kept yet; in the workspace's scope."""
    return Schedule.objects.of(workspace).first() or Schedule(workspace=workspace)


def save_schedule(workspace: Workspace, wish: Wish, *, now: datetime) -> Schedule:
    """Keep a wish; raises Refusal naming the field. The next report is due at the next such hour from now."""
    with workspace_scope(workspace):
        _check(workspace, wish)
        # One after the other, so that two first wishes at once make one schedule.
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        schedule = find_schedule(workspace)
        schedule.is_on, schedule.weekday, schedule.hour = wish.is_on, wish.weekday, wish.hour
        schedule.goal_id, schedule.model = wish.goal_id, wish.model
        schedule.words = _tidy(wish.words)
        schedule.next_due_at = due_after(workspace, schedule, now) if wish.is_on else None
        schedule.planned_in = workspace.timezone
        schedule.save()
    return schedule


def due_after(workspace: Workspace, schedule: Schedule, moment: datetime) -> datetime:
    """When the schedule is due next, after a moment."""
    return next_due(moment, weekday=schedule.weekday, hour=schedule.hour, zone=ZoneInfo(workspace.timezone))


def _check(workspace: Workspace, wish: Wish) -> None:
    if not 0 <= wish.weekday <= 6:
        raise Refusal("out_of_range", _("Choose a weekday from 0 (Monday) to 6 (Sunday)."), field="weekday")
    if not 0 <= wish.hour <= 23:
        raise Refusal("out_of_range", _("Choose an hour from 0 to 23."), field="hour")
    if wish.model not in MODELS:
        raise Refusal("unknown_model", _("This model is not known."), field="model")
    if wish.goal_id is not None and not Goal.objects.of(workspace).in_use().filter(pk=wish.goal_id).exists():
        raise Refusal("unknown_goal", _("This workspace has no such goal."), field="goal")
    if len(_tidy(wish.words)) > MOST_WORDS:
        raise Refusal("too_long", _("Write at most %(most)d characters.") % {"most": MOST_WORDS}, field="words")


def _tidy(words: str) -> str:
    lines = [" ".join(line.split()) for line in words.replace("\x00", "").splitlines()]
    return "\n".join(lines).strip()
