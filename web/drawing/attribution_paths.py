"""Paths as steps in their channels' colours, distributions as bars on one scale, look-backs as a heat map."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.catalogue.look_back import LookBackReport, LookBackRow
from reports.catalogue.spans import span
from reports.catalogue.timing import Middle, TimingReport, TimingRow
from reports.catalogue.top_paths import PathRow, TopPaths
from reports.core.ratios import share
from reports.core.words import count
from reports.report import Credited
from reports.ways_out.csv_file import Cell, Table
from web.drawing.channels import Palette
from web.drawing.pipeline import TINTS
from web.drawing.scales import percent

HOUR, DAY = 3_600, 86_400
# Of a longer path only both ends are shown.
MOST_STEPS, ENDS = 10, 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; without a name it stands for those that are left out."""

    name: str
    style: str
    shape: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class PathLine:
    """One path with the length of its bar."""

    row: PathRow
    steps: Sequence[Step]
    length: str
    each: Decimal | None


@dataclass(frozen=True, slots=True)
class BucketLine:
    """One bucket: what it is called, its bar, and whether the median or nine of ten fall into it."""

    row: TimingRow
    title: str
    length: str
    has_median: bool
    has_nine: bool


@dataclass(frozen=True, slots=True)
class LookBackLine:
    """One channel: under each look-back its credit, its share, and the tint of that; then how it changes."""

    row: LookBackRow
    style: str
    shape: str
    cells: Sequence[tuple[Credited, Decimal | None, int]]
    change: tuple[Decimal, Decimal]


def draw_paths(report: TopPaths, rows: Sequence[PathRow], palette: Palette) -> list[PathLine]:
    """Some of the rows, with bars on the scale of the most common path of all."""
    longest = max((row.credited.conversions for row in report.rows), default=Decimal(0))
    return [
        PathLine(
            row,
            _steps(row.path, palette),
            percent(row.credited.conversions, longest),
            share(row.credited.revenue, row.credited.conversions),
        )
        for row in rows
    ]


def _steps(path: Sequence[str], palette: Palette) -> list[Step]:
    steps = [Step(name, palette.style(name), palette.shape(name)) for name in path]
    if len(steps) <= MOST_STEPS:
        return steps
    return [*steps[:ENDS], Step("", "", "", len(steps) - 2 * ENDS), *steps[-ENDS:]]


def draw_times(report: TimingReport) -> list[BucketLine]:
    """How long conversions take."""
    return _draw_buckets(report.times, report.time, [_name_time(row) for row in report.times])


def draw_lengths(report: TimingReport) -> list[BucketLine]:
    """Over how many touches."""
    return _draw_buckets(report.lengths, report.length, [_name_length(row) for row in report.lengths])


def _draw_buckets(rows: Sequence[TimingRow], middle: Middle, titles: Sequence[str]) -> list[BucketLine]:
    longest = max((row.credited.conversions for row in rows), default=Decimal(0))
    return [
        BucketLine(
            row,
            title,
            percent(row.credited.conversions, longest),
            _holds(row, middle.median),
            _holds(row, middle.nine_of_ten),
        )
        for row, title in zip(rows, titles, strict=True)
    ]


def _holds(row: TimingRow, figure: float | None) -> bool:
    return figure is not None and row.low <= figure and (row.high is None or figure < row.high)


def _name_time(row: TimingRow) -> str:
    if row.low == 0:
        return _("Under an hour")
    if row.low == HOUR:
        return _("1 to 24 hours")
    first = row.low // DAY
    if row.high is None:
        return _("%(n)s days and more") % {"n": first}
    last = row.high // DAY - 1
    if first == last:
        return ngettext("%(n)s day", "%(n)s days", first) % {"n": first}
    return _("%(first)s to %(last)s days") % {"first": first, "last": last}


def _name_length(row: TimingRow) -> str:
    if row.high is None:
        return _("%(n)s touches and more") % {"n": row.low}
    last = row.high - 1
    if row.low == last:
        return ngettext("%(n)s touch", "%(n)s touches", row.low) % {"n": row.low}
    return _("%(first)s to %(last)s touches") % {"first": row.low, "last": last}


