"""A frozen week in words: every text that mail, text part, PDF and page print, written once."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_currency
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.core.words import about_money, count, exact_money, money, percent
from reports.report import Credited
from reports.ways_out.wearing import Wearing
from reports.weekly_report import WeeklyDay, WeeklyFigure, WeeklyReport, WeeklyReturn, WeeklyRow, WeeklyStage

# Longer amounts than this do not fit above a bar.
MOST_LETTERS = 9
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class ShownFigure:
    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    """Heights are shares of the highest day's, from 0 to 1; `expected` and its height are empty where none is."""

    name: str
    value: str
    height: float
    is_filling: bool
    expected: str = ""
    expected_height: float = 0.0


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`bar` is a share of the longest, from 0 to 1."""

    name: str
    colour: str
    shape: str
    value: str
    conversions: str
    change: str
    bar: float


@dataclass(frozen=True, slots=True)
class ShownReturn:
    name: str
    colour: str
    shape: str
    revenue: str
    cost: str
    roi: str
    cpa: str


@dataclass(frozen=True, slots=True)
class ShownStage:
    name: str
    people: str
    before: str
    share: str
    median: str
    bar: float
    is_bottleneck: bool


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """Everything that is read, in reading order."""

    agency: str
    workspace: str
    language: str
    week: str
    heading: str
    sentences: list[str]
    words: str
    figures: list[ShownFigure]
    days_title: str
    days_deck: str
    days: list[ShownDay]
    measure: str
    change: str
    # The first ones, the rest in one row, what has no touch, and all of them.
    rows: list[ShownRow]
    more: ShownRow | None
    no_touch: ShownRow
    total: ShownRow
    all_rows: list[ShownRow]
    returns_sentence: str
    returns: list[ShownReturn]
    returns_total: ShownReturn | None
    returns_notes: list[str]
    pipeline_sentence: str
    pipeline_weeks: str
    pipeline: list[ShownStage]
    formula: str
    adds_up: str
    notes: list[str]
    as_of: str
    run: str
    zone: str


def show_week(report: WeeklyReport, wearing: Wearing, *, run: int | None) -> ShownWeek:
    """Write every figure as the report's own language does; `run` numbers the edition, None before it is one."""
    with override(report.language):
        week = _Writer(report).write(wearing, run)
    return msgspec.convert(_clean(msgspec.to_builtins(week)), ShownWeek)


def _clean(shown: Any) -> Any:
    """The same without control characters, which have no place in a letter and break what reads it; lines may end."""
    if isinstance(shown, str):
        return "".join(letter for letter in shown if letter == "\n" or unicodedata.category(letter)[0] != "C")
    if isinstance(shown, dict):
        return {name: _clean(part) for name, part in shown.items()}
    return [_clean(part) for part in shown] if isinstance(shown, list) else shown


