"""A funnel as an address: `event.0`, `where.0.1.property` and so on, so that a copied link asks the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.api.funnel_shapes import AskedFunnelSerializer
from web.forms.form_page import problems_of

MOST_STEPS = 30
MOST_CONDITIONS = 20
FEWEST_ROWS = 2
PARTS = ("property", "op", "value")
USUAL_WITHIN, USUAL_UNIT, USUAL_ORDER = "7", "days", "ordered"
SECONDS = {"minutes": 60, "hours": 3_600, "days": 86_400}
UNITS: Mapping[str, object] = {
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("days"),
}
ORDERS: Mapping[str, object] = {
    "ordered": gettext_lazy("In this order, others may come between"),
    "strict": gettext_lazy("Directly one after the other"),
}
# What a button of the form says, which the address of the result does not.
OWN = ("do", "export", "cursor")
Condition = dict[str, str]


@dataclass(frozen=True)
class StepRow:
    """One row of the builder."""

    event: str = ""
    where: list[Condition] = field(default_factory=list)


@dataclass(frozen=True)
class Builder:
    """The builder as the address has it; `rest` is what belongs to the filter bar."""

    steps: list[StepRow]
    within: str = USUAL_WITHIN
    unit: str = USUAL_UNIT
    order: str = USUAL_ORDER
    breakdown: str = ""
    rest: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> list[int]:
        """The places of the steps that have a name; the others do not count yet."""
        return [place for place, step in enumerate(self.steps) if step.event]

    def address(self) -> str:
        """The same builder as a query string, without anything that is usual or empty."""
        said: dict[str, str] = {}
        for place, step in enumerate(self.steps):
            said[f"event.{place}"] = step.event
            for number, condition in enumerate(step.where):
                said |= {f"where.{place}.{number}.{part}": condition[part] for part in PARTS if condition[part]}
                said.setdefault(f"where.{place}.{number}.op", "equals")
        usual = {"within": USUAL_WITHIN, "unit": USUAL_UNIT, "order": USUAL_ORDER, "breakdown": ""}
        said |= {name: getattr(self, name) for name, value in usual.items() if getattr(self, name) != value}
        return urlencode({**said, **self.rest})


def read_builder(query: Mapping[str, str]) -> Builder:
    """The builder of an address; two empty rows to begin with."""
    known = {name: value.replace("\0", "").strip() for name, value in query.items()}
    steps = [_read_step(known, place) for place in range(MOST_STEPS) if f"event.{place}" in known]
    own = ("within", "unit", "order", "breakdown", *OWN)
    rest = {
        name: value for name, value in known.items() if not name.startswith(("event.", "where.")) and name not in own
    }
    return Builder(
        steps=steps + [StepRow()] * (FEWEST_ROWS - len(steps)),
        within=known.get("within") or USUAL_WITHIN,
        unit=known["unit"] if known.get("unit") in UNITS else USUAL_UNIT,
        order=known["order"] if known.get("order") in ORDERS else USUAL_ORDER,
        breakdown=known.get("breakdown", ""),
        rest={name: value for name, value in rest.items() if value},
    )


def change_builder(builder: Builder, wish: str) -> Builder:
    """The builder after a button: add, up.1, down.0, remove.2, filter.1, unfilter.1.0; other wishes change nothing."""
    kind, *numbers = wish.split(".")
    places = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4]
    steps = list(builder.steps)
    if kind == "add" and len(steps) < MOST_STEPS:
        return replace(builder, steps=[*steps, StepRow()])
    if not places or places[0] >= len(steps):
        return builder
    place = places[0]
    step = steps[place]
    if kind == "remove":
        del steps[place]
    elif kind in ("up", "down"):
        other = place + (1 if kind == "down" else -1)
        if not 0 <= other < len(steps):
            return builder
        steps[place], steps[other] = steps[other], step
    elif kind == "filter" and len(step.where) < MOST_CONDITIONS:
        steps[place] = replace(step, where=[*step.where, {"property": "", "op": "equals", "value": ""}])
    elif kind == "unfilter" and len(places) == 2:
        steps[place] = replace(step, where=[one for number, one in enumerate(step.where) if number != places[1]])
    return replace(builder, steps=steps)


def ask_funnel(builder: Builder) -> tuple[dict[str, Any], dict[str, str]]:
    """The question as the API takes it, and the problems by the field of the form; one of the two is empty."""
    steps = [builder.steps[place] for place in builder.named]
    within = int(builder.within) if builder.within.isascii() and builder.within.isdigit() else 0
    serializer = AskedFunnelSerializer(
        data={
            "steps": [
                {"event": step.event, "where": [_as_asked(one) for one in step.where if any_part(one)]}
                for step in steps
            ],
            "window_seconds": within * SECONDS[builder.unit],
            "order": builder.order,
            "breakdown": builder.breakdown or None,
        }
    )
    problems = problems_of(serializer)
    if problems:
        return {}, {_field(builder, path): _word(path, message) for path, message in problems.items()}
    return dict(serializer.validated_data), {}


def any_part(condition: Condition) -> bool:
    """Whether a line of a filter says anything."""
    return bool(condition["property"] or condition["value"])


def _as_asked(condition: Condition) -> dict[str, Any]:
    return {**condition, "value": True if condition["op"] == "exists" else condition["value"]}


def _read_step(known: Mapping[str, str], place: int) -> StepRow:
    where = []
    for number in range(MOST_CONDITIONS):
        names = {part: f"where.{place}.{number}.{part}" for part in PARTS}
        if any(name in known for name in names.values()):
            where.append({part: known.get(name, "") for part, name in names.items()})
    return StepRow(known[f"event.{place}"], [{**one, "op": one["op"] or "equals"} for one in where])


def _field(builder: Builder, path: str) -> str:
    """steps.0.where.1.op of the question is where.2.1 of the form, where step 3 is the first with a name."""
    parts = path.split(".")
    if parts[0] == "window_seconds":
        return "within"
    if parts[0] != "steps" or len(parts) < 3:
        return parts[0]
    place = builder.named[int(parts[1])]
    if parts[2] == "where" and len(parts) > 3:
        lines = [number for number, one in enumerate(builder.steps[place].where) if any_part(one)]
        return f"where.{place}.{lines[int(parts[3])]}"
    return f"{parts[2]}.{place}"


def _word(path: str, message: str) -> str:
    rules = {
        "event": _("Write the event’s name as it is sent, up to 200 characters."),
        "window_seconds": _("Choose a whole number, up to 3,700 days in all."),
        "property": _("Name a property, or take the line away."),
        "op": _("Choose how to compare."),
        "breakdown": _("Write “channel” or the name of a property, up to 200 characters."),
    }
    return rules.get(path.rpartition(".")[2], message)
