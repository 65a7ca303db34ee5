"""What a journey's page shows: the line, the table of touches × models, and the same as one list for a phone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from reports.catalogue.journey_report import JourneyModel, JourneyReport, JourneyTouch, Moment
from reports.core.rounding import round_together
from web.drawing.channels import Palette
from web.drawing.journey_line import draw_line
from web.drawing.scales import percent
from web.workspaces import zone_of

EVIDENCE = {
    "click_id": lambda: _("Click id"),
    "tags": lambda: _("Tags"),
    "both": lambda: _("Click id + tags"),
    "referrer": lambda: _("Referrer"),
    "none": lambda: _("No evidence"),
}
# The tint of a cell in twentieths of the conversion.
TINTS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """What one touch earns under one model, rounded so that the column adds up; None under a model that is solved."""

    value: Decimal | None
    share: Decimal | None
    tint: str
    chosen: bool
    solved: bool = False
    exact: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Column:
    model: JourneyModel
    title: str
    chosen: bool
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """A touch, or a moment, in its place; `length` is the bar of the chosen model on a phone."""

    at: datetime
    before: str
    touch: JourneyTouch | None = None
    moment: Moment | None = None
    style: str = ""
    shape: str = ""
    evidence: str = ""
    cells: Sequence[Cell] = field(default_factory=list)
    chosen: Cell | None = None
    length: str = "0%"


def draw_journey(report: JourneyReport, workspace: Workspace) -> dict[str, Any]:
    """The report with its drawings, under the names that the templates know."""
    palette = Palette(workspace.channel_rules)
    columns = draw_columns(report)
    return {
        "report": report,
        "columns": columns,
        "chosen_column": next((column for column in columns if column.chosen), None),
        "rows": draw_rows(report, columns, palette),
        "line": draw_line(report, palette, zone_of(workspace)),
        "currency": report.currency,
    }


def draw_columns(report: JourneyReport) -> list[Column]:
    """One a model; both orders of Markov share one, for neither tells of a single conversion."""
    total = report.conversion.value if report.conversion else None
    shown = [model for model in report.models if model.name != "markov_2"]
    return [_make_column(model, report.model, total) for model in shown]


def _make_column(model: JourneyModel, chosen: str, total: Decimal | None) -> Column:
    title = "Markov" if model.solved else model.title
    is_chosen = chosen.startswith("markov") if model.solved else chosen == model.name
    return Column(model, title, is_chosen, total)


def draw_rows(report: JourneyReport, columns: Sequence[Column], palette: Palette) -> list[Row]:
    """Touches and moments in the order of time; what has no conversion to lead to has no cells."""
    cells = draw_cells(report, columns)
    rows = []
    for place, touch in enumerate(report.touches):
        mine = cells.get(place, [])
        chosen = next((cell for cell in mine if cell.chosen), None)
        share = chosen.share if chosen and chosen.share is not None else Decimal(0)
        rows.append(
            Row(
                at=touch.at,
                before=_write_before(report, touch.at),
                touch=touch,
                style=palette.style(touch.channel),
                shape=palette.shape(touch.channel),
                evidence=EVIDENCE[touch.evidence](),
                cells=mine,
                chosen=chosen,
                length=percent(share, 1),
            )
        )
    rows += [Row(moment.at, _write_before(report, moment.at), moment=moment) for moment in report.moments]
    return sorted(rows, key=lambda row: row.at)


def draw_cells(report: JourneyReport, columns: Sequence[Column]) -> dict[int, list[Cell]]:
    """By the place of each touch that counts: its cells, every column rounded so that it adds up."""
    counting = [place for place, touch in enumerate(report.touches) if touch.counts]
    digits = get_currency_precision(report.currency)
    by_place: dict[int, list[Cell]] = {place: [] for place in counting}
    for column in columns:
        for place, cell in zip(counting, _draw_column(report, column, counting, digits), strict=True):
            by_place[place].append(cell)
    return by_place


def _draw_column(report: JourneyReport, column: Column, counting: Sequence[int], digits: int) -> list[Cell]:
    if column.model.solved:
        return [Cell(None, None, "", column.chosen, solved=True) for _place in counting]
    shares = [report.touches[place].shares[column.model.name] for place in counting]
    percents = round_together([share.credit for share in shares], 3)
    exact = [share.value for share in shares]
    known = [value for value in exact if value is not None]
    rounded: Sequence[Decimal | None] = round_together(known, digits) if len(known) == len(exact) else exact
    return [
        Cell(value, part, _tint(share.credit), column.chosen, exact=share.value)
        for value, part, share in zip(rounded, percents, shares, strict=True)
    ]


def _tint(part: Decimal) -> str:
    return f"tint-{max(1, round(part * TINTS))}" if part > 0 else ""


def _write_before(report: JourneyReport, at: datetime) -> str:
    """26 days before, 17 minutes before; after the conversion the same with "after"."""
    if report.conversion is None:
        return ""
    apart = report.conversion.at - at
    length = write_length(abs(apart))
    return (
        _("%(length)s before") % {"length": length}
        if apart >= timedelta(0)
        else _("%(length)s after") % {"length": length}
    )


def write_length(length: timedelta) -> str:
    """26 days, 17 hours, 5 minutes."""
    seconds = int(length.total_seconds())
    if seconds >= 48 * 3600:
        return ngettext("%(n)d day", "%(n)d days", seconds // 86400) % {"n": seconds // 86400}
    if seconds >= 3600:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    if seconds >= 60:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
