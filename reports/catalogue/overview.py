"""One workspace at a glance: what was earned, who earned it, and whether everything that came in is counted."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.rules import RULES, Rule
from attribution.core.solved import SOLVED, Solved
from common.money import from_micros
from common.periods import Period, bounds, day_of
from reports.catalogue import attribution
from reports.catalogue.comparison_sides import sides_of_one
from reports.catalogue.comparison_spread import Spreads, find_drawn, spread_credit
from reports.catalogue.finding import find, find_nothing, measure
from reports.catalogue.params import Params
from reports.catalogue.still_filling import find_still_filling, say_expected
from reports.core.bootstrap import LEAST_JOURNEYS
from reports.core.intervals import Interval
from reports.core.ratios import average, change, is_new, share
from reports.core.words import about
from reports.report import (
    AttributionReport,
    Choice,
    Credited,
    CreditRow,
    DayFigure,
    DayFilling,
    Figure,
    Finding,
    OverviewReport,
    StillFilling,
)
from reports.storage import Day, Group
from tracking.models import Conversion, EventCount, Goal
from tracking.storage import IngestionState, ingestion_state

TOP_CAMPAIGNS = 6
Kind = Literal["money", "count", "share"]


def build(workspace: Workspace, params: Params, now: datetime) -> OverviewReport:
    """The overview as of now; `params.group_by` does not matter, it shows channels and campaigns."""
    arrived = ingestion_state(workspace, now)
    period = params.period
    asked = replace(params, group_by="channel")
    asked_before = replace(asked, period=period.before)
    groups, days = attribution.load_params(workspace, asked)
    groups_before, days_before = attribution.load_params(workspace, asked_before)
    notes = attribution.describe(workspace, asked)
    still = find_still_filling(workspace, params.goal.pk, period, days, arrived.as_of)
    report = attribution.assemble(workspace, asked, groups, days, as_of=arrived.as_of, notes=notes)
    report = replace(report, still_filling=still)
    before = attribution.assemble(workspace, asked_before, groups_before, days_before, as_of=arrived.as_of, notes=[])
    spreads, intervals = _spread(workspace, asked, report, groups, now)
    campaigns = _rank_campaigns(workspace, params)
    events = count_events(workspace, period)
    empty = _find_empty(workspace, params.goal, report, arrived)
    return OverviewReport(
        attribution=report,
        before=before,
        campaigns=campaigns[:TOP_CAMPAIGNS],
        campaigns_in_all=len(campaigns),
        finding=_find(params, report, before, empty, events, spreads, still),
        figures=make_figures(report, before, still.expected),
        days=line_up_days(period, days, days_before, still),
        ingestion=arrived,
        empty=empty,
        events_in_period=events,
        models=list_models(params.half_life_days),
        goals=list_goals(workspace),
        intervals=intervals,
        still_filling=still,
    )


def _spread(
    workspace: Workspace, params: Params, report: AttributionReport, groups: list[Group], now: datetime
) -> tuple[Spreads, dict[str | None, Interval]]:
    """How far each channel's credit could have come out otherwise; nothing under the evidence gate."""
    sides = sides_of_one(workspace, params, groups)
    drawn = find_drawn(params.period, sides, day_of(now, ZoneInfo(workspace.timezone)))
    spreads = spread_credit(params, sides, drawn)
    by_revenue = report.total.revenue > 0
    found = {
        row.group: spreads.revenue_of(row.group) if by_revenue else spreads.conversions_of(row.group)
        for row in report.rows
        if sides.reach.get(row.group, 0) >= LEAST_JOURNEYS
    }
    return spreads, {name: interval for name, interval in found.items() if interval is not None}


def _rank_campaigns(workspace: Workspace, params: Params) -> list[CreditRow]:
    groups, _days = attribution.load_params(workspace, replace(params, group_by="campaign"))
    return attribution.sort_rows([attribution.make_row(group) for group in groups if group.name is not None])


