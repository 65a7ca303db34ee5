"""What a customer is worth: so far, and as may be expected with a margin and a lifetime."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import Refusal
from common.periods import day_of
from reports.catalogue import lifetime_value as catalogue
from reports.catalogue.lifetime_finding import find_lifetime
from reports.catalogue.overview import list_goals
from reports.report import LifetimeReport
from reports.ways_out.csv_file import Table
from tracking.storage import ingestion_state
from web.drawing.channels import Palette
from web.drawing.lifetime import draw_lifetime
from web.pages import WorkspacePage
from web.workspaces import zone_of

FIELDS = ("margin", "lifetime_years")


class LifetimeValue(WorkspacePage):
    """Historic and predictive CLV, by the channel of each customer's first touch."""

    section = "returns"
    tab = "lifetime-value"
    title = gettext_lazy("Returns")
    template = "web/returns/lifetime.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        today = day_of(now, zone_of(self.workspace))
        params, problem = self._read(address, now)
        report = catalogue.build(self.workspace, params, now)
        return {
            "report": report,
            "lifetime": report.lifetime,
            "finding": find_lifetime(report),
            "drawn": draw_lifetime(report, Palette(self.workspace.channel_rules)),
            "currency": report.currency,
            "goals": list_goals(self.workspace),
            "goal": str(report.goal_id),
            "asked": {name: address.get(name, "") for name in FIELDS} | {"as_of": params.as_of},
            "today": today,
            "is_today": params.as_of == today,
            "problem": problem,
            "ingestion": ingestion_state(self.workspace, now),
        }

    def _read(self, address: Mapping[str, str], now: datetime) -> tuple[catalogue.Params, Refusal | None]:
        """The question; a margin or lifetime that cannot be is left out, and the field says so."""
        percent = {**dict(address.items()), "margin": _as_part(address.get("margin", ""))}
        try:
            return catalogue.parse_params(self.workspace, percent, now=now), None
        except Refusal as refusal:
            if refusal.field not in FIELDS:
                raise
            rest = {name: value for name, value in address.items() if name not in FIELDS}
            return catalogue.parse_params(self.workspace, rest, now=now), refusal

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"lifetime-value": table_of_lifetime(page["report"])}


def _as_part(given: str) -> str:
    """The field asks for per cent, as people say it; the report wants a part of one."""
    if not given:
        return ""
    try:
        return f"{Decimal(given.replace(',', '.')) / 100:f}"
    except InvalidOperation:
        return given


def table_of_lifetime(report: LifetimeReport) -> Table:
    """One row a channel, then everybody."""
    currency = {"currency": report.currency}
    heads = [
        _("Channel of the first touch"),
        _("Customers"),
        _("Historic CLV (%(currency)s)") % currency,
        _("Predictive CLV (%(currency)s)") % currency,
    ]
    lifetime = report.lifetime
    rows = [
        (row.channel or _("Never seen to arrive"), row.customers, row.mean_historic_clv, row.predictive_clv)
        for row in lifetime.by_channel
    ]
    total = (_("All customers"), lifetime.customers, lifetime.mean_historic_clv, lifetime.predictive_clv)
    return Table(heads, [*rows, total])


lifetime_value = LifetimeValue.as_view()
