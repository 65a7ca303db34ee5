"""One workspace at a glance."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.periods import day_of
from reports.catalogue import overview as catalogue
from reports.catalogue.params import parse_params
from reports.ways_out.csv_file import Table
from web.demo.progress import demo_progress
from web.drawing.overview import draw_overview
from web.exports import table_of_campaigns, table_of_credit, table_of_days
from web.forms.filters import name_days, read_filters
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of


class Overview(WorkspacePage):
    """What was earned, who earned it, and whether everything that came in is counted."""

    section = "overview"
    title = _("Overview")
    template = "web/overview/page.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        query = name_days(self.request.GET, day_of(now, zone_of(self.workspace)))
        params = parse_params(self.workspace, query, now=now)
        report = catalogue.build(self.workspace, params, now)
        filters = read_filters(self.request.GET, report, before=period(report.before.period))
        return draw_overview(report, self.workspace, compared=filters.compared) | {
            "filters": filters,
            "ingestion": report.ingestion,
            "demo": demo_progress(self.workspace, now),
            "base_url": self.request.build_absolute_uri("/").rstrip("/"),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        report = page["report"]
        return {
            "days": table_of_days(report.days, report.attribution.currency),
            "channels": table_of_credit(report.attribution),
            "campaigns": table_of_campaigns(report.campaigns, report.attribution.currency),
        }


overview = Overview.as_view()
