"""The bars of returns: from 0 to the right what came back, to the left what was lost; and where dashes stand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports.catalogue.returns import undefined_of
from reports.catalogue.returns_claims import Claim
from reports.catalogue.returns_page import ReturnsPage
from reports.report import Credited, ReturnsReport, ReturnsRow
from web.drawing.channels import Palette
from web.drawing.scales import percent

# The scale of the bars: everything lost, up to four times as much back.
LEAST, MOST = -1.0, 3.0
ZERO = percent(-LEAST, MOST - LEAST)
TICKS = [(mark, percent(mark - LEAST, MOST - LEAST)) for mark in (0, 1, 2, 3)]
REASONS: Mapping[str, object] = {
    "no_spend": _("No spend is known; dividing by nothing has no answer."),
    "cost_unknown": _("The cost of this row alone is not known."),
    "no_conversions": _("No conversion is credited."),
    "no_sessions": _("No session is known."),
    "no_touch": _("No touch lies inside the look-back."),
    "only_cost": _("Paid for something that this grouping does not name."),
}
COLUMNS = ("cost", "conversion_rate", "cpa", "roi", "roas")


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where, as percentages; ends that lie off the scale have no stroke across."""

    left: str
    right: str
    width: str
    ends: tuple[bool, bool] = (True, True)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar stands, as percentages; a cut one runs off the scale.

    With an interval it is solid up to the end that lies nearer to 0 and pale from there, and has a whisker.
    """

    left: str
    width: str
    loss: bool
    cut: bool
    solid: Span | None = None
    whisker: Span | None = None


@dataclass(frozen=True, slots=True)
class ReturnsLine:
    """One row of the table; `letters` has the note of each figure that is not there."""

    row: ReturnsRow
    style: str
    shape: str
    bar: Bar | None
    letters: Mapping[str, str]
    pays: bool


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One row of what platforms claim, in the look of its channel."""

    claim: Claim
    style: str
    shape: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The table: rows with a cost, their sum, the other rows, and the reasons that its letters stand for."""

    paid: list[ReturnsLine]
    others: list[ReturnsLine]
    unattributed: Credited
    no_touch: str
    unassigned: Decimal | None
    only_cost: str
    reasons: list[tuple[str, object]]
    adds_up: bool
    agrees: bool
    claims: list[ClaimLine]


class Letters:
    """Gives each reason a letter when it first comes up."""

    def __init__(self) -> None:
        self._order: list[str] = []

    def of(self, reason: str) -> str:
        if reason not in self._order:
            self._order.append(reason)
        return chr(ord("a") + self._order.index(reason))

    def explained(self) -> list[tuple[str, object]]:
        """Each letter with its sentence."""
        return [(chr(ord("a") + place), REASONS[reason]) for place, reason in enumerate(self._order)]


def draw_returns(page: ReturnsPage, palette: Palette) -> Drawn:
    """Rows with a cost by their return, the best first; then the others by what they earned."""
    report, letters = page.returns, Letters()
    draw = _drawer(letters, palette)
    paid = sorted((row for row in report.rows if row.cost), key=lambda row: -(row.roi or 0))
    unknown = [row for row in report.rows if row.cost is None]
    others = [row for row in report.rows if row.cost is not None and not row.cost]
    unattributed = report.attribution.unattributed
    lines = [draw(row) for row in paid], [draw(row) for row in (*unknown, *others)]
    return Drawn(
        paid=lines[0],
        others=lines[1],
        unattributed=unattributed,
        no_touch=letters.of("no_touch") if unattributed.conversions else "",
        unassigned=report.unassigned_cost if report.unassigned_cost != 0 else Decimal(0),
        only_cost=letters.of("only_cost") if report.unassigned_cost != 0 else "",
        reasons=letters.explained(),
        adds_up=adds_up(report),
        agrees=page.ledger == Credited(report.total.conversions, report.total.revenue),
        claims=[
            ClaimLine(
                one, palette.style(one.row.channel or one.row.group), palette.shape(one.row.channel or one.row.group)
            )
            for one in page.claims
        ],
    )


def adds_up(report: ReturnsReport) -> bool:
    """Whether the rows and what stands beside them make the total, to the last digit."""
    rest = report.attribution.unattributed
    earned = _sum(row.revenue for row in report.rows) + rest.revenue == report.total.revenue
    reached = _sum(row.conversions for row in report.rows) + rest.conversions == report.total.conversions
    costs = [*(row.cost for row in report.rows), report.unassigned_cost]
    known = [cost for cost in costs if cost is not None]
    paid = len(known) < len(costs) or report.total.cost is None or sum(known, Decimal(0)) == report.total.cost
    return earned and reached and paid


def draw_bar(roi: float | None, low: float | None = None, high: float | None = None) -> Bar | None:
    """A bar of 50 % is an eighth of the scale, right of 0; one of −100 % is all that lies left of it."""
    if roi is None:
        return None
    end = _within(roi)
    left, whole = min(end, 0.0), MOST - LEAST
    bar = Bar(percent(left - LEAST, whole), percent(abs(end), whole), loss=roi < 0, cut=roi > MOST or roi < LEAST)
    if low is None or high is None:
        return bar
    sure = max(low, 0.0) if roi >= 0 else min(high, 0.0)
    # A whisker that lies wholly off the scale would be a stroke at its end.
    whisker = _span(low, high) if low < MOST else None
    return replace(bar, solid=_span(0.0, sure), whisker=whisker)


def _within(roi: float) -> float:
    return min(max(roi, LEAST), MOST)


def _span(one: float, other: float) -> Span:
    low, high = sorted((one, other))
    whole, ends = MOST - LEAST, (low >= LEAST, high <= MOST)
    left, right = _within(low), _within(high)
    return Span(percent(left - LEAST, whole), percent(right - LEAST, whole), percent(right - left, whole), ends)


def _drawer(letters: Letters, palette: Palette) -> Callable[[ReturnsRow], ReturnsLine]:
    def draw(row: ReturnsRow) -> ReturnsLine:
        why: dict[str, str] = {str(column): reason for column, reason in undefined_of(row).items()}
        if row.cost is not None and row.cost <= 0:
            # Nothing known to be paid is not the same as free.
            why |= {"cost": "no_spend", "cpa": "no_spend"}
        elif row.cost is None:
            why["cost"] = "cost_unknown"
        return ReturnsLine(
            row=row,
            style=palette.style(row.channel),
            shape=palette.shape(row.channel),
            bar=draw_bar(row.roi, row.roi_low, row.roi_high),
            letters={column: letters.of(why[column]) for column in COLUMNS if column in why},
            pays=bool(row.cost),
        )

    return draw


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))
