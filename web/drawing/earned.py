"""Who earned it: the bars of the groups and of what nobody earned, on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.core.intervals import Interval
from reports.core.ratios import share
from reports.report import AttributionReport, Credited, CreditRow
from web.drawing.channels import Palette
from web.drawing.scales import percent


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: its figures, its part of the whole and the length of its bar."""

    name: str | None
    conversions: Decimal
    revenue: Decimal
    share: Decimal | None
    length: str
    style: str
    shape: str
    # The 95 % interval, where there is one: the bar is solid to its lower end, a whisker spans it.
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    lines: list[Line]
    unattributed: Line
    credited: Credited
    adds_up: bool


def draw_earned(
    report: AttributionReport, palette: Palette, intervals: Mapping[str | None, Interval] | None = None
) -> Earned:
    """The rows by what they earned; `adds_up` is the check that credited and unattributed make the total."""
    rows = sorted(report.rows, key=lambda row: (-row.revenue, -row.conversions, row.group or ""))
    # A goal without values is drawn by nothing, and so has no whiskers.
    intervals = intervals if intervals and report.total.revenue > 0 else {}
    highs = [interval.high for interval in intervals.values()]
    longest = _longest([*(row.revenue for row in rows), report.unattributed.revenue, *highs])
    total = report.total.revenue
    nobody = CreditRow(None, report.unattributed.conversions, report.unattributed.revenue)
    credited = Credited(
        sum((row.conversions for row in rows), Decimal(0)), sum((row.revenue for row in rows), Decimal(0))
    )
    return Earned(
        lines=[_draw_line(row, longest, total, palette, intervals.get(row.group)) for row in rows],
        unattributed=_draw_line(nobody, longest, total, palette),
        credited=credited,
        adds_up=credited.revenue + report.unattributed.revenue == report.total.revenue
        and credited.conversions + report.unattributed.conversions == report.total.conversions,
    )


def draw_lines(rows: Sequence[CreditRow], total: Decimal, palette: Palette) -> list[Line]:
    """Rows in the order they come, on a scale of their own."""
    longest = _longest([row.revenue for row in rows])
    return [_draw_line(row, longest, total, palette) for row in rows]


def _longest(values: Sequence[Decimal]) -> Decimal:
    return max((value for value in values), default=Decimal(0))


def _draw_line(
    row: CreditRow, longest: Decimal, total: Decimal, palette: Palette, interval: Interval | None = None
) -> Line:
    return Line(
        name=row.group,
        conversions=row.conversions,
        revenue=row.revenue,
        share=share(row.revenue, total),
        length=percent(max(row.revenue, Decimal(0)), longest),
        style=palette.style(row.channel),
        shape=palette.shape(row.channel),
        low=None if interval is None else percent(max(interval.low, Decimal(0)), longest),
        high=None if interval is None else percent(interval.high, longest),
    )
