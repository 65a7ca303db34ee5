"""The bars of a total by day, with the same day of the period before as a mark across each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.report import DayFigure
from web.drawing.scales import percent, round_steps

MOST_LABELS = 8
BAR_WIDTH, MARK_WIDTH = 0.66, 0.94
# So much of the plot, left of what it speaks of, a sentence needs.
ROOM_FOR_WORDS = 0.6


@dataclass(frozen=True, slots=True)
class Bar:
    """Where one day's bar and its mark stand, as percentages of the plot; `mark` is None without comparison.

    Above the bar of a day that is still filling stands what it is expected to come to; None where nothing is.
    """

    figure: DayFigure
    left: str
    width: str
    top: str
    height: str
    mark_left: str
    mark_right: str
    mark: str | None
    slot_left: str
    slot_width: str
    unfinished: bool
    expected_top: str | None = None
    expected_height: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A day under the axis; a fine one is left out where there is little room."""

    day: date
    at: str
    fine: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """An amount beside the axis and how high it stands."""

    value: Decimal
    top: str


@dataclass(frozen=True, slots=True)
class Trend:
    bars: list[Bar]
    ticks: list[Tick]
    labels: list[Label]
    compared: bool
    # Where the days that are still filling begin, if they go on to the end, and whether words fit beside them.
    filling_from: str | None = None
    has_room: bool = False
    # Whether the table has columns for shares and for what is expected.
    tells_shares: bool = False

    @property
    def last(self) -> Bar:
        return self.bars[-1]


def draw_trend(days: Sequence[DayFigure], *, compared: bool, today: date) -> Trend:
    """The whole picture; refunds can take a day below zero, and such a day is drawn as nothing."""
    # Before the first conversion ever, marks along the ground would look like zeros that somebody counted.
    compared = compared and any(day.conversions_before for day in days)
    highest = max((_highest(day, compared) for day in days), default=Decimal(0))
    steps = round_steps(highest)
    bars = [_draw_bar(day, i, len(days), steps[-1], compared, today) for i, day in enumerate(days)]
    ticks = [Tick(step, percent(steps[-1] - step, steps[-1])) for step in reversed(steps)]
    first = next((i for i, bar in enumerate(bars) if all(later.unfinished for later in bars[i:])), None)
    return Trend(
        bars,
        ticks,
        _place_labels(days),
        compared,
        filling_from=None if first is None else bars[first].slot_left,
        has_room=first is not None and first >= ROOM_FOR_WORDS * len(bars),
        tells_shares=any(bar.unfinished and day.filling.complete_share for bar, day in zip(bars, days, strict=True)),
    )


def _highest(day: DayFigure, compared: bool) -> Decimal:
    highest = max(day.revenue, day.revenue_before) if compared else day.revenue
    return max(highest, day.filling.expected.revenue) if day.filling.expected else highest


def _draw_bar(figure: DayFigure, i: int, n: int, top: Decimal, compared: bool, today: date) -> Bar:
    middle = i + 0.5
    value = max(figure.revenue, Decimal(0))
    before = max(figure.revenue_before, Decimal(0))
    expected = figure.filling.expected.revenue if figure.filling.expected else value
    return Bar(
        figure=figure,
        left=percent(middle - BAR_WIDTH / 2, n),
        width=percent(BAR_WIDTH, n),
        top=percent(top - value, top),
        height=percent(value, top),
        mark_left=percent(middle - MARK_WIDTH / 2, n),
        mark_right=percent(middle + MARK_WIDTH / 2, n),
        mark=percent(top - before, top) if compared else None,
        slot_left=percent(i, n),
        slot_width=percent(1, n),
        unfinished=figure.filling.is_filling or figure.day >= today,
        expected_top=percent(top - expected, top) if expected > value else None,
        expected_height=percent(expected - value, top) if expected > value else None,
    )


def _place_labels(days: Sequence[DayFigure]) -> list[Label]:
    step = -(-len(days) // MOST_LABELS)
    shown = list(range(0, len(days), step or 1))
    coarse = max(1, -(-len(shown) // 3))
    return [Label(days[i].day, percent(i + 0.5, len(days)), n % coarse != 0) for n, i in enumerate(shown)]
