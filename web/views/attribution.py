"""Who earned the credit: all models side by side, and credit over time."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action, may
from common.periods import day_of
from reports.api.over_time import show_over_time
from reports.catalogue import comparison, over_time
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import USUAL_MODEL, Params, parse_params
from reports.credit_reports import ComparisonReport, OverTimeReport
from reports.ways_out.csv_file import Table
from web.drawing.attribution import draw_multiples, draw_ranges, draw_slots, first_unfinished
from web.drawing.channels import Palette
from web.exports_credit import table_of_comparison, table_of_slots
from web.forms.attribution import carry, choose_interval
from web.forms.filters import compare_menu, goal_menu, model_menu, name_days, read_bar
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of


class Models(WorkspacePage):
    """The same conversions under every model, and the chosen one's credit day by day."""

    section = "attribution"
    tab = "attribution"
    title = _("Attribution")
    template = "web/attribution/models.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        params = parse_params(self.workspace, name_days(address, day_of(now, zone_of(self.workspace))), now=now)
        report, beside = comparison.build_and_keep(self.workspace, params, now)
        interval, intervals = choose_interval(address, params.period)
        return {
            "report": report,
            "finding": report.finding,
            "ranges": draw_ranges(report, Palette(self.workspace.channel_rules)),
            "currency": report.currency,
            "sees_people": may(self.role, Action.SEE_PEOPLE),
            "carried": carry(address, "group_by"),
            "ingestion": report.ingestion,
            "filters": read_bar(
                address,
                params.period,
                [
                    compare_menu(address, period(params.period.before)),
                    goal_menu(list_goals(self.workspace), str(params.goal.pk)),
                    model_menu(list_models(params.half_life_days), params.model, USUAL_MODEL),
                    intervals,
                ],
            ),
            **self.describe_days(params, interval, report, beside),
        }

    def describe_days(
        self, params: Params, interval: str, report: ComparisonReport, beside: over_time.Beside
    ) -> dict[str, Any]:
        """The small charts and their table; nothing for a model without days."""
        if not over_time.knows_days(params.model):
            return {"days": None}
        days = over_time.build(self.workspace, params, interval, report.as_of, as_of=report.as_of, beside=beside)
        rows = draw_slots(days)
        return {
            "days": days,
            "days_json": show_over_time(days),
            "multiples": draw_multiples(days, Palette(self.workspace.channel_rules)),
            "slots": rows,
            "unfinished": first_unfinished(rows),
            "leads_to": self.find_deeper(days),
        }

    def find_deeper(self, days: OverTimeReport) -> str:
        """Where a bar leads: to the people of that day, for those who may see people."""
        name = "attribution-people" if may(self.role, Action.SEE_PEOPLE) else "attribution-by"
        return reverse(name, args=[self.workspace.slug])

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        tables = {"models": table_of_comparison(page["report"])}
        return tables | ({"days": table_of_slots(page["days"])} if page["days"] else {})


models = Models.as_view()
