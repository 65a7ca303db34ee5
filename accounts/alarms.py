"""The alarms there are, and the rows that say since when one rings; `config.alarms` measures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Alarm, Upkeep

# name: how much is allowed, in the unit of its words
LIMITS: dict[str, float | None] = {
    "facts_late": 60.0,
    "clock_silent": 30.0,
    "quarantine": 0.01,
    "backup_old": 24.0,
    "disk_full": 0.10,
    "restore_failed": None,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One alarm as it is now: seconds, a share, or hours, as its limit; None where there is nothing to measure."""

    name: str
    rings: bool
    value: float | None = None

    @property
    def limit(self) -> float | None:
        return LIMITS[self.name]


def note(
    readings: Iterable[Reading], now: datetime, *, tell: Callable[[Alarm], None] = lambda alarm: None
) -> tuple[list[Reading], list[str]]:
    """Begin and end rows as the readings say; the alarms that began with this, and the names of those that ended.

    `tell` is called in the transaction that begins or ends a row: once for each, however many look.
    """
    began, ended = [], []
    for reading in readings:
        with transaction.atomic():
            if reading.rings:
                fields = {"began_at": now, "value": reading.value, "limit": reading.limit}
                alarm, is_new = Alarm.objects.get_or_create(name=reading.name, ended_at=None, defaults=fields)
                if is_new:
                    tell(alarm)
                    began.append(reading)
            elif over := _end(reading.name, now):
                tell(over)
                ended.append(reading.name)
    return began, ended


def _end(name: str, now: datetime) -> Alarm | None:
    alarm = Alarm.objects.select_for_update().filter(name=name, ended_at=None).first()
    if alarm is not None:
        alarm.ended_at = now
        alarm.save(update_fields=["ended_at"])
    return alarm


def ringing() -> list[Alarm]:
    """The alarms that ring now, the oldest first."""
    return list(Alarm.objects.filter(ended_at=None).order_by("began_at", "name"))


def newest(kind: Upkeep.Kind, *, only_good: bool = False) -> Upkeep | None:
    """The last backup or test of a restore."""
    found = Upkeep.objects.filter(kind=kind, **({"went_well": True} if only_good else {}))
    return found.order_by("-at").first()
