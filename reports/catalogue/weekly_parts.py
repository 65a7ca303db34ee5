"""The later pages of a weekly report: what came back for what was spent, and how far people get in the pipeline."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.periods import Period
from reports.catalogue import pipeline
from reports.catalogue.funnel import FunnelParams
from reports.core.channel_looks import OTHERS, Look, look_of
from reports.core.words import count, money, percent
from reports.report import FunnelReport, ReturnsReport, ReturnsRow
from reports.weekly_report import WeeklyPipeline, WeeklyReturn, WeeklyReturns, WeeklyStage

# A week's newcomers have hardly moved when it ends; four weeks' have.
PIPELINE_DAYS = 28


def describe_returns(report: ReturnsReport, own: dict[str, Look], *, is_filling: bool = False) -> WeeklyReturns | None:
    """The channels that cost something; None where nothing was spent at all. Nobody is judged while days still fill."""
    paid = [row for row in report.rows if row.cost is None or row.cost > 0]
    if not report.total.cost and not any(row.cost is None for row in report.rows):
        return None
    paid.sort(key=lambda row: (-(row.cost or 0), row.group or ""))
    return WeeklyReturns(
        sentence=_say_returns(paid, report, is_filling),
        rows=[_show(row, look_of(row.channel or row.group, own)) for row in paid],
        total=_show(report.total, OTHERS, name=_("Total")),
        notes=[_("ROI = (revenue − cost) / cost; the total stands against all revenue of the week."), *report.notes],
    )


def _show(row: ReturnsRow, look: Look, *, name: str = "") -> WeeklyReturn:
    return WeeklyReturn(
        name=name or row.group or _("No channel"),
        colour=look.colour,
        shape=look.shape,
        revenue=row.revenue,
        cost=row.cost,
        roi=row.roi,
        cpa=row.cpa,
    )


def _say_returns(paid: list[ReturnsRow], report: ReturnsReport, is_filling: bool) -> str:
    currency, language = report.attribution.currency, get_language() or "en"
    judged = [row for row in paid if row.roi is not None]
    losing = [row for row in judged if row.roi is not None and row.roi < 0]
    values = {
        "cost": money(report.total.cost or Decimal(0), currency, language),
        "count": count(len(judged), language),
        "names": _join([row.group or "" for row in losing]),
    }
    if not judged:
        return _("{cost} was spent this week.").format(**values)
    if not losing:
        return _("{cost} was spent, and every paid channel earned more than it cost.").format(**values)
    if is_filling:
        return _("{cost} was spent. Not yet earned back, while conversions still come in: {names}.").format(**values)
    if len(losing) == len(judged):
        return _("{cost} was spent, and no paid channel earned what it cost this week.").format(**values)
    return _("{cost} was spent. These earned less than they cost this week: {names}.").format(**values)


def _join(names: list[str]) -> str:
    return ", ".join(names)


def describe_pipeline(workspace: Workspace, week: Period, now: datetime) -> WeeklyPipeline | None:
    """The people who entered in the four weeks up to this one's end; None without a pipeline or without people."""
    period = Period(week.end - timedelta(days=PIPELINE_DAYS - 1), week.end)
    params = pipeline.read_params(workspace, {"start": str(period.start), "end": str(period.end)}, now)
    if not params.funnel.steps:
        return None
    report = pipeline.build(workspace, params, now)
    before = pipeline.build(workspace, FunnelParams(params.funnel, period.before, None), now)
    if not report.figures or not report.figures[0].count:
        return None
    return WeeklyPipeline(
        sentence=_say_pipeline(report), start=period.start, end=period.end, stages=_line_up(report, before)
    )


def _line_up(report: FunnelReport, before: FunnelReport) -> list[WeeklyStage]:
    return [
        WeeklyStage(
            name=step.name or step.event,
            people=now.count,
            people_before=then.count,
            share=now.conversion_from_previous,
            median_seconds=now.median_seconds,
            is_bottleneck=report.bottleneck == place,
        )
        for place, (step, now, then) in enumerate(zip(report.steps, report.figures, before.figures, strict=True), 1)
    ]


def _say_pipeline(report: FunnelReport) -> str:
    language = get_language() or "en"
    first, last = report.figures[0].count, report.figures[-1].count
    ends = _("{first} people entered in the last four weeks; {last} have come to ‘{stage}’ so far.").format(
        first=count(first, language), last=count(last, language), stage=report.steps[-1].name or report.steps[-1].event
    )
    if report.bottleneck is None:
        return ends
    stage, figures = report.steps[report.bottleneck - 1], report.figures[report.bottleneck - 1]
    narrow = _("The narrowest step is ‘{stage}’: {part} of those before it get there.").format(
        stage=stage.name or stage.event, part=percent(figures.conversion_from_previous or 0, language)
    )
    return f"{ends} {narrow}"
