"""Change a goal that is there, and what history says about it with it; archive it and restore it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from tracking.actions.goals import _named, _one_of, _read_condition, _read_lookback, _read_value, refuse_name
from tracking.actions.refills import finish_refills, hold_settings, start_refill
from tracking.models import Goal, Refill, Stage
from tracking.storage.work import note_days_with_conversions, note_people_of_events

# What an event must be to count: a stage of the pipeline relies on it.
MEANING = ("event", "where")
# What decides which conversions there are, and what they are worth.
DERIVED = (*MEANING, "value_kind", "fixed_value_micros", "count", "drop_refunded", "lookback_days")


def change_goal(workspace: Workspace, goal_id: int, fields: Mapping[str, Any]) -> Goal | None:
    """Give a goal some of create_goal's fields anew; None where the workspace has no such goal."""
    wanted = _read_fields(fields)
    with workspace_scope(workspace):
        hold_settings(workspace)
        goal = Goal.objects.of(workspace).filter(pk=goal_id).first()
        if goal is None:
            return None
        _refuse_what_clashes(workspace, goal, wanted)
        events = {goal.event, wanted.get("event", goal.event)}
        changed = [name for name in wanted if getattr(goal, name) != wanted[name]]
        if changed:
            Goal.objects.of(workspace).filter(pk=goal.pk).update(**wanted)
        if any(name in DERIVED for name in changed):
            _derive_again(workspace, events, fill="lookback_days" in changed)
        return Goal.objects.of(workspace).get(pk=goal.pk)


def archive_goal(workspace: Workspace, goal_id: int, now: datetime) -> Goal | None:
    """Take a goal out of every list and report, its figures kept; None where the workspace has no such goal.

    Raises Refusal where a stage stands on it, or nothing would be left to count.
    """
    with workspace_scope(workspace):
        hold_settings(workspace)
        goal = Goal.objects.of(workspace).filter(pk=goal_id).first()
        if goal is None or goal.archived_at is not None:
            return goal
        if use := find_use(workspace, goal):
            raise Refusal("in_use", use)
        Goal.objects.of(workspace).filter(pk=goal.pk).update(archived_at=now)
        return Goal.objects.of(workspace).get(pk=goal.pk)


def restore_goal(workspace: Workspace, goal_id: int) -> Goal | None:
    """Bring an archived goal back with all its figures; None where the workspace has no such goal."""
    with workspace_scope(workspace):
        Goal.objects.of(workspace).filter(pk=goal_id).update(archived_at=None)
        return Goal.objects.of(workspace).filter(pk=goal_id).first()


def find_use(workspace: Workspace, goal: Goal) -> str:
    """What keeps a goal from being archived, in words; empty: nothing. In the workspace's scope."""
    stage = Stage.objects.of(workspace).filter(goal_id=goal.pk).first()
    if stage is not None:
        message = _("The stage “%(stage)s” of the pipeline stands on this goal. Take that stage away first.")
        return message % {"stage": stage.name}
    if not Goal.objects.of(workspace).in_use().exclude(pk=goal.pk).exists():
        return _("This is the only goal, and without one there is nothing to credit. Make another one first.")
    return ""


def _read_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    readers: dict[str, Callable[[Any], Any]] = {
        "name": lambda given: _named(given, "name"),
        "event": lambda given: _named(given, "event", most=200),
        "count": lambda given: _one_of(given, (Goal.EVERY, Goal.ONCE), "count"),
        "lookback_days": _read_lookback,
        "where": lambda given: [_read_condition(one, place) for place, one in enumerate(given)],
        "drop_refunded": bool,
    }
    wanted = {name: read(fields[name]) for name, read in readers.items() if name in fields}
    if "value" in fields:
        wanted["value_kind"], wanted["fixed_value_micros"] = _read_value(fields["value"])
    return wanted


def _refuse_what_clashes(workspace: Workspace, goal: Goal, wanted: Mapping[str, Any]) -> None:
    if "name" in wanted:
        refuse_name(workspace, wanted["name"], but=goal.pk)
    stage = Stage.objects.of(workspace).filter(goal_id=goal.pk).first()
    for name in MEANING if stage else ():
        if name in wanted and getattr(goal, name) != wanted[name]:
            message = _(
                "The stage “%(stage)s” of the pipeline stands on this goal. Change it there, or make a new goal."
            )
            raise Refusal("in_use", message % {"stage": stage.name if stage else ""}, field=name)


def _derive_again(workspace: Workspace, events: set[str], *, fill: bool) -> None:
    refill = start_refill(workspace, Refill.PEOPLE, "goals")
    note_people_of_events(workspace.pk, sorted(events), refill.pk)
    if fill:
        # Another look-back changes no conversion, and so spoils no day by itself.
        note_days_with_conversions(workspace.pk, [workspace.timezone], refill.pk)
    finish_refills(workspace)
