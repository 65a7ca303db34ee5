"""Change a workspace's settings; each knows what it costs: marks, days, or people derived again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from tracking.actions.erase import price_erased
from tracking.actions.refills import finish_refills, hold_settings, start_refill
from tracking.core.channel_rules import RuleError, parse_channel_rules
from tracking.models import Refill
from tracking.storage.marks import relabel_marks
from tracking.storage.work import (
    note_between_lookbacks,
    note_converted,
    note_days_with_conversions,
    note_everybody,
)

CHANGEABLE = (
    "name",
    "timezone",
    "currency",
    "own_domains",
    "lookback_days",
    "half_life_days",
    "channel_rules",
    "ignored_referrers",
    "manual_tags_override_click_ids",
    "retention_days",
)
# Sealed days keep their numbers: in the currency, and cut as days, in which they were summed.
FIXED_ONCE_SEALED = ("currency", "timezone")


@dataclass(frozen=True, slots=True)
class Change:
    """A workspace before and after; `refill` takes the marks of what is made anew."""

    before: Workspace
    after: Workspace
    refill: Refill


def change_settings(workspace: Workspace, changes: Mapping[str, Any]) -> Refill | None:
    """Change settings, and mark what they make anew in the same transaction; None where nothing has to be.

    `workspace` itself is brought up to date.
    """
    unknown = sorted(set(changes) - set(CHANGEABLE))
    if unknown:
        raise Refusal("unknown_setting", _("There is no such setting."), field=unknown[0])
    if "channel_rules" in changes:
        _refuse_bad_rules(changes["channel_rules"])
    with workspace_scope(workspace):
        hold_settings(workspace)
        before = Workspace.objects.get(pk=workspace.pk)
        changed = [name for name, value in changes.items() if getattr(before, name) != value]
        _refuse_if_sealed(before, changed)
        for name, value in changes.items():
            setattr(workspace, name, value)
        if changed:
            workspace.save(update_fields=changed)
        return _make_anew(before, workspace, changed)


def _make_anew(before: Workspace, after: Workspace, changed: list[str]) -> Refill | None:
    costly = [name for name in COSTS if name in changed]
    if not costly:
        return None
    kind = max((KINDS[name] for name in costly), key=[Refill.MARKS, Refill.DAYS, Refill.PEOPLE].index)
    refill = start_refill(after, kind, ", ".join(costly))
    change = Change(before, after, refill)
    # Several settings may cost the same; paid once.
    for cost in dict.fromkeys(COSTS[name] for name in costly):
        cost(change)
    finish_refills(after)
    refill.refresh_from_db(from_queryset=Refill.objects.of(after))
    return refill


def _relabel(change: Change) -> None:
    if relabel_marks(change.after.pk, parse_channel_rules(change.after.channel_rules)):
        # Whether a touch is Direct decides whom last_non_direct credits.
        note_days_with_conversions(change.after.pk, [change.after.timezone], change.refill.pk)


def _refill(change: Change) -> None:
    note_days_with_conversions(change.after.pk, [change.after.timezone], change.refill.pk)


def _look_back(change: Change) -> None:
    days = (change.before.lookback_days, change.after.lookback_days)
    note_between_lookbacks(change.after.pk, days, change.refill.pk)
    _refill(change)


def _move_days(change: Change) -> None:
    # Money converts at the rate of its day, and the day may be another now.
    note_converted(change.after.pk, change.refill.pk, other_than=change.after.currency)
    price_erased(change.after)
    zones = [change.before.timezone, change.after.timezone]
    note_days_with_conversions(change.after.pk, zones, change.refill.pk)


def _reprice(change: Change) -> None:
    note_converted(change.after.pk, change.refill.pk)
    price_erased(change.after)
    _refill(change)


def _rederive(change: Change) -> None:
    note_everybody(change.after.pk, change.refill.pk)


COSTS: dict[str, Callable[[Change], None]] = {
    "channel_rules": _relabel,
    "half_life_days": _refill,
    "lookback_days": _look_back,
    "timezone": _move_days,
    "currency": _reprice,
    "own_domains": _rederive,
    "ignored_referrers": _rederive,
    "manual_tags_override_click_ids": _rederive,
}
KINDS = dict.fromkeys(COSTS, Refill.PEOPLE) | {"channel_rules": Refill.MARKS, "half_life_days": Refill.DAYS}


def _refuse_if_sealed(before: Workspace, changed: list[str]) -> None:
    fixed = next((name for name in FIXED_ONCE_SEALED if name in changed), None)
    if fixed is not None and (day := before.sealed_before) is not None:
        message = _("Days before %(day)s are sealed, and their figures cannot follow. Make a new workspace instead.")
        raise Refusal("conflict", message % {"day": day.isoformat()}, field=fixed)


def _refuse_bad_rules(rules: Any) -> None:
    try:
        parse_channel_rules(rules)
    except RuleError as error:
        raise Refusal("invalid", error.message, field=error.field) from None
