"""When a weekly report is due and which week it tells of; weeks run from Monday to Sunday in a zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.periods import Period

WEEK = timedelta(days=7)


def last_full_week(day: date) -> Period:
    """The last Monday to Sunday that ended before `day`: any day of a week tells of the week before it."""
    monday = day - timedelta(days=day.weekday()) - WEEK
    return Period(monday, monday + timedelta(days=6))


def next_due(after: datetime, *, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The first moment later than `after` at which it is this weekday and hour in the zone, as UTC.

    An hour that summer time leaves out counts as the one after it; one that comes twice, as its first.
    """
    local = after.astimezone(zone).date()
    day = local + timedelta(days=(weekday - local.weekday()) % 7)
    due = _at(day, hour, zone)
    return due if due > after else _at(day + WEEK, hour, zone)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
