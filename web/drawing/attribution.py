"""All models side by side on one scale: a band, a dot for each model, a whisker, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reports.core.intervals import Interval
from reports.core.verdicts import Verdict
from reports.credit_reports import ComparedRow, ComparisonReport, OverTimeReport
from reports.report import Credited
from web.drawing.channels import Palette
from web.drawing.scales import percent, round_steps
from web.drawing.trend import Tick

MOST_MULTIPLES = 10
# A budget far beyond what anything earned would press all bands against the zero; it is cut off and its figure tells.
MOST_OVER = 2
# The last mark keeps a little distance from the end.
ROOM = Decimal("1.03")


@dataclass(frozen=True, slots=True)
class RangeLine:
    """One row: where its marks stand on the scale, in per cent; `cost` is None without one."""

    row: ComparedRow
    style: str
    shape: str
    low: str
    width: str
    others: list[str]
    chosen: str
    value: Decimal
    interval: Interval | None
    whisker: tuple[str, str] | None
    cost: str | None
    cost_cut: bool
    before: Decimal


@dataclass(frozen=True, slots=True)
class Ranges:
    lines: list[RangeLine]
    ticks: list[Tick]
    credited: Decimal
    unattributed: Decimal
    total: Decimal
    # Neighbours that the chosen model cannot tell apart.
    close: list[tuple[str, str]]
    gated: bool
    # Verdicts are withheld while days are still filling.
    early: bool


@dataclass(frozen=True, slots=True)
class Multiple:
    """One small chart: what it is about; the script draws it from the report's JSON by its number."""

    index: int
    group: str | None
    style: str
    shape: str
    total: Decimal
    before: Decimal


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One row of the table beside the small charts."""

    start: object
    end: object
    complete: bool
    values: list[tuple[Decimal, Decimal]]
    unattributed: Decimal
    total: Decimal


def draw_ranges(report: ComparisonReport, palette: Palette) -> Ranges:
    """Every row of the comparison on one scale."""
    longest = max((_longest(row, report) for row in report.rows), default=Decimal(0))
    highest = max((row.cost or Decimal(0) for row in report.rows), default=Decimal(0))
    top = ROOM * max(longest, min(highest, MOST_OVER * longest)) or Decimal(1)
    unattributed, total = _measured(report.unattributed, report), _measured(report.total, report)
    return Ranges(
        lines=[_draw_line(row, report, top, palette) for row in report.rows],
        ticks=[Tick(step, percent(step, top)) for step in round_steps(top) if step <= top],
        credited=total - unattributed,
        unattributed=unattributed,
        total=total,
        close=[
            (row.group or "", after.group or "")
            for row, after in pairwise(report.rows)
            if row.too_close_to_next and row.group and after.group
        ],
        gated=any(row.gate for row in report.rows),
        early=any(row.verdict is Verdict.TOO_EARLY for row in report.rows),
    )


def _measured(credited: Credited, report: ComparisonReport | OverTimeReport) -> Decimal:
    return credited.revenue if report.measure == "revenue" else credited.conversions


def _interval_of(row: ComparedRow, report: ComparisonReport) -> Interval | None:
    return row.revenue_interval if report.measure == "revenue" else row.conversions_interval


def _longest(row: ComparedRow, report: ComparisonReport) -> Decimal:
    interval = _interval_of(row, report)
    return max(row.high, interval.high if interval else row.high)


def _draw_line(row: ComparedRow, report: ComparisonReport, top: Decimal, palette: Palette) -> RangeLine:
    interval, value = _interval_of(row, report), row.measured(report.model, report.measure)
    cost = row.cost if report.measure == "revenue" and row.cost else None
    others = {row.measured(model.name, report.measure) for model in report.models} - {value}
    return RangeLine(
        row=row,
        style=palette.style(row.channel),
        shape=palette.shape(row.channel),
        low=_place(row.low, top),
        width=percent(max(row.high, Decimal(0)) - max(row.low, Decimal(0)), top),
        others=[_place(other, top) for other in sorted(others)],
        chosen=_place(value, top),
        value=value,
        interval=interval,
        whisker=None if interval is None else (_place(interval.low, top), _place(interval.high, top)),
        cost=None if cost is None else _place(min(cost, top), top),
        cost_cut=cost is not None and cost > top,
        before=_measured(row.before, report),
    )


def _place(amount: Decimal, top: Decimal) -> str:
    """Refunds can take a sum below zero; it stands at zero then, and its figure tells."""
    return percent(max(amount, Decimal(0)), top)


def draw_multiples(report: OverTimeReport, palette: Palette) -> list[Multiple]:
    """The groups that earned most, each with a chart of its own."""
    return [
        Multiple(
            index=i,
            group=series.group,
            style=palette.style(series.channel),
            shape=palette.shape(series.channel),
            total=_measured(series.total, report),
            before=_measured(series.before, report),
        )
        for i, series in enumerate(report.series[:MOST_MULTIPLES])
    ]


def draw_slots(report: OverTimeReport) -> list[SlotRow]:
    """Each slot with what every group earned in it, and in the same slot of the period before."""
    return [
        SlotRow(
            start=slot.start,
            end=slot.end,
            complete=slot.complete and not slot.is_filling,
            values=[
                (_measured(series.slots[i], report), _measured(series.slots_before[i], report))
                for series in report.series
            ],
            unattributed=_measured(report.unattributed[i], report),
            total=_measured(report.totals[i], report),
        )
        for i, slot in enumerate(report.slots)
    ]


def first_unfinished(rows: Sequence[SlotRow]) -> SlotRow | None:
    """The first slot that is not over."""
    return next((row for row in rows if not row.complete), None)
