"""How credit is written: money or conversions, ranges and halves of intervals."""

from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.translation import get_language, gettext

from reports.core import words
from reports.core.intervals import Interval
from reports.credit_reports import ComparisonReport, OverTimeReport
from web.templatetags.figures import DASH, credited, part_of

register = template.Library()


@register.simple_tag
def amount(value: Decimal | None, report: ComparisonReport | OverTimeReport) -> str:
    """€28,216 or 376.0, whichever the report is about; cents on all amounts of a report or on none."""
    if value is None:
        return DASH
    language = get_language() or "en"
    return _write(value, report.total.revenue, report.currency if report.measure == "revenue" else "", language)


# A table of days repeats its zeros hundreds of times.
@lru_cache(maxsize=4_096)
def _write(value: Decimal, total: Decimal, currency: str, language: str) -> str:
    """Conversions where there is no currency."""
    return part_of(value, total, currency) if currency else credited(value)


@register.simple_tag
def plus_minus(interval: Interval | None, report: ComparisonReport) -> str:
    """± €2,693"""
    return "" if interval is None else f"± {amount(interval.half, report)}"


@register.simple_tag
def from_to(low: Decimal, high: Decimal, report: ComparisonReport) -> str:
    """€20,157 – €37,435; one figure where all models agree."""
    first, last = amount(low, report), amount(high, report)
    return first if first == last else f"{first} – {last}"


@register.simple_tag
def roi_from_to(low: float | None, high: float | None) -> str:
    """83% to 150%"""
    if low is None or high is None:
        return DASH
    first, last = (words.percent(ratio, get_language() or "en") for ratio in (low, high))
    return first if first == last else gettext("%(low)s to %(high)s") % {"low": first, "high": last}


@register.simple_tag
def change_of(now: Decimal, before: Decimal) -> str:
    """+12%, −9%; "new" from nothing, a dash of nothing."""
    if not before:
        return gettext("new") if now else DASH
    ratio = round((now - before) / abs(before), 2)
    shown = words.percent(abs(ratio) if ratio == 0 else ratio, get_language() or "en")
    return shown if ratio <= 0 else f"+{shown}"
