"""A goal as a form: its rows of filters, its value as a choice, and the rules in words."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import from_micros
from tracking.api.serializers import GoalSerializer
from tracking.models import Goal
from web.forms.form_page import problems_of

# Empty rows that wait below those that are filled.
SPARE_ROWS = 2
MOST_ROWS = 20
OPERATORS: dict[str, object] = {
    "equals": gettext_lazy("is"),
    "not_equals": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "starts_with": gettext_lazy("starts with"),
    "regex": gettext_lazy("matches"),
    "greater": gettext_lazy("is more than"),
    "less": gettext_lazy("is less than"),
    "exists": gettext_lazy("is there"),
}
VALUES: dict[str, tuple[object, object]] = {
    "auto": (gettext_lazy("What the event says"), gettext_lazy("revenue, total or value, converted at its day's rate")),
    "fixed": (gettext_lazy("A fixed amount"), gettext_lazy("the same for each")),
    "none": (gettext_lazy("No value"), gettext_lazy("only counted")),
}


def show_goal(goal: Goal | None) -> dict[str, Any]:
    """The fields of a goal as they stand, or of a new one."""
    if goal is None:
        return {
            "name": "",
            "event": "",
            "value": "auto",
            "amount": "",
            "count": "every",
            "where": [],
            "lookback_days": "",
        }
    amount = f"{from_micros(goal.fixed_value_micros):f}".rstrip("0").rstrip(".") if goal.fixed_value_micros else ""
    return {
        "name": goal.name,
        "event": goal.event,
        "value": goal.value_kind,
        "amount": amount,
        "count": goal.count,
        "lookback_days": goal.lookback_days or "",
        "drop_refunded": goal.drop_refunded,
        "where": [{**one, "value": "" if one.get("value") is None else one["value"]} for one in goal.where],
    }


def type_goal(form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, row by row; lines of filters that are wholly empty are left out."""
    rows = []
    for number in range(MOST_ROWS):
        row = {
            part: form.get(f"where.{number}.{part}", "").replace("\0", "").strip()
            for part in ("property", "op", "value")
        }
        if row["property"] or row["value"]:
            rows.append(row)
    names = ("name", "event", "value", "amount", "count", "lookback_days")
    typed: dict[str, Any] = {name: form.get(name, "").replace("\0", "").strip() for name in names}
    return typed | {"where": rows, "drop_refunded": "drop_refunded" in form}


def read_goal(typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of create_goal, and the problems by field; one of the two is empty."""
    value, wrong = _read_value(typed)
    given = {
        "name": typed["name"],
        "event": typed["event"],
        "value": "auto",
        "count": typed["count"] or "every",
        "lookback_days": typed["lookback_days"] or None,
        "where": [{**row, "value": row["value"] if row["op"] != "exists" else True} for row in typed["where"]],
        "drop_refunded": typed["drop_refunded"],
    }
    serializer = GoalSerializer(data=given)
    problems = _word(problems_of(serializer)) | wrong
    return ({}, problems) if problems else ({**serializer.validated_data, "value": value}, {})


def _read_value(typed: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    if typed["value"] == "none":
        return None, {}
    if typed["value"] == "auto":
        return "auto", {}
    try:
        amount = Decimal(typed["amount"].replace(",", ".") if typed["amount"].count(",") == 1 else typed["amount"])
        if not amount.is_finite() or not 0 <= amount <= 10_000_000_000:
            raise InvalidOperation
    except InvalidOperation:
        return None, {"amount": _("Write an amount from 0 to 10,000,000,000, as in 49.90.")}
    return amount, {}


def _word(problems: Mapping[str, str]) -> dict[str, str]:
    rules = {
        "name": _("Write 1 to 120 characters."),
        "event": _("Write the event’s name as it is sent, 1 to 200 characters."),
        "lookback_days": _("Choose 1 to 3,650 days, or leave it empty."),
        "property": _("Name a property, or empty the whole line."),
        "op": _("Choose how to compare."),
    }
    return {path: rules.get(path.rpartition(".")[2], message) for path, message in problems.items()}
