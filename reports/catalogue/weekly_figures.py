"""The four key figures of a week."""

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.catalogue.finding import measure
from reports.catalogue.overview import average_value, credited_share
from reports.core.ratios import change, is_new
from reports.core.words import about, count, money, percent
from reports.report import AttributionReport, Credited, ReturnsReport
from reports.weekly_report import WeeklyFigure


def make_figures(
    earned: ReturnsReport,
    before: AttributionReport,
    *,
    by_revenue: bool,
    is_filling: bool,
    expected: Credited | None,
    expected_before: Credited,
) -> list[WeeklyFigure]:
    """Revenue, conversions, what is credited, and what came back for what was spent (else the average value).

    What is expected once late conversions are in takes the place of what is credited, and its neighbour says that; it
    stands beside what the week before came to or will, `expected_before`.
    """
    now = earned.attribution
    without = _("{count} without a touch").format(count=count(now.unattributed.conversions, _language()))
    revenue = _figure(_("Revenue so far") if is_filling else _("Revenue"), "money", now.total, before.total, True)
    reached = _figure(now.goal_name, "count", now.total, before.total, False)
    credited = WeeklyFigure(_("Credited"), "share", credited_share(now), None, without)
    last = _last_figure(earned, before)
    if expected is None:
        return [revenue, reached, credited, last]
    whole = Credited(Decimal(round(expected.conversions)), about(expected.revenue))
    if by_revenue:
        known = WeeklyFigure(reached.name, "count", reached.value, reached.change, without)
        return [revenue, _figure(_("Expected"), "money", whole, expected_before, True), known, last]
    so_far = _("{goal} so far").format(goal=now.goal_name)
    reached = _figure(so_far, "count", now.total, before.total, False)
    return [reached, _figure(_("Expected"), "count", whole, expected_before, False), credited, last]


def _figure(name: str, kind: str, now: Credited, before: Credited, by_revenue: bool) -> WeeklyFigure:
    this, then = measure(now, by_revenue), measure(before, by_revenue)
    return WeeklyFigure(name, kind, this, change(this, then), _say_change(this, then))  # type: ignore[arg-type]


def _last_figure(earned: ReturnsReport, before: AttributionReport) -> WeeklyFigure:
    now = earned.attribution
    if earned.total.cost and earned.total.roi is not None:
        spent = _("{cost} spent").format(cost=money(earned.total.cost, now.currency, _language()))
        return WeeklyFigure(_("ROI on spend"), "share", Decimal(str(round(earned.total.roi, 6))), None, spent)
    value, then = average_value(now), average_value(before)
    return WeeklyFigure(_("Average value"), "money", value, change(value, then), _say_change(value, then))


def _say_change(now: Decimal | None, before: Decimal | None) -> str:
    ratio = change(now, before)
    if ratio is None:
        return _("new this week") if is_new(now, before) else _("none the week before")
    shown = percent(ratio, _language())
    signed = f"+{shown}" if ratio > 0 and not shown.startswith("0") else shown
    return _("{change} on the week").format(change=signed)


def _language() -> str:
    return get_language() or "en"
