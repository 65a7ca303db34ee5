"""The tables of the pages as files: the same figures, unrounded, with the units in the heads."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.catalogue.returns_page import ReturnsPage
from reports.report import AttributionReport, CreditRow, DayFigure, ReturnsReport, ReturnsRow
from reports.ways_out.csv_file import Cell, Table


def table_of_days(days: Sequence[DayFigure], currency: str) -> Table:
    """One row a day, beside the day it is compared with."""
    heads = [
        _("Day"),
        _("Revenue (%(currency)s)") % {"currency": currency},
        _("Conversions"),
        _("Revenue before (%(currency)s)") % {"currency": currency},
        _("Conversions before"),
        _("Complete share"),
        _("Expected revenue (%(currency)s)") % {"currency": currency},
        _("Expected conversions"),
    ]
    return Table(heads, [_day_row(day) for day in days])


def _day_row(day: DayFigure) -> tuple[Cell, ...]:
    here, expected = day.filling, day.filling.expected
    totals = (day.day, day.revenue, day.conversions, day.revenue_before, day.conversions_before)
    told = (expected.revenue, expected.conversions) if expected else (None, None)
    return (*totals, here.complete_share, *told)


def table_of_credit(report: AttributionReport) -> Table:
    """One row a group, then what is unattributed, then the total they add up to."""
    heads = [report.group_by, _("Revenue (%(currency)s)") % {"currency": report.currency}, _("Conversions")]
    rows = [(row.group or _("None"), row.revenue, row.conversions) for row in report.rows]
    rows.append((_("Unattributed"), report.unattributed.revenue, report.unattributed.conversions))
    rows.append((_("Total"), report.total.revenue, report.total.conversions))
    return Table(heads, rows)


def table_of_campaigns(rows: Sequence[CreditRow], currency: str) -> Table:
    """The campaigns that earned most."""
    heads = [
        _("Campaign"),
        _("Channel"),
        _("Revenue (%(currency)s)") % {"currency": currency},
        _("Conversions"),
    ]
    return Table(heads, [(row.group or _("None"), row.channel, row.revenue, row.conversions) for row in rows])


def table_of_returns(report: ReturnsReport) -> Table:
    """One row a group, then what no grouping names, what is unattributed, and the total they add up to."""
    currency = {"currency": report.attribution.currency}
    heads = [
        report.attribution.group_by,
        _("Cost (%(currency)s)") % currency,
        _("Conversions"),
        _("Revenue (%(currency)s)") % currency,
        _("Sessions"),
        _("Conversion rate"),
        _("CPA (%(currency)s)") % currency,
        _("ROI"),
        _("ROAS"),
        _("ROI at least (95%)"),
        _("ROI at most (95%)"),
    ]
    rest = report.attribution.unattributed
    return Table(
        heads,
        [
            *(_row_of_returns(row.group or _("None"), row) for row in report.rows),
            (_("Spend without a group"), report.unassigned_cost),
            (_("Unattributed"), None, rest.conversions, rest.revenue),
            _row_of_returns(_("Total"), report.total),
        ],
    )


def table_of_claims(page: ReturnsPage) -> Table:
    """What platforms claim beside our credit."""
    report = page.returns
    currency = {"currency": report.attribution.currency}
    heads = [
        report.attribution.group_by,
        _("Claimed value (%(currency)s)") % currency,
        _("Revenue (%(currency)s)") % currency,
        _("Claimed conversions"),
        _("Conversions"),
        _("Difference"),
        _("What our journeys show"),
    ]
    rows = [(one.row, one.seen) for one in page.claims]
    return Table(
        heads,
        [
            (row.group or _("None"), row.claimed_value, row.revenue, row.claimed_conversions, row.conversions,
             row.claim_difference, seen)
            for row, seen in rows
        ],
    )  # fmt: skip


def _row_of_returns(name: str, row: ReturnsRow) -> tuple[Cell, ...]:
    sums = (name, row.cost, row.conversions, row.revenue, row.sessions)
    return (*sums, row.conversion_rate, row.cpa, row.roi, row.roas, row.roi_low, row.roi_high)
