"""How times, ids and credit of one person are written."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision
from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from reports.core.words import true_minus
from web.drawing.scales import percent
from web.templatetags.figures import DASH, _date_locale, _locale

register = template.Library()
LONGEST_ID = 28


@register.filter
def moment(value: datetime, zone: str) -> str:
    """24 Oct 2026, 20:41; this year's without the year."""
    at = value.astimezone(ZoneInfo(zone))
    pattern = "d MMM" if at.year == timezone.now().astimezone(ZoneInfo(zone)).year else "d MMM y"
    return f"{format_date(at.date(), pattern, locale=_date_locale())}, {at:%H:%M}"


@register.filter
def exact_moment(value: datetime, zone: str) -> str:
    """Sat 24 Oct 2026, 20:41:07.123 Europe/Amsterdam: for tooltips."""
    at = value.astimezone(ZoneInfo(zone))
    day = format_date(at.date(), "EEE d MMM y", locale=_date_locale()).replace(",", "")
    return f"{day}, {at:%H:%M:%S}.{at.microsecond // 1000:03} {zone}"


@register.filter
def local_day(value: datetime, zone: str) -> str:
    """24 Oct, in the zone."""
    return format_date(value.astimezone(ZoneInfo(zone)).date(), "d MMM", locale=_date_locale())


@register.filter
def local_month(value: datetime, zone: str) -> str:
    """Oct 2026, in the zone."""
    return format_date(value.astimezone(ZoneInfo(zone)).date(), "MMM y", locale=_date_locale())


@register.filter
def second(value: datetime, zone: str) -> str:
    """09:14:07 in the zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M:%S}"


@register.filter
def ago(value: datetime) -> str:
    """just now, 2 minutes ago, 3 hours ago, 5 days ago."""
    seconds = max(0, int((timezone.now() - value).total_seconds()))
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", seconds // 60) % {"n": seconds // 60}
    if seconds < 48 * 3600:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d day ago", "%(n)d days ago", seconds // 86400) % {"n": seconds // 86400}


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """37.20 and 1,186.00 without a symbol, for columns that say their currency once; a plain 0 for nothing."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    digits = get_currency_precision(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return true_minus(str(format_decimal(value, pattern, locale=_locale())))


@register.filter
def part(value: Decimal | None) -> str:
    """20.0% of one conversion; a plain 0 for nothing."""
    if value is None:
        return DASH
    return "0" if value == 0 else format_decimal(value * 100, "#,##0.0", locale=_locale()) + "%"


@register.filter
def short_id(value: str) -> str:
    """An id as lists show it: long ones keep both ends."""
    return value if len(value) <= LONGEST_ID else f"{value[:16]}…{value[-8:]}"


@register.filter
def kind_of_id(namespace: str) -> str:
    """user or anon, before an id."""
    return gettext("user") if namespace == "user" else gettext("anon")


@register.filter
def live_time(value: datetime, zone: str) -> str:
    """09:14:07 today, 21 Nov, 09:14:07 before."""
    local, today = value.astimezone(ZoneInfo(zone)), timezone.now().astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M:%S}"
    return f"{format_date(local.date(), 'd MMM', locale=_date_locale())}, {local:%H:%M:%S}"


@register.filter
def share_width(value: Decimal | None) -> str:
    """The length of a bar for a share from 0 to 1."""
    return percent(value or 0, 1)
