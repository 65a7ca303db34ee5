"""How long everything takes to be worked out anew: a year of touches to every rule's credit and all paths, stored.

    python -m benchmarks.recompute [--touches 1000000]        # S1; S2 is --touches 10000000

P1 holds the full recompute against L, the time in which PostgreSQL hands the same touches to /dev/null; P2 against what
a warehouse does in SQL (four rules, no paths) and against a loop over Django's ORM, scaled from a sample; P3 is one
changed day. Everything shares one machine, so only the ratios of one run count. Exits with 1 when a goal is missed.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from benchmarks.ingest import DATA_DIR, FOLDER, Servers, make_workspace
from benchmarks.refill import LAST_DAY
from benchmarks.solve_paths import find_goal
from config.embedded import folders, postgres

S2 = 10_000_000
DAYS, LOOKBACK_DAYS = 365, 30
CHANNELS, MARKS = 12, 212
TOUCHES_A_CONVERSION, TOUCHES_A_PERSON = 10, 5
SAMPLE = 400
MOST_L, MOST_MEGABYTES = 2.0, 1_500
LEAST_SQL, LEAST_ORM = 4.0, 150.0
MOST_DAY_MS, LEAST_DAY = 50.0, 100.0

_FACTS = """
insert into tracking_mark (id, workspace_id, digest, source, medium, campaign, channel)
select n, {workspace}, decode(md5(n::text), 'hex'), 'source', 'medium', 'campaign ' || n / {channels},
    case n % {channels} when 0 then 'Direct' else 'Channel ' || n % {channels} end
from generate_series(0, {marks} - 1) n;

insert into tracking_touch (workspace_id, person_id, at, tie, mark_id)
select {workspace}, (random() * {people})::bigint, timestamptz '{end}' - random() * interval '{days} days', n,
    floor(power(random(), 2) * {marks})
from generate_series(1, {touches}) n;

insert into tracking_conversion (workspace_id, goal_id, key, person_id, at, message_id, value_micros, currency,
    refunded_micros, note)
select {workspace}, {goal}, n::text, (random() * {people})::bigint,
    timestamptz '{end}' - random() * interval '{days} days', n::text, floor(random() * 1e8), 'USD', 0, ''
from generate_series(1, {conversions}) n
"""
_COPY = """
copy (select person_id, at, mark_id from tracking_touch where workspace_id = {workspace}) to stdout (format binary)
"""
# What a warehouse does: the path of every conversion, equal channels in a row taken for one, then a row for each touch.
_WAREHOUSE = """
create temporary table paths as
select conversion, at, value, array_agg(channel order by touched_at, tie) as path from (
    select c.id as conversion, c.at, c.value_micros as value, t.at as touched_at, t.tie, m.channel,
        lag(m.channel) over (partition by c.id order by t.at, t.tie) as before
    from tracking_conversion c
    join tracking_touch t on t.workspace_id = c.workspace_id and t.person_id = c.person_id
        and t.at <= c.at and t.at >= c.at - interval '{lookback} days'
    join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
    where c.workspace_id = {workspace}
) as touched where before is distinct from channel group by conversion, at, value;

create temporary table attributions as
select conversion, at, value, channel,
    case when place = 1 then 1.0 else 0 end as first_touch,
    case when place = n then 1.0 else 0 end as last_touch,
    1.0 / n as linear,
    case when n = 1 then 1.0 when n = 2 then 0.5 when place in (1, n) then 0.4 else 0.2 / (n - 2) end as position_based
from (select *, cardinality(path) as n from paths) as p, unnest(path) with ordinality as step (channel, place);

create temporary table by_day as
select (at at time zone 'UTC')::date as day, channel,
    sum(first_touch) as first_touch, sum(first_touch * value) as first_touch_value,
    sum(last_touch) as last_touch, sum(last_touch * value) as last_touch_value,
    sum(linear) as linear, sum(linear * value) as linear_value,
    sum(position_based) as position_based, sum(position_based * value) as position_based_value