def count_events(workspace: Workspace, period: Period) -> int:
    """Events that came in since the period began, by the server's clock: imports of older ones too."""
    start, _end = bounds(period, ZoneInfo(workspace.timezone))
    counted = EventCount.objects.of(workspace).filter(received_at__gte=start)
    return counted.aggregate(events=Sum("events"))["events"] or 0


def _find_empty(workspace: Workspace, goal: Goal, report: AttributionReport, arrived: IngestionState) -> str | None:
    if report.total.conversions:
        return None
    if not arrived.accepted:
        return "no_events"
    reached = Conversion.objects.of(workspace).filter(goal_id=goal.pk)
    return "nothing_in_period" if reached.exists() else "no_conversions"


def _find(
    params: Params,
    report: AttributionReport,
    before: AttributionReport,
    empty: str | None,
    events: int,
    spreads: Spreads,
    still: StillFilling,
) -> Finding:
    if empty is None:
        by_revenue = report.total.revenue > 0 or before.total.revenue > 0
        expected = say_expected(still, report.currency, by_revenue=by_revenue)
        return find(report, before, spreads.is_close, is_filling=bool(still.filling), expected=expected)
    goal = params.goal
    return find_nothing(empty, goal_name=goal.name, goal_event=goal.event, events=events, days=params.period.days)


def make_figures(now: AttributionReport, before: AttributionReport, expected: Credited | None = None) -> list[Figure]:
    """Revenue, conversions, how much of it is credited, and the average value; each with the one before."""
    revenue = _figure(_("Revenue"), "money", now.total.revenue, before.total.revenue)
    reached = _figure(_("Conversions"), "count", now.total.conversions, before.total.conversions)
    if expected is not None:
        revenue = replace(revenue, expected=about(expected.revenue))
        reached = replace(reached, expected=Decimal(round(expected.conversions)))
    return [
        revenue,
        reached,
        _figure(_("Credited"), "share", credited_share(now), credited_share(before)),
        _figure(_("Average value"), "money", average_value(now), average_value(before)),
    ]


def _figure(name: str, kind: Kind, value: Decimal | None, before: Decimal | None) -> Figure:
    return Figure(name, kind, value, before, change(value, before), _("new") if is_new(value, before) else "")


def credited_share(report: AttributionReport) -> Decimal | None:
    """The share of revenue (of conversions, where there is none) that has a touch to credit; None without either."""
    by_revenue = report.total.revenue > 0
    whole = measure(report.total, by_revenue)
    return share(whole - measure(report.unattributed, by_revenue), whole)


def average_value(report: AttributionReport) -> Decimal | None:
    """Revenue per conversion; None without conversions."""
    return average(report.total.revenue, report.total.conversions)


def line_up_days(period: Period, now: list[Day], before: list[Day], still: StillFilling) -> list[DayFigure]:
    """Every day of the period beside the day as many days earlier as the period is long, and how much of it is here."""
    by_day = {day.day: day for day in (*now, *before)}
    nothing, whole = Day(period.start, 0, 0, 0, 0), DayFilling(None, is_filling=False)
    lined_up = []
    for day in period:
        this, then = by_day.get(day, nothing), by_day.get(day - timedelta(days=period.days), nothing)
        values = from_micros(this.value), this.conversions, from_micros(then.value), then.conversions
        lined_up.append(DayFigure(day, *values, still.days.get(day, whole)))
    return lined_up


def list_models(half_life_days: float) -> list[Choice]:
    """The models there are, in the order of the two lists."""
    models: list[Rule | Solved] = [*RULES.values(), *SOLVED.values()]
    return [Choice(model.name, _(model.title), model.formula_text(half_life_days)) for model in models]


def list_goals(workspace: Workspace) -> list[Choice]:
    """The workspace's goals in use, oldest first."""
    goals = Goal.objects.of(workspace).in_use().order_by("id")
    return [Choice(str(goal.pk), goal.name, goal.event) for goal in goals]
