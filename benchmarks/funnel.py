"""How fast a funnel is counted: our kernel in memory, and end to end against one statement of window SQL.

    python -m benchmarks.funnel [EVENTS] [EVENTS_IN_MEMORY]

An ordered funnel of four steps within 7 days by channel; P9 wants 10M events in memory in half a second, and end to
end 25 times the speed of SQL. The statement lets each step take the latest of the step before it, which is less than we
promise (one event may serve two steps, equal times are not sorted out), and reads the same events, people and touches.
The limit of what is possible is L: the same events' ids, times and names on their way out of PostgreSQL, and no more.
Exits with 1 when a goal is missed.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(tempfile.mkdtemp(prefix="headwater-bench-"))
for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL"):
    os.environ.pop(name, None)
os.environ |= {"HEADWATER_DATA": str(FOLDER / "data"), "REDIS_URL": "redis://127.0.0.1:1/0"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import numpy as np  # noqa: E402 - the addresses come first

from config.embedded import folders, postgres, stack  # noqa: E402
from config.embedded.supervisor import Supervisor  # noqa: E402

DATA_DIR = FOLDER / "data"
SEED, STEPS, NAMES, EVENTS_A_PERSON = 7, 4, 8, 20
DAYS, WINDOW_DAYS = 30, 7
MICROS_A_DAY = 86_400_000_000
MOST_SECONDS, LEAST_RATIO = 0.5, 25.0
THREADS, TURNS = 2, 3
START = datetime(2026, 3, 1, tzinfo=UTC)

# Half of the events fit a step; each person has touches of one of six channels.
_FILL = f"""
insert into tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, name, payload, door)
select %(workspace)s, 'm' || n, now(), timestamptz '{START.isoformat()}' + random() * interval '{DAYS} days', 'track',
    'p' || (n / {EVENTS_A_PERSON}), 'e' || (random() * {NAMES} - 0.5)::int, %(payload)s, 'segment'
from generate_series(0, %(events)s - 1) n
"""
_PEOPLE = f"""
insert into tracking_alias (workspace_id, namespace, value, person_id)
select %(workspace)s, 'anonymous', 'p' || n, n + 1 from generate_series(0, %(events)s / {EVENTS_A_PERSON}) n
"""
_MARKS = """
insert into tracking_mark (workspace_id, digest, source, medium, channel)
select %(workspace)s, ('\\x' || lpad(n::text, 64, '0'))::bytea, 's', 'm', 'Channel ' || n from generate_series(1, 6) n
"""
_TOUCHES = f"""
insert into tracking_touch (workspace_id, person_id, at, tie, mark_id)
select %(workspace)s, n / 2 + 1, timestamptz '{START.isoformat()}' + (n %% 2) * interval '10 days', 0,
    (select min(id) from tracking_mark) + n %% 6
from generate_series(0, 2 * %(events)s / {EVENTS_A_PERSON}) n
"""
_SQL = f"""
with hits as (
    select a.person_id, e.at, e.name from tracking_event e
    join tracking_alias a on a.workspace_id = e.workspace_id and a.value = coalesce(e.user_id, e.anonymous_id)
        and a.namespace = case when e.user_id is null then 'anonymous' else 'user' end
    where e.workspace_id = %(workspace)s and e.kind = 'track' and e.name in ('e0', 'e1', 'e2', 'e3')
), w1 as (
    select *, max(at) filter (where name = 'e0') over w as s1 from hits window w as (partition by person_id order by at)
), w2 as (
    select *, max(s1) filter (where name = 'e1' and at <= s1 + interval '{WINDOW_DAYS} days') over w as s2 from w1
    window w as (partition by person_id order by at)
), w3 as (
    select *, max(s2) filter (where name = 'e2' and at <= s2 + interval '{WINDOW_DAYS} days') over w as s3 from w2
    window w as (partition by person_id order by at)
), w4 as (
    select *, max(s3) filter (where name = 'e3' and at <= s3 + interval '{WINDOW_DAYS} days') over w as s4 from w3
    window w as (partition by person_id order by at)
), people as (
    select person_id, min(s1) as started, count(s1) > 0 as d1, count(s2) > 0 as d2, count(s3) > 0 as d3,
        count(s4) > 0 as d4
    from w4 group by person_id
)
select m.channel, count(*) filter (where d1), count(*) filter (where d2), count(*) filter (where d3),
    count(*) filter (where d4)
from people p left join lateral (
    select mark_id from tracking_touch t where t.workspace_id = %(workspace)s and t.person_id = p.person_id
        and t.at <= p.started order by t.at desc, t.tie desc limit 1
) t on true left join tracking_mark m on m.workspace_id = %(workspace)s and m.id = t.mark_id
where d1 group by m.channel order by m.channel
"""


# Our physical limit: what leaves PostgreSQL, without whose it is.
_LEAVE = """
copy (
    select e.anonymous_id, e.at, e.name from tracking_event e
    where e.workspace_id = {workspace} and e.kind = 'track' and e.name in ('e0', 'e1', 'e2', 'e3')
) to stdout (format binary)
"""


class Taken(NamedTuple):
    """Seconds by the clock, and of this process's own work; others keep the machine busy too."""

    wall: float
    cpu: float


