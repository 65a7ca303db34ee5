"""Reports that take long, and mails that are due, made by a worker."""

import json
from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer

from accounts.models import Workspace
from accounts.tenancy import workspace_task
from funnels.actions import RunProgress, Stopped, claim_run, finish_run, note_progress
from funnels.models import FunnelRun
from reports.actions import measure_lateness, sum_next_session_days
from reports.api.funnel_shapes import show_funnel
from reports.catalogue import funnel
from reports.catalogue.funnel import FunnelParams
from reports.deliveries.due import find_workspaces_with_mail_due, send_due
from reports.session_days import find_workspaces_with_session_days
from reports.storage_lateness import find_workspaces_to_measure

# Longer than the time between two looks, shorter than what would pile up behind a slow mail server.
MAIL_EXPIRES_SECONDS = 60
# What moves in that time is summed at once; until then it is counted when it is asked for.
GATHER_MOVES_S = 300.0


def ring(run: FunnelRun) -> None:
    """Ask a worker for the answer; a message that is lost is sent anew when somebody looks for the answer."""
    # Without trying again: whoever asked is waiting for their own answer.
    answer_funnel.apply_async((run.workspace_id, run.pk), retry=False)


@workspace_task(name="reports.answer_funnel")
def answer_funnel(workspace: Workspace, run_id: int) -> None:
    """Count a funnel and keep the report as it goes out; a question is answered once, and may be stopped."""
    run = claim_run(workspace, run_id)
    if run is None:
        return
    params = funnel.read_params(workspace, run.params, run.asked_at)
    asked = [params, *([funnel.before_of(params)] if run.params.get("compared") else [])]
    try:
        result, *before = _count(workspace, run, asked)
    except Stopped:
        return
    finish_run(run, result, before[0] if before else None)


def _count(workspace: Workspace, run: FunnelRun, asked: Sequence[FunnelParams]) -> list[dict[str, Any]]:
    """The answers to some questions one after the other, telling how far they are all together."""
    began_at = timezone.now()
    days = [funnel.count_days(workspace, params, began_at) for params in asked]
    answers: list[dict[str, Any]] = []
    for params in asked:
        read = sum(days[: len(answers)])

        def note(done: int, read: int = read) -> None:
            note_progress(run, RunProgress(read + done, sum(days), began_at))

        note(0)
        answers.append(_as_stored(show_funnel(funnel.build(workspace, params, timezone.now(), note=note))))
    return answers


def _as_stored(shown: dict[str, Any]) -> dict[str, Any]:
    # Days and times as text, the very text that an answer at once would have.
    return dict(json.loads(JSONRenderer().render(shown)))


@shared_task(name="reports.look_for_due_mail")
def look_for_due_mail() -> None:
    """Have every workspace's mails sent that are due; beat runs this, so no lost message matters."""
    for workspace_id in find_workspaces_with_mail_due(timezone.now()):
        send_due_mail.apply_async((workspace_id,), expires=MAIL_EXPIRES_SECONDS)


# Not a workspace_task: a mail server takes its time, and each step is a transaction of its own.
@shared_task(name="reports.send_due_mail")
def send_due_mail(workspace_id: int) -> None:
    """Send what is due in a workspace; what is left waits for the next look."""
    workspace = Workspace.objects.select_related("agency").filter(pk=workspace_id).first()
    if workspace is not None:
        send_due(workspace)


@shared_task(name="reports.look_for_late_conversions")
def look_for_late_conversions() -> None:
    """Have lateness measured wherever something came in since the last time; beat runs this."""
    for workspace_id in find_workspaces_to_measure(timezone.now()):
        measure_late_conversions.apply_async((workspace_id,), expires=MAIL_EXPIRES_SECONDS)


@workspace_task(name="reports.measure_late_conversions")
def measure_late_conversions(workspace: Workspace) -> None:
    """Measure how late the workspace's conversions come in."""
    measure_lateness(workspace, timezone.now())


@shared_task(name="reports.look_for_session_days")
def look_for_session_days() -> None:
    """Have sessions summed wherever a day has gone by or sessions have moved, so that reports read sums."""
    for workspace_id in find_workspaces_with_session_days(GATHER_MOVES_S):
        sum_session_days.delay(workspace_id)


@workspace_task(name="reports.sum_session_days")
def sum_session_days(workspace: Workspace) -> None:
    """Sum one chunk of days; what is left goes to the next task."""
    if sum_next_session_days(workspace, timezone.now()):
        transaction.on_commit(lambda: sum_session_days.delay(workspace.pk))