class _Writer:
    """One report's figures in its language and currency."""

    def __init__(self, report: WeeklyReport) -> None:
        self.report, self.language = report, report.language

    def write(self, wearing: Wearing, run: int | None) -> ShownWeek:
        report = self.report
        rows = [self.row(row) for row in report.channels]
        returns, pipeline = report.returns, report.pipeline
        return ShownWeek(
            agency=wearing.name,
            workspace=report.workspace,
            language=report.language,
            week=self.span(report.start, report.end),
            heading=report.heading,
            sentences=report.sentences,
            words=report.words,
            figures=[self.figure(figure) for figure in report.figures],
            days_title=_("Revenue per day") if report.by_revenue else _("Conversions per day"),
            days_deck=self.days_deck(),
            days=self.days(),
            measure=_("Revenue") if report.by_revenue else _("Conversions"),
            change=_("Change so far") if report.is_filling else _("On the week"),
            rows=rows[: report.shown],
            more=self.row(report.more) if report.more else None,
            no_touch=self.row(report.no_touch),
            total=self.row(report.total),
            all_rows=rows,
            returns_sentence=returns.sentence if returns else "",
            returns=[self.returned(row) for row in returns.rows] if returns else [],
            returns_total=self.returned(returns.total) if returns else None,
            returns_notes=returns.notes if returns else [],
            pipeline_sentence=pipeline.sentence if pipeline else "",
            pipeline_weeks=self.span(pipeline.start, pipeline.end) if pipeline else "",
            pipeline=self.stages(pipeline.stages) if pipeline else [],
            formula=self.formula(),
            adds_up=self.adds_up(),
            notes=report.notes,
            as_of=self.as_of(),
            run=_("Report {run}").format(run=count(run, self.language)) if run else _("Preview"),
            zone=report.timezone,
        )

    def money(self, amount: Decimal) -> str:
        return money(amount, self.report.currency, self.language)

    def exact_money(self, amount: Decimal) -> str:
        return exact_money(amount, self.report.currency, self.language)

    def figure(self, figure: WeeklyFigure) -> ShownFigure:
        if figure.value is None:
            return ShownFigure(figure.name, "–", figure.note)
        write = {
            "money": self.money,
            "count": lambda value: count(value, self.language),
            "share": lambda value: percent(value, self.language),
        }[figure.kind]
        return ShownFigure(figure.name, write(figure.value), figure.note)

    def measured(self, row: WeeklyRow | WeeklyDay | Credited) -> Decimal:
        return row.revenue if self.report.by_revenue else Decimal(row.conversions)

    def row(self, row: WeeklyRow) -> ShownRow:
        longest = max((self.measured(one) for one in self.report.channels), default=Decimal(0))
        value = self.measured(row)
        return ShownRow(
            name=row.name,
            colour=row.colour,
            shape=row.shape,
            value=self.money(value) if self.report.by_revenue else count(value, self.language),
            conversions=count(row.conversions, self.language),
            change=self.change(row.change, row.is_new),
            bar=_part(value, longest),
        )

    def change(self, ratio: float | None, is_new: bool) -> str:
        if ratio is None:
            return _("new") if is_new else "–"
        shown = percent(ratio, self.language)
        return f"+{shown}" if round(ratio, 2) > 0 else shown

    def days_deck(self) -> str:
        if any(day.expected for day in self.report.days):
            return _("Figures: what is in so far. Paler days are still filling; the dashed part is expected.")
        return _("Paler days are still filling; they may grow.") if self.report.is_filling else ""

    def days(self) -> list[ShownDay]:
        values = [self.measured(day) for day in self.report.days]
        expected = [self.measured(day.expected) if day.expected else None for day in self.report.days]
        highest = max((*values, *(whole for whole in expected if whole)), default=Decimal(0))
        return [
            ShownDay(
                name=format_date(day.day, "EEE d", locale=self.language),
                value=self.short_money(value) if self.report.by_revenue else count(value, self.language),
                height=_part(value, highest),
                is_filling=day.is_filling,
                expected=self.about(whole) if whole else "",
                expected_height=_part(whole, highest) if whole else 0.0,
            )
            for day, value, whole in zip(self.report.days, values, expected, strict=True)
        ]

    def about(self, value: Decimal) -> str:
        if self.report.by_revenue:
            return about_money(value, self.report.currency, self.language)
        return count(round(value), self.language)

    def short_money(self, amount: Decimal) -> str:
        shown = self.money(amount.quantize(Decimal(1)) if abs(amount) >= 100 else amount).replace(".00", "")
        if len(shown) <= MOST_LETTERS:
            return shown
        compact = format_compact_currency(amount, self.report.currency, locale=self.language, fraction_digits=1)
        return str(compact)

    def returned(self, row: WeeklyReturn) -> ShownReturn:
        return ShownReturn(
            name=row.name,
            colour=row.colour,
            shape=row.shape,
            revenue=self.money(row.revenue),
            cost="–" if row.cost is None else self.money(row.cost),
            roi="–" if row.roi is None else percent(row.roi, self.language),
            cpa="–" if row.cpa is None else self.money(row.cpa),
        )

    def stages(self, stages: list[WeeklyStage]) -> list[ShownStage]:
        most = Decimal(max((stage.people for stage in stages), default=0))
        return [
            ShownStage(
                name=stage.name,
                people=count(stage.people, self.language),
                before=count(stage.people_before, self.language),
                share="" if stage.share is None else percent(stage.share, self.language),
                median=_duration(stage.median_seconds),
                bar=_part(Decimal(stage.people), most),
                is_bottleneck=stage.is_bottleneck,
            )
            for stage in stages
        ]

    def formula(self) -> str:
        return _("Credit by the model ‘{model}’ over the {days} days before each conversion: {formula}.").format(
            model=self.report.model_title, days=self.report.lookback_days, formula=self.report.formula
        )

    def adds_up(self) -> str:
        total, without = self.report.total, self.report.no_touch
        write = self.exact_money if self.report.by_revenue else self.count
        all_of, none_of = self.measured(total), self.measured(without)
        return _("Credited {credited} + no touch known {without} = {total}.").format(
            credited=write(all_of - none_of), without=write(none_of), total=write(all_of)
        )

    def count(self, number: Decimal) -> str:
        return count(number, self.language)

    def as_of(self) -> str:
        local = self.report.as_of.astimezone(ZoneInfo(self.report.timezone))
        return str(format_datetime(local, "EEE d MMM y, HH:mm", locale=self.language))

    def span(self, start: date, end: date) -> str:
        """16 – 22 November 2026, and 30 November – 6 December 2026."""
        first = "d" if start.month == end.month else "d MMMM" if start.year == end.year else "d MMMM y"
        return (
            format_date(start, first, locale=self.language) + " – " + format_date(end, "d MMMM y", locale=self.language)
        )


def _part(value: Decimal, whole: Decimal) -> float:
    return float(max(value, Decimal(0)) / whole) if whole > 0 else 0.0


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds >= 2 * DAY:
        return _("{number} days").format(number=round(seconds / DAY))
    if seconds >= 2 * HOUR:
        return _("{number} hours").format(number=round(seconds / HOUR))
    return _("{number} minutes").format(number=max(1, round(seconds / MINUTE)))
