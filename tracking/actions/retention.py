"""Let go of events that are older than their workspace keeps them; what follows from them stands, sealed.

First the seal moves on, alone and only once everything before it is worked off; then events before it are deleted,
some at a time. From the seal on nothing is derived from an event before it, so it makes no difference how many of
them are left, and whatever is killed halfway is taken up again by the next look.
"""

import logging
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.periods import day_of, start_of_day
from tracking.actions.derive import load_persons
from tracking.actions.refills import hold_settings, share_settings
from tracking.core.facts import Rules
from tracking.core.pipeline import parse_hits, reader_of_arrivals, refuse_bots
from tracking.core.sealed import NOTHING, Sealed
from tracking.core.sessions import walk_sessions
from tracking.storage.people import load_people
from tracking.storage.retention import fold_counts, forget_rejected, remove_events_before, waits_before
from tracking.storage.rules import load_rules
from tracking.storage.sealed import Visit, find_spanning, load_sealed, save_sealed_hits

log = logging.getLogger(__name__)

EVENTS_A_BATCH = 2_000
PEOPLE_A_BATCH = 500
# Whoever derives holds the settings for as long as a batch takes; those who wait here keep new ones waiting.
PATIENCE = "2s"


def retain(workspace: Workspace, now: datetime, *, seconds: float) -> bool:
    """Seal what is old enough and let go of its events, for some seconds; return whether some are left."""
    deadline = time.monotonic() + seconds
    try:
        if find_seal(workspace, now) is not None:
            seal_days(workspace, now)
    except OperationalError as busy:
        # What is sealed already can go; the rest has time until the next look.
        log.info("workspace %s: could not be sealed: %s", workspace.pk, busy)
    more = True
    while more and time.monotonic() < deadline:
        more = forget_events(workspace, now)
    return more


def seal_days(workspace: Workspace, now: datetime) -> bool:
    """Move the seal to the first day whose events are kept, unless something before it waits; return whether it did."""
    with workspace_scope(workspace):
        with connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{PATIENCE}'")
        hold_settings(workspace)
        workspace.refresh_from_db()
        seal = find_seal(workspace, now)
        if seal is None or waits_before(workspace.pk, seal, day_of(seal, ZoneInfo(workspace.timezone))):
            return False
        _note_hits_before(workspace, seal)
        workspace.sealed_at = seal
        workspace.save(update_fields=["sealed_at"])
    return True


def find_seal(workspace: Workspace, now: datetime) -> datetime | None:
    """Where the seal belongs; None if it does not have to move."""
    if workspace.retention_days is None:
        return None
    seal = start_of_kept(workspace, workspace.retention_days, now)
    return seal if workspace.sealed_at is None or seal > workspace.sealed_at else None


def start_of_kept(workspace: Workspace, days: int, now: datetime) -> datetime:
    """When the first day begins whose events a workspace keeps that keeps them for so many days."""
    zone = ZoneInfo(workspace.timezone)
    return start_of_day(day_of(now, zone) - timedelta(days=days), zone)


def forget_events(workspace: Workspace, now: datetime) -> bool:
    """Delete one batch of events before the seal, and of what was rejected so long ago; return whether more may be.

    What was rejected goes on being counted.
    """
    with workspace_scope(workspace):
        # Whoever erases a person deletes some of the same events, in another order; they wait for us, or we for them.
        share_settings(workspace)
        workspace.refresh_from_db()
        gone = 0
        if workspace.sealed_at is not None:
            gone += remove_events_before(workspace.pk, workspace.sealed_at, EVENTS_A_BATCH)
        if workspace.retention_days is not None:
            too_old = now - timedelta(days=workspace.retention_days)
            gone += forget_rejected(workspace.pk, too_old, EVENTS_A_BATCH)
    return gone > 0


def fold(workspace: Workspace, now: datetime) -> None:
    """Sum what only counts by hour and day; its sums stay what they are."""
    folded = 1
    while folded:
        with workspace_scope(workspace):
            folded = fold_counts(workspace.pk, now)


def _note_hits_before(workspace: Workspace, seal: datetime) -> None:
    """Keep how much of the visits that went on past the seal came before it, while their events are there."""
    rules = load_rules(workspace)
    spanning = find_spanning(workspace.pk, seal)
    people = sorted({person for person, _, _ in spanning})
    for start in range(0, len(people), PEOPLE_A_BATCH):
        hits = _count_hits_before(workspace, people[start : start + PEOPLE_A_BATCH], rules, seal)
        save_sealed_hits(workspace.pk, {place: hits[place] for place in spanning & hits.keys()})


def _count_hits_before(workspace: Workspace, numbers: list[int], rules: Rules, seal: datetime) -> dict[Visit, int]:
    read = reader_of_arrivals(rules)
    standing: dict[int, Sealed] = {}
    if workspace.sealed_at is not None:
        standing = load_sealed(workspace.pk, numbers, {}, workspace.sealed_at)
    counted: dict[Visit, int] = {}
    for number, person in load_persons(workspace, load_people(workspace.pk, numbers), rules).items():
        events = sorted((e for e in person.events if e.at < seal), key=lambda event: event.place)
        sessions, _ = walk_sessions(refuse_bots(parse_hits(events)), read, standing.get(number, NOTHING).facts)
        counted |= {(number, one.started_at, one.tie): one.hits for one in sessions}
    return counted
