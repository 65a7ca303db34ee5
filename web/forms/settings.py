"""A workspace's settings as a form: read as the API reads them, with each rule in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Workspace
from tracking.api.serializers import WorkspaceSerializer
from web.forms.form_page import problems_of

LISTS = ("own_domains", "ignored_referrers")
KEPT = "retention_days"
SWITCH = "manual_tags_override_click_ids"
PLAIN = ("name", "timezone", "currency", "lookback_days", "half_life_days")


def show_settings(workspace: Workspace) -> dict[str, Any]:
    """The fields as they stand: a list is a line each."""
    values: dict[str, Any] = {name: getattr(workspace, name) for name in PLAIN}
    values |= {name: "\n".join(getattr(workspace, name) or ()) for name in LISTS}
    values[KEPT] = workspace.retention_days or ""
    values["half_life_days"] = f"{workspace.half_life_days:g}"
    return values | {SWITCH: workspace.manual_tags_override_click_ids}


def read_settings(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was sent, as changes and as problems by field; one of the two is empty."""
    given: dict[str, Any] = {name: form.get(name, "").replace("\0", "") for name in PLAIN}
    given |= {name: form.get(name, "").replace("\0", "").replace(",", " ").split() for name in LISTS}
    given["ignored_referrers"] = given["ignored_referrers"] or None
    given[SWITCH] = SWITCH in form
    if KEPT in form:
        given[KEPT] = form[KEPT].replace("\0", "").strip() or None
    serializer = WorkspaceSerializer(data=given, partial=True)
    problems = problems_of(serializer)
    return (dict(serializer.validated_data), {}) if not problems else ({}, _word(problems))


def _word(problems: Mapping[str, str]) -> dict[str, str]:
    """The rule of each field, rather than what was wrong."""
    rules = {
        "name": _("Write 1 to 120 characters."),
        "lookback_days": _("Choose 1 to 3,650 days."),
        "half_life_days": _("Choose 0.01 to 3,650 days."),
        KEPT: _("Choose 30 to 3,650 days, or leave it empty to keep events for ever."),
    }
    worded: dict[str, str] = {}
    for path, message in problems.items():
        name, _dot, place = path.partition(".")
        if place.isdigit():
            message = _("Entry %(number)d: %(message)s") % {"number": int(place) + 1, "message": message}
        worded.setdefault(name, rules.get(name, message))
    return worded
