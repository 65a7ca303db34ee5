"""Words for the agency's home: how a workspace's data are, and since when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from web.templatetags.figures import day, weekday

register = template.Library()
A_WEEK = timedelta(days=6)


@register.filter
def since(value: datetime, zone: str) -> str:
    """Fri 16:20 within a week, 9 Nov before that."""
    local = value.astimezone(ZoneInfo(zone))
    if timezone.now() - value < A_WEEK:
        return f"{weekday(local.date()).split(maxsplit=1)[0]} {local:%H:%M}"
    return day(local.date())


@register.filter
def local_day(value: datetime, zone: str) -> str:
    """Mon 23 Nov, in the workspace's time zone."""
    return weekday(value.astimezone(ZoneInfo(zone)).date())
