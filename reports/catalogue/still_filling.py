"""What is still to come of days whose conversions come in late: shares, expected values, and both in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.money import from_micros
from common.periods import Period, day_of, start_of_day
from reports.catalogue.finding import language
from reports.core.lateness import Curve, can_expect, draw_curve, expect, is_still_filling
from reports.core.words import about_money, count, percent
from reports.report import Credited, DayFilling, StillFilling
from reports.storage import Day
from reports.storage_lateness import load_lateness

HOUR = timedelta(hours=1)
# More days than these are told by the first and the last share.
MOST_SHARES = 4
CONVERSION_DIGITS, MONEY_DIGITS = 9, 6


def find_still_filling(
    workspace: Workspace, goal_id: int, period: Period, days: Iterable[Day], as_of: datetime
) -> StillFilling:
    """How much of each day's conversions is expected to be here as of a moment; in the workspace's scope."""
    lateness = load_lateness(workspace, goal_id)
    curve = draw_curve(lateness) if lateness else None
    zone = ZoneInfo(workspace.timezone)
    here = by_day(days)
    nothing = Credited(Decimal(0), Decimal(0))
    filled = {
        day: fill(
            curve, here.get(day, nothing), (as_of - start_of_day(day, zone)) / HOUR, over=day < day_of(as_of, zone)
        )
        for day in period
    }
    return add_up(filled, here)


def narrow(still: StillFilling, period: Period, here: Mapping[date, Credited]) -> StillFilling:
    """The same of some days of the period, with their own sum."""
    return add_up({day: still.days[day] for day in period}, here)


def find_with_before(
    workspace: Workspace, goal_id: int, period: Period, days: Iterable[Day], as_of: datetime
) -> tuple[StillFilling, StillFilling]:
    """The same of a period and of the one before it, whose `days` these are; the curve is read once."""
    here = {day.day: day for day in days}
    both = find_still_filling(workspace, goal_id, Period(period.before.start, period.end), here.values(), as_of)
    sums = by_day(here.values())
    return narrow(both, period, sums), narrow(both, period.before, sums)


def find_missing(still: StillFilling, total: Credited) -> Credited | None:
    """What late conversions are expected to add to a period's total; None where that is not known."""
    nothing = Credited(Decimal(0), Decimal(0))
    if not still.is_told:
        return None
    if still.expected is None:
        return None if still.filling else nothing
    whole = still.expected
    return Credited(
        max(whole.conversions - total.conversions, Decimal(0)), max(whole.revenue - total.revenue, Decimal(0))
    )


def by_day(days: Iterable[Day]) -> dict[date, Credited]:
    """What the days' totals are."""
    return {day.day: Credited(Decimal(day.conversions), from_micros(day.value)) for day in days}


def fill(curve: Curve | None, here: Credited, age_hours: float, *, over: bool) -> DayFilling:
    """How much of a day that began so many hours ago is here; a day that is not over is still filling in any case."""
    if curve is None:
        return DayFilling(0.0 if age_hours <= 0 else None, is_filling=not over)
    share = curve.share_at(age_hours)
    filling = not over or is_still_filling(share)
    expected = _expect(here, share) if filling and can_expect(share) else None
    return DayFilling(round(share, 4), filling, expected)


def _expect(here: Credited, share: float) -> Credited:
    return Credited(expect(here.conversions, share, CONVERSION_DIGITS), expect(here.revenue, share, MONEY_DIGITS))


def add_up(days: Mapping[date, DayFilling], here: Mapping[date, Credited]) -> StillFilling:
    """The days that have begun together. Complete days count as they are, and so does the last one while it is young.

    Nothing is said where lateness is not known, or too little is here of another day, or of the only one.
    """
    nothing = Credited(Decimal(0), Decimal(0))
    begun = {day: one for day, one in days.items() if one.complete_share != 0}
    untold = [day for day, one in begun.items() if one.is_filling and one.expected is None]
    if any(one.complete_share is None for one in begun.values()) or (untold and untold != [max(begun)]):
        return StillFilling(days)
    told = [one for one in begun.values() if one.expected]
    whole = [one.expected or here.get(day, nothing) for day, one in begun.items()]
    conversions = sum((one.conversions for one in whole), Decimal(0))
    revenue = sum((one.revenue for one in whole), Decimal(0))
    came = sum((here.get(day, nothing).conversions for day in begun), Decimal(0))
    share = round(float(came / conversions), 4) if conversions and (told or not untold) else None
    return StillFilling(days, share, Credited(conversions, revenue) if told else None)


def say_shares(still: StillFilling) -> str:
    """Which share of their conversions the days that are still filling hold; empty where that is not known."""
    shares = [one.complete_share for _day, one in still.filling if one.complete_share is not None]
    if not shares or len(shares) < len(still.filling):
        return ""
    shown = [percent(share, language()) for share in shares]
    if len(shares) == 1:
        return _("Still filling: this day holds {share} of its conversions.").format(share=shown[0])
    if len(shares) <= MOST_SHARES:
        listed = format_list(shown, locale={"en": "en_GB"}.get(language(), language().replace("-", "_")))
        return _("Still filling: these days hold {shares} of their conversions.").format(shares=listed)
    if shown[0] == shown[-1]:
        return _("Still filling: these {days} days hold {share} of their conversions each.").format(
            days=len(shown), share=shown[0]
        )
    return _("Still filling: these {days} days hold {most} down to {least} of their conversions.").format(
        days=len(shown), most=shown[0], least=shown[-1]
    )


def tell(still: StillFilling, total: Credited, currency: str) -> list[str]:
    """Both sentences, of revenue where there is any: which share is here, and what is expected."""
    said = say_shares(still), say_expected(still, currency, by_revenue=total.revenue > 0)
    return [sentence for sentence in said if sentence]


def say_expected(still: StillFilling, currency: str, *, by_revenue: bool) -> str:
    """What the period is expected to come to, in a sentence; empty where that is not known."""
    if still.expected is None:
        return ""
    if by_revenue:
        whole = about_money(still.expected.revenue, currency, language())
        return _("About {expected} is expected once late conversions are in.").format(expected=whole)
    whole = count(round(still.expected.conversions), language())
    return _("About {expected} are expected once late ones are in.").format(expected=whole)
