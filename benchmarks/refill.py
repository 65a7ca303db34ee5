"""One full recompute of a workspace in a process of its own, for benchmarks.recompute; prints what it took as JSON.

python -m benchmarks.refill WORKSPACE DAYS
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

LAST_DAY = date(2026, 3, 31)
CHANGED_DAYS = 9


def refill(workspace_id: int, days: int) -> dict[str, float]:
    """Fill every day that is marked, chunk after chunk, as tasks do; then single days again."""
    import django

    django.setup()
    from accounts.models import Workspace
    from attribution.actions import fill_days, fill_next_days
    from config import kernels

    kernels.warm_up()
    workspace = Workspace.objects.get(pk=workspace_id)
    # A day without anything: connections are made and code is loaded, as in a worker that has been up for a while.
    fill_days(workspace, [LAST_DAY + timedelta(days=400)])
    mark_days(workspace, days)
    idle = _megabytes()
    began_at = time.perf_counter()
    while fill_next_days(workspace):
        pass
    full_s, peak = time.perf_counter() - began_at, _megabytes()
    changed = [LAST_DAY - timedelta(days=number * 17) for number in range(CHANGED_DAYS)]
    day_s = statistics.median(_time(lambda day=day: fill_days(workspace, [day])) for day in changed)  # type: ignore[misc]
    return {"seconds": full_s, "megabytes": peak, "idle": idle, "day": day_s}


def mark_days(workspace: Any, days: int) -> None:
    """As after a change of settings: every day is to be filled again."""
    from accounts.tenancy import workspace_scope
    from tracking.models import ChangedDay

    with workspace_scope(workspace):
        ChangedDay.objects.bulk_create(
            ChangedDay(workspace=workspace, day=LAST_DAY - timedelta(days=number)) for number in range(days)
        )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _time(act: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    act()
    return time.perf_counter() - began_at


if __name__ == "__main__":
    print(json.dumps(refill(int(sys.argv[1]), int(sys.argv[2]))))
