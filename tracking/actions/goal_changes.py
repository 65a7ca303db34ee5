"""Change a goal that is there; what history says about it is derived again."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from tracking.actions.goals import _named, _one_of, _read_condition, _read_lookback, _read_value
from tracking.actions.refills import finish_refills, hold_settings, start_refill
from tracking.models import Goal, Refill, Stage
from tracking.storage.work import note_days_with_conversions, note_people_of_events

# What an event must be to count: a stage of the pipeline relies on it.
MEANING = ("event", "where")
# What decides which conversions there are, and what they are worth.
DERIVED = (*MEANING, "value_kind", "fixed_value_micros", "count", "drop_refunded", "lookback_days")


def change_goal(workspace: Workspace, goal_id: int, fields: Mapping[str, Any]) -> Goal | None:
    """Give a goal all of create_goal's fields anew; None where the workspace has no such goal."""
    wanted = _read_fields(fields)
    with workspace_scope(workspace):
        hold_settings(workspace)
        goal = Goal.objects.of(workspace).filter(pk=goal_id).first()
        if goal is None:
            return None
        _refuse_what_clashes(workspace, goal, wanted)
        events = {goal.event, wanted["event"]}
        changed = [name for name in wanted if getattr(goal, name) != wanted[name]]
        Goal.objects.of(workspace).filter(pk=goal.pk).update(**wanted)
        if any(name in DERIVED for name in changed):
            _derive_again(workspace, events, fill="lookback_days" in changed)
        return Goal.objects.of(workspace).get(pk=goal.pk)


def _read_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    kind, micros = _read_value(fields["value"])
    return {
        "name": _named(fields["name"], "name"),
        "event": _named(fields["event"], "event", most=200),
        "value_kind": kind,
        "fixed_value_micros": micros,
        "count": _one_of(fields["count"], (Goal.EVERY, Goal.ONCE), "count"),
        "lookback_days": _read_lookback(fields["lookback_days"]),
        "where": [_read_condition(one, place) for place, one in enumerate(fields["where"])],
        "drop_refunded": bool(fields["drop_refunded"]),
    }


def _refuse_what_clashes(workspace: Workspace, goal: Goal, wanted: Mapping[str, Any]) -> None:
    if Goal.objects.of(workspace).filter(name=wanted["name"]).exclude(pk=goal.pk).exists():
        raise Refusal("name_taken", _("Another goal has this name."), field="name")
    stage = Stage.objects.of(workspace).filter(goal_id=goal.pk).first()
    for name in MEANING if stage else ():
        if getattr(goal, name) != wanted[name]:
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
