"""How people move through the stages, and what moves them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action, may
from common.periods import day_of
from reports.catalogue import pipeline_page
from reports.catalogue.params import USUAL_MODEL
from reports.report import Choice
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.drawing.pipeline import (
    draw_added,
    draw_bars,
    draw_heat,
    table_of_campaigns_added,
    table_of_heat,
    table_of_stages,
)
from web.forms.filters import COMPARE_NONE, Menu, compare_menu, model_menu, name_days, read_bar, read_compare
from web.forms.returns import read_cursor
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of

USUAL_PERIOD, USUAL_WINDOW, ANY_TIME = "90d", "90", "any"
WINDOWS = ("30", "90", "180", "365")
ROWS_A_PAGE = 50


class Pipeline(WorkspacePage):
    """Stages with their bottleneck, channels by stage, and what each campaign adds."""

    section = "pipeline"
    title = gettext_lazy("Pipeline")
    wants_kernels = True
    template = "web/pipeline/page.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        compared = read_compare(address) != COMPARE_NONE
        query = name_days(address, day_of(now, zone_of(self.workspace)), usual=USUAL_PERIOD)
        window = query.get("window_days") or USUAL_WINDOW
        asked = {**query, "window_days": "" if window == ANY_TIME else window}
        params = pipeline_page.read_page(self.workspace, asked, now, compared=compared)
        page = pipeline_page.build(self.workspace, params, now)
        menus = [
            compare_menu(address, period(params.asked.period.before)),
            window_menu(window),
            model_menu(page.models, params.model, USUAL_MODEL),
        ]
        start, palette = read_cursor(address), Palette(self.workspace.channel_rules)
        rows = page.campaigns.rows
        return {
            "page": page,
            "report": page.report,
            "finding": page.finding,
            "bars": draw_bars(page.report),
            "before": dict(enumerate(draw_bars(page.before), 1)) if page.before else {},
            "heat": draw_heat(page.heat, palette),
            "campaigns": draw_added(rows[start : start + ROWS_A_PAGE], palette),
            "first": start,
            "next": start + ROWS_A_PAGE if start + ROWS_A_PAGE < len(rows) else None,
            "window": window,
            "may_change": may(self.role, Action.CHANGE_WORKSPACE),
            "currency": self.workspace.currency,
            "filters": read_bar(address, params.asked.period, menus, usual=USUAL_PERIOD),
            "ingestion": page.ingestion,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        found = page["page"]
        return {
            "stages": table_of_stages(found.report),
            "channels": table_of_heat(found.heat),
            "campaigns": table_of_campaigns_added(found.campaigns, self.workspace.currency),
        }


def window_menu(chosen: str) -> Menu:
    """How long people may take from the first stage to the last."""
    known = WINDOWS if chosen in (*WINDOWS, ANY_TIME) else (*WINDOWS, chosen)
    choices = [Choice(days, _("%(days)s days") % {"days": days}) for days in known]
    explained = _("Nobody ever counts as stopped")
    return Menu(
        "window_days", _("Within"), [*choices, Choice(ANY_TIME, _("Any time"), explained)], chosen, USUAL_WINDOW
    )


pipeline = Pipeline.as_view()
