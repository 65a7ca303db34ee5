"""Credit by any grouping, and one step deeper: a channel's campaigns, a campaign's people."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action, may
from common.periods import day_of
from reports.catalogue import breakdown
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import USUAL_MODEL, parse_params
from reports.catalogue.within import Within, read_within, say
from reports.ways_out.csv_file import Table
from web.drawing.attribution_groups import draw_groups
from web.drawing.channels import Palette
from web.exports_credit import table_of_groups
from web.forms.attribution import carry, name_within
from web.forms.filters import compare_menu, goal_menu, model_menu, name_days, read_bar
from web.forms.returns import GROUP_TITLES, group_menu, read_cursor
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of

ROWS_A_PAGE = 50


class Groups(WorkspacePage):
    """What each group earned, its share, and what it earned before."""

    section = "attribution"
    title = _("Attribution")
    template = "web/attribution/groups.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        params = parse_params(self.workspace, name_days(address, day_of(now, zone_of(self.workspace))), now=now)
        within = read_within(address)
        within.pop(params.group_by, None)
        report = breakdown.build(self.workspace, params, within, now)
        said, start = address.get("q", "").strip()[:200], read_cursor(address)
        drawn = draw_groups(report, Palette(self.workspace.channel_rules), said)
        menus = [
            compare_menu(address, period(params.period.before)),
            goal_menu(list_goals(self.workspace), str(params.goal.pk)),
            model_menu(list_models(params.half_life_days), params.model, USUAL_MODEL),
            group_menu(params.group_by, params.model),
        ]
        return {
            "report": report,
            "drawn": drawn,
            "lines": [
                (line, self.find_deeper(params.group_by, within, line.name))
                for line in drawn.lines[start : start + ROWS_A_PAGE]
            ],
            "first": start,
            "next": start + ROWS_A_PAGE if start + ROWS_A_PAGE < len(drawn.lines) else None,
            "said": said,
            "group_by": params.group_by,
            "group_title": GROUP_TITLES[params.group_by],
            "within": name_within(within),
            "kept": [
                (name, value) for name, value in address.items() if value and name not in ("q", "cursor", "export")
            ],
            "currency": self.workspace.currency,
            "carried": carry(address),
            "goal": params.goal,
            "ingestion": report.ingestion,
            "filters": read_bar(address, params.period, menus),
            "tab": params.group_by,
        }

    def find_deeper(self, group_by: str, within: Within, name: str | None) -> str:
        """Where a row leads: a channel to its campaigns, everything else to the people; "" where nobody may go."""
        narrowed = {group: say(value) for group, value in {**within, group_by: name}.items()}
        if group_by == "channel" and name is not None:
            query = carry(self.request.GET, group_by="campaign", **narrowed)
            return f"{reverse('attribution-by', args=[self.workspace.slug])}?{query}"
        if not may(self.role, Action.SEE_PEOPLE):
            return ""
        return f"{reverse('attribution-people', args=[self.workspace.slug])}?{carry(self.request.GET, **narrowed)}"

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"groups": table_of_groups(page["report"])}


groups = Groups.as_view()
