"""Days, periods and the instants at which days begin, in a workspace's own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before this one starts."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def __iter__(self):  # type: ignore[no-untyped-def]
        return (self.start + timedelta(days=n) for n in range(self.days))


def last_full_days(today: date, days: int) -> Period:
    """The `days` days that ended yesterday."""
    return Period(today - timedelta(days=days), today - timedelta(days=1))


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `zone`."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The day on which `instant` falls in `zone`."""
    return instant.astimezone(zone).date()


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """UTC instants [from, until) that the period covers in `zone`."""
    return start_of_day(period.start, zone), start_of_day(period.end + timedelta(days=1), zone)
