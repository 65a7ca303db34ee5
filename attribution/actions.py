"""What attribution writes: credit and paths of days, whenever what it rests on has changed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from attribution.core.daily import credit_days
from attribution.core.day_paths import sum_day_paths
from attribution.core.gathered import gather
from attribution.storage import (
    count_conversions,
    forget_open_days,
    list_days_to_sum,
    load_slice,
    save_day_credits,
    save_day_paths,
    sum_open_days,
    terms_of,
)
from tracking.models import ChangedDay, ChangedPerson, Goal, Refill

# Marks wait this long, so that a burst of events costs one fill instead of many.
GATHER_SECONDS = 1.0
# One transaction's worth: progress is seen after each, and memory stays small.
DAYS_A_CHUNK = 31
CONVERSIONS_A_CHUNK = 250_000
_THREADS = 2
# Days are summed while nobody can move a path of theirs, so for a moment only.
OPEN_DAYS_A_CHUNK = 16
# Until then most people who come back soon are back.
_REST = timedelta(days=1)


def fill_days(workspace: Workspace, days: Sequence[date]) -> None:
    """Work the days' credit and paths out anew and replace them, in one transaction; running it twice changes nothing.

    Takes away the marks that were there before it looked; a change that comes later leaves its own. Fills of one
    workspace wait for each other. Sealed days stay as they are.
    """
    days = sorted(set(days))
    if not days:
        return
    with workspace_scope(workspace):
        _lock_fills(workspace)
        marks = dict(ChangedDay.objects.of(workspace).filter(day__in=days).values_list("id", "refill_id"))
        # Read after the marks: settings commit together with the marks they leave.
        workspace.refresh_from_db()
        _replace(workspace, [day for day in days if not workspace.sealed_before or day >= workspace.sealed_before])
        ChangedDay.objects.of(workspace).filter(id__in=list(marks)).delete()
        finish_refills(workspace, {refill for refill in marks.values() if refill is not None})


def fill_next_days(workspace: Workspace) -> bool:
    """Fill one chunk of the changed days, the newest first; return whether changed days are left over.

    Does nothing while another fill of the workspace is under way: that one, or the next look, takes care.
    """
    with workspace_scope(workspace):
        if not _try_lock_fills(workspace):
            return False
        changed = changed_days_of(workspace)
        chunk = _first_chunk(workspace, changed)
        fill_days(workspace, chunk)
        return len(changed) > len(chunk)


def changed_days_of(workspace: Workspace) -> list[date]:
    """Days whose stored credit no longer holds, the newest first; in the workspace's scope."""
    days = ChangedDay.objects.of(workspace).values_list("day", flat=True).distinct()
    return sorted(days, reverse=True)


def find_workspaces_to_fill() -> list[int]:
    """Ids of the workspaces with a changed day that has waited for GATHER_SECONDS."""
    with connection.cursor() as cursor:
        cursor.execute("select tracking_workspaces_with_changed_days(make_interval(secs => %s))", [GATHER_SECONDS])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def finish_refills(workspace: Workspace, refills: set[int]) -> None:
    """Note the end of those refills that have no mark left, neither a day nor a person."""
    if not refills:
        return
    left_days = ChangedDay.objects.of(workspace).filter(refill_id=OuterRef("id"))
    left_people = ChangedPerson.objects.of(workspace).filter(refill_id=OuterRef("id"))
    Refill.objects.of(workspace).filter(
        ~Exists(left_days), ~Exists(left_people), id__in=refills, finished_at=None
    ).update(finished_at=now())


def sum_next_open_days(workspace: Workspace, now: datetime) -> bool:
    """Sum the open paths of some days gone by that lack it, the newest first; return whether days are left over.

    Does nothing while somebody is moving paths of the workspace; the next look takes care.
    """
    with workspace_scope(workspace):
        if not _try_lock_open_days(workspace):
            return False
        terms = terms_of(workspace)
        goals = Goal.objects.of(workspace).values_list("id", flat=True)
        lookbacks = {goal: round(terms.goal_lookback_days.get(goal, terms.lookback_days)) for goal in goals}
        forget_open_days(workspace, list(lookbacks), before=now)
        days = list_days_to_sum(workspace, lookbacks, before=now - _REST) if lookbacks else []
        if days:
            sum_open_days(workspace, days[:OPEN_DAYS_A_CHUNK], lookbacks)
        return len(days) > OPEN_DAYS_A_CHUNK


def hold_numbers(workspace: Workspace) -> None:
    """Wait for whoever fills or sums days of the workspace, and keep others from it until this transaction ends.

    In the workspace's scope. Whoever holds the settings too does so first, as those do who derive.
    """
    _lock_fills(workspace)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [_open_days_name(workspace)])


def _try_lock_open_days(workspace: Workspace) -> bool:
    """Keep everybody from moving paths, if nobody is; the trigger of migration 0005 takes its share of this lock."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_open_days_name(workspace)])
        return bool(cursor.fetchone()[0])


def _replace(workspace: Workspace, days: Sequence[date]) -> None:
    if not days:
        return
    terms = terms_of(workspace)
    loaded = load_slice(workspace, days, terms)
    gathered = gather(loaded.touches, loaded.conversions, loaded.marks, loaded.milestones)
    rows = credit_days(gathered, terms, threads=_THREADS)
    filled_at = now()
    save_day_credits(workspace, days, rows, terms, filled_at=filled_at)
    save_day_paths(workspace, days, sum_day_paths(gathered, terms), terms, filled_at=filled_at)


def _first_chunk(workspace: Workspace, days: Sequence[date]) -> list[date]:
    chunk: list[date] = []
    conversions = 0
    for day, count in count_conversions(workspace, days[:DAYS_A_CHUNK]).items():
        conversions += count
        if chunk and conversions > CONVERSIONS_A_CHUNK:
            break
        chunk.append(day)
    return chunk


def _lock_fills(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [_lock_name(workspace)])


def _try_lock_fills(workspace: Workspace) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_lock_name(workspace)])
        return bool(cursor.fetchone()[0])


def _lock_name(workspace: Workspace) -> str:
    return f"attribution.fill:{workspace.pk}"


def _open_days_name(workspace: Workspace) -> str:
    return f"attribution.open:{workspace.pk}"
