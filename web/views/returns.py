"""What came back for what was paid: as it is, over time, and what a customer is worth."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.periods import day_of
from reports.catalogue import returns_page
from reports.catalogue.params import USUAL_MODEL, parse_params
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.drawing.returns import TICKS, ZERO, draw_returns
from web.exports import table_of_claims, table_of_returns
from web.forms.filters import compare_menu, goal_menu, model_menu, name_days, read_bar
from web.forms.returns import group_menu, read_cursor
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of

ROWS_A_PAGE = 50


class Returns(WorkspacePage):
    """Cost, credit, and what follows from the two, by any grouping."""

    section = "returns"
    tab = "returns"
    title = _("Returns")
    template = "web/returns/page.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        query = name_days(address, day_of(now, zone_of(self.workspace)))
        params = parse_params(self.workspace, query, now=now)
        page = returns_page.build(self.workspace, params, now)
        menus = [
            compare_menu(address, period(params.period.before)),
            goal_menu(page.goals, str(params.goal.pk)),
            model_menu(page.models, params.model, USUAL_MODEL),
            group_menu(params.group_by, params.model),
        ]
        filters = read_bar(address, params.period, menus)
        drawn, start = draw_returns(page, Palette(self.workspace.channel_rules)), read_cursor(address)
        return {
            "page": page,
            "report": page.returns,
            "finding": page.finding,
            "drawn": drawn,
            "others": drawn.others[start : start + ROWS_A_PAGE],
            "first": start,
            "next": start + ROWS_A_PAGE if start + ROWS_A_PAGE < len(drawn.others) else None,
            "zero": ZERO,
            "ticks": TICKS,
            "currency": self.workspace.currency,
            "filters": filters,
            "ingestion": page.ingestion,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"returns": table_of_returns(page["report"]), "claims": table_of_claims(page["page"])}


returns = Returns.as_view()
