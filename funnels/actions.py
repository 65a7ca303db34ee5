"""Keep questions: those that a worker answers until somebody came, and those that have a name."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import TenantQuerySet, workspace_scope
from common.errors import Refusal
from funnels.models import FunnelRun, SavedFunnel

KEPT = timedelta(days=7)
MOST_SAVED, MOST_NAME, MOST_QUERY = 100, 120, 8_000
# A message can be lost, and a worker can die with it; whoever waits for the answer asks for it anew.
PATIENCE = timedelta(minutes=2)
MOST_RINGS = 5
# An answer this old is still the answer; whoever opens the same address again need not wait for another.
ASKED_LATELY = timedelta(minutes=10)
# The upper half of the key of the advisory lock under which one worker answers one question.
_LOCK = 0x6865_6675


class Stopped(Exception):
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Days read of those to read, since when."""

    done: int
    total: int
    began_at: datetime


def ask_run(workspace: Workspace, params: dict[str, Any]) -> FunnelRun:
    """Store a question; those of more than a week ago go."""
    with workspace_scope(workspace):
        FunnelRun.objects.of(workspace).filter(asked_at__lt=now() - KEPT).delete()
        return FunnelRun.objects.create(workspace=workspace, params=params)


def find_run(workspace: Workspace, params: dict[str, Any], at: datetime) -> FunnelRun | None:
    """The latest time that somebody asked the same within ASKED_LATELY, unless it failed; in the workspace's scope."""
    lately = FunnelRun.objects.of(workspace).filter(params=params, asked_at__gte=at - ASKED_LATELY)
    return lately.exclude(state=FunnelRun.FAILED).order_by("-id").first()


def stop_run(workspace: Workspace, run_id: int) -> bool:
    """Take a question back; a worker that counts already sees it after the days it reads. False where it is done."""
    with workspace_scope(workspace):
        return _waiting(workspace, run_id).update(state=FunnelRun.STOPPED, finished_at=now()) > 0


def forget_run(workspace: Workspace, run_id: int) -> None:
    """Let the same be asked anew."""
    with workspace_scope(workspace):
        FunnelRun.objects.of(workspace).filter(pk=run_id).exclude(state=FunnelRun.WAITING).delete()


def save_funnel(workspace: Workspace, name: str, query: str) -> SavedFunnel:
    """Keep a question under a name; another of that name is replaced. Raises Refusal naming the field."""
    name = name.replace("\0", "").strip()
    if not 1 <= len(name) <= MOST_NAME:
        raise Refusal("invalid", _("Write a name of 1 to %(most)d characters.") % {"most": MOST_NAME}, field="name")
    with workspace_scope(workspace):
        kept = SavedFunnel.objects.of(workspace)
        if not kept.filter(name=name).exists() and kept.count() >= MOST_SAVED:
            message = _("A workspace keeps at most %(most)d funnels. Delete one first.")
            raise Refusal("too_many", message % {"most": MOST_SAVED}, field="name")
        kept.filter(name=name).delete()
        return SavedFunnel.objects.create(workspace=workspace, name=name, query=query[:MOST_QUERY])


def delete_funnel(workspace: Workspace, number: int) -> bool:
    """Forget a kept question; whether there was one."""
    with workspace_scope(workspace):
        return SavedFunnel.objects.of(workspace).filter(pk=number).delete()[0] > 0


def ring_again(workspace: Workspace, run: FunnelRun, at: datetime) -> bool:
    """Whether a worker should be asked once more; a question that nobody could answer five times has failed."""
    if run.state != FunnelRun.WAITING or at - run.rang_at < PATIENCE:
        return False
    with workspace_scope(workspace):
        waiting = FunnelRun.objects.of(workspace).filter(pk=run.pk, state=FunnelRun.WAITING, rings=run.rings)
        if run.rings >= MOST_RINGS:
            run.state = FunnelRun.FAILED
            waiting.update(state=run.state, finished_at=at)
            return False
        return bool(waiting.update(rings=run.rings + 1, rang_at=at))


def claim_run(workspace: Workspace, run_id: int) -> FunnelRun | None:
    """The waiting question, ours until this transaction ends; None if it is answered, gone or somebody's already."""
    with connection.cursor() as cursor:
        # Not the row's own lock: whoever stops it must not wait for us.
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [_LOCK, run_id % 2**31])
        mine = bool(cursor.fetchone()[0])
    return _waiting(workspace, run_id).first() if mine else None


def finish_run(run: FunnelRun, result: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    """Keep the answer, unless it was stopped at the last moment."""
    answered = {"state": FunnelRun.DONE, "result": result, "before": before, "finished_at": now()}
    _waiting(run.workspace_id, run.pk).update(**answered)


def note_progress(run: FunnelRun, progress: RunProgress) -> None:
    """Say how far a run is, to whoever looks; raises Stopped where somebody no longer wants the answer."""
    # No fact: lost, the page says so much less until the next days are read.
    cache.set(_key(run), asdict(progress), timeout=int(KEPT.total_seconds()))
    if not _waiting(run.workspace_id, run.pk).exists():
        raise Stopped


def find_progress(run: FunnelRun) -> RunProgress | None:
    """How far a worker is; None where none has begun, or nobody knows."""
    found = cache.get(_key(run))
    return RunProgress(**found) if found else None


def _waiting(workspace: Workspace | int, run_id: int) -> TenantQuerySet[FunnelRun]:
    return FunnelRun.objects.of(workspace).filter(pk=run_id, state=FunnelRun.WAITING)


def _key(run: FunnelRun) -> str:
    return f"funnel-run-{run.workspace_id}-{run.pk}"
