"""How far the data can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from accounts.permissions import Action, may
from reports.catalogue import health
from reports.catalogue.health_report import HealthReport, Point, ReasonRow
from reports.ways_out.csv_file import Table
from web.drawing.scales import percent
from web.exports_people import table_of_gaps, table_of_hygiene, table_of_points, table_of_reasons
from web.pages import WorkspacePage

# Pages that a point may lead to and that not every role may open.
CHANGES = {"install", "channel-rules", "goals", "spend"}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason with a bar for each day, on one scale for all reasons; the bars as (left, top, width, height)."""

    row: ReasonRow
    bars: list[tuple[str, str, str, str]]


class DataHealth(WorkspacePage):
    """What was looked at, what was found, and what to do about it."""

    section = "data-health"
    title = _("Data health")
    template = "web/health/page.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        report = health.build(self.workspace, timezone.now())
        return {
            "report": report,
            "points": [(point, _address(point, self.workspace, self.role)) for point in report.points],
            "reasons": draw_reasons(report),
            "ingestion": report.ingestion,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        report = page["report"]
        return {
            "health": table_of_points(report),
            "reasons": table_of_reasons(report),
            "visits": table_of_hygiene(report),
            "gaps": table_of_gaps(report),
        }


def draw_reasons(report: HealthReport) -> list[ReasonLine]:
    """A small column for each day of each reason."""
    most = max((number for row in report.reasons for number in row.by_day), default=0)
    days = report.period.days
    return [
        ReasonLine(
            row,
            [
                (percent(i + 0.15, days), percent(most - number, most), percent(0.7, days), percent(number, most))
                for i, number in enumerate(row.by_day)
                if number
            ],
        )
        for row in report.reasons
    ]


def _address(point: Point, workspace: Workspace, role: str) -> str:
    if not point.page or (point.page in CHANGES and not may(role, Action.CHANGE_WORKSPACE)):
        return ""
    try:
        address = reverse(point.page, args=[workspace.slug])
    except NoReverseMatch:
        return ""
    return f"{address}?{point.query}" if point.query else address


data_health = DataHealth.as_view()
