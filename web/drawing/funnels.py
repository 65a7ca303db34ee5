"""A funnel's answer, as the API gives it, drawn: bars, and a table of its groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.catalogue.funnel_finding import StepSaid, find_bottleneck_sentence
from reports.report import Finding
from reports.ways_out.csv_file import Table
from web.drawing.channels import SHAPES, Palette
from web.drawing.pipeline import Bar, Reached, draw_steps

CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group: at each step how many, which share of the step before, and how many in the period before.

    Then how many get through in all, now and before.
    """

    name: str
    style: str
    shape: str
    cells: list[tuple[int, float | None, int | None]]
    through: float | None
    through_before: float | None
    bottleneck: str


@dataclass(frozen=True, slots=True)
class FunnelDrawn:
    """The bars, the finding and, where it is broken down, the groups."""

    bars: list[Bar]
    finding: Finding
    groups: list[GroupLine] | None
    is_channels: bool


def draw_funnel(shown: Mapping[str, Any], palette: Palette, before: Mapping[str, Any] | None = None) -> FunnelDrawn:
    """Everything that is drawn of an answer, beside that of the period before; shapes of FunnelReportSerializer."""
    steps = shown["steps"]
    reached = [
        Reached(step["event"], step["event"], step["count"], step["median_seconds"], step.get("still_open"))
        for step in steps
    ]
    is_channels, groups = shown["breakdown"] == CHANNEL, shown["groups"]
    then = None if before is None else {group["group"]: group["steps"] for group in before["groups"] or []}
    return FunnelDrawn(
        bars=draw_steps(reached),
        finding=find_bottleneck_sentence(_said(shown), _said(before) if before else None),
        groups=None if groups is None else [_draw_group(group, palette, is_channels, then) for group in groups],
        is_channels=is_channels,
    )


def _said(shown: Mapping[str, Any]) -> list[StepSaid]:
    return [
        StepSaid(step["event"], step["count"], step["median_seconds"], step.get("still_open"))
        for step in shown["steps"]
    ]


def table_of_steps(shown: Mapping[str, Any]) -> Table:
    """One row a step."""
    heads = [_("Step"), _("Event"), _("People"), _("Share of the step before"), _("Drop-off"), _("Median seconds")]
    return Table([*heads, _("Still open")], [_row(step) for step in shown["steps"]])


def table_of_groups(shown: Mapping[str, Any]) -> Table:
    """One row for each group and step."""
    heads = [_("Group"), _("Step"), _("Event"), _("People"), _("Share of the step before"), _("Drop-off")]
    groups = shown["groups"] or []
    rows = [(group["group"], *_row(step)) for group in groups for step in group["steps"]]
    return Table([*heads, _("Median seconds"), _("Still open")], rows)


def _row(step: Mapping[str, Any]) -> Sequence[Any]:
    names = ("step", "event", "count", "conversion_from_previous", "drop_off", "median_seconds", "still_open")
    return [step.get(name) for name in names]


def _draw_group(
    group: Mapping[str, Any],
    palette: Palette,
    is_channels: bool,
    then: Mapping[str, Sequence[Mapping[str, Any]]] | None,
) -> GroupLine:
    steps, name = group["steps"], group["group"]
    channel = name if is_channels and (name in SHAPES or not name.startswith("(")) else None
    place = group["bottleneck"]
    # A group that is not among those of the period before had nobody then, or too few to be told apart.
    before = None if then is None else then.get(name)
    counts = [None] * len(steps) if before is None else [step["count"] for step in before]
    return GroupLine(
        name=name,
        style=palette.style(channel),
        shape=palette.shape(channel),
        cells=[(step["count"], step["conversion_from_previous"], was) for step, was in zip(steps, counts, strict=True)],
        through=_through(steps),
        through_before=_through(before) if before else None,
        bottleneck=steps[place - 1]["event"] if place else "",
    )


def _through(steps: Sequence[Mapping[str, Any]]) -> float | None:
    """Which share of those who began came to the last step."""
    return steps[-1]["count"] / steps[0]["count"] if steps[0]["count"] else None
