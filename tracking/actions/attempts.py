"""How the next batch of a workspace is cut, so that one that cannot be derived never holds up the others.

An attempt is counted and committed before the work, so that a batch that kills its worker is seen too. Three failures
halve the batch; what fails three times alone is given up.
"""

import logging
from dataclasses import dataclass

import psycopg
from django.db import Error

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from tracking.models import DerivingState
from tracking.storage.events import list_places
from tracking.storage.work import list_marks

log = logging.getLogger(__name__)

# So many that what each batch costs however small it is does not count; few enough for a turn's two seconds, and for a
# worker's memory should each bring 32 KB.
MOST_A_BATCH = 16_000
ATTEMPTS = 3
# SQLSTATE classes: data exception, integrity violation, a row larger than the database can hold.
CLASSES_OF_BAD_VALUES = ("22", "23", "54")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A batch about to be tried; `only` names the row when it is tried alone."""

    work: str
    size: int
    only: int | None = None
    given_up: bool = False


def begin_attempt(workspace: Workspace, work: str) -> Attempt | None:
    """Count the attempt at the next batch; None if nothing waits."""
    with workspace_scope(workspace):
        rows = waiting_rows(workspace, work, 2)
        if not rows:
            return None
        state = DerivingState.objects.of(workspace).filter(work=work).first()
        state = state or DerivingState(workspace=workspace, work=work)
        # What failed may be anywhere among them; else it only matters whether there is more than one.
        rows = waiting_rows(workspace, work, MOST_A_BATCH) if state.failures else rows
        attempt = _cut(state, rows)
        state.save()
        return attempt


def end_attempt(workspace: Workspace, attempt: Attempt) -> None:
    """The batch is done, in its own transaction; the next may be twice as large."""
    state = DerivingState.objects.of(workspace).get(work=attempt.work)
    if not attempt.given_up:
        state.batch_size = min(MOST_A_BATCH, max(state.batch_size, 2 * attempt.size))
    state.failures, state.suspect = 0, None
    state.save(update_fields=["batch_size", "failures", "suspect"])


def take_back_attempt(workspace: Workspace, attempt: Attempt) -> None:
    """An attempt that failed for our own reasons does not count; if this cannot be noted either, it does."""
    try:
        with workspace_scope(workspace):
            for state in DerivingState.objects.of(workspace).filter(work=attempt.work, failures__gt=0):
                state.failures -= 1
                state.save(update_fields=["failures"])
    except (Error, psycopg.Error):
        log.warning("workspace %s: the database does not answer", workspace.pk)


def waiting_rows(workspace: Workspace, work: str, most: int) -> list[int]:
    """Places in the inbox, or ids of marks, the oldest first."""
    return list_places(workspace.pk, most) if work == DerivingState.EVENTS else list_marks(workspace.pk, most)


def is_our_fault(error: Exception) -> bool:
    """Whether the database failed us, or we it (a table not migrated yet), rather than the event's values."""
    if not isinstance(error, (Error, psycopg.Error)):
        return False
    cause = error.__cause__ if isinstance(error, Error) else error
    return not str(getattr(cause, "sqlstate", None) or "").startswith(CLASSES_OF_BAD_VALUES)


def _cut(state: DerivingState, rows: list[int]) -> Attempt:
    if state.failures >= ATTEMPTS:
        # Rows commit out of order: whatever is oldest now, the one that failed alone is given up and no other.
        if state.suspect in rows:
            return Attempt(state.work, 1, only=state.suspect, given_up=True)
        state.batch_size, state.failures = max(1, min(state.batch_size, len(rows)) // 2), 0
    size = min(state.batch_size, len(rows)) if state.failures or len(rows) == 1 else state.batch_size
    only = rows[0] if size == 1 else None
    if state.suspect != only:
        state.suspect, state.failures = only, 0
    state.failures += 1
    return Attempt(state.work, size, only=only)
