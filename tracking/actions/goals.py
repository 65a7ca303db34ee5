"""Make goals and pipelines; what history says about them is derived again."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.money import MOST_MICROS, from_micros, to_micros
from tracking.actions.refills import finish_refills, hold_settings, start_refill
from tracking.core.channel_rules import RuleError
from tracking.core.facts import ORDER_COMPLETED
from tracking.core.goals import OPERATORS, check_pattern
from tracking.models import Goal, Refill, Stage, StageEntry, StageEvent
from tracking.storage.work import note_days_with_conversions, note_people_of_events

ROLES = ("lead", "opportunity", "customer")
MOST_LOOKBACK_DAYS = 3650


def create_default_goals(workspace: Workspace) -> Goal:
    """The goal every workspace starts with: each order."""
    with workspace_scope(workspace):
        return Goal.objects.create(workspace=workspace, name="purchase", event=ORDER_COMPLETED)


def create_goal(
    workspace: Workspace,
    *,
    name: str,
    event: str,
    value: str | Decimal | float | None = "auto",
    count: str = Goal.EVERY,
    lookback_days: int | None = None,
    where: Sequence[Mapping[str, Any]] = (),
    drop_refunded: bool = False,
) -> Goal:
    """Make a goal and have history derived for it; value is "auto", an amount in the workspace's currency or None."""
    kind, micros = _read_value(value)
    goal = Goal(
        workspace=workspace,
        name=_named(name, "name"),
        event=_named(event, "event", most=200),
        value_kind=kind,
        fixed_value_micros=micros,
        count=_one_of(count, (Goal.EVERY, Goal.ONCE), "count"),
        lookback_days=_read_lookback(lookback_days),
        where=[_read_condition(one, place) for place, one in enumerate(where)],
        drop_refunded=bool(drop_refunded),
    )
    with workspace_scope(workspace):
        hold_settings(workspace)
        refuse_name(workspace, goal.name)
        goal.save(force_insert=True)
        _derive_again(workspace, {goal.event}, "goals")
    return goal


def refuse_name(workspace: Workspace, name: str, *, but: int | None = None) -> None:
    """Raise Refusal where a goal other than `but` has this name; in the workspace's scope."""
    other = Goal.objects.of(workspace).filter(name=name).exclude(pk=but or 0).first()
    if other is not None:
        message = _("An archived goal has this name.") if other.archived_at else _("Another goal has this name.")
        raise Refusal("name_taken", message, field="name")


def set_pipeline(workspace: Workspace, stages: Sequence[Mapping[str, Any]]) -> list[Stage]:
    """Replace the pipeline by `stages`, each {name, event, role} in order, and have history derived for it.

    Each stage is a goal too: the unconditional goal of its event if there is one, else a new one that counts once.
    """
    wanted = [_read_stage(stage, place) for place, stage in enumerate(stages)]
    _refuse_repeats(wanted)
    with workspace_scope(workspace):
        hold_settings(workspace)
        before = {(stage.name, stage.event): stage for stage in Stage.objects.of(workspace)}
        _clear_places(workspace, keep=[before[key] for key in map(_key, wanted) if key in before])
        after = [_put_stage(workspace, before.get(_key(one)), one, place) for place, one in enumerate(wanted)]
        StageEvent.objects.of(workspace).exclude(name__in=[stage.event for stage in after]).delete()
        changed = {stage.event for stage in after if (stage.name, stage.event) not in before}
        refill = _derive_again(workspace, changed, "pipeline")
        if _milestones(before.values()) != _milestones(after):
            refill = refill or start_refill(workspace, Refill.DAYS, "pipeline")
            note_days_with_conversions(workspace.pk, [workspace.timezone], refill.pk)
    return after


def _derive_again(workspace: Workspace, events: Iterable[str], reason: str) -> Refill | None:
    names = sorted(events)
    if not names:
        return None
    refill = start_refill(workspace, Refill.PEOPLE, reason)
    note_people_of_events(workspace.pk, names, refill.pk)
    finish_refills(workspace)
    return refill


def _clear_places(workspace: Workspace, keep: list[Stage]) -> None:
    """Drop stages that go, and move the others out of the way of their new places."""
    kept = [stage.pk for stage in keep]
    gone = Stage.objects.of(workspace).exclude(pk__in=kept)
    StageEntry.objects.of(workspace).filter(stage_id__in=list(gone.values_list("pk", flat=True))).delete()
    gone.delete()
    for stage in keep:
        Stage.objects.of(workspace).filter(pk=stage.pk).update(position=stage.position + 10_000)


