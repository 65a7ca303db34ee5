"""Moments as the pages of the Monday mail write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def moment(value: datetime, timezone: str) -> str:
    """Mon 23 Nov 2026, 08:00 in the workspace's time zone."""
    locale = (get_language() or "en").replace("-", "_")
    return str(format_datetime(value.astimezone(ZoneInfo(timezone)), "EEE d MMM y, HH:mm", locale=locale))