def in_memory(events: int) -> Taken:
    """What it takes to gather and follow so many events, half of which fit a step, and count them by six channels."""
    import polars as pl

    from funnels.core.groups import measure_groups
    from funnels.core.histories import Events, gather_histories
    from funnels.core.progress import follow, warm_up

    random = np.random.default_rng(SEED)
    at = np.sort(random.integers(0, DAYS * MICROS_A_DAY, events))
    fits = random.integers(0, NAMES, events)
    mask = np.where(fits < STEPS, 1 << np.minimum(fits, STEPS), 0)
    people = events // EVENTS_A_PERSON
    packed = Events(random.integers(0, people, events), at, mask, np.ones(events, np.bool_))
    channels = pl.Series([f"Channel {n}" for n in range(6)], dtype=pl.Categorical)
    named = pl.DataFrame({"row": np.arange(people), "group": channels.gather(np.arange(people) % 6).cast(pl.String)})
    warm_up()

    def count() -> None:
        histories = gather_histories(packed, people=people, threads=THREADS)
        measure_groups(follow(histories, steps=STEPS, window=WINDOW_DAYS * MICROS_A_DAY, threads=THREADS), named)

    return best_of(5, count)


def end_to_end(events: int) -> tuple[float, float, float]:
    """Seconds that the report and the statement take over the same stored events, from tables to figures; and L."""
    supervisor = Supervisor(DATA_DIR, say=lambda name, line: None)
    folders.secret_key(DATA_DIR)
    postgres.prepare(DATA_DIR)
    try:
        supervisor.start(
            stack.postgres_program(DATA_DIR, durability=postgres.THROW_AWAY),
            is_ready=lambda: postgres.is_ready(DATA_DIR),
        )
        postgres.make_roles(DATA_DIR)
        workspace = _fill(events)
        # By turns, so that what else the machine does weighs on all alike.
        taken = [
            [best_of(1, act).wall for act in (lambda: _report(workspace), lambda: _ask(workspace), _leave(workspace))]
            for _ in range(TURNS)
        ]
        ours, sql, limit = (min(column) for column in zip(*taken, strict=True))
        return ours, sql, limit
    finally:
        supervisor.stop()


def _fill(events: int) -> Any:
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.actions import create_agency, create_workspace
    from benchmarks.load import TEMPLATE

    call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)
    workspace, _ = create_workspace(create_agency("Bench"), name="Bench")
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        connection.execute("alter table tracking_event disable trigger all")
        for statement in (_FILL, _PEOPLE, _MARKS, _TOUCHES):
            values = {"workspace": workspace.pk, "events": events, "payload": TEMPLATE}
            connection.execute(statement, {name: values[name] for name in values if f"%({name})s" in statement})
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze")
    return workspace


def _report(workspace: Any) -> list[tuple[Any, ...]]:
    from django.utils import timezone

    from accounts.tenancy import workspace_scope
    from reports.catalogue import funnel

    given = {
        "steps": [{"event": f"e{n}", "where": []} for n in range(STEPS)],
        "window_seconds": WINDOW_DAYS * 86_400,
        "order": "ordered",
        "start": "2026-03-01",
        "end": "2026-03-31",
        "breakdown": "channel",
    }
    with workspace_scope(workspace):
        params = funnel.read_params(workspace, given, timezone.now())
        report = funnel.build(workspace, params, timezone.now())
    groups = report.groups or []
    return sorted((group.group, *(step.count for step in group.steps)) for group in groups)


def _ask(workspace: Any) -> list[tuple[Any, ...]]:
    from accounts.tenancy import workspace_scope
    from tracking.storage.rows import run

    with workspace_scope(workspace):
        # Else the planner compares every event with every id, which would flatter us.
        run(workspace.pk, "set local enable_nestloop = off")
        return run(workspace.pk, _SQL)


def _leave(workspace: Any) -> Callable[[], None]:
    def leave() -> None:
        statement = _LEAVE.format(workspace=workspace.pk)
        with postgres.superuser(DATA_DIR, "headwater") as connection, connection.cursor().copy(statement) as sent:
            for _ in sent:
                pass

    return leave


def best_of(times: int, work: Callable[[], object]) -> Taken:
    """The shortest times in seconds."""
    walls, cpus = [], []
    for _ in range(times):
        started, worked = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - started)
        cpus.append(time.process_time() - worked)
    return Taken(min(walls), min(cpus))


def main() -> int:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    taken = in_memory(many)
    told = f"{taken.wall:7.2f} s, {taken.cpu:.2f} s of work on {THREADS} threads"
    print(f"in memory   {many:>11,} events: {told} (goal {MOST_SECONDS} s)", flush=True)
    try:
        ours, sql, limit = end_to_end(events)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    told = f"{ours:7.2f} s, window SQL {sql:7.2f} s: {sql / ours:.1f} times as fast (goal {LEAST_RATIO:.0f})"
    print(f"end to end  {events:>11,} events: {told}")
    print(f"leaving PostgreSQL alone (L): {limit:.2f} s; ours is {ours / limit:.1f} L, window SQL {sql / limit:.1f} L")
    return int(taken.wall > MOST_SECONDS or sql / ours < LEAST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
