"""The tables of the pages as files: the same figures, unrounded, with the units in the heads."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.report import AttributionReport, CreditRow, DayFigure
from reports.ways_out.csv_file import Table


def table_of_days(days: Sequence[DayFigure], currency: str) -> Table:
    """One row a day, beside the day it is compared with."""
    heads = [
        _("Day"),
        _("Revenue (%(currency)s)") % {"currency": currency},
        _("Conversions"),
        _("Revenue before (%(currency)s)") % {"currency": currency},
        _("Conversions before"),
    ]
    rows = [(day.day, day.revenue, day.conversions, day.revenue_before, day.conversions_before) for day in days]
    return Table(heads, rows)


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
