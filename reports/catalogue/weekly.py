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
from reports.catalogue.overview import credited_share
from reports.catalogue.params import Params, find_goal
from reports.catalogue.still_filling import find_missing, find_with_before
from reports.catalogue.weekly_figures import make_figures
from reports.catalogue.weekly_parts import describe_pipeline, describe_returns
from reports.catalogue.weekly_words import find_heading, find_sentences
from reports.core.channel_looks import OTHERS, Look, look_of, own_looks
from reports.core.ratios import change, is_new
from reports.report import AttributionReport, Credited, CreditRow, StillFilling
from reports.storage import Day
from reports.weekly_report import WeeklyDay, WeeklyReport, WeeklyRow
from tracking.models import EventCount, Inbox

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
    refilling = attribution.find_filling_days(workspace, params.week)
    groups, days = attribution.load_params(workspace, asked)
    notes = attribution.describe(workspace, asked, refilling)
    report = attribution.assemble(workspace, asked, groups, days, as_of=as_of, notes=notes)
    earned = returns.build_beside(workspace, asked, report)
    groups_before, days_before = attribution.load_params(workspace, asked_before)
    before = attribution.assemble(workspace, asked_before, groups_before, days_before, as_of=as_of, notes=[])
    still, still_before = find_with_before(workspace, asked.goal.pk, params.week, [*days, *days_before], as_of)
    is_filling = bool(refilling or still.filling)
    # What the week before came to, or will: half of a week against all of another says nothing.
    whole_before = still_before.expected or before.total
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
        heading=find_heading(report, whole_before, still.expected, by_revenue=by_revenue, is_filling=is_filling),
        sentences=find_sentences(
            report,
            before,
            by_revenue=by_revenue,
            is_filling=is_filling,
            late=None if refilling else find_missing(still, report.total),
            late_before=find_missing(still_before, before.total),
        ),
        words=params.words,
        by_revenue=by_revenue,
        is_filling=is_filling,
        figures=make_figures(
            earned,
            before,
            by_revenue=by_revenue,
            is_filling=is_filling,
            expected=still.expected,
            expected_before=whole_before,
        ),
        days=_line_up(params.week, days, refilling, still),
        channels=rows,
        shown=min(SHOWN, len(rows)),
        more=_fold(report, before, by_revenue),
        no_touch=no_touch,
        total=_sum_row(_("Total"), report.total, before.total, by_revenue),
        unattributed_share=_unattributed_share(report),
        returns=describe_returns(earned, looks, is_filling=is_filling),
        pipeline=describe_pipeline(workspace, params.week, now),
        notes=report.notes,
        is_refilling=bool(refilling),
        complete_share=still.complete_share,
        expected=still.expected,
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
    if _waits_for_events(workspace, report):
        return _("Events of this week are still being worked off.")
    if report.is_refilling and now < due_at + PATIENCE:
        return _("Days of this week are being filled again.")
    if not report.total.conversions:
        return _("No conversion of ‘{goal}’ was counted in this week.").format(goal=report.goal)
    return ""


def is_in_progress(workspace: Workspace, report: WeeklyReport) -> bool:
    """Whether events of the week are being worked off, or its days filled: a matter of seconds or minutes."""
    return report.is_refilling or _waits_for_events(workspace, report)


def _waits_for_events(workspace: Workspace, report: WeeklyReport) -> bool:
    if day_of(report.as_of, ZoneInfo(workspace.timezone)) <= report.end:
        return True
    # A week without conversions may be one whose events came in late, a moment ago.
    return not report.total.conversions and Inbox.objects.of(workspace).exists()


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


def _line_up(week: Period, days: Sequence[Day], refilling: set[date], still: StillFilling) -> list[WeeklyDay]:
    known = {day.day: day for day in days}
    lined_up = []
    for day in week:
        stored, filling = known.get(day), still.days[day]
        revenue = from_micros(stored.value) if stored else Decimal(0)
        conversions = stored.conversions if stored else 0
        is_filling = filling.is_filling or day in refilling
        lined_up.append(WeeklyDay(day, revenue, conversions, is_filling, filling.complete_share, filling.expected))
    return lined_up
