"""How fast Markov credit comes of raw touches in memory, against the same in plain words.

    python -m benchmarks.markov [TOUCHES]

Both begin with touches and conversions as they lie in tables, look at converting paths only, and must agree. The peer
joins a path to each conversion, counts steps in a dictionary, and solves the chain once whole and once without each
channel. P5 names ChannelAttribution, whose licence keeps it out of here; so the peer is ours, and how it fares when its
paths are handed to it ready-made is told beside, without a goal. Exits with 1 when ours is not five times as fast.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import polars as pl

from attribution.core import day_paths, solved
from attribution.core.daily import Terms
from attribution.core.day_paths import sum_day_paths
from attribution.core.frames import CONVERSIONS, MARKS, TOUCHES, Floats, Schema
from attribution.core.gathered import gather
from attribution.core.markov import credit_by_markov
from attribution.core.path_groups import list_marks, read_paths

LEAST_RATIO = 5.0
CHANNELS, MARKS_A_CHANNEL, DAYS, LOOKBACK_DAYS = 12, 18, 365, 30
STAY_DAYS, TOUCHES_A_PERSON, A_DAY = 40, 10, 86_400 * 10**6
RUNS, SEED = 3, 7
START, CONVERSION = "(start)", "(conversion)"
World = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def make_world(touches: int) -> World:
    """Random touches, conversions and marks of a year; each person's touches in order."""
    random = np.random.default_rng(SEED)
    people = touches // TOUCHES_A_PERSON
    # Each person is there for some weeks, and buys at the end of them.
    since = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1e6) + random.integers(0, DAYS * A_DAY, people)
    person = random.integers(0, people, touches)
    mark = (random.random(touches) ** 2 * CHANNELS * MARKS_A_CHANNEL).astype(np.int64)
    came = {"person": person, "at": since[person] + random.integers(0, STAY_DAYS * A_DAY, touches), "mark": mark}
    at = since + STAY_DAYS * A_DAY
    won = {
        "day": (at // A_DAY).astype(np.int32),
        "goal": np.ones(people, np.int64),
        "person": np.arange(people),
        "at": at,
        "value": random.integers(0, 10**8, people),
    }
    every = np.arange(CHANNELS * MARKS_A_CHANNEL)
    return (
        _frame(came, TOUCHES).sort("person", "at", maintain_order=True),
        _frame(won, CONVERSIONS),
        _frame({"mark": every, "is_direct": every < MARKS_A_CHANNEL}, MARKS),
    )


def _frame(columns: dict[str, Any], schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(columns).select(pl.col(name).cast(kind) for name, kind in schema.items())


def ours(world: World) -> Floats:
    """Credit by channel in conversions, from raw touches."""
    terms = Terms(lookback_days=LOOKBACK_DAYS)
    days = sum_day_paths(gather(*world), terms)
    sums = read_paths(days, {mark: mark // MARKS_A_CHANNEL for mark in list_marks(days)})
    return credit_by_markov(sums, channels=CHANNELS).credit / 1e9


def build_paths(world: World) -> list[list[int]]:
    """The channels before each conversion, oldest first."""
    touches, conversions, _marks = world
    since = (pl.col("at_right") <= pl.col("at")) & (pl.col("at_right") >= pl.col("at") - timedelta(days=LOOKBACK_DAYS))
    joined = conversions.with_row_index("c").join(touches, on="person").filter(since).sort("c", "at_right")
    channel = (pl.col("mark") // MARKS_A_CHANNEL).alias("path")
    return joined.group_by("c", maintain_order=True).agg(channel)["path"].to_list()


def peer(paths: Sequence[Sequence[int]]) -> Floats:
    """The same in plain words: count steps in dictionaries, then solve the chain once whole and once without each."""
    steps: dict[object, Counter[object]] = defaultdict(Counter)
    for path in paths:
        before: object = START
        for channel in path:
            steps[before][channel] += 1
            before = channel
        steps[before][CONVERSION] += 1
    whole = _chance(steps, without=None)
    effects = np.array([1 - _chance(steps, without=channel) / whole for channel in range(CHANNELS)])
    return np.asarray(effects / effects.sum() * len(paths))


def _chance(steps: dict[object, Counter[object]], *, without: int | None) -> float:
    """The chance of getting from the start to a conversion when nobody gets past a channel."""
    states = [state for state in steps if state != without]
    system, ends = np.eye(len(states)), np.zeros(len(states))
    for row, state in enumerate(states):
        total = sum(steps[state].values())
        for after, count in steps[state].items():
            if after == CONVERSION:
                ends[row] = count / total
            elif after != without:
                system[row, states.index(after)] -= count / total
    return float(np.linalg.solve(system, ends)[states.index(START)])


def best_of(run: Callable[[], object]) -> float:
    """Seconds on the processor of the best of some runs: neither waits for anything."""
    taken = []
    for _ in range(RUNS):
        began_at = time.process_time()
        run()
        taken.append(time.process_time() - began_at)
    return min(taken)


def main() -> int:
    """Measure; 0 when the goal is met and both agree."""
    touches = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    day_paths.warm_up()
    solved.warm_up()
    world = make_world(touches)
    paths = build_paths(world)
    apart = float(np.abs(ours(world) - peer(paths)).max())
    own_s, peer_s = best_of(lambda: ours(world)), best_of(lambda: peer(paths))
    built_s = best_of(lambda: build_paths(world))
    ratio = (built_s + peer_s) / own_s
    met = ratio >= LEAST_RATIO
    steps = sum(map(len, paths))
    print(
        f"{touches:,} touches, {len(paths):,} paths of {steps / len(paths):.1f} touches; credits differ by {apart:.1e}"
    )
    print(
        f"ours {own_s * 1000:.0f} ms, plain words {built_s * 1000:.0f} ms for the paths and {peer_s * 1000:.0f} ms more"
    )
    print(f"P5 ratio {ratio:.2f}   goal {LEAST_RATIO:g}   {'met' if met else 'MISSED'}")
    print(f"   {peer_s / own_s:.2f} with the peer's paths ready-made")
    return int(not met or apart > 1e-3)


if __name__ == "__main__":
    sys.exit(main())
