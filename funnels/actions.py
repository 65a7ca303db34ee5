"""Keep questions: those that a worker answers until somebody came, and those that have a name."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from funnels.models import FunnelRun, SavedFunnel

KEPT = timedelta(days=7)
MOST_SAVED, MOST_NAME, MOST_QUERY = 100, 120, 8_000
# A message can be lost, and a worker can die with it; whoever waits for the answer asks for it anew.
PATIENCE = timedelta(minutes=2)
MOST_RINGS = 5
# An answer this old is still the answer; whoever opens the same address again need not wait for another.
ASKED_LATELY = timedelta(minutes=10)


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
    """Take a question back that no worker has begun with; False where one counts already, or is done."""
    with workspace_scope(workspace):
        run = claim_run(workspace, run_id)
        if run is None:
            return False
        run.state, run.finished_at = FunnelRun.STOPPED, now()
        run.save(update_fields=["state", "finished_at"])
        return True


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
    """The waiting question, held for this transaction; None if it is answered, gone or somebody's already."""
    rows = FunnelRun.objects.of(workspace).filter(pk=run_id, state=FunnelRun.WAITING)
    return rows.select_for_update(skip_locked=True).first()


def finish_run(run: FunnelRun, result: dict[str, Any]) -> None:
    """Keep the answer."""
    run.state, run.result, run.finished_at = FunnelRun.DONE, result, now()
    run.save(update_fields=["state", "result", "finished_at"])
