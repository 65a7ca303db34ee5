"""Every campaign: whom it brought, what it earned and cost, and what it adds to the pipeline."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action, may
from attribution.core.solved import SOLVED
from common.periods import day_of
from reports.catalogue import campaigns as catalogue
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import USUAL_MODEL, parse_params
from reports.catalogue.within import say
from reports.ways_out.csv_file import Table
from web.drawing.campaigns import ROLE_TITLES, draw_campaigns, draw_line, table_of_campaigns
from web.drawing.channels import Palette
from web.forms.attribution import carry
from web.forms.filters import compare_menu, goal_menu, model_menu, name_days, read_bar
from web.forms.returns import read_cursor
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of

ROWS_A_PAGE = 50


class Campaigns(WorkspacePage):
    """One row a campaign, every figure above the one of the period before."""

    section = "campaigns"
    title = _("Campaigns")
    template = "web/campaigns/page.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        query = name_days(address, day_of(now, zone_of(self.workspace))) | {"group_by": "campaign"}
        params = parse_params(self.workspace, query, now=now)
        report = catalogue.build(self.workspace, params, now)
        said, start = address.get("q", "").strip()[:200], read_cursor(address)
        fitting = [line for line in report.lines if said.casefold() in (line.campaign or "").casefold()]
        palette = Palette(self.workspace.channel_rules)
        menus = [
            compare_menu(address, period(params.period.before)),
            goal_menu(list_goals(self.workspace), str(params.goal.pk)),
            model_menu(list_models(params.half_life_days), params.model, USUAL_MODEL),
        ]
        return {
            "report": report,
            "finding": report.finding,
            "lines": draw_campaigns(report, fitting[start : start + ROWS_A_PAGE], palette, self.find_deeper),
            "without": draw_line(report, report.without, palette, self.find_deeper(None)),
            "unattributed": draw_line(report, report.unattributed, palette),
            "total": draw_line(report, report.total, palette),
            "role_titles": [ROLE_TITLES[role] for role in report.roles],
            "columns": 9 + len(report.roles),
            "in_all": len(report.lines),
            "fitting": len(fitting),
            "first": start,
            "next": start + ROWS_A_PAGE if start + ROWS_A_PAGE < len(fitting) else None,
            "said": said,
            "kept": [(name, value) for name, value in address.items() if value and name not in LEFT_OUT],
            "currency": self.workspace.currency,
            "carried": carry(address),
            "ingestion": report.ingestion,
            "filters": read_bar(address, params.period, menus),
        }

    def find_deeper(self, campaign: str | None) -> str:
        """Where a name leads: to the people for those who may see them, else to its sources; "" where neither can."""
        query = carry(self.request.GET, campaign=say(campaign))
        if may(self.role, Action.SEE_PEOPLE):
            return f"{reverse('attribution-people', args=[self.workspace.slug])}?{query}"
        if self.request.GET.get("model") in SOLVED:
            return ""
        return f"{reverse('attribution-by', args=[self.workspace.slug])}?group_by=source_medium&{query}"

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"campaigns": table_of_campaigns(page["report"])}


LEFT_OUT = ("q", "cursor", "export")

campaigns = Campaigns.as_view()
