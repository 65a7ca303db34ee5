"""A measure of each channel over weeks or months: cells as text, and a thin line that shows where it goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common.periods import Period
from reports.catalogue.returns_over_time import Cell, OverTimeReport
from reports.report import Credited, StillFilling
from reports.ways_out.csv_file import Cell as FileCell
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.templatetags import figures

WIDTH, HEIGHT, ROOM = 96.0, 24.0, 3.0
Value = Decimal | float | None


@dataclass(frozen=True, slots=True)
class Spark:
    """Lines through the values that are known, each a run without a gap, and a dot on the last of them."""

    lines: list[str]
    dots: list[tuple[str, str]]
    last: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Head:
    """A week or month; unfinished while days of it are still to come, or conversions of them are."""

    title: str
    whole: str
    unfinished: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """A week or month that is still filling: which share of its conversions is here, and what is expected in all."""

    title: str
    share: float
    expected: Credited | None


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's row."""

    name: str
    style: str
    shape: str
    cells: list[str]
    spark: Spark
    known: bool


@dataclass(frozen=True, slots=True)
class DrawnOverTime:
    """The table; `total` is its last row, `hidden` how many channels have no figure at all."""

    heads: list[Head]
    lines: list[Line]
    total: Line
    hidden: list[str]
    filling: list[Filling]
    by_revenue: bool


def draw_over_time(report: OverTimeReport, measure: str, palette: Palette, *, today: date) -> DrawnOverTime:
    """Rows with at least one figure, those that earned most first; the others by name only."""
    write = writers_of(report.currency)[measure]
    lines = [_draw(name, cells, measure, write, palette) for name, cells in report.rows.items()]
    return DrawnOverTime(
        heads=[_head(report, place, today) for place in range(len(report.parts))],
        lines=[line for line in lines if line.known],
        total=_draw("", report.total, measure, write, palette),
        hidden=[line.name for line in lines if not line.known],
        filling=_list_filling(report),
        by_revenue=any(cell.revenue > 0 for cell in report.total),
    )


def _list_filling(report: OverTimeReport) -> list[Filling]:
    """Those of which it is known how far they are, oldest first."""
    return [
        Filling(_title(report, part), still.complete_share, still.expected)
        for part, still in zip(report.parts, report.filling, strict=True)
        if still.filling and still.complete_share is not None
    ]


def draw_spark(values: Sequence[Value]) -> Spark:
    """From the least to the greatest value on 24 pixels of height; a value that is not known is a gap."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return Spark([], [], None)
    least, span = min(known), (max(known) - min(known)) or 1.0
    step = (WIDTH - 2 * ROOM) / max(len(values) - 1, 1)

    def place(at: int, value: Decimal | float) -> tuple[str, str]:
        up = (float(value) - least) / span
        return f"{ROOM + at * step:.1f}", f"{HEIGHT - ROOM - up * (HEIGHT - 2 * ROOM):.1f}"

    runs: list[list[tuple[str, str]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(at, value))
    kept = [run for run in runs if run]
    lines = [" ".join(f"{x},{y}" for x, y in run) for run in kept if len(run) > 1]
    return Spark(lines, [run[0] for run in kept if len(run) == 1], kept[-1][-1])


def table_of_over_time(report: OverTimeReport) -> Table:
    """One row for each channel and week or month, with every measure."""
    currency = {"currency": report.currency}
    heads = [
        _("Channel"),
        _("From"),
        _("To"),
        _("Cost (%(currency)s)") % currency,
        _("Conversions"),
        _("Revenue (%(currency)s)") % currency,
        _("Sessions"),
        _("Conversion rate"),
        _("CPA (%(currency)s)") % currency,
        _("ROI"),
        _("ROAS"),
        _("Customers"),
        _("CLV (%(currency)s)") % currency,
        _("Here so far"),
        _("Expected conversions"),
        _("Expected revenue (%(currency)s)") % currency,
    ]
    rows = [
        _row(report, name, at, cell) + (None,) * 3
        for name, cells in report.rows.items()
        for at, cell in enumerate(cells)
    ]
    whole = [
        _row(report, _("All channels"), at, cell) + _expected(report.filling[at])
        for at, cell in enumerate(report.total)
    ]
    return Table(heads, rows + whole)


def _expected(still: StillFilling) -> tuple[FileCell, ...]:
    expected = still.expected
    return (still.complete_share, *((expected.conversions, expected.revenue) if expected else (None, None)))


def _row(report: OverTimeReport, name: str, place: int, cell: Cell) -> tuple[FileCell, ...]:
    part, ratios = report.parts[place], cell.returns
    sums = (name, part.start, part.end, cell.cost, cell.conversions, cell.revenue, cell.sessions)
    return (*sums, ratios.conversion_rate, ratios.cpa, ratios.roi, ratios.roas, cell.customers, cell.clv)


def _draw(name: str, cells: list[Cell], measure: str, write: Callable[[Value], str], palette: Palette) -> Line:
    values = [cell.measure(measure) for cell in cells]
    known = any(value is not None for value in values)
    channel = name or None
    written = [write(value) for value in values]
    return Line(name, palette.style(channel), palette.shape(channel), written, draw_spark(values), known)


def _head(report: OverTimeReport, place: int, today: date) -> Head:
    part = report.parts[place]
    return Head(_title(report, part), figures.period(part), part.end >= today or bool(report.filling[place].filling))


def _title(report: OverTimeReport, part: Period) -> str:
    return figures.month(part.start) if report.params.step == "month" else figures.day(part.start)


def writers_of(currency: str) -> Mapping[str, Callable[[Value], str]]:
    """How each measure is written."""

    def money(value: Value) -> str:
        return figures.money(None if value is None else Decimal(value), currency)

    return {
        "conversion_rate": figures.share,
        "cpa": money,
        "clv": money,
        "roi": figures.percent,
        "roas": figures.ratio,
    }
