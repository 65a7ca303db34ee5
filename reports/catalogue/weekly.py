"""One week at a glance, as it is mailed: everything that mail, text, PDF, page and API show, in one value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.db.models import Max
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.errors import Refusal
from common.money import from_micros
from common.periods import Period, day_of
from reports.catalogue import attribution, returns
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.overview import average_value, credited_share
from reports.catalogue.params import Params, find_goal
from reports.catalogue.weekly_parts import describe_pipeline, describe_returns
from reports.catalogue.weekly_words import find_heading, find_sentences
from reports.core.channel_looks import OTHERS, Look, look_of, own_looks
from reports.core.ratios import change, is_new
from reports.core.words import count, money, percent
from reports.report import AttributionReport, Credited, CreditRow, ReturnsReport
from reports.storage import Day
from reports.weekly_report import WeeklyDay, WeeklyFigure, WeeklyReport, WeeklyRow
from tracking.models import ChangedDay, EventCount

SHOWN = 6
# A day that is being filled again is done in minutes; after this long the report goes out and says "so far".
PATIENCE = timedelta(hours=3)


@dataclass(frozen=True)
class WeeklyParams:
    """A week, one goal and model, and a person's own sentences."""

    credit: Params
    words: str = ""

    @property
    def week(self) -> Period:
        return self.credit.period


def make_params(workspace: Workspace, week: Period, *, goal_id: int | None, model: str, words: str) -> WeeklyParams:
    """What a schedule asks for; a goal that is gone gives way to the first one. Raises Refusal without any goal."""
    try:
        goal = find_goal(workspace, str(goal_id or ""))
    except Refusal as refusal:
        if refusal.code != "unknown_goal":
            raise
        goal = find_goal(workspace, "")
    lookback = goal.lookback_days or workspace.lookback_days
    return WeeklyParams(Params(model, goal, week, "channel", lookback, workspace.half_life_days), words)


def build(workspace: Workspace, params: WeeklyParams, now: datetime) -> WeeklyReport:
    """The week as of now; in the workspace's scope."""
    asked, asked_before = params.credit, _week_before(params.credit)
    # Before the numbers: nothing that is promised to be in them may be missing.
    as_of = find_as_of(workspace, now)
    groups, days = attribution.load_params(workspace, asked)
    notes = attribution.describe(workspace, asked)
    report = attribution.assemble(workspace, asked, groups, days, as_of=as_of, notes=notes)
    earned = returns.build_beside(workspace, asked, report)
    groups_before, days_before = attribution.load_params(workspace, asked_before)
    before = attribution.assemble(workspace, asked_before, groups_before, days_before, as_of=as_of, notes=[])
    filling = find_filling_days(workspace, params.week)
    by_revenue = report.total.revenue > 0 or before.total.revenue > 0
    looks = own_looks(workspace.channel_rules)
    rows = [_row(row, before.rows, looks, by_revenue) for row in report.rows]
    no_touch = _sum_row(_("No touch known"), report.unattributed, before.unattributed, by_revenue)
    return WeeklyReport(
        workspace=workspace.name,
        slug=workspace.slug,
        currency=workspace.currency,
        timezone=workspace.timezone,
        language=get_language() or "en",
        goal=report.goal_name,
        goal_id=report.goal_id,
        model=report.model,
        model_title=report.model_title,
        formula=report.formula,
        lookback_days=report.lookback_days,
        start=params.week.start,
        end=params.week.end,
        as_of=report.as_of,
        heading=find_heading(report, before, by_revenue=by_revenue, is_filling=bool(filling)),
        sentences=find_sentences(report, before, by_revenue=by_revenue),
        words=params.words,
        by_revenue=by_revenue,
        is_filling=bool(filling),
        figures=_make_figures(earned, before, is_filling=bool(filling)),
        days=_line_up(params.week, days, filling),
        channels=rows,
        shown=min(SHOWN, len(rows)),
        more=_fold(report, before, by_revenue),
        no_touch=no_touch,
        total=_sum_row(_("Total"), report.total, before.total, by_revenue),
        unattributed_share=_unattributed_share(report),
        returns=describe_returns(earned, looks),
        pipeline=describe_pipeline(workspace, params.week, now),
        notes=report.notes,
    )


def find_reason_to_hold(workspace: Workspace, report: WeeklyReport, *, due_at: datetime, now: datetime) -> str:
    """Why this week must not be mailed yet, in a sentence; empty when it may be."""
    zone = ZoneInfo(workspace.timezone)
    newest = EventCount.objects.of(workspace).aggregate(newest=Max("received_at"))["newest"]
    if newest is None:
        return _("No event has arrived yet.")
    if day_of(newest, zone) < report.end:
        last = format_date(day_of(newest, zone), format="d MMMM", locale=get_language() or "en")
        return _("No event has arrived since {day}. Check that events still come in.").format(day=last)
    if not report.total.conversions:
        return _("No conversion of ‘{goal}’ was counted in this week.").format(goal=report.goal)
    if day_of(report.as_of, zone) <= report.end:
        return _("Events of this week are still being worked off.")
    if report.is_filling and now < due_at + PATIENCE:
        return _("Days of this week are being filled again.")
    return ""


