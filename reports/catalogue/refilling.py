"""How far a change of settings has come in making the numbers anew."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Workspace
from tracking.actions import refill_progress
from tracking.models import Refill

# A worker takes work up within seconds; whoever waits longer is told that none is there.
STUCK_AFTER_S = 120
# Too little is done to tell from it how long the rest takes.
TOO_EARLY = 0.02


@dataclass(frozen=True, slots=True)
class Refilling:
    """A change at work: `done` of `total` people and days; `seconds_left` None while nobody can tell.

    state: queued, running, done, or stuck where nothing has moved for two minutes.
    """

    id: int
    kind: str
    reasons: list[str]
    state: str
    done: int
    total: int
    seconds_left: float | None


def build(workspace: Workspace, now: datetime) -> Refilling | None:
    """The latest change; None if there never was one. In the workspace's scope."""
    refill = Refill.objects.of(workspace).order_by("-id").first()
    progress = refill_progress(workspace, refill) if refill is not None else None
    if refill is None or progress is None:
        return None
    passed = (now - refill.started_at).total_seconds()
    state = progress["state"]
    if state == "queued" and passed > STUCK_AFTER_S:
        state = "stuck"
    return Refilling(
        id=refill.pk,
        kind=refill.kind,
        reasons=[reason for reason in refill.reason.split(", ") if reason],
        state=state,
        done=progress["done"],
        total=progress["total"],
        seconds_left=seconds_left(progress["done"], progress["total"], passed),
    )


def seconds_left(done: int, total: int, passed: float) -> float | None:
    """How long the rest takes at the speed so far: 30 of 90 in 10 s leaves 20 s; None before there is a speed."""
    if not total or done / total < TOO_EARLY:
        return None
    return passed * (total - done) / done
