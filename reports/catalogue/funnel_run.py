"""How far a worker is with a funnel that takes long."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Workspace
from funnels.actions import find_progress
from funnels.models import FunnelRun
from reports.catalogue import funnel
from reports.catalogue.refilling import seconds_left


@dataclass(frozen=True, slots=True)
class RunProgressShown:
    """Days read of those to read; `waited` seconds since it was asked, `left` None while nobody can tell."""

    done: int
    total: int
    waited: float
    left: float | None


def describe_run(workspace: Workspace, run: FunnelRun, now: datetime) -> RunProgressShown:
    """The progress of a run that is not answered; before a worker begins, how many days it will read."""
    waited = (now - run.asked_at).total_seconds()
    found = find_progress(run)
    if found is not None:
        passed = (now - found.began_at).total_seconds()
        return RunProgressShown(found.done, found.total, waited, seconds_left(found.done, found.total, passed))
    params = funnel.read_params(workspace, run.params, run.asked_at)
    asked = [params, *([funnel.before_of(params)] if run.params.get("compared") else [])]
    return RunProgressShown(0, sum(funnel.count_days(workspace, one, now) for one in asked), waited, None)
