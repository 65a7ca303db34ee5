"""The tables of the attribution pages as files: the same figures, unrounded, with the units in the heads."""

from decimal import Decimal

from django.utils.translation import gettext as _

from reports.catalogue.breakdown import Breakdown
from reports.catalogue.conversion_list import ConversionList
from reports.credit_reports import ComparisonReport, OverTimeReport
from reports.report import Credited
from reports.ways_out.csv_file import Cell, Table


def table_of_comparison(report: ComparisonReport) -> Table:
    """One row a group with a column for each model, then what is unattributed, then the total they add up to."""
    unit = report.currency if report.measure == "revenue" else _("conversions")
    heads = [
        report.group_by,
        *(f"{model.title} ({unit})" for model in report.models),
        _("Interval from (%(unit)s)") % {"unit": unit},
        _("Interval to (%(unit)s)") % {"unit": unit},
        _("Period before (%(unit)s)") % {"unit": unit},
        _("Cost (%(currency)s)") % {"currency": report.currency},
        _("ROI, least generous model"),
        _("ROI, most generous model"),
        _("Verdict"),
        _("Journeys"),
    ]
    rows: list[tuple[Cell, ...]] = []
    for row in report.rows:
        interval = row.revenue_interval if report.measure == "revenue" else row.conversions_interval
        rows.append(
            (
                row.group or _("None"),
                *(row.measured(model.name, report.measure) for model in report.models),
                interval.low if interval else None,
                interval.high if interval else None,
                _measured(row.before, report),
                row.cost,
                row.roi_low,
                row.roi_high,
                row.verdict.value,
                row.journeys,
            )
        )
    for name, credited in ((_("Unattributed"), report.unattributed), (_("Total"), report.total)):
        rows.append((name, *[_measured(credited, report)] * len(report.models), *[None] * 8))
    return Table(heads, rows)


def table_of_slots(report: OverTimeReport) -> Table:
    """One row a slot with a column for each group, then what is unattributed and the total."""
    unit = report.currency if report.measure == "revenue" else _("conversions")
    names = [series.group or _("None") for series in report.series]
    heads = [_("From"), _("To"), *(f"{name} ({unit})" for name in [*names, _("Unattributed"), _("Total")])]
    rows: list[tuple[Cell, ...]] = [
        (
            slot.start,
            slot.end,
            *(_measured(series.slots[i], report) for series in report.series),
            _measured(report.unattributed[i], report),
            _measured(report.totals[i], report),
        )
        for i, slot in enumerate(report.slots)
    ]
    return Table(heads, rows)


def table_of_groups(report: Breakdown) -> Table:
    """One row a group beside the period before; where nothing is narrowed down, then the rest and the total."""
    currency = report.report.currency
    heads = [
        report.report.group_by,
        _("Channel"),
        _("Revenue (%(currency)s)") % {"currency": currency},
        _("Conversions"),
        _("Share"),
        _("Revenue before (%(currency)s)") % {"currency": currency},
        _("Conversions before"),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            line.row.group or _("None"),
            line.row.channel,
            line.row.revenue,
            line.row.conversions,
            line.share,
            line.before.revenue,
            line.before.conversions,
        )
        for line in report.rows
    ]
    if not report.within:
        now, before = report.report, report.before
        for name, credited, earlier in (
            (_("Unattributed"), now.unattributed, before.unattributed),
            (_("Total"), now.total, before.total),
        ):
            figures = (credited.revenue, credited.conversions, None, earlier.revenue, earlier.conversions)
            rows.append((name, None, *figures))
    return Table(heads, rows)


def table_of_conversions(report: ConversionList, currency: str) -> Table:
    """One row a conversion, the newest first; `earned` is empty where the model says nothing of a single one."""
    heads = [
        _("Conversion"),
        _("Time (UTC)"),
        _("Kind of id"),
        _("Id"),
        _("Order"),
        _("Value (%(currency)s)") % {"currency": currency},
        _("Touches"),
        _("Touches of this group"),
        _("First channel"),
        _("Last channel"),
        _("Credited conversions"),
        _("Credited revenue (%(currency)s)") % {"currency": currency},
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            row.id,
            row.at,
            row.namespace,
            row.alias,
            row.order_id,
            row.value,
            row.touches,
            row.matching if report.within else None,
            row.first_channel,
            row.last_channel,
            row.earned.conversions if row.earned else None,
            row.earned.revenue if row.earned else None,
        )
        for row in report.rows
    ]
    return Table(heads, rows)


def _measured(credited: Credited, report: ComparisonReport | OverTimeReport) -> Decimal:
    return credited.revenue if report.measure == "revenue" else credited.conversions
