"""The stages of the pipeline as rows of a form, moved by buttons; and what saving them would make anew."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.errors import Refusal
from tracking.models import Stage

MOST_STAGES = 20
FIELDS = ("name", "event", "role")
Row = dict[str, str]
ROLES: Mapping[str, object] = {
    "": gettext_lazy("No role"),
    "lead": gettext_lazy("Makes a lead"),
    "opportunity": gettext_lazy("Makes an opportunity"),
    "customer": gettext_lazy("Makes a customer"),
}
# What most pipelines begin with; nobody saves it by accident, for the events are to be named first.
FIRST_ROWS: list[Row] = [
    {"name": "Lead", "event": "", "role": "lead"},
    {"name": "Opportunity", "event": "", "role": "opportunity"},
    {"name": "Customer", "event": "", "role": "customer"},
]


def show_stages(stages: Iterable[Stage]) -> list[Row]:
    """The rows as they are stored; three to begin with where there is none."""
    rows = [{"name": stage.name, "event": stage.event, "role": stage.role} for stage in stages]
    return rows or [dict(row) for row in FIRST_ROWS]


def type_stages(form: Mapping[str, str]) -> list[Row]:
    """The rows as they were sent, in their order, empty ones too."""
    rows = []
    for place in range(MOST_STAGES):
        if f"name.{place}" not in form:
            break
        rows.append({field: form.get(f"{field}.{place}", "").replace("\0", "").strip() for field in FIELDS})
    return rows


def move_rows(rows: list[Row], wish: str) -> tuple[list[Row], int | None]:
    """The rows after a button: add, up.2, down.0, remove.1; and which row the eye should follow."""
    kind, _dot, number = wish.partition(".")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    moved = [dict(row) for row in rows]
    if kind == "add" and len(moved) < MOST_STAGES:
        return [*moved, {"name": "", "event": "", "role": ""}], len(moved)
    if not 0 <= place < len(moved):
        return moved, None
    if kind == "remove":
        del moved[place]
        return moved, min(place, len(moved) - 1) if moved else None
    other = place + {"up": -1, "down": 1}.get(kind, 0)
    if 0 <= other < len(moved):
        moved[place], moved[other] = moved[other], moved[place]
        return moved, other
    return moved, place


def problem_of(refusal: Refusal) -> dict[str, str]:
    """The refusal of the action at its field: stages.2.name → name.2."""
    parts = (refusal.field or "").split(".")
    rules = {
        "name": _("Write a name of 1 to 120 characters."),
        "event": _("Write the event’s name as it is sent, 1 to 200 characters."),
    }
    if len(parts) != 3:
        return {"": refusal.message}
    said = rules.get(parts[2], refusal.message) if refusal.code == "invalid" else refusal.message
    return {f"{parts[2]}.{parts[1]}": said}


def describe_change(stored: list[Row], typed: list[Row]) -> list[str]:
    """What saving would make anew, in sentences; nothing where it would change nothing."""
    if stored == typed:
        return []
    known = {(row["name"], row["event"]) for row in stored}
    events = sorted({row["event"] for row in typed if row["event"] and (row["name"], row["event"]) not in known})
    said = []
    if events:
        names = ", ".join(f"“{event}”" for event in events)
        sentence = ngettext(
            "Everybody who ever did %(names)s is derived again, and their days are filled.",
            "Everybody who ever did one of %(names)s is derived again, and their days are filled.",
            len(events),
        )
        said.append(sentence % {"names": names})
    if _milestones(stored) != _milestones(typed):
        said.append(_("The roles change, so every day with conversions is filled again."))
    gone = [row["name"] for row in stored if row["name"] not in {other["name"] for other in typed}]
    if gone:
        said.append(_("%(names)s will be gone; the goals behind them stay.") % {"names": ", ".join(gone)})
    return said or [_("Only order or names change: nothing is filled again.")]


def _milestones(rows: Iterable[Row]) -> set[tuple[str, str]]:
    return {(row["role"], row["event"]) for row in rows if row["role"]}