def _put_stage(workspace: Workspace, stage: Stage | None, wanted: Mapping[str, str], place: int) -> Stage:
    stage = stage or Stage(workspace=workspace, name=wanted["name"], event=wanted["event"])
    stage = Stage.objects.of(workspace).filter(pk=stage.pk).first() or stage
    stage.position, stage.role = place + 1, wanted["role"]
    stage.goal_id = _goal_of_stage(workspace, wanted).pk
    stage.save()
    return stage


def _goal_of_stage(workspace: Workspace, wanted: Mapping[str, str]) -> Goal:
    goals = Goal.objects.of(workspace)
    found = goals.filter(event=wanted["event"], where=[]).order_by(F("archived_at").asc(nulls_first=True), "id").first()
    if found is not None:
        # What a stage stands on is in use again.
        goals.filter(pk=found.pk).update(archived_at=None)
        return found
    taken = set(goals.values_list("name", flat=True))
    names = (wanted["name"], f"{wanted['name']} ({wanted['event']})"[:120])
    name = next((name for name in names if name not in taken), None)
    if name is None:
        raise Refusal("name_taken", _("Another goal has the name %(name)s.") % {"name": names[0]}, field="stages")
    return Goal.objects.create(workspace=workspace, name=name, event=wanted["event"], count=Goal.ONCE)


def _key(wanted: Mapping[str, str]) -> tuple[str, str]:
    return wanted["name"], wanted["event"]


def _milestones(stages: Iterable[Stage]) -> set[tuple[str, str]]:
    return {(stage.role, stage.event) for stage in stages if stage.role}


def _read_stage(stage: Mapping[str, Any], place: int) -> dict[str, str]:
    role = stage.get("role") or ""
    return {
        "name": _named(stage.get("name"), f"stages.{place}.name"),
        "event": _named(stage.get("event"), f"stages.{place}.event", most=200),
        "role": _one_of(role, ("", *ROLES), f"stages.{place}.role"),
    }


def _refuse_repeats(wanted: list[dict[str, str]]) -> None:
    for place, stage in enumerate(wanted):
        for other in wanted[:place]:
            if stage["name"] == other["name"]:
                raise Refusal("repeated", _("Another stage has this name."), field=f"stages.{place}.name")
            if stage["role"] and stage["role"] == other["role"]:
                raise Refusal("role_taken", _("Another stage has this role."), field=f"stages.{place}.role")


def _read_value(value: str | Decimal | float | None) -> tuple[str, int | None]:
    if value is None or value == "auto":
        return ("none" if value is None else "auto"), None
    try:
        micros = to_micros(Decimal(str(value))) if not isinstance(value, bool) else -1
    except (ArithmeticError, ValueError):
        micros = -1
    if not 0 <= micros <= MOST_MICROS:
        message = _('Give "auto", null or a number from 0 to %(most)s.') % {"most": f"{from_micros(MOST_MICROS):,.0f}"}
        raise Refusal("invalid", message, field="value")
    return "fixed", micros


def _read_lookback(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= MOST_LOOKBACK_DAYS:
        message = _("Give a number of days from 1 to %(most)s.") % {"most": MOST_LOOKBACK_DAYS}
        raise Refusal("invalid", message, field="lookback_days")
    return days


def _read_condition(condition: Mapping[str, Any], place: int) -> dict[str, Any]:
    field = f"where.{place}"
    op = _one_of(condition.get("op"), tuple(OPERATORS), f"{field}.op")
    try:
        check_pattern(op, condition.get("value"), f"{field}.value")
    except RuleError as error:
        raise Refusal("invalid", error.message, field=error.field) from None
    return {
        "property": _named(condition.get("property"), f"{field}.property", most=200),
        "op": op,
        "value": condition.get("value"),
    }


def _named(name: Any, field: str, most: int = 120) -> str:
    text = name.strip() if isinstance(name, str) else ""
    if not text or len(text) > most:
        raise Refusal("invalid", _("Give a text of 1 to %(most)s characters.") % {"most": most}, field=field)
    return text


def _one_of(value: Any, choices: tuple[str, ...], field: str) -> str:
    if value not in choices:
        named = ", ".join(choice for choice in choices if choice)
        raise Refusal("invalid_choice", _("Choose one of %(choices)s.") % {"choices": named}, field=field)
    return str(value)
