"""How every number, amount and day is written; nothing is worked out here."""

import math
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django import template
from django.utils.translation import get_language, gettext, ngettext

from common.periods import Period
from reports.catalogue import spans
from reports.core import words
from reports.report import Figure

register = template.Library()

DASH = "–"
# Days read the British way in English: 22 Nov 2026.
DATE_LOCALES = {"en": "en_GB"}


def _language() -> str:
    return get_language() or "en"


def _locale() -> Locale:
    return Locale.parse(_language(), sep="-")


def _date_locale() -> Locale:
    language = get_language() or "en"
    return Locale.parse(DATE_LOCALES.get(language, language), sep="_" if language in DATE_LOCALES else "-")


@register.filter
def money(value: Decimal | None, currency: str) -> str:
    """€139,741 or €39.41: no cents from 1,000 up; a dash where the amount is not known."""
    return DASH if value is None else words.money(value, currency, _language())


@register.filter
def about_money(value: Decimal, currency: str) -> str:
    """€36,400 and €766 for what is only expected, as sentences write it."""
    return words.about_money(value, currency, _language())


@register.filter
def exact_money(value: Decimal, currency: str) -> str:
    """With all its cents, for sums that a reader checks."""
    return words.exact_money(value, currency, _language())


@register.simple_tag
def part_of(value: Decimal, total: Decimal, currency: str) -> str:
    """An amount beside others that make up `total`: cents on all of them or on none."""
    if abs(total) < words.NO_CENTS_FROM:
        return money(value, currency)
    return words.write_money(value, currency, _language(), whole=True)


@register.filter
def axis_money(value: Decimal, currency: str) -> str:
    """Money beside an axis, where every step is a round amount: cents only where the steps have them."""
    return words.write_money(value, currency, _language(), whole=value == value.to_integral_value())


@register.filter
def count(value: int | Decimal | None) -> str:
    """1,820: things that are whole by nature."""
    return DASH if value is None else words.true_minus(format_decimal(round(value), locale=_locale()))


@register.filter
def credited(value: Decimal | None) -> str:
    """234.7: credited conversions, which come in parts."""
    return DASH if value is None else words.true_minus(format_decimal(value, "#,##0.0", locale=_locale()))


@register.filter
def share(value: float | Decimal | None) -> str:
    """20.2% for 0.202."""
    return DASH if value is None else words.true_minus(format_percent(value, "#,##0.0%", locale=_locale()))


@register.filter
def percent(value: float | Decimal | None) -> str:
    """111% for 1.11: returns, in whole per cent."""
    return DASH if value is None else words.percent(value, _language())


@register.filter
def signed_percent(value: float) -> str:
    """+142% for 1.42, −8% for −0.08."""
    return words.true_minus(format_percent(value, "+#,##0%;-#,##0%", locale=_locale()))


@register.filter
def ratio(value: float | Decimal | None) -> str:
    """2.11: how often something contains something else."""
    return DASH if value is None else words.true_minus(format_decimal(value, "#,##0.00", locale=_locale()))


@register.filter
def change(figure: Figure) -> str:
    """+12.4%, −9.3%, or "new" where there was nothing before."""
    if figure.change is None or not math.isfinite(figure.change):
        return gettext("new") if figure.value and figure.before == 0 else DASH
    return words.true_minus(format_percent(figure.change, "+#,##0.0%;-#,##0.0%", locale=_locale()))


@register.filter
def direction(figure: Figure) -> str:
    """up, down or level, for the colour of a change."""
    if figure.change is None or round(figure.change, 3) == 0:
        return "level"
    return "up" if figure.change > 0 else "down"


@register.simple_tag
def figure_value(figure: Figure, currency: str) -> str:
    """The key figure itself, as its kind wants it."""
    return _write_figure(figure.value, figure.kind, currency)


@register.simple_tag
def figure_before(figure: Figure, currency: str) -> str:
    """The same figure in the period before."""
    return _write_figure(figure.before, figure.kind, currency)


@register.simple_tag
def figure_expected(figure: Figure, currency: str) -> str:
    """What the same figure is expected to come to."""
    if figure.expected is None:
        return ""
    return about_money(figure.expected, currency) if figure.kind == "money" else count(figure.expected)


def _write_figure(value: Decimal | None, kind: str, currency: str) -> str:
    if kind == "money":
        return money(value, currency)
    if kind in ("percent", "ratio"):
        return percent(value) if kind == "percent" else ratio(value)
    return share(value) if kind == "share" else count(value)


@register.filter
def day(value: date) -> str:
    """22 Nov"""
    return format_date(value, "d MMM", locale=_date_locale())


@register.filter
def month(value: date) -> str:
    """Nov 2026"""
    return format_date(value, "MMM y", locale=_date_locale())


@register.filter
def weekday(value: date) -> str:
    """Sun 22 Nov"""
    return format_date(value, "EEE d MMM", locale=_date_locale()).replace(",", "")


@register.filter
def period(value: Period) -> str:
    """24 Oct – 22 Nov 2026: the year once, twice only where they differ."""
    locale = _date_locale()
    end = format_date(value.end, "d MMM y", locale=locale)
    if value.start == value.end:
        return end
    pattern = "d MMM" if value.start.year == value.end.year else "d MMM y"
    return f"{format_date(value.start, pattern, locale=locale)} – {end}"


@register.filter
def clock(value: datetime, timezone: str) -> str:
    """09:14 in the workspace's time zone."""
    return f"{value.astimezone(ZoneInfo(timezone)):%H:%M}"


@register.filter
def duration(seconds: float) -> str:
    """4 s, 3 min, 2 h: how long something has waited."""
    if seconds < 60:
        return gettext("%(n)s s") % {"n": count(math.ceil(seconds))}
    if seconds < 3600:
        return gettext("%(n)s min") % {"n": count(int(seconds // 60))}
    return gettext("%(n)s h") % {"n": count(int(seconds // 3600))}


@register.filter
def span(seconds: float | None) -> str:
    """9 days: how long people take; a dash where nobody did."""
    return DASH if seconds is None else spans.span(seconds)


@register.filter
def at(values: dict[int, object], place: int) -> object:
    """What stands at a place; None where nothing does."""
    return values.get(place)


@register.filter
def days_before(days: int) -> str:
    """30 days before"""
    return ngettext("%(n)s day before", "%(n)s days before", days) % {"n": count(days)}
