"""How long reports take that are solved from stored paths: 90 days of a workspace, Markov and Shapley for 20 channels.

Goal P4, with the thousand resamples that intervals are drawn from.

    python -m benchmarks.solve_paths [TOUCHES]

TOUCHES in the 120 days that matter, 328,000 unless told: a tenth of a workspace with ten million a year. A ratio is the
time allowed over the time taken; exits with 1 when one is below 1.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

# Before NumPy comes in: its threads cost more than they bring for systems this small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.ingest import DATA_DIR, FOLDER, Servers, make_workspace
from config.embedded import folders, postgres

RUNS = 9
LAST_DAY = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
REPORT_DAYS, STORED_DAYS = 90, 120
LOOKBACK_DAYS = 30
CHANNELS, CAMPAIGNS = 20, 10
TOUCHES_A_CONVERSION, TOUCHES_A_PERSON = 10, 5

# Marks lean towards the first ones; people come and go over the days.
_MARKS = """
insert into tracking_mark (id, workspace_id, digest, source, medium, campaign, channel)
select mark, {workspace}, decode(md5(mark::text), 'hex'), 'source', 'medium', 'campaign ' || mark % {campaigns},
       'Channel ' || mark / {campaigns}
from generate_series(0, {channels} * {campaigns} - 1) as mark
"""
_TOUCHES = """
insert into tracking_touch (workspace_id, person_id, at, tie, mark_id)
select {workspace}, (random() * {people})::bigint,
       timestamptz '{end}' - random() * interval '{days} days', number,
       floor(power(random(), 2) * {channels} * {campaigns})
from generate_series(1, {touches}) as number
"""
_CONVERSIONS = """
insert into tracking_conversion (workspace_id, goal_id, key, person_id, at, message_id, value_micros, currency,
    refunded_micros, note)
select {workspace}, {goal}, number::text, (random() * {people})::bigint,
       timestamptz '{end}' - random() * interval '{days} days', number::text, floor(random() * 1e8), 'USD', 0, ''
from generate_series(1, {conversions}) as number
"""


def make_facts(workspace: int, goal: int, touches: int) -> None:
    """Random touches and conversions of so many days, and everything that is stored of them."""
    numbers = {
        "workspace": workspace,
        "goal": goal,
        "touches": touches,
        "conversions": touches // TOUCHES_A_CONVERSION,
        "people": touches // TOUCHES_A_PERSON,
        "days": STORED_DAYS,
        "end": datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 23, 59, tzinfo=UTC),
        "channels": CHANNELS,
        "campaigns": CAMPAIGNS,
    }
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        for statement in (_MARKS, _TOUCHES, _CONVERSIONS):
            connection.execute(statement.format(**numbers))
        for table in ("tracking_mark", "tracking_touch", "tracking_conversion"):
            connection.execute(f"analyze {table}")


def fill_everything(workspace_id: int, people: int) -> None:
    """Open paths of everybody and the credit of every day, as tasks would write them."""
    from accounts.models import Workspace
    from accounts.tenancy import workspace_scope
    from attribution.actions import fill_days, sum_next_open_days
    from tracking.storage.open_paths import save_open_paths

    Workspace.objects.filter(pk=workspace_id).update(lookback_days=LOOKBACK_DAYS)
    workspace = Workspace.objects.get(pk=workspace_id)
    for first in range(0, people + 1, 50_000):
        with workspace_scope(workspace):
            save_open_paths(workspace_id, range(first, min(first + 50_000, people + 1)))
    days = [LAST_DAY - timedelta(days=number) for number in range(REPORT_DAYS)]
    for first in range(0, REPORT_DAYS, 30):
        fill_days(workspace, days[first : first + 30])
    while sum_next_open_days(workspace, NOW):
        pass
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        connection.autocommit = True
        stored = "attribution_openday, tracking_openpath, attribution_dailypath, attribution_dailycredit"
        connection.execute(f"vacuum analyze {stored}")


def time_runs(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The best of several runs in milliseconds, because whatever else the machine does only adds."""
    run()
    taken = []
    for _ in range(RUNS):
        started = clock()
        run()
        taken.append((clock() - started) * 1000)
    return min(taken)


