"""What is wrong with the whole installation, in words for those who run an agency on it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.alarms import ringing

WORDS: dict[str, tuple[Promise, Promise]] = {
    "facts_late": (
        _("Figures are behind"),
        _("Events have waited for more than a minute. A worker is missing, or there is too much to do."),
    ),
    "clock_silent": (
        _("The clock is silent"),
        _("Reports and imports do not leave by themselves until it is back."),
    ),
    "quarantine": (
        _("More than one event in a hundred is put aside"),
        _("Facts could not be derived from them. They are kept whole and can be replayed."),
    ),
    "backup_old": (
        _("The last backup is more than a day old"),
        _("Make one, and have it made every day."),
    ),
    "disk_full": (
        _("The disk is nearly full"),
        _("Less than a tenth is free. Nothing more can be accepted once it is full."),
    ),
    "restore_failed": (
        _("The last backup was not shown to be good"),
        _("Its restore failed, or has not been tested for more than a week."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An alarm as it stands on the page."""

    title: Promise
    words: Promise
    since: datetime


def lines() -> list[Line]:
    """The alarms that ring now."""
    return [Line(*WORDS[alarm.name], alarm.began_at) for alarm in ringing() if alarm.name in WORDS]
