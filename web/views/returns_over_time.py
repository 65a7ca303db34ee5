"""Returns of each channel, week by week or month by month."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attribution.core.rules import RULES
from common.periods import day_of
from reports.catalogue import returns_over_time as catalogue
from reports.catalogue.over_time_finding import find_over_time
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import USUAL_MODEL
from reports.ways_out.csv_file import Table
from tracking.storage import ingestion_state
from web.drawing.channels import Palette
from web.drawing.returns_over_time import draw_over_time, table_of_over_time, writers_of
from web.forms.filters import goal_menu, model_menu, name_days, read_bar
from web.forms.returns import MEASURE_TITLES, measure_menu, read_measure, step_menu
from web.pages import WorkspacePage
from web.workspaces import zone_of

USUAL_PERIOD = "90d"


class ReturnsOverTime(WorkspacePage):
    """One measure in a table of channels by weeks; the measure is in the address."""

    section = "returns"
    tab = "returns-over-time"
    title = _("Returns")
    template = "web/returns/over_time.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        today = day_of(now, zone_of(self.workspace))
        query, measure = name_days(address, today, usual=USUAL_PERIOD), read_measure(address)
        params = catalogue.read_over_time(self.workspace, query, now=now)
        exports = bool(address.get("export"))
        report = catalogue.build(self.workspace, params, now, with_clv=measure == "clv" or exports)
        models = [one for one in list_models(params.asked.half_life_days) if one.value in RULES]
        menus = [
            measure_menu(measure),
            step_menu(params.step),
            goal_menu(list_goals(self.workspace), str(params.asked.goal.pk)),
            model_menu(models, params.asked.model, USUAL_MODEL),
        ]
        write, title = writers_of(report.currency)[measure], str(MEASURE_TITLES[measure][0])
        return {
            "finding": find_over_time(report, measure, title, write, today),
            "report": report,
            "measure": measure,
            "measure_title": MEASURE_TITLES[measure][0],
            "measure_formula": MEASURE_TITLES[measure][1],
            "drawn": draw_over_time(report, measure, Palette(self.workspace.channel_rules), today=today),
            "currency": self.workspace.currency,
            "filters": read_bar(address, params.asked.period, menus, usual=USUAL_PERIOD),
            "ingestion": ingestion_state(self.workspace, now),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"returns-over-time": table_of_over_time(page["report"])}


returns_over_time = ReturnsOverTime.as_view()