def measure(workspace_id: int) -> list[tuple[str, float, float]]:
    """(what, milliseconds taken, milliseconds allowed)."""
    from accounts.models import Workspace
    from accounts.tenancy import workspace_scope
    from attribution.core.path_groups import list_marks, read_paths
    from attribution.core.solved import SOLVED
    from attribution.storage import load_day_paths, load_labels, load_open_paths
    from reports.catalogue import attribution
    from reports.catalogue.params import parse_params

    workspace = Workspace.objects.get(pk=workspace_id)
    query = {"start": str(LAST_DAY - timedelta(days=REPORT_DAYS - 1)), "end": str(LAST_DAY)}
    measured = []
    with workspace_scope(workspace):
        params = parse_params(workspace, query, now=NOW)
        days = load_day_paths(workspace, goal_id=params.goal.pk, period=params.period)
        open_paths = load_open_paths(
            workspace, goal_id=params.goal.pk, period=params.period, lookback_days=LOOKBACK_DAYS
        )
        labels = load_labels(workspace, list_marks(days, open_paths))
        channels = sorted({channel for _, channel, _ in labels})
        sums = read_paths(days, {mark: channels.index(channel) for mark, channel, _ in labels}, open_paths)
        print(f"{len(sums.conversions):,} rows of paths with {len(sums.channel):,} touches, {len(channels)} channels")
        for name, model in SOLVED.items():
            # Solving waits for nothing and nobody, so its own time on the processor is what it takes.
            taken = time_runs(partial(model.solve, sums, len(channels)), time.thread_time)
            measured.append((f"solve {name}", taken, 20.0))
        for name in ("linear", *SOLVED):
            asked = parse_params(workspace, query | {"model": name}, now=NOW)
            measured.append((f"report {name}", time_runs(partial(attribution.build, workspace, asked, NOW)), 50.0))
    return measured + measure_resamples(sums, days, {mark: channels.index(channel) for mark, channel, _ in labels})


def measure_resamples(sums: Any, days: Any, channel_of: dict[int, int]) -> list[tuple[str, float, float]]:
    """A thousand resamples of the days: those of a rule, and those of Markov, whose chains are solved."""
    from attribution.core.markov import count_transitions
    from attribution.core.path_groups import split_by_day
    from reports.core.bootstrap import RESAMPLES, draw_days, resample_markov, resample_sums

    by_day = list(split_by_day(days, channel_of))
    counts = np.stack([count_transitions(one, channels=CHANNELS) for one in by_day])
    nobody = sums._replace(conversions=np.zeros_like(sums.conversions))
    open_counts = count_transitions(nobody, channels=CHANNELS)
    totals = np.array([[one.conversions.sum() for one in by_day], [one.value.sum() for one in by_day]])
    earned = counts[:, :, CHANNELS].copy()

    def draw_rule() -> None:
        draw_days.cache_clear()
        resample_sums(earned).bounds()

    def draw_markov() -> None:
        draw_days.cache_clear()
        for spread in resample_markov(counts, open_counts, totals, order=1) or []:
            spread.bounds()

    return [
        (f"{RESAMPLES} resamples", time_runs(draw_rule, time.thread_time), 300.0),
        (f"{RESAMPLES} of markov_1", time_runs(draw_markov, time.thread_time), 300.0),
    ]


def main() -> int:
    touches = int(sys.argv[1]) if len(sys.argv) > 1 else 328_000
    servers = Servers()
    try:
        servers.start_database()
        workspace = make_workspace()
        make_facts(workspace, find_goal(workspace), touches)
        fill_everything(workspace, touches // TOUCHES_A_PERSON)
        measured = measure(workspace)
    finally:
        servers.stop()
        shutil.rmtree(folders.socket_folder(DATA_DIR), ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
    for name, taken, allowed in measured:
        ratio = allowed / taken
        print(f"{name:20} {taken:8.1f} ms   {allowed:.0f} ms / that {ratio:6.2f}   {'met' if ratio >= 1 else 'MISSED'}")
    return 0 if all(taken <= allowed for _, taken, allowed in measured) else 1


def find_goal(workspace: int) -> int:
    """The workspace's goal, made if there is none yet."""
    from accounts.tenancy import workspace_scope
    from tracking.actions import create_default_goals
    from tracking.models import Goal

    with workspace_scope(workspace):
        goal = Goal.objects.of(workspace).first()
    if goal is not None:
        return int(goal.pk)
    from accounts.models import Workspace

    return int(create_default_goals(Workspace.objects.get(pk=workspace)).pk)


if __name__ == "__main__":
    sys.exit(main())
