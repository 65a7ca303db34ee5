"""Credit by a grouping: bars on one scale, and the search over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.catalogue.breakdown import Breakdown, BreakdownRow
from reports.report import Credited, CreditRow
from web.drawing.channels import Palette
from web.drawing.scales import percent


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One row: its figures and the length of its bar."""

    name: str | None
    style: str
    shape: str
    length: str
    value: Decimal
    value_before: Decimal
    conversions: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows that fit the search, out of all there are; `shown` is what they come to."""

    lines: Sequence[GroupLine]
    in_all: int
    shown: Credited
    adds_up: bool
    unattributed_length: str


def draw_groups(report: Breakdown, palette: Palette, said: str) -> Groups:
    """All rows whose name holds what was searched for, whatever its case."""
    longest = max((measured(row.row, report.by_revenue) for row in report.rows), default=Decimal(0))
    nobody = measured(report.report.unattributed, report.by_revenue)
    if not report.within:
        longest = max(longest, nobody)
    fitting = [row for row in report.rows if said.casefold() in (row.row.group or "").casefold()]
    total = report.report.total
    return Groups(
        lines=[_draw_line(row, report.by_revenue, longest, palette) for row in fitting],
        in_all=len(report.rows),
        shown=Credited(
            sum((row.row.conversions for row in fitting), Decimal(0)),
            sum((row.row.revenue for row in fitting), Decimal(0)),
        ),
        adds_up=report.credited.revenue + report.report.unattributed.revenue == total.revenue
        and report.credited.conversions + report.report.unattributed.conversions == total.conversions,
        unattributed_length=percent(max(nobody, Decimal(0)), longest),
    )


def measured(of: Credited | CreditRow, by_revenue: bool) -> Decimal:
    """Revenue, or conversions where the goal has no value."""
    return of.revenue if by_revenue else of.conversions


def _draw_line(row: BreakdownRow, by_revenue: bool, longest: Decimal, palette: Palette) -> GroupLine:
    value = measured(row.row, by_revenue)
    return GroupLine(
        name=row.row.group,
        style=palette.style(row.row.channel),
        shape=palette.shape(row.row.channel),
        length=percent(max(value, Decimal(0)), longest),
        value=value,
        value_before=measured(row.before, by_revenue),
        conversions=row.row.conversions,
        share=row.share,
    )