from attributions group by 1, 2
"""


class Goal(NamedTuple):
    """A ratio, and how large it must be; a goal of another size of data is told, but misses nothing."""

    name: str
    ratio: float
    least: float
    counts: bool = True

    @property
    def is_missed(self) -> bool:
        return self.counts and self.ratio < self.least

    def say(self) -> str:
        verdict = "MISSED" if self.is_missed else "met" if self.ratio >= self.least else "a goal of S2 only"
        return f"{self.name:58} {self.ratio:8.2f}   goal {self.least:g}   {verdict}"


def make_facts(workspace: int, goal: int, touches: int) -> None:
    """Random touches and conversions of a year."""
    values = {
        "workspace": workspace,
        "goal": goal,
        "touches": touches,
        "conversions": touches // TOUCHES_A_CONVERSION,
        "people": touches // TOUCHES_A_PERSON,
        "days": DAYS - 1,
        "end": datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 23, 59, tzinfo=UTC),
        "channels": CHANNELS,
        "marks": MARKS,
    }
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        for statement in _FACTS.strip().split(";\n"):
            connection.execute(statement.format(**values))
        # The index is read alone only where the table is known to be clean.
        connection.execute("vacuum analyze")
    from accounts.models import Workspace

    Workspace.objects.filter(pk=workspace).update(lookback_days=LOOKBACK_DAYS, timezone="UTC")


def copy_out(workspace: int) -> float:
    """L: the seconds in which PostgreSQL hands out the touches, and nobody looks at them."""
    psql = [str(postgres.programs() / "psql"), "-h", str(folders.socket_folder(DATA_DIR)), "-U", "postgres"]
    began_at = time.perf_counter()
    subprocess.run(
        [*psql, "-qc", _COPY.format(workspace=workspace), "headwater"], stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - began_at


def run_warehouse(workspace: int) -> float:
    """Seconds of the same in SQL alone: paths, a row for each touch of each, and sums by day and channel."""
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        began_at = time.perf_counter()
        for statement in _WAREHOUSE.strip().split(";\n"):
            connection.execute(statement.format(workspace=workspace, lookback=LOOKBACK_DAYS))
        return time.perf_counter() - began_at


def loop_over_orm(workspace: Any, conversions: int) -> float:
    """Seconds of a loop over all conversions, scaled from a sample: one query and every rule's weights for each."""
    from accounts.tenancy import workspace_scope
    from attribution.core.credit import CREDIT_UNITS, share_credit
    from attribution.core.journeys import Journey, Touch
    from attribution.core.rules import RULES
    from tracking.models import Conversion
    from tracking.models import Touch as TouchRow

    sums: dict[tuple[date, str, int], int] = defaultdict(int)
    began_at = time.perf_counter()
    with workspace_scope(workspace):
        for conversion in Conversion.objects.of(workspace).order_by("id")[:SAMPLE]:
            since = conversion.at - timedelta(days=LOOKBACK_DAYS)
            rows = TouchRow.objects.of(workspace).filter(
                person_id=conversion.person_id, at__range=(since, conversion.at)
            )
            touches = [Touch(_micros(row.at), row.mark_id, False) for row in rows.order_by("at", "tie")]
            if not touches:
                continue
            journey = Journey(touches, _micros(conversion.at), 7 * 86_400 * 10**6)
            for name, rule in RULES.items():
                for touch, units in zip(touches, share_credit(rule.twin(journey), CREDIT_UNITS), strict=True):
                    sums[conversion.at.date(), name, touch.mark] += units
    return (time.perf_counter() - began_at) / SAMPLE * conversions


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def recompute(workspace_id: int) -> dict[str, float]:
    """In a process of its own, warm as a worker is: seconds of the full recompute, and megabytes at its peak."""
    command = [sys.executable, "-m", "benchmarks.refill", str(workspace_id), str(DAYS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(touches: int) -> list[Goal]:
    """Everything, one after the other; L before and after, because the machine is not always equally busy."""
    workspace_id = make_workspace()
    from accounts.models import Workspace

    make_facts(workspace_id, find_goal(workspace_id), touches)
    workspace = Workspace.objects.get(pk=workspace_id)
    limits = [copy_out(workspace_id) for _ in range(3)]
    ours = recompute(workspace_id)
    again = recompute(workspace_id)
    limits += [copy_out(workspace_id) for _ in range(3)]
    limit, full, day = min(limits), min(ours["seconds"], again["seconds"]), min(ours["day"], again["day"])
    peak = max(ours["megabytes"], again["megabytes"])
    warehouse, loop = run_warehouse(workspace_id), loop_over_orm(workspace, touches // TOUCHES_A_CONVERSION)
    print(
        f"{touches:,} touches: L {limit:.2f} s, recompute {full:.2f} s ({full / limit:.2f} L) at {peak:.0f} MB"
        f" ({ours['idle']:.0f} MB before), one day {day * 1000:.0f} ms, SQL {warehouse:.1f} s, ORM {loop:.0f} s"
    )
    at_s2 = touches >= S2
    return [
        Goal(f"P1 {MOST_L:g} L / full recompute", MOST_L * limit / full, 1.0),
        Goal(f"P1 {MOST_MEGABYTES:,} MB / memory at the peak", MOST_MEGABYTES / peak, 1.0),
        Goal("P2 SQL of a warehouse / full recompute", warehouse / full, LEAST_SQL),
        Goal("P2 loop over the ORM / full recompute", loop / full, LEAST_ORM),
        Goal(f"P3 {MOST_DAY_MS:.0f} ms / one changed day", MOST_DAY_MS / 1000 / day, 1.0),
        # A day has its own price however small it is: a hundredth of little is less than that.
        Goal("P3 full recompute / one changed day", full / day, LEAST_DAY, counts=at_s2),
    ]


def main() -> int:
    """Measure; 0 when every goal is met."""
    reader = argparse.ArgumentParser(description="Working everything out anew, against limits and peers.")
    reader.add_argument("--touches", type=int, default=1_000_000, help="10000000 for S2")
    wanted = reader.parse_args()
    servers = Servers()
    try:
        servers.start_database()
        goals = measure(wanted.touches)
    finally:
        servers.stop()
        shutil.rmtree(folders.socket_folder(DATA_DIR), ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
    for goal in goals:
        print(goal.say())
    return int(any(goal.is_missed for goal in goals))


if __name__ == "__main__":
    sys.exit(main())
