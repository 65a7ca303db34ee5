"""Everything that is drawn on a workspace's overview."""

from typing import Any

from accounts.models import Workspace
from common.periods import day_of
from reports.catalogue.still_filling import say_shares
from reports.report import OverviewReport
from web.drawing.channels import Palette
from web.drawing.earned import draw_earned, draw_lines
from web.drawing.trend import draw_trend
from web.workspaces import zone_of


def draw_overview(report: OverviewReport, workspace: Workspace, *, compared: bool) -> dict[str, Any]:
    """The report with its drawings, under the names that the templates know."""
    palette = Palette(workspace.channel_rules)
    today = day_of(report.ingestion.as_of, zone_of(workspace))
    return {
        "report": report,
        # What is not there may still come: nothing is said about it before everything is worked off.
        "working": bool(report.empty) and not report.ingestion.caught_up,
        "currency": report.attribution.currency,
        "trend": draw_trend(report.days, compared=compared, today=today),
        "filling": say_shares(report.still_filling),
        "today_is_young": bool(report.days) and report.days[-1].day >= today and not report.days[-1].filling.expected,
        "earned": draw_earned(report.attribution, palette, report.intervals),
        "campaigns": draw_lines(report.campaigns, report.attribution.total.revenue, palette),
    }
