"""Campaigns as rows of figures, each above the one of the period before, in their channel's colour."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.catalogue.campaigns import CampaignLine, CampaignsReport, Measured
from reports.ways_out.csv_file import Cell, Table
from web.drawing.channels import Palette

ROLE_TITLES = {
    "lead": gettext_lazy("Leads"),
    "opportunity": gettext_lazy("Opportunities"),
    "customer": gettext_lazy("Customers"),
}


@dataclass(frozen=True, slots=True)
class DrawnCampaign:
    """One campaign with its look, and where its name leads; empty: nowhere."""

    line: CampaignLine
    style: str
    shape: str
    href: str
    # One pair (now, before) for each role that a stage has.
    added: Sequence[tuple[object, Decimal | None, Decimal | None]]


def draw_campaigns(
    report: CampaignsReport, lines: Sequence[CampaignLine], palette: Palette, lead: Callable[[str | None], str]
) -> list[DrawnCampaign]:
    """Campaigns wear their channel's colour; `lead` says where a name leads."""
    return [draw_line(report, line, palette, lead(line.campaign)) for line in lines]


def draw_line(report: CampaignsReport, line: CampaignLine, palette: Palette, href: str = "") -> DrawnCampaign:
    """One row."""
    added = [(ROLE_TITLES[role], line.now.added[role], line.before.added[role]) for role in report.roles]
    return DrawnCampaign(line, palette.style(line.channel), palette.shape(line.channel), href, added)


def table_of_campaigns(report: CampaignsReport) -> Table:
    """One row a campaign, then what no campaign brought, what is unattributed and the total; before beside now."""
    rest = CampaignLine(None, None, report.unattributed.now, report.unattributed.before)
    named = [(line.campaign or "", line) for line in report.lines]
    beside = [(_("Without a campaign"), report.without), (_("Unattributed"), rest), (_("Total"), report.total)]
    rows = [_row_of(name, line, report) for name, line in (*named, *beside)]
    cost = (report.unassigned_cost, report.unassigned_cost_before)
    blank = [None] * (len(rows[0]) - 2)
    rows.insert(-1, (_("Spend without a campaign"), None, *_with_cost(blank, report, cost)))
    return Table([_("Campaign"), _("Channel"), *(head for pair in _heads(report) for head in pair)], rows)


def _heads(report: CampaignsReport) -> list[tuple[str, str]]:
    money = {"currency": report.currency}
    titles = [
        _("Visits"),
        _("People"),
        _("Conversions"),
        _("Revenue (%(currency)s)") % money,
        _("Cost (%(currency)s)") % money,
        _("CPA (%(currency)s)") % money,
        _("ROAS"),
        _("ROI"),
        *(str(ROLE_TITLES[role]) for role in report.roles),
    ]
    return [(title, _("%(figure)s before") % {"figure": title}) for title in titles]


def _row_of(name: str, line: CampaignLine, report: CampaignsReport) -> tuple[Cell, ...]:
    pairs = zip(_figures(line.now, report), _figures(line.before, report), strict=True)
    return (name, line.channel, *(cell for pair in pairs for cell in pair))


def _figures(measured: Measured, report: CampaignsReport) -> list[Cell]:
    row = measured.returns
    sums: list[Cell] = [row.sessions, measured.people, row.conversions, row.revenue, row.cost]
    return [*sums, row.cpa, row.roas, row.roi, *(measured.added[role] for role in report.roles)]


def _with_cost(blank: list[None], report: CampaignsReport, cost: tuple[Decimal | None, Decimal | None]) -> list[Cell]:
    place = 2 * 4
    return [*blank[:place], *cost, *blank[place + 2 :]]
