"""Six alarms, so that silence is heard: each is measured anew, noted as a row, and told where operators look."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.utils.timezone import now

from accounts import alarms, outbox
from accounts.alarms import LIMITS, Reading
from accounts.models import Agency, Alarm, Upkeep
from config import alarm_mails, pulse
from config.database import patience

log = logging.getLogger(__name__)
EVERY_S = 15.0
PATIENCE_S = 5.0
# A mail server that does not answer must not keep us from looking.
MOST_MAILS = 3
# The clock needs a moment to come up.
GRACE_S = 60.0
# Whoever tests restores does so every week.
NEXT_TEST = timedelta(days=8)
WORDS = {
    "facts_late": "Facts are behind: the oldest event has waited for {value:.0f} s.",
    "clock_silent": "The clock has given no sign of life for half a minute.",
    "quarantine": "{value:.1%} of the last hour's events are in quarantine.",
    "backup_old": "The last backup is {value:.0f} hours old.",
    "disk_full": "Only {value:.0%} of the disk is free.",
    "restore_failed": "The last test of a restore failed, or is more than a week old.",
}
_started_at = time.monotonic()


def look(at: datetime, *, grace_s: float = GRACE_S) -> list[Reading]:
    """Every alarm that can be measured now; those that need what is away are left out.

    For so long after this process began the clock may still be coming up.
    """
    readings = []
    is_early = time.monotonic() - _started_at < grace_s
    for measure in (_facts_and_quarantine, _backup, _disk, _restore, *([] if is_early else [_clock])):
        try:
            readings += measure(at)
        except (DatabaseError, redis.RedisError, OSError):
            continue
    return readings


def words_of(reading: Reading) -> str:
    """A line for terminals and logs."""
    return say(reading.name, reading.value)


def say(name: str, value: float | None) -> str:
    """An alarm and what was measured, in a sentence."""
    return WORDS[name].format(value=value or 0)


def post_mails(alarm: Alarm) -> None:
    """Put down the mails of an alarm that has just begun or is over, in the open transaction."""
    alarm_mails.post(alarm, say(alarm.name, alarm.value))


def _facts_and_quarantine(at: datetime) -> list[Reading]:
    with patience(PATIENCE_S), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local statement_timeout = {int(PATIENCE_S * 1000)}")
        cursor.execute("select name, value from tracking_measures() where name <> 'refused'")
        measures = dict(cursor.fetchall())
    waits, accepted = measures["waiting_seconds"], measures["accepted_lately"]
    quarantined = measures["quarantined_lately"]
    share = quarantined / max(accepted, quarantined) if quarantined else 0.0
    return [_above("facts_late", waits), _above("quarantine", share)]


def _above(name: str, value: float) -> Reading:
    return Reading(name, value > (LIMITS[name] or 0), value)


def _clock(at: datetime) -> list[Reading]:
    return [Reading("clock_silent", pulse.age_s("beat") is None)]


def _backup(at: datetime) -> list[Reading]:
    with patience(PATIENCE_S):
        last = alarms.newest(Upkeep.Kind.BACKUP, only_good=True)
        # Before the first one: since there is anything of worth.
        first = Agency.objects.filter(is_demo=False).order_by("created_at").first()
    since = last.at if last else first.created_at if first else at
    return [_above("backup_old", (at - since) / timedelta(hours=1))]


def _disk(at: datetime) -> list[Reading]:
    found = shutil.disk_usage(settings.DATA_DIR)
    # As `df` counts: what is kept for the superuser is not ours to fill.
    share = found.free / (found.used + found.free)
    return [Reading("disk_full", share < (LIMITS["disk_full"] or 0), share)]


def _restore(at: datetime) -> list[Reading]:
    with patience(PATIENCE_S):
        last = alarms.newest(Upkeep.Kind.RESTORE_TEST)
    return [Reading("restore_failed", last is not None and (not last.went_well or at - last.at > NEXT_TEST))]


def watch(tell: Callable[[str], None]) -> threading.Thread:
    """Look every quarter of a minute, in a thread of its own; `tell` hears what begins and what is over."""
    thread = threading.Thread(target=_watch_on, args=(tell,), name="alarms", daemon=True)
    thread.start()
    return thread


def _watch_on(tell: Callable[[str], None]) -> None:
    while True:
        look_once(tell)
        connections.close_all()
        time.sleep(EVERY_S)


def look_once(tell: Callable[[str], None]) -> None:
    """Measure, note and tell; whatever is away is tried again with the next look."""
    try:
        with patience(PATIENCE_S):
            readings = look(now())
            began, ended = alarms.note(readings, now(), tell=post_mails)
    except Exception as error:
        log.warning("The alarms could not be noted: %s", error)
        return
    for reading in began:
        tell(f"Alarm {reading.name}: {words_of(reading)}")
    for name in ended:
        tell(f"Alarm {name} is over.")
    if ended or any(reading.rings for reading in readings):
        _send_mails()


def _send_mails() -> None:
    """Clock and workers, which send mails, may be what an alarm is about."""
    try:
        with patience(PATIENCE_S):
            outbox.send_waiting(now(), most=MOST_MAILS)
    except Exception as error:
        log.warning("Mails of alarms wait for another look: %s", error)


def note_upkeep(owner_url: str, kind: Upkeep.Kind, *, went_well: bool, detail: str) -> None:
    """Write down that a backup was made or a restore tested; by the owner's address, which the commands have."""
    import psycopg

    statement = "insert into accounts_upkeep (kind, went_well, detail) values (%s, %s, %s)"
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as opened:
            opened.execute(statement, [kind.value, went_well, detail[:300]])
    except psycopg.errors.UndefinedTable:
        log.warning("The tables are older than this code; nothing was noted.")