def find_filling_days(workspace: Workspace, week: Period) -> set[date]:
    """The days of the week whose stored figures no longer hold."""
    changed = ChangedDay.objects.of(workspace).filter(day__range=(week.start, week.end))
    return set(changed.values_list("day", flat=True).distinct())


def _week_before(params: Params) -> Params:
    return replace(params, period=params.period.before)


def _row(row: CreditRow, before: Sequence[CreditRow], own: dict[str, Look], by_revenue: bool) -> WeeklyRow:
    then = next((old for old in before if old.group == row.group), None)
    look = look_of(row.channel, own)
    return _compare(
        row.group or _("No channel"),
        look,
        Credited(row.conversions, row.revenue),
        Credited(then.conversions, then.revenue) if then else _nothing(),
        by_revenue,
    )


def _sum_row(name: str, now: Credited, before: Credited, by_revenue: bool) -> WeeklyRow:
    return _compare(name, OTHERS, now, before, by_revenue)


def _compare(name: str, look: Look, now: Credited, before: Credited, by_revenue: bool) -> WeeklyRow:
    this, then = (now.revenue, before.revenue) if by_revenue else (now.conversions, before.conversions)
    return WeeklyRow(
        name=name,
        colour=look.colour,
        shape=look.shape,
        conversions=now.conversions,
        revenue=now.revenue,
        change=change(this, then),
        is_new=is_new(this, then),
    )


def _fold(report: AttributionReport, before: AttributionReport, by_revenue: bool) -> WeeklyRow | None:
    """The channels that have no row of their own where there is little room, in one row."""
    rest = report.rows[SHOWN:]
    if not rest:
        return None
    shown = {row.group for row in report.rows[:SHOWN]}
    rest_before = [row for row in before.rows if row.group not in shown]
    name = ngettext("{count} more channel", "{count} more channels", len(rest)).format(count=len(rest))
    return _sum_row(name, _add(rest), _add(rest_before), by_revenue)


def _add(rows: Sequence[CreditRow]) -> Credited:
    return Credited(sum((row.conversions for row in rows), Decimal(0)), sum((row.revenue for row in rows), Decimal(0)))


def _nothing() -> Credited:
    return Credited(Decimal(0), Decimal(0))


def _unattributed_share(report: AttributionReport) -> Decimal | None:
    part = credited_share(report)
    return None if part is None else 1 - part


def _make_figures(earned: ReturnsReport, before: AttributionReport, *, is_filling: bool) -> list[WeeklyFigure]:
    """Revenue, conversions, what is credited, and what came back for what was spent (else the average value)."""
    now, language = earned.attribution, get_language() or "en"
    without = count(now.unattributed.conversions, language)
    return [
        WeeklyFigure(
            _("Revenue so far") if is_filling else _("Revenue"),
            "money",
            now.total.revenue,
            change(now.total.revenue, before.total.revenue),
            _say_change(now.total.revenue, before.total.revenue),
        ),
        WeeklyFigure(
            now.goal_name,
            "count",
            now.total.conversions,
            change(now.total.conversions, before.total.conversions),
            _say_change(now.total.conversions, before.total.conversions),
        ),
        WeeklyFigure(
            _("Credited"),
            "share",
            credited_share(now),
            None,
            _("{count} without a touch").format(count=without),
        ),
        _last_figure(earned, before),
    ]


def _last_figure(earned: ReturnsReport, before: AttributionReport) -> WeeklyFigure:
    now, language = earned.attribution, get_language() or "en"
    if earned.total.cost and earned.total.roi is not None:
        spent = _("{cost} spent").format(cost=money(earned.total.cost, now.currency, language))
        return WeeklyFigure(_("ROI on spend"), "share", Decimal(str(round(earned.total.roi, 6))), None, spent)
    value, then = average_value(now), average_value(before)
    return WeeklyFigure(_("Average value"), "money", value, change(value, then), _say_change(value, then))


def _say_change(now: Decimal | None, before: Decimal | None) -> str:
    ratio = change(now, before)
    if ratio is None:
        return _("new this week") if is_new(now, before) else _("none the week before")
    shown = percent(ratio, get_language() or "en")
    signed = f"+{shown}" if ratio > 0 and not shown.startswith("0") else shown
    return _("{change} on the week").format(change=signed)


def _line_up(week: Period, days: Sequence[Day], filling: set[date]) -> list[WeeklyDay]:
    known = {day.day: day for day in days}
    lined_up = []
    for day in week:
        stored = known.get(day)
        revenue = from_micros(stored.value) if stored else Decimal(0)
        lined_up.append(WeeklyDay(day, revenue, stored.conversions if stored else 0, day in filling))
    return lined_up
