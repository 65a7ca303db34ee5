"""Archive a goal, if nothing that makes reports of it needs it."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.models import Schedule
from tracking.actions import goal_changes
from tracking.models import Goal


def archive_goal(workspace: Workspace, goal_id: int, now: datetime) -> Goal | None:
    """Take a goal out of every list and report, its figures kept; None where the workspace has no such goal.

    Raises Refusal saying what it is used for.
    """
    with workspace_scope(workspace):
        goal = Goal.objects.of(workspace).filter(pk=goal_id).first()
        if goal is not None and goal.archived_at is None and (use := find_use(workspace, goal)):
            raise Refusal("in_use", use)
        return goal_changes.archive_goal(workspace, goal_id, now)


def find_use(workspace: Workspace, goal: Goal) -> str:
    """What keeps a goal from being archived, in words; empty: nothing. In the workspace's scope."""
    if use := goal_changes.find_use(workspace, goal):
        return use
    schedule = Schedule.objects.of(workspace).first()
    if schedule is None:
        return ""
    if schedule.goal_id == goal.pk:
        return _("The weekly report is about this goal. Choose another one for it under Reports first.")
    first = Goal.objects.of(workspace).in_use().order_by("id").first()
    if schedule.is_on and schedule.goal_id is None and first == goal:
        return _("The weekly report is about the first goal, which is this one. Choose one for it under Reports first.")
    return ""
