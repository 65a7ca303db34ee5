"""Days of credit: from frames of touches and conversions to one packed row per day, goal and rule."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import polars as pl

from attribution.core.credit import CREDIT_UNITS, share_credit
from attribution.core.frames import CONVERSIONS, DAILY, MARKS, TOUCHES, Ints
from attribution.core.gathered import Gathered, Group, gather
from attribution.core.journeys import MICROS_A_DAY, NEVER, Journey, Touch, path_of
from attribution.core.kernel import RULE_CODES, Packed, new_slab, weigh_group
from attribution.core.rules import RULES


@dataclass(frozen=True)
class Terms:
    """What a workspace has agreed on: which rules, how far back, how fast credit decays, all in days."""

    lookback_days: float = 90
    half_life_days: float = 7
    goal_lookback_days: Mapping[int, float] = field(default_factory=dict)
    rules: Sequence[str] = tuple(RULES)

    def lookback_of(self, goal: int) -> int:
        """Look-back of a goal in microseconds: its own or the workspace's."""
        return round(self.goal_lookback_days.get(goal, self.lookback_days) * MICROS_A_DAY)

    @property
    def half_life(self) -> int:
        """Half-life in microseconds."""
        return round(self.half_life_days * MICROS_A_DAY)


@dataclass(frozen=True)
class DayCredit:
    """Credit of one day, goal and rule: arrays by ascending mark, and the totals they reconcile with.

    Σ credit = (conversions − unattributed_conversions) × CREDIT_UNITS, Σ value = value_total −
    unattributed_value, both exactly; `touches` counts the touches that earned something. The totals are the
    same for every rule. Values in millionths of the currency; conversions without a value add none.
    """

    day: date
    goal: int
    rule: str
    marks: Ints
    credit: Ints
    value: Ints
    touches: Ints
    conversions: int
    value_total: int
    unattributed_conversions: int
    unattributed_value: int
    without_value: int


def fill(
    touches: pl.DataFrame,
    conversions: pl.DataFrame,
    marks: pl.DataFrame,
    terms: Terms,
    *,
    milestones: pl.DataFrame | None = None,
    threads: int = 1,
) -> list[DayCredit]:
    """Credit the conversions by every rule of the terms, by ascending day, goal and order of the rules.

    Frames as `gather` takes them. Days without conversions have no rows.
    """
    return credit_days(gather(touches, conversions, marks, milestones), terms, threads=threads)


def credit_days(gathered: Gathered, terms: Terms, *, threads: int = 1) -> list[DayCredit]:
    """What `fill` does, from what is gathered already."""
    codes = np.array([RULE_CODES[name] for name in terms.rules], dtype=np.int64)
    half_lives = np.full(len(codes), float(terms.half_life))

    def credit_groups(chosen: Sequence[Group]) -> list[tuple[Group, Packed]]:
        slab = new_slab(len(codes), len(gathered.mark_ids))
        return [
            (
                group,
                weigh_group(
                    gathered.paths,
                    gathered.reached_in(group),
                    terms.lookback_of(group.goal),
                    codes,
                    half_lives,
                    slab,
                ),
            )
            for group in chosen
        ]

    if threads == 1:
        packed = credit_groups(gathered.groups)
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = pool.map(credit_groups, [gathered.groups[i::threads] for i in range(threads)])
            packed = sorted((pair for part in parts for pair in part), key=lambda pair: pair[0].begin)
    return [row for group, sums in packed for row in _rows_of(group, sums, terms.rules, gathered.mark_ids)]


def unpack(rows: Sequence[DayCredit]) -> pl.DataFrame:
    """Spread packed rows into the DAILY frame, one row per day, goal, rule and mark."""
    if not rows:
        return pl.DataFrame(schema=DAILY)
    sizes = [len(row.marks) for row in rows]
    key = pl.DataFrame(
        {
            "day": [row.day for row in rows],
            "goal": [row.goal for row in rows],
            "rule": [row.rule for row in rows],
        },
        schema={name: DAILY[name] for name in ("day", "goal", "rule")},
    )
    return key[np.repeat(np.arange(len(rows)), sizes)].with_columns(
        pl.Series("mark", np.concatenate([row.marks for row in rows]), dtype=pl.Int64),
        pl.Series("credit", np.concatenate([row.credit for row in rows]), dtype=pl.Int64),
        pl.Series("value", np.concatenate([row.value for row in rows]), dtype=pl.Int64),
        pl.Series("touches", np.concatenate([row.touches for row in rows]), dtype=pl.Int64),
    )


def credit_of_one(
    touches: Sequence[Touch],
    rule: str,
    *,
    converted_at: int,
    value: int | None,
    lookback: int,
    half_life: int,
    lead_at: int = NEVER,
    opportunity_at: int = NEVER,
) -> list[tuple[int, int, int | None]]:
    """Show how one conversion is shared: (position in `touches`, credit, value) for each touch of its path.

    Touches of one person in the order of (at, message id); times and lengths in microseconds; a value of None
    stays None. Plain Python throughout, equal to the kernel to the unit.
    """
    path = path_of(touches, converted_at=converted_at, lookback=lookback)
    if not path:
        return []
    journey = Journey([touches[i] for i in path], converted_at, half_life, lead_at, opportunity_at)
    weights = RULES[rule].twin(journey)
    credit = share_credit(weights, CREDIT_UNITS)
    if value is None:
        return [(i, share, None) for i, share in zip(path, credit, strict=True)]
    return list(zip(path, credit, share_credit(weights, value), strict=True))


def warm_up() -> None:
    """Compile the kernel, or load it from Numba's cache; only in a process that will never fork."""
    at = datetime(2020, 1, 1, tzinfo=UTC)
    fill(
        pl.DataFrame({"person": [1], "at": [at], "mark": [1]}, schema=TOUCHES),
        pl.DataFrame({"day": [at.date()], "goal": [1], "person": [1], "at": [at], "value": [1]}, schema=CONVERSIONS),
        pl.DataFrame({"mark": [1], "is_direct": [False]}, schema=MARKS),
        Terms(),
    )


def _rows_of(group: Group, sums: Packed, rules: Sequence[str], mark_ids: Ints) -> list[DayCredit]:
    totals = [int(total) for total in sums.totals]
    return [
        DayCredit(
            group.day,
            group.goal,
            name,
            mark_ids[sums.mark[begin:end]],
            sums.credit[begin:end],
            sums.value[begin:end],
            sums.touches[begin:end],
            *totals,
        )
        for name, (begin, end) in zip(rules, pairwise(sums.starts), strict=True)
    ]