def write_time(seconds: float | None) -> str:
    """2 days; a dash of nothing."""
    return "–" if seconds is None else span(seconds)


def write_touches(touches: float | None, language: str) -> str:
    """2.5; a dash of nothing."""
    return "–" if touches is None else count(Decimal(repr(touches)), language)


def draw_look_backs(report: LookBackReport, palette: Palette) -> list[LookBackLine]:
    """Tints of each column on one scale; the change runs from the shortest look-back of a week on to the longest."""
    whole = _measure(report.total, report)
    hottest = max((_measure(one, report) for row in report.rows for one in row.credits), default=Decimal(0))
    week = next((place for place, days in enumerate(report.lookbacks) if days >= 7), 0)
    return [
        LookBackLine(
            row,
            palette.style(row.channel),
            palette.shape(row.channel),
            [(one, share(_measure(one, report), whole), _tint(_measure(one, report), hottest)) for one in row.credits],
            (_measure(row.credits[-1], report), _measure(row.credits[week], report)),
        )
        for row in report.rows
    ]


def _tint(value: Decimal, hottest: Decimal) -> int:
    return 0 if hottest <= 0 or value <= 0 else round(TINTS * value / hottest)


def _measure(credited: Credited, report: LookBackReport) -> Decimal:
    return credited.revenue if report.by_revenue else credited.conversions


def table_of_paths(report: TopPaths) -> Table:
    """One row a path, then the others, what is unattributed and the total."""
    currency = {"currency": report.currency}
    heads = [
        _("Path"),
        _("Steps"),
        _("Conversions"),
        _("Share"),
        _("Revenue (%(currency)s)") % currency,
        _("Conversions before"),
        _("Revenue before (%(currency)s)") % currency,
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            " → ".join(row.path),
            len(row.path),
            row.credited.conversions,
            row.share,
            row.credited.revenue,
            row.before.conversions,
            row.before.revenue,
        )
        for row in report.rows
    ]
    for name, rest in ((_("Other paths"), report.others), (_("Unattributed"), report.unattributed)):
        rows.append((name, None, rest.conversions, None, rest.revenue, None, None))
    total, before = report.total, report.total_before
    rows.append((_("Total"), None, total.conversions, None, total.revenue, before.conversions, before.revenue))
    return Table(heads, rows)


def table_of_buckets(lines: Sequence[BucketLine], report: TimingReport) -> Table:
    """One row a bucket, then what is unattributed and the total."""
    heads = [
        _("From the first touch") if lines and lines[0].row in report.times else _("Touches"),
        _("Conversions"),
        _("Share"),
        _("Up to here"),
        _("Revenue (%(currency)s)") % {"currency": report.currency},
        _("Conversions before"),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            line.title,
            line.row.credited.conversions,
            line.row.share,
            line.row.up_to_here,
            line.row.credited.revenue,
            line.row.before,
        )
        for line in lines
    ]
    for name, rest in ((_("Unattributed"), report.unattributed), (_("Total"), report.total)):
        rows.append((name, rest.conversions, None, None, rest.revenue, None))
    return Table(heads, rows)


def table_of_look_backs(report: LookBackReport) -> Table:
    """One row a channel with revenue and conversions under each look-back, then what is unattributed and the total."""
    heads = [_("Channel")]
    for days in report.lookbacks:
        named = {"days": days, "currency": report.currency}
        heads += [
            ngettext("%(days)s day, revenue (%(currency)s)", "%(days)s days, revenue (%(currency)s)", days) % named,
            ngettext("%(days)s day, conversions", "%(days)s days, conversions", days) % named,
        ]
    listed = [(row.channel, row.credits) for row in report.rows]
    listed += [(_("Unattributed"), report.unattributed), (_("Total"), [report.total] * len(report.lookbacks))]
    return Table(
        heads,
        [(name, *(cell for one in credits for cell in (one.revenue, one.conversions))) for name, credits in listed],
    )
