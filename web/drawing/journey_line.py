"""A journey drawn to scale: touches on a line of time, with the look-back behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.catalogue.journey_report import JourneyReport, JourneyTouch, Moment
from web.drawing.channels import Palette
from web.drawing.scales import percent

# In per cent of the width: the edges, and what two discs or two names need beside each other.
EDGE, DISC_GAP, NAME_GAP = 3.0, 2.7, 8.5
# More than that cannot be numbered side by side.
MOST_NUMBERED = 32
MOST_TICKS = 6
SHORTEST = timedelta(minutes=30)
# A look-back is drawn whole as long as the journey takes up at least a quarter of it.
LEAST_PART = 4
HOURS, DAYS = (1, 2, 3, 6, 12), (1, 2, 3, 7, 14)
MONTHS = (1, 2, 3, 6, 12, 24, 60)


@dataclass(frozen=True, slots=True)
class Dot:
    """A touch or a moment on the line; `place` is where it is drawn, in per cent."""

    at: datetime
    place: float
    kind: str
    number: int | None = None
    style: str = ""
    title: str = ""
    # Where its time lies, though the dot itself may have been moved aside.
    true_place: float = 0.0

    @property
    def true_x(self) -> str:
        return percent(self.true_place, 100)

    @property
    def x(self) -> str:
        return percent(self.place, 100)


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    at: datetime
    # "clock", "day" or "month"
    kind: str
    # At the right end words would run out of the picture.
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """Everything on the line; the band is the look-back, cut off at the left where `band_cut`."""

    dots: list[Dot]
    moments: list[Dot]
    ticks: list[Tick]
    band_x: str
    band_width: str
    band_cut: bool
    has_band: bool
    numbered: bool


def draw_line(report: JourneyReport, palette: Palette, zone: ZoneInfo) -> JourneyLine | None:
    """The journey on a line of time; None where there is no time between."""
    touches = [touch for touch in report.touches if not touch.turned_back and not touch.folded]
    conversion = report.conversion
    times = [touch.at for touch in touches] + [moment.at for moment in report.moments]
    times += [conversion.at] if conversion else []
    if len(set(times)) < 2:
        return None
    first, last = min(times), max(times)
    left = first
    if report.from_at and report.from_at < first and (last - first) * LEAST_PART >= last - report.from_at:
        left = report.from_at
    # A line shorter than half an hour begins earlier, so that whatever the journey led to stays at its end.
    scale = Scale(min(left, last - SHORTEST), last)
    dots = [_dot_of(touch, scale, palette, may_count=conversion is None) for touch in touches]
    if conversion:
        dots.append(Dot(conversion.at, scale.place(conversion.at), "goal"))
    dots.sort(key=lambda dot: (dot.at, dot.kind == "goal"))
    numbered = len(dots) <= MOST_NUMBERED
    band_start = max(left, report.from_at) if report.from_at else left
    begins = 0.0 if band_start == left and report.from_at != left else scale.place(band_start)
    ends = scale.place(conversion.at) if conversion else begins
    return JourneyLine(
        dots=nudge(dots, DISC_GAP) if numbered else dots,
        moments=nudge([_moment_of(moment, scale) for moment in report.moments][:6], NAME_GAP),
        ticks=draw_ticks(scale, zone),
        band_x=percent(begins, 100),
        band_width=percent(max(ends - begins, 0), 100),
        band_cut=bool(report.from_at and report.from_at < left),
        has_band=conversion is not None,
        numbered=numbered,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """Times to places between the edges, in per cent."""

    left: datetime
    right: datetime

    def place(self, at: datetime) -> float:
        return EDGE + (100 - 2 * EDGE) * ((at - self.left) / (self.right - self.left))


def _dot_of(touch: JourneyTouch, scale: Scale, palette: Palette, *, may_count: bool) -> Dot:
    kind = "touch" if touch.counts or may_count else "left-out"
    return Dot(touch.at, scale.place(touch.at), kind, touch.number, palette.style(touch.channel), touch.channel or "")


def _moment_of(moment: Moment, scale: Scale) -> Dot:
    place = scale.place(moment.at)
    return Dot(moment.at, place, moment.kind, title=moment.title, true_place=place)


def nudge(dots: Sequence[Dot], gap: float) -> list[Dot]:
    """The dots, moved apart just so far that each can be read; the order stays."""
    places = [dot.place for dot in dots]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    limit = 100 - EDGE
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    return [replace(dot, place=place) for dot, place in zip(dots, places, strict=True)]


def draw_ticks(scale: Scale, zone: ZoneInfo) -> list[Tick]:
    """At most six round times: hours, days or months, whichever fits the length."""
    for times, kind in _round_times(scale, zone):
        if len(times) <= MOST_TICKS:
            return [_tick(at, kind, scale) for at in times]
    return []


def _tick(at: datetime, kind: str, scale: Scale) -> Tick:
    place = scale.place(at)
    return Tick(percent(place, 100), at, kind, "end" if place > 95 else "start" if place < 5 else "middle")


def _round_times(scale: Scale, zone: ZoneInfo):
    for hours in HOURS:
        yield _steps_of_hours(scale, zone, hours), "clock"
    for days in DAYS:
        yield _steps_of_days(scale, zone, days), "day"
    for months in MONTHS:
        yield _steps_of_months(scale, zone, months), "day" if months < 12 else "month"


def _steps_of_hours(scale: Scale, zone: ZoneInfo, hours: int) -> list[datetime]:
    if scale.right - scale.left > timedelta(hours=hours * (MOST_TICKS + 1)):
        return [scale.left] * (MOST_TICKS + 1)
    start = scale.left.astimezone(zone).replace(minute=0, second=0, microsecond=0, hour=0).astimezone(UTC)
    count = int((scale.right - start) / timedelta(hours=hours)) + 1
    found = (start + n * timedelta(hours=hours) for n in range(count))
    return [at for at in found if scale.left <= at <= scale.right]


def _steps_of_days(scale: Scale, zone: ZoneInfo, days: int) -> list[datetime]:
    if scale.right - scale.left > timedelta(days=days * (MOST_TICKS + 1)):
        return [scale.left] * (MOST_TICKS + 1)
    first = scale.left.astimezone(zone).date()
    found = []
    for n in range(0, (MOST_TICKS + 2) * days, days):
        day = first + timedelta(days=n)
        at = datetime(day.year, day.month, day.day, tzinfo=zone)
        if scale.left <= at <= scale.right:
            found.append(at)
    return found


def _steps_of_months(scale: Scale, zone: ZoneInfo, months: int) -> list[datetime]:
    first, last = scale.left.astimezone(zone), scale.right.astimezone(zone)
    begin, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    counted = range(begin - begin % months, end + 1, months)
    found = (datetime(number // 12, number % 12 + 1, 1, tzinfo=zone) for number in counted)
    return [at for at in found if scale.left <= at <= scale.right]
