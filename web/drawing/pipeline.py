"""Stages as bars with the ground between them narrowing, and the heat of channels along them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.catalogue.pipeline_heat import CampaignRow, CampaignsReport, HeatCell, HeatReport, HeatRow
from reports.core.profiles import Profile
from reports.report import FunnelReport
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.drawing.scales import percent

# The longest bar leaves room for its figure.
LONGEST = 0.84
# Tints of a cell, from none to the strongest.
TINTS = 10
PROFILES: Mapping[Profile, object] = {
    "creates": gettext_lazy("Brings people in"),
    "creates_only": gettext_lazy("Brings people in, rarely closes"),
    "moves": gettext_lazy("Moves people on"),
    "closes": gettext_lazy("Closes"),
    "even": gettext_lazy("Even"),
    "little": gettext_lazy("Little anywhere"),
    "few": gettext_lazy("Too few to tell"),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """A step and who came so far."""

    name: str
    event: str
    count: int
    median_seconds: float | None
    still_open: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage or step: its bar, and of how it is reached from the one before what is known."""

    place: int
    name: str
    event: str
    count: int
    width: str
    share: float | None
    stopped: int | None
    still_open: int | None
    median_seconds: float | None
    ground: str
    bottleneck: bool
    of_all: float | None


@dataclass(frozen=True, slots=True)
class HeatLine:
    """One channel's row: each cell with its tint from 0 to TINTS."""

    row: HeatRow
    style: str
    shape: str
    cells: list[tuple[HeatCell, int]]
    profile: object


@dataclass(frozen=True, slots=True)
class Heat:
    """The map; `hottest` is the share that has the strongest tint."""

    lines: list[HeatLine]
    nobody: HeatLine | None
    hottest: Decimal


@dataclass(frozen=True, slots=True)
class AddedLine:
    """One campaign's row in its channel's look."""

    row: CampaignRow
    style: str
    shape: str


def draw_added(rows: Sequence[CampaignRow], palette: Palette) -> list[AddedLine]:
    """Campaigns wear their channel's colour."""
    return [AddedLine(row, palette.style(row.channel), palette.shape(row.channel)) for row in rows]


def draw_bars(report: FunnelReport) -> list[Bar]:
    """One bar for each stage; the ground above it leads from the bar before."""
    found = zip(report.steps, report.figures, strict=True)
    return draw_steps(
        [
            Reached(step.name or step.event, step.event, one.count, one.median_seconds, one.still_open)
            for step, one in found
        ]
    )


def draw_steps(steps: Sequence[Reached]) -> list[Bar]:
    """One bar for each step of a pipeline or a funnel."""
    return [_draw_bar(steps, place) for place in range(len(steps))]


def draw_heat(heat: HeatReport, palette: Palette) -> Heat:
    """Tints on one scale over all cells of channels."""
    hottest = max((cell.share or Decimal(0) for row in heat.rows for cell in row.cells), default=Decimal(0))
    lines = [_draw_heat_line(row, hottest, palette) for row in heat.rows]
    nobody = (
        _draw_heat_line(heat.nobody, hottest, palette) if any(cell.credited for cell in heat.nobody.cells) else None
    )
    return Heat(lines, nobody, hottest)


def table_of_stages(report: FunnelReport) -> Table:
    """One row a stage."""
    heads = [
        _("Stage"),
        _("Event"),
        _("People"),
        _("Share that goes on"),
        _("Stopped"),
        _("Still open"),
        _("Median seconds"),
    ]
    rows = [
        (bar.name, bar.event, bar.count, bar.share, bar.stopped, bar.still_open, bar.median_seconds)
        for bar in draw_bars(report)
    ]
    return Table(heads, rows)


def table_of_heat(heat: HeatReport) -> Table:
    """One row a channel: entries credited, then shares."""
    shares = [_("%(stage)s, share") % {"stage": stage} for stage in heat.stages]
    rows = [
        (row.channel or _("No touch"), *(cell.credited for cell in row.cells), *(cell.share for cell in row.cells))
        for row in [*heat.rows, heat.nobody]
    ]
    return Table([_("Channel"), *heat.stages, *shares], [*rows, (_("All"), *heat.totals)])


def table_of_campaigns_added(report: CampaignsReport, currency: str) -> Table:
    """One row a campaign, then entries without a touch, then the total."""
    heads = [_("Campaign"), _("Channel"), _("Leads"), _("Opportunities"), _("Customers"), f"{_('Value')} ({currency})"]
    named = [*((row.campaign or _("Without a campaign"), row) for row in report.rows)]
    ends = [(_("No touch"), report.nobody), (_("Total"), report.total)]
    return Table(heads, [_campaign_cells(name, row) for name, row in [*named, *ends]])


def _campaign_cells(name: str, row: CampaignRow) -> tuple[str | Decimal | None, ...]:
    return (name, row.channel, *row.by_role.values(), row.value)


def _draw_bar(steps: Sequence[Reached], place: int) -> Bar:
    step, first = steps[place], steps[0]
    last = steps[place - 1] if place else None
    longest = max(one.count for one in steps) or 1
    left = last.count - step.count if last else None
    waiting = last.still_open if last else None
    least = min((one.count / before.count for before, one in pairwise(steps) if before.count), default=1.0)
    share = step.count / last.count if last and last.count else None
    return Bar(
        place=place + 1,
        name=step.name,
        event=step.event,
        count=step.count,
        width=percent(step.count * LONGEST, longest),
        share=share,
        stopped=None if left is None else left - (waiting or 0),
        still_open=waiting,
        median_seconds=step.median_seconds,
        ground=_draw_ground(last.count, step.count, longest) if last else "",
        bottleneck=share is not None and share == least < 1 and not _reached_before(steps, place, least),
        of_all=step.count / first.count if place and first.count else None,
    )


def _reached_before(steps: Sequence[Reached], place: int, least: float) -> bool:
    """Whether an earlier step is the bottleneck already: of equals, the first is."""
    shares = [one.count / before.count for before, one in pairwise(steps[:place]) if before.count]
    return least in shares


def _draw_ground(before: int, after: int, longest: int) -> str:
    """The corners of the ground between two bars on a field of 100 by 24."""
    wide, narrow = (f"{100 * LONGEST * count / longest:.2f}" for count in (before, after))
    return f"0,0 {wide},0 {narrow},24 0,24"


def _draw_heat_line(row: HeatRow, hottest: Decimal, palette: Palette) -> HeatLine:
    cells = [(cell, _tint(cell.share, hottest)) for cell in row.cells]
    return HeatLine(row, palette.style(row.channel), palette.shape(row.channel), cells, PROFILES[row.profile])


def _tint(part: Decimal | None, hottest: Decimal) -> int:
    return round(TINTS * part / hottest) if part and hottest else 0
